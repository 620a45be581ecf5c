/* SPDX-License-Identifier: MIT */
/** Answers that use tools: asked for, called, told to the model; and a record that stays valid however it ends. */

import assert from 'node:assert/strict';
import test from 'node:test';

import { MAX_CALLS, MAX_ROUNDS } from '../../static/core/tool-loop.js';
import { exportText } from '../../static/core/exporting.js';
import { readExport } from '../../static/core/importing.js';
import { said } from './core-helpers.js';
import { makePage } from './net-helpers.js';

const SERVER_TOOL = {
  name: 'files__read', server: 'files', title: '', description: 'Reads.', parameters: { type: 'object', properties: { path: { type: 'string' } } },
  annotations: {}, consent: 'ask', digest: 'd1',
};

/** A page whose chat may use the page's tools and one of a server. */
function pageWithTools({ tool = SERVER_TOOL, names = ['current_time', 'run_javascript', 'files__read'], ...options } = {}) {
  const page = makePage(options);
  const { tools } = page.store.getState();
  page.store.dispatch({ type: 'tools/ready', tools: { list: [...tools.list, tool], errors: [] } });
  page.actions.setTools(names);
  page.calls_ = () => page.answer().parts.filter(({ kind }) => kind === 'tool_call');
  page.at = (i) => page.answer().parts.indexOf(page.calls_()[i]);
  /** Lets things go on until so many calls have gone to the server: what makes them is loaded with the first. */
  page.sent = async (n) => {
    for (let i = 0; i < 200 && page.count('POST', 'tools/call') < n; i += 1) {
      await page.settle();
      await new Promise((resolve) => { setImmediate(resolve); });
    }
    assert.equal(page.count('POST', 'tools/call'), n);
  };
  /** The model writes calls: [name, arguments]. */
  page.modelCalls = async (...calls) => {
    const pieces = calls.map(([name, written], index) => ({ index, id: `id-${index}-${page.calls.length}`, function: { name, arguments: written } }));
    page.call('POST', 'chat').open().send(`id: 1\ndata: ${JSON.stringify({ choices: [{ delta: { tool_calls: pieces }, finish_reason: 'tool_calls' }] })}\n\n`).done(2);
    await page.settle();
    await page.settle();
  };
  return page;
}

/** Whether each call of a request has its result, in order, as providers want it. */
function assertValid({ messages }) {
  messages.forEach((message, i) => {
    for (const [j, { id, function: { arguments: written } }] of (message.tool_calls ?? []).entries()) {
      assert.equal(messages[i + 1 + j]?.tool_call_id, id, 'each call is followed by its result');
      assert.equal(typeof messages[i + 1 + j].content, 'string');
      assert.ok(JSON.parse(written) instanceof Object);
    }
  });
  const ids = messages.flatMap(({ tool_calls: calls = [] }) => calls.map(({ id }) => id));
  assert.equal(new Set(ids).size, ids.length, 'no id twice');
}

test('a whole loop: offered, called, told, answered', async () => {
  const page = pageWithTools();
  await page.ask('When?');
  const first = page.call().body;
  assert.deepEqual(first.tools.map(({ type, function: { name } }) => [type, name]),
    [['function', 'current_time'], ['function', 'run_javascript'], ['function', 'files__read']]);
  await page.modelCalls(['current_time', '{"time_zone":"UTC"}'], ['run_javascript', '{"code":"6*7"}']);
  assert.deepEqual(page.calls_().map(({ state }) => state), ['done', 'asking']);
  assert.equal(page.answer().status, 'acting');
  assert.equal(page.count('POST', 'chat'), 1, 'the model waits for the person');
  page.answers.allowCall(page.answer().id, page.at(1));
  await page.settle();
  assert.equal(page.count('POST', 'chat'), 2);
  const { body, headers } = page.call('POST', 'chat');
  assertValid(body);
  assert.deepEqual(body.messages.map(({ role }) => role), ['user', 'assistant', 'tool', 'tool']);
  assert.match(body.messages[2].content, /2023-11-14T22:13:20\+00:00/);
  assert.match(body.messages[3].content, /42/);
  assert.equal(body.tools.length, 3);
  assert.notEqual(headers['Idempotency-Key'], 'key-1', 'another stream');
  page.call('POST', 'chat').open().token(1, 'It is 42.').done(2);
  await page.settle();
  await page.settle();
  assert.equal(page.answer().status, 'complete');
  assert.equal(said(page.answer()), 'It is 42.');
  await page.ask('And now?');
  assertValid(page.call('POST', 'chat').body);
  assert.deepEqual(page.call('POST', 'chat').body.messages.map(({ role }) => role), ['user', 'assistant', 'tool', 'tool', 'assistant', 'user']);
});

