/* SPDX-License-Identifier: MIT */
/**
 * Requests that wait for their answers: how much memory they may take, what
 * comes back to the system, what a key is for, and how often one may come back.
 */

import assert from 'node:assert/strict';
import test from 'node:test';
import { END, newGate, order, pieces, useSite } from '../harness/suite.js';
import { until } from '../harness/children.js';
import { isDone, textOf } from '../harness/sse.js';
import { residentBytes } from '../harness/proc.js';

const suite = useSite({
  users: ['ann', 'bob', 'cleo'],
  config: {
    timeouts: { grace: 0, heartbeat: '300ms' },
    limits: {
      body: '6M', pending_per_user: '24M', pending_total: '36M',
      requests_per_minute: 0,
    },
  },
});

/* What a request of this many bytes takes is twice as much and a little. */
const LARGE = 5 << 20;

/**
 * A conversation of so many bytes whose answer waits for a gate.
 * @param {string} gate
 */
const large = (gate) => [
  { role: 'user', content: 'x'.repeat(LARGE) },
  { role: 'assistant', content: 'y' },
  { role: 'user', content: order({ steps: [{ gate }, { text: 'z' }, ...END] }) },
];

/** @param {import('../harness/http.js').Answer} answer */
const codeOf = async (answer) => (await answer.json()).error.code;

test('large requests to a silent provider are bounded, and leave nothing',
  async () => {
    const { site } = suite;
    const [ann, bob] = await Promise.all(
      ['ann', 'bob'].map((user) => site.signedIn({ user })));
    const idle = residentBytes(site.worker.pid);
    const gate = newGate();
    /* Two are 20 MiB: a third is one too many for ann, and a second of bob's
     * one too many for all. */
    const held = [await ann.chat('m', large(gate)),
      await ann.chat('m', large(gate))];
    const third = await ann.ask('m', large(gate));
    assert.equal(third.status, 429);
    assert.ok(Number(third.headers['retry-after']) > 0);
    assert.equal(await codeOf(third), 'pending_limit');
    held.push(await bob.chat('m', large(gate)));
    const second = await bob.ask('m', large(gate));
    assert.equal(second.status, 503);
    assert.equal(await codeOf(second), 'pending_limit');
    /* A short one has its place all the same. */
    const short = await bob.chat('m', pieces(['short']));
    await short.ended;
    assert.equal(textOf(short.arrivals), 'short');
    /* With the first byte of an answer its request is not needed any more. */
    site.upstream.open(gate);
    await Promise.all(held.map((one) => one.ended));
    for (const one of held) assert.ok(isDone(one.arrivals));
    if (site.sanitized) return;
    await until(() => residentBytes(site.worker.pid) < idle * 1.2,
      { what: 'memory is back', limit: 20_000, every: 200 });
  });

test('many that leave give all of it back', async () => {
  const { site } = suite;
  const ann = await site.signedIn({ user: 'ann' });
  const idle = residentBytes(site.worker.pid);
  for (let round = 0; round < 4; round += 1) {
    const held = await Promise.all([0, 1].map(
      () => ann.chat('m', large(newGate()))));
    for (const one of held) one.leave();
    await until(async () => (await site.metrics()).confab_streams_open === 0);
  }
  if (site.sanitized) return;
  await until(() => residentBytes(site.worker.pid) < idle * 1.2,
    { what: 'memory is back', limit: 20_000, every: 200 });
});

test('many small values count for what they become', async () => {
  const { site } = suite;
  const ann = await site.signedIn({ user: 'ann' });
  /* 400 kB of text, 20 MB as a tree. */
  const more = { metadata: Array.from({ length: 200_000 }, () => 1) };
  const gate = newGate();
  const message = order({ steps: [{ gate }, { text: 'z' }, ...END] });
  const first = await ann.chat('m', message, { more });
  const second = await ann.ask('m', message, { more });
  assert.equal(second.status, 429);
  assert.equal(await codeOf(second), 'pending_limit');
  site.upstream.open(gate);
  await first.ended;
});
