// SPDX-License-Identifier: MIT
// Conversations of other programs in this one's form: question and answer in turn, in a tree. What stands beside
// each other there (steps of an answer, two questions in a row) becomes one message here. Pure.

import { EXPORT_FORMAT, EXPORT_VERSION } from '../core/exporting.js';
import { MAX_CONVERSATIONS, MAX_FILE_CHARS, MAX_MESSAGES, MAX_PARTS, MAX_TITLE_CHARS } from '../core/limits.js';
import { nameFor, readPicture } from '../core/media.js';
import { MAX_NAME_CHARS } from '../core/reading.js';

/**
 * @typedef {Record<string, unknown>} Fields
 *
 * @typedef {object} Turn
 * @property {string} id
 * @property {string | null} parent   null, or one that is not there, for a first
 * @property {'user' | 'assistant' | 'system' | 'skip'} role  'skip': what follows it belongs to what is before it
 * @property {Fields[]} parts         as they stand in an exported file
 * @property {number | null} at       milliseconds since the epoch
 * @property {string} model
 *
 * @typedef {object} Chat
 * @property {string} title
 * @property {number | null} createdAt
 * @property {number | null} updatedAt
 * @property {string} model
 * @property {string} system
 * @property {Turn[]} turns
 * @property {string | null} current  the turn that is shown last; null for the last
 *
 * @typedef {object} Tally
 * @property {number} left  things that were not understood, or are not in the file
 */

/** @param {unknown} value @returns {value is Fields} */
export const isFields = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
/** @param {unknown} value @returns {Fields} */
export const fieldsOf = (value) => (isFields(value) ? value : {});
/** @param {unknown} value @returns {unknown[]} */
export const listOf = (value) => (Array.isArray(value) ? value : []);
/** @param {unknown} value */
export const textOf = (value) => (typeof value === 'string' ? value : '');

/**
 * A time as programs write it: seconds, milliseconds, or a date.
 * @param {unknown} value
 * @returns {number | null}
 */
export function timeOf(value) {
  const number = typeof value === 'number' ? value : typeof value === 'string' ? Date.parse(value) : NaN;
  if (!Number.isFinite(number) || number <= 0) return null;
  const ms = typeof value === 'number' && number < 1e11 ? number * 1000 : number;
  return ms < 8.64e15 ? Math.round(ms) : null;
}

/** Longest name and id of a call. */
const MAX_WORD_CHARS = 64;

/** @param {string} text @returns {Fields[]} */
export const words = (text) => (text.trim() === '' ? [] : [{ kind: 'text', text }]);
/** @param {string} text @returns {Fields[]} */
export const thoughts = (text) => (text.trim() === '' ? [] : [{ kind: 'reasoning', text, started_at: null, ended_at: null }]);

/** @param {string} name @param {string} text @returns {Fields[]} */
export function textFile(name, text) {
  return text === '' ? [] : [{ kind: 'file', name: name.slice(0, MAX_NAME_CHARS) || 'file.txt', type: 'text/plain', size: text.length, text, data: '' }];
}

/**
 * A picture that is in the file as a data: URL.
 * @param {string} url
 * @param {string} name
 * @param {Tally} tally
 * @returns {Fields[]}
 */
export function picture(url, name, tally) {
  const read = readPicture(url);
  if (read === null || read.data.length > MAX_FILE_CHARS) {
    tally.left += 1;
    return [];
  }
  return [{ kind: 'image', name: name.slice(0, MAX_NAME_CHARS) || nameFor(read.type, 'image'), ...read }];
}

/** What a call can have given here: no calls, and so many parts. @param {Fields[]} parts */
const resultOf = (parts) => parts.filter(({ kind }) => kind !== 'tool_call').slice(0, MAX_PARTS);

/**
 * A call that was made there, with what came of it. Its name and arguments are such that providers take them, as they
 * are sent along with what follows.
 * @param {object} of
 * @param {string} of.name
 * @param {unknown} of.input
 * @param {Fields[] | null} of.result  null when the file does not tell
 * @param {string} [of.id]
 * @returns {Fields}
 */