test('usage of all rounds is counted', async () => {
  const page = pageWithTools();
  await page.ask('q');
  const usage = (n) => `id: 9\ndata: {"choices":[],"usage":{"prompt_tokens":${n},"completion_tokens":1}}\n\n`;
  page.call().open().send(usage(10));
  page.call().send('id: 10\ndata: {"choices":[{"delta":{"tool_calls":[{"id":"a","function":{"name":"current_time","arguments":""}}]}}]}\n\n').done(11);
  await page.settle();
  await page.settle();
  page.call('POST', 'chat').open().send(usage(30)).token(10, 'x').done(11);
  await page.settle();
  await page.settle();
  assert.equal(page.answer().usage.promptTokens, 40);
  assert.equal(page.answer().usage.completionTokens, 2);
});

test('rounds stay apart, with or without words between them', async () => {
  const page = pageWithTools();
  await page.ask('q');
  await page.modelCalls(['current_time', '{}']);
  await page.modelCalls(['current_time', ''], ['current_time', '{}']);
  const { body } = page.call('POST', 'chat');
  assertValid(body);
  assert.deepEqual(body.messages.map(({ role }) => role), ['user', 'assistant', 'tool', 'assistant', 'tool', 'tool']);
});

test('calls that cannot be made are told to the model, all of them, and it goes on', async () => {
  const page = pageWithTools();
  await page.ask('q');
  await page.modelCalls(['nobody', '{}'], ['current_time', '{"zone":1}'], ['current_time', '{"time_zone":'], ['run_javascript', '[]']);
  assert.deepEqual(page.calls_().map(({ state }) => state), ['failed', 'failed', 'failed', 'failed']);
  const { body } = page.call('POST', 'chat');
  assertValid(body);
  const told = body.messages.filter(({ role }) => role === 'tool').map(({ content }) => content).join('\n');
  for (const words of [/no tool "nobody"/, /no "zone"/, /no valid JSON/, /JSON object/]) assert.match(told, words);
});

test('a hundred calls at once are bounded, and each has its result', async () => {
  const page = pageWithTools();
  await page.ask('q');
  await page.modelCalls(...Array.from({ length: 100 }, () => ['current_time', '{}']));
  const states = page.calls_().map(({ state }) => state);
  assert.deepEqual([states.length, states.filter((state) => state === 'done').length], [100, MAX_CALLS]);
  assertValid(page.call('POST', 'chat').body);
});

test('a model that never comes to an end is told to, and the answer says so', async () => {
  const page = pageWithTools();
  await page.ask('q');
  for (let i = 0; i <= MAX_ROUNDS; i += 1) await page.modelCalls(['current_time', '{}']);
  assert.equal(page.answer().status, 'complete');
  assert.equal(page.answer().parts.at(-1).code, 'tool_rounds');
  assert.equal(page.count('POST', 'chat'), MAX_ROUNDS + 1);
  await page.ask('next');
  assertValid(page.call('POST', 'chat').body);
});

