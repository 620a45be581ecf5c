/* SPDX-License-Identifier: MIT */
/**
 * Exported conversations read back: every field checked, every size bounded,
 * ids made anew, so that nothing of a file is trusted.
 *
 * @typedef {import('./types.js').Conversation} Conversation
 * @typedef {import('./types.js').Message} Message
 * @typedef {import('./types.js').MessageStatus} MessageStatus
 * @typedef {import('./types.js').Params} Params
 * @typedef {import('./types.js').Part} Part
 * @typedef {import('./types.js').Id} Id
 * @typedef {import('./reading.js').Fields} Fields
 */

import { partCost } from './context-window.js';
import { createConversation, createMessage, isUnderWay } from './conversation.js';
import { EXPORT_FORMAT, EXPORT_VERSION } from './exporting.js';
import { MAX_ATTACHMENTS, MAX_CONVERSATIONS, MAX_IMPORT_BYTES, MAX_MESSAGES, MAX_PARTS, MAX_TITLE_CHARS } from './limits.js';
import { plainName } from './media.js';
import { readParams } from './params.js';
import { readAttachment, readOldAttachment, readOldParts, readPart } from './part-json.js';
import { isAttachment } from './parts.js';
import {
  ImportError, MAX_IMPORT_TEXT_CHARS, MAX_NAME_CHARS, boolean, isFields, list, maybeTime, number, object, string, time,
} from './reading.js';

/**
 * Reads the text of an exported JSON file.
 *
 * @param {string} text
 * @param {() => Id} newId
 * @returns {Conversation[]} in the file's order
 * @throws {ImportError}
 */
export function readExport(text, newId) {
  const importer = createImport(newId);
  importer.read(text);
  return importer.end();
}

/**
 * Reads a file in pieces, as `piecesOf()` in files/chats-pieces.js makes them.
 *
 * @typedef {object} Import
 * @property {(text: string) => void} read   the next one; throws an ImportError
 * @property {() => Conversation[]} end      in the file's order
 * @property {() => number} messages         read so far
 *
 * @param {() => Id} newId
 * @returns {Import}
 */
export function createImport(newId) {
  /** @type {Open[]} */
  const all = [];
  let chars = 0;
  let messages = 0;
  return {
    read(text) {
      chars += text.length;
      if (chars > MAX_IMPORT_BYTES) throw new ImportError('size');
      const { conversations, version } = readFile(text);
      conversations.forEach((one, i) => {
        const where = `conversations[${i}]`;
        const last = goesOn(one) ? all.at(-1) : undefined;
        const open = last ?? openConversation(one, { version, newId }, where);
        if (last === undefined) all.push(open);
        messages += readMessages(open, list(object(one, where)['messages'], MAX_MESSAGES, `${where}.messages`), { version, newId }, `${where}.messages`);
      });
      if (all.length > MAX_CONVERSATIONS) throw new ImportError('content', 'conversations');
    },
    end: () => all.map(({ conversation, nodes, roots, openRootId }) => ({ ...conversation, nodes, roots, openRootId })),
    messages: () => messages,
  };
}

/**
 * Whether it continues what was last in the piece before.
 *
 * @param {unknown} value
 * @returns {boolean}
 */
function goesOn(value) {
  return isFields(value) && value['goes_on'] === true;
}

/**
 * @param {string} text
 * @returns {{conversations: unknown[], version: 1 | 2}}
 */
function readFile(text) {
  /** @type {unknown} */
  let file;
  try {
    file = JSON.parse(text.startsWith('\ufeff') ? text.slice(1) : text);
  } catch {
    throw new ImportError('json');
  }
  if (!isFields(file) || file['format'] !== EXPORT_FORMAT) throw new ImportError('format');
  const { version } = file;
  if (version !== 1 && version !== EXPORT_VERSION) throw new ImportError('version');
  return { conversations: list(file['conversations'], MAX_CONVERSATIONS, 'conversations'), version };
}

