/* SPDX-License-Identifier: MIT */
/**
 * Speech to text through nginx and worker: who may ask, what the provider gets,
 * what is told when it fails, and that a recording is in no file and in no log.
 */

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { until } from '../harness/children.js';
import { rawTls } from '../harness/http.js';
import { residentBytes } from '../harness/proc.js';
import { startSite } from '../harness/site.js';
import { newGate, useSite } from '../harness/suite.js';
import { errorBody } from '../upstream/presets.js';

/* The SDK's own fetch takes the test's certificate. */
process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';

const MB = 1 << 20;
const suite = useSite({
  users: ['ann', 'bob'],
  config: { transcription: 'up/whisper-up', tokens_file: 'tokens',
    limits: { requests_per_minute: 0, body: 2 * MB },
    'provider "up"': { 'model "m"': {} } },
});

/** @typedef {[string, string | Buffer, {file?: string, type?: string}?]} Field */

/** @param {Field[]} fields @param {string} [boundary] */
function formOf(fields, boundary = 'a-b_c') {
  const parts = fields.flatMap(([name, value, { file, type } = {}]) => [
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"`
      + `${file === undefined ? '' : `; filename="${file}"`}\r\n`
      + `${type ? `Content-Type: ${type}\r\n` : ''}\r\n`, value, '\r\n']);
  return Buffer.concat([...parts, `--${boundary}--\r\n`]
    .map((one) => Buffer.from(one)));
}

/** @type {Field} */
const SOUND = ['file', Buffer.from('RIFF\0\xff the-secret-recording', 'latin1'),
  { file: 'talk.wav', type: 'audio/wav' }];

/**
 * @param {Field[]} fields
 * @param {{headers?: Record<string, string>, user?: string}} [options]
 */
async function ask(fields, { headers = {}, user = 'ann' } = {}) {
  const client = await suite.site.signedIn({ user });
  const answer = await client.request('POST', 'api/audio/transcriptions', {
    body: formOf(fields),
    headers: { 'Content-Type': 'multipart/form-data; boundary=a-b_c',
      ...headers },
  });
  const text = await answer.text();
  if (answer.headers['retry-after']) {
    suite.site.lastRetryAfter = Number(answer.headers['retry-after']);
  }
  return { status: answer.status, headers: answer.headers, text,
    body: text.startsWith('{') ? JSON.parse(text) : null };
}

/** @param {import('../upstream/script.js').Script} script */
const play = (script) =>
  suite.site.upstream.script('POST /audio/transcriptions', script);
const said = (text = 'Hello.') => play({ json: { text } });

test('the text comes back; the provider gets file, model and no more',
  async () => {
    const { upstream } = suite.site;
    said();
    upstream.forget();
    const { status, body, headers } = await ask([['model', 'the-dearest'],
      ['language', 'de'], ['store', 'true'], SOUND]);
    assert.equal(status, 200);
    assert.deepEqual(body, { text: 'Hello.' });
    assert.match(String(headers['content-type']), /^application\/json/);
    assert.match(String(headers['cache-control']), /no-store/);
    assert.equal(headers['confab-ignored'], 'store');
    assert.equal(upstream.calls.length, 1);
    const { bytes, target, headers: sent } = upstream.calls[0];
    assert.equal(target, '/v1/audio/transcriptions');
    const boundary = /boundary=(\S+)$/.exec(sent['content-type'])?.[1] ?? '';
    assert.deepEqual(bytes, formOf([['language', 'de'], SOUND,
      ['model', 'whisper-up']], boundary));
  });

