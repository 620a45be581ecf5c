// SPDX-License-Identifier: MIT
// Every kind of part in every place that goes over parts. The kinds are read from the union itself, so that a new one
// has to be given a row here, and with it a word on each place.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';

import { htmlOf } from '../../static/core/export-html.js';
import { markdownOf } from '../../static/core/export-markdown.js';
import { exportText } from '../../static/core/exporting.js';
import { readExport } from '../../static/core/importing.js';
import { conversationBytes } from '../../static/core/memory.js';
import { hasBegun, textOf } from '../../static/core/parts.js';
import { requestBody } from '../../static/core/request.js';
import { findIn, patternOf } from '../../static/core/search.js';
import { selectActive } from '../../static/core/selectors.js';
import { speakable } from '../../static/ui/speakable.js';
import { IMAGE, counter, makeCore } from './core-helpers.js';

/** @typedef {import('../../static/core/types.js').Part} Part */

/** Counted for a part's own object, whatever is in it. */
const OBJECT_BYTES = 80;

const source = readFileSync(new URL('../../static/core/types-parts.js', import.meta.url), 'utf8');
const union = /@typedef \{([^}]*RawPart)\} Part\b/.exec(source)?.[1]?.match(/\w+Part/g) ?? [];
const KINDS = union.map((name) => new RegExp(`@typedef \\{object\\} ${name}\\b[^]*?@property \\{'(\\w+)'\\} kind`).exec(source)?.[1]);

/**
 * A part, a word that is in it, and where that word comes to. `spoken`, `sent`: in what is read aloud and copied, in
 * what goes back to a model as an answer's. `heavy`: the least that the meter counts.
 *
 * @typedef {object} Row
 * @property {Part} part
 * @property {string} word
 * @property {boolean} spoken
 * @property {boolean} sent
 * @property {number} heavy
 * @property {boolean} [person]  a person may attach it
 */

/** @type {Record<string, Row>} */
const ROWS = {
  text: { part: { kind: 'text', text: 'The **heron** stands' }, word: 'heron', spoken: true, sent: true, heavy: 40 },
  reasoning: { part: { kind: 'reasoning', text: 'An owl, maybe', startedAt: 1000, endedAt: 2000 }, word: 'owl', spoken: false, sent: false, heavy: 26 },
  tool_call: {
    part: { kind: 'tool_call', id: 'c', index: null, name: 'birds', arguments: '{"of":"wren"}', state: 'done', result: [{ kind: 'text', text: 'small' }], startedAt: null, endedAt: null, round: 1 },
    word: 'wren', spoken: false, sent: true, heavy: 26,
  },
  image: { part: { ...IMAGE, kind: 'image', id: '', name: 'magpie.png' }, word: 'magpie', spoken: false, sent: true, heavy: IMAGE.data.length, person: true },
  audio: {
    part: { kind: 'audio', id: '', name: 'call.wav', type: 'audio/wav', size: 3, data: 'data:audio/wav;base64,AAAA', transcript: 'a cuckoo' },
    word: 'cuckoo', spoken: false, sent: true, heavy: 40, person: true,
  },
  file: { part: { kind: 'file', id: '', name: 'list.txt', type: 'text/plain', size: 5, text: 'a stork', data: '' }, word: 'stork', spoken: false, sent: false, heavy: 14, person: true },
  source: { part: { kind: 'source', number: 1, url: 'https://birds.example/', title: 'The finch', snippet: 'is small', at: [] }, word: 'finch', spoken: false, sent: false, heavy: 40 },
  notice: { part: { kind: 'notice', code: 'too_many_parts', detail: 'raven' }, word: 'raven', spoken: false, sent: false, heavy: 0 },
  raw: { part: { kind: 'raw', name: 'hologram', json: '{"of":"eagle"}' }, word: 'eagle', spoken: false, sent: false, heavy: 28 },
};

test('each kind of the union has its row, and there are no others', () => {
  assert.deepEqual([...KINDS].sort(), Object.keys(ROWS).sort());
});

/** A file of a conversation whose answer has these parts, and where it is to go. @param {readonly Part[]} parts */
function answered(parts) {
  const { store, newId, clock } = makeCore();
  const ids = { user: newId(), answer: newId() };
  store.dispatch({
    type: 'exchange/started', conversationId: 'c0', now: clock.now, clearDraft: true,
    user: { id: ids.user, parentId: null, text: 'Which?', attachments: [] }, answer: { id: ids.answer, parentId: ids.user, model: 'any', streamKey: 'k' },
  });
  store.dispatch({ type: 'answer/ended', conversationId: 'c0', messageId: ids.answer, now: clock.now, status: 'complete' });
  const { text } = { text: exportText([selectActive(store.getState())], 0) };
  // By the only way in that there is: a file.
  const file = JSON.parse(text);
  file.conversations[0].messages[1].parts = parts.map((part) => fromPage(part));
  return { core: makeCore(), file: JSON.stringify(file) };
}

