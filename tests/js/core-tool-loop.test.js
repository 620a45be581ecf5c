/* SPDX-License-Identifier: MIT */
/** The loop of an answer that uses tools: bounded, asked for, and with a result for every call. */

import assert from 'node:assert/strict';
import test from 'node:test';

import { MAX_ALONE_MS, MAX_CALLS, MAX_RESULT_CHARS, MAX_ROUNDS, createLoop, stepLoop } from '../../static/core/tool-loop.js';

const TOOLS = [
  { name: 's__ask', digest: 'd1', consent: 'ask' }, { name: 's__free', digest: 'd2', consent: 'always' },
  { name: 's__shut', digest: 'd3', consent: 'never' },
];
const call = (key, name = 's__ask', written = '{}') => ({ key, name, arguments: written });
const text = (words) => [{ kind: 'text', text: words }];

/** A loop that remembers what it said. */
function loop(allowed) {
  let state = createLoop(allowed);
  const say = (input) => {
    const next = stepLoop(state, input);
    state = next.state;
    return next.commands;
  };
  return {
    say,
    get state() { return state; },
    ended: (...calls) => say({ type: 'modelEnded', calls, tools: TOOLS }),
    result: (key, result = text('r'), isError = false) => say({ type: 'result', key, result, isError }),
  };
}
const doing = (commands) => commands.map((one) => `${one.do}${one.key ? ` ${one.key}` : ''}${one.reason ? ` ${one.reason}` : ''}`);

test('a model without calls is done', () => {
  const l = loop();
  assert.deepEqual(doing(l.ended()), ['end done']);
  assert.deepEqual(l.ended(call('a')), [], 'and stays it');
});

test('a round: asked, allowed, called, answered, and the model goes on', () => {
  const l = loop();
  assert.deepEqual(doing(l.ended(call('a'), call('b', 's__free'))), ['ask a', 'call b']);
  assert.deepEqual(l.result('a'), [], 'nothing runs before it is allowed');
  assert.deepEqual(doing(l.result('b')), ['settle b']);
  assert.deepEqual(l.say({ type: 'allowed', key: 'a', arguments: '{"x":2}' }), [{ do: 'call', key: 'a', name: 's__ask', arguments: '{"x":2}' }]);
  assert.deepEqual(l.say({ type: 'allowed', key: 'a' }), [], 'a call is made once');
  const last = l.result('a', text('no'), true);
  assert.deepEqual(doing(last), ['settle a', 'nextRound']);
  assert.equal(last[0].state, 'failed');
  assert.deepEqual(l.result('a'), [], 'a second end is none');
  assert.deepEqual(doing(l.ended()), ['end done']);
});

test('a denial is told to the model, with a word or without', () => {
  const l = loop();
  l.ended(call('a'), call('b'));
  assert.match(l.say({ type: 'denied', key: 'a', word: 'use the other one' })[0].result[0].text, /not allow.*use the other one/);
  const [settled, next] = l.say({ type: 'denied', key: 'b' });
  assert.deepEqual([settled.state, next.do], ['denied', 'nextRound']);
});

test('a consent for the conversation holds for one digest', () => {
  const l = loop();
  l.ended(call('a'));
  l.say({ type: 'allowed', key: 'a', always: true });
  l.result('a');
  assert.deepEqual(l.state.allowed, ['d1']);
  assert.deepEqual(doing(l.ended(call('b'))), ['call b']);
  l.result('b');
  const changed = [{ ...TOOLS[0], digest: 'other' }];
  assert.deepEqual(doing(l.say({ type: 'modelEnded', calls: [call('c')], tools: changed })), ['ask c'], 'its description has changed');
  assert.deepEqual(doing(loop(['d1']).ended(call('a'))), ['call a'], 'remembered over answers');
});

