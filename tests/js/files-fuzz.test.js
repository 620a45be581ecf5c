// SPDX-License-Identifier: MIT
// Files that break and lie in many ways, from a seed: each reader ends with a word or with text, in bounded processor
// time. FUZZ_ROUNDS and FUZZ_SEED make it longer, and another.

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import test from 'node:test';
import { unzipSync } from 'fflate';
import { readExport } from '../../static/core/importing.js';
import { FileError } from '../../static/files/errors.js';
import { MAX_TEXT_CHARS } from '../../static/files/limits.js';
import { pixelsOf } from '../../static/files/pixels.js';
import { damage, random, zip } from './files-helpers.js';

const skip = !existsSync(new URL('../../static/vendor/fflate/fflate.js', import.meta.url));
const { readDocument } = skip ? { readDocument: /** @type {any} */ (null) } : await import('../../static/files/read.js');
const { readExported } = skip ? { readExported: /** @type {any} */ (null) } : await import('../../static/files/chats-read.js');

const ROUNDS = Number(process.env['FUZZ_ROUNDS'] ?? 600);
const SEED = Number(process.env['FUZZ_SEED'] ?? 20261130);
/** Of one small file, on the slowest machine (us). */
const MAX_CPU_US = 10e6;

const FOLDER = new URL('files/', import.meta.url);
const utf8 = (/** @type {string} */ text) => new TextEncoder().encode(text);
const names = readdirSync(FOLDER);
const FILES = names.filter((name) => !/\.(?:pdf|jpg|png|gif|webp|avif|heic|bmp)$/.test(name)).map((name) => new Uint8Array(readFileSync(new URL(name, FOLDER))));
const PICTURES = names.filter((name) => /\.(?:jpg|png|gif|webp|avif|heic|bmp)$/.test(name)).map((name) => new Uint8Array(readFileSync(new URL(name, FOLDER))));
const PLAIN = [
  'From: a@x.example\nTo: b@x.example\nSubject: =?utf-8?Q?T=C3=A4?=\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: base64\n\nPHA+SGk8L3A+\n--b\nContent-Type: message/rfc822\n\nSubject: In\n\nwords\n--b--\n',
  '{"nbformat":4,"nbformat_minor":2,"cells":[{"cell_type":"markdown","source":["# T\\n","words"]},{"cell_type":"code","source":"1+1","outputs":[{"output_type":"execute_result","data":{"text/plain":["2"]}}]}]}',
  '<!doctype html><meta charset="utf-8"><h1>T</h1><table><tr><td rowspan="2">a<td colspan=3>b</table><ul><li>x<ol><li>y</ol></ul><pre>code</pre><a href="https://e.example/">l</a>',
  'Grüße\n'.repeat(20),
].map(utf8);

/** @param {() => number} next @template T @param {readonly T[]} list @returns {T} */
const pick = (next, list) => /** @type {T} */ (list[Math.floor(next() * list.length)]);

/** What markup and numbers can be made to say. @type {((text: string, next: () => number) => string)[]} */
const LIES = [
  (text, next) => text.replace(/\d+/g, (number) => (next() < 0.1 ? pick(next, ['0', '-7', '1.5', 'NaN', '4294967295', '99999999999999999999', '1e9', number + number]) : number)),
  (text, next) => {
    const tags = text.match(/<[a-z][^<>/]*>/gi) ?? ['<x>'];
    const tag = pick(next, tags);
    const at = text.indexOf(tag);
    const times = pick(next, [3, 200, 3000]);
    return `${text.slice(0, at)}${tag.repeat(times)}${text.slice(at)}${`</${/^<([^\s>]+)/.exec(tag)?.[1]}>`.repeat(next() < 0.5 ? times : 0)}`;
  },
  (text, next) => {
    const tags = text.match(/<[^<>]+>/g) ?? ['<x>'];
    return text.replace(pick(next, tags), pick(next, tags));
  },
  (text, next) => text.split(/(?=<)/).filter(() => next() > 0.03).join(''),
  (text, next) => {
    const pieces = text.split(/(?=<)/);
    const from = Math.floor(next() * pieces.length);
    return [...pieces.slice(0, from), ...pieces.slice(from, from + 30).reverse(), ...pieces.slice(from + 30)].join('');
  },
  (text, next) => text.replace(/"[^"<>]{1,40}"/g, (value) => (next() < 0.05 ? pick(next, ['""', '"\u202e"', `"${'x'.repeat(5000)}"`, '"&#0;"', '"&lol;"', value.toUpperCase()]) : value)),
  (text) => text.replace(/<\?xml[^>]*>/, '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a [<!ENTITY b "&b;&b;">]>'),
];

/**
 * One container with members of others, left out, doubled, or lying.
 * @param {Uint8Array} bytes
 * @param {() => number} next
 */
