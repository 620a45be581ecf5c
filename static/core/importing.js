/* SPDX-License-Identifier: MIT */
/**
 * Exported conversations read back: every field checked, every size bounded,
 * ids made anew, so that nothing of a file is trusted.
 *
 * @typedef {import('./types.js').Attachment} Attachment
 * @typedef {import('./types.js').Conversation} Conversation
 * @typedef {import('./types.js').Message} Message
 * @typedef {import('./types.js').MessageStatus} MessageStatus
 * @typedef {import('./types.js').Params} Params
 * @typedef {import('./types.js').Id} Id
 * @typedef {Record<string, unknown>} Fields
 */

import { createConversation, createMessage, isUnderWay } from './conversation.js';
import { EXPORT_FORMAT, EXPORT_VERSION } from './exporting.js';
import {
  MAX_ATTACHMENTS, MAX_CONVERSATIONS, MAX_IMAGE_CHARS, MAX_IMPORT_BYTES, MAX_MESSAGES, MAX_TITLE_CHARS,
} from './limits.js';
import { readParams } from './params.js';

/** Longest text of one message that is read, characters. */
const MAX_IMPORT_TEXT_CHARS = 16 * 1024 * 1024;
/** Longest name, model id, code or media type. */
const MAX_NAME_CHARS = 1024;
/** Latest time a Date can hold. */
const MAX_TIME = 8.64e15;

/**
 * Why a file was refused: `reason` for the catalogue, `where` for the curious.
 * @typedef {'size' | 'json' | 'format' | 'version' | 'content' | 'memory'} ImportReason
 */

/** An import that was refused; nothing of it was taken. */
export class ImportError extends Error {
  /**
   * @param {ImportReason} reason
   * @param {string} [where]  a path into the file, as `conversations[0].title`
   */
  constructor(reason, where = '') {
    super(where === '' ? reason : `${reason}: ${where}`);
    this.name = 'ImportError';
    this.reason = reason;
    this.where = where;
  }
}

/**
 * Reads the text of an exported JSON file.
 *
 * @param {string} text
 * @param {() => Id} newId
 * @returns {Conversation[]} in the file's order
 * @throws {ImportError}
 */
export function readExport(text, newId) {
  if (text.length > MAX_IMPORT_BYTES) throw new ImportError('size');
  /** @type {unknown} */
  let file;
  try {
    file = JSON.parse(text.startsWith('\ufeff') ? text.slice(1) : text);
  } catch {
    throw new ImportError('json');
  }
  if (!isFields(file) || file['format'] !== EXPORT_FORMAT) throw new ImportError('format');
  if (file['version'] !== EXPORT_VERSION) throw new ImportError('version');
  return list(file['conversations'], MAX_CONVERSATIONS, 'conversations')
    .map((one, i) => readConversation(one, newId, `conversations[${i}]`));
}

/**
 * @param {unknown} value
 * @param {() => Id} newId
 * @param {string} where
 * @returns {Conversation}
 */
function readConversation(value, newId, where) {
  const fields = object(value, where);
  const draft = object(fields['draft'] ?? {}, `${where}.draft`);
  const createdAt = time(fields['created_at'], `${where}.created_at`);
  return {
    ...createConversation({ id: newId(), now: createdAt }),
    pinned: boolean(fields['pinned'] ?? false, `${where}.pinned`),
    title: string(fields['title'], MAX_TITLE_CHARS, `${where}.title`),
    titleEdited: boolean(fields['title_edited'] ?? false, `${where}.title_edited`),
    updatedAt: time(fields['updated_at'], `${where}.updated_at`),
    model: string(fields['model'] ?? '', MAX_NAME_CHARS, `${where}.model`),
    system: string(fields['system'] ?? '', MAX_IMPORT_TEXT_CHARS, `${where}.system`),
    params: params(fields['params'] ?? {}, `${where}.params`),
    draft: {
      text: string(draft['text'] ?? '', MAX_IMPORT_TEXT_CHARS, `${where}.draft.text`),
      attachments: attachments(draft['attachments'] ?? [], newId, `${where}.draft.attachments`),
    },
    ...readMessages(list(fields['messages'], MAX_MESSAGES, `${where}.messages`), newId, `${where}.messages`),
  };
}

/**
 * Builds the tree. A parent must come before its children, so there can be no
 * cycle; a child has the other role, as in any conversation made here.
 *
 * @param {unknown[]} values
 * @param {() => Id} newId
 * @param {string} where
 * @returns {Pick<Conversation, 'nodes' | 'roots' | 'openRootId'>}
 */
