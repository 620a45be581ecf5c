/* SPDX-License-Identifier: MIT */
/**
 * Very many open streams at three hosts, several workers each, with an engine
 * between them: whether one is lost, and what memory, engine and processors have to
 * give. Prints lines of figures.
 *
 *   node tests/bench/hosts.js [--streams N] [--processes N] [--every SECONDS]
 *     [--spread MS] [--hold SECONDS]
 *
 * Hosts, clients and engine are in network namespaces of their own, so it wants
 * root; each host has its provider beside it. A process has as many descriptors as
 * the system gives, and a stream takes two of nginx's and of a worker's: "processes"
 * are of each kind at each host. A token comes each so many seconds, a stream begins
 * each so many ms: what a machine carries that plays all parts is little.
 */

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import readline from 'node:readline';
import { parseArgs } from 'node:util';
import { Child, until } from '../harness/children.js';
import { configText, merged } from '../harness/config.js';
import { Engine } from '../harness/engine.js';
import { FcgiConnection } from '../harness/fcgi.js';
import { HOSTS } from '../harness/hosts.js';
import { Network } from '../harness/network.js';
import { startNginx } from '../harness/nginx.js';
import { buildDir } from '../harness/paths.js';
import { children, cpuSeconds, proportionalBytes } from '../harness/proc.js';
import { PASSWORD, pause, Site } from '../harness/site.js';

const { values } = parseArgs({ options: {
  streams: { type: 'string', default: '100000' },
  processes: { type: 'string', default: '5' },
  every: { type: 'string', default: '30' },
  spread: { type: 'string', default: '2.5' },
  hold: { type: 'string', default: '60' },
} });
const PROCESSES = Number(values.processes);
const EACH = Math.floor(Number(values.streams) / HOSTS.length / PROCESSES);
const STREAMS = EACH * HOSTS.length * PROCESSES;
const EVERY = Number(values.every);
const MODEL = `bench-1000000-${EVERY * 1_000_000}`;
const LOGINS = 300;
const WINDOW = Math.max(Number(values.hold), EVERY);
const LIMIT = 3_600_000; /* ms that anything may take */
const CONNECTIONS = 24_000; /* more than descriptors, see contenders.js */
const EXAMPLE = /^\tserver 192\.0\.2\.\d:9000 .*\n/gm;

const problem = Network.problem();
if (problem) throw new Error(problem);
const bin = (/** @type {string} */ name) => join(buildDir, 'tests/bench', name);
const start = performance.now();
const say = (/** @type {string} */ line) => console.log(
  `${Math.round((performance.now() - start) / 1000)} s: ${line}`);

/** @typedef {{host: string, name: string, address: string, child: Child, upstream: Child}} Worker */

const network = new Network({ a: ['front', 'back'], b: ['front', 'back'], c: ['front', 'back'],
  clients: ['front'], engine: ['back'] });
const users = Array.from({ length: HOSTS.length * PROCESSES }, (_, i) => `user-${i}`);
const site = new Site({ models: [], users, outside: network.outside(), config: {
  log_level: 'info',
  limits: { streams: 20_000, streams_per_user: 20_000, requests_per_minute: 0,
    ring_per_user: 1 << 30, ring_total: 1 << 30 },
  timeouts: { grace: '5s' },
  'provider "up"': { api_key_file: undefined, [`model "${MODEL}"`]: {} },
} });
const engine = new Engine(site.dir, ['port 6379', 'protected-mode no', 'appendfsync everysec',
  `bind ${network.address('engine', 'back')}`], network.inside('engine'));
/** @type {Worker[]} */
const workers = [];
/** @type {Child[]} */
const nginx = [];

/** One address may have more connections to another than the system's ports by default. */
function widen(/** @type {string} */ place) {
  const [command, ...args] = [...network.inside(place), 'sh', '-c',
    'echo "1024 65535" >/proc/sys/net/ipv4/ip_local_port_range'];
  spawnSync(command, args);
}