test('stop while a call waits, and while one runs: every call has a result', async () => {
  const page = pageWithTools();
  let aborted = false;
  page.runScript = (code, signal) => new Promise(() => { signal.addEventListener('abort', () => { aborted = true; }); });
  await page.ask('q');
  await page.modelCalls(['run_javascript', '{"code":"1"}'], ['run_javascript', '{"code":"2"}']);
  page.answers.allowCall(page.answer().id, page.at(0));
  await page.settle();
  assert.deepEqual(page.calls_().map(({ state }) => state), ['running', 'asking']);
  page.answers.stop();
  await page.settle();
  assert.ok(aborted);
  assert.equal(page.answer().status, 'stopped');
  assert.deepEqual(page.calls_().map(({ state, result }) => [state, result.length]), [['stopped', 1], ['stopped', 1]]);
  assert.equal(page.clock.pending, 0, 'no timer is left');
  page.answers.allowCall(page.answer().id, page.at(1));
  await page.settle();
  assert.equal(page.calls_()[1].state, 'stopped', 'nothing is allowed after that');
  await page.ask('next');
  assertValid(page.call('POST', 'chat').body);
});

test('stop while the model writes a call, or after a round', async () => {
  const page = pageWithTools();
  await page.ask('q');
  page.call().open().send('id: 1\ndata: {"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"current_time","arguments":"{\\"ti"}}]}}]}\n\n');
  await page.settle();
  page.answers.stop();
  await page.settle();
  await page.ask('next');
  assertValid(page.call('POST', 'chat').body);
  await page.modelCalls(['current_time', '{}']);
  page.answers.stop();
  await page.settle();
  assert.equal(page.answer().status, 'stopped');
  await page.ask('last');
  assertValid(page.call('POST', 'chat').body);
});

test('the next request fails: going on asks with what the tools gave, and calls nothing twice', async () => {
  const page = pageWithTools();
  await page.ask('q');
  await page.modelCalls(['current_time', '{}']);
  page.call('POST', 'chat').fail(502, 'upstream_error');
  await page.settle();
  assert.equal(page.answer().status, 'failed');
  assert.equal(page.answers.continueAnswer(page.answer().id), true);
  await page.settle();
  const { body } = page.call('POST', 'chat');
  assertValid(body);
  assert.deepEqual(body.messages.map(({ role }) => role), ['user', 'assistant', 'tool'], 'without a word in between');
  assert.equal(page.calls_().length, 1);
});

test('consent for the conversation is remembered for one digest, and for this chat alone', async () => {
  const page = pageWithTools();
  await page.ask('q');
  await page.modelCalls(['run_javascript', '{"code":"1"}']);
  page.answers.allowCall(page.answer().id, page.at(0), { always: true });
  await page.settle();
  await page.modelCalls(['run_javascript', '{"code":"2"}']);
  assert.deepEqual(page.calls_().map(({ state }) => state), ['done', 'done']);
  assert.deepEqual(page.conversation().allowed, ['page:run_javascript:1']);
  const exported = exportText([page.conversation()], page.clock.now);
  assert.ok(!exported.includes('page:run_javascript:1'), 'a file allows nothing');
  page.actions.newConversation();
  page.actions.setTools(['run_javascript']);
  await page.ask('q');
  await page.modelCalls(['run_javascript', '{"code":"3"}']);
  assert.equal(page.calls_()[0].state, 'asking');
});

test('a call of a server: with what the person made of it, refused, denied, lost', async () => {
  const page = pageWithTools();
  await page.ask('q');
  const edited = '{"path":"b"}';
  await page.modelCalls(['files__read', '{"path":"a"}'], ['files__read', '{"path":"c"}'], ['files__read', '{"path":"d"}']);
  page.answers.allowCall(page.answer().id, page.at(0), { arguments: edited });
  page.answers.denyCall(page.answer().id, page.at(1), 'not that one');
  await page.sent(1);
  const call = page.call('POST', 'tools/call');
  assert.deepEqual(call.body.arguments, { path: 'b' });
  assert.equal(page.calls_()[0].arguments, edited, 'the record has what was done');
  page.answers.allowCall(page.answer().id, page.at(2));
  await page.sent(2);
  call.open().send('data: {"type":"result","content":[{"type":"text","text":"hello"}]}\n\n').close();
  page.call('POST', 'tools/call').fail(500, 'tool_failed');
  await page.settle();
  await page.settle();
  const told = page.call('POST', 'chat').body.messages.filter(({ role }) => role === 'tool').map(({ content }) => content);
  assert.equal(told[0], 'hello');
  assert.match(told[1], /not allow.*not that one/);
  assert.match(told[2], /failed.*tool_failed/);
});

