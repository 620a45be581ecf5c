// SPDX-License-Identifier: MIT
// ChatGPT's conversations.json: a map of nodes, of which many say nothing. Pure.

import { fieldsOf, isFields, listOf, picture, textOf, thoughts, timeOf, words } from './chats-tree.js';
import { fenced } from './markdown.js';

/**
 * @typedef {import('./chats-tree.js').Chat} Chat
 * @typedef {import('./chats-tree.js').Fields} Fields
 * @typedef {import('./chats-tree.js').Tally} Tally
 * @typedef {(pointer: string) => string | null} FindPicture  a data: URL
 */

/** What the page shows nothing of. */
const UNSEEN = new Set(['user_editable_context', 'model_editable_context', 'reasoning_recap', 'app_pairing_content']);

/** @param {unknown} value @returns {value is Fields} */
export const isChatGpt = (value) => isFields(value) && isFields(value['mapping']);

/**
 * @param {Fields} chat
 * @param {Tally} tally
 * @param {FindPicture} find
 * @returns {Chat}
 */
export function readChatGpt(chat, tally, find) {
  const nodes = Object.entries(fieldsOf(chat['mapping'])).filter(([, node]) => isFields(node));
  const ordered = nodes.map(([id, node]) => ({ id, node: /** @type {Fields} */ (node) }));
  return {
    title: textOf(chat['title']), system: '',
    createdAt: timeOf(chat['create_time']), updatedAt: timeOf(chat['update_time']),
    model: textOf(chat['default_model_slug']), current: textOf(chat['current_node']) || null,
    turns: ordered.map(({ id, node }) => {
      const message = fieldsOf(node['message']);
      const metadata = fieldsOf(message['metadata']);
      const role = textOf(fieldsOf(message['author'])['role']);
      const hidden = metadata['is_visually_hidden_from_conversation'] === true || role === '' || role === 'system' ||
        UNSEEN.has(textOf(fieldsOf(message['content'])['content_type']));
      return {
        id, parent: textOf(node['parent']) || null,
        role: hidden ? 'skip' : role === 'user' ? 'user' : 'assistant',
        parts: hidden ? [] : partsOf(fieldsOf(message['content']), role, tally, find),
        at: timeOf(message['create_time']), model: textOf(metadata['model_slug']),
      };
    }),
  };
}

/** Marks of citations, which mean something to its own page only. @param {string} text */
const plain = (text) => text.replace(/\ue200[^\ue201]*\ue201/g, '').replace(/[\ue200-\ue206]/g, '');

/**
 * @param {Fields} content
 * @param {string} role
 * @param {Tally} tally
 * @param {FindPicture} find
 * @returns {Fields[]}
 */
function partsOf(content, role, tally, find) {
  switch (content['content_type']) {
    case 'text': case 'multimodal_text':
      return listOf(content['parts']).flatMap((part) => (typeof part === 'string'
        ? words(plain(part)) : partOf(fieldsOf(part), tally, find)));
    case 'code': {
      const language = textOf(content['language']).replace('unknown', '');
      return textOf(content['text']).trim() === '' ? [] : words(fenced(textOf(content['text']), language));
    }
    case 'execution_output': return textOf(content['text']).trim() === '' ? [] : words(fenced(textOf(content['text']), 'text'));
    case 'thoughts':
      return thoughts(listOf(content['thoughts']).map(fieldsOf)
        .map((thought) => [textOf(thought['summary']), textOf(thought['content'])].filter((one) => one !== '').join('\n\n')).join('\n\n'));
    case 'tether_quote': return words(`> ${textOf(content['text']).replaceAll('\n', '\n> ')}`);
    case 'tether_browsing_display': return role === 'tool' ? [] : words(textOf(content['result']));
    case 'system_error': return words(textOf(content['text']));
    default:
      if (Object.keys(content).length > 0) tally.left += 1;
      return [];
  }
}

/**
 * @param {Fields} part
 * @param {Tally} tally
 * @param {FindPicture} find
 * @returns {Fields[]}
 */
function partOf(part, tally, find) {
  if (part['content_type'] === 'audio_transcription') return words(textOf(part['text']));
  const url = part['content_type'] === 'image_asset_pointer' ? find(textOf(part['asset_pointer'])) : null;
  if (url !== null) return picture(url, '', tally);
  tally.left += 1;
  return [];
}
