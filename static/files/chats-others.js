// SPDX-License-Identifier: MIT
// The exports of Claude, Open WebUI, LibreChat, llama.cpp's page and NextChat. Pure.

import { fieldsOf, isFields, listOf, picture, textFile, textOf, thoughts, timeOf, words } from './chats-tree.js';

/**
 * @typedef {import('./chats-tree.js').Chat} Chat
 * @typedef {import('./chats-tree.js').Fields} Fields
 * @typedef {import('./chats-tree.js').Tally} Tally
 * @typedef {import('./chats-tree.js').Turn} Turn
 */

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
  return listOf(content).map(fieldsOf).flatMap((part) => {
    switch (part['type']) {
      case 'text': return words(textOf(part['text']) || textOf(fieldsOf(part['text'])['value']));
      case 'think': return thoughts(textOf(part['think']) || textOf(fieldsOf(part['think'])['value']));
      case 'thinking': return thoughts(textOf(part['thinking']));
      case 'image_url': return picture(textOf(part['image_url']) || textOf(fieldsOf(part['image_url'])['url']), '', tally);
      default:
        tally.left += 1;
        return [];
    }
  });
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
    return { id, parent, role: roleOf(message['sender']), parts: [...attached, ...content], at: timeOf(message['created_at']), model: '' };
  });
  return {
    title: textOf(chat['name']), system: '', model: textOf(chat['model']), turns,
    createdAt: timeOf(chat['created_at']), updatedAt: timeOf(chat['updated_at']), current: textOf(chat['current_leaf_message_uuid']) || null,
  };
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
      parts: [...listOf(message['files']).map(fieldsOf).flatMap((file) => openWebUiFile(file, tally)), ...withReasoning(message['content'], tally)],
      at: timeOf(message['timestamp']), model: textOf(message['model']),
    })),
  };
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
 * Reasoning stands in the text, in an element of its own, as a quotation.
 * @param {unknown} content
 * @param {Tally} tally
 * @returns {Fields[]}
 */
function withReasoning(content, tally) {
  if (typeof content !== 'string') return contentParts(content, tally);
  return content.split(/(<details type="reasoning"[^>]*>[^]*?<\/details>)/).flatMap((piece) => {
    const inner = /^<details[^>]*>\s*(?:<summary>[^]*?<\/summary>)?([^]*)<\/details>$/.exec(piece)?.[1];
    if (inner === undefined) return words(piece.trim());
    return thoughts(inner.replace(/^(&gt;|>) ?/gm, '').trim());
  });
}

/** @param {unknown} value @returns {value is Fields} */
export const isLibreChat = (value) => isFields(value) && Array.isArray(value['messages']) &&
  (typeof value['conversationId'] === 'string' || listOf(value['messages']).some((one) => 'isCreatedByUser' in fieldsOf(one)));

/**
 * @param {Fields} chat
 * @param {Tally} tally
 * @returns {Chat}
 */
export function readLibreChat(chat, tally) {
  /** @type {Turn[]} */
  const turns = [];
  /** @type {{message: Fields, parent: string | null}[]} */
  const stack = listOf(chat['messages']).map((message) => ({ message: fieldsOf(message), parent: null })).reverse();
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { message, parent } = next;
    const id = textOf(message['messageId']) || `n${turns.length}`;
    const content = listOf(message['content']).length > 0 ? contentParts(message['content'], tally) : words(textOf(message['text']));
    turns.push({
      id, parent: textOf(message['parentMessageId']) || parent,
      role: message['isCreatedByUser'] === true || /^user$/i.test(textOf(message['sender'])) ? 'user' : 'assistant',
      parts: content, at: timeOf(message['createdAt']), model: textOf(message['model']),
    });
    tally.left += listOf(message['files']).length;
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
  return {
    title: textOf(conv['name']), system: '', model: '', createdAt: null, updatedAt: timeOf(conv['lastModified']),
    current: idOf(conv['currNode']) || null,
    turns: listOf(entry['messages']).map(fieldsOf).map((message) => ({
      id: idOf(message['id']), parent: idOf(message['parent']) || null,
      role: message['type'] === 'root' ? 'skip' : roleOf(message['role']),
      parts: [
        ...listOf(message['extra']).map(fieldsOf).flatMap((extra) => llamaExtra(extra, tally)),
        ...thoughts(textOf(message['thinking']) || textOf(message['reasoningContent'])), ...contentParts(message['content'], tally)],
      at: timeOf(message['timestamp']), model: textOf(message['model']),
    })),
  };
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
export const isNextChat = (value) => isFields(value) && Array.isArray(value['messages']) && 'topic' in value;

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
      id: `n${i}`, parent: i === 0 ? null : `n${i - 1}`, role: roleOf(message['role']), parts: contentParts(message['content'], tally),
      at: timeOf(message['date']), model: textOf(message['model']),
    })),
  };
}
