/* SPDX-License-Identifier: MIT */
/** Parts in a file: what is not there is not written, and what is read is checked to its limit. */

import assert from 'node:assert/strict';
import test from 'node:test';

import { MAX_RAW_CHARS } from '../../static/core/limits.js';
import { plainPart, readAttachment, readOldAttachment, readOldParts, readPart } from '../../static/core/part-json.js';
import { ImportError } from '../../static/core/reading.js';
import { IMAGE } from './core-helpers.js';

const refused = (read, where) => assert.throws(read, (error) => error instanceof ImportError && error.reason === 'content' && error.where === where);
const FILE = { kind: 'file', name: 'n.txt', type: 'text/plain', size: 1, text: 't', data: '' };
const SOUND = { kind: 'audio', name: 's', type: 'audio/wav', size: 3, transcript: 'said', data: '' };
const CALL = { kind: 'tool_call', id: 'c', index: null, name: 'f', arguments: '{}', state: 'done', result: null, startedAt: null, endedAt: null };
const CALL_IN_FILE = { kind: 'tool_call', id: 'c', index: null, name: 'f', arguments: '{}', state: 'done', result: null, started_at: null, ended_at: null };

test('what a part does not have is no field of the file, and comes back as nothing', () => {
  const { data } = IMAGE;
  const picture = { kind: 'image', name: 'p', type: 'image/png', size: 8, data };
  for (const [part, file] of [
    [{ kind: 'reasoning', text: 'a', startedAt: null, endedAt: 0 }, { kind: 'reasoning', text: 'a', started_at: null, ended_at: '1970-01-01T00:00:00.000Z' }],
    [{ kind: 'reasoning', text: 'a', startedAt: null, endedAt: null, details: [{ s: 1 }] }, { kind: 'reasoning', text: 'a', started_at: null, ended_at: null, details: [{ s: 1 }] }],
    [CALL, CALL_IN_FILE],
    [{ ...CALL, index: 0, round: 0, extra: { x: 1 }, result: [{ kind: 'text', text: 'r' }] },
      { ...CALL_IN_FILE, index: 0, round: 0, extra: { x: 1 }, result: [{ kind: 'text', text: 'r' }] }],
    [{ ...CALL, result: [] }, { ...CALL_IN_FILE, result: [] }],
    [{ id: '', ...picture }, picture],
    [{ id: '', ...picture, width: 1 }, { ...picture, width: 1 }],
    [{ id: '', ...picture, height: 2 }, { ...picture, height: 2 }],
    [{ id: '', ...picture, data: '', url: 'https://a.example/p' }, { ...picture, data: '', url: 'https://a.example/p' }],
    [{ id: '', ...SOUND }, SOUND],
    [{ id: '', ...SOUND, data: 'data:audio/pcm;base64,AAAA BBBB' }, { ...SOUND, data: 'data:audio/pcm;base64,AAAA BBBB' }],
    [{ id: '', ...FILE }, FILE],
    [{ id: '', ...FILE, text: '', data: 'data:application/pdf;base64,AAAA' }, { ...FILE, text: '', data: 'data:application/pdf;base64,AAAA' }],
    [{ kind: 'notice', code: 'c', detail: '' }, { kind: 'notice', code: 'c', detail: '' }],
  ]) {
    assert.deepEqual(plainPart(part), file);
    assert.deepEqual(readPart(file, 'at'), part);
  }
});

test('a picture is one that may be drawn, or has an address of the web', () => {
  const picture = { kind: 'image', name: 'p', type: 'image/png', size: 8 };
  refused(() => readAttachment({ ...picture, data: 'data:image/svg+xml;base64,AAAA' }, 'at'), 'at.data');
  refused(() => readAttachment({ ...picture, data: '' }, 'at'), 'at.url');
  for (const url of ['javascript:1', 'ftp://a.example/', ' https://a.example/']) refused(() => readAttachment({ ...picture, data: '', url }, 'at'), 'at.url');
  assert.equal(readAttachment({ ...picture, data: '', url: 'HTTP://a.example/' }, 'at').url, 'HTTP://a.example/');
});

test('a sound or a file has data of its kind or none', () => {
  for (const data of ['data:text/html;base64,AAAA', 'https://a.example/s.wav', 'data:audio/wav;base64,<']) {
    refused(() => readAttachment({ ...SOUND, data }, 'at'), 'at.data');
  }
  for (const data of ['https://a.example/f', 'data:', 'x']) refused(() => readAttachment({ ...FILE, data }, 'at'), 'at.data');
  refused(() => readAttachment({ ...FILE, kind: 'film' }, 'at'), 'at.kind');
});

test('a part of a later version is kept as it stands, up to the limit', () => {
  const ofLength = (length) => { const part = { kind: 'new', x: '' }; part.x = 'x'.repeat(length - JSON.stringify(part).length); return part; };
  const part = ofLength(MAX_RAW_CHARS);
  assert.deepEqual(readPart(part, 'at'), { kind: 'raw', name: 'new', json: JSON.stringify(part) });
  refused(() => readPart(ofLength(MAX_RAW_CHARS + 1), 'at'), 'at');
});

test('a call has ended, holds no calls, and leads to no address but of the web', () => {
  for (const state of ['done', 'failed', 'denied', 'stopped', 'remote']) assert.equal(readPart({ ...CALL_IN_FILE, state }, 'at').state, state);
  for (const state of ['running', '', undefined]) refused(() => readPart({ ...CALL_IN_FILE, state }, 'at'), 'at.state');
  refused(() => readPart({ ...CALL_IN_FILE, result: [{ kind: 'text', text: '' }, CALL_IN_FILE] }, 'at'), 'at.result[1]');
  refused(() => readPart({ ...CALL_IN_FILE, result: [null] }, 'at'), 'at.result[0]');
  refused(() => readPart({ kind: 'source', number: 1, url: 'data:text/html,x', title: '', snippet: '', at: [] }, 'at'), 'at.url');
});

test('what the first version wrote is read as parts, in the order they are shown', () => {
  const text = { kind: 'text', name: 'n', type: 'text/plain', size: 1, data: 'words' };
  const { id, ...image } = IMAGE;
  assert.notEqual(id, '');
  assert.deepEqual(readOldAttachment(text, 'at'), { ...FILE, id: '', name: 'n', text: 'words', data: '' });
  assert.deepEqual(readOldAttachment(image, 'at'), { ...image, id: '' });
  for (const kind of ['file', 'audio', undefined]) refused(() => readOldAttachment({ ...text, kind }, 'at'), 'at.kind');
  assert.deepEqual(readOldParts({ text: '', reasoning: '' }, 'at'), []);
  assert.deepEqual(readOldParts({ text: '' }, 'at'), []);
  assert.deepEqual(readOldParts({ text: 'a', reasoning: 'r', attachments: [text], timing: { reasoning_started_at: '1970-01-01T00:00:01Z' } }, 'at'), [
    { ...FILE, id: '', name: 'n', text: 'words', data: '' }, { kind: 'reasoning', text: 'r', startedAt: 1000, endedAt: null }, { kind: 'text', text: 'a' },
  ]);
});
