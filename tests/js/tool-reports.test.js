// SPDX-License-Identifier: MIT
// What people reported of other clients of tool servers, as small inputs of our own: what models write for a tool, what
// tools give, what their servers ask. `seen` says where. tests/integration/tools-reports.test.js has the rest.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';

import { readInquiries } from '../../static/core/inquiry.js';
import { readArguments } from '../../static/core/tool-loop.js';
import { readResult } from '../../static/net/tool-call.js';

const REPORTS = JSON.parse(readFileSync(new URL('data/tool-reports.json', import.meta.url), 'utf8'));

/** Of what there is, as much as is said. @param {any} found @param {any} said */
const alike = (found, said) => assert.deepEqual(Object.fromEntries(Object.keys(said).map((key) => [key, found?.[key]])), said);

for (const { seen, written, parameters, given, wrong } of REPORTS.arguments) {
  test(`arguments: ${seen}`, () => {
    const read = readArguments(written, { parameters });
    assert.deepEqual(read.given, given ?? null);
    assert.ok(read.wrong.includes(wrong ?? ''), read.wrong);
  });
}

for (const { seen, content, part } of REPORTS.contents) {
  test(`content: ${seen}`, () => alike(readResult({ content: [content] }).result[0], part));
}

for (const { seen, schema, fields } of REPORTS.forms) {
  test(`form: ${seen}`, () => {
    const read = readInquiries({ a: { method: 'elicitation/create', params: { message: '', requestedSchema: { type: 'object', ...schema } } } }, () => null);
    assert.equal(read?.[0]?.fields.length, fields.length);
    fields.forEach((/** @type {any} */ field, /** @type {number} */ i) => alike(read?.[0]?.fields[i], field));
  });
}