export function call({ name, input, result, id = '' }) {
  return {
    kind: 'tool_call', id: id.slice(0, MAX_WORD_CHARS), index: null, name: name.replace(/[^\w-]+/g, '_').slice(0, MAX_WORD_CHARS) || 'tool',
    arguments: isFields(input) ? JSON.stringify(input) : jsonObject(textOf(input)), state: result === null ? 'remote' : 'done', result: result === null ? null : resultOf(result),
    started_at: null, ended_at: null,
  };
}

/** @param {string} text */
function jsonObject(text) {
  try {
    if (isFields(JSON.parse(text))) return text;
  } catch {
    // Words of its own.
  }
  return JSON.stringify(text.trim() === '' ? {} : { input: text });
}

/**
 * Gives the last call that waits for it what came of it.
 * @param {Fields[]} parts
 * @param {string} id  of the call; '' for any
 * @param {Fields[]} result
 * @returns {boolean}  false when there is no such call
 */
export function answerCall(parts, id, result) {
  const open = parts.findLast((part) => part['kind'] === 'tool_call' && part['result'] === null && (id === '' || part['id'] === id));
  if (open === undefined) return false;
  Object.assign(open, { result: resultOf(result), state: 'done' });
  return true;
}

/**
 * @param {readonly Chat[]} chats
 * @param {Tally} tally
 * @returns {Fields} as an exported file; the latest, where there are more than are ever taken
 */
export function exportOfChats(chats, tally) {
  const all = chats.map((chat) => conversationOf(chat, tally)).filter(({ messages }) => messages.length > 0);
  const most = all.length <= MAX_CONVERSATIONS ? all : [...all].sort((a, b) => (a.updated_at < b.updated_at ? 1 : -1)).slice(0, MAX_CONVERSATIONS);
  tally.left += all.length - most.length;
  return { format: EXPORT_FORMAT, version: EXPORT_VERSION, conversations: most };
}

/** @param {number} time */
const iso = (time) => new Date(time).toISOString();

/** @param {Chat} chat @param {Tally} tally */
function conversationOf(chat, tally) {
  const times = chat.turns.map(({ at }) => at).filter((at) => at !== null);
  const createdAt = chat.createdAt ?? times[0] ?? chat.updatedAt ?? 0;
  const system = chat.system || chat.turns.filter(({ role }) => role === 'system')
    .map(({ parts }) => parts.map((part) => textOf(part['text'])).join('\n')).find((text) => text.trim() !== '') || '';
  return {
    title: chat.title.trim().slice(0, MAX_TITLE_CHARS),
    title_edited: chat.title.trim() !== '',
    created_at: iso(createdAt),
    updated_at: iso(chat.updatedAt ?? times.at(-1) ?? createdAt),
    model: chat.model.slice(0, MAX_NAME_CHARS),
    system,
    messages: messagesOf(chat, createdAt).map((message) => ({ ...message, parts: withinLimit(/** @type {Fields[]} */ (message['parts']), tally) })),
  };
}

/**
 * As many as a message can have here: an answer elsewhere may be hundreds of steps.
 * @param {Fields[]} parts
 * @param {Tally} tally
 */
function withinLimit(parts, tally) {
  tally.left += Math.max(0, parts.length - MAX_PARTS);
  return parts.slice(0, MAX_PARTS);
}

/**
 * @typedef {object} Step  a turn to be written down
 * @property {Turn} turn
 * @property {Fields[]} before   parts of the message that it goes on with
 * @property {number | null} parent  the message above
 * @property {'user' | 'assistant' | null} above  whose that is
 * @property {boolean} shown     whether what it goes on with is shown
 * @property {string} model       of what it goes on with
 */

/**
 * @param {Chat} chat
 * @param {number} createdAt
 * @returns {Fields[]}
 */
