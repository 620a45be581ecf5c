// SPDX-License-Identifier: MIT
// What the views decide, without a page: which key sends, what a paste brings, where the scroll position belongs,
// which messages are drawn now.

import assert from 'node:assert/strict';
import test from 'node:test';
import { MAX_ATTACHMENTS, MAX_PASTE_CHARS } from '../../static/core/limits.js';
import { roomFor } from '../../static/ui/anchor.js';
import { deletionOf } from '../../static/ui/deletion.js';
import { cutToFit, longestFile } from '../../static/ui/fit.js';
import { FOLLOWING, follow, isAway, sticks } from '../../static/ui/follow.js';
import { MANY, modelSections, toggledStar } from '../../static/ui/model-plan.js';
import { pasteMeans, tableOf } from '../../static/ui/paste.js';
import { arrowTo, placeBeside } from '../../static/ui/place.js';
import { pieces, speakable } from '../../static/ui/speakable.js';
import { buttonPress, fieldKey } from '../../static/ui/send-key.js';
import { AT_ONCE, planDraws, sameWay, stepFrom } from '../../static/ui/thread-plan.js';

/** @param {object} [more] @returns {any} */
const key = (more = {}) => ({
  key: 'Enter', isComposing: false, keyCode: 13, repeat: false,
  shiftKey: false, altKey: false, ctrlKey: false, metaKey: false, ...more,
});

test('a key in the field sends, makes a line, or goes to the last question', () => {
  /** @type {[object, 'enter' | 'mod-enter', boolean, string | null][]} event, setting, empty field, meaning */
  const table = [
    [{}, 'enter', false, 'send'],
    [{ repeat: true }, 'enter', false, 'held'],
    [{ shiftKey: true }, 'enter', false, null],
    [{ altKey: true }, 'enter', false, null],
    [{ metaKey: true }, 'enter', false, null],
    [{ ctrlKey: true }, 'enter', false, 'send'],
    [{ isComposing: true }, 'enter', false, null],
    [{ keyCode: 229 }, 'enter', false, null],
    [{ ctrlKey: true, isComposing: true }, 'mod-enter', false, null],
    [{}, 'mod-enter', false, null],
    [{ ctrlKey: true }, 'mod-enter', false, 'send'],
    [{ ctrlKey: true, metaKey: true }, 'mod-enter', false, null],
    [{ key: 'ArrowUp' }, 'enter', true, 'editLast'],
    [{ key: 'ArrowUp' }, 'enter', false, null],
    [{ key: 'ArrowUp', altKey: true }, 'enter', true, null],
    [{ key: 'ArrowUp', isComposing: true }, 'enter', true, null],
    [{ key: 'a' }, 'enter', true, null],
  ];
  for (const [event, sendKey, empty, means] of table) {
    assert.equal(fieldKey(key(event), { sendKey, empty, touch: false }), means, JSON.stringify([event, sendKey, empty]));
  }
});

test('where there are fingers Enter makes a line, and a keyboard’s modifier still sends', () => {
  const touch = { touch: true, empty: false, sendKey: /** @type {const} */ ('enter') };
  assert.equal(fieldKey(key(), touch), null);
  assert.equal(fieldKey(key({ shiftKey: true }), touch), null);
  assert.equal(fieldKey(key({ ctrlKey: true }), touch), 'send');
});

test('the button stops what runs, sends what does not, and takes no double click', () => {
  assert.equal(buttonPress({ detail: 1 }, true), 'stop');
  assert.equal(buttonPress({ detail: 0 }, false), 'send');
  assert.equal(buttonPress({ detail: 2 }, true), null);
});

test('a paste is text, a file of a long text, a table, or the files it carries', () => {
  const long = 'x'.repeat(MAX_PASTE_CHARS + 1);
  const paste = (/** @type {object} */ more) => pasteMeans({ text: '', html: '', types: [], files: [], present: 0, plain: false, ...more });
  assert.equal(paste({ text: 'short', types: ['text/plain'] }), 'text');
  assert.equal(paste({ text: long, types: ['text/plain'] }), 'text-file');
  assert.equal(paste({ text: long, types: ['text/plain'], present: MAX_ATTACHMENTS }), 'text');
  assert.equal(paste({ text: long, types: ['text/plain'], plain: true }), 'text');
  assert.equal(paste({ files: ['a.png'], types: ['Files'] }), 'files');
  assert.equal(paste({ text: 'a\tb', types: ['text/plain', 'text/html', 'Files'], files: ['image.png'] }), 'text');
  assert.equal(paste({}), 'text');
});

