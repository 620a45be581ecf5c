/* SPDX-License-Identifier: MIT */
/** The rounds of calls of one answer, alone: what each call is, whatever becomes of it, and what comes too late. */

import assert from 'node:assert/strict';
import test from 'node:test';

import { ApiError } from '../../static/net/errors.js';
import { MAX_ALONE_MS } from '../../static/core/tool-loop.js';
import { MAX_CALL_MS, createRounds } from '../../static/net/rounds.js';
import { Clock } from './core-helpers.js';

const tool = (name, consent = 'always') => ({
  name, consent, digest: `d-${name}`, parameters: { type: 'object', properties: { n: { type: 'number' } } },
});
const TOOLS = [tool('a'), tool('b'), tool('ask', 'ask')];
const text = (words) => ({ result: [{ kind: 'text', text: words }], isError: false });

/** Rounds, and all that they say; each call waits for `calls[i].done` or `.lost`. */
function desk({ allowed = [], before = 0 } = {}) {
  const clock = new Clock();
  const said = { parts: [], calls: [], allowed: [], next: 0, ends: [], logins: 0 };
  const rounds = createRounds({
    env: { now: () => clock.now, setTimer: clock.setTimer, clearTimer: clock.clearTimer },
    before,
    newKey: () => `k${said.calls.length}`,
    runTool: (call) => new Promise((done, lost) => { said.calls.push({ ...call, done, lost }); }),
    allowed: () => allowed,
    onAllowed: (digests) => said.allowed.push(digests),
    onCalls(changes) {
      assert.ok(changes.length > 0, 'nothing is no news');
      for (const { at, change } of changes) said.parts[at] = { ...said.parts[at], ...change };
    },
    onNext: () => { said.next += 1; },
    onEnd: (reason) => said.ends.push(reason),
    onUnauthorized: () => { said.logins += 1; },
  });
  const begin = (...names) => rounds.begin(names.map((one, at) => ({ at, call: { arguments: '{"n":1}', ...(typeof one === 'string' ? { name: one } : one) } })), TOOLS);
  const words = (at) => said.parts[at].result?.map((part) => part.text).join('');
  return { rounds, said, clock, begin, words };
}

test('calls of a round go out side by side, each of its own tool, and the model is asked when all have ended', async () => {
  const { rounds, said, clock, begin, words } = desk({ before: 2 });
  assert.equal(rounds.isActing(), false);
  begin('a', 'b');
  assert.deepEqual(said.calls.map(({ tool: { name }, arguments: given }) => [name, given]), [['a', { n: 1 }], ['b', { n: 1 }]]);
  assert.deepEqual(said.parts.map(({ round, state }) => [round, state]), [[3, 'running'], [3, 'running']]);
  assert.equal(rounds.isActing(), true);
  said.calls[1].done(text('second'));
  await clock.settle();
  assert.deepEqual([said.next, said.parts[0].state, said.parts[1].state, words(1)], [0, 'running', 'done', 'second']);
  said.calls[0].done({ ...text('first'), isError: true });
  await clock.settle();
  assert.deepEqual([said.next, said.parts[0].state, rounds.isActing(), said.ends], [1, 'failed', false, []]);
  assert.equal(clock.pending, 0, 'no clock runs for what is over');
  assert.deepEqual(said.allowed, [], 'nothing was allowed');
});

test('a consent is told once, and only when it is for more than this call', () => {
  const { rounds, said, begin } = desk();
  begin('ask', 'ask');
  assert.deepEqual([said.calls.length, said.parts.map(({ state }) => state)], [0, ['asking', 'asking']]);
  rounds.allow(0, {});
  assert.deepEqual(said.allowed, []);
  rounds.allow(1, { always: true, arguments: '{"n":2}' });
  assert.deepEqual(said.allowed, [['d-ask']]);
  assert.deepEqual(said.calls.map(({ arguments: given }) => given), [{ n: 1 }, { n: 2 }]);
  const again = desk({ allowed: ['d-ask'] });
  again.begin('ask');
  assert.equal(again.said.calls.length, 1);
});

test('arguments that a person changed into none end the call, which was never made', () => {
  const { rounds, said, begin, words } = desk();
  begin('ask');
  rounds.allow(0, { arguments: '{"n":"x"}' });
  assert.equal(said.calls.length, 0);
  assert.equal(said.parts[0].state, 'failed');
  assert.match(words(0), /do not fit/);
  assert.equal(said.next, 1);
});