function lyingContainer(bytes, next) {
  const members = { ...unzipSync(bytes) };
  const all = Object.keys(members);
  const name = pick(next, all);
  switch (Math.floor(next() * 4)) {
    case 0: {
      const other = unzipSync(pick(next, FILES.filter((one) => one[0] === 0x50)));
      members[name] = other[pick(next, Object.keys(other))] ?? new Uint8Array();
      break;
    }
    case 1:
      delete members[name];
      break;
    case 2:
      members[name] = damage(members[name] ?? new Uint8Array(), next).slice();
      break;
    default:
      for (const one of all.filter((each) => /\.(?:xml|xhtml|html|rels|opf)$/.test(each))) {
        members[one] = utf8(pick(next, LIES)(new TextDecoder().decode(members[one]), next));
      }
  }
  return zip(members);
}

/** @param {() => number} next */
function broken(next) {
  const bytes = pick(next, next() < 0.8 ? FILES : PLAIN);
  if (bytes[0] === 0x50 && next() < 0.7) return lyingContainer(bytes, next);
  if (next() < 0.4) return utf8(pick(next, LIES)(new TextDecoder().decode(bytes), next));
  const copy = damage(bytes, next).slice();
  for (let i = Math.floor(next() * 40); i > 0 && copy.length > 0; i -= 1) {
    const at = Math.floor(next() * copy.length);
    copy[at] = /** @type {number} */ (copy[at]) ^ (1 << Math.floor(next() * 8));
  }
  return copy;
}

test(`${ROUNDS} broken and lying files end with a word or with text, and soon`, { skip }, () => {
  /** @type {Map<string, number>} */
  const ends = new Map();
  for (let round = 0; round < ROUNDS; round += 1) {
    const next = random(SEED + round);
    const bytes = broken(next);
    const before = process.cpuUsage();
    let end;
    try {
      const { kind, text } = readDocument(bytes);
      assert.ok(typeof text === 'string' && text.length <= MAX_TEXT_CHARS);
      end = kind;
    } catch (error) {
      if (!(error instanceof FileError)) throw new Error(`FUZZ_SEED=${SEED + round} FUZZ_ROUNDS=1`, { cause: error });
      end = error.reason;
    }
    ends.set(end, (ends.get(end) ?? 0) + 1);
    const { user } = process.cpuUsage(before);
    assert.ok(user < MAX_CPU_US, `FUZZ_SEED=${SEED + round} FUZZ_ROUNDS=1: ${user} us`);
  }
  // The loop reaches both what is read and what is refused.
  if (ROUNDS > 300) assert.ok((ends.get('broken') ?? 0) > 10 && ['docx', 'odt', 'xlsx', 'epub', 'mail'].every((kind) => ends.has(kind)), JSON.stringify([...ends]));
});

/** Exports of six programs, of which anything may be anything else. */
const CHATS = JSON.parse(readFileSync(new URL('data/reports.json', import.meta.url), 'utf8')).chats.map((/** @type {any} */ { file }) => file).filter((/** @type {any} */ file) => typeof file === 'object');
const ODD = [null, 0, -1, 1e300, '', 'x', [], {}, [[[]]], true, 'x'.repeat(2000), { __proto__: null, constructor: 1 }, ['a', null], { text: null }];

/** @param {any} value @param {() => number} next @param {number} odds @returns {any} */
function changed(value, next, odds) {
  if (next() < odds) return pick(next, ODD);
  if (Array.isArray(value)) return value.flatMap((one) => (next() < odds / 2 ? [] : next() < odds / 2 ? [one, one] : [changed(one, next, odds)]));
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([key, one]) => [next() < odds / 4 ? '__proto__' : key, changed(one, next, odds)]));
  return value;
}

test(`${ROUNDS} exports of other programs with anything in any place: nothing, a word, or what our own reader takes`, { skip }, () => {
  let read = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const next = random(SEED + round);
    const file = changed(pick(next, CHATS), next, pick(next, [0.01, 0.05, 0.2]));
    try {
      const foreign = readExported(utf8(JSON.stringify(file)));
      if (foreign === null) continue;
      let last = 0;
      for (const text of foreign.texts) read += readExport(text, () => `i${(last += 1)}`).length;
    } catch (error) {
      throw new Error(`FUZZ_SEED=${SEED + round} FUZZ_ROUNDS=1: ${JSON.stringify(file)}`, { cause: error });
    }
  }
  if (ROUNDS > 300) assert.ok(read > 100, String(read));
});

test(`${ROUNDS} broken pictures say a size, or nothing`, () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const next = random(SEED + round);
    const copy = damage(pick(next, PICTURES), next).slice();
    for (let i = Math.floor(next() * 8); i > 0 && copy.length > 0; i -= 1) copy[Math.floor(next() * Math.min(64, copy.length))] = Math.floor(next() * 256);
    const size = pixelsOf(copy, pick(next, ['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif', 'image/heic', 'image/bmp']));
    assert.ok(size === null || Number.isFinite(size), String(size));
  }
});