test('a copied file comes with its name, or its path, as text: the file is meant', () => {
  const paste = (/** @type {string} */ text, /** @type {string[]} */ files) =>
    pasteMeans({ text, html: '', types: ['text/plain', 'Files'], files, present: 0, plain: false });
  assert.equal(paste('report.pdf', ['report.pdf']), 'files');
  assert.equal(paste('a.txt\nb.txt\n', ['a.txt', 'b.txt']), 'files');
  assert.equal(paste('/home/me/a b.txt', ['a b.txt']), 'files');
  assert.equal(paste('file:///home/me/a%20b.txt', ['a b.txt']), 'files');
  assert.equal(paste('C:\\Docs\\a.txt', ['a.txt']), 'files');
  assert.equal(paste('a.txt is the report', ['a.txt']), 'text');
});

test('cells that were copied are a table, be there tabs, line ends or quotes in them', () => {
  const means = (/** @type {string} */ text, html = '<table><tr><td>') =>
    pasteMeans({ text, html, types: ['text/plain', 'text/html', 'Files'], files: ['image.png'], present: 0, plain: false });
  assert.equal(means('a\tb\n1\t2\n'), 'table');
  assert.equal(means('a\tb\n1\t2\n', '<p>'), 'text');
  assert.equal(means('one cell'), 'text');
  assert.equal(means('a\tb\nmore words, no table'), 'text');
  assert.deepEqual(tableOf('a\t"two\r\nlines"\r\n"say ""hi"""\t\r\n'), [['a', 'two\r\nlines'], ['say "hi"', '']]);
  assert.deepEqual(tableOf('x\ty'), [['x', 'y']]);
  assert.equal(tableOf(''), null);
  assert.equal(tableOf('a\tb\nc'), null);
});

test('a text is cut to what fits, and is left out when nothing does', () => {
  const text = 'word '.repeat(1000);
  const cut = cutToFit(text, (shorter) => shorter.length <= 1234);
  assert.ok(cut !== null && cut.length <= 1234 && cut.length > 1200 && cut.endsWith('[…]\n'), String(cut?.length));
  assert.equal(cutToFit(text, () => false), null);
  assert.equal(longestFile([]), null);
});

/** @param {import('../../static/ui/follow.js').FollowEvent[]} events */
const after = (...events) => events.reduce(follow, FOLLOWING);

test('the end is followed until the reader goes up, and again once they are back', () => {
  assert.ok(sticks(FOLLOWING));
  const up = after({ type: 'stuck', top: 500 }, { type: 'scrolled', top: 400, distance: 100 });
  assert.ok(!sticks(up));
  assert.ok(!isAway(up, 100));
  assert.ok(isAway(up, 161));
  assert.ok(!sticks(follow(up, { type: 'scrolled', top: 450, distance: 50 })), 'down, but not to the end');
  assert.ok(sticks(follow(up, { type: 'scrolled', top: 480, distance: 20 })));
  assert.ok(sticks(follow(up, { type: 'end' })));
});

test('what is not the reader’s doing lets nothing go', () => {
  assert.ok(sticks(after({ type: 'stuck', top: 500 }, { type: 'scrolled', top: 500, distance: 0 })), 'our own move');
  assert.ok(sticks(after({ type: 'stuck', top: 500 }, { type: 'scrolled', top: 300, distance: 0 })), 'content that shrank');
  assert.ok(sticks(after({ type: 'stuck', top: 500 }, { type: 'scrolled', top: 499.5, distance: 40 })), 'rounding');
  assert.ok(sticks(after({ type: 'released', scrolls: false })), 'all of it is in view');
  assert.ok(!sticks(after({ type: 'released', scrolls: true })));
});

test('what is no thread is not followed, and never far from its end', () => {
  const empty = after({ type: 'released', scrolls: true }, { type: 'shown', thread: false });
  assert.ok(!sticks(empty));
  assert.ok(!isAway(empty, 1000));
  assert.ok(sticks(follow(empty, { type: 'shown', thread: true })));
});

/** @param {number} count @param {string} [mark] @returns {any[]} */
const messages = (count, mark = '') => Array.from({ length: count }, (_, i) => ({ id: `m${i}`, mark }));

