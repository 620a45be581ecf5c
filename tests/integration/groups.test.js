/* SPDX-License-Identifier: MIT */
/**
 * Groups: what is for some people only, the others neither see nor get, in the
 * words for what there is not. A change counts with the next request.
 */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { runCgi } from '../harness/cgi.js';
import { until } from '../harness/children.js';
import { sourceDir } from '../harness/paths.js';
import { startSite } from '../harness/site.js';
import { END, newGate, order, pieces } from '../harness/suite.js';
import { textOf } from '../harness/sse.js';
import { ToolServer } from '../upstream/mcp.js';

const tools = { staff: new ToolServer('modern'), all: new ToolServer('modern') };

/** @type {Record<string, string>} */
const urls = {};

/** @returns {any} */
function sections() {
  return {
    tokens_file: 'tokens', default_model: 'staff-only',
    transcription: 'hidden/whisper', transcription_groups: ['staff', 'press'],
    'provider "up"': { 'model "m"': { fallback: 'staff-only' },
      'model "staff-only"': { groups: ['staff'] },
      'model "both"': { groups: ['staff', 'Research & Co.'] } },
    'provider "hidden"': { base_url: 'http://127.0.0.1:9/v1',
      groups: ['staff'], 'model "secret"': {}, 'model "m"': {} },
    'tool_server "inner"': { url: urls.staff,
      groups: ['staff'] },
    'tool_server "all"': { url: urls.all },
    'group_limits "guests"': { requests_per_minute: 2, streams_per_user: 1 },
    'group_limits "staff"': { tokens_per_day: 100 },
    limits: { requests_per_minute: 0 },
  };
}

/** @type {any} */
let site;
before(async () => {
  for (const [name, one] of Object.entries(tools)) urls[name] = await one.listen();
  site = await startSite({ users: ['ann', 'bob', 'cem'],
    config: sections() });
  site.control(['user', 'groups', 'ann', 'staff', 'other', 'staff']);
});
after(async () => {
  await site?.close();
  await Promise.all(Object.values(tools).map((one) => one.close()));
});

/** @param {any} client */
async function modelsOf(client) {
  const [status, list] = await client.getJson('api/models');
  assert.equal(status, 200);
  return list.data.map((/** @type {any} */ one) => one.id).sort();
}

/** @param {any} client @param {string} model */
async function ask(client, model, text = pieces(['yes'])) {
  const answer = await client.ask(model, text, { more: { stream: false } });
  const body = await answer.json();
  return body.choices?.[0].message.content ?? body.error.code;
}

test('each sees what is theirs; what is not, is not there', async () => {
  const ann = await site.signedIn({ user: 'ann' });
  const bob = await site.signedIn({ user: 'bob' });
  assert.deepEqual(await modelsOf(ann),
    ['both', 'hidden/m', 'm', 'secret', 'staff-only']);
  assert.deepEqual(await modelsOf(bob), ['m']);
  for (const id of ['staff-only', 'both', 'secret', 'hidden/m',
    'up/staff-only', 'hidden/secret', 'nothing-of-that-name']) {
    const [status, body] = await bob.getJson(`api/models/${id}`);
    assert.equal(status, 404, id);
    assert.equal(body.error.code, 'model_not_found');
    const answer = await bob.post('api/chat/completions',
      { model: id, messages: [{ role: 'user', content: 'x' }] });
    assert.equal(answer.status, 404, id);
    const { error } = await answer.json();
    assert.deepEqual([error.code, error.message], ['model_not_found',
      'There is no such model here.']);
  }
  assert.equal(await ask(ann, 'staff-only'), 'yes');
});

test('a model in the place of another is none of those that are hidden',
  async () => {
    const failing = order({ status: 503, json: { error: { message: 'x' } } });
    site.upstream.forget();
    const client = await site.signedIn({ user: 'bob' });
    const answer = await client.post('api/chat/completions', { model: 'm',
      messages: [{ role: 'user', content: failing }] });
    await answer.text();
    assert.ok(answer.status >= 500, String(answer.status));
    assert.deepEqual([...new Set(site.upstream.calls.map(
      (/** @type {any} */ one) => JSON.parse(one.body).model))], ['m']);
  });