/** As it stands in a file. @param {Part} part @returns {object} */
function fromPage(part) {
  const { startedAt, endedAt, result, id, ...rest } = /** @type {any} */ (part);
  return {
    ...rest, ...(part.kind === 'tool_call' ? { id } : {}),
    ...(startedAt === undefined ? {} : { started_at: startedAt && new Date(startedAt).toISOString(), ended_at: endedAt && new Date(endedAt).toISOString() }),
    ...(result === undefined ? {} : { result: result && result.map(fromPage) }),
  };
}

const PEN = { lang: 'en', dir: /** @type {const} */ ('ltr'), t: (/** @type {string} */ key) => key, time: String, render: (/** @type {string} */ text) => `<p>${text}</p>` };

for (const [kind, { part, word, spoken, sent, heavy, person = false }] of Object.entries(ROWS)) {
  test(`${kind}: kept, counted, found, exported, taken back, edited, branched, undone`, async () => {
    const { core, file } = answered([part]);
    const { actions, store } = core;
    assert.ok(await actions.importFiles([{ size: file.length, text: async () => file }]));
    const { order, byId } = store.getState().conversations;
    const conversation = /** @type {import('../../static/core/types.js').Conversation} */ (order.map((id) => byId[id]).find((one) => Object.values(one?.nodes ?? {}).some(({ parts }) => parts.length === 1 && parts[0]?.kind === kind)));
    assert.ok(conversation !== undefined, 'it came in');
    actions.selectConversation(conversation.id);
    const answer = /** @type {import('../../static/core/types.js').Message} */ (Object.values(conversation.nodes).find(({ role }) => role === 'assistant'));
    const kept = JSON.parse(JSON.stringify(answer.parts.map((one) => ({ ...one, id: '' }))));
    assert.deepEqual(kept, JSON.parse(JSON.stringify([{ ...part, id: '' }])), 'as it was');

    // Found, and each way out.
    const pattern = /** @type {RegExp} */ (patternOf(word));
    assert.equal(findIn(conversation, pattern)?.found?.messageId, answer.id);
    assert.ok(markdownOf(conversation).includes(word), markdownOf(conversation));
    assert.ok(htmlOf(conversation, PEN).includes(word), htmlOf(conversation, PEN));
    const written = exportText([conversation], 0);
    const [again] = readExport(written, counter('again'));
    assert.equal(exportText([/** @type {any} */ (again)], 0), written, 'a round trip is exact');
    assert.equal(speakable(textOf(answer.parts)).includes(word), spoken);
    const body = JSON.stringify(requestBody({ model: 'any', system: '', params: {}, messages: [...Object.values(conversation.nodes)] }));
    assert.equal(body.includes(word), sent, body);

    // The meter.
    const without = conversationBytes({ ...conversation, nodes: { ...conversation.nodes, [answer.id]: { ...answer, parts: [] } } });
    assert.ok(conversationBytes(conversation) - without >= OBJECT_BYTES + heavy);
    assert.equal(hasBegun(answer.parts), kind !== 'notice');

    // Nothing that is done around it changes it.
    const now = () => /** @type {any} */ (selectActive(store.getState())).nodes[answer.id]?.parts;
    assert.ok(actions.rewriteAnswer(answer.id, 'mine'));
    assert.equal(now(), answer.parts);
    actions.selectBranch(answer.id, 0);
    actions.deleteMessage(answer.id);
    assert.equal(now(), undefined);
    actions.undoDelete();
    assert.deepEqual(now(), answer.parts);
    actions.deleteConversation(conversation.id);
    actions.undoDelete();
    assert.deepEqual(store.getState().conversations.byId[conversation.id]?.nodes[answer.id]?.parts, answer.parts);

    // Attached by a person, too.
    if (!person) return;
    assert.ok(actions.addAttachment(/** @type {any} */ ({ ...part, id: 'own' }), conversation.id), 'attached');
    assert.ok(JSON.stringify(store.getState().conversations.byId[conversation.id]?.draft).includes(word));
    actions.removeAttachment('own', conversation.id);
    assert.ok(!JSON.stringify(store.getState().conversations.byId[conversation.id]?.draft).includes(word));
  });
}

test('a kind of a later version is kept under its name, shown as JSON, and written out again', async () => {
  const { core: { actions, store }, file } = answered([/** @type {any} */ ({ kind: 'hologram', of: 'kestrel' })]);
  assert.ok(await actions.importFiles([{ size: file.length, text: async () => file }]));
  const conversation = Object.values(store.getState().conversations.byId).find((one) => JSON.stringify(one).includes('kestrel'));
  assert.ok(conversation);
  assert.deepEqual(Object.values(conversation.nodes).at(-1)?.parts, [{ kind: 'raw', name: 'hologram', json: '{"kind":"hologram","of":"kestrel"}' }]);
  for (const out of [markdownOf(conversation), htmlOf(conversation, PEN), exportText([conversation], 0)]) assert.ok(out.includes('kestrel') && out.includes('hologram'));
});

test('all kinds in one answer keep their order through a file and back', () => {
  const { file } = answered(Object.values(ROWS).map(({ part }) => part));
  const [conversation] = readExport(file, counter('all'));
  assert.deepEqual(Object.values(/** @type {any} */ (conversation).nodes).at(-1)?.parts.map((/** @type {Part} */ { kind }) => kind), Object.keys(ROWS));
});
