/* SPDX-License-Identifier: MIT */
/**
 * Providers that nobody here wrote: @copilotkit/aimock speaks all three kinds,
 * @dwmkerr/mock-llm one. What they say is set; how they say it is theirs.
 */

import assert from 'node:assert/strict';
import test, { after } from 'node:test';
import { createServer } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { Child, until } from '../harness/children.js';
import { errorOf, isDone, reasoningOf, textOf, chunksOf } from
  '../harness/sse.js';
import { useSite } from '../harness/suite.js';

const require = createRequire(import.meta.url);
const aimock = await import('@copilotkit/aimock').catch(() => null);
/** @returns {string | null} */
function mockLlm() {
  try {
    return require.resolve('@dwmkerr/mock-llm');
  } catch {
    return null;
  }
}

const KINDS = { chat: 'openai', responses: 'openai_responses',
  messages: 'anthropic' };
const folder = mkdtempSync(join(tmpdir(), 'confab-foreign-'));
/** @type {any} */
let mock;
/** @type {Child | null} */
let echo = null;

after(async () => {
  await mock?.stop();
  await echo?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** @returns {Promise<number>} a port that was free */
async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (
    server.address());
  server.close();
  await once(server, 'close');
  return port;
}

const suite = useSite({ config: { limits: { requests_per_minute: 0 } } },
  async (site) => {
    /** @type {Record<string, any>} */
    const sections = {};
    if (aimock) {
      mock = new aimock.LLMock({ port: 0, logLevel: 'silent' });
      mock.onMessage('hello', { content: 'Grüße, 😀 world. '.repeat(20) });
      mock.onMessage('think', { reasoning: 'Let me see.', content: 'Seen.' });
      mock.onMessage('weather', { toolCalls: [
        { name: 'weather', arguments: '{"city":"Oslo"}' }] });
      mock.onMessage('fail', { error: { message: 'No such luck.',
        type: 'invalid_request_error' }, status: 400 });
      await mock.start();
      for (const [name, kind] of Object.entries(KINDS)) {
        sections[`provider "${name}"`] = { kind,
          base_url: kind === 'anthropic' ? mock.url : `${mock.url}/v1`,
          api_key_file: `${site.dir}/key`, [`model "${name}"`]: {} };
      }
    }
    const main = mockLlm();
    if (main !== null) {
      const port = await freePort();
      echo = new Child(process.execPath, [main], { cwd: folder,
        log: join(folder, 'log'), env: { PORT: `${port}`, HOST: '127.0.0.1' } });
      await until(async () => fetch(`http://127.0.0.1:${port}/health`)
        .then(({ ok }) => ok, () => false));
      sections['provider "echo"'] = { kind: 'openai',
        base_url: `http://127.0.0.1:${port}/v1`, 'model "echo"': {} };
    }
    site.writeConfig(sections);
    await site.reload();
    site.spare = 8;
  });

const unless = (/** @type {unknown} */ there) =>
  ({ skip: there ? false : 'not installed (npm ci)' });

/** @param {string} model @param {string} content @param {any} [more] */
async function whole(model, content, more = {}) {
  const client = await suite.site.signedIn();
  const answer = await client.ask(model, content,
    { more: { stream: false, ...more } });
  return { status: answer.status, body: await answer.json() };
}

/** @param {string} model @param {string} content @param {any} [more] */
async function streamed(model, content, more = {}) {
  const client = await suite.site.signedIn();
  const reading = await client.chat(model, content, { more });
  await reading.ended;
  assert.equal(errorOf(reading.arrivals), undefined);
  assert.ok(isDone(reading.arrivals));
  return reading.arrivals;
}

const TOOLS = { tools: [{ type: 'function', function: { name: 'weather',
  description: 'd', parameters: { type: 'object',
    properties: { city: { type: 'string' } } } } }] };

for (const model of Object.keys(KINDS)) {
  test(`aimock, ${model}: words, streamed and whole`, unless(aimock),
    async () => {
      const words = 'Grüße, 😀 world. '.repeat(20);
      assert.equal(textOf(await streamed(model, 'hello')), words);
      const { body } = await whole(model, 'hello');
      assert.equal(body.choices[0].message.content, words);
      assert.equal(body.choices[0].finish_reason, 'stop');
      assert.equal(typeof body.usage.completion_tokens, 'number');
    });

  test(`aimock, ${model}: thoughts`, unless(aimock), async () => {
    const arrivals = await streamed(model, 'think');
    assert.equal(reasoningOf(arrivals), 'Let me see.');
    assert.equal(textOf(arrivals), 'Seen.');
  });

  test(`aimock, ${model}: a call, streamed and whole`, unless(aimock),
    async () => {
      const chunks = chunksOf(await streamed(model, 'weather', TOOLS));
      const pieces = chunks.flatMap((one) =>
        one.choices?.[0]?.delta?.tool_calls ?? []);
      assert.equal(pieces[0].function.name, 'weather');
      assert.equal(pieces.map((one) => one.function?.arguments ?? '').join(''),
        '{"city":"Oslo"}');
      const { body } = await whole(model, 'weather', TOOLS);
      const [call] = body.choices[0].message.tool_calls;
      assert.deepEqual(JSON.parse(call.function.arguments), { city: 'Oslo' });
      assert.equal(body.choices[0].finish_reason, 'tool_calls');
    });

  test(`aimock, ${model}: its own words of an error`, unless(aimock),
    async () => {
      const { status, body } = await whole(model, 'fail');
      assert.equal(status, 400, JSON.stringify(body));
      assert.match(body.error.message, /No such luck\./);
    });
}

test('mock-llm: what was asked comes back, streamed and whole',
  unless(mockLlm()), async () => {
    assert.equal(textOf(await streamed('echo', 'say it again')),
      'say it again');
    const { body } = await whole('echo', 'say it again');
    assert.equal(body.choices[0].message.content, 'say it again');
  });