function messagesOf({ turns, current }, createdAt) {
  const below = childrenOf(turns);
  const path = pathOf(turns, current);
  /** @type {Fields[]} */
  const messages = [];
  /** @param {string | null} id @param {Omit<Step, 'turn'>} as @returns {Step[]} */
  const next = (id, as) => (below.get(id) ?? []).map((turn) => ({ turn, ...as })).reverse();
  const stack = next(null, { before: [], parent: null, above: null, shown: false, model: '' });
  for (let step = stack.pop(); step !== undefined && messages.length < MAX_MESSAGES - 1; step = stack.pop()) {
    const { turn, before, parent, above } = step;
    const { role } = turn;
    const shown = step.shown || path.has(turn.id);
    if (role === 'skip' || role === 'system' || (turn.parts.length === 0 && before.length === 0)) {
      stack.push(...next(turn.id, { before, parent, above, shown: before.length > 0 && shown, model: step.model }));
      continue;
    }
    const parts = [...before, ...turn.parts];
    const model = role === 'user' ? '' : turn.model || step.model;
    const children = reaching(turn.id, below);
    const further = children.filter((one) => one.role === role);
    // What goes on is said with what follows it; what has an end of its own, also alone.
    if (further.length > 0 && further.length === children.length) {
      stack.push(...next(turn.id, { before: parts, parent, above, shown: false, model }));
      continue;
    }
    const base = { created_at: iso(turn.at ?? createdAt), status: 'complete' };
    let under = parent;
    // Where two of a kind follow each other all the same, something stands between them.
    if ((role === 'assistant') !== (above === 'user')) {
      const filler = role === 'assistant' ? 'user' : 'assistant';
      under = messages.push({ id: messages.length + 1, parent, shown, role: filler, ...base, parts: [{ kind: 'text', text: '…' }] });
    }
    const id = messages.push({ id: messages.length + 1, parent: under, shown, role, ...base, parts, ...(model === '' ? {} : { model: model.slice(0, MAX_NAME_CHARS) }) });
    for (const one of next(turn.id, { before: [], parent: id, above: role, shown: false, model: '' })) {
      stack.push(one.turn.role === role ? { ...one, before: parts, parent, above, model } : one);
    }
  }
  return messages;
}

/**
 * @param {readonly Turn[]} turns
 * @returns {Map<string | null, Turn[]>}
 */
function childrenOf(turns) {
  const known = new Set(turns.map(({ id }) => id));
  /** @type {Map<string | null, Turn[]>} */
  const below = new Map();
  for (const turn of turns) {
    const parent = turn.parent !== null && known.has(turn.parent) && turn.parent !== turn.id ? turn.parent : null;
    below.set(parent, [...below.get(parent) ?? [], turn]);
  }
  return below;
}

/**
 * What follows a turn, through those that say nothing.
 * @param {string} id
 * @param {Map<string | null, Turn[]>} below
 * @returns {Turn[]}
 */
function reaching(id, below) {
  /** @type {Turn[]} */
  const found = [];
  const stack = [...below.get(id) ?? []];
  for (let turn = stack.pop(); turn !== undefined && found.length < 1000; turn = stack.pop()) {
    if (turn.parts.length === 0 || turn.role === 'skip' || turn.role === 'system') stack.push(...below.get(turn.id) ?? []);
    else found.push(turn);
  }
  return found;
}

/**
 * The turns of the branch that is shown.
 * @param {readonly Turn[]} turns
 * @param {string | null} current
 */
function pathOf(turns, current) {
  const byId = new Map(turns.map((turn) => [turn.id, turn]));
  /** @type {Set<string>} */
  const path = new Set();
  let turn = byId.get(current ?? '') ?? turns.at(-1);
  while (turn !== undefined && !path.has(turn.id)) {
    path.add(turn.id);
    turn = byId.get(turn.parent ?? '');
  }
  return path;
}
