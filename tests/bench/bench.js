/* SPDX-License-Identifier: MIT */
/**
 * The relay's benchmark: the same work through each contender, as ratios to
 * nginx's proxy_pass in the same run. Prints a table in Markdown.
 *
 *   node tests/bench/bench.js [--only NAME,...] [--work NAME,...] [--rounds N]
 *     [--short]
 *
 * "--short" is for a look at whether all works: a fifth of the tokens.
 * Seven rounds are told when nothing else is asked for.
 *
 * Everything stays on the loopback interface, and every part of it is bounded
 * in time.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import readline from 'node:readline';
import { parseArgs } from 'node:util';
import { Child, until } from '../harness/children.js';
import { buildDir } from '../harness/paths.js';
import { cpuSeconds, proportionalBytes } from '../harness/proc.js';
import { CONTENDERS, MODELS } from './contenders.js';

/** @typedef {import('./contenders.js').Running} Running */

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    work: { type: 'string' },
    rounds: { type: 'string', default: '7' },
    short: { type: 'boolean', default: false },
  },
});

const logs = mkdtempSync(join(os.tmpdir(), 'confab-bench-log-'));
const bin = (/** @type {string} */ name) =>
  join(process.env.CONFAB_BENCH_BIN ?? join(buildDir, 'tests/bench'), name);

const upstream = new Child(bin('bench_upstream'), [],
  { log: join(logs, 'upstream') });
await until(() => upstream.ended || /^\d+\n/.test(upstream.output()));
const upstreamPort = Number(upstream.output().split('\n')[0]);

/** One run of the clients, in the steps that they announce. */
class Load {
  /** @type {Map<string, (value: string) => void>} */
  #waiting = new Map();
  /** @type {string[]} */
  lines = [];

  /** @param {Running} running @param {string} model @param {object} more */
  constructor(running, model, more) {
    const args = Object.entries({ cookie: running.cookie, ...more })
      .map(([key, value]) => `${key}=${value}`);
    this.process = spawn(bin('bench_load'),
      [String(running.port), running.path, model, ...args],
      { stdio: ['pipe', 'pipe', 'inherit'] });
    readline.createInterface({ input: this.process.stdout })
      .on('line', (line) => this.#line(line));
    this.ended = once(this.process, 'exit');
  }

  /** @param {string} line */
  #line(line) {
    this.lines.push(line);
    const word = line.startsWith('{') ? 'result' : line.split(' ')[0];
    this.#waiting.get(word)?.(line);
  }