test('the session ends in the middle of a round: the call waits for the login, and is made once', async () => {
  const page = pageWithTools();
  await page.ask('q');
  await page.modelCalls(['files__read', '{"path":"a"}']);
  page.answers.allowCall(page.answer().id, page.at(0));
  await page.sent(1);
  page.call('POST', 'tools/call').fail(401, 'not_authenticated');
  await page.settle();
  assert.equal(page.store.getState().session.status, 'expired');
  assert.equal(page.calls_()[0].state, 'running');
  page.store.dispatch({ type: 'session/signedIn', user: { name: 'ann' }, expiresAt: null, auth: 'password', limits: {} });
  page.answers.signedIn();
  await page.sent(2);
  page.call('POST', 'tools/call').open().send('data: {"type":"result","content":[{"type":"text","text":"late"}]}\n\n').close();
  await page.settle();
  assert.equal(page.calls_()[0].state, 'done');
});

test('who signs out or stops while a call waits for the login makes none', async () => {
  const page = pageWithTools();
  await page.ask('q');
  await page.modelCalls(['files__read', '{"path":"a"}']);
  page.answers.allowCall(page.answer().id, page.at(0));
  await page.sent(1);
  page.call('POST', 'tools/call').fail(401, 'not_authenticated');
  await page.settle();
  page.answers.stop();
  page.answers.signedIn();
  await page.settle();
  assert.equal(page.count('POST', 'tools/call'), 1);
  assert.equal(page.calls_()[0].state, 'stopped');
});

test('where no tools are on any more, what they gave is told in words', async () => {
  const page = pageWithTools();
  await page.ask('q');
  await page.modelCalls(['current_time', '{"time_zone":"UTC"}']);
  page.call('POST', 'chat').open().token(1, 'Ten.').done(2);
  await page.settle();
  await page.settle();
  page.actions.setTools([]);
  await page.ask('next');
  const { body } = page.call('POST', 'chat');
  assert.equal(body.tools, undefined);
  assert.deepEqual(body.messages.map(({ role }) => role), ['user', 'assistant', 'user']);
  assert.match(body.messages[1].content, /current_time[\s\S]*2023-11-14[\s\S]*Ten\./);
});

test('a model that calls without having been offered anything is recorded as it was', async () => {
  const page = makePage();
  await page.ask('q');
  page.call().open().send('id: 1\ndata: {"choices":[{"delta":{"tool_calls":[{"id":"a","function":{"name":"f","arguments":"{}"}}]}}]}\n\n').done(2);
  await page.settle();
  await page.settle();
  assert.deepEqual([page.answer().status, page.answer().parts[0].state], ['complete', 'stopped']);
});

test('thoughts that came with a call go back with it, to the same model only', async () => {
  const page = pageWithTools();
  await page.ask('q');
  const details = [{ type: 'reasoning.text', text: 'Hm.', signature: 'sig', index: 0 }];
  page.call().open().send(`id: 1\ndata: ${JSON.stringify({ choices: [{ delta: { reasoning_details: details } }] })}\n\n`)
    .send('id: 2\ndata: {"choices":[{"delta":{"tool_calls":[{"id":"a","function":{"name":"current_time","arguments":"{}"},"extra_content":{"google":{"thought_signature":"t"}}}]}}]}\n\n').done(3);
  await page.settle();
  await page.settle();
  const [, sent] = page.call('POST', 'chat').body.messages;
  assert.deepEqual(sent.reasoning_details, details);
  assert.deepEqual(sent.tool_calls[0].extra_content, { google: { thought_signature: 't' } });
  page.call('POST', 'chat').open().token(1, 'x').done(2);
  await page.settle();
  await page.settle();
  page.actions.setModel('any');
  await page.ask('next');
  const [, other] = page.call('POST', 'chat').body.messages;
  assert.deepEqual([other.reasoning_details, other.tool_calls[0].extra_content], [undefined, undefined]);
});

