/* SPDX-License-Identifier: MIT */
/**
 * What a token costs the second hop, in figures that other people's work on the
 * machine changes least: instructions (callgrind) and system calls (strace) of
 * the worker, beside those of the bare floor. Where the machine is busy, a read
 * brings more than one token, and both are less: the calls of reading and of
 * writing say how many.
 *
 *   CONFAB_BUILD=DIR node tests/bench/cost.js [floor] [confab]
 *
 * Needs valgrind, strace, and to be root for the latter: the worker may not be
 * traced by anybody else.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { Child, until } from '../harness/children.js';
import { buildDir } from '../harness/paths.js';
import { confab, floor, MODELS } from './contenders.js';

/** @typedef {import('./contenders.js').Running} Running */

/** Slow enough that each token is alone, as with one that is watched. */
const STREAMS = 20;
const EVERY_US = 40_000;
/** The difference of two runs has no start and no end in it. */
const RUNS = [50, 250];
MODELS.push(...RUNS.map((n) => `bench-${n}-${EVERY_US}`));

const folder = mkdtempSync(join(os.tmpdir(), 'confab-cost-'));
const bin = (/** @type {string} */ name) => join(buildDir, 'tests/bench', name);
const upstream = new Child(bin('bench_upstream'), [], { log: join(folder, 'upstream') });
await until(() => upstream.ended || /^\d+\n/.test(upstream.output()));
const port = Number(upstream.output().split('\n')[0]);

/** @param {Running} running @param {number} tokens @returns {Promise<number>} tokens that came */
async function load(running, tokens) {
  const args = { cookie: running.cookie, streams: STREAMS, spread: 400, seconds: 60 };
  const client = spawn(bin('bench_load'), [String(running.port), running.path, `bench-${tokens}-${EVERY_US}`,
    ...Object.entries(args).map(([key, value]) => `${key}=${value}`)], { stdio: ['pipe', 'pipe', 'inherit'] });
  let said = '';
  client.stdout.on('data', (bytes) => {
    const ready = said.includes('connected');
    said += bytes;
    if (!ready && said.includes('connected')) client.stdin.write('\n');
  });
  await once(client, 'close');
  return JSON.parse(said.split('\n').find((line) => line.startsWith('{')) ?? '{}').tokens;
}

/** @param {(upstream: number, wrap?: string[]) => Promise<Running>} start */
async function instructions(start) {
  const [[few, less], [many, more]] = [await counted(0), await counted(1)];
  return (many - few) / (more - less);

  /** @param {number} run @returns {Promise<[number, number]>} instructions, tokens */
  async function counted(run) {
    const out = join(folder, `callgrind.${run}`);
    rmSync(out, { force: true });
    const running = await start(port, ['valgrind', '--tool=callgrind', `--callgrind-out-file=${out}`, '-q']);
    const tokens = await load(running, RUNS[run]);
    await running.close();
    const [, totals] = /^totals: (\d+)/m.exec(readFileSync(out, 'utf8')) ?? [];
    return [Number(totals), tokens];
  }
}

/** @param {(upstream: number) => Promise<Running>} start @returns {Promise<Record<string, number>>} calls a token */
async function systemCalls(start) {
  const running = await start(port);
  const out = join(folder, 'strace');
  const tracer = spawn('strace', ['-f', '-c', '-U', 'name,calls', '-o', out, '-p', String(running.own()[0])],
    { stdio: 'ignore' });
  await new Promise((resolve) => { setTimeout(resolve, 1000); });
  const tokens = await load(running, RUNS[1]);
  tracer.kill('SIGINT');
  await once(tracer, 'close');
  await running.close();
  const lines = [...readFileSync(out, 'utf8').matchAll(/^(\w+)\s+(\d+)$/gm)];
  return Object.fromEntries(lines.map(([, name, calls]) => [name, Number(calls) / tokens]));
}

try {
  const wanted = process.argv.slice(2);
  for (const [name, start] of Object.entries({ floor, confab })) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const { total, ...calls } = await systemCalls(start);
    const most = Object.entries(calls).filter(([, n]) => n >= 0.05).sort((a, b) => b[1] - a[1]);
    console.log(`${name}: ${Math.round(await instructions(start)).toLocaleString('en')} instructions a token, ${
      total.toFixed(2)} system calls (${most.map(([call, n]) => `${call} ${n.toFixed(2)}`).join(', ')})`);
  }
} finally {
  await upstream.stop();
  rmSync(folder, { recursive: true, force: true });
}
