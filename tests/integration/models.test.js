/* SPDX-License-Identifier: MIT */
/** Which models can be asked for, and what else each provider differs in. */

import assert from 'node:assert/strict';
import test from 'node:test';
import { END, order, pieces, useSite } from '../harness/suite.js';
import { API_KEY } from '../harness/site.js';
import { until } from '../harness/children.js';
import { residentBytes } from '../harness/proc.js';
import { textOf } from '../harness/sse.js';
import { errorBody } from '../upstream/presets.js';

const suite = useSite({
  config: {
    'provider "up"': { 'model "m"': { name: 'The M', context_length: 8000,
      max_output_tokens: 500 },
    'model "alias"': { upstream: 'real-name', input: ['text', 'image'] },
    'model "seeker"': { web_search: '{"web_search_options":{"n":1}}' } },
  },
});

/** @returns {Promise<any[]>} */
async function models() {
  const client = await suite.site.signedIn();
  const [status, list] = await client.getJson('api/models');
  assert.equal(status, 200);
  assert.equal(list.object, 'list');
  return list.data;
}

test('configured models carry what is known of them', async () => {
  const list = await models();
  const m = list.find((one) => one.id === 'm');
  assert.equal(m.object, 'model');
  assert.equal(m.name, 'The M');
  assert.equal(m.provider, 'up');
  assert.equal(m.context_length, 8000);
  assert.equal(m.max_output_tokens, 500);
  assert.deepEqual(m.input, ['text']);
  const alias = list.find((one) => one.id === 'alias');
  assert.deepEqual(alias.input, ['text', 'image']);
  assert.ok(!JSON.stringify(list).includes('real-name'));
});

test('an alias is told to the provider by its own name', async () => {
  const { site } = suite;
  const client = await site.signedIn();
  site.upstream.forget();
  const reading = await client.chat('alias', pieces(['a']));
  await reading.ended;
  assert.equal(JSON.parse(site.upstream.calls[0].body).model, 'real-name');
});

test('a model that can be let search says so, and does when it is asked to',
  async () => {
    const { site } = suite;
    const client = await site.signedIn();
    const list = await models();
    assert.deepEqual(list.filter((one) => one.web_search === true)
      .map(({ id }) => id), ['seeker']);
    site.upstream.forget();
    for (const [model, more] of /** @type {[string, any][]} */ ([
      ['seeker', { web_search: true }], ['seeker', {}],
      ['m', { web_search: true }]])) {
      const reading = await client.chat(model, pieces(['a']), { more });
      await reading.ended;
    }
    const [let_, not, cannot] = site.upstream.calls.map((one) =>
      JSON.parse(one.body));
    assert.deepEqual(let_.web_search_options, { n: 1 });
    for (const body of [not, cannot]) {
      assert.equal(body.web_search_options, undefined);
    }
    for (const body of [let_, not, cannot]) {
      assert.equal(body.web_search, undefined);
    }
  });

test('only what the client set is sent', async () => {
  const { site } = suite;
  const client = await site.signedIn();
  site.upstream.forget();
  const plain = await client.chat('m', pieces(['a']));
  await plain.ended;
  const set = await client.chat('m', pieces(['a']), { more: {
    temperature: 0.5, top_p: 0.9, max_tokens: 50, stop: ['x'], seed: 7 } });
  await set.ended;
  const [first, second] = site.upstream.calls.map((one) =>
    JSON.parse(one.body));
  for (const name of ['temperature', 'top_p', 'max_tokens',
    'max_completion_tokens', 'stop', 'seed']) {
    assert.equal(first[name], undefined, name);
  }
  assert.equal(second.temperature, 0.5);
  assert.equal(second.top_p, 0.9);
  assert.deepEqual(second.stop, ['x']);
  assert.equal(second.seed, 7);
});