/**
 * A conversation whose messages come.
 *
 * @typedef {object} Open
 * @property {Conversation} conversation  without them
 * @property {Map<unknown, Draft>} known  by their numbers in the file
 * @property {Draft | undefined} last
 * @property {Record<Id, Message>} nodes
 * @property {Id[]} roots
 * @property {Id | null} openRootId
 *
 * A message that may still get children and parts.
 * @typedef {Message & {children: Id[], parts: Part[]}} Draft
 */

/**
 * What a file is read with.
 *
 * @typedef {object} Reader
 * @property {1 | 2} version
 * @property {() => Id} newId
 */

/**
 * @param {unknown} value
 * @param {Reader} reader
 * @param {string} where
 * @returns {Open}
 */
function openConversation(value, reader, where) {
  const fields = object(value, where);
  const draft = object(fields['draft'] ?? {}, `${where}.draft`);
  const createdAt = time(fields['created_at'], `${where}.created_at`);
  const conversation = {
    ...createConversation({ id: reader.newId(), now: createdAt }),
    pinned: boolean(fields['pinned'] ?? false, `${where}.pinned`),
    title: plainName(string(fields['title'], MAX_TITLE_CHARS, `${where}.title`), MAX_TITLE_CHARS),
    titleEdited: boolean(fields['title_edited'] ?? false, `${where}.title_edited`),
    updatedAt: time(fields['updated_at'], `${where}.updated_at`),
    model: string(fields['model'] ?? '', MAX_NAME_CHARS, `${where}.model`),
    system: string(fields['system'] ?? '', MAX_IMPORT_TEXT_CHARS, `${where}.system`),
    params: params(fields['params'] ?? {}, `${where}.params`),
    draft: {
      text: string(draft['text'] ?? '', MAX_IMPORT_TEXT_CHARS, `${where}.draft.text`),
      attachments: attachments(draft['attachments'] ?? [], reader, `${where}.draft.attachments`),
    },
  };
  return { conversation, known: new Map(), last: undefined, nodes: {}, roots: [], openRootId: null };
}

/**
 * Builds the tree. A parent must come before its children, so there can be no
 * cycle; a child has the other role, as in any conversation made here.
 *
 * @param {Open} open
 * @param {unknown[]} values
 * @param {Reader} reader
 * @param {string} where
 * @returns {number}  how many messages have begun
 */
function readMessages(open, values, reader, where) {
  const before = open.known.size;
  values.forEach((value, i) => {
    const at = `${where}[${i}]`;
    const fields = object(value, at);
    if (goesOn(fields) && open.last !== undefined) {
      open.last.parts.push(...parts(fields, reader, at));
      if (open.last.parts.length > MAX_PARTS + 1) throw new ImportError('content', `${at}.parts`);
      return;
    }
    addMessage(open, fields, reader, at);
  });
  return open.known.size - before;
}

/**
 * @param {Open} open
 * @param {Fields} fields
 * @param {Reader} reader
 * @param {string} at
 */
function addMessage(open, fields, reader, at) {
  const { known, nodes, roots } = open;
  const parent = fields['parent'] === null ? null : known.get(fields['parent']);
  const role = parent === null || parent?.role === 'assistant' ? 'user' : 'assistant';
  if (parent === undefined) throw new ImportError('content', `${at}.parent`);
  if (fields['role'] !== role) throw new ImportError('content', `${at}.role`);
  if (typeof fields['id'] !== 'number' || known.has(fields['id'])) throw new ImportError('content', `${at}.id`);
  const read = readMessage(fields, reader, at);
  /** @type {Draft} */
  const message = { ...read, role, parentId: parent?.id ?? null, children: [], parts: [...read.parts] };
  if (known.size === MAX_MESSAGES) throw new ImportError('content', at);
  known.set(fields['id'], message);
  open.last = message;
  nodes[message.id] = message;
  const shown = boolean(fields['shown'] ?? true, `${at}.shown`);
  if (parent === null) {
    roots.push(message.id);
    if (shown || open.openRootId === null) open.openRootId = message.id;
  } else {
    parent.children.push(message.id);
    if (shown || parent.openChildId === null) parent.openChildId = message.id;
  }
}

/**
 * @param {Fields} fields
 * @param {Reader} reader
 * @param {string} where
 * @returns {Message}
 */