test('a thread that is opened is drawn from its end, the rest waits', () => {
  const path = messages(100);
  const { now, later } = planDraws({ path, before: [], steady: false, drawn: () => false, touched: new Set() });
  assert.deepEqual(now, Array.from({ length: AT_ONCE }, (_, i) => 100 - AT_ONCE + i));
  assert.equal(later.length, 100 - AT_ONCE);
  const edited = planDraws({ path, before: [], steady: false, drawn: () => false, touched: new Set(['m3', null]) });
  assert.ok(edited.now.includes(3), 'what is being edited does not wait');
});

test('a token draws one message, and the one that stands on it', () => {
  const before = messages(50);
  const path = [...before];
  path[20] = { ...path[20], mark: 'new' };
  const plan = planDraws({ path, before, steady: true, drawn: () => true, touched: new Set() });
  assert.deepEqual(plan, { now: [20, 21], later: [] });
});

test('what all messages show is late for those far away, not for the near', () => {
  const path = messages(20);
  const plan = planDraws({ path, before: path, steady: false, drawn: () => true, touched: new Set() });
  assert.deepEqual(plan.later, [0, 1, 2, 3, 4, 5, 6, 7]);
  assert.equal(plan.now.length, AT_ONCE);
  assert.deepEqual(planDraws({ path, before: path, steady: true, drawn: () => true, touched: new Set() }), { now: [], later: [] });
});

test('ways are the same over the same messages', () => {
  assert.ok(sameWay(messages(3), messages(3, 'changed')));
  assert.ok(!sameWay(messages(3), messages(2)));
  assert.ok(sameWay([], []));
});

test('steps lead from message to message and end behind the last', () => {
  assert.equal(stepFrom(3, -1, -1), 2);
  assert.equal(stepFrom(3, -1, 1), null);
  assert.equal(stepFrom(3, 0, -1), 0);
  assert.equal(stepFrom(3, 1, 1), 2);
  assert.equal(stepFrom(3, 2, 1), null);
  assert.equal(stepFrom(0, -1, -1), null);
});

/** @param {string} id @param {object} [more] @returns {any} */
const model = (id, more = {}) => ({ id, name: id, provider: 'p', contextLength: null, maxOutputTokens: null, input: ['text'], description: '', webSearch: false, ...more });
/** @param {any[]} sections */
const shown = (sections) => sections.map(({ kind, title, models }) => `${kind} ${title}: ${models.map((/** @type {any} */ m) => m.id).join(' ')}`.replace(' :', ':'));

test('a few models are shown as they are, by provider', () => {
  const list = [model('a'), model('b', { provider: 'q' }), model('c')];
  const by = { filter: '', starred: [], recent: ['c', 'a'] };
  assert.deepEqual(shown(modelSections(list, by)), ['provider p: a c', 'provider q: b']);
  assert.deepEqual(shown(modelSections([model('a'), model('b')], by)), ['provider: a b'], 'one provider needs no name');
  assert.deepEqual(modelSections([], by), []);
});

test('of many models the starred and those used last come first', () => {
  const list = Array.from({ length: MANY }, (_, i) => model(`m${i}`));
  const sections = modelSections(list, { filter: '', starred: ['m3', 'gone'], recent: ['m3', 'm7', 'gone', 'm1', 'm2', 'm4', 'm5'] });
  assert.deepEqual(shown(sections).slice(0, 2), ['starred: m3', 'recent: m7 m1 m2 m4']);
  assert.equal(sections.at(-1)?.models.length, MANY, 'and all of them below');
});

test('five hundred models are found by parts of their words, the best first', () => {
  const list = Array.from({ length: 500 }, (_, i) => model(`id-${i}`, { name: `Other ${i}`, provider: i % 2 ? 'Élan' : 'Base' }));
  list.push(model('x1', { name: 'My GPT' }), model('x2', { name: 'GPT-9 mini' }), model('gpt-z', { name: 'Zed' }), model('x3', { description: 'like gpt, but kind' }));
  const found = (/** @type {string} */ filter) => modelSections(list, { filter, starred: ['id-1'], recent: ['id-2'] }).flatMap(({ models }) => models.map(({ id }) => id));
  assert.deepEqual(found('gpt'), ['x2', 'x1', 'gpt-z', 'x3']);
  assert.deepEqual(found('MINI gpt'), ['x2']);
  assert.equal(found('elan').length, 250, 'accents do not matter');
  assert.deepEqual(found('no such'), []);
  assert.equal(found('  ').length > 500, true, 'blanks are no filter');
});

