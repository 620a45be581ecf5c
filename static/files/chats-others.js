// SPDX-License-Identifier: MIT
// The exports of Claude, Open WebUI, LibreChat, llama.cpp's page and NextChat. Pure.

import { MAX_PLACES } from '../core/limits.js';
import { MAX_URL_CHARS } from '../core/reading.js';
import { answerCall, call, fieldsOf, isFields, listOf, picture, textFile, textOf, thoughts, timeOf, words } from './chats-tree.js';
import { htmlAttribute } from './html.js';
import { clamped } from './limits.js';
import { fenced } from './markdown.js';

/**
 * @typedef {import('./chats-tree.js').Chat} Chat
 * @typedef {import('./chats-tree.js').Fields} Fields
 * @typedef {import('./chats-tree.js').Tally} Tally
 * @typedef {import('./chats-tree.js').Turn} Turn
 */

/** Characters of what a source says that are kept. */
const MAX_SNIPPET_CHARS = 4000;

/** @param {string} url */
const isPage = (url) => /^https?:\/\//.test(url) && url.length <= MAX_URL_CHARS;

/** @param {unknown} role @returns {Turn['role']} */
const roleOf = (role) => (role === 'user' || role === 'human' ? 'user' : role === 'system' ? 'system' : role === 'assistant' ? 'assistant' : 'skip');

/**
 * Content as OpenAI's API has it: a text, or texts and pictures.
 * @param {unknown} content
 * @param {Tally} tally
 * @returns {Fields[]}
 */
function contentParts(content, tally) {
  if (typeof content === 'string') return words(content);
  /** @type {Fields[]} */
  const parts = [];
  for (const part of listOf(content).map(fieldsOf)) {
    if (part['type'] === 'tool_result') {
      const result = contentParts(part['content'], tally);
      if (!answerCall(parts, textOf(part['tool_use_id']), result)) parts.push(call({ name: textOf(part['name']), input: {}, result }));
    } else {
      parts.push(...contentPart(part, tally));
    }
  }
  return parts;
}

/**
 * @param {Fields} part
 * @param {Tally} tally
 * @returns {Fields[]}
 */
function contentPart(part, tally) {
  switch (part['type']) {
    case 'text': return words(textOf(part['text']) || textOf(fieldsOf(part['text'])['value']));
    case 'think': return thoughts(textOf(part['think']) || textOf(fieldsOf(part['think'])['value']));
    case 'thinking': return thoughts(textOf(part['thinking']));
    case 'image_url': return picture(textOf(part['image_url']) || textOf(fieldsOf(part['image_url'])['url']), '', tally);
    case 'tool_use': return used(part);
    case 'tool_call': {
      const made = fieldsOf(part['tool_call']);
      const { name, args, input, output, id } = { ...made, ...fieldsOf(made['function']) };
      const result = typeof output === 'string' ? words(output) : null;
      return [call({ name: textOf(name), input: args ?? input ?? made['arguments'], result, id: textOf(id) })];
    }
    case 'error': return words(textOf(part['error']) || textOf(part['text']));
    default:
      tally.left += 1;
      return [];
  }
}

/** A call of Claude's; what it wrote beside the conversation, whole, is of the answer. @param {Fields} part @returns {Fields[]} */
function used({ name, input, id }) {
  const { command, content, title, type, language } = fieldsOf(input);
  if (name !== 'artifacts' || typeof content !== 'string' || command === 'update') return [call({ name: textOf(name), input, result: null, id: textOf(id) })];
  const kind = textOf(language) || /^text\/(html)$|^image\/(svg)|(react|mermaid)$/.exec(textOf(type))?.slice(1).find((one) => one !== undefined) || '';
  return words(`**${textOf(title)}**\n\n${type === 'text/markdown' ? content : fenced(content, kind)}`);
}

/** @param {unknown} value @returns {value is Fields} */
export const isClaude = (value) => isFields(value) && Array.isArray(value['chat_messages']);