function readMessages(values, newId, where) {
  /** @type {Map<unknown, Message & {children: Id[]}>} */
  const known = new Map();
  /** @type {Record<Id, Message>} */
  const nodes = {};
  /** @type {Id[]} */
  const roots = [];
  /** @type {Id | null} */
  let openRootId = null;
  values.forEach((value, i) => {
    const at = `${where}[${i}]`;
    const fields = object(value, at);
    const parent = fields['parent'] === null ? null : known.get(fields['parent']);
    const role = parent === null || parent?.role === 'assistant' ? 'user' : 'assistant';
    if (parent === undefined) throw new ImportError('content', `${at}.parent`);
    if (fields['role'] !== role) throw new ImportError('content', `${at}.role`);
    if (typeof fields['id'] !== 'number' || known.has(fields['id'])) throw new ImportError('content', `${at}.id`);
    /** @type {Message & {children: Id[]}} */
    const message = { ...readMessage(fields, newId, at), role, parentId: parent?.id ?? null, children: [] };
    known.set(fields['id'], message);
    nodes[message.id] = message;
    const shown = boolean(fields['shown'] ?? true, `${at}.shown`);
    if (parent === null) {
      roots.push(message.id);
      if (shown || openRootId === null) openRootId = message.id;
    } else {
      parent.children.push(message.id);
      if (shown || parent.openChildId === null) parent.openChildId = message.id;
    }
  });
  return { nodes, roots, openRootId };
}

/**
 * @param {Fields} fields
 * @param {() => Id} newId
 * @param {string} where
 * @returns {Message}
 */
function readMessage(fields, newId, where) {
  return createMessage({
    id: newId(),
    parentId: null,
    role: 'user',
    createdAt: time(fields['created_at'], `${where}.created_at`),
    status: status(fields['status'], `${where}.status`),
    text: string(fields['text'], MAX_IMPORT_TEXT_CHARS, `${where}.text`),
    reasoning: string(fields['reasoning'] ?? '', MAX_IMPORT_TEXT_CHARS, `${where}.reasoning`),
    attachments: attachments(fields['attachments'] ?? [], newId, `${where}.attachments`),
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
  };
}

/**
 * @param {unknown} value
 * @param {string} where
 * @returns {import('./types.js').Timing}
 */
function timing(value, where) {
  const fields = object(value, where);
  const maybe = (/** @type {string} */ name) =>
    (fields[name] === null ? null : time(fields[name], `${where}.${name}`));
  return {
    startedAt: time(fields['started_at'], `${where}.started_at`),
    firstTokenAt: maybe('first_token_at'),
    reasoningStartedAt: maybe('reasoning_started_at'),
    reasoningEndedAt: maybe('reasoning_ended_at'),
    endedAt: maybe('ended_at'),
  };
}

/**
 * @param {unknown} value
 * @param {() => Id} newId
 * @param {string} where
 * @returns {Attachment[]}
 */
function attachments(value, newId, where) {
  return list(value, MAX_ATTACHMENTS, where).map((one, i) => attachment(one, newId, `${where}[${i}]`));
}

/**
 * @param {unknown} value
 * @param {() => Id} newId
 * @param {string} where
 * @returns {Attachment}
 */
function attachment(value, newId, where) {
  const fields = object(value, where);
  const { kind } = fields;
  if (kind !== 'image' && kind !== 'text') throw new ImportError('content', `${where}.kind`);
  const data = string(fields['data'], kind === 'image' ? MAX_IMAGE_CHARS : MAX_IMPORT_TEXT_CHARS, `${where}.data`);
  // Only what the page itself makes: a raster image in the URL itself, so that
  // showing it asks nobody and runs nothing.
  if (kind === 'image' && !/^data:image\/(png|jpeg|webp|gif);base64,[A-Za-z0-9+/]*={0,2}$/.test(data)) {
    throw new ImportError('content', `${where}.data`);
  }
  return {
    id: newId(),
    kind,
    name: string(fields['name'], MAX_NAME_CHARS, `${where}.name`),
    type: string(fields['type'], MAX_NAME_CHARS, `${where}.type`),
    size: number(fields['size'], `${where}.size`),
    ...(fields['width'] === undefined ? {} : { width: number(fields['width'], `${where}.width`) }),
    ...(fields['height'] === undefined ? {} : { height: number(fields['height'], `${where}.height`) }),
    data,
  };
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

/**
 * @param {unknown} value
 * @returns {value is Fields}
 */
function isFields(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * @param {unknown} value
 * @param {string} where
 * @returns {Fields}
 */
function object(value, where) {
  if (!isFields(value)) throw new ImportError('content', where);
  return value;
}

/**
 * @param {unknown} value
 * @param {number} max
 * @param {string} where
 * @returns {unknown[]}
 */
function list(value, max, where) {
  if (!Array.isArray(value) || value.length > max) throw new ImportError('content', where);
  return value;
}

/**
 * @param {unknown} value
 * @param {number} max
 * @param {string} where
 * @returns {string}
 */
function string(value, max, where) {
  if (typeof value !== 'string' || value.length > max) throw new ImportError('content', where);
  return value;
}

/**
 * @param {unknown} value
 * @param {string} where
 * @returns {boolean}
 */
function boolean(value, where) {
  if (typeof value !== 'boolean') throw new ImportError('content', where);
  return value;
}

/**
 * @param {unknown} value
 * @param {string} where
 * @returns {number}
 */
function number(value, where) {
  if (typeof value !== 'number' || value < 0 || value > Number.MAX_SAFE_INTEGER) {
    throw new ImportError('content', where);
  }
  return value;
}

/**
 * @param {unknown} value
 * @param {string} where
 * @returns {number} milliseconds since the epoch
 */
function time(value, where) {
  const ms = typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) ? Date.parse(value) : NaN;
  if (!(Math.abs(ms) <= MAX_TIME)) throw new ImportError('content', where);
  return ms;
}