test('a star is put on and taken off', () => {
  assert.deepEqual(toggledStar(['a'], 'b'), ['a', 'b']);
  assert.deepEqual(toggledStar(['a', 'b'], 'a'), ['b']);
});

test('a panel stands below its button, above where there is more room, and never outside', () => {
  const room = { width: 400, height: 600 };
  const at = (/** @type {number} */ top, /** @type {number} */ left) => ({ top, bottom: top + 30, left, right: left + 40 });
  assert.deepEqual(placeBeside(at(10, 20), { width: 200, height: 300 }, room), { top: 44, left: 20 });
  assert.deepEqual(placeBeside(at(500, 20), { width: 200, height: 300 }, room), { top: 196, left: 20 });
  assert.deepEqual(placeBeside(at(10, 350), { width: 200, height: 300 }, room), { top: 44, left: 190 });
  for (const [top, left] of [[0, 0], [580, 380], [300, 200]]) {
    const place = placeBeside(at(Number(top), Number(left)), { width: 380, height: 580 }, room);
    assert.ok(place.top >= 8 && place.left >= 8 && place.top + 580 <= 592 && place.left + 380 <= 392, JSON.stringify(place));
  }
  assert.deepEqual(placeBeside(at(300, 200), { width: 900, height: 900 }, room), { top: 8, left: 8 }, 'larger than the window');
});

test('arrows walk round, Home and End go to the ends', () => {
  assert.equal(arrowTo(3, -1, 'ArrowDown'), 0);
  assert.equal(arrowTo(3, 2, 'ArrowDown'), 0);
  assert.equal(arrowTo(3, -1, 'ArrowUp'), 2);
  assert.equal(arrowTo(3, 0, 'ArrowUp'), 2);
  assert.equal(arrowTo(3, 1, 'Home'), 0);
  assert.equal(arrowTo(3, 1, 'End'), 2);
  assert.equal(arrowTo(3, 1, 'x'), null);
  assert.equal(arrowTo(0, -1, 'ArrowDown'), null);
});

test('a deletion is asked about when more goes than can be seen', () => {
  const node = (/** @type {string} */ id, /** @type {string} */ role, /** @type {string | null} */ parentId, /** @type {string[]} */ children) =>
    [id, { id, role, parentId, children, status: 'complete' }];
  const conversation = /** @type {any} */ ({ nodes: Object.fromEntries([
    node('q1', 'user', null, ['a1', 'a2']), node('a1', 'assistant', 'q1', ['q2']), node('a2', 'assistant', 'q1', []),
    node('q2', 'user', 'a1', ['a3']), node('a3', 'assistant', 'q2', []),
  ]) });
  assert.deepEqual(deletionOf(conversation, 'q1'), { count: 5, ask: true, pair: 'q1' });
  assert.deepEqual(deletionOf(conversation, 'a1'), { count: 3, ask: true, pair: 'q1' });
  assert.deepEqual(deletionOf(conversation, 'a2'), { count: 1, ask: false, pair: 'q1' });
  assert.deepEqual(deletionOf(conversation, 'q2'), { count: 2, ask: false, pair: 'q2' });
  assert.deepEqual(deletionOf(conversation, 'none'), { count: 0, ask: false, pair: null });
  const busy = { ...conversation, nodes: { ...conversation.nodes, a3: { ...conversation.nodes.a3, status: 'answering' } } };
  assert.equal(deletionOf(busy, 'q1').pair, null, 'not from the middle while an answer is under way');
});

test('a question that fits goes to the top of the view', () => {
  assert.equal(roomFor({ view: 600, question: 60, below: 32 }), 500);
  assert.equal(roomFor({ view: 600, question: 900, below: 32 }), 0);
});

test('an answer is read out without its marks', () => {
  assert.equal(speakable('# Title\n\n- **one** [two](https://x.example/)\n\n```js\ncode\n```\nend'), 'Title\n\none two\n\n\nend');
  assert.equal(speakable('See [it](https://x.example/a_(b)) and ![two](i.png).\n\n| a | b |\n|---|:-:|\n| 1 | 2 |\n\n  1. first'),
    'See it and two.\n\n,  a ,  b , \n\n,  1 ,  2 , \n\nfirst');
  assert.deepEqual(pieces('One. Two! 三。').map((piece) => piece.trim()), ['One.', 'Two!', '三。']);
  assert.ok(pieces('x'.repeat(500)).every((piece) => piece.length <= 220));
});