/**
 * @param {Fields} chat
 * @param {Tally} tally
 * @returns {Chat}
 */
export function readClaude(chat, tally) {
  let before = /** @type {string | null} */ (null);
  const turns = listOf(chat['chat_messages']).map(fieldsOf).map((message, i) => {
    const id = textOf(message['uuid']) || `n${i}`;
    const content = listOf(message['content']).length > 0 ? contentParts(message['content'], tally) : words(textOf(message['text']));
    const attached = listOf(message['attachments']).map(fieldsOf)
      .flatMap((file) => textFile(textOf(file['file_name']), textOf(file['extracted_content'])));
    tally.left += listOf(message['files']).length;
    const parent = textOf(message['parent_message_uuid']) || before;
    before = id;
    const cited = claudeSources(listOf(message['content']).map(fieldsOf));
    return { id, parent, role: roleOf(message['sender']), parts: [...attached, ...content, ...cited], at: timeOf(message['created_at']), model: '' };
  });
  return {
    title: textOf(chat['name']), system: '', model: textOf(chat['model']), turns,
    createdAt: timeOf(chat['created_at']), updatedAt: timeOf(chat['updated_at']), current: textOf(chat['current_leaf_message_uuid']) || null,
  };
}

/**
 * What an answer of Claude's rests on: pages that its texts, and the reports beside it, name by the places where they
 * are cited. As those are told in characters of another kind, each is moved to the end of its word.
 * @param {readonly Fields[]} blocks
 * @returns {Fields[]}
 */
function claudeSources(blocks) {
  /** By their addresses. @type {Map<string, Fields & {at: number[]}>} */
  const sources = new Map();
  let start = 0;
  for (const block of blocks) {
    const [said] = block['type'] === 'text' ? words(textOf(block['text'])) : block['type'] === 'tool_use' ? used(block) : [];
    if (said?.['kind'] !== 'text') continue;
    const text = textOf(said['text']);
    const content = fieldsOf(block['input'])['content'];
    const before = block['type'] === 'text' ? 0 : text.length - textOf(content).length;
    for (const one of [...listOf(block['citations']), ...listOf(fieldsOf(block['input'])['md_citations'])].map(fieldsOf)) {
      const url = textOf(one['url']) || textOf(fieldsOf(one['details'])['url']);
      if (!isPage(url)) continue;
      /** @type {Fields & {at: number[]}} */
      const source = sources.get(url) ?? {
        kind: 'source', number: sources.size + 1, url, title: textOf(fieldsOf(one['metadata'])['preview_title']) || textOf(one['title']), snippet: '', at: [],
      };
      sources.set(url, source);
      if (typeof one['end_index'] !== 'number' || source.at.length === MAX_PLACES) continue;
      const end = clamped(before + one['end_index'], 0, text.length);
      source.at.push(start + end + (/^\S*/.exec(text.slice(end))?.[0].length ?? 0));
    }
    // As textOf() joins them.
    start += text.length + 2;
  }
  return [...sources.values()];
}

/** @param {unknown} value @returns {value is Fields} */
export const isOpenWebUi = (value) => isFields(value) && isFields(value['chat']) &&
  (isFields(fieldsOf(value['chat'])['history']) || Array.isArray(fieldsOf(value['chat'])['messages']));

/**
 * @param {Fields} entry
 * @param {Tally} tally
 * @returns {Chat}
 */
