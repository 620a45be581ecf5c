/* SPDX-License-Identifier: MIT */
/**
 * A search for texts that cost more than their length: every construct of a
 * list, behind the beginnings of others and in pairs, is grown, read whole and
 * as it arrives; the processor's time, not the clock's, must grow with it.
 *
 * The usual run takes a part of the pairs, another each day;
 * `SLOW=all node --test tests/js/md-slow.test.js` takes all (some hours), and
 * `SLOW=SEED` takes the part of that number again.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { BlockParser } from '../../static/md/block-parser.js';
import { Context } from '../../static/md/context.js';
import { EXTENSIONS } from '../../static/md/extensions.js';
import { isHidden, leafTokens } from '../../static/md/leaf.js';
import { cells } from '../../static/md/table-rule.js';

/** @typedef {import('../../static/md/types.js').Block} Block */

/** @type {{pieces: string[], heads: string[]}} */
const { pieces, heads } = JSON.parse(readFileSync(new URL('data/slow.json', import.meta.url), 'utf8'));

/**
 * Two sizes, in characters, to be compared.
 *
 * @typedef {object} Sizes
 * @property {number} small
 * @property {number} large
 */
const USUAL = { small: 8_192, large: 65_536 };
/** As long as an answer, or a paste, may be. */
const LONGEST = { small: 65_536, large: 1_048_576 };

/** How much more than in proportion the larger text may cost; and what is too little to be measured (ms). */
const FACTOR = 4;
const FLOOR = 600;

/** Pairs that one run tries. */
const PAIRS = 30;

/**
 * Reads all that has settled since, and what is open, as the page does.
 *
 * @param {Context} context
 * @param {Block} block
 * @param {WeakMap<Block, number>} seen  kids that were read
 */
function look(context, block, seen) {
  let at = seen.get(block) ?? 0;
  for (let i = at; i < block.kids.length; i++) {
    const kid = /** @type {Block} */ (block.kids[i]);
    if (kid.type === 'paragraph' || kid.type === 'heading') {
      if (!isHidden(context, kid)) leafTokens(context, kid);
    }
    look(context, kid, seen);
    if (kid.settled && i === at) at++;
  }
  seen.set(block, at);
  if (block.type !== 'table') return;
  const rows = block.rows ?? [];
  for (const row of rows.slice(seen.get(block) ?? 0)) for (const cell of cells(row)) context.inline(cell, false);
  seen.set(block, Math.min(block.sure, rows.length));
}

/**
 * @param {string} text
 * @param {number} step  characters that come at once
 * @returns {number} milliseconds of the processor
 */
function cost(text, step) {
  const before = process.cpuUsage();
  const context = new Context({ document: /** @type {any} */ ({}) });
  const parser = new BlockParser(EXTENSIONS);
  parser.links = context.links;
  const seen = new WeakMap();
  for (let i = 0; i < text.length; i += step) {
    parser.endGuess();
    parser.feed(text.slice(i, i + step));
    parser.startGuess();
    look(context, parser.root, seen);
  }
  parser.endGuess();
  context.streaming = false;
  parser.finish();
  look(context, parser.root, seen);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

/**
 * @param {string} head
 * @param {string} piece
 * @param {string[]} slow  takes what is found
 * @param {Sizes} [sizes]
 */
function grow(head, piece, slow, { small, large } = USUAL) {
  /** @param {number} size */
  const text = (size) => head + piece.repeat(Math.ceil(size / piece.length));
  const more = FACTOR * (large / small);
  for (const step of [8_192, 1_024]) {
    const first = cost(text(large), step);
    if (first < FLOOR) continue;
    const bound = more * Math.max(cost(text(small), step), FLOOR / more);
    // What seems slow is measured again, twice: the collector of garbage may have come in between, or another process.
    const isSlow = () => cost(text(large), step) > bound;
    if (first > bound && isSlow() && isSlow()) slow.push(`${JSON.stringify(head + piece)} in steps of ${step}: ${Math.round(first)} ms`);
  }
}

test('each construct costs what its length does', () => {
  /** @type {string[]} */
  const slow = [];
  for (const piece of pieces) grow('', piece, slow);
  assert.deepEqual(slow, []);
});

test('also where it is as long as it may be', () => {
  /** @type {string[]} */
  const slow = [];
  for (const piece of pieces) grow('', piece, slow, LONGEST);
  assert.deepEqual(slow, []);
});

test('so do constructs behind others, and pairs of them', (t) => {
  const { SLOW } = process.env;
  const all = [...heads.flatMap((head) => pieces.map((piece) => [head, piece])), ...pieces.flatMap((a) => pieces.map((b) => ['', a + b]))];
  let seed = Number(SLOW) || Math.floor(Date.now() / 86_400_000);
  t.diagnostic(`SLOW=${SLOW ?? seed}`);
  const random = () => (seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff) >> 4;
  const some = SLOW === 'all' ? all : Array.from({ length: PAIRS }, () => /** @type {string[]} */ (all[random() % all.length]));
  /** @type {string[]} */
  const slow = [];
  for (const [head = '', piece = ''] of some) grow(head, piece, slow);
  assert.deepEqual(slow, []);
});