/** @param {string} host @param {number} i */
async function startWorker(host, i) {
  const [command, ...args] = [...network.inside(host), bin('bench_upstream')];
  const upstream = new Child(command, args, { log: join(site.dir, `upstream-${host}-${i}`) });
  await until(() => /^\d+\n/.test(upstream.output()));
  const address = `${network.address(host)}:${9000 + i}`;
  const file = join(site.dir, `host-${host}-${i}.conf`);
  writeFileSync(file, configText(merged(site.config, {
    listen: address, runtime_dir: join(site.dir, `run-${host}`),
    state: { ...engine.section, valkey: `${network.address('engine', 'back')}:6379`, host },
    'provider "up"': { base_url: `http://127.0.0.1:${upstream.output().split('\n')[0]}/v1` },
  })), { mode: 0o600 });
  const child = site.spawnWorker({ inside: network.inside(host),
    args: ['--config', file, '--instance', String(i)] });
  const worker = { host, name: `${host}-${i}`, address, child, upstream };
  await until(async () => (await ask(worker, { path: 'api/health' }).catch(() => null))?.status,
    { what: `${worker.name} answers` });
  workers.push(worker);
}

/** @param {string} host */
async function startFront(host) {
  const dir = join(site.dir, `nginx-${host}`);
  mkdirSync(dir);
  const own = workers.filter((one) => one.host === host);
  nginx.push(await startNginx({
    dir, mounts: [], address: network.address(host), port: 443, inside: network.inside(host),
    pair: site.certificates.good, backend: 'confab_workers',
    connections: CONNECTIONS, processes: PROCESSES,
    change: (text) => text.replace(EXAMPLE, '').replace('hash $confab_stream consistent;',
      `hash $confab_stream;\n${own.map((one) => `server ${one.address} max_fails=0;`).join('\n')}`),
    example: { file: 'example-scale-out.conf', change: [['keepalive_timeout 75s;',
      'keepalive_timeout 3600s; client_header_timeout 3600s; access_log off;']] },
  }));
}

/** @param {Worker} worker @param {Parameters<FcgiConnection['request']>[0]} request */
async function ask(worker, request) {
  const connection = new FcgiConnection(worker.address);
  connection.request(request);
  const answer = await connection.finished();
  connection.destroy();
  return answer;
}

/** @param {Worker} worker @param {string} username */
async function login(worker, username) {
  const answer = await ask(worker, { method: 'POST', path: 'api/login',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ username, password: PASSWORD }) });
  if (answer.status !== 200) throw new Error(`login: ${answer.status} ${answer.body}`);
  return answer.headers['set-cookie'].split(';')[0];
}

/** All workers' sum of one figure. @param {string} name */
async function sumOf(name) {
  const all = await Promise.all(workers.map(async (worker) => {
    const text = (await ask(worker, { path: 'api/metrics' })).body.toString();
    return Number(new RegExp(`^${name}(?:\\{.*\\})? (\\d+)$`, 'm').exec(text)?.[1]);
  }));
  return all.reduce((sum, n) => sum + n, 0);
}

const linked = () => until(async () => (await Promise.all(workers.map(async (worker) =>
  JSON.parse((await ask(worker, { path: 'api/health' })).body.toString()).hosts)))
  .every((one) => one === 'linked'), { what: 'all are linked', every: 200, limit: LIMIT });

/* ---- What it costs ------------------------------------------------------- */

/** @typedef {ReturnType<typeof engineNow>} EngineFigures */

/** What the engine has done so far, our own questions apart. */
function engineNow() {
  const text = engine.cli('info', 'everything');
  const number = (/** @type {string} */ name) =>
    Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(text)?.[1] ?? 0);
  const commands = Object.fromEntries([...text.matchAll(/^cmdstat_(\S+?):calls=(\d+)/gm)]
    .map(([, name, calls]) => [name, Number(calls)])
    .filter(([name]) => name !== 'info'));
  return { commands, at: performance.now(), processed: number('total_commands_processed'),
    bytesIn: number('total_net_input_bytes'), bytesOut: number('total_net_output_bytes'),
    cpu: number('used_cpu_user') + number('used_cpu_sys'), memory: number('used_memory'),
    keys: Number(/db0:keys=(\d+)/.exec(text)?.[1] ?? 0) };
}

/**
 * The difference, as what one of `count` has cost; what time alone costs is taken off.
 * @param {string} what @param {EngineFigures} from @param {number} count
 * @param {Record<string, number>} [rest] a second of quiet
 */