/** What came in the first round, of which `sent` is the message that goes back. */
async function roundTrip(...deltas) {
  const page = pageWithTools();
  await page.ask('q');
  const call = page.call().open();
  deltas.forEach((delta, i) => call.send(`id: ${i + 1}\ndata: ${JSON.stringify({ choices: [{ delta }] })}\n\n`));
  call.done(deltas.length + 1);
  await page.settle();
  await page.settle();
  const [, sent] = page.call('POST', 'chat').body.messages;
  page.call('POST', 'chat').open().token(1, 'x').done(2);
  await page.settle();
  await page.settle();
  page.actions.setModel('any');
  await page.ask('next');
  const [, other] = page.call('POST', 'chat').body.messages;
  const [{ id, type, function: { name, arguments: written } }] = sent.tool_calls;
  assert.deepEqual(other, { role: 'assistant', content: sent.content, tool_calls: [{ id, type, function: { name, arguments: written } }] },
    'another model gets nothing of it');
  return sent;
}

const time = (more = {}, within = {}) => ({ tool_calls: [{ index: 0, id: 'a', type: 'function', ...more,
  function: { name: 'current_time', arguments: '{}', ...within } }] });

test('a thought goes back under the name that its provider has for it', async () => {
  for (const name of ['reasoning_content', 'reasoning', 'reasoning_text', 'thinking']) {
    const sent = await roundTrip({ reasoning_content: 'H' }, { reasoning_content: 'm.' }, { ...time(), reasoning_name: name });
    assert.equal(sent[name], 'Hm.');
    assert.deepEqual(Object.keys(sent).filter((one) => /reas|think/.test(one)), [name]);
  }
  assert.equal((await roundTrip({ reasoning_content: 'Hm.' }, time())).reasoning_content, undefined, 'nobody said that it is wanted');
  const forged = await roundTrip({ reasoning_content: 'Hm.' }, { ...time(), reasoning_name: 'role' });
  assert.equal(forged.role, 'assistant');
});

test('what gateways put beside a thought goes back beside it', async () => {
  const opaque = await roundTrip({ reasoning_content: 'Hm.' }, { reasoning_opaque: 'sealed' }, { ...time(), reasoning_name: 'reasoning_text' });
  assert.deepEqual([opaque.reasoning_text, opaque.reasoning_opaque], ['Hm.', 'sealed']);
  const late = await roundTrip({ reasoning_content: 'Hm.' }, { ...time(), reasoning_opaque: 'sealed' });
  assert.equal(late.reasoning_opaque, 'sealed');
  const block = (thinking, signature) => ({ reasoning_content: thinking, thinking_blocks: [{ type: 'thinking', thinking, signature }] });
  const blocks = await roundTrip(block('H', ''), block('m.', ''), block('', 's1'), block('More', null), block('.', 's2'),
    { thinking_blocks: [{ type: 'redacted_thinking', data: 'x' }] }, time());
  assert.deepEqual(blocks.thinking_blocks, [{ type: 'thinking', thinking: 'Hm.', signature: 's1' },
    { type: 'thinking', thinking: 'More.', signature: 's2' }, { type: 'redacted_thinking', data: 'x' }]);
  const fields = await roundTrip({ provider_specific_fields: { a: 1 } }, { provider_specific_fields: { thought_signatures: ['t'] } },
    { extra_content: { google: { thought_signature: 't' } } }, time());
  assert.deepEqual(fields.provider_specific_fields, { a: 1, thought_signatures: ['t'] });
  assert.deepEqual(fields.extra_content, { google: { thought_signature: 't' } });
});

