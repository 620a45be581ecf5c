/* SPDX-License-Identifier: MIT */
/**
 * Expressions that are asked from every place of a text: what a pump of one or
 * two letters costs grows with its length, not with its square. Found by pumping
 * each expression of static/ with each of its letters, and pairs of them.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { citedText } from '../../static/core/citations.js';
import { asText } from '../../static/core/export-markdown.js';
import { cleanTitle } from '../../static/core/title.js';
import { createBudget } from '../../static/files/limits.js';
import { createMarkdown } from '../../static/files/markdown.js';
import { contentOf } from '../../static/files/mime.js';
import { bareAddresses } from '../../static/md/addresses.js';
import { looksLikeMath, mayBecomeMath } from '../../static/md/math-rule.js';
import { speakable } from '../../static/ui/speakable.js';

/** Letters of a pumped text; the square of it takes an hour. */
const LENGTH = 1_000_000;
/** Processor's time (ms) that is enough for any that is in proportion, on a slow machine, too. */
const ENOUGH = 4_000;

const SOURCE = /** @type {const} */ ({ kind: 'source', number: 1, url: 'https://a.example/', title: '', snippet: '', at: [] });
/** As many places as there may be. */
const CITED = Array.from({ length: 100 }, (_, i) => ({ ...SOURCE, number: i + 1, at: Array.from({ length: 1000 }, (__, j) => 1 + i + j * 997) }));
/** @param {'heading' | 'paragraph'} kind */
const block = (kind) => (/** @type {string} */ text) => {
  const out = createMarkdown(createBudget());
  out.text(text);
  out.end(kind === 'heading' ? { kind, level: 1 } : { kind });
  return out;
};

/** @param {string} text */
const cell = (text) => {
  const out = createMarkdown(createBudget());
  out.openTable();
  out.openRow();
  out.text(text);
  out.closeCell();
  out.closeTable();
};

/** @type {{name: string, work: (text: string) => unknown, pumps: string[]}[]} */
const TABLE = [
  { name: 'numbers of sources', work: (text) => citedText(text, [SOURCE]), pumps: ['`', '[', '[](', '![', '<', '<a', '$', '$$a', '~~~\n', '``a`', 'https://', '[a]('] },
  { name: 'places of sources among code', work: (text) => citedText(text, CITED), pumps: ['`a` '] },
  { name: 'a question as Markdown', work: asText, pumps: ['\n', ' ', '\n ', '\t\n', 'a'] },
  { name: 'a title', work: cleanTitle, pumps: ['[', '"a', '\t"', '` ', '](', '*'] },
  { name: 'addresses', work: (text) => bareAddresses(text, false), pumps: ['http://_', 'www.', 'http://a.', ':', '_', 'a@', 'http://a/('] },
  { name: 'one address', work: (text) => bareAddresses(`http://a${text}`, false), pumps: ['_', '.', ':', ':0', '.a'] },
  { name: 'quoted-printable', work: (text) => contentOf({ fields: new Map([['content-transfer-encoding', 'quoted-printable']]), body: text }), pumps: [' ', '\t', ' \t', '=', '= '] },
  { name: 'a heading of a document', work: block('heading'), pumps: [' ', '\t', ' \t', ' a', '\n '] },
  { name: 'a cell of a document', work: cell, pumps: [' ', '\t', ' \t', 'a ', '\n '] },
  { name: 'what may be a formula', work: looksLikeMath, pumps: ['a', 'a\'', 'aa\'', 'a ', '文', '0', 'a,', '_', 'a_'] },
  { name: 'what may become a formula', work: (text) => mayBecomeMath(`$${text.slice(0, 3900)}=`, 0), pumps: ['a', 'a ', '{', '\\text{'] },
  { name: 'what is read aloud', work: speakable, pumps: [' ', '\n', '\r\n', ' \n', '-', '| ', '[', '[](', '![', '[a]((', '```\n', '0', '- '] },
  { name: 'a paragraph of a document', work: block('paragraph'), pumps: [' ', '\t', ' \t', ' a', '\n '] },
];

for (const { name, work, pumps } of TABLE) {
  for (const pump of pumps) {
    test(`${name}: ${JSON.stringify(pump)}, again and again`, () => {
      // What begins a line may be taken for something else.
      for (const head of ['', 'a']) {
        const text = `${head}${pump.repeat(LENGTH / pump.length)}x`;
        const before = process.cpuUsage();
        work(text);
        const { user, system } = process.cpuUsage(before);
        assert.ok(user + system < ENOUGH * 1000, `${Math.round((user + system) / 1000)} ms`);
      }
    });
  }
}