test('a provider\'s differences are configuration', async () => {
  const { site } = suite;
  const base = site.upstream.url().replace(/\/v1$/, '');
  site.writeConfig({ 'provider "azure"': {
    kind: 'openai', base_url: `${base}/openai/deployments/d`,
    api_key_file: `${site.dir}/key`, key_header: 'api-key', key_prefix: '',
    query: 'api-version=2025-01-01', include_usage: false,
    token_limit_field: 'max_completion_tokens',
    headers: ['X-Title: confab'], 'model "deployed"': {},
  } });
  await site.reload();
  const client = await site.signedIn();
  site.upstream.forget();
  const reading = await client.chat('deployed', pieces(['a']),
    { more: { max_tokens: 9 } });
  await reading.ended;
  assert.equal(textOf(reading.arrivals), 'a');
  const [call] = site.upstream.calls;
  assert.equal(call.target,
    '/openai/deployments/d/chat/completions?api-version=2025-01-01');
  assert.equal(call.headers['api-key'], API_KEY);
  assert.equal(call.headers.authorization, undefined);
  assert.equal(call.headers['x-title'], 'confab');
  const body = JSON.parse(call.body);
  assert.equal(body.max_completion_tokens, 9);
  assert.equal(body.max_tokens, undefined);
  assert.equal(body.stream_options, undefined);
});

test('a fallback is used only when nothing was processed', async () => {
  const { site } = suite;
  site.writeConfig({ 'provider "up"': {
    'model "first"': { fallback: 'm' } } });
  await site.reload();
  const client = await site.signedIn();
  const down = { status: 429, json: errorBody('full'),
    headers: { 'Retry-After': '60' } };
  site.upstream.script('first', down);
  site.upstream.script('m', { steps: [{ text: 'from m' }, ...END] });
  site.upstream.forget();
  const reading = await client.chat('first', 'x');
  await reading.ended;
  assert.equal(textOf(reading.arrivals), 'from m');
  assert.deepEqual(site.upstream.calls.map((one) => one.model),
    ['first', 'm']);

  /* A reset takes along what has not been read yet. */
  site.upstream.script('first', { steps: [{ text: 'half' }, { wait: 300 },
    { reset: true }] });
  site.upstream.forget();
  const broken = await client.chat('first', 'x');
  await broken.ended;
  assert.equal(textOf(broken.arrivals), 'half');
  assert.equal(site.upstream.calls.length, 1);
});

test('models that stand in for each other are not asked for ever', async () => {
  const { site } = suite;
  site.writeConfig({ 'provider "up"': {
    'model "first"': { fallback: 'second' },
    'model "second"': { fallback: 'first' } } });
  await site.reload();
  const client = await site.signedIn();
  const down = { status: 429, json: errorBody('full'),
    headers: { 'Retry-After': '60' } };
  site.upstream.script('first', down);
  site.upstream.script('second', down);
  site.upstream.forget();
  const answer = await client.ask('first', 'x');
  assert.equal(answer.status, 429);
  await answer.text();
  /* The first, and POLICY_FALLBACKS_MAX that stood in. */
  assert.deepEqual(site.upstream.calls.map((one) => one.model),
    ['first', 'second', 'first', 'second']);
});

test('a list whose pages do not end is read to its limit', async () => {
  const { site } = suite;
  const asked = () => site.upstream.requests.filter((one) =>
    one.target.includes('/models'));
  const names = Array.from({ length: 60 }, (_, i) => `paged-${i}`);
  site.upstream.models = names;
  site.upstream.forget();
  site.writeConfig({ 'provider "pages"': { kind: 'anthropic',
    base_url: site.upstream.url().replace(/\/v1$/, ''),
    api_key_file: `${site.dir}/key`, list_models: true } });
  await site.reload();
  await until(async () => (await models()).some((one) => one.id === 'paged-0'));
  const ids = (await models()).map((one) => one.id);
  /* 20 pages of two (MODEL_LISTS_PAGES). */
  assert.deepEqual(ids.filter((id) => id.startsWith('paged-')),
    names.slice(0, 40));
  assert.equal(asked().length, 20);

  /* The same page again and again: as often, and each model once. */
  site.upstream.script('GET /models', { json: { data: [{ id: 'turning' }],
    first_id: 'turning', last_id: 'turning', has_more: true } });
  site.upstream.forget();
  site.writeConfig({ 'provider "pages"': { base_url:
    `${site.upstream.url().replace(/\/v1$/, '')}/again` } });
  await site.reload();
  await until(async () => (await models()).some((one) => one.id === 'turning'));
  assert.equal((await models()).filter((one) => one.id === 'turning').length, 1);
  assert.equal(asked().length, 20);
  site.upstream.script('GET /models', []);
});