test('what gateways put into a call goes back in it', async () => {
  const { tool_calls: [call] } = await roundTrip(time({ thoughtSignature: 's', extra_content: { g: 1 }, caption: null },
    { thought_signature: 't', provider_specific_fields: { thought_signature: 'u' } }));
  assert.deepEqual(call, { thoughtSignature: 's', extra_content: { g: 1 }, id: 'a', type: 'function', function: {
    thought_signature: 't', provider_specific_fields: { thought_signature: 'u' }, name: 'current_time', arguments: '{}' } });
  const pieces = await roundTrip(time({ thought_signature: 's' }, { arguments: '' }),
    { tool_calls: [{ index: 0, function: { arguments: '{}' } }] });
  assert.equal(pieces.tool_calls[0].thought_signature, 's');
});

test('calls, their rounds and their results are exported and come back', async () => {
  const page = pageWithTools();
  await page.ask('q');
  await page.modelCalls(['current_time', '{"time_zone":"UTC"}']);
  await page.modelCalls(['nobody', '{}']);
  page.answers.stop();
  await page.settle();
  const file = exportText([page.conversation()], page.clock.now);
  const [back] = readExport(file, page.newId);
  const calls = Object.values(back.nodes).flatMap(({ parts }) => parts).filter(({ kind }) => kind === 'tool_call');
  assert.deepEqual(calls.map(({ state, round }) => [state, round]), [['done', 1], ['failed', 2]]);
  assert.deepEqual([back.tools, back.allowed], [[], []], 'nothing is switched on by a file');
});

test('a call of a server that is stopped is ended there, too', async () => {
  const page = pageWithTools();
  await page.ask('q');
  await page.modelCalls(['files__read', '{"path":"a"}']);
  page.answers.allowCall(page.answer().id, page.at(0));
  await page.settle();
  const call = page.call('POST', 'tools/call').open();
  await page.settle();
  page.answers.stop();
  await page.settle();
  assert.ok(call.aborted);
  assert.equal(page.call('DELETE').path, `streams/${call.headers['Idempotency-Key']}`);
  assert.equal(page.calls_()[0].state, 'stopped');
});

const asks = (n, state = 's') => `id: ${n}\ndata: ${JSON.stringify({ type: 'result', input_required: { state, requests: { who: { method: 'elicitation/create', params: {
  message: 'Who?', requestedSchema: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] } } } } } })}\n\n`;

/** A page with a call of a server's tool under way. */
async function calling() {
  const page = pageWithTools();
  await page.ask('q');
  await page.modelCalls(['files__read', '{"path":"/a"}']);
  page.answers.allowCall(page.answer().id, page.at(0));
  await page.sent(1);
  return page;
}

test('progress of a call is shown and not kept', async () => {
  const page = await calling();
  page.call('POST', 'tools/call').open().send('id: 1\ndata: {"type":"progress","progress":2,"total":4,"message":"half"}\n\n');
  await page.settle();
  assert.deepEqual(page.calls_()[0].progress, { done: 2, total: 4, message: 'half' });
  page.call('POST', 'tools/call').send('id: 2\ndata: {"type":"result","content":[],"is_error":false}\n\n').done(3);
  await page.settle();
  await page.settle();
  assert.equal(page.calls_()[0].progress, undefined);
  assert.equal(page.calls_()[0].state, 'done');
});

