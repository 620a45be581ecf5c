// SPDX-License-Identifier: MIT
// What the views decide, without a page: which key sends, what a paste brings, where the scroll position belongs,
// which messages are drawn now.

import assert from 'node:assert/strict';
import test from 'node:test';
import { MAX_ATTACHMENTS, MAX_PASTE_CHARS } from '../../static/core/limits.js';
import { cutToFit, longestFile } from '../../static/ui/fit.js';
import { FOLLOWING, follow, isAway, sticks } from '../../static/ui/follow.js';
import { pasteMeans, tableOf } from '../../static/ui/paste.js';
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
    assert.equal(fieldKey(key(event), { sendKey, empty }), means, JSON.stringify([event, sendKey, empty]));
  }
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