test('a session that is open gains and loses with the next request',
  async () => {
    const client = await site.signedIn({ user: 'bob' });
    site.control(['user', 'groups', 'bob', 'Research & Co.']);
    assert.deepEqual(await modelsOf(client), ['both', 'm']);
    site.control(['user', 'groups', 'bob', '--none']);
    assert.deepEqual(await modelsOf(client), ['m']);
    assert.equal(await ask(client, 'm'), 'yes', 'and is the same session');
  });

test('tools of others are not listed, and not called', async () => {
  const ann = await site.signedIn({ user: 'ann' });
  const bob = await site.signedIn({ user: 'bob' });
  await until(async () => (await ann.getJson('api/tools'))[1].errors.length
    === 0, { every: 100 });
  /** @param {any} client */
  const servers = async (client) => new Set((await client.getJson('api/tools'))
    [1].data.map((/** @type {any} */ one) => one.name.split('__')[0]));
  assert.deepEqual(await servers(ann), new Set(['inner', 'all']));
  assert.deepEqual(await servers(bob), new Set(['all']));
  for (const [client, name, status] of /** @type {const} */ ([
    [ann, 'inner__echo', 200], [bob, 'inner__echo', 404],
    [bob, 'inner__none', 404], [bob, 'all__echo', 200]])) {
    const answer = await client.post('api/tools/call',
      { name, arguments: { text: 'x' } });
    const body = await answer.json();
    assert.equal(answer.status, status, `${name} ${JSON.stringify(body)}`);
    if (status === 404) assert.equal(body.error.code, 'tool_not_found');
  }
});

test('nor are prompts and resources of others', async () => {
  const ann = await site.signedIn({ user: 'ann' });
  const bob = await site.signedIn({ user: 'bob' });
  for (const path of ['api/prompts', 'api/resources']) {
    await until(async () => JSON.stringify((await ann.getJson(path))[1])
      .includes('"inner"'), { every: 100, what: path });
    const [, list] = await bob.getJson(path);
    assert.doesNotMatch(JSON.stringify(list), /inner/);
    assert.match(JSON.stringify(list), /"all"/);
  }
  for (const [client, status] of /** @type {const} */ ([[ann, 200],
    [bob, 404]])) {
    const answer = await client.post('api/prompts/get',
      { server: 'inner', name: 'plain', arguments: {} });
    const body = await answer.json();
    assert.equal(answer.status, status, JSON.stringify(body));
  }
});

test('speech: by its own groups and by those of its provider', async () => {
  site.control(['user', 'groups', 'cem', 'press']);
  for (const [user, may] of /** @type {const} */ ([['ann', true],
    ['bob', false], ['cem', false]])) {
    const client = await site.signedIn({ user });
    assert.equal((await client.getJson('api/session'))[1].transcription, may);
    const answer = await client.request('POST', 'api/audio/transcriptions', {
      body: '--b\r\nContent-Disposition: form-data; name="file"; '
        + 'filename="a.wav"\r\n\r\nRIFF\r\n--b--\r\n',
      headers: { 'Content-Type': 'multipart/form-data; boundary=b' } });
    const { error } = await answer.json();
    assert.equal(error.code === 'no_transcription', !may, error.code);
  }
});

test('in plain CGI, too', async () => {
  for (const [user, number] of /** @type {const} */ ([['ann', 5],
    ['bob', 1]])) {
    const { cookie } = await site.signedIn({ user });
    const { body } = await runCgi(site.configFile,
      { path: 'api/models', cookie }).answer;
    assert.equal(JSON.parse(body).data.length, number, user);
    const { body: asked } = await runCgi(site.configFile,
      { path: 'api/chat/completions', cookie, json: { model: 'staff-only',
        messages: [{ role: 'user', content: pieces(['yes']) }] } }).answer;
    assert.equal(JSON.parse(asked).error?.code,
      user === 'ann' ? undefined : 'model_not_found');
  }
});

