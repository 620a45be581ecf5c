// SPDX-License-Identifier: MIT
// ChatGPT's conversations.json: a map of nodes, of which many say nothing. Pure.

import { answerCall, call, fieldsOf, isFields, listOf, picture, textOf, thoughts, timeOf, words } from './chats-tree.js';
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
  /** Of each node so far, by its id. @type {Map<string, Fields[]>} */
  const known = new Map();
  const ordered = nodes.map(([id, node]) => ({ id, node: /** @type {Fields} */ (node) }));
  return {
    title: textOf(chat['title']), system: '',
    createdAt: timeOf(chat['create_time']), updatedAt: timeOf(chat['update_time']),
    model: textOf(chat['default_model_slug']), current: textOf(chat['current_node']) || null,
    turns: ordered.map(({ id, node }) => {
      const message = fieldsOf(node['message']);
      const metadata = fieldsOf(message['metadata']);
      const role = textOf(fieldsOf(message['author'])['role']);
      // A message of nobody is none of ChatGPT's, but of who took its form over.
      if (role === '' && isFields(node['message'])) tally.left += 1;
      const hidden = metadata['is_visually_hidden_from_conversation'] === true || role === '' || role === 'system' ||
        UNSEEN.has(textOf(fieldsOf(message['content'])['content_type']));
      const parts = hidden ? [] : messageParts({ message, role, above: known.get(textOf(node['parent'])) ?? [], tally, find });
      known.set(id, parts);
      return {
        id, parent: textOf(node['parent']) || null,
        role: hidden ? 'skip' : role === 'user' ? 'user' : 'assistant',
        parts, at: timeOf(message['create_time']), model: textOf(metadata['model_slug']),
      };
    }),
  };
}

/**
 * @param {object} of
 * @param {Fields} of.message
 * @param {string} of.role
 * @param {Fields[]} of.above  parts of what it follows
 * @param {Tally} of.tally
 * @param {FindPicture} of.find
 * @returns {Fields[]}
 */
function messageParts({ message, role, above, tally, find }) {
  const metadata = fieldsOf(message['metadata']);
  const content = fieldsOf(message['content']);
  const recipient = textOf(message['recipient']);
  const said = partsOf(plainContent(content, metadata), role, tally, find);
  // What was attached is in the message's own parts only when it is a picture.
  const shown = JSON.stringify(listOf(content['parts']).filter(isFields));
  tally.left += listOf(metadata['attachments']).map(fieldsOf).filter(({ id }) => typeof id !== 'string' || !shown.includes(id)).length;
  if (role === 'tool') return content['content_type'] === 'execution_output' ? said : toolSaid(textOf(fieldsOf(message['author'])['name']), said, above);
  if (role !== 'assistant' || recipient === '' || recipient === 'all' || recipient === 'python') return said;
  const written = textOf(content['text']) || listOf(content['parts']).map(textOf).join('');
  return recipient.endsWith('create_textdoc') ? canvas(written) : [call({ name: recipient, input: written, result: null })];
}

/**
 * What a tool said is not what the model said; its pictures are the answer's.
 * @param {string} name
 * @param {Fields[]} said
 * @param {Fields[]} above
 */
function toolSaid(name, said, above) {
  const pictures = said.filter(({ kind }) => kind === 'image');
  const result = said.filter(({ kind }) => kind !== 'image');
  return [...result.length === 0 || answerCall(above, '', result) ? [] : [call({ name, input: {}, result })], ...pictures];
}

/** A text beside the conversation, as it was first written. @param {string} json @returns {Fields[]} */
function canvas(json) {
  /** @type {unknown} */
  let document = null;
  try {
    document = JSON.parse(json);
  } catch {
    // As it is, below.
  }
  const { name, type, content } = fieldsOf(document);
  if (typeof content !== 'string') return [call({ name: 'canvas', input: json, result: null })];
  const language = /^code\/([\w+#-]+)$/.exec(textOf(type))?.[1];
  return words(`**${textOf(name)}**\n\n${language === undefined ? content : fenced(content, language)}`);
}

/**
 * Marks within a text, which mean something to its own page only: a citation becomes what the message tells of it, a
 * link and a name stay, the rest goes.
 * @param {string} text
 * @param {Fields} metadata
 */
function plain(text, metadata) {
  let all = text;
  for (const { matched_text: mark, alt } of listOf(metadata['content_references']).map(fieldsOf)) {
    if (typeof mark === 'string' && mark.includes('\ue200') && typeof alt === 'string') all = all.replaceAll(mark, () => alt);
  }
  return all.replace(/\ue200([^\ue201]*)\ue201/g, (_, inner) => {
    const [kind, ...values] = String(inner).split('\ue202');
    if (kind === 'url' && /^https?:/.test(values[1] ?? '')) return `[${values[0]}](${values[1]})`;
    return kind === 'entity' ? /^\["[^"]*","([^"]*)"/.exec(values[0] ?? '')?.[1] ?? '' : '';
  }).replace(/[\ue200-\ue206]/g, '');
}

/** @param {Fields} content @param {Fields} metadata @returns {Fields} */
function plainContent(content, metadata) {
  const parts = listOf(content['parts']);
  return parts.length === 0 ? content : { ...content, parts: parts.map((part) => (typeof part === 'string' ? plain(part, metadata) : part)) };
}

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
        ? words(part) : partOf(fieldsOf(part), tally, find)));
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
    case 'sonic_webpage': return words([textOf(content['title']), textOf(content['url']), textOf(content['text'])].filter((one) => one !== '').join('\n\n'));
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
  if (part['content_type'] === 'audio_transcription' || part['content_type'] === 'text') return words(textOf(part['text']));
  const url = part['content_type'] === 'image_asset_pointer' ? find(textOf(part['asset_pointer'])) : null;
  if (url !== null) return picture(url, '', tally);
  tally.left += 1;
  return [];
}