function tell(what, from, count, rest = {}) {
  const to = engineNow();
  const seconds = (to.at - from.at) / 1000;
  /** @type {Record<string, number>} */
  const each = {};
  const add = (/** @type {string} */ name, /** @type {number} */ all) => {
    each[name] = (all - (rest[name] ?? 0) * seconds) / count;
  };
  for (const [name, calls] of Object.entries(to.commands)) {
    add(name, calls - (from.commands[name] ?? 0));
  }
  add('bytes in', to.bytesIn - from.bytesIn);
  add('bytes out', to.bytesOut - from.bytesOut);
  add('cpu us', (to.cpu - from.cpu) * 1e6);
  say(`engine, ${what}: ${Object.entries(each).filter(([, n]) => Math.abs(n) >= 0.01)
    .map(([name, n]) => `${name} ${n.toFixed(n < 10 ? 2 : 0)}`).join(', ')}`);
  return { each, seconds };
}

const workerPids = () => workers.map(({ child }) => child.pid);
const nginxPids = () => nginx.flatMap(({ pid }) => [pid, ...children(pid)]);
const sum = (/** @type {number[]} */ list) => list.reduce((all, n) => all + n, 0);

function machineNow() {
  const text = readFileSync('/proc/meminfo', 'utf8');
  const kib = (/** @type {string} */ name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1]);
  return { workers: sum(workerPids().map(proportionalBytes)),
    nginx: sum(nginxPids().map(proportionalBytes)), slab: kib('Slab') * 1024,
    available: kib('MemAvailable') * 1024,
    cpu: { workers: sum(workerPids().map(cpuSeconds)), nginx: sum(nginxPids().map(cpuSeconds)) } };
}

/* ---- The clients --------------------------------------------------------- */

class Load {
  /** @type {string[]} */
  lines = [];

  /** @param {string} host @param {string} cookie */
  constructor(host, cookie) {
    const [command, ...args] = [...network.inside('clients'), bin('bench_load'), '443',
      '/api/chat/completions', MODEL, `address=${network.address(host)}`, `cookie=${cookie}`,
      `streams=${EACH}`, 'keyed=1', 'seconds=3600', `spread=${Math.ceil(STREAMS * Number(values.spread))}`];
    this.process = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    readline.createInterface({ input: this.process.stdout })
      .on('line', (line) => this.lines.push(line));
    this.ended = once(this.process, 'exit');
  }

  /** @param {string} start @returns {Promise<string>} the line that begins so */
  said(start) {
    return until(() => {
      if (this.process.exitCode !== null && start !== '{') throw new Error('the clients failed');
      return this.lines.find((line) => line.startsWith(start));
    }, { limit: LIMIT, every: 50 });
  }

  async now() {
    this.lines = this.lines.filter((line) => !line.startsWith('now'));
    this.process.kill('SIGUSR1');
    const [, tokens, opened, open, failed] = (await this.said('now')).split(' ').map(Number);
    return { tokens, opened, open, failed };
  }

  async end() {
    this.process.kill('SIGTERM');
    return JSON.parse(await this.said('{'));
  }
}

/** @param {Load[]} loads */
async function look(loads) {
  const all = await Promise.all(loads.map((load) => load.now()));
  const of = (/** @type {keyof typeof all[0]} */ name) => sum(all.map((one) => one[name]));
  return { tokens: of('tokens'), opened: of('opened'), open: of('open'), failed: of('failed') };
}

/** @param {string} what @param {Load[]} loads */
async function none(what, loads) {
  const { opened, open } = await look(loads);
  say(`${what}: ${opened} of ${STREAMS} began, ${open} are open at the clients, ${
    await sumOf('confab_streams_open')} at the workers${open === opened ? '' : ': LOST'}`);
}

/** Waits until each has begun, or was refused. @param {Load[]} loads @returns {Promise<number>} */
async function begun(loads) {
  for (;;) {
    const { opened, failed } = await look(loads);
    if (opened + failed >= STREAMS) return opened;
    await pause(1000);
  }
}

/** The first lines of a log that complain. @param {string} file @param {RegExp} which */
function complaints(file, which) {
  const lines = readFileSync(file, 'utf8').split('\n').filter((line) => which.test(line));
  for (const line of lines.slice(0, 5)) say(line.slice(0, 300));
}

/* ---- The run ------------------------------------------------------------- */

