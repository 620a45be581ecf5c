/* SPDX-License-Identifier: MIT */
/**
 * Conversations as files: JSON, which importing.js reads back exactly, and the
 * shown branch for people, as Markdown.
 *
 * @typedef {import('./types.js').Conversation} Conversation
 * @typedef {import('./types.js').ExportFile} ExportFile
 * @typedef {import('./types.js').Message} Message
 * @typedef {import('./types.js').Id} Id
 */

import { isUnderWay } from './conversation.js';
import { markdownOf } from './export-markdown.js';
import { plainPart } from './part-json.js';
import { finished } from './deltas.js';

/** What `format` of an exported JSON file says. */
export const EXPORT_FORMAT = 'confab-conversations';
/** What `version` says; a reader refuses a newer one. */
export const EXPORT_VERSION = 2;

/**
 * A file with one conversation.
 *
 * @param {Conversation} conversation
 * @param {'md' | 'json'} format
 * @param {number} now
 * @returns {ExportFile}
 */
export function exportOf(conversation, format, now) {
  const name = fileName(conversation.title || 'conversation');
  return format === 'json'
    ? jsonFile(name, exportText([conversation], now))
    : markdownFile(name, markdownOf(conversation));
}

/**
 * A file with several conversations.
 *
 * @param {readonly Conversation[]} conversations
 * @param {'md' | 'json'} format
 * @param {number} now
 * @returns {ExportFile}
 */
export function exportOfAll(conversations, format, now) {
  const name = `confab-${new Date(now).toISOString().slice(0, 10)}`;
  return format === 'json'
    ? jsonFile(name, exportText(conversations, now))
    : markdownFile(name, conversations.map(markdownOf).join('\n\n'));
}

/**
 * @param {string} name
 * @param {string} text
 * @returns {ExportFile}
 */
function jsonFile(name, text) {
  return { name: `${name}.json`, type: 'application/json', text };
}

/**
 * @param {string} name
 * @param {string} text
 * @returns {ExportFile}
 */
function markdownFile(name, text) {
  return { name: `${name}.md`, type: 'text/markdown', text };
}

/**
 * A title as a file name that every system takes.
 *
 * @param {string} title
 * @returns {string}
 */
export function fileName(title) {
  const clean = title
    .replace(/[\0-\x1f\x7f"*/:<>?\\|]+/g, ' ')
    .replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '')
    .replace(/\s+/g, ' ')
    .replace(/^[. ]+|[. ]+$/g, '');
  const cut = [...clean].slice(0, 60).join('').trim();
  return cut === '' || /^(con|prn|aux|nul|com\d|lpt\d)$/i.test(cut) ? 'conversation' : cut;
}

/**
 * The text of a JSON file.
 *
 * @param {readonly Conversation[]} conversations
 * @param {number} now
 * @returns {string}
 */
export function exportText(conversations, now) {
  return `${JSON.stringify({
    format: EXPORT_FORMAT,
    version: EXPORT_VERSION,
    exported_at: new Date(now).toISOString(),
    conversations: conversations.map(plainConversation),
  }, null, 1)}\n`;
}

/**
 * A conversation as it stands in the file. Messages are numbered, parents come
 * before children and siblings in their order, so that the ids in use do not
 * matter and the same conversation always gives the same text.
 *
 * @param {Conversation} conversation
 * @returns {Record<string, unknown>}
 */
function plainConversation(conversation) {
  /** @type {Map<Id, number>} */
  const numbers = new Map();
  /** @type {Record<string, unknown>[]} */
  const messages = [];
  const stack = [...conversation.roots].reverse();
  for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
    const message = conversation.nodes[id];
    if (message === undefined) continue;
    numbers.set(id, numbers.size + 1);
    messages.push(plainMessage(conversation, message, numbers));
    stack.push(...[...message.children].reverse());
  }
  return {
    title: conversation.title,
    title_edited: conversation.titleEdited,
    ...(conversation.pinned ? { pinned: true } : {}),
    created_at: isoTime(conversation.createdAt),
    updated_at: isoTime(conversation.updatedAt),
    model: conversation.model,
    system: conversation.system,
    params: conversation.params,
    draft: {
      text: conversation.draft.text,
      attachments: conversation.draft.attachments.map(plainPart),
    },
    messages,
  };
}

/**
 * @param {Conversation} conversation
 * @param {Message} message
 * @param {ReadonlyMap<Id, number>} numbers
 * @returns {Record<string, unknown>}
 */
function plainMessage(conversation, message, numbers) {
  const { id, parentId, timing, error, usage } = message;
  const openId = parentId === null ? conversation.openRootId : conversation.nodes[parentId]?.openChildId;
  return {
    id: numbers.get(id),
    parent: parentId === null ? null : numbers.get(parentId),
    shown: openId === id,
    role: message.role,
    created_at: isoTime(message.createdAt),
    // An answer under way is what it would be without the page: interrupted.
    status: isUnderWay(message.status) ? 'interrupted' : message.status,
    // So is what goes on in it.
    parts: finished(message.parts, timing?.endedAt ?? message.createdAt).map(plainPart),
    ...(message.model === '' ? {} : { model: message.model }),
    ...(error === null ? {} : {
      error: {
        code: error.code, type: error.type, message: error.message, status: error.status, param: error.param,
      },
    }),
    ...(usage === null ? {} : {
      usage: {
        prompt_tokens: usage.promptTokens,
        completion_tokens: usage.completionTokens,
        reasoning_tokens: usage.reasoningTokens,
        cached_tokens: usage.cachedTokens,
        ...(usage.cost === null ? {} : { cost: usage.cost }),
      },
    }),
    ...(timing === null ? {} : {
      timing: {
        started_at: isoTime(timing.startedAt),
        first_token_at: isoTime(timing.firstTokenAt),
        ended_at: isoTime(timing.endedAt),
      },
    }),
  };
}

/**
 * @param {number | null} time
 * @returns {string | null}
 */
function isoTime(time) {
  return time === null ? null : new Date(time).toISOString();
}