test('what cannot be called is told to the model, which goes on', () => {
  for (const [wrong, words] of [
    [call('a', 's__none'), /no tool "s__none"/], [call('a', 's__shut'), /may not/], [call('a', 's__free', '{"x":'), /no valid JSON/],
    [call('a', 's__free', '[1]'), /JSON object/], [call('a', 's__free', 'null'), /JSON object/],
  ]) {
    const commands = loop().ended(wrong);
    assert.deepEqual(doing(commands), ['settle a', 'nextRound'], wrong.arguments);
    assert.equal(commands[0].state, 'failed');
    assert.match(commands[0].result[0].text, words);
  }
  assert.deepEqual(loop().ended(call('a', 's__free', ' '))[0].arguments, '{}', 'nothing is no arguments');
});

test('calls of a round, rounds and results are bounded', () => {
  const many = Array.from({ length: MAX_CALLS + 5 }, (_, i) => call(`k${i}`, 's__free'));
  const commands = loop().ended(...many);
  assert.equal(commands.filter((one) => one.do === 'call').length, MAX_CALLS);
  assert.equal(commands.filter((one) => one.do === 'settle').length, 5);
  const l = loop();
  for (let i = 0; i < MAX_ROUNDS; i += 1) {
    assert.deepEqual(doing(l.ended(call(`r${i}`, 's__free'))), [`call r${i}`]);
    l.result(`r${i}`);
  }
  assert.deepEqual(doing(l.ended(call('x', 's__free'))), ['settle x', 'end rounds']);
  const large = loop();
  large.ended(call('a', 's__free'), call('b', 's__free'), call('c', 's__free'));
  assert.equal(large.result('a', text('x'.repeat(MAX_RESULT_CHARS)))[0].state, 'done');
  const [settled] = large.result('b', [{ kind: 'image', data: 'y' }]);
  assert.deepEqual([settled.state, settled.result[0].kind], ['failed', 'text']);
  assert.equal(large.say({ type: 'lost', key: 'c', message: '' })[0].state, 'failed');
});

test('a stop leaves a valid record, at any moment', () => {
  const l = loop();
  l.ended(call('a'), call('b', 's__free'), call('c', 's__free'));
  l.result('c');
  const commands = l.say({ type: 'stop' });
  assert.deepEqual(doing(commands), ['settle a', 'cancel b', 'settle b', 'end stopped']);
  for (const one of commands.filter((other) => other.do === 'settle')) {
    assert.equal(one.state, 'stopped');
    assert.notEqual(one.result.length, 0);
  }
  assert.deepEqual(l.result('b'), [], 'what comes late is of the past');
  assert.deepEqual(doing(loop().say({ type: 'stop' })), ['end stopped']);
});

test('what comes at the wrong time, or for nobody, changes nothing', () => {
  const l = loop();
  l.ended(call('a'), call('b', 's__free'));
  const before = l.state;
  for (const input of [
    { type: 'modelEnded', calls: [], tools: TOOLS }, { type: 'allowed', key: 'b' }, { type: 'denied', key: 'b' }, { type: 'lost', key: 'a', message: '' },
    { type: 'result', key: 'nobody', result: [], isError: false }, { type: 'allowed', key: 'nobody' },
  ]) {
    assert.deepEqual(l.say(input), [], JSON.stringify(input));
    assert.equal(l.state, before, JSON.stringify(input));
  }
  const idle = loop();
  assert.deepEqual(idle.result('a'), [], 'nothing was called');
  idle.say({ type: 'stop' });
  const over = idle.state;
  for (const input of [{ type: 'stop' }, { type: 'modelEnded', calls: [call('a')], tools: TOOLS }]) assert.deepEqual(idle.say(input), []);
  assert.equal(idle.state, over);
});

