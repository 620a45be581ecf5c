/* SPDX-License-Identifier: MIT */
/**
 * What an event adds to an answer: words, thoughts, calls, pictures, sound, and
 * whatever is unknown. Pure.
 *
 * @typedef {import('../core/types.js').Delta} Delta
 * @typedef {import('./fields.js').Fields} Fields
 */

import { keptBeside, keptOfCall } from '../core/kept.js';
import { MAX_FILE_CHARS, MAX_RAW_CHARS } from '../core/limits.js';
import { cleanBase64, nameFor, otherType, plainName, readDataUrl, readPicture, soundType } from '../core/media.js';
import { fields, isObject, items, string } from './fields.js';

/** Longest name of a tool or a part. */
const MAX_NAME_CHARS = 200;
/** Longest address. */
const MAX_URL_CHARS = 8192;

/** Members of a delta that are read, or that say nothing to a person. */
const KNOWN = new Set([
  'role', 'name', 'content', 'refusal', 'reasoning', 'reasoning_content', 'reasoning_details', 'reasoning_text',
  'reasoning_name', 'reasoning_opaque', 'thought_signature', 'thoughtSignature', 'thinking', 'thinking_blocks', 'signature', 'tool_calls', 'function_call', 'images', 'audio', 'annotations',
  'citations', 'citation', 'search_results', 'grounding_metadata', 'groundingMetadata', 'logprobs', 'token_ids',
  'obfuscation', 'extra_content', 'provider_specific_fields', 'usage',
]);

/**
 * Thoughts, under any of their names.
 *
 * @param {Fields} delta
 * @returns {Delta[]}
 */
export function reasoningDeltas(delta) {
  const details = items(delta['reasoning_details']);
  const text = string(delta['reasoning_content']) || string(delta['reasoning']) || string(delta['reasoning_text']) ||
    details.map((one) => string(fields(one)['text']) || string(fields(one)['summary'])).join('');
  const all = [...details, ...keptBeside(delta)];
  if (text === '' && all.length === 0) return [];
  return [{ kind: 'reasoning', text, ...(all.length === 0 ? {} : { details: all }) }];
}

/**
 * Words: a text, a bare number, or a list of parts.
 *
 * @param {unknown} content
 * @param {string} refusal
 * @returns {Delta[]}
 */
export function contentDeltas(content, refusal) {
  if (Array.isArray(content)) return content.flatMap(contentPart);
  const text = typeof content === 'number' ? String(content) : string(content) || refusal;
  return text === '' ? [] : [{ kind: 'text', text }];
}

/**
 * @param {unknown} value
 * @returns {Delta[]}
 */
function contentPart(value) {
  if (typeof value === 'string') return contentDeltas(value, '');
  const part = fields(value);
  const type = string(part['type']);
  switch (type) {
    case 'text':
    case 'output_text':
      return contentDeltas(fields(part['text'])['value'] ?? part['text'], '');
    case 'refusal':
      return contentDeltas(part['refusal'], '');
    case 'thinking':
    case 'reasoning':
      return thoughts(part['thinking'] ?? part['text'] ?? part['reasoning']);
    case 'image_url':
    case 'output_image':
    case 'input_image':
    case 'image':
    case 'image_generation_call':
    case 'inline_data':
      return picture(part);
    case 'audio':
    case 'output_audio':
    case 'input_audio':
      return sound(fields(part['audio'] ?? part['input_audio'] ?? part));
    default:
      return [raw(type === '' ? 'content' : type, value)];
  }
}

/**
 * @param {unknown} value  a text, or a list of parts with one
 * @returns {Delta[]}
 */
function thoughts(value) {
  const text = string(value) || items(value).map((one) => string(one) || string(fields(one)['text'])).join('');
  return text === '' ? [] : [{ kind: 'reasoning', text }];
}

/**
 * Pictures and sound that come beside the words.
 *
 * @param {Fields} delta
 * @returns {Delta[]}
 */
export function mediaDeltas(delta) {
  return [...items(delta['images']).flatMap((one) => (typeof one === 'string' ? picture({ url: one }) : picture(fields(one)))),
    ...(isObject(delta['audio']) ? sound(delta['audio']) : [])];
}

