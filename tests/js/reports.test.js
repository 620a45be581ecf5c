// SPDX-License-Identifier: MIT
// What people reported of other chats, as small inputs of our own: attaching, pasting, bringing chats along, finding
// and taking away. `seen` says where.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import test from 'node:test';

import { addMessage, createConversation, createMessage, openPath } from '../../static/core/conversation.js';
import { markdownOf } from '../../static/core/export-markdown.js';
import { readExport } from '../../static/core/importing.js';
import { findIn, patternOf } from '../../static/core/search.js';
import { FileError } from '../../static/files/errors.js';
import { pasteMeans } from '../../static/ui/paste.js';
import { encode, zip } from './files-helpers.js';

const skip = !existsSync(new URL('../../static/vendor/fflate/fflate.js', import.meta.url));
const { readDocument } = skip ? { readDocument: /** @type {any} */ (null) } : await import('../../static/files/read.js');
const { readExported } = skip ? { readExported: /** @type {any} */ (null) } : await import('../../static/files/chats-read.js');

const REPORTS = JSON.parse(readFileSync(new URL('data/reports.json', import.meta.url), 'utf8'));
const repeated = (/** @type {any} */ { repeat: [text, times] = ['', 0], text: rest = '' }) => text.repeat(times) + rest;

/** @param {any} report @returns {Uint8Array} */
function bytesOf(report) {
  if (report.hex !== undefined) return new Uint8Array(Buffer.from(report.hex, 'hex'));
  if (report.files !== undefined) return zip(report.files);
  if (typeof report.file === 'string') return new Uint8Array(readFileSync(new URL(`files/${report.file}`, import.meta.url)));
  return encode(repeated(report), report.encoding ?? 'utf-8');
}

for (const report of REPORTS.read) {
  test(`read: ${report.seen}`, { skip }, () => {
    const read = () => readDocument(bytesOf(report), report.chosen === undefined ? {} : { encoding: report.chosen });
    if (report.reason !== undefined) {
      assert.throws(read, (error) => error instanceof FileError && error.reason === report.reason);
      return;
    }
    const { kind, text } = read();
    assert.equal(kind, report.kind);
    assert.ok(text.includes(report.says ?? ''), text);
    assert.ok(text.endsWith(report.ends ?? ''), text.slice(-30));
    assert.ok(text.split('\n').length >= (report.lines ?? 0), text);
  });
}

for (const { seen, means, ...report } of REPORTS.paste) {
  test(`paste: ${seen}`, () => {
    assert.equal(pasteMeans({ html: '', files: [], present: 0, plain: false, ...report, text: repeated(report) }), means);
  });
}

/** A message in a line. @param {any} message */
const lineOf = ({ parts }) => parts.map((/** @type {any} */ part) => {
  if (part.kind === 'text') return part.text;
  if (part.kind === 'reasoning') return `(${part.text})`;
  if (part.kind === 'tool_call') return `${part.name}=${part.arguments}>${(part.result ?? []).map((/** @type {any} */ one) => one.text).join()}`;
  if (part.kind === 'source') return `[${part.number} ${part.url} ${part.title} ${part.at.join()}]`;
  return `<${part.name}: ${part.text}>`;
}).join(' ');

const inLines = (/** @type {unknown[]} */ records) => records.map((one) => JSON.stringify(one)).join('\n');

/** @param {any} report @returns {Uint8Array} */
function chatsOf(report) {
  if (report.zip !== undefined) {
    return zip(Object.fromEntries(Object.entries(report.zip).map(([name, content]) =>
      [name, name.endsWith('.jsonl') ? inLines(/** @type {unknown[]} */ (content)) : JSON.stringify(content)])));
  }
  if (report.lines !== undefined) return encode(inLines(report.lines), 'utf-8');
  return report.file === undefined ? bytesOf(report) : encode(JSON.stringify(report.file), 'utf-8');
}

for (const report of REPORTS.chats) {
  test(`chats: ${report.seen}`, { skip }, () => {
    const read = readExported(chatsOf(report));
    if (report.shown === null) {
      assert.equal(read, null);
      return;
    }
    let last = 0;
    const conversations = [...read.texts].flatMap((/** @type {string} */ text) => readExport(text, () => `i${(last += 1)}`));
    assert.deepEqual(conversations.map((one) => openPath(one).map(lineOf)), report.shown);
    assert.equal(read.left, report.left);
    assert.equal(conversations[0]?.model, report.model ?? conversations[0]?.model);
  });
}

/** A conversation of one question and one answer. @param {string} question @param {string} answer */
function talk(question, answer) {
  const message = (/** @type {string} */ id, /** @type {string | null} */ parentId, /** @type {string} */ text) => createMessage({
    id, parentId, role: parentId === null ? 'user' : 'assistant', createdAt: 0, parts: [{ kind: 'text', text }] });
  return addMessage(addMessage(createConversation({ id: 'c', now: 0 }), message('q', null, question)), message('a', 'q', answer));
}

for (const report of REPORTS.search) {
  test(`search: ${report.seen}`, () => {
    assert.equal(findIn(talk('Q', report.in), /** @type {RegExp} */ (patternOf(report.for)))?.found?.match, report.match);
  });
}

for (const { seen, question = 'Q', answer = 'A', says } of REPORTS.markdown) {
  test(`markdown: ${seen}`, () => {
    const markdown = markdownOf(talk(question, answer));
    assert.ok(markdown.includes(says), markdown);
  });
}
