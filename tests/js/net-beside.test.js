/* SPDX-License-Identifier: MIT */
/** Two models side by side, what cannot be sent, and a call that is made once more. */

import assert from 'node:assert/strict';
import test from 'node:test';

import { PAGE_TOOLS } from '../../static/core/page-tools.js';
import { MEMORY_CAP_BYTES } from '../../static/core/limits.js';
import { said } from './core-helpers.js';
import { makePage } from './net-helpers.js';

/** A page on which two models have been asked. */
async function beside() {
  const page = makePage();
  page.actions.setModel('small');
  page.actions.setSecond('any');
  await page.ask('both?');
  const [first, second] = page.calls.filter(({ path }) => path === 'chat/completions');
  return { page, first, second, answers: () => Object.values(page.conversation().nodes).filter(({ role }) => role === 'assistant') };
}

test('two models are asked the same, each under its own key', async () => {
  const { page, first, second, answers } = await beside();
  assert.deepEqual([first.body.model, second.body.model], ['small', 'any']);
  assert.deepEqual(first.body.messages, second.body.messages);
  assert.notEqual(first.headers['Idempotency-Key'], second.headers['Idempotency-Key']);
  first.open().token(1, 'one').done(2);
  second.open().token(1, 'two').done(2);
  await page.settle();
  assert.deepEqual(answers().map((message) => [message.model, said(message), message.status]), [['small', 'one', 'complete'], ['any', 'two', 'complete']]);
  assert.equal(page.conversation().draft.text, '', 'the draft went out');
});

test('whoever is chosen goes on, and the other one stops', async () => {
  const { page, first, second, answers } = await beside();
  first.open().token(1, 'one');
  second.open().token(1, 'two');
  await page.settle();
  const [one, two] = answers();
  page.answers.chooseAnswer('nobody');
  assert.deepEqual(page.conversation().nodes[one.parentId].both, [one.id, two.id]);
  page.answers.chooseAnswer(two.id);
  await page.settle();
  assert.equal(first.aborted, true);
  assert.equal(second.aborted, false);
  assert.deepEqual(page.conversation().nodes[one.parentId].both, []);
  second.token(2, ' more').done(3);
  await page.settle();
  assert.deepEqual(answers().map(({ status }) => status), ['stopped', 'complete']);
  assert.equal(page.conversation().model, 'any');
});

test('both are there for who looks at another chat meanwhile, and a new try at one leaves the other', async () => {
  const { page, first, second, answers } = await beside();
  const { id } = page.conversation();
  first.open().token(1, 'one');
  second.open().token(1, 'two');
  page.actions.newConversation();
  await page.settle();
  first.token(2, ' more').done(3);
  second.token(2, ' more').done(3);
  await page.settle();
  page.actions.selectConversation(id);
  const [one, two] = answers();
  assert.deepEqual([said(one), said(two)], ['one more', 'two more']);
  assert.deepEqual(page.conversation().nodes[one.parentId].both, [one.id, two.id]);
  page.answers.regenerate(two.id);
  await page.settle();
  const again = page.call('POST', 'chat/completions');
  assert.equal(again.body.model, 'any', 'asked of the model whose answer it is to replace');
  again.open().token(1, 'three').done(2);
  await page.settle();
  const three = answers().find((message) => said(message) === 'three');
  assert.equal(three?.status, 'complete');
  assert.equal(said(page.message(one.id)), 'one more');
  assert.deepEqual(page.conversation().nodes[one.parentId].both, [one.id, three?.id], 'it stands where the other one stood');
});

test('the one of two that failed is tried again by its own model, in its place', async () => {
  const { page, first, second, answers } = await beside();
  first.fail(502, 'upstream_error');
  second.fail(502, 'upstream_error');
  await page.settle();
  const [one, two] = answers();
  assert.deepEqual([one.status, two.status], ['failed', 'failed']);
  for (const [failed, model] of [[two, 'any'], [one, 'small']]) {
    page.answers.retry(failed.id);
    await page.settle();
    const again = page.call('POST', 'chat/completions');
    assert.equal(again.body.model, model);
    again.open().token(1, `by ${model}`).done(2);
    await page.settle();
  }
  const both = page.conversation().nodes[one.parentId].both;
  assert.deepEqual(both?.map((id) => said(page.message(id))), ['by small', 'by any']);
  assert.equal(answers().length, 2);
});