/** @type {Load[]} */
const loads = [];
process.on('exit', () => { for (const load of loads) load.process.kill('SIGKILL'); });
process.on('SIGTERM', () => process.exit(1));
try {
  for (const place of [...HOSTS, 'clients']) widen(place);
  await engine.start();
  await site.prepare();
  for (const host of HOSTS) {
    for (let i = 1; i <= PROCESSES; i += 1) await startWorker(host, i);
    await startFront(host);
  }
  await linked();
  say(`${HOSTS.length} hosts, ${PROCESSES} workers each, ${STREAMS} streams, a token each ${EVERY} s`);

  let from = engineNow();
  await pause(10_000);
  const rest = tell('a second of a worker that is idle', from, 10 * workers.length).each;
  const quiet = Object.fromEntries(Object.entries(rest).map(([name, n]) => [name, n * workers.length]));

  const cookies = await Promise.all(users.map((user, i) => login(workers[i], user)));
  from = engineNow();
  for (let i = 0; i < LOGINS; i += 1) {
    await login(workers[i % workers.length], users[(7 * i) % users.length]);
  }
  tell('a login', from, LOGINS, quiet);

  const idle = machineNow();
  loads.push(...workers.map(({ host }, i) => new Load(host, cookies[i])));
  let began = performance.now();
  for (const load of loads) await load.said('connected');
  say(`connected after ${Math.round((performance.now() - began) / 1000)} s`);
  from = engineNow();
  began = performance.now();
  for (const load of loads) load.process.stdin?.write('\n');
  const count = await begun(loads);
  const opening = (performance.now() - began) / 1000;
  say(`open after ${Math.round(opening)} s, ${Math.round(count / opening)} a second`);
  tell('a stream that begins', from, count, quiet);
  await none('begun', loads);

  const full = machineNow();
  const before = await look(loads);
  from = engineNow();
  await pause(WINDOW * 1000);
  const after = await look(loads);
  const { seconds } = tell('a second of a worker with its streams', from, WINDOW * workers.length);
  const later = machineNow();
  const tokens = after.tokens - before.tokens;
  say(`tokens: ${Math.round(tokens / seconds)} a second of ${Math.round(count / EVERY)}; workers ${
    ((later.cpu.workers - full.cpu.workers) / seconds).toFixed(2)}, nginx ${
    ((later.cpu.nginx - full.cpu.nginx) / seconds).toFixed(2)} processors`);
  for (const part of /** @type {const} */ (['workers', 'nginx', 'slab'])) {
    say(`memory of a stream, ${part}: ${((full[part] - idle[part]) / count / 1024).toFixed(1)} KiB`);
  }
  say(`memory of all parts: ${((idle.available - full.available) / count / 1024).toFixed(1)} KiB; engine ${
    (engineNow().memory / engineNow().keys).toFixed(0)} bytes of each of ${engineNow().keys} keys`);
  await none('held', loads);

  await engine.stop();
  await engine.start();
  from = engineNow();
  began = performance.now();
  await linked();
  const back = performance.now() - began;
  await until(() => engineNow().keys >= count, { limit: LIMIT, every: 200, what: 'all streams are told again' });
  say(`engine begun anew, empty: linked after ${(back / 1000).toFixed(1)} s, all streams told after ${
    ((performance.now() - began) / 1000).toFixed(1)} s`);
  tell('a stream that is told again', from, count, quiet);
  await none('after that', loads);

  from = engineNow();
  began = performance.now();
  const results = await Promise.all(loads.map((load) => load.end()));
  await until(async () => await sumOf('confab_streams_open') === 0,
    { limit: LIMIT, every: 500, what: 'no stream is left' });
  say(`all left: ${sum(results.map((one) => one.open))} were open, none is after ${
    Math.round((performance.now() - began) / 1000)} s`);
  tell('a stream that ends', from, count, quiet);
  for (const host of HOSTS) {
    complaints(join(site.dir, `nginx-${host}`, 'error.log'), /\[(error|crit)\]/);
  }
  complaints(join(site.dir, 'worker.log'), /error:/);
} finally {
  for (const load of loads) load.process.kill('SIGKILL');
  for (const one of nginx) await one.stop('SIGTERM', 10_000);
  for (const { child, upstream } of workers) {
    await child.stop('SIGTERM', 20_000);
    await upstream.stop('SIGKILL');
  }
  await site.close();
  await engine.stop();
  network.close();
}