test('text, subtitles and what SDKs ask for', async (t) => {
  for (const format of ['text', 'srt', 'vtt']) {
    play({ type: 'text/plain', body: '1\n00:00 --> 00:01\nHé\n' });
    const { status, text, headers } = await ask([
      ['response_format', format], SOUND]);
    assert.equal(status, 200);
    assert.equal(text, '1\n00:00 --> 00:01\nHé\n');
    assert.match(String(headers['content-type']), /^text\/plain/);
  }
  const OpenAI = await import('openai').catch(() => null);
  if (!OpenAI) return t.diagnostic('without the openai package');
  const client = new OpenAI.default({ maxRetries: 0,
    apiKey: suite.site.control(['token', 'new', 'ann', 'sdk']).stdout.trim(),
    baseURL: `https://127.0.0.1:${suite.site.port}/api/` });
  play({ json: { text: 'Hi.', language: 'en', duration: 2.5, segments: [] } });
  const result = await client.audio.transcriptions.create({
    model: 'whisper-1', response_format: 'verbose_json',
    timestamp_granularities: ['word'],
    file: await OpenAI.toFile(Buffer.from('RIFF'), 'a.wav') });
  assert.deepEqual({ ...result }, { text: 'Hi.', language: 'en', duration: 2.5,
    segments: [] });
  assert.match(suite.site.upstream.calls.at(-1)?.body ?? '',
    /name="timestamp_granularities\[\]"\r\n\r\nword/);
});

test('who may not ask is refused before the provider hears of it', async () => {
  const { site } = suite;
  said();
  site.upstream.forget();
  const stranger = await site.client().request('POST',
    'api/audio/transcriptions', { body: formOf([SOUND]), headers: {
      'Content-Type': 'multipart/form-data; boundary=a-b_c' } });
  await stranger.text();
  assert.equal(stranger.status, 401);
  for (const [headers, status, code] of /** @type {const} */ ([
    [{ 'Content-Type': 'application/json' }, 415, 'unsupported_media_type'],
    [{ 'Content-Type': 'text/plain' }, 415, 'unsupported_media_type'],
    [{ 'Content-Type': 'multipart/form-data' }, 415, 'unsupported_media_type'],
    [{ 'Content-Type': 'multipart/form-data; boundary=other' }, 400,
      'invalid_request'],
    [{ 'Sec-Fetch-Site': 'cross-site' }, 403, 'csrf_refused'],
    [{ Origin: 'https://evil.example' }, 403, 'csrf_refused'],
  ])) {
    const refused = await ask([SOUND], { headers });
    assert.equal(refused.status, status, JSON.stringify(headers));
    assert.equal(refused.body.error.code, code);
  }
  for (const [fields, param] of /** @type {[Field[], string][]} */ ([
    [[['language', 'de']], 'file'], [[SOUND, SOUND], 'file'],
    [[SOUND, ['stream', 'true']], 'stream'],
    [[SOUND, ['response_format', 'mp3']], 'response_format'],
  ])) {
    const { status, body } = await ask(fields);
    assert.equal(status, 400);
    assert.equal(body.error.param, param);
  }
  assert.equal(site.upstream.calls.length, 0);
});

test('what the provider refuses or breaks is told as it is', async () => {
  for (const [script, status, code, words] of
    /** @type {[any, number, string, RegExp][]} */ ([
      [{ status: 400, json: errorBody('Audio is too short.', 'bad_audio') },
        400, 'bad_audio|upstream_refused|invalid_request', /too short/],
      [{ status: 401, json: errorBody('Bad key.', 'invalid_api_key') }, 502,
        'upstream_auth', /./],
      [{ status: 429, headers: { 'Retry-After': '3' },
        json: errorBody('Slow down.', 'rate_limit_exceeded') }, 429,
      'rate_limit', /./],
      [{ status: 500, body: 'oops' }, 502, 'upstream', /./],
      [{ status: 413, body: '<h1>too large</h1>' }, 400, '.', /./],
      [{ json: { error: { message: 'no credit', code: 'insufficient_quota' } } },
        429, 'insufficient_quota', /./],
      [{ json: { texts: [] } }, 502, 'upstream_invalid', /./],
      [{ body: 'hello' }, 502, 'upstream_invalid', /./],
      [{ body: '{"text"', framing: 100, after: 'close' }, 502, 'upstream_closed',
        /./],
    ])) {
    play(script);
    const { status: got, body, text } = await ask([SOUND]);
    assert.equal(got, status, `${JSON.stringify(script)}: ${text}`);
    assert.match(body.error.code, new RegExp(code), text);
    assert.match(body.error.message, words);
  }
});

