/* SPDX-License-Identifier: MIT */
/**
 * Parts as they stand in an exported file, and back: every field checked. What
 * a later version knows and this one does not becomes a raw part.
 *
 * @typedef {import('./types.js').Attachment} Attachment
 * @typedef {import('./types.js').Part} Part
 * @typedef {import('./reading.js').Fields} Fields
 */

import { MAX_FILE_CHARS, MAX_PARTS, MAX_PLACES, MAX_RAW_CHARS } from './limits.js';
import { plainName, readDataUrl, readPicture } from './media.js';
import {
  ImportError, MAX_IMPORT_TEXT_CHARS, MAX_NAME_CHARS, MAX_URL_CHARS, isFields, list, maybeTime, number, object, string,
} from './reading.js';

/** @type {ReadonlySet<unknown>} */
const CALL_ENDS = new Set(['done', 'failed', 'denied', 'stopped', 'remote']);

/**
 * A part as it stands in the file.
 *
 * @param {Part} part
 * @returns {Fields}
 */
export function plainPart(part) {
  switch (part.kind) {
    case 'reasoning': {
      const { kind, text, startedAt, endedAt, details } = part;
      return {
        kind, text, started_at: isoTime(startedAt), ended_at: isoTime(endedAt),
        ...(details === undefined ? {} : { details }),
      };
    }
    case 'tool_call': {
      const { kind, id, index, name, state, result, startedAt, endedAt, extra } = part;
      return {
        kind, id, index, name, arguments: part.arguments, state,
        result: result === null ? null : result.map(plainPart),
        started_at: isoTime(startedAt), ended_at: isoTime(endedAt), ...(part.round === undefined ? {} : { round: part.round }),
        ...(extra === undefined ? {} : { extra }),
      };
    }
    case 'image':
    case 'audio':
    case 'file':
      return plainAttachment(part);
    default:
      return { ...part };
  }
}

/**
 * Without its id, which is of this page only.
 *
 * @param {Attachment} part
 * @returns {Fields}
 */
function plainAttachment(part) {
  const { kind, name, type, size, data } = part;
  const base = { kind, name, type, size };
  switch (kind) {
    case 'image': {
      const { width, height, url } = part;
      return {
        ...base, ...(width === undefined ? {} : { width }), ...(height === undefined ? {} : { height }),
        ...(url === undefined ? {} : { url }), data,
      };
    }
    case 'audio':
      return { ...base, transcript: part.transcript, data };
    default:
      return { ...base, text: part.text, data };
  }
}

/**
 * @param {number | null} time
 * @returns {string | null}
 */
function isoTime(time) {
  return time === null ? null : new Date(time).toISOString();
}

/**
 * @param {unknown} value
 * @param {string} where
 * @returns {Part}
 * @throws {ImportError}
 */
export function readPart(value, where) {
  const fields = object(value, where);
  const { kind } = fields;
  const text = (/** @type {string} */ name, max = MAX_IMPORT_TEXT_CHARS) => string(fields[name], max, `${where}.${name}`);
  switch (kind) {
    case 'text':
      return { kind, text: text('text') };
    case 'reasoning':
      return {
        kind, text: text('text'), ...times(fields, where),
        ...(fields['details'] === undefined ? {} : { details: list(fields['details'], MAX_PARTS, `${where}.details`) }),
      };
    case 'tool_call':
      return readToolCall(fields, where);
    case 'image':
    case 'audio':
    case 'file':
      return readAttachment(fields, where);
    case 'source':
      return {
        kind, number: number(fields['number'], `${where}.number`), url: webUrl(fields['url'], `${where}.url`),
        title: plainName(text('title'), MAX_IMPORT_TEXT_CHARS), snippet: text('snippet'),
        at: list(fields['at'], MAX_PLACES, `${where}.at`).map((end, i) => number(end, `${where}.at[${i}]`)),
      };
    case 'notice':
      return { kind, code: text('code', MAX_NAME_CHARS), detail: text('detail') };
    case 'raw':
      return { kind, name: nameIn(fields, 'name', where), json: text('json', MAX_RAW_CHARS) };
    default:
      return unknownPart(fields, where);
  }
}

/**
 * @param {Fields} fields
 * @param {string} member
 * @param {string} where
 * @returns {string}
 */
function nameIn(fields, member, where) {
  return plainName(string(fields[member], MAX_NAME_CHARS, `${where}.${member}`), MAX_NAME_CHARS);
}

/**
 * @param {Fields} fields
 * @param {string} where
 * @returns {Part}
 */
function unknownPart(fields, where) {
  const json = JSON.stringify(fields);
  if (json.length > MAX_RAW_CHARS) throw new ImportError('content', where);
  return { kind: 'raw', name: nameIn(fields, 'kind', where), json };
}

/**
 * @param {Fields} fields
 * @param {string} where
 * @returns {{startedAt: number | null, endedAt: number | null}}
 */
function times(fields, where) {
  return {
    startedAt: maybeTime(fields['started_at'], `${where}.started_at`),
    endedAt: maybeTime(fields['ended_at'], `${where}.ended_at`),
  };
}

/**
 * @param {Fields} fields
 * @param {string} where
 * @returns {Part}
 */
