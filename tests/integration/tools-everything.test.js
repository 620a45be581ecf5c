/* SPDX-License-Identifier: MIT */
/** Every tool of the reference server, over Streamable HTTP. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { until } from '../harness/children.js';
import { CALLS, startEverything } from '../harness/everything.js';
import { freePort } from '../harness/places.js';
import { startSite } from '../harness/site.js';

/** @type {any} */
let site;
/** @type {import('../harness/children.js').Child} */
let server;

before(async () => {
  const port = await freePort();
  const config = { 'tool_server "every"': {
    url: `http://localhost:${port}/mcp`, limits: { total: '20s' } } };
  site = await startSite({ config });
  server = startEverything(port, site.dir);
  await until(async () => (await tools()).length > 0,
    { every: 100 });
});

after(async () => {
  await server?.stop();
  await site?.close();
});

/** @returns {Promise<any[]>} */
async function tools() {
  const [, { data }] = await (await site.signedIn({})).getJson('api/tools');
  return data;
}

/**
 * The events of a call.
 * @param {string} name @param {any} given @param {any} [more]
 */
async function call(name, given, more = {}) {
  const answer = await (await site.signedIn({})).post('api/tools/call',
    { name, arguments: given, stream: true, ...more });
  const text = await answer.text();
  assert.equal(answer.status, 200, text);
  return [...text.matchAll(/^data: (\{.*)$/gm)]
    .map(([, data]) => JSON.parse(data));
}

test('each of its tools is listed, can be called, and is known here',
  async () => {
    const names = (await tools()).map(({ tool }) => /** @type {string} */ (
      tool));
    assert.deepEqual(names.filter((one) => !(one in CALLS)), []);
    for (const tool of names) {
      const [given, want] = CALLS[tool];
      let events = await call(`every__${tool}`, given);
      const asked = events.at(-1).input_required;
      if (asked) {
        const [id] = Object.keys(asked.requests);
        const content = { name: 'Ada' };
        events = await call(`every__${tool}`, given, {
          request_state: asked.state,
          input_responses: { [id]: { action: 'accept', content } } });
      }
      assert.equal(events.at(-1).type, 'result', tool);
      assert.match(JSON.stringify(events.at(-1)), want, tool);
    }
  });

test('its progress comes before its result', async () => {
  const events = await call('every__trigger-long-running-operation',
    { duration: 0.4, steps: 4 });
  const kinds = events.map(({ type }) => type);
  assert.equal(kinds.at(-1), 'result');
  assert.ok(kinds.slice(0, -1).includes('progress'), String(kinds));
});

test('each of its prompts and resources is listed, and given', async () => {
  const client = await site.signedIn({});
  /** @type {any} */
  let prompts;
  await until(async () => {
    [, prompts] = await client.getJson('api/prompts');
    return prompts.errors.length === 0;
  }, { every: 100 });
  assert.ok(prompts.data.length >= 3, 'it has some');
  for (const { server: name, name: prompt, arguments: wanted } of
    prompts.data) {
    const given = Object.fromEntries(wanted.map((/** @type {any} */ one) =>
      [one.name, one.name === 'resourceType' ? 'Text' : '1']));
    const answer = await client.post('api/prompts/get',
      { server: name, name: prompt, arguments: given });
    const body = await answer.json();
    assert.equal(answer.status, 200, `${prompt} ${JSON.stringify(body)}`);
    assert.ok(body.messages.length > 0, prompt);
  }
  const [, { data, templates }] = await client.getJson('api/resources');
  assert.ok(data.length > 0 && templates.length > 0, 'it has some');
  const uris = data.map((/** @type {any} */ { uri }) => uri);
  for (const uri of [...uris, templates[0].uri_template.replace(/\{.*\}/, '2')]) {
    const answer = await client.post('api/resources/read',
      { server: 'every', uri });
    const { contents } = await answer.json();
    assert.equal(answer.status, 200, uri);
    assert.ok(contents[0].text ?? contents[0].blob, uri);
  }
  const withArguments = prompts.data.find((/** @type {any} */ one) =>
    /complet/.test(one.name));
  const answer = await client.post('api/prompts/complete', { server: 'every',
    prompt: withArguments.name,
    argument: { name: withArguments.arguments[0].name, value: '' } });
  assert.ok((await answer.json()).values.length > 0);
});