test('an app that comes with a result is kept beside it', async () => {
  const { said, clock, begin } = desk();
  begin('a', 'b');
  said.calls[0].done({ ...text('x'), app: { uri: 'ui://x' } });
  said.calls[1].done(text('y'));
  await clock.settle();
  assert.deepEqual([said.parts[0].app, said.parts[1].app], [{ uri: 'ui://x' }, undefined]);
});

test('what is stopped has its end at once; what comes of it later is nobody’s', async () => {
  const { rounds, said, clock, begin, words } = desk();
  begin('a', 'b');
  const [one, two] = said.calls;
  rounds.stop();
  assert.deepEqual([one.signal.aborted, two.signal.aborted, said.ends], [true, true, ['stopped']]);
  assert.deepEqual(said.parts.map(({ state }) => state), ['stopped', 'stopped']);
  const before = words(0);
  one.done({ ...text('late'), app: { uri: 'ui://late' } });
  two.lost(new Error('late'));
  one.onProgress({ done: 1 });
  await clock.settle();
  assert.deepEqual([words(0), said.parts[0].app, said.parts[0].progress, said.next], [before, undefined, undefined, 0]);
  assert.equal(clock.pending, 0);
});

test('a call that never came to the server is told as not made, and goes out under its key again', async () => {
  const { said, clock, begin, words } = desk();
  begin('a', 'b');
  const [one, two] = said.calls;
  assert.deepEqual([one.key, two.key], ['k0', 'k1']);
  one.lost(new ApiError({ code: 'not_sent' }));
  two.lost(new ApiError({ code: 'network' }));
  await clock.settle();
  assert.match(words(0), /^The call was not made: /);
  assert.doesNotMatch(words(0), /may have acted/);
  assert.match(words(1), /may have acted/);
  assert.deepEqual(said.parts.map(({ unsent }) => unsent), ['k0', undefined]);
  const again = desk();
  again.begin({ name: 'a', unsent: 'k0' }, { name: 'b' });
  assert.deepEqual(again.said.calls.map(({ key }) => key), ['k0', 'k1']);
  assert.equal(again.said.parts[0].unsent, undefined, 'it is sent now');
});

test('the time without the person is counted from what they have last decided, and not while they are asked', async () => {
  const { rounds, said, clock, begin } = desk();
  const states = () => said.parts.map(({ state }) => state);
  const run = async () => {
    said.calls.at(-1).done(text('x'));
    await clock.settle();
  };
  await clock.advance(MAX_ALONE_MS - 1);
  begin('a');
  assert.deepEqual(states(), ['running']);
  await run();
  await clock.advance(1);
  begin('a');
  assert.deepEqual([states(), said.parts[0].aloneMs, said.calls.length], [['asking'], MAX_ALONE_MS, 1]);
  await clock.advance(3 * MAX_ALONE_MS);
  rounds.allow(0, {});
  await run();
  begin('a');
  assert.deepEqual(states(), ['running'], 'nobody is hurried, and it goes on');
  await run();
  await clock.advance(MAX_ALONE_MS);
  begin('a');
  rounds.deny(0, '');
  await clock.settle();
  begin('a');
  assert.deepEqual([states(), said.parts[0].aloneMs], [['running'], MAX_ALONE_MS]);
  rounds.stop();
});

test('progress is shown while a call runs, and whether its connection is lost', async () => {
  const { said, clock, begin } = desk();
  begin('a');
  said.calls[0].onLost(true);
  assert.equal(said.parts[0].lost, true);
  said.calls[0].onProgress({ done: 1, of: 2 });
  assert.deepEqual(said.parts[0].progress, { done: 1, of: 2 });
  said.calls[0].done(text('x'));
  await clock.settle();
  said.calls[0].onProgress({ done: 2, of: 2 });
  said.calls[0].onLost(true);
  assert.deepEqual([said.parts[0].progress, said.parts[0].lost], [undefined, undefined], 'and not after it');
});

