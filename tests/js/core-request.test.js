/* SPDX-License-Identifier: MIT */
/** What of a conversation goes to a model, and in which form. */

import assert from 'node:assert/strict';
import test from 'node:test';

import { createMessage } from '../../static/core/conversation.js';
import { CONTINUE_PROMPT, requestBody } from '../../static/core/request.js';
import { IMAGE, TEXT_FILE } from './core-helpers.js';

const text = (words) => ({ kind: 'text', text: words });
const call = (more = {}) => ({ kind: 'tool_call', id: 'c', index: null, name: 'f', arguments: '{"a":1}', state: 'done', result: [text('r')], round: 0, startedAt: null, endedAt: null, ...more });
const thought = (...details) => ({ kind: 'reasoning', text: 'hm', startedAt: null, endedAt: null, details });
const message = (role, parts, more = {}) => createMessage({ id: 'm', parentId: null, role, createdAt: 1, parts, model: role === 'user' ? '' : 'm', ...more });
const TOOL = { name: 'f', title: '', description: 'does', server: 's', consent: 'ask', parameters: { properties: { a: {} } } };

const body = (messages, more = {}) => requestBody({ model: 'm', system: '', params: {}, messages, ...more });
const asked = (parts, input) => body([message('user', parts)], input === undefined ? {} : { input }).messages[0].content;
const answered = (parts, more = { tools: [TOOL] }, of = {}) => body([message('assistant', parts, of)], more).messages;

const sent = (id, more = {}) => ({ id, type: 'function', function: { name: 'f', arguments: '{"a":1}' }, ...more });
const told = (id, content = 'r') => ({ role: 'tool', tool_call_id: id, content });

test('what is not asked for is not in the request', () => {
  assert.deepEqual(Object.keys(body([], { tools: [], webSearch: false })), ['model', 'messages', 'stream', 'stream_options']);
  assert.equal(body([], { webSearch: true }).web_search, true);
  assert.deepEqual(body([], { tools: [TOOL] }).tools, [
    { type: 'function', function: { name: 'f', description: 'does', parameters: { type: 'object', properties: { a: {} } } } },
  ]);
  assert.deepEqual(body([message('user', [text('q')])], { goOn: true }).messages, [{ role: 'user', content: 'q' }], 'a question is not gone on with');
  assert.equal(body([message('assistant', [text('a')])], { goOn: true }).messages.at(-1).content, CONTINUE_PROMPT);
});

test('a call and its result are messages of their own, in order', () => {
  assert.deepEqual(answered([call()]), [{ role: 'assistant', content: null, tool_calls: [sent('c')] }, told('c')]);
  assert.deepEqual(answered([text('Let me look.'), call(), call({ id: 'd' }), text('So.')]), [
    { role: 'assistant', content: 'Let me look.', tool_calls: [sent('c'), sent('d')] }, told('c'), told('d'), { role: 'assistant', content: 'So.' },
  ]);
});

test('a new round begins with its number, with words or with thoughts, and not with what says nothing', () => {
  const rounds = (...parts) => answered(parts).filter(({ tool_calls: calls }) => calls).map(({ tool_calls: calls }) => calls.map(({ id }) => id).join(' '));
  const other = (more) => call({ id: 'd', ...more });
  const source = { kind: 'source', number: 1, url: 'https://a.example/', title: '', snippet: '', at: [] };
  assert.deepEqual(rounds(call(), other()), ['c d']);
  assert.deepEqual(rounds(call(), other({ round: 1 })), ['c', 'd']);
  assert.deepEqual(rounds(call(), text('and'), other()), ['c', 'd']);
  assert.deepEqual(rounds(call(), { ...IMAGE }, other()), ['c', 'd'], 'a picture is told in words');
  assert.deepEqual(rounds(call(), thought(), other()), ['c', 'd']);
  assert.deepEqual(rounds(call(), source, other()), ['c d']);
  assert.deepEqual(rounds(call(), text(''), other()), ['c d']);
  assert.deepEqual(rounds(call(), call({ id: 'x', result: null, round: 1 }), other()), ['c d'], 'one without a result is not sent');
  assert.deepEqual(rounds(call({ id: 'x', result: null })), []);
});

test('what is the provider\'s own goes back to the model that said it, and to no other', () => {
  const parts = [thought({ s: 1 }), call({ extra: { x: 1 } })];
  const own = { role: 'assistant', content: null, tool_calls: [sent('c', { extra_content: { x: 1 } })], reasoning_details: [{ s: 1 }] };
  assert.deepEqual(answered(parts)[0], own);
  assert.deepEqual(answered(parts, undefined, { model: 'other' })[0], { role: 'assistant', content: null, tool_calls: [sent('c')] });
  assert.deepEqual(answered([thought(), call()])[0], { role: 'assistant', content: null, tool_calls: [sent('c')] });
  assert.deepEqual(answered([{ ...thought(), details: undefined }, call(), thought({ s: 2 }), call({ id: 'd', round: 1 })])
    .filter(({ role }) => role === 'assistant').map(({ reasoning_details: details }) => details), [undefined, [{ s: 2 }]]);
});

