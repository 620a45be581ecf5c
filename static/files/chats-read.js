// SPDX-License-Identifier: MIT
// A file with conversations of any program, as files of this one. Pure.

import { EXPORT_FORMAT } from '../core/exporting.js';
import { FileError } from './errors.js';
import { createBudget } from './limits.js';
import { sniff } from './sniff.js';
import { openZip } from './zip.js';
import { isChatGpt, readChatGpt } from './chats-chatgpt.js';
import {
  isClaude, isLibreChat, isLlamaCpp, isNextChat, isOpenWebUi, readClaude, readLibreChat, readLlamaCpp, readNextChat, readOpenWebUi,
} from './chats-others.js';
import { messagesIn, piecesOf } from './chats-pieces.js';
import { exportOfChats, fieldsOf, isFields, listOf } from './chats-tree.js';

/**
 * @typedef {import('./chats-tree.js').Chat} Chat
 * @typedef {import('./chats-tree.js').Fields} Fields
 * @typedef {import('./chats-tree.js').Tally} Tally
 */

/** What a large export may unpack to: pictures are in it. */
const MAX_UNPACKED_BYTES = 256 * 1024 * 1024;
/** The files with conversations in an archive, whole or in pieces. */
const CONVERSATIONS = /(^|\/)(conversations([-_]?\d+)?|conversations\/[^/]+|chats?([-_][\w-]+)?)\.json$|\.jsonl$/i;
/** A file's id in what points to it: "file-service://file-Ab1", "sediment://file_00ab#file_00cd#p_0.jpg". */
const POINTER = /^(?:[\w-]+:\/\/)?(file[-_]\w+)/;

/**
 * @typedef {object} Exported
 * @property {Iterable<string>} texts  the same as an exported file of this program, in pieces, made when they are asked for
 * @property {number} messages  in all of them
 * @property {number} [left]   how many things were left out of another program's; of our own it is not there
 *
 * @param {Uint8Array} bytes
 * @returns {Exported | null}  null when it is nothing that is known
 * @throws {FileError} of an archive that cannot be read
 */
export function readExported(bytes) {
  const tally = { left: 0 };
  const isArchive = bytes[0] === 0x50 && bytes[1] === 0x4b;
  const value = isArchive ? null : parsed(new TextDecoder().decode(bytes), tally);
  if (isFields(value) && value['format'] === EXPORT_FORMAT && Array.isArray(value['conversations'])) return { texts: piecesOf(value), messages: messagesIn(value) };
  const chats = isArchive ? readArchive(bytes, tally) : readValue(value, tally, () => null);
  if (chats.length === 0) return null;
  const file = exportOfChats(chats, tally);
  return { texts: piecesOf(file), messages: messagesIn(file), left: tally.left };
}

/**
 * @param {Uint8Array} bytes
 * @param {Tally} tally
 */
function readArchive(bytes, tally) {
  const zip = openZip(bytes, createBudget({ unpacked: MAX_UNPACKED_BYTES }));
  const names = zip.names.filter((name) => CONVERSATIONS.test(name));
  if (names.length === 0) throw new FileError('archive');
  /** @param {string} pointer */
  const find = (pointer) => {
    const id = POINTER.exec(pointer)?.[1] ?? '';
    const name = id === '' ? undefined : zip.names.find((one) => isNamed(one, id));
    if (name === undefined) return null;
    // Some are called .dat, whatever they are.
    const bytes = zip.read(name);
    const { kind, type } = sniff(bytes);
    return kind === 'image' ? `data:${type};base64,${base64(bytes)}` : null;
  };
  return names.sort().flatMap((name) => readValue(parsed(new TextDecoder().decode(zip.read(name)), tally), tally, find));
}

/** Whether a file of an archive is that of an id, and not of one that begins so. @param {string} name @param {string} id */
function isNamed(name, id) {
  const at = name.lastIndexOf(id);
  return at >= 0 && !name.endsWith('/') && !/^\w/.test(name.slice(at + id.length));
}

/** @param {Uint8Array} bytes */
function base64(bytes) {
  let text = '';
  for (let at = 0; at < bytes.length; at += 8190) text += btoa(String.fromCharCode(...bytes.subarray(at, at + 8190)));
  return text;
}

/**
 * @param {unknown} value
 * @param {Tally} tally
 * @param {import('./chats-chatgpt.js').FindPicture} find
 * @returns {Chat[]}
 */
function readValue(value, tally, find) {
  const entries = entriesOf(value);
  const chats = entries.flatMap((entry) => {
    if (isChatGpt(entry)) return [readChatGpt(entry, tally, find)];
    if (isClaude(entry)) return [readClaude(entry, tally)];
    if (isOpenWebUi(entry)) return [readOpenWebUi(entry, tally)];
    if (isLlamaCpp(entry)) return [readLlamaCpp(entry, tally)];
    if (isLibreChat(entry)) return [readLibreChat(entry, tally)];
    if (isNextChat(entry)) return [readNextChat(entry, tally)];
    return [];
  });
  if (chats.length > 0) tally.left += entries.length - chats.length;
  return chats;
}

/**
 * A file of JSON, or of JSON in each line as llama.cpp's page writes it: a session, then its messages.
 * @param {string} json
 * @param {Tally} tally
 * @returns {unknown} [] when it is neither
 */
function parsed(json, tally) {
  try {
    return JSON.parse(json);
  } catch {
    return sessionsOf(json, tally);
  }
}

/** @param {string} lines @param {Tally} tally @returns {unknown[]} */
function sessionsOf(lines, tally) {
  /** @type {{conv: unknown, messages: unknown[]}[]} */
  const sessions = [];
  try {
    for (const line of lines.split('\n')) {
      if (line.trim() === '') continue;
      const record = fieldsOf(JSON.parse(line));
      if (record['type'] === 'session') sessions.push({ conv: record, messages: [] });
      else if (record['type'] === 'message') sessions.at(-1)?.messages.push(record['message']);
    }
  } catch {
    // What stands before a line that is broken is there.
    tally.left += 1;
  }
  return sessions;
}

/**
 * The conversations of a file: it is one, a list of them, or has a list somewhere near its top.
 * @param {unknown} value
 * @returns {unknown[]}
 */
function entriesOf(value) {
  if (Array.isArray(value)) return value;
  if (!isFields(value) || 'format' in value) return [];
  const store = fieldsOf(value['chat-next-web-store']);
  for (const list of [store['sessions'], value['sessions'], value['conversations'], value['data']]) {
    if (listOf(list).length > 0) return listOf(list);
  }
  return [value];
}