export function readOpenWebUi(entry, tally) {
  const chat = fieldsOf(entry['chat']);
  const history = fieldsOf(chat['history']);
  const inTree = Object.values(fieldsOf(history['messages'])).filter(isFields);
  const messages = inTree.length > 0 ? inTree : listOf(chat['messages']).map(fieldsOf);
  return {
    title: textOf(chat['title']) || textOf(entry['title']), system: textOf(chat['system']) || textOf(fieldsOf(chat['params'])['system']),
    model: textOf(listOf(chat['models'])[0]), current: textOf(history['currentId']) || null,
    createdAt: timeOf(entry['created_at']) ?? timeOf(chat['timestamp']), updatedAt: timeOf(entry['updated_at']),
    turns: messages.map((message, i) => ({
      id: textOf(message['id']) || `n${i}`,
      parent: textOf(message['parentId']) || (inTree.length > 0 || i === 0 ? null : textOf(messages[i - 1]?.['id']) || `n${i - 1}`),
      role: roleOf(message['role']),
      parts: [...listOf(message['files']).map(fieldsOf).flatMap((file) => openWebUiFile(file, tally)), ...openWebUiSaid(message, tally),
        ...openWebUiSources(message, tally), ...words(textOf(fieldsOf(message['error'])['content']))],
      at: timeOf(message['timestamp']), model: textOf(message['model']),
    })),
  };
}

/**
 * What a message says. Its later versions tell an answer in steps, too, as OpenAI's Responses do; the words are those of
 * its content, which a person may have changed.
 * @param {Fields} message
 * @param {Tally} tally
 * @returns {Fields[]}
 */
function openWebUiSaid(message, tally) {
  const steps = listOf(message['output']).map(fieldsOf);
  const content = message['content'];
  if (steps.length === 0 || (typeof content === 'string' && content.includes('<details type='))) return withDetails(content, tally);
  /** @type {Fields[]} */
  const parts = [];
  for (const step of steps) {
    const said = [...listOf(step['summary']), ...listOf(step['content'])].map((one) => textOf(fieldsOf(one)['text'])).join('\n\n');
    if (step['type'] === 'reasoning') parts.push(...thoughts(said));
    else if (step['type'] === 'message') parts.push(...words(said));
    else if (step['type'] === 'function_call') parts.push(call({ name: textOf(step['name']), input: step['arguments'], result: null, id: textOf(step['call_id']) }));
    else if (step['type'] !== 'function_call_output') tally.left += 1;
    else answerCall(parts, textOf(step['call_id']), outputParts(step['output'], tally));
  }
  const written = parts.filter(({ kind }) => kind === 'text').map(({ text }) => textOf(text)).join('\n\n');
  const own = textOf(content).trim();
  return own === '' || own.replace(/\s/g, '') === written.replace(/\s/g, '') ? parts : [...parts.filter(({ kind }) => kind !== 'text'), ...words(own)];
}

/** What a call gave: a text, or texts in a list. @param {unknown} output @param {Tally} tally */
function outputParts(output, tally) {
  return typeof output === 'string' ? words(output)
    : listOf(output).map(fieldsOf).flatMap((one) => (typeof one['text'] === 'string' ? words(one['text']) : contentPart(one, tally)));
}

/**
 * What an answer rests on.
 * @param {Fields} message
 * @param {Tally} tally
 * @returns {Fields[]}
 */
function openWebUiSources(message, tally) {
  /** @type {Fields[]} */
  const sources = [];
  for (const one of listOf(message['sources'] ?? message['citations']).map(fieldsOf)) {
    const { name, url } = fieldsOf(one['source']);
    listOf(one['document']).forEach((text, i) => {
      const about = fieldsOf(listOf(one['metadata'])[i]);
      const address = [url, about['source'], name].map(textOf).find(isPage);
      if (address === undefined) tally.left += 1;
      else sources.push({ kind: 'source', number: sources.length + 1, url: address, title: textOf(about['title']) || textOf(name), snippet: textOf(text).slice(0, MAX_SNIPPET_CHARS), at: [] });
    });
  }
  return sources;
}

/**
 * @param {Fields} file
 * @param {Tally} tally
 */
function openWebUiFile(file, tally) {
  const name = textOf(file['name']);
  if (file['type'] === 'image') return picture(textOf(file['url']), name, tally);
  const text = textOf(fieldsOf(fieldsOf(file['file'])['data'])['content']);
  if (text === '') tally.left += 1;
  return textFile(name, text);
}

