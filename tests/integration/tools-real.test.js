/* SPDX-License-Identifier: MIT */
/**
 * Servers that others wrote: one that remembers and one that reads files,
 * behind a bridge from their standard input; and the SDK of the modern
 * revision, which takes no other.
 */

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { McpServer, createMcpHandler } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { Child, until } from '../harness/children.js';
import { freePort } from '../harness/places.js';
import { startSite } from '../harness/site.js';

const { resolve } = createRequire(import.meta.url);
/** @param {string} name */
const program = (name) => resolve(`${name}/dist/index.js`);

/** @type {any} */
let site;
/** @type {any} */
let client;
/** @type {Child[]} */
const bridges = [];
const modern = http.createServer(toNodeHandler(createMcpHandler(() => {
  const server = new McpServer({ name: 'of-the-sdk', version: '1.0.0' });
  server.registerTool('add', { description: 'Adds.',
    inputSchema: z.object({ a: z.number(), b: z.number() }) },
  async ({ a, b }) => ({ content: [{ type: 'text', text: String(a + b) }] }));
  server.registerTool('fail', { description: 'Fails.' }, async () => {
    throw new Error('It cannot.');
  });
  return server;
}, { legacy: 'reject' })));

before(async () => {
  const ports = [await freePort(), await freePort()];
  await new Promise((done) =>
    modern.listen(0, '127.0.0.1', () => done(undefined)));
  const address = /** @type {any} */ (modern.address());
  site = await startSite({ config: {
    'tool_server "memory"': { url: `http://localhost:${ports[0]}/mcp` },
    'tool_server "files"': { url: `http://localhost:${ports[1]}/mcp`,
      deny: ['write_*', 'edit_*'] },
    'tool_server "sdk"': { url: `http://127.0.0.1:${address.port}/mcp` },
  } });
  writeFileSync(join(site.dir, 'a.txt'), 'words of a file\n');
  const commands = [`node ${program('@modelcontextprotocol/server-memory')}`,
    `node ${program('@modelcontextprotocol/server-filesystem')} ${site.dir}`];
  commands.forEach((command, i) => bridges.push(new Child(process.execPath,
    [program('supergateway'), '--stdio', command, '--outputTransport',
      'streamableHttp', '--stateful', '--port', String(ports[i]),
      '--logLevel', 'none'], { log: join(site.dir, `bridge-${i}.log`),
      env: { MEMORY_FILE_PATH: join(site.dir, 'memory.json') } })));
  client = await site.signedIn({});
  await until(async () => {
    const [, { errors, data }] = await client.getJson('api/tools');
    return errors.length === 0 && new Set(data.map((/** @type {any} */ one) =>
      one.server)).size === 3;
  }, { every: 200 });
});

after(async () => {
  for (const bridge of bridges) await bridge.stop();
  modern.closeAllConnections();
  await new Promise((done) => modern.close(() => done(undefined)));
  await site?.close();
});

/** @param {string} name @param {any} given */
async function call(name, given) {
  const answer = await client.post('api/tools/call',
    { name, arguments: given });
  return { status: answer.status, body: await answer.json() };
}

test('a server that remembers: what one call leaves another finds',
  async () => {
    const made = await call('memory__create_entities', { entities: [
      { name: 'Ada', entityType: 'person', observations: ['wrote notes'] }] });
    assert.equal(made.status, 200, JSON.stringify(made.body));
    const { body } = await call('memory__search_nodes', { query: 'notes' });
    assert.match(JSON.stringify(body), /Ada/);
    assert.match(readFileSync(join(site.dir, 'memory.json'), 'utf8'), /Ada/);
  });

test('a server that reads files: what is denied is not there, and what it '
  + 'refuses is told', async () => {
  const [, { data }] = await client.getJson('api/tools');
  const names = data.map((/** @type {any} */ one) => one.name);
  assert.ok(names.includes('files__list_directory'), String(names));
  assert.ok(!names.some((/** @type {string} */ one) =>
    /^files__(write|edit)_/.test(one)));
  const reads = names.find((/** @type {string} */ one) =>
    /^files__read_(text_)?file$/.test(one));
  const { body } = await call(reads, { path: join(site.dir, 'a.txt') });
  assert.match(JSON.stringify(body.content), /words of a file/);
  const outside = await call(reads, { path: '/etc/hostname' });
  assert.equal(outside.body.is_error, true);
  const { status } = await call('files__write_file',
    { path: join(site.dir, 'b.txt'), content: 'x' });
  assert.equal(status, 404);
});

test('the SDK of the modern revision: listed, called, and its failures told',
  async () => {
    const { body } = await call('sdk__add', { a: 19, b: 23 });
    assert.deepEqual(body.content, [{ type: 'text', text: '42' }]);
    assert.equal((await call('sdk__fail', {})).body.is_error, true);
    const wrong = await call('sdk__add', { a: 'x' });
    assert.ok(wrong.body.is_error === true || wrong.body.error !== undefined,
      JSON.stringify(wrong.body));
    assert.doesNotMatch(site.worker.output(), /era=legacy.*sdk/);
  });