test('a list is asked for, refreshed, and kept when it fails', async () => {
  const { site } = suite;
  site.upstream.models = ['listed-1', 'listed-2'];
  site.writeConfig({ timeouts: { models: '1s' }, 'provider "lister"': {
    kind: 'openai', base_url: site.upstream.url(),
    api_key_file: `${site.dir}/key`, list_models: true } });
  await site.reload();
  const ids = async () => (await models()).map((one) => one.id);
  await until(async () => (await ids()).includes('listed-2'));
  site.upstream.models = ['listed-1', 'listed-3'];
  await until(async () => (await ids()).includes('listed-3'));
  assert.ok(!(await ids()).includes('listed-2'));
  site.upstream.script('GET /models', { status: 500,
    json: errorBody('down') });
  site.upstream.forget();
  await site.upstream.until(() => site.upstream.requests.some((one) =>
    one.finished && one.target.endsWith('/models')));
  assert.ok((await ids()).includes('listed-3'), 'the old list stays');
  const client = await site.signedIn();
  const reading = await client.chat('listed-3', pieces(['ok']));
  await reading.ended;
  assert.equal(textOf(reading.arrivals), 'ok');
});

test('a list too long, too odd or too strange breaks nothing', async () => {
  const { site } = suite;
  for (const script of [
    { json: { object: 'list', data: Array.from({ length: 5000 }, (_, i) =>
      ({ id: `many-${i}`, object: 'model' })) } },
    { json: { object: 'list', data: [{ id: '' }, { id: 5 }, {}, null, 'x',
      { id: 'x'.repeat(5000) }, { id: '<script>' }, { id: 'a\nb' }] } },
    { json: [] }, { json: null }, { body: 'no list' }, { body: '' },
    { type: 'application/json', body: '{"data":[{"id":"' + 'x'.repeat(5e6) },
  ]) {
    site.upstream.script('GET /models', /** @type {any} */ (script));
    site.upstream.forget();
    await site.upstream.until(() => site.upstream.requests.some((one) =>
      one.target.endsWith('/models')));
    assert.ok((await models()).some((one) => one.id === 'm'));
  }
});

test('the provider\'s 400 is the client\'s to see', async () => {
  const client = await suite.site.signedIn();
  const answer = await client.ask('m', order({ status: 400, json: errorBody(
    'maximum context length is 8192 tokens', 'context_length_exceeded',
    'invalid_request_error') }));
  assert.equal(answer.status, 400);
  const { error } = await answer.json();
  assert.equal(error.code, 'context_length_exceeded');
  assert.match(error.message, /8192/);
});

test('providers that a reload took away are forgotten', async () => {
  const { site } = suite;
  const long = 'x'.repeat(150);
  site.upstream.script('GET /models', { json: { object: 'list',
    data: Array.from({ length: 2000 }, (_, i) =>
      ({ id: `${long}-${i}`, object: 'model' })) } });
  const follow = async (/** @type {number} */ number) => {
    site.upstream.forget();
    site.writeConfig({ 'provider "lister"': {
      base_url: `${site.upstream.url()}/number-${number}` } });
    await site.reload();
    await site.upstream.until(() => site.upstream.requests.some((one) =>
      one.finished && one.target.includes(`/number-${number}/models`)));
    await until(async () => (await models()).length > 2000);
  };
  let warm = 0;
  for (let i = 0; i < 30; i += 1) {
    await follow(i);
    if (i === 9) warm = residentBytes(site.worker.pid);
  }
  /* Each list takes half a mebibyte and more. */
  const grown = residentBytes(site.worker.pid) - warm;
  assert.ok(site.sanitized || grown < 5 << 20, `grown by ${grown}`);
});