  /** @param {string} word @returns {Promise<string | null>} null: it ended */
  async said(word) {
    const line = this.lines.find((one) =>
      (one.startsWith('{') ? 'result' : one.split(' ')[0]) === word);
    if (line) return line;
    return Promise.race([
      new Promise((resolve) => this.#waiting.set(word, resolve)),
      this.ended.then(() => null),
    ]);
  }

  go() {
    this.process.stdin.write('\n');
  }

  async result() {
    const line = await this.said('result');
    if (!line) throw new Error('the clients failed');
    return JSON.parse(line);
  }
}

/** @param {number[]} pids */
const cpuOf = (pids) => pids.reduce((sum, pid) => sum + cpuSeconds(pid), 0);

/** @param {number[]} pids */
const memoryOf = (pids) =>
  pids.reduce((sum, pid) => sum + proportionalBytes(pid), 0);

/** @param {Running} running @param {string} model @param {object} more */
async function loaded(running, model, more) {
  const load = new Load(running, model, more);
  if (!await load.said('connected')) throw new Error('no connections');
  return load;
}

/** @param {number} ms */
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** @param {number[]} numbers */
const median = (numbers) =>
  numbers.sort((a, b) => a - b)[numbers.length >> 1];

/**
 * @typedef {object} Work
 * @property {string} name
 * @property {string} title
 * @property {number} streams
 * @property {string} model
 * @property {(running: Running) => Promise<Record<string, number>>} run
 * @property {{key: string, label: string, unit: string, digits?: number,
 *   ratio?: boolean}[]} columns
 */

/** @type {Work[]} */
const WORK = [{
  name: 'paced',
  title: '200 streams × 50 tokens/s',
  streams: 200,
  model: 'bench-500-20000',
  async run(running) {
    const load = await loaded(running, this.model,
      { streams: 200, spread: 1000, seconds: 30 });
    const before = cpuOf(running.pids());
    load.go();
    const result = await load.result();
    const cpu = cpuOf(running.pids()) - before;
    return { ...result, cpu_us: cpu * 1e6 / result.tokens,
      lost: 200 - result.complete };
  },
  columns: [
    { key: 'cpu_us', label: 'CPU a token', unit: 'µs', ratio: true },
    { key: 'p50_ms', label: 'delay p50', unit: 'ms', digits: 2 },
    { key: 'p99_ms', label: 'delay p99', unit: 'ms', digits: 2, ratio: true },
    { key: 'lost', label: 'lost', unit: '' },
  ],
}, {
  name: 'many',
  title: '9,500 streams × 2 tokens/s',
  streams: 9500,
  model: 'bench-50-500000',
  async run(running) {
    const base = memoryOf(running.pids());
    const ownBase = memoryOf(running.own());
    const load = await loaded(running, this.model,
      { streams: 9500, spread: 8000, seconds: 60 });
    load.go();
    await load.said('open');
    await pause(2000);
    const memory = memoryOf(running.pids()) - base;
    const own = memoryOf(running.own()) - ownBase;
    const result = await load.result();
    return { ...result, memory_kib: memory / 9500 / 1024,
      own_kib: own / 9500 / 1024, lost: 9500 - result.complete };
  },
  columns: [
    { key: 'lost', label: 'lost', unit: '' },
    { key: 'p50_ms', label: 'delay p50', unit: 'ms', digits: 2 },
    { key: 'p99_ms', label: 'delay p99', unit: 'ms', digits: 2, ratio: true },
    { key: 'memory_kib', label: 'memory a stream', unit: 'KiB', ratio: true },
    { key: 'own_kib', label: 'of which not nginx', unit: 'KiB' },
  ],
}, {
  name: 'fast',
  title: '20 streams as fast as they come',
  streams: 20,
  model: 'bench-20000-0',
  async run(running) {
    const load = await loaded(running, this.model,
      { streams: 20, seconds: 40 });
    load.go();
    const result = await load.result();
    return { ...result, rate: result.tokens / result.seconds / 1000,
      lost: 20 - result.complete };
  },
  columns: [
    { key: 'rate', label: 'tokens', unit: 'k/s', ratio: true },
    { key: 'lost', label: 'lost', unit: '' },
  ],
}, {
  name: 'first',
  title: 'time to first token, one after another',
  streams: 1,
  model: 'bench-1-1000',
  async run(running) {
    const load = await loaded(running, this.model,
      { streams: 1, rounds: 500, seconds: 30 });
    load.go();
    return load.result();
  },
  columns: [
    { key: 'first_p50_ms', label: 'p50', unit: 'ms', digits: 2, ratio: true },
    { key: 'first_p99_ms', label: 'p99', unit: 'ms', digits: 2 },
  ],
}, {
  name: 'leave',
  title: 'client gone: upstream closed after',
  streams: 1,
  model: 'bench-100000-5000',
  async run(running) {
    const took = [];
    for (let i = 0; i < (options.short ? 3 : 15); i += 1) {
      const seen = upstream.output().split('closed ').length;
      const load = await loaded(running, this.model,
        { streams: 1, leave: 5, seconds: 10 });
      load.go();
      const left = Number((await load.said('left'))?.split(' ')[1]);
      await load.ended;
      const closed = await until(() => {
        const all = upstream.output().split('closed ');
        return all.length > seen && all.at(-1)?.endsWith('\n')
          && Number(all.at(-1));
      }, { limit: 20_000, what: 'the upstream is closed' }).catch(() => NaN);
      took.push((Number(closed) - left) / 1e6);
    }
    return { p50: median(took), worst: Math.max(...took) };
  },
  columns: [
    { key: 'p50', label: 'p50', unit: 'ms', digits: 1 },
    { key: 'worst', label: 'worst', unit: 'ms', digits: 1 },
  ],
}, {
  name: 'slow',
  title: '20 unpaced streams read at 20 kB/s',
  streams: 20,
  model: 'bench-1000000-0',
  async run(running) {
    const base = memoryOf(running.pids());
    const load = await loaded(running, this.model,
      { streams: 20, rate: 20_000, seconds: 15 });
    load.go();
    let most = 0;
    for (let i = 0; i < 24; i += 1) {
      await pause(500);
      most = Math.max(most, memoryOf(running.pids()) - base);
    }
    await load.ended;
    return { grown: most / (1 << 20) };
  },
  columns: [
    { key: 'grown', label: 'memory grown', unit: 'MiB', digits: 1 },
  ],
}];

for (const work of WORK) {
  if (options.short) {
    work.model = work.model.replace(/^bench-(\d+)/, (whole, tokens) =>
      (tokens > 1 ? `bench-${tokens / 5}` : whole));
  }
  MODELS.push(work.model);
}

/** @param {string | undefined} list @param {string} name */
const chosen = (list, name) => !list
  || list.split(',').some((part) => name.includes(part));

/**
 * One round of one contender, which is started anew for it.
 *
 * @param {Work} work
 * @param {(typeof CONTENDERS)[number]} contender
 * @returns {Promise<Record<string, number>>}
 */
async function round(work, contender) {
  const running = await contender.start(upstreamPort);
  try {
    return await work.run(running);
  } finally {
    await running.close();
  }
}

/**
 * All rounds of a work. The contenders take turns, so that what else the
 * machine does in an hour is everybody's.
 *
 * @param {Work} work
 * @returns {Promise<Map<string, {why?: string,
 *   rounds: Record<string, number>[]}>>} by the contender's name
 */
async function measure(work) {
  const found = new Map();
  const taking = CONTENDERS.filter(({ name }) => chosen(options.only, name));
  for (const { name, missing, most } of taking) {
    const why = missing ? 'not installed'
      : work.streams > most ? 'cannot' : undefined;
    found.set(name, { why, rounds: [] });
  }
  for (let i = 0; i < Number(options.rounds); i += 1) {
    for (const contender of taking) {
      const mine = found.get(contender.name);
      if (mine.why) continue;
      process.stderr.write(`${work.title}: ${contender.name}, ${i + 1}\n`);
      await round(work, contender).then((one) => mine.rounds.push(one),
        (error) => { mine.why = `failed: ${error.message}`; });
    }
  }
  return found;
}

/**
 * How one contender's rounds compare with another's of the same turns: the
 * median of the ratios, with the least and the most.
 *
 * @param {Record<string, number>[]} mine
 * @param {Record<string, number>[]} base
 * @param {string} key
 */
function compared(mine, base, key) {
  const ratios = mine.map((one, i) => one[key] / base[i]?.[key]);
  const middle = median([...ratios]).toFixed(2);
  return ratios.length < 2 ? middle
    : `${middle}, ${Math.min(...ratios).toFixed(2)}–${
      Math.max(...ratios).toFixed(2)}`;
}

/** @param {Work} work */
async function table(work) {
  const head = ['', ...work.columns.map(({ label, unit }) =>
    (unit ? `${label}, ${unit}` : label))];
  const lines = [`### ${work.title}`, '', `| ${head.join(' | ')} |`,
    `|${head.map(() => '---').join('|')}|`];
  const found = await measure(work);
  const [[first, base] = []] = found;
  const floor = found.get('bare floor');
  for (const [name, { why, rounds }] of found) {
    const cells = work.columns.map(({ key, digits = 1, ratio }) => {
      if (why) return why;
      const number = median(rounds.map((one) => one[key]));
      const text = number.toFixed(Number.isInteger(number) ? 0 : digits);
      if (!ratio || name === first || base?.why) return text;
      const beside = [compared(rounds, base?.rounds ?? [], key)];
      if (floor && !floor.why && name === 'confab') {
        beside.push(`${compared(rounds, floor.rounds, key)} of the floor`);
      }
      return `${text} (${beside.join('; ')})`;
    });
    lines.push(`| ${[name, ...cells].join(' | ')} |`);
  }
  return lines.join('\n');
}

try {
  const [cpu] = os.cpus();
  console.log(`Machine: ${os.cpus().length} × ${cpu.model.trim()}, `
    + `${Math.round(os.totalmem() / (1 << 30))} GiB, Linux ${os.release()}; `
    + `${os.cpus().length} cores carry clients, upstream, nginx and relay. `
    + 'In brackets: ratio to `proxy_pass`, median of the '
    + `${options.rounds} rounds, least and most; contenders take turns.\n`);
  for (const work of WORK) {
    if (chosen(options.work, work.name)) console.log(`${await table(work)}\n`);
  }
} finally {
  await upstream.stop();
  rmSync(logs, { recursive: true, force: true });
}