function readMessage(fields, reader, where) {
  return createMessage({
    id: reader.newId(),
    parentId: null,
    role: 'user',
    createdAt: time(fields['created_at'], `${where}.created_at`),
    status: status(fields['status'], `${where}.status`),
    parts: parts(fields, reader, where),
    model: string(fields['model'] ?? '', MAX_NAME_CHARS, `${where}.model`),
    error: fields['error'] === undefined ? null : apiError(fields['error'], `${where}.error`),
    usage: fields['usage'] === undefined ? null : usage(fields['usage'], `${where}.usage`),
    timing: fields['timing'] === undefined ? null : timing(fields['timing'], `${where}.timing`),
  });
}

/** @type {ReadonlySet<unknown>} */
const ENDS = new Set(['complete', 'stopped', 'interrupted', 'failed', 'refused', 'length']);

/**
 * @param {unknown} value
 * @param {string} where
 * @returns {MessageStatus}
 */
function status(value, where) {
  if (!ENDS.has(value)) throw new ImportError('content', where);
  const known = /** @type {MessageStatus} */ (value);
  return isUnderWay(known) ? 'interrupted' : known;
}

/**
 * @param {unknown} value
 * @param {string} where
 * @returns {import('./types.js').ApiErrorInfo}
 */
function apiError(value, where) {
  const fields = object(value, where);
  return {
    code: string(fields['code'], MAX_NAME_CHARS, `${where}.code`),
    type: string(fields['type'], MAX_NAME_CHARS, `${where}.type`),
    message: string(fields['message'], MAX_IMPORT_TEXT_CHARS, `${where}.message`),
    status: number(fields['status'], `${where}.status`),
    param: fields['param'] === null ? null : string(fields['param'], MAX_NAME_CHARS, `${where}.param`),
    retryAt: null,
  };
}

/**
 * @param {unknown} value
 * @param {string} where
 * @returns {import('./types.js').Usage}
 */
function usage(value, where) {
  const fields = object(value, where);
  return {
    promptTokens: number(fields['prompt_tokens'], `${where}.prompt_tokens`),
    completionTokens: number(fields['completion_tokens'], `${where}.completion_tokens`),
    reasoningTokens: number(fields['reasoning_tokens'], `${where}.reasoning_tokens`),
    cachedTokens: number(fields['cached_tokens'] ?? 0, `${where}.cached_tokens`),
    cost: fields['cost'] === undefined ? null : number(fields['cost'], `${where}.cost`),
  };
}

/**
 * @param {unknown} value
 * @param {string} where
 * @returns {import('./types.js').Timing}
 */
function timing(value, where) {
  const fields = object(value, where);
  return {
    startedAt: time(fields['started_at'], `${where}.started_at`),
    firstTokenAt: maybeTime(fields['first_token_at'], `${where}.first_token_at`),
    endedAt: maybeTime(fields['ended_at'], `${where}.ended_at`),
  };
}

/**
 * The parts of a message, with ids of their own where those are needed.
 *
 * @param {Fields} fields
 * @param {Reader} reader
 * @param {string} where
 * @returns {Part[]}
 */
function parts(fields, reader, where) {
  const read = reader.version === 1 ? readOldParts(fields, where)
    : list(fields['parts'], MAX_PARTS + 1, `${where}.parts`).map((one, i) => readPart(one, `${where}.parts[${i}]`));
  const all = read.map((part) => (isAttachment(part) ? { ...part, id: reader.newId() } : part));
  all.forEach(partCost);
  return all;
}

/**
 * @param {unknown} value
 * @param {Reader} reader
 * @param {string} where
 * @returns {import('./types.js').Attachment[]}
 */
function attachments(value, { version, newId }, where) {
  const read = version === 1 ? readOldAttachment : readAttachment;
  return list(value, MAX_ATTACHMENTS, where).map((one, i) => ({ ...read(one, `${where}[${i}]`), id: newId() }));
}

/**
 * @param {unknown} value
 * @param {string} where
 * @returns {Params}
 */
function params(value, where) {
  const { params: read, wrong } = readParams(object(value, where));
  if (wrong.length > 0) throw new ImportError('content', `${where}.${wrong[0]}`);
  return read;
}