describe('limits of a group', () => {
  test('requests a minute, and answers at a time', async () => {
    site.control(['user', 'groups', 'bob', 'guests', 'staff']);
    const client = await site.signedIn({ user: 'bob' });
    const [, { limits }] = await client.getJson('api/session');
    /* The first group of the file counts; what it does not say, `limits` do. */
    assert.deepEqual([limits.requests_per_minute, limits.streams_per_user,
      limits.tokens_per_day], [2, 1, 0]);
    const gate = newGate();
    const first = await client.chat('m', order({ steps: [{ text: 'a' },
      { gate }, ...END] }));
    await until(() => textOf(first.arrivals) === 'a', { every: 20 });
    assert.equal(await ask(client, 'm'), 'stream_limit');
    site.upstream.open(gate);
    await first.ended;
    assert.equal(await ask(client, 'm'), 'request_limit');
    const other = await site.signedIn({ user: 'cem' });
    for (let i = 0; i < 4; i += 1) {
      assert.equal(await ask(other, 'm'), 'yes');
    }
    site.control(['user', 'groups', 'bob', '--none']);
  });

  test('tokens a day', async () => {
    const client = await site.signedIn({ user: 'ann' });
    assert.equal(await ask(client, 'm', order({ steps: [{ text: 'long' },
      { finish: 'stop' }, { usage: [60, 40] }, { done: true }] })), 'long');
    await until(async () => await ask(client, 'm') === 'token_limit',
      { every: 100 });
    const other = await site.signedIn({ user: 'cem' });
    assert.equal(await ask(other, 'm'), 'yes');
  });
});

test('an access token has the groups that its user has now', async () => {
  site.control(['user', 'groups', 'cem', 'staff']);
  const token = site.control(['token', 'new', 'cem', 'script']).stdout.trim();
  const client = site.client();
  const headers = { Authorization: `Bearer ${token}` };
  const read = async () => (await (await client.get('api/models',
    { headers })).json()).data.length;
  assert.equal(await read(), 5);
  site.control(['user', 'groups', 'cem', '--none']);
  assert.equal(await read(), 1);
});

test('confabctl sets and lists them, and refuses what no file can hold', () => {
  /** @type {(...args: any[]) => any} */
  const control = (...args) => site.control(...args);
  assert.equal(control(['user', 'groups', 'ann']).stdout, 'staff\nother\n');
  assert.match(control(['user', 'list']).stdout,
    /^ann\t.*\tgroups=staff,other$/m);
  for (const bad of ['', 'a,b', 'a:b', 'a|b', ' a', 'a ', 'a\nb',
    'x'.repeat(65)]) {
    const { status } = control(['user', 'groups', 'ann', bad], '', { fail: true });
    assert.equal(status, 2, JSON.stringify(bad));
  }
  const many = Array.from({ length: 17 }, (_, i) => `g${i}`);
  assert.equal(control(['user', 'groups', 'ann', ...many], '', { fail: true })
    .status, 2);
  assert.equal(control(['user', 'groups', 'nobody', 'x'], '', { fail: true })
    .status, 4);
  assert.equal(control(['user', 'groups', 'ann']).stdout, 'staff\nother\n',
    'a refused change is none');
});

test('a users file of before is read, and one of later refused in words',
  async () => {
    const path = `${site.dir}/users`;
    const before = readFileSync(path, 'utf8');
    assert.match(before, /^bob:\$argon2id\$[^:]*$/m, 'without the key');
    /* To this program a key of tomorrow is what groups are to one of
     * yesterday: the users stay as they were. */
    writeFileSync(path, before.replace(/^bob:.*$/m, '$&:rooms=one'));
    const client = await site.signedIn({ user: 'bob' });
    assert.deepEqual(await modelsOf(client), ['m']);
    await until(() => /users:\d+: "rooms" is unknown; there are /
      .test(site.log()), { what: 'the log says so' });
    writeFileSync(path, before);
  });