test('a call without an id gets one that no other has', () => {
  const anonymous = (round) => call({ id: '', round });
  const { messages } = body([message('user', [text('q')]), message('assistant', [anonymous(0), anonymous(0), anonymous(1)])], { system: 'S', tools: [TOOL] });
  assert.deepEqual(messages.flatMap((one) => (one.tool_calls ?? []).map(({ id }) => id)), ['call_2', 'call_3', 'call_5']);
  assert.deepEqual(messages.flatMap((one) => one.tool_call_id ?? []), ['call_2', 'call_3', 'call_5']);
});

test('arguments that are no object are sent as an empty one', () => {
  for (const written of ['', '{', '[1]', 'null', '3', '"x"', 'true']) {
    assert.equal(answered([call({ arguments: written })])[0].tool_calls[0].function.arguments, '{}', written);
  }
  assert.equal(answered([call({ arguments: '{ "a" :1}' })])[0].tool_calls[0].function.arguments, '{ "a" :1}', 'an object as it was written');
});

test('without tools a call is told in words, one without a result not at all', () => {
  assert.deepEqual(answered([text('Look:'), call({ result: [text('one'), text(''), text('two')] })], {}), [
    { role: 'assistant', content: 'Look:\n\nI called the tool "f" with {"a":1} and was told:\n```\none\n\ntwo\n```' },
  ]);
  assert.deepEqual(answered([text('Look:'), call({ result: null })], {}), [{ role: 'assistant', content: 'Look:' }]);
  assert.deepEqual(answered([call({ result: [text(''), text('a'), IMAGE] })])[1], told('c', 'a\n\n[dot.png]'));
});

test('of an answer its words go back: what was said aloud, and the name of a picture', () => {
  const sound = { kind: 'audio', id: '', name: 's', type: 'audio/wav', size: 1, data: 'data:audio/wav;base64,AAAA', transcript: 'aloud' };
  assert.deepEqual(answered([sound, text('written'), IMAGE, { ...TEXT_FILE }, thought()]), [{ role: 'assistant', content: 'aloud\n\nwritten\n\n[dot.png]' }]);
});

test('pictures of an answer go with the next question, those of tools too', () => {
  const picture = (url) => ({ type: 'image_url', image_url: { url } });
  const made = { ...IMAGE, data: 'data:image/png;base64,AAAA' };
  const path = (parts) => [message('assistant', parts), message('user', [text('this?')]), message('assistant', [text('yes')]), message('user', [text('more')])];
  const questions = (parts, more) => body(path(parts), more).messages.filter(({ role }) => role === 'user').map(({ content }) => content);
  assert.deepEqual(questions([made, call({ result: [IMAGE, text('r')] })]), [
    [picture(made.data), picture(IMAGE.data), { type: 'text', text: 'this?' }], 'more',
  ]);
  for (const parts of [[{ ...made, data: '' }], [TEXT_FILE], [call({ result: null })], []]) assert.deepEqual(questions(parts), ['this?', 'more']);
  assert.deepEqual(questions([made], { input: ['text'] }), ['this?', 'more'], 'none to a model that cannot see');
});

test('an attachment goes as it is to a model that takes its kind, else in words', () => {
  const sound = { kind: 'audio', id: '', name: 's.wav', type: 'audio/wav', size: 1, data: 'data:audio/wav;base64,AAAA', transcript: '' };
  const file = { kind: 'file', id: '', name: 'f.pdf', type: 'application/pdf', size: 1, text: '', data: 'data:application/pdf;base64,BBBB' };
  for (const [part, input, want] of [
    [IMAGE, ['image'], [{ type: 'image_url', image_url: { url: IMAGE.data } }]],
    [IMAGE, ['audio', 'file'], '[dot.png]'],
    [{ ...IMAGE, data: '', url: 'https://a.example/' }, ['image'], '[dot.png]'],
    [sound, ['audio'], [{ type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } }]],
    [{ ...sound, type: 'audio/mpeg' }, ['audio'], [{ type: 'input_audio', input_audio: { data: 'AAAA', format: 'mp3' } }]],
    [sound, ['image', 'file'], '[s.wav]'],
    [{ ...sound, type: 'audio/ogg' }, ['audio', 'file'], '[s.wav]'],
    [{ ...sound, type: 'audio/ogg', transcript: 'hi' }, ['audio'], 's.wav:\n```\nhi\n```'],
    [file, ['file'], [{ type: 'file', file: { filename: 'f.pdf', file_data: file.data } }]],
    [file, ['image', 'audio'], '[f.pdf]'],
    [{ ...file, type: 'audio/wav' }, ['audio'], '[f.pdf]'],
    [{ ...file, type: 'audio/wav' }, ['text'], '[f.pdf]'],
    [{ ...file, text: 'read' }, ['image'], 'f.pdf:\n```\nread\n```'],
    [{ ...file, text: 'read', data: '' }, ['file'], 'f.pdf:\n```\nread\n```'],
    [{ kind: 'raw', name: 'x', json: '{"x":1}' }, [], '{"x":1}'],
  ]) assert.deepEqual(asked([part], input), want, `${part.kind} ${part.type} to ${input}`);
});
