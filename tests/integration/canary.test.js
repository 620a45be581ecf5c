/* SPDX-License-Identifier: MIT */
/**
 * Strings that must be found nowhere: messages, answers, passwords and keys,
 * in files, logs, arguments and nginx's temporary directories.
 */

import assert from 'node:assert/strict';
import test from 'node:test';
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { END, newGate, useSite } from '../harness/suite.js';
import { API_KEY } from '../harness/site.js';
import { commandLine } from '../harness/proc.js';
import { errorBody } from '../upstream/presets.js';
import { textOf } from '../harness/sse.js';

const CANARY = {
  message: 'canary-message-5f1c', answer: 'canary-answer-91d2',
  reasoning: 'canary-reasoning-77aa', password: 'canary-password-c0de',
  wrong: 'canary-wrong-8d8d', error: 'canary-error-body-3e3e',
  system: 'canary-system-4b4b', image: 'Y2FuYXJ5LWltYWdl',
};
const suite = useSite({ config: { log_level: 'debug' } });

/** @param {string} dir @returns {string[]} */
function files(dir) {
  return readdirSync(dir).flatMap((name) => {
    const path = join(dir, name);
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat?.isDirectory()) return files(path);
    return stat?.isFile() ? [path] : [];
  });
}

/** @param {string} text @param {string} where */
function clean(text, where) {
  for (const [what, canary] of Object.entries(CANARY)) {
    /* Why a provider has failed is for the administrator to read. */
    if (what === 'error' && where.endsWith('worker.log')) continue;
    for (const form of [canary, Buffer.from(canary).toString('base64'),
      encodeURIComponent(canary)]) {
      const at = text.indexOf(form);
      assert.ok(at < 0, `${what} is in ${where}: ${
        text.slice(Math.max(0, at - 80), at + 80)}`);
    }
  }
}

/** Every place on this machine that the programs could have written to. */
function lookEverywhere() {
  const { site } = suite;
  for (const path of files(site.dir)) {
    const text = readFileSync(path, 'latin1');
    clean(text, path);
    if (!path.endsWith('/key')) {
      assert.ok(!text.includes(API_KEY), `the key is in ${path}`);
    }
  }
  for (const child of [site.worker, site.nginx]) {
    if (child) clean(commandLine(child.pid), 'argv');
  }
  /* A message of some size goes through nginx's spool, if it has one. */
  const spool = execFileSync('find', [join(site.dir, 'tmp'), '-type', 'f'],
    { encoding: 'utf8' });
  assert.equal(spool, '');
}

test('canaries are found nowhere, while and after they pass', async () => {
  const { site } = suite;
  site.addUser('zoe', CANARY.password);
  for (const h2 of [false, true]) {
    const client = site.client({ h2 });
    const failed = await client.post('api/login',
      { username: 'zoe', password: CANARY.wrong });
    assert.equal(failed.status, 401);
    await failed.text();
    const odd = await client.post('api/login',
      { username: CANARY.wrong.repeat(50), password: CANARY.wrong });
    await odd.text();
    await client.login('zoe', CANARY.password);

    const gate = newGate();
    site.upstream.script('m', { steps: [
      { reasoning: CANARY.reasoning }, { text: CANARY.answer }, { gate },
      ...END,
    ] });
    const reading = await client.chat('m', [
      { role: 'system', content: CANARY.system },
      { role: 'user', content: CANARY.message + 'x'.repeat(900_000) },
    ]);
    await reading.until(() => textOf(reading.arrivals) === CANARY.answer);
    lookEverywhere();
    site.upstream.open(gate);
    await reading.ended;

    /* Bad ones are the ones that tempt a logger. */
    for (const body of [`{"messages": "${CANARY.message}`,
      JSON.stringify({ model: CANARY.message, messages: [] }),
      JSON.stringify({ model: 'm', messages: [{ role: CANARY.message }] })]) {
      const answer = await client.request('POST', 'api/chat/completions',
        { body });
      assert.ok(answer.status >= 400);
      await answer.text();
    }
    for (const script of [
      { status: 500, json: errorBody(CANARY.error) },
      { status: 200, type: 'text/html', body: `<p>${CANARY.error}</p>` },
      { steps: [{ text: CANARY.answer }, { data: CANARY.error }] },
      { steps: [{ text: CANARY.answer }, { reset: true }] },
      { steps: [{ event: errorBody(CANARY.error) }] },
    ]) {
      site.upstream.script('m', /** @type {any} */ (script));
      const answer = await client.ask('m', CANARY.message);
      await answer.text();
    }
    await (await client.post('api/logout', {})).text();
  }
  lookEverywhere();
});

test('the query string is no way for secrets into nginx\'s log', async () => {
  const client = await suite.site.signedIn();
  const answer = await client.post('api/chat/completions', { model: 'm' });
  await answer.text();
  const log = readFileSync(join(suite.site.dir, 'access.log'), 'utf8');
  assert.match(log, /POST \/api\/chat\/completions/);
});