describe('where the web server names the people', () => {
  /** @type {any} */
  let sso;
  /** What the service says by the cookie "sso". @type {Record<string, any>} */
  const people = {
    a: ['ann', 'other, staff'], b: ['bob', 'staffer,xstaff'], c: ['cem', ''],
    d: ['dan', `${'x,'.repeat(100)}staff`], e: ['eve', '/staff'],
    f: ['bob', null],
  };
  const service = http.createServer((request, response) => {
    const who = people[/sso=(\w)/.exec(request.headers.cookie ?? '')?.[1] ?? ''];
    if (who) response.setHeader('X-Auth-Request-User', who[0]);
    if (who?.[1]) response.setHeader('X-Auth-Request-Groups', who[1]);
    response.writeHead(who ? 202 : 401).end();
  });

  before(async () => {
    service.listen(0, '127.0.0.1');
    await once(service, 'listening');
    const { port } = /** @type {any} */ (service.address());
    sso = await startSite({ users: ['bob'],
      config: { ...sections(), auth: 'remote_user' },
      include: 'confab-sso-groups.conf',
      serverExtra: `
        auth_request /sso-auth;
        auth_request_set $confab_user $upstream_http_x_auth_request_user;
        auth_request_set $confab_groups $upstream_http_x_auth_request_groups;
        location = /sso-auth {
          internal;
          auth_request off;
          proxy_pass http://127.0.0.1:${port};
          proxy_pass_request_body off;
          proxy_set_header Content-Length "";
        }` });
  });
  after(async () => {
    await sso?.close();
    service.close();
  });

  /** @param {string} cookie */
  const as = (cookie) => {
    const client = sso.client({ h2: true });
    client.cookie = `sso=${cookie}`;
    return client;
  };

  test('its groups are theirs, name by name and none by a part', async () => {
    for (const [cookie, number] of /** @type {const} */ ([['a', 5], ['b', 1],
      ['c', 1], ['d', 5], ['e', 1], ['f', 1]])) {
      assert.equal((await modelsOf(as(cookie))).length, number, cookie);
    }
    assert.equal(await ask(as('a'), 'staff-only'), 'yes');
    assert.equal(await ask(as('b'), 'staff-only'), 'model_not_found');
  });

  test('the users file adds to them, with the next request', async () => {
    sso.control(['user', 'groups', 'bob', 'staff']);
    assert.equal((await modelsOf(as('f'))).length, 5);
    sso.control(['user', 'groups', 'bob', '--none']);
    assert.equal((await modelsOf(as('f'))).length, 1);
  });

  test('a client puts itself into none', async () => {
    for (const name of ['Remote-Groups', 'REMOTE_GROUPS', 'X-Remote-Groups',
      'X-Auth-Request-Groups', 'X-Forwarded-Groups', 'Groups']) {
      const answer = await as('b').get('api/models',
        { headers: { [name]: 'staff' } });
      assert.equal((await answer.json()).data.length, 1, name);
    }
    const answer = await as('b').get('api/models?REMOTE_GROUPS=staff');
    assert.equal((await answer.json()).data.length, 1);
  });

  /** What one who comes straight from a web server sees. @param {string} text */
  async function withGroups(text) {
    const connection = sso.fcgi();
    connection.request({ path: 'api/models',
      params: { REMOTE_USER: 'zoe', REMOTE_GROUPS: text } });
    const { body } = await connection.finished();
    connection.destroy();
    return JSON.parse(body.toString()).data.length;
  }

  test('nginx\'s two files differ in the groups alone', () => {
    const [plain, more] = ['confab-sso', 'confab-sso-groups'].map((name) =>
      readFileSync(join(sourceDir, 'nginx', `${name}.conf.in`), 'utf8')
        .replace(/^(?:#|\tfastcgi_param REMOTE_GROUPS).*\n/gm, ''));
    assert.equal(more, plain);
  });

  test('odd lists are read to their end or not at all', async () => {
    for (const [text, number] of /** @type {const} */ ([
      ['staff', 5], [' staff ', 5], [',,staff,,', 5], [' , staff ,', 5],
      ['staff\t', 1], ['Staff', 1], ['"staff"', 1], ['["staff"]', 1],
      ['staff;x', 1], ['staff|x', 1], ['x staff', 1], ['sta\u200bff', 1],
      ['Research & Co.,x', 2], [`${'x,'.repeat(8180)}staff`, 1 + 4],
      [`${'x,'.repeat(8190)}staff`, 1], [`staff,${'x'.repeat(16384)}`, 1]])) {
      assert.equal(await withGroups(text), number, text.slice(0, 40));
    }
    await until(() => /REMOTE_GROUPS is longer than 16384 bytes/
      .test(sso.log()), { what: 'the log says so' });
    assert.doesNotMatch(sso.log(), /Research/);
  });

  test('with another separator', async () => {
    sso.writeConfig({ remote_groups_separator: 'bar' });
    await sso.reload();
    assert.equal(await withGroups('x|staff'), 5);
    assert.equal(await withGroups('x,staff'), 1);
  });
});