test('a new try at one of two that failed leaves the other one where it is', async () => {
  const { page, first, second, answers } = await beside();
  first.fail(502, 'upstream_error');
  second.open().token(1, 'two').done(2);
  await page.settle();
  const [one, two] = answers();
  page.answers.regenerate(two.id);
  await page.settle();
  page.call('POST', 'chat/completions').open().token(1, 'three').done(2);
  await page.settle();
  const both = page.conversation().nodes[one.parentId].both;
  assert.deepEqual(both?.map((id) => page.message(id).status), ['failed', 'complete']);
  assert.deepEqual(both?.map((id) => said(page.message(id))), ['', 'three']);
});

test('a second model that cannot take what is sent keeps both from being asked', async () => {
  const page = makePage();
  page.actions.setModel('eyes');
  page.actions.setSecond('small');
  page.actions.addAttachment({ id: 'i', kind: 'image', name: 'i.png', type: 'image/png', size: 1, width: 1, height: 1, data: 'data:image/png;base64,iVBORw0KGgo=' });
  assert.equal(await page.ask('look'), false);
  assert.equal(page.count('POST', 'chat/completions'), 0);
  assert.deepEqual(page.store.getState().ui.toasts.map(({ key, values }) => [key, values.name]), [['toast.modelTakesNoImages', 'Small']]);
});

test('what cannot be sent says so in its place, and stays in the field', async () => {
  const page = makePage();
  assert.equal(await page.ask('  '), false);
  assert.deepEqual(page.toasts(), [], 'an empty field needs no word');
  page.store.dispatch({ type: 'models/ready', list: [] });
  assert.equal(await page.ask('x'), false);
  assert.deepEqual([page.toasts(), page.store.getState().ui.dialog], [['toast.noModel'], null]);
  const full = makePage();
  full.actions.setDraft({ text: 'x'.repeat(MEMORY_CAP_BYTES / 2 + 1) });
  full.actions.newConversation();
  assert.equal(await full.ask('x'), false);
  assert.deepEqual([full.store.getState().ui.dialog, full.toasts()], ['memory', []]);
  assert.equal(full.conversation().draft.text, 'x');
});

/** An answer with one finished call of a tool of the page. */
async function called() {
  const page = makePage();
  page.actions.setTools([PAGE_TOOLS[0].name]);
  await page.ask('time?');
  const call = page.call('POST', 'chat/completions').open();
  call.send(`id: 1\ndata: ${JSON.stringify({ choices: [{ delta: { content: 'I look.', tool_calls: [
    { index: 0, id: 'c', type: 'function', function: { name: PAGE_TOOLS[0].name, arguments: '{}' } }] } }] })}\n\n`);
  call.send('id: 2\ndata: {"choices":[{"delta":{},"finish_reason":"tool_calls"}]}\n\nid: 3\ndata: [DONE]\n\n').close();
  await page.settle();
  await page.settle();
  page.call('POST', 'chat/completions').open().token(1, 'Noon.').done(2);
  await page.settle();
  const answer = page.answer();
  return { page, answer, at: answer.parts.findIndex(({ kind }) => kind === 'tool_call') };
}

test('a call is made once more in a branch beside its answer', async () => {
  const { page, answer, at } = await called();
  assert.equal(answer.status, 'complete');
  const asked = page.count('POST', 'chat/completions');
  assert.equal(page.answers.callAgain(answer.id, at), true);
  await page.settle();
  await page.settle();
  assert.equal(page.count('POST', 'chat/completions'), asked + 1, 'the model goes on from its result');
  const anew = page.answer();
  assert.notEqual(anew.id, answer.id);
  assert.equal(anew.parts[at].state, 'done');
  assert.equal(page.message(answer.id).status, 'complete', 'the other one is as it was');
});

test('what is no call, or of a tool that is off, is not made again', async () => {
  const { page, answer, at } = await called();
  const nodes = () => Object.keys(page.conversation().nodes).length;
  const before = nodes();
  assert.equal(page.answers.callAgain('nobody', at), false);
  assert.equal(page.answers.callAgain(answer.parentId, at), false);
  assert.deepEqual(page.toasts(), []);
  assert.equal(page.answers.callAgain(answer.id, 0), false);
  assert.deepEqual(page.store.getState().ui.toasts.at(-1).values, { name: '' });
  page.actions.setTools([]);
  assert.equal(page.answers.callAgain(answer.id, at), false);
  assert.deepEqual([page.toasts().at(-1), page.store.getState().ui.toasts.at(-1).values.name], ['toast.toolOff', PAGE_TOOLS[0].name]);
  page.store.dispatch({ type: 'models/ready', list: [] });
  assert.equal(page.answers.callAgain(answer.id, at), false);
  assert.equal(page.toasts().at(-1), 'toast.noModel');
  assert.equal(nodes(), before);
});