test('the body has the limit of a chat, and its memory is counted',
  async () => {
    said();
    const big = Buffer.alloc(2 * MB, 'x');
    const { status, body } = await ask([['file', big, { file: 'a.wav' }]]);
    assert.equal(status, 413);
    assert.equal(body.error.code, 'body_too_large');
    const fits = Buffer.alloc(2 * MB - 1000, 'x');
    const taken = await ask([['file', fits, { file: 'a.wav' }]]);
    assert.equal(taken.status, 200, taken.text);
  });

test('a recording waits in memory once, and nowhere on a disk', async () => {
  const { site } = suite;
  const gate = newGate();
  play({ gateBefore: gate, json: { text: 'late' } });
  const before = residentBytes(site.worker.pid);
  const file = Buffer.alloc(MB + MB / 2, 'the-secret-recording');
  const all = Array.from({ length: 8 }, () =>
    ask([['file', file, { file: 'a.wav' }]]));
  await until(() => site.upstream.openCount >= 8, { what: 'eight calls' });
  const grown = residentBytes(site.worker.pid) - before;
  /* A sanitizer keeps what was freed. */
  assert.ok(site.sanitized || grown < 8 * 2 * file.length + 8 * MB, `${grown}`);
  for (const entry of readdirSync(site.dir,
    { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const text = readFileSync(join(entry.parentPath ?? entry.path, entry.name),
      'latin1');
    assert.ok(!text.includes('the-secret-recording'), entry.name);
  }
  site.upstream.open(gate);
  for (const one of await Promise.all(all)) assert.equal(one.status, 200);
});

test('who leaves ends the call', async () => {
  const { site } = suite;
  const gate = newGate();
  play({ gateBefore: gate, json: { text: 'late' } });
  site.upstream.forget();
  const { cookie } = await site.signedIn();
  const form = formOf([SOUND]);
  const { socket } = rawTls(site.port, Buffer.concat([Buffer.from(
    'POST /api/audio/transcriptions HTTP/1.1\r\nHost: localhost\r\n'
    + `Cookie: ${cookie}\r\nContent-Length: ${form.length}\r\n`
    + 'Content-Type: multipart/form-data; boundary=a-b_c\r\n\r\n'), form]));
  await until(() => site.upstream.calls.length === 1, { what: 'the call' });
  socket.destroy();
  await until(() => site.upstream.calls[0].closedAt, { what: 'its end' });
  site.upstream.open(gate);
});

test('the log has who and which model, and no word of it', async () => {
  const { site } = suite;
  said('the-secret-words');
  await ask([SOUND]);
  await until(() => /transcription user="?ann"? model="?whisper-up"?/
    .test(site.log()), { what: 'the line' });
  assert.doesNotMatch(site.log(), /the-secret|talk\.wav/);
});

test('a site without it says so, and the page is told', async (t) => {
  const [, session] = await (await suite.site.signedIn())
    .getJson('api/session');
  assert.equal(session.transcription, true);
  const site = await startSite();
  t.after(() => site.close());
  const client = await site.signedIn();
  assert.equal((await client.getJson('api/session'))[1].transcription, false);
  const answer = await client.request('POST', 'api/audio/transcriptions', {
    body: formOf([SOUND]),
    headers: { 'Content-Type': 'multipart/form-data; boundary=a-b_c' } });
  assert.equal(answer.status, 404);
  assert.equal((await answer.json()).error.code, 'no_transcription');
});

test('the microphone is the page\'s where the host says so', async (t) => {
  const { site } = suite;
  for (const path of ['', 'index.html', 'api/health']) {
    const answer = await site.client().get(path);
    await answer.text();
    assert.match(String(answer.headers['permissions-policy']),
      /\bmicrophone=\(\)/, path);
  }
  const open = await startSite({ changeInclude: (text) => text
    .replace(/include [^;]*local\.con\[f\];/,
      'set $confab_microphone "(self)";') });
  t.after(() => open.close());
  for (const path of ['', 'index.html']) {
    const answer = await open.client().get(path);
    await answer.text();
    assert.match(String(answer.headers['permissions-policy']),
      /\bmicrophone=\(self\)/, path);
  }
});
