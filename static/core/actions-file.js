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
        const fresh = file.left === undefined ? read : withoutDoubles(read, Object.values(conversations.byId));
        const room = MAX_CONVERSATIONS - conversations.order.length;
        const imported = file.left === undefined ? fresh : latest(fresh, room);
        const bytes = imported.reduce((sum, one) => sum + conversationBytes(one), memoryBytes(conversations));
        if (bytes > MEMORY_CAP_BYTES) throw new ImportError('memory');
        if (imported.length > room) throw new ImportError('size');
        dispatch({ type: 'conversation/imported', conversations: imported });
        addToast({ kind: 'success', key: 'toast.imported', values: { count: imported.length } });
        const left = (file.left ?? 0) + fresh.length - imported.length;
        if (left > 0) addToast({ kind: 'info', key: 'toast.importLeft', values: { count: left } });
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
 * Neither what is there nor what the file has twice.
 *
 * @param {readonly Conversation[]} read
 * @param {readonly Conversation[]} there
 * @returns {Conversation[]}
 */
function withoutDoubles(read, there) {
  const known = new Set(there.map(fingerprint));
  return read.filter((conversation) => {
    const print = fingerprint(conversation);
    if (known.has(print)) return false;
    known.add(print);
    return true;
  });
}

/**
 * The conversations that went on last, in the order they came in: somebody
 * may have had more elsewhere than are kept here.
 *
 * @param {Conversation[]} all
 * @param {number} room
 * @returns {Conversation[]}
 */
function latest(all, room) {
  if (all.length <= room) return all;
  const kept = new Set([...all].sort((a, b) => b.updatedAt - a.updatedAt).slice(0, Math.max(0, room)));
  return all.filter((one) => kept.has(one));
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