/**
 * Reasoning, calls and programs stand in the text, in an element of their own.
 * @param {unknown} content
 * @param {Tally} tally
 * @returns {Fields[]}
 */
function withDetails(content, tally) {
  if (typeof content !== 'string') return contentParts(content, tally);
  return content.split(/(<details type="(?:reasoning|tool_calls|code_interpreter)"[^>]*>[^]*?<\/details>)/).flatMap((piece) => {
    const [, type, attributes = '', inner = ''] = /^<details type="(\w+)"([^>]*)>\s*(?:<summary>[^]*?<\/summary>)?([^]*)<\/details>$/.exec(piece) ?? [];
    if (type === undefined) return words(piece.trim());
    const value = (/** @type {string} */ name) => htmlAttribute(attributes, name) ?? '';
    if (type === 'reasoning') return thoughts(inner.replace(/^(&gt;|>) ?/gm, '').trim());
    if (type === 'tool_calls') return [call({ name: value('name'), input: inJson(value('arguments')), result: words(inJson(value('result'))), id: value('id') })];
    return [...words(inner.trim()), ...value('output') === '' ? [] : words(fenced(value('output'), 'json'))];
  });
}

/** A text that may have been written as JSON. @param {string} value */
function inJson(value) {
  try {
    const read = JSON.parse(value);
    return typeof read === 'string' ? read : value;
  } catch {
    return value;
  }
}

/** @param {unknown} value @returns {value is Fields} */
export const isLibreChat = (value) => isFields(value) && libreMessages(value).length > 0 &&
  (typeof value['conversationId'] === 'string' || libreMessages(value).some((one) => 'isCreatedByUser' in fieldsOf(one)));

/** @param {Fields} chat */
const libreMessages = (chat) => listOf(chat['messagesTree'] ?? chat['messages']);

/**
 * @param {Fields} chat
 * @param {Tally} tally
 * @returns {Chat}
 */
export function readLibreChat(chat, tally) {
  /** @type {Turn[]} */
  const turns = [];
  /** @type {{message: Fields, parent: string | null}[]} */
  const stack = libreMessages(chat).map((message) => ({ message: fieldsOf(message), parent: null })).reverse();
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { message, parent } = next;
    const id = textOf(message['messageId']) || `n${turns.length}`;
    const content = listOf(message['content']).length > 0 ? contentParts(message['content'], tally) : words(textOf(message['text']));
    const files = listOf(message['files']).map(fieldsOf).flatMap((file) => textFile(textOf(file['filename']), textOf(file['text'])));
    turns.push({
      id, parent: textOf(message['parentMessageId']) || parent,
      role: message['isCreatedByUser'] === true || /^user$/i.test(textOf(message['sender'])) ? 'user' : 'assistant',
      parts: [...files, ...content], at: timeOf(message['createdAt']), model: textOf(message['model']),
    });
    tally.left += listOf(message['files']).length - files.length + listOf(message['attachments']).length;
    // Exported as a tree, answers are inside their questions.
    stack.push(...listOf(message['children']).map((child) => ({ message: fieldsOf(child), parent: id })).reverse());
  }
  const options = fieldsOf(chat['options']);
  return {
    title: textOf(chat['title']), system: textOf(options['promptPrefix']) || textOf(options['system']), model: textOf(options['model']),
    createdAt: timeOf(chat['createdAt']) ?? turns[0]?.at ?? timeOf(chat['exportAt']), updatedAt: timeOf(chat['updatedAt']), current: null, turns,
  };
}

/** @param {unknown} value @returns {value is Fields} */
export const isLlamaCpp = (value) => isFields(value) && isFields(value['conv']) && Array.isArray(value['messages']);

/**
 * @param {Fields} entry
 * @param {Tally} tally
 * @returns {Chat}
 */