test('a consent is for its call alone, and a digest is remembered once', () => {
  const l = loop();
  l.ended(call('a'), call('b'));
  l.say({ type: 'allowed', key: 'a' });
  assert.deepEqual(l.state.allowed, [], 'once is once');
  assert.deepEqual(l.state.calls.map(({ phase }) => phase), ['running', 'asking']);
  l.say({ type: 'allowed', key: 'b', always: true });
  l.result('a');
  l.result('b');
  l.say({ type: 'modelEnded', calls: [call('c')], tools: [{ ...TOOLS[0], digest: 'd9' }] });
  l.say({ type: 'allowed', key: 'c', always: true });
  l.result('c');
  assert.deepEqual(l.state.allowed, ['d1', 'd9']);
  const again = loop(['d1']);
  again.say({ type: 'modelEnded', calls: [call('a'), call('b', 's__free')], tools: TOOLS });
  assert.deepEqual(again.state.allowed, ['d1']);
  const never = loop(['d3']);
  assert.deepEqual(doing(never.ended(call('a', 's__shut'))), ['settle a', 'nextRound'], 'nor is a memory a consent to what is shut');
});

test('a digest that two calls are allowed for at once stands there once', () => {
  const l = loop();
  l.ended(call('a'), call('b'));
  l.say({ type: 'allowed', key: 'a', always: true });
  l.say({ type: 'allowed', key: 'b', always: true });
  assert.deepEqual(l.state.allowed, ['d1']);
});

test('what is too large is not given, does not count, and is not the end of the others', () => {
  const l = loop();
  l.ended(...['a', 'b', 'c', 'd'].map((key) => call(key, 's__free')));
  assert.equal(l.result('a', [...text('x'.repeat(MAX_RESULT_CHARS - 20)), { kind: 'image', data: 'y'.repeat(10) }])[0].state, 'done');
  assert.equal(l.result('b', text('x'.repeat(11)))[0].state, 'failed');
  assert.equal(l.result('c', text('x'.repeat(10)))[0].state, 'done', 'up to the last character');
  assert.equal(l.result('d', text('x'))[0].state, 'failed');
});

test('arguments that do not fit the tool are told to the model, and its rounds go on counting', () => {
  const tools = [{ name: 's__n', digest: 'd', consent: 'always', parameters: { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] } }];
  const l = loop();
  const [settled] = l.say({ type: 'modelEnded', calls: [call('a', 's__n', '{}')], tools });
  assert.match(settled.result[0].text, /do not fit the tool: ./);
  assert.deepEqual(doing(l.say({ type: 'modelEnded', calls: [call('b', 's__n', '{"n":1}')], tools })), ['call b']);
  assert.equal(l.state.rounds, 2);
});

test('the rounds that an answer has had before it was gone on with count', () => {
  let state = createLoop([], MAX_ROUNDS - 1);
  state = stepLoop(state, { type: 'modelEnded', calls: [call('a', 's__free')], tools: TOOLS }).state;
  assert.equal(state.phase, 'calls');
  const full = stepLoop(createLoop([], MAX_ROUNDS), { type: 'modelEnded', calls: [call('a', 's__free')], tools: TOOLS });
  assert.deepEqual([full.state.phase, doing(full.commands)], ['over', ['settle a', 'end rounds']]);
  assert.match(full.commands[0].result[0].text, /number of rounds/);
});

test('an answer that has gone on by itself for long asks the person, whatever was allowed', () => {
  const begun = (aloneMs) => stepLoop(createLoop(['d1']), { type: 'modelEnded', tools: TOOLS, aloneMs,
    calls: [call('a', 's__ask'), call('b', 's__free'), call('c', 's__shut')] });
  assert.deepEqual(doing(begun(MAX_ALONE_MS - 1).commands), ['call a', 'call b', 'settle c']);
  const { state, commands } = begun(MAX_ALONE_MS);
  assert.deepEqual(doing(commands), ['ask a', 'ask b', 'settle c'], 'what may not be called is not asked about');
  assert.deepEqual(commands.filter((one) => one.do === 'ask').map(({ aloneMs }) => aloneMs), [MAX_ALONE_MS, MAX_ALONE_MS]);
  assert.deepEqual(doing(stepLoop(state, { type: 'allowed', key: 'b' }).commands), ['call b']);
  const { commands: [asked] } = stepLoop(createLoop(), { type: 'modelEnded', tools: TOOLS, aloneMs: MAX_ALONE_MS, calls: [call('a')] });
  assert.deepEqual(asked, { do: 'ask', key: 'a' }, 'which is asked about anyway has another reason');
});
