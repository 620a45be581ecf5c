/* SPDX-License-Identifier: MIT */
/**
 * Conversations to files and back.
 *
 * @typedef {import('./types.js').Actions} Actions
 * @typedef {import('./types.js').Conversation} Conversation
 */

import { isEmpty } from './conversation.js';
import { MAX_CONVERSATIONS, MAX_IMPORT_BYTES, MEMORY_CAP_BYTES } from './limits.js';
import { conversationBytes, memoryBytes } from './memory.js';
import { textOf } from './parts.js';
import { selectConversation } from './selectors.js';

/**
 * @typedef {'exportConversation' | 'exportAll' | 'importFile'} FileActionName
 * @typedef {Pick<Actions, FileActionName>} FileActions
 */

/**
 * @param {import('./actions.js').Tools} tools
 * @returns {FileActions}
 */
export function fileActions({ store: { dispatch, getState }, now, newId, addToast }) {
  return {
    async exportConversation(id, format) {
      const { exportOf } = await import('./exporting.js');
      const conversation = selectConversation(getState(), id);
      return conversation === null ? null : exportOf(conversation, format, now());
    },

    async exportAll(format) {
      const { exportOfAll } = await import('./exporting.js');
      const { byId, order } = getState().conversations;
      const all = order.map((id) => /** @type {Conversation} */ (byId[id]));
      return exportOfAll(all.filter((conversation) => !isEmpty(conversation)), format, now());
    },

    async importFile(file) {
      try {
        // Needed seldom, so it is loaded when it is.
        const [{ readExport }, { ImportError }] = await Promise.all([import('./importing.js'), import('./reading.js')]);
        if (file.size > MAX_IMPORT_BYTES) throw new ImportError('size');
        const read = readExport(await file.text(), newId);
        const { conversations } = getState();
        // Of another program, what is there already does not come a second time.
        const there = new Set(file.left === undefined ? [] : Object.values(conversations.byId).map(fingerprint));
        const imported = read.filter((conversation) => !there.has(fingerprint(conversation)));
        const bytes = imported.reduce((sum, one) => sum + conversationBytes(one), memoryBytes(conversations));
        if (bytes > MEMORY_CAP_BYTES) throw new ImportError('memory');
        if (imported.length + conversations.order.length > MAX_CONVERSATIONS) throw new ImportError('size');
        dispatch({ type: 'conversation/imported', conversations: imported });
        addToast({ kind: 'success', key: 'toast.imported', values: { count: imported.length } });
        if (file.left) addToast({ kind: 'info', key: 'toast.importLeft', values: { count: file.left } });
        return true;
      } catch (error) {
        const { reason, where } = error instanceof Error && error.name === 'ImportError'
          ? /** @type {import('./reading.js').ImportError} */ (error) : { reason: 'unreadable', where: '' };
        addToast({ kind: 'error', key: 'toast.importFailed', values: { reason, where } });
        return false;
      }
    },
  };
}

/**
 * What is the same in a conversation and in its copy from a file: when it
 * began and what it began with, how long it is.
 *
 * @param {Conversation} conversation
 * @returns {string}
 */
function fingerprint({ createdAt, roots, nodes }) {
  const first = nodes[roots[0] ?? ''];
  return JSON.stringify([createdAt, first?.createdAt, first === undefined ? '' : textOf(first.parts).slice(0, 1000), Object.keys(nodes).length]);
}