function readToolCall(fields, where) {
  const { index, result, round, extra } = fields;
  if (!CALL_ENDS.has(fields['state'])) throw new ImportError('content', `${where}.state`);
  return {
    kind: 'tool_call',
    id: string(fields['id'], MAX_NAME_CHARS, `${where}.id`),
    index: index === null ? null : number(index, `${where}.index`),
    name: nameIn(fields, 'name', where),
    arguments: string(fields['arguments'], MAX_IMPORT_TEXT_CHARS, `${where}.arguments`),
    state: /** @type {import('./types.js').ToolCallState} */ (fields['state']),
    result: result === null ? null : list(result, MAX_PARTS, `${where}.result`).map((one, i) => {
      const at = `${where}.result[${i}]`;
      // A result holds no calls, so nothing nests.
      if (isFields(one) && one['kind'] === 'tool_call') throw new ImportError('content', at);
      return readPart(one, at);
    }),
    ...times(fields, where),
    ...(round === undefined ? {} : { round: number(round, `${where}.round`) }),
    ...(extra === undefined ? {} : { extra }),
  };
}

/**
 * An address that a link may lead to.
 *
 * @param {unknown} value
 * @param {string} where
 * @returns {string}
 */
function webUrl(value, where) {
  const url = string(value, MAX_URL_CHARS, where);
  if (!/^https?:\/\//i.test(url)) throw new ImportError('content', where);
  return url;
}

/**
 * A picture, sound or file. Only a picture that may be drawn is one, so that
 * showing it asks nobody and runs nothing.
 *
 * @param {unknown} value
 * @param {string} where
 * @returns {Attachment}  without an id
 * @throws {ImportError}
 */
export function readAttachment(value, where) {
  const fields = object(value, where);
  const { kind } = fields;
  const data = string(fields['data'], MAX_FILE_CHARS, `${where}.data`);
  const base = {
    id: '',
    name: nameIn(fields, 'name', where),
    type: string(fields['type'], MAX_NAME_CHARS, `${where}.type`),
    size: number(fields['size'], `${where}.size`),
    data,
  };
  switch (kind) {
    case 'image':
      if (data === '') return { kind, ...base, url: webUrl(fields['url'], `${where}.url`) };
      if (readPicture(data)?.data !== data) throw new ImportError('content', `${where}.data`);
      return { kind, ...base, ...sides(fields, where) };
    case 'audio':
      if (!isSound(data)) throw new ImportError('content', `${where}.data`);
      return { kind, ...base, transcript: string(fields['transcript'], MAX_IMPORT_TEXT_CHARS, `${where}.transcript`) };
    case 'file':
      if (data !== '' && readDataUrl(data) === null) throw new ImportError('content', `${where}.data`);
      return { kind, ...base, text: string(fields['text'], MAX_IMPORT_TEXT_CHARS, `${where}.text`) };
    default:
      throw new ImportError('content', `${where}.kind`);
  }
}

/**
 * @param {string} data
 * @returns {boolean}
 */
function isSound(data) {
  return data === '' || /^data:audio\/[\w.+-]+;base64,[A-Za-z0-9+/= ]*$/.test(data);
}

/**
 * @param {Fields} fields
 * @param {string} where
 * @returns {{width?: number, height?: number}}
 */
function sides(fields, where) {
  const { width, height } = fields;
  return {
    ...(width === undefined ? {} : { width: number(width, `${where}.width`) }),
    ...(height === undefined ? {} : { height: number(height, `${where}.height`) }),
  };
}

/**
 * An attachment as the first version wrote it: its text was its data.
 *
 * @param {unknown} value
 * @param {string} where
 * @returns {Attachment}  without an id
 * @throws {ImportError}
 */
export function readOldAttachment(value, where) {
  const fields = object(value, where);
  const { kind, data } = fields;
  if (kind !== 'image' && kind !== 'text') throw new ImportError('content', `${where}.kind`);
  if (kind === 'image') return readAttachment(fields, where);
  const text = string(data, MAX_IMPORT_TEXT_CHARS, `${where}.data`);
  return readAttachment({ ...fields, kind: 'file', text, data: '' }, where);
}

/**
 * The parts of a message as the first version wrote it: one text, one
 * reasoning, attachments.
 *
 * @param {Fields} fields
 * @param {string} where
 * @returns {Part[]}
 * @throws {ImportError}
 */
export function readOldParts(fields, where) {
  const timing = object(fields['timing'] ?? {}, `${where}.timing`);
  const text = string(fields['text'], MAX_IMPORT_TEXT_CHARS, `${where}.text`);
  const reasoning = string(fields['reasoning'] ?? '', MAX_IMPORT_TEXT_CHARS, `${where}.reasoning`);
  /** @type {Part[]} */
  const parts = list(fields['attachments'] ?? [], MAX_PARTS, `${where}.attachments`)
    .map((one, i) => readOldAttachment(one, `${where}.attachments[${i}]`));
  if (reasoning !== '') {
    parts.push({
      kind: 'reasoning', text: reasoning,
      startedAt: maybeTime(timing['reasoning_started_at'], `${where}.timing.reasoning_started_at`),
      endedAt: maybeTime(timing['reasoning_ended_at'], `${where}.timing.reasoning_ended_at`),
    });
  }
  if (text !== '') parts.push({ kind: 'text', text });
  return parts;
}