export function readLlamaCpp(entry, tally) {
  const conv = fieldsOf(entry['conv']);
  const idOf = (/** @type {unknown} */ id) => (typeof id === 'number' ? String(id) : textOf(id));
  /** All that were made so far. @type {Fields[]} */
  const calls = [];
  /** @param {Fields} message @returns {Fields[]} */
  const partsOf = (message) => {
    if (message['role'] === 'tool') {
      const result = contentParts(message['content'], tally);
      const id = textOf(message['toolCallId']);
      return id !== '' && answerCall(calls, id, result) ? [] : [call({ name: textOf(message['name']), input: {}, result })];
    }
    const made = llamaCalls(message['toolCalls']);
    calls.push(...made);
    return [
      ...listOf(message['extra']).map(fieldsOf).flatMap((extra) => llamaExtra(extra, tally)),
      ...thoughts(textOf(message['thinking']) || textOf(message['reasoningContent'])), ...contentParts(message['content'], tally), ...made];
  };
  return {
    title: textOf(conv['name']), system: '', model: '', createdAt: null, updatedAt: timeOf(conv['lastModified']),
    current: idOf(conv['currNode']) || null,
    turns: listOf(entry['messages']).map(fieldsOf).map((message) => ({
      id: idOf(message['id']), parent: idOf(message['parent']) || null,
      role: message['type'] === 'root' ? 'skip' : message['role'] === 'tool' ? 'assistant' : roleOf(message['role']),
      parts: partsOf(message),
      at: timeOf(message['timestamp']), model: textOf(message['model']),
    })),
  };
}

/** Calls stand in a message as a text of JSON, or as what that says. @param {unknown} calls @returns {Fields[]} */
function llamaCalls(calls) {
  let list = calls;
  try {
    if (!Array.isArray(calls)) list = JSON.parse(textOf(calls) || '[]');
  } catch {
    // None that could be read.
  }
  return listOf(list).map(fieldsOf).map((one) => {
    const made = fieldsOf(one['function']);
    return call({ name: textOf(made['name']), input: made['arguments'], result: null, id: textOf(one['id']) });
  });
}

/**
 * @param {Fields} extra
 * @param {Tally} tally
 */
function llamaExtra(extra, tally) {
  if (/image/i.test(textOf(extra['type']))) return picture(textOf(extra['base64Url']), textOf(extra['name']), tally);
  if (textOf(extra['content']) === '') tally.left += 1;
  return textFile(textOf(extra['name']), textOf(extra['content']));
}

/** @param {unknown} value @returns {value is Fields} */
export const isNextChat = (value) => isFields(value) && Array.isArray(value['messages']) &&
  ('topic' in value || listOf(value['messages']).map(fieldsOf).some(({ role, content }) => roleOf(role) !== 'skip' && content !== undefined));

/**
 * @param {Fields} session
 * @param {Tally} tally
 * @returns {Chat}
 */
export function readNextChat(session, tally) {
  const mask = fieldsOf(session['mask']);
  const system = listOf(mask['context']).map(fieldsOf).filter((one) => one['role'] === 'system').map((one) => textOf(one['content'])).join('\n\n');
  const messages = listOf(session['messages']).map(fieldsOf);
  return {
    title: textOf(session['topic']), system, model: textOf(fieldsOf(mask['modelConfig'])['model']),
    createdAt: null, updatedAt: timeOf(session['lastUpdate']), current: null,
    turns: messages.map((message, i) => ({
      id: `n${i}`, parent: i === 0 ? null : `n${i - 1}`, role: roleOf(message['role']),
      parts: [...listOf(message['tools']).map(fieldsOf).map((one) => call({
        name: textOf(fieldsOf(one['function'])['name']), input: fieldsOf(one['function'])['arguments'], id: textOf(one['id']),
        result: typeof one['content'] === 'string' ? words(one['content']) : null,
      })), ...contentParts(message['content'], tally)],
      at: timeOf(message['date']), model: textOf(message['model']),
    })),
  };
}
