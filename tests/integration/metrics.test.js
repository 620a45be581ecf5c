/* SPDX-License-Identifier: MIT */
/** What an operator sees: metrics, health and one log line a stream. */

import assert from 'node:assert/strict';
import test from 'node:test';
import { END, newGate, order, pieces, useSite } from '../harness/suite.js';
import { newKey } from '../harness/client.js';
import { until } from '../harness/children.js';
import { textOf } from '../harness/sse.js';

const suite = useSite({ config: { timeouts: { grace: '1s' } } });

/**
 * @param {Record<string, number>} metrics @param {RegExp} name
 * @returns {number} the sum over all labels
 */
function sum(metrics, name) {
  return Object.entries(metrics).filter(([key]) => name.test(key))
    .reduce((total, [, value]) => total + value, 0);
}

test('streams open, started and ended by cause are counted', async () => {
  const { site } = suite;
  const client = await site.signedIn();
  const before = await site.metrics();
  const gate = newGate();
  const open = /^confab_streams(_open)?(\{|$)/;
  const reading = await client.chat('m',
    order({ steps: [{ text: 'a' }, { gate }, ...END] }));
  await reading.until(() => textOf(reading.arrivals) === 'a');
  const during = await site.metrics();
  assert.equal(sum(during, open), sum(before, open) + 1);
  site.upstream.open(gate);
  await reading.ended;
  const key = newKey();
  const stopped = await client.chat('m',
    order({ steps: [{ text: 'a' }, { hang: true }] }), { key });
  await stopped.until(() => textOf(stopped.arrivals) === 'a');
  await client.stop(key);
  await stopped.ended;
  const broken = await client.chat('m', order({ steps: [{ text: 'a' }] }));
  await broken.ended;
  const after = await until(async () => {
    const now = await site.metrics();
    return sum(now, open) === sum(before, open) && now;
  });
  const ended = /^confab_streams_ended(_total)?\{/;
  assert.equal(sum(after, ended) - sum(before, ended), 3);
  const causes = new Set(Object.keys(after).filter((one) => ended.test(one))
    .filter((one) => after[one] > (before[one] ?? 0)));
  assert.equal(causes.size, 3, [...causes].join(' '));
});

test('each stream is one log line, without its content', async () => {
  const { site } = suite;
  const client = await site.signedIn();
  const mark = site.log().length;
  for (const script of [
    { steps: [{ text: 'secret-words' }, ...END] },
    { steps: [{ text: 'secret-words' }] },
    { status: 500, json: { error: { message: 'secret-words' } } },
  ]) {
    site.upstream.script('m', /** @type {any} */ (script));
    await (await client.ask('m', 'secret-question')).text();
  }
  const lines = await until(() => {
    const all = site.log().slice(mark).split('\n')
      .filter((line) => /: stream /.test(line) && /model=/.test(line));
    return all.length >= 3 && all;
  });
  assert.equal(lines.length, 3, lines.join('\n'));
  for (const line of lines) {
    assert.match(line, /user="?ann/);
    assert.match(line, /model="?m/);
    assert.match(line, /provider="?up/);
    assert.doesNotMatch(line, /secret/);
  }
});

test('metrics are valid text, for loopback only', async () => {
  const { site } = suite;
  const client = site.client();
  const answer = await client.get('api/metrics');
  assert.equal(answer.status, 200);
  assert.match(String(answer.headers['content-type']), /^text\/plain/);
  const text = await answer.text();
  for (const line of text.split('\n').filter(Boolean)) {
    assert.match(line, line.startsWith('#')
      ? /^# (HELP|TYPE) confab_[a-z_]+ /
      : /^confab_[a-z0-9_]+(\{[^{}]*\})? [0-9.eE+-]+(Inf|NaN)?$/);
  }
  assert.match(text, /^confab_.*ring/m);
  assert.match(text, /^confab_.*first_event/m);
  assert.match(text, /^confab_.*login/m);
});

test('health tells ready from alive', async () => {
  const client = suite.site.client({ h2: true });
  const answer = await client.get('api/health');
  assert.equal(answer.status, 200);
  assert.equal(typeof await answer.json(), 'object');
});

test('an idle site is quiet', async () => {
  const { site } = suite;
  const client = await site.signedIn();
  const reading = await client.chat('m', pieces(['a']));
  await reading.ended;
  assert.equal(sum(await site.metrics(), /^confab_streams(_open)?(\{|$)/), 0);
});
