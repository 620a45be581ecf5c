/* SPDX-License-Identifier: MIT */
/** OpenAI's own SDK, with the mount point's api/ as its base URL. */

import assert from 'node:assert/strict';
import https from 'node:https';
import test from 'node:test';
import { END, order, pieces, useSite } from '../harness/suite.js';
import { errorBody } from '../upstream/presets.js';

const { default: OpenAI } = await import('openai').catch(() => ({
  default: null,
}));
const skip = OpenAI ? false : 'the openai package is not installed (npm ci)';
const suite = useSite({ mounts: ['/', '/a/b/'], models: ['m', 'other'] });

/** @param {string} mount */
async function sdk(mount) {
  const { site } = suite;
  const { cookie } = await site.signedIn();
  return new /** @type {any} */ (OpenAI)({
    apiKey: 'unused',
    baseURL: `https://localhost:${site.port}${mount}api`,
    defaultHeaders: { Cookie: cookie, Authorization: null },
    maxRetries: 0,
    fetch: insecureFetch,
  });
}

/**
 * The SDK's fetch over node:https, which takes the test's certificate.
 * @param {string | URL} url @param {any} init
 * @returns {Promise<Response>}
 */
function insecureFetch(url, init) {
  return new Promise((resolve, reject) => {
    const request = https.request(url, {
      method: init.method, rejectUnauthorized: false, agent: false,
      headers: Object.fromEntries(new Headers(init.headers)),
      /* Node 18 asks for one address, later ones for all. */
      lookup: (_name, options, done) => (options.all
        ? done(null, [{ address: '127.0.0.1', family: 4 }])
        : done(null, '127.0.0.1', 4)),
    }, (response) => {
      const body = new ReadableStream({
        start(controller) {
          response.on('data', (bytes) => controller.enqueue(bytes));
          response.on('end', () => controller.close());
          response.on('error', (error) => controller.error(error));
        },
        cancel: () => void response.destroy(),
      });
      resolve(new Response(response.statusCode === 204 ? null : body, {
        status: response.statusCode,
        headers: /** @type {any} */ (response.headers),
      }));
    });
    request.on('error', reject);
    init.signal?.addEventListener('abort', () => request.destroy());
    request.end(init.body);
  });
}

for (const mount of ['/', '/a/b/']) {
  test(`lists models, at ${mount}`, { skip }, async () => {
    const client = await sdk(mount);
    const ids = [];
    for await (const model of client.models.list()) ids.push(model.id);
    assert.ok(ids.includes('m') && ids.includes('other'));
  });

  test(`streams, at ${mount}`, { skip }, async () => {
    const client = await sdk(mount);
    const stream = await client.chat.completions.create({
      model: 'm', stream: true, stream_options: { include_usage: true },
      messages: [{ role: 'user', content: pieces(['Hel', 'lo'], 10) }],
    });
    let text = '';
    let usage;
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta?.content ?? '';
      usage = chunk.usage ?? usage;
    }
    assert.equal(text, 'Hello');
    assert.equal(usage.total_tokens, 12);
  });

  test(`completes without streaming, at ${mount}`, { skip }, async () => {
    const client = await sdk(mount);
    const whole = await client.chat.completions.create({
      model: 'm', messages: [{ role: 'user', content: pieces(['Hello']) }],
    });
    assert.equal(whole.choices[0].message.content, 'Hello');
  });
}

test('understands the errors', { skip }, async () => {
  const client = await sdk('/');
  const ask = (/** @type {string} */ model, /** @type {string} */ content) =>
    client.chat.completions.create({ model, stream: true,
      messages: [{ role: 'user', content }] });
  await assert.rejects(ask('nope', 'x'), (/** @type {any} */ error) => {
    assert.equal(error.status, 404);
    assert.equal(error.code, 'model_not_found');
    return true;
  });
  await assert.rejects(async () => {
    const stream = await ask('m', order({ steps: [{ text: 'a' },
      { event: errorBody('fell over') }, ...END] }));
    for await (const chunk of stream) void chunk;
  }, /fell over/);
});