/**
 * A picture, wherever its data or its address stands.
 *
 * @param {Fields} part
 * @returns {Delta[]}
 */
function picture(part) {
  const inline = fields(part['inline_data'] ?? part['inlineData'] ?? part['source']);
  const address = string(part['image_url']) || string(fields(part['image_url'])['url']) || string(part['url']) ||
    string(inline['url']);
  const base64 = string(part['b64_json']) || string(part['result']) || string(inline['data']) || string(part['data']);
  const type = string(inline['mime_type']) || string(inline['mimeType']) || string(inline['media_type']) || 'image/png';
  const url = address !== '' ? address : base64 !== '' ? `data:${type};base64,${base64}` : '';
  if (url.length > MAX_FILE_CHARS) return [notice('too_large')];
  const drawn = readPicture(url);
  if (drawn !== null) {
    return [{ kind: 'part', part: { kind: 'image', id: '', name: nameFor(drawn.type, 'image'), ...drawn } }];
  }
  if (/^https?:\/\//i.test(url) && url.length <= MAX_URL_CHARS) {
    return [{ kind: 'part', part: { kind: 'image', id: '', name: '', type: '', size: 0, data: '', url } }];
  }
  const file = readDataUrl(url);
  if (file === null) return [raw('image', part)];
  // What cannot be drawn safely, as SVG, can be saved.
  const other = otherType(file);
  const data = `data:${other};base64,${file.base64}`;
  const saved = { id: '', name: nameFor(other, 'image'), type: other, size: file.size, text: '', data };
  return [{ kind: 'part', part: { kind: 'file', ...saved } }, notice('not_a_picture')];
}

/**
 * @param {Fields} audio
 * @returns {Delta[]}
 */
function sound(audio) {
  const data = cleanBase64(string(audio['data']));
  const transcript = string(audio['transcript']);
  if (data === null) return [notice('broken_sound')];
  return data === '' && transcript === '' ? [] : [{ kind: 'audio', type: soundType(data), data, transcript }];
}

/**
 * Pieces of the calls that a model makes.
 *
 * @param {Fields} delta
 * @returns {Delta[]}
 */
export function toolCallDeltas(delta) {
  const calls = items(delta['tool_calls']).map((one) => toolCall(fields(one)));
  const old = delta['function_call'];
  return isObject(old) ? [...calls, toolCall({ index: 0, function: old })] : calls;
}

/**
 * @param {Fields} call
 * @returns {Delta}
 */
function toolCall(call) {
  const { index, id } = call;
  const named = isObject(call['function']) ? call['function'] : call;
  const written = named['arguments'];
  const extra = keptOfCall(call, named);
  return {
    kind: 'tool_call',
    index: typeof index === 'number' ? index : null,
    id: string(id).slice(0, MAX_NAME_CHARS),
    name: plainName(string(named['name']), MAX_NAME_CHARS),
    // Some send the object itself.
    arguments: isObject(written) ? JSON.stringify(written) : string(written),
    ...(extra === undefined ? {} : { extra }),
  };
}

/**
 * What this version does not know, when it says more than a number.
 *
 * @param {Fields} delta
 * @returns {Delta[]}
 */
export function unknownDeltas(delta) {
  return Object.entries(delta)
    .filter(([name, value]) => !KNOWN.has(name) && saysSomething(value))
    .map(([name, value]) => raw(name, value));
}

/**
 * @param {unknown} value
 * @returns {boolean}
 */
function saysSomething(value) {
  if (isObject(value)) return Object.keys(value).length > 0;
  return Array.isArray(value) && value.some((one) => typeof one === 'object' && one !== null);
}

/**
 * @param {string} name
 * @param {unknown} value
 * @returns {Delta}
 */
export function raw(name, value) {
  const json = JSON.stringify(value) ?? 'null';
  if (json.length > MAX_RAW_CHARS) return notice('too_large');
  return { kind: 'part', part: { kind: 'raw', name: plainName(name, MAX_NAME_CHARS), json } };
}

/**
 * @param {string} code
 * @returns {Delta}
 */
function notice(code) {
  return { kind: 'part', part: { kind: 'notice', code, detail: '' } };
}
