/* SPDX-License-Identifier: MIT */
/**
 * What a relayed call of a tool costs the worker beside a relayed short answer,
 * in figures that other people's work on the machine changes least: instructions
 * (callgrind) and system calls (strace), in one run, each request alone.
 *
 *   CONFAB_BUILD=DIR node tests/bench/cost-tool.js
 *
 * Needs valgrind, strace, and to be root for the latter.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { until } from '../harness/children.js';
import { startSite } from '../harness/site.js';
import { ToolServer } from '../upstream/mcp.js';

/** The difference of two runs has no start and no end in it. */
const RUNS = [20, 120];
const folder = mkdtempSync(join(os.tmpdir(), 'confab-cost-tool-'));
const servers = { modern: new ToolServer('modern'), legacy: new ToolServer('legacy') };

/** What is asked for, each a stream of one event and its end. */
const WORK = {
  'a short answer': ['api/chat/completions', { model: 'tokens-1-1', stream: true, messages: [{ role: 'user', content: 'hi' }] }],
  'a call, modern': ['api/tools/call', { name: 'modern__echo', arguments: { text: 'hi' }, stream: true }],
  'a call, legacy': ['api/tools/call', { name: 'legacy__echo', arguments: { text: 'hi' }, stream: true }],
};

/** @param {string[]} [wrap] put before the worker's command */
async function start(wrap) {
  const site = await startSite({ wrap, models: ['tokens-1-1'], config: { limits: { requests_per_minute: 0 },
    ...Object.fromEntries(Object.entries(servers).map(([name, { url }]) => [`tool_server "${name}"`, { url }])) } });
  const client = await site.signedIn({});
  await until(async () => (await client.getJson('api/tools'))[1].errors.length === 0, { every: 100 });
  return { site, client };
}

/** @param {any} client @param {[string, any]} what @param {number} times */
async function ask(client, [path, body], times) {
  for (let n = 0; n < times; n++) {
    const answer = await client.post(path, body);
    if (answer.status !== 200) throw new Error(await answer.text());
    await answer.text();
  }
}

/** @param {[string, any]} what */
async function instructions(what) {
  const out = join(folder, 'callgrind');
  const totals = [];
  for (const times of RUNS) {
    const { site, client } = await start(['valgrind', '--tool=callgrind', `--callgrind-out-file=${out}`, '-q']);
    await ask(client, what, times);
    await site.close({ worker: false });
    totals.push(Number(/^totals: (\d+)/m.exec(readFileSync(out, 'utf8'))?.[1]));
  }
  return (totals[1] - totals[0]) / (RUNS[1] - RUNS[0]);
}

/** @param {[string, any]} what */
async function systemCalls(what) {
  const out = join(folder, 'strace');
  const { site, client } = await start();
  await ask(client, what, RUNS[0]);
  const tracer = spawn('strace', ['-f', '-c', '-U', 'name,calls', '-o', out, '-p', String(site.worker.pid)], { stdio: 'ignore' });
  await new Promise((resolve) => { setTimeout(resolve, 1000); });
  await ask(client, what, RUNS[1]);
  tracer.kill('SIGINT');
  await once(tracer, 'close');
  await site.close({ worker: false });
  return Object.fromEntries([...readFileSync(out, 'utf8').matchAll(/^(\w+)\s+(\d+)$/gm)].map(([, name, calls]) => [name, Number(calls) / RUNS[1]]));
}

try {
  for (const server of Object.values(servers)) await server.listen();
  servers.legacy.own.answers = 'opens';
  for (const [name, what] of Object.entries(WORK)) {
    const { total, ...calls } = await systemCalls(/** @type {any} */ (what));
    const most = Object.entries(calls).filter(([, n]) => n >= 0.3).sort((a, b) => b[1] - a[1]);
    console.log(`${name}: ${Math.round(await instructions(/** @type {any} */ (what))).toLocaleString('en')} instructions, ${
      total.toFixed(1)} system calls (${most.map(([call, n]) => `${call} ${n.toFixed(1)}`).join(', ')})`);
  }
} finally {
  for (const server of Object.values(servers)) await server.close();
  rmSync(folder, { recursive: true, force: true });
}
