/* SPDX-License-Identifier: MIT */
/**
 * Servers of tools through a forward proxy, from plain CGI, and as the
 * administrator's commands see them.
 */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { runCgi } from '../harness/cgi.js';
import { until } from '../harness/children.js';
import { configText } from '../harness/config.js';
import { controlPath } from '../harness/paths.js';
import { PASSWORD, startSite } from '../harness/site.js';
import { loadPair, makeCertificates } from '../upstream/certs.js';
import { ToolServer } from '../upstream/mcp.js';
import { SearxngServer } from '../upstream/searxng.js';

/** @type {any} */
let site;
const servers = { modern: new ToolServer('modern'),
  legacy: new ToolServer('legacy') };
const far = new ToolServer('modern');
/** @type {ToolServer} */
let secret;
const searxng = new SearxngServer();
const deaf = new SearxngServer();
const folder = mkdtempSync(join(tmpdir(), 'confab-ways-'));
/** What the proxy was asked for: a method and what follows it. @type {string[]} */
const asked = [];
/** Bytes that crossed it in the clear. */
let crossed = '';

/** A forward proxy, which alone knows the way to `far.invalid`. */
const proxy = http.createServer((request, response) => {
  asked.push(`${request.method} ${request.url}`);
  crossed += JSON.stringify(request.headers);
  const { port, pathname } = new URL(request.url ?? '');
  const forth = http.request({ host: '127.0.0.1', port, path: pathname,
    method: request.method, headers: request.headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  forth.on('error', () => response.destroy());
  request.pipe(forth);
});
proxy.on('connect', (request, socket, head) => {
  asked.push(`CONNECT ${request.url}`);
  const forth = net.connect(Number(request.url?.split(':')[1]), '127.0.0.1',
    () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      forth.write(head);
      forth.pipe(socket);
    });
  socket.on('data', (/** @type {Buffer} */ part) => {
    crossed += part.toString('latin1');
    forth.write(part);
  });
  for (const one of [socket, forth]) {
    one.on('error', () => {});
    one.on('close', () => {
      socket.destroy();
      forth.destroy();
    });
  }
});

/** A name and password make a cookie for plain CGI. */
let cookie = '';

before(async () => {
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const { port } = /** @type {net.AddressInfo} */ (proxy.address());
  const way = `http://127.0.0.1:${port}`;
  const token_file = join(folder, 'token');
  writeFileSync(token_file, 'the-token\n', { mode: 0o600 });
  const { authority, good } = makeCertificates(folder);
  secret = new ToolServer('legacy', loadPair(good));
  secret.token = 'the-token';
  /** @type {any} */
  const config = {};
  for (const [name, server] of Object.entries(servers)) {
    config[`tool_server "${name}"`] = { url: await server.listen() };
  }
  const away = new URL(await far.listen());
  config['tool_server "far"'] = { proxy: way,
    url: `http://far.invalid:${away.port}/mcp` };
  config['tool_server "secret"'] = { proxy: way, token_file,
    ca_file: authority, url: await secret.listen() };
  config['tool_server "web"'] = { kind: 'searxng',
    url: await searxng.listen(), fetch: true };
  site = await startSite({ users: ['ann'], config });
  await until(async () => {
    const [, { errors }] = await (await site.signedIn({}))
      .getJson('api/prompts');
    return errors.length === 0;
  }, { every: 100 });
  const { answer } = runCgi(site.configFile, { path: 'api/login',
    json: { username: 'ann', password: PASSWORD } });
  cookie = /^[^;]*/.exec((await answer).headers['set-cookie'] ?? '')?.[0]
    ?? '';
  assert.notEqual(cookie, '');
});

after(async () => {
  await site?.close();
  for (const one of [...Object.values(servers), far, secret, searxng]) {
    await one.close();
  }
  proxy.closeAllConnections();
  await new Promise((resolve) => proxy.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

/** @param {string} path @param {any} body */
async function post(path, body) {
  const client = await site.signedIn({});
  const answer = await client.post(`api/${path}`, body);
  return { status: answer.status, body: await answer.json() };
}

describe('through a forward proxy', () => {
  test('a server that is known to the proxy alone is asked', async () => {
    const { body } = await post('tools/call',
      { name: 'far__echo', arguments: { text: 'away' } });
    assert.equal(body.content[0].text, 'echo: away');
    assert.ok(asked.some((one) =>
      /^POST http:\/\/far\.invalid:\d+\/mcp$/.test(one)), String(asked));
  });

  test('TLS is between us and the server, and so is its token', async () => {
    const { body } = await post('tools/call',
      { name: 'secret__echo', arguments: { text: 'unseen' } });
    assert.equal(body.content[0].text, 'echo: unseen');
    const { contents } = (await post('resources/read',
      { server: 'secret', uri: 'note://1' })).body;
    assert.equal(contents[0].text, 'at note://1');
    assert.ok(asked.some((one) => /^CONNECT localhost:\d+$/.test(one)));
    assert.ok(!/the-token|unseen|note:/.test(crossed));
  });

  test('a call that asks, and its answer, go the same way', async () => {
    const first = await post('tools/call',
      { name: 'secret__act', arguments: { do: 'ask' } });
    const { requests, state } = first.body.input_required;
    const rest = await post('tools/call', { name: 'secret__act',
      arguments: { do: 'ask' }, request_state: state, input_responses: {
        [Object.keys(requests)[0] ?? '']: { action: 'accept',
          content: { name: 'Ada' } } } });
    assert.match(rest.body.content[0].text, /Ada/);
  });

  test('its files can be read again after a reload', async () => {
    await site.reload();
    const { status, body } = await post('tools/call',
      { name: 'secret__echo', arguments: { text: 'again' } });
    assert.equal(status, 200, JSON.stringify(body));
    assert.ok(!/reload.*fail|cannot be read/i.test(site.worker.output()));
  });

  test('what is asked without one does not go there', async () => {
    const before = asked.length;
    await post('tools/call', { name: 'modern__echo', arguments: {} });
    await post('tools/call', { name: 'web__search',
      arguments: { query: 'x' } });
    assert.equal(asked.length, before);
  });
});

describe('in plain CGI', () => {
  /** @param {string} path @param {any} [json] */
  async function ask(path, json) {
    const { answer } = runCgi(site.configFile, { path: `api/${path}`, cookie,
      ...(json === undefined ? {} : { json }) });
    const { status, body, code, stderr } = await answer;
    assert.equal(code, 0, stderr);
    return { status, body };
  }

  test('each server has listed what it has before it is told', async () => {
    const tools = JSON.parse((await ask('tools')).body);
    assert.deepEqual(tools.errors, []);
    const names = new Set(tools.data.map((/** @type {any} */ one) =>
      one.server));
    assert.deepEqual([...names].sort(),
      ['far', 'legacy', 'modern', 'secret', 'web']);
    const prompts = JSON.parse((await ask('prompts')).body);
    assert.deepEqual([prompts.errors, prompts.data.length], [[], 8]);
    const resources = JSON.parse((await ask('resources')).body);
    assert.equal(resources.templates.length, 4);
  });

  test('a call is made, whole and streamed', async () => {
    for (const server of ['modern', 'legacy']) {
      const call = { name: `${server}__act`, arguments: { do: 'progress' } };
      const whole = await ask('tools/call', call);
      assert.equal(JSON.parse(whole.body).structured_content.n, 3);
      const { body } = await ask('tools/call', { ...call, stream: true });
      assert.match(body,
        /"type":"progress"[^]*"type":"result"[^]*\[DONE\]/);
      const prompt = await ask('prompts/get',
        { server, name: 'review', arguments: { language: 'C' } });
      assert.equal(JSON.parse(prompt.body).description, 'As asked');
      const read = await ask('resources/read', { server, uri: 'note://2' });
      assert.equal(JSON.parse(read.body).contents[0].text, 'at note://2');
    }
    const found = await ask('tools/call', { name: 'web__search',
      arguments: { query: 'x' } });
    assert.match(found.body, /r0\.example/);
  });

  test('a modern server\'s question outlives the process, a legacy one\'s '
    + 'does not', async () => {
    for (const [server, status] of /** @type {const} */ ([['modern', 200],
      ['legacy', 410]])) {
      const call = { name: `${server}__act`, arguments: { do: 'ask' } };
      const { input_required: { requests, state } } =
        JSON.parse((await ask('tools/call', call)).body);
      const rest = await ask('tools/call', { ...call, request_state: state,
        input_responses: { [Object.keys(requests)[0] ?? '']: {
          action: 'accept', content: { name: 'Ada' } } } });
      assert.equal(rest.status, status, rest.body);
    }
  });
});

describe('as the administrator sees them', () => {
  /** @param {string[]} args @param {string} [input] */
  async function run(args, input = '') {
    const child = spawn(controlPath, args);
    let out = '';
    child.stdout.on('data', (part) => { out += part; });
    child.stderr.on('data', (part) => { out += part; });
    child.stdin.end(input);
    const [code] = await once(child, 'close');
    return { out, code };
  }

  test('check --online says what each is, speaks and has', async () => {
    const { out } = await run(['--config', site.configFile, 'check',
      '--online']);
    const tools = '4 tools: echo, act, .*; 1 left out, as the log says';
    for (const line of [
      `^tool_server modern: scripted 2, MCP 2026-07-28 \\(modern\\), ${tools}`
        + '; 2 prompts; 2 resources; 1 templates of resources$',
      `^tool_server legacy: scripted 1, MCP 2025-11-25 \\(legacy\\), ${tools}`,
      '^tool_server far: scripted 2, MCP 2026-07-28',
      '^tool_server secret: scripted 1, MCP 2025-11-25',
      '^tool_server web: SearXNG, 2 tools: search, fetch$']) {
      assert.match(out, new RegExp(line, 'm'));
    }
  });

  test('and why one cannot be used', async () => {
    /** @type {any} */
    const broken = { 'tool_server "nobody"': { url: 'http://localhost:1/' },
      'tool_server "deaf"': { kind: 'searxng', url: await deaf.listen() },
      'tool_server "shut"': { url: String(secret.url).replace('https', 'http') } };
    deaf.json = false;
    const other = join(folder, 'confab.conf');
    writeFileSync(other, `${readFileSync(site.configFile, 'utf8')}\n${
      configText(broken)}`, { mode: 0o600 });
    const { out, code } = await run(['--config', other, 'check',
      '--online']);
    await deaf.close();
    assert.equal(code, 1);
    assert.match(out, /^tool_server nobody: .*cannot be reached/m);
    assert.match(out, /^tool_server deaf: .*json among the formats/m);
    assert.match(out, /3 of the tool servers cannot be used/);
  });

  test('doctor counts the tools that a person would see', async () => {
    const { out } = await run(['doctor', `https://localhost:${site.port}/`, '--user', 'ann',
      '--ca-file', site.certificates.authority], `${PASSWORD}\n`);
    assert.match(out, /the tool servers answer, with 18 tools/);
  });
});