test('a server asks the person in the middle of a call, as long as the person takes', async () => {
  const page = await calling();
  page.call('POST', 'tools/call').open().send(asks(1)).done(2);
  await page.settle();
  await page.settle();
  const [part] = page.calls_();
  assert.deepEqual([part.state, part.inquiries.length, part.inquiries[0].message], ['input', 1, 'Who?']);
  assert.ok(!exportText([page.conversation()], page.clock.now).includes('Who?'), 'a question is in no file');
  await page.advance(24 * 3600 * 1000);
  assert.equal(page.calls_()[0].state, 'input');
  page.answers.answerInquiries(page.answer().id, page.at(0), { who: { action: 'accept', content: { name: 'Ada' } } });
  await page.settle();
  await page.settle();
  const { body } = page.call('POST', 'tools/call');
  assert.deepEqual([body.request_state, body.input_responses], ['s', { who: { action: 'accept', content: { name: 'Ada' } } }]);
  assert.equal(page.calls_()[0].state, 'running');
  page.call('POST', 'tools/call').open().send('id: 1\ndata: {"type":"result","content":[{"type":"text","text":"hi"}],"is_error":false}\n\n').done(2);
  await page.settle();
  await page.settle();
  assert.deepEqual([page.calls_()[0].state, page.calls_()[0].inquiries], ['done', undefined]);
  assertValid(page.call('POST', 'chat').body);
});

test('stop while a server asks: the call has a result, and nothing is answered', async () => {
  const page = await calling();
  page.call('POST', 'tools/call').open().send(asks(1)).done(2);
  await page.settle();
  await page.settle();
  page.answers.stop();
  await page.settle();
  assert.deepEqual([page.calls_()[0].state, page.answer().status], ['stopped', 'stopped']);
  page.answers.answerInquiries(page.answer().id, page.at(0), { who: { action: 'accept', content: { name: 'x' } } });
  await page.settle();
  assert.equal(page.count('POST', 'tools/call'), 1);
  page.call('DELETE', 'streams').json(null, 204);
  await page.settle();
  assert.equal(page.clock.pending, 0, 'no timer is left');
});

test('a session that ends between question and answer asks nothing twice', async () => {
  const page = await calling();
  page.call('POST', 'tools/call').open().send(asks(1)).done(2);
  await page.settle();
  await page.settle();
  page.answers.answerInquiries(page.answer().id, page.at(0), { who: { action: 'decline' } });
  await page.settle();
  page.call('POST', 'tools/call').fail(401, 'not_authenticated');
  await page.settle();
  assert.equal(page.count('POST', 'tools/call'), 2);
  page.answers.signedIn();
  await page.settle();
  await page.settle();
  assert.equal(page.count('POST', 'tools/call'), 3);
  assert.equal(page.call('POST', 'tools/call').body.request_state, 's', 'the answer, and no call anew');
});

test('a call that failed is made again in a branch of its own, with a consent of its own', async () => {
  const page = await calling();
  const first = page.answer();
  page.call('POST', 'tools/call').fail(502, 'tool_failed');
  await page.settle();
  await page.settle();
  page.call('POST', 'chat').open().token(1, 'It failed.').done(2);
  await page.settle();
  await page.settle();
  assert.equal(page.message(first.id).status, 'complete');
  const at = page.message(first.id).parts.findIndex(({ kind }) => kind === 'tool_call');
  assert.equal(page.answers.callAgain(first.id, at), true);
  await page.settle();
  const second = page.answer();
  assert.notEqual(second.id, first.id);
  assert.equal(second.parentId, first.parentId);
  assert.deepEqual([second.parts.length, second.parts[at].state, second.parts[at].round], [at + 1, 'asking', 1]);
  page.answers.allowCall(second.id, at);
  await page.settle();
  await page.settle();
  page.call('POST', 'tools/call').open().send('id: 1\ndata: {"type":"result","content":[{"type":"text","text":"now"}],"is_error":false}\n\n').done(2);
  await page.settle();
  await page.settle();
  const { body } = page.call('POST', 'chat');
  assertValid(body);
  assert.equal(body.messages.at(-1).content, 'now');
  assert.equal(said(page.message(first.id)), 'It failed.', 'what was is kept');
  page.actions.setTools([]);
  page.call('POST', 'chat').open().token(1, 'x').done(2);
  await page.settle();
  await page.settle();
  assert.equal(page.answers.callAgain(first.id, at), false);
  assert.ok(page.toasts().includes('toast.toolOff'));
});