test('who leaves ends the calls without a word', async () => {
  const { rounds, said, clock, begin } = desk();
  begin('a');
  rounds.leave();
  said.calls[0].done({ ...text('late'), app: { uri: 'ui://late' } });
  await clock.settle();
  assert.deepEqual([said.calls[0].signal.aborted, said.parts[0].state, said.next, said.ends], [true, 'running', 0, []]);
  assert.equal(said.parts[0].app, undefined);
  assert.equal(rounds.isActing(), false);
});

test('why a call was lost is told to the model, and whether it may have acted', async () => {
  for (const [thrown, words, acted] of [
    [new ApiError({ code: 'network' }), 'network', true], [new ApiError({ code: 'cut_off', message: 'Gone.' }), 'cut_off: Gone.', true],
    [new ApiError({ code: 'idempotency_key_used', message: 'Once.' }), 'idempotency_key_used: Once.', true],
    [new ApiError({ code: 'rate_limited', message: 'Slow down.' }), 'rate_limited: Slow down.', false], [new TypeError('mine'), null, false],
  ]) {
    const one = desk();
    one.begin('a');
    one.said.calls[0].lost(thrown);
    await one.clock.settle();
    assert.equal(one.said.parts[0].state, 'failed');
    assert.equal(one.words(0), words === null ? 'The call failed.' : `The call failed (${words}).${acted ? ' It may have acted.' : ''}`);
  }
});

test('a call has its time, and a person who is asked has more', async () => {
  const { said, clock, begin, rounds, words } = desk();
  begin('a', 'b');
  const answered = said.calls[1].ask([{ key: 'k' }]);
  assert.deepEqual([said.parts[1].state, said.parts[1].inquiries], ['input', [{ key: 'k' }]]);
  said.calls[0].signal.addEventListener('abort', () => said.calls[0].lost(new ApiError({ code: 'aborted' })));
  await clock.advance(MAX_CALL_MS - 1);
  assert.equal(said.parts[0].state, 'running');
  await clock.advance(1);
  assert.deepEqual([said.parts[0].state, words(0)], ['failed', 'The call took too long and was given up. It may have acted.']);
  await clock.advance(MAX_CALL_MS);
  rounds.answer(1, { k: { action: 'accept' } });
  assert.deepEqual(await answered, { k: { action: 'accept' } });
  assert.deepEqual([said.parts[1].state, said.parts[1].inquiries], ['running', undefined]);
  rounds.answer(1, { k: 'again' });
  said.calls[1].signal.addEventListener('abort', () => said.calls[1].lost(new ApiError({ code: 'aborted' })));
  await clock.advance(MAX_CALL_MS);
  assert.equal(said.parts[1].state, 'failed', 'its time begins anew with the answer');
});

test('what a stopped call’s server asked is not answered any more', async () => {
  const { said, clock, begin, rounds } = desk();
  begin('a');
  const asked = said.calls[0].ask([{ key: 'k' }]);
  rounds.stop();
  await assert.rejects(asked, { code: 'aborted' });
  rounds.answer(0, {});
  await clock.settle();
  assert.equal(said.parts[0].state, 'stopped');
  await assert.rejects(said.calls[0].ask([{ key: 'k' }]), { code: 'aborted' }, 'nor is anything asked of whom nobody waits for');
  await assert.rejects(said.calls[0].signIn(), { code: 'aborted' });
  assert.equal(said.logins, 0);
});

test('a session that is over is asked for, and the call goes on after it, once', async () => {
  const { said, clock, begin, rounds } = desk();
  begin('a');
  let gone = 0;
  const signed = said.calls[0].signIn().then(() => { gone += 1; });
  assert.equal(said.logins, 1);
  rounds.signedIn();
  await signed;
  rounds.signedIn();
  await clock.settle();
  assert.equal(gone, 1);
  rounds.stop();
  await clock.settle();
  assert.equal(said.parts[0].state, 'stopped');
});

test('a stop with nothing under way is the end, and no news of a call', () => {
  const { rounds, said } = desk();
  rounds.stop();
  rounds.stop();
  assert.deepEqual([said.ends, said.parts], [['stopped'], []]);
});

test('an answer that has had its rounds is told so, and ends', () => {
  const { said, begin } = desk({ before: 1000 });
  begin('a');
  assert.deepEqual([said.calls.length, said.parts[0].state, said.ends, said.next], [0, 'failed', ['rounds'], 0]);
});
