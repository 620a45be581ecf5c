/* SPDX-License-Identifier: MIT */
/**
 * The part of the actions that needs no network: what a view asks for, turned
 * into actions of the store with ids and times filled in.
 *
 * @typedef {import('./types.js').Actions} Actions
 * @typedef {import('./types.js').Attachment} Attachment
 * @typedef {import('./types.js').Conversation} Conversation
 * @typedef {import('./types.js').Id} Id
 * @typedef {import('./types.js').Settings} Settings
 * @typedef {import('./store.js').Store} Store
 */

import { isEmpty, siblingsOf } from './conversation.js';
import { exportOf, exportOfAll } from './exporting.js';
import {
  MAX_ATTACHMENTS, MAX_CONVERSATIONS, MAX_IMAGE_CHARS, MAX_IMPORT_BYTES, MAX_MESSAGES, MAX_TEXT_FILE_BYTES,
  MAX_TITLE_CHARS, MEMORY_CAP_BYTES, conversationBytes, memoryBytes,
} from './limits.js';
import { readParams } from './params.js';
import { selectActive, selectConversation, selectMemory, selectModel } from './selectors.js';
import { validSettings } from './settings.js';

/** How long a deletion can be undone. */
export const UNDO_MS = 10000;

/**
 * @typedef {'newConversation' | 'selectConversation' | 'renameConversation' | 'deleteConversation' | 'undoDelete'
 *   | 'setDraft' | 'addAttachment' | 'removeAttachment' | 'setModel' | 'setSystem' | 'setParams' | 'selectBranch'
 *   | 'rewriteAnswer' | 'deleteMessage' | 'setSetting' | 'setUi' | 'addToast' | 'dismissToast' | 'exportConversation' | 'exportAll'
 *   | 'importFile' | 'newId'} CoreActionName
 * @typedef {Pick<Actions, CoreActionName>} CoreActions
 */

/**
 * The conversation and message a message id belongs to.
 *
 * @param {Store} store
 * @param {Id} messageId
 * @returns {{conversation: Conversation, message: import('./types.js').Message} | null}
 */
export function findMessage(store, messageId) {
  const { byId, order, activeId } = store.getState().conversations;
  for (const id of [activeId, ...order]) {
    const conversation = byId[id];
    const message = conversation?.nodes[messageId];
    if (conversation !== undefined && message !== undefined) return { conversation, message };
  }
  return null;
}

/**
 * @param {object} options
 * @param {Store} options.store
 * @param {() => number} options.now
 * @param {() => Id} options.newId
 * @param {(run: () => void, ms: number) => void} options.later  runs once after `ms`
 * @param {(settings: Settings) => void} options.keepSettings  writes them to where they are kept
 * @returns {CoreActions}
 */
export function createCoreActions({ store, now, newId, later, keepSettings }) {
  const { dispatch, getState } = store;
  const idOf = (/** @type {Id | undefined} */ id) => id ?? getState().conversations.activeId;

  /** @type {CoreActions['addToast']} */
  function addToast(toast) {
    dispatch({ type: 'toast/added', toast: { ...toast, id: newId() } });
  }

  /**
   * Offers the undo of what was just deleted, for a while.
   *
   * @param {Id} token
   * @param {string} key  what the toast says
   */
  function offerUndo(token, key) {
    addToast({ kind: 'info', key, undo: true });
    later(() => dispatch({ type: 'undo/expired', token }), UNDO_MS);
  }

  return {
    newId,
    addToast,

    newConversation() {
      const state = getState();
      const empty = [state.conversations.activeId, ...state.conversations.order]
        .find((id) => isEmpty(/** @type {Conversation} */ (state.conversations.byId[id])));
      if (empty !== undefined) {
        dispatch({ type: 'conversation/selected', id: empty });
        return empty;
      }
      if (state.conversations.order.length >= MAX_CONVERSATIONS) {
        addToast({ kind: 'error', key: 'toast.tooManyConversations', values: { max: MAX_CONVERSATIONS } });
        return state.conversations.activeId;
      }
      const id = newId();
      dispatch({ type: 'conversation/created', id, now: now(), model: selectActive(state).model });
      return id;
    },

    selectConversation(id) {
      dispatch({ type: 'conversation/selected', id });
    },

    renameConversation(id, title) {
      const clean = title.replace(/\s+/g, ' ').trim().slice(0, MAX_TITLE_CHARS);
      if (clean !== '') dispatch({ type: 'conversation/renamed', id, title: clean, now: now() });
      if (getState().ui.renamingId === id) dispatch({ type: 'ui/changed', patch: { renamingId: null } });
    },

    deleteConversation(id) {
      const conversation = selectConversation(getState(), id);
      if (conversation === null) return;
      const token = newId();
      dispatch({ type: 'conversation/deleted', id, token, newId: newId(), now: now() });
      if (isEmpty(conversation)) dispatch({ type: 'undo/expired', token });
      else offerUndo(token, 'toast.conversationDeleted');
    },

    undoDelete() {
      const { undo } = getState().conversations;
      if (undo !== null) dispatch({ type: 'undo/applied', token: undo.token });
    },

    setDraft(patch, conversationId) {
      dispatch({ type: 'conversation/draftChanged', id: idOf(conversationId), patch });
    },

    addAttachment(attachment, conversationId) {
      const id = idOf(conversationId);
      const conversation = selectConversation(getState(), id);
      if (conversation === null) return false;
      const refusal = refusalOf(store, conversation, attachment);
      if (refusal !== null) {
        addToast({ kind: 'error', key: refusal, values: {
          name: refusal === 'toast.modelTakesNoImages'
            ? selectModel(getState(), conversation)?.name ?? '' : attachment.name,
          max: MAX_ATTACHMENTS,
        } });
        return false;
      }
      const attachments = [...conversation.draft.attachments, attachment];
      dispatch({ type: 'conversation/draftChanged', id, patch: { attachments } });
      return true;
    },

    removeAttachment(attachmentId, conversationId) {
      const id = idOf(conversationId);
      const before = selectConversation(getState(), id)?.draft.attachments ?? [];
      const attachments = before.filter((attachment) => attachment.id !== attachmentId);
      dispatch({ type: 'conversation/draftChanged', id, patch: { attachments } });
    },

    setModel(model, conversationId) {
      dispatch({ type: 'conversation/configured', id: idOf(conversationId), patch: { model } });
    },

    setSystem(system, conversationId) {
      dispatch({ type: 'conversation/configured', id: idOf(conversationId), patch: { system } });
    },

    setParams(params, conversationId) {
      const patch = { params: readParams({ ...params }).params };
      dispatch({ type: 'conversation/configured', id: idOf(conversationId), patch });
    },

    selectBranch(messageId, direction) {
      const found = findMessage(store, messageId);
      if (found === null) return;
      const siblings = siblingsOf(found.conversation, messageId);
      const target = siblings[siblings.indexOf(messageId) + direction];
      if (target === undefined) return;
      dispatch({ type: 'branch/opened', conversationId: found.conversation.id, messageId: target });
    },

    rewriteAnswer(messageId, text) {
      const found = findMessage(store, messageId);
      if (found === null || found.message.role !== 'assistant' || text.trim() === '') return false;
      const { conversation, message } = found;
      if (text === message.text) {
        dispatch({ type: 'ui/changed', patch: { editingId: null } });
        return true;
      }
      if (selectMemory(getState()).level === 'full') {
        dispatch({ type: 'ui/changed', patch: { dialog: 'memory' } });
        return false;
      }
      if (Object.keys(conversation.nodes).length >= MAX_MESSAGES) {
        addToast({ kind: 'error', key: 'toast.tooManyMessages' });
        return false;
      }
      dispatch({ type: 'answer/rewritten', conversationId: conversation.id, messageId, id: newId(), now: now(), text });
      dispatch({ type: 'ui/changed', patch: { editingId: null } });
      return true;
    },

    deleteMessage(messageId) {
      const found = findMessage(store, messageId);
      if (found === null) return;
      const token = newId();
      dispatch({ type: 'message/deleted', conversationId: found.conversation.id, messageId, token, now: now() });
      offerUndo(token, 'toast.messageDeleted');
    },

    setSetting(name, value) {
      const settings = validSettings({ ...getState().settings, [name]: value });
      dispatch({ type: 'settings/changed', settings });
      keepSettings(settings);
    },

    setUi(patch) {
      dispatch({ type: 'ui/changed', patch });
    },

    dismissToast(id) {
      dispatch({ type: 'toast/dismissed', id });
    },

    exportConversation(id, format) {
      const conversation = selectConversation(getState(), id);
      return conversation === null ? null : exportOf(conversation, format, now());
    },

    exportAll(format) {
      const { byId, order } = getState().conversations;
      const all = order.map((id) => /** @type {Conversation} */ (byId[id]));
      return exportOfAll(all.filter((conversation) => !isEmpty(conversation)), format, now());
    },

    async importFile(file) {
      try {
        // Needed seldom, so it is loaded when it is.
        const { ImportError, readExport } = await import('./importing.js');
        if (file.size > MAX_IMPORT_BYTES) throw new ImportError('size');
        const imported = readExport(await file.text(), newId);
        const { conversations } = getState();
        const bytes = imported.reduce((sum, one) => sum + conversationBytes(one), memoryBytes(conversations));
        if (bytes > MEMORY_CAP_BYTES) throw new ImportError('memory');
        if (imported.length + conversations.order.length > MAX_CONVERSATIONS) throw new ImportError('size');
        dispatch({ type: 'conversation/imported', conversations: imported });
        addToast({ kind: 'success', key: 'toast.imported', values: { count: imported.length } });
        return true;
      } catch (error) {
        const { reason, where } = error instanceof Error && error.name === 'ImportError'
          ? /** @type {import('./importing.js').ImportError} */ (error) : { reason: 'unreadable', where: '' };
        addToast({ kind: 'error', key: 'toast.importFailed', values: { reason, where } });
        return false;
      }
    },
  };
}

/**
 * Why an attachment cannot be taken, as the key of a toast; null when it can.
 *
 * @param {Store} store
 * @param {Conversation} conversation
 * @param {Attachment} attachment
 * @returns {string | null}
 */
function refusalOf(store, conversation, attachment) {
  const state = store.getState();
  if (conversation.draft.attachments.length >= MAX_ATTACHMENTS) return 'toast.tooManyAttachments';
  if (selectMemory(state).level === 'full') return 'toast.memoryFull';
  if (attachment.kind === 'text') {
    return attachment.data.length > MAX_TEXT_FILE_BYTES ? 'toast.fileTooLarge' : null;
  }
  if (attachment.data.length > MAX_IMAGE_CHARS) return 'toast.fileTooLarge';
  const model = selectModel(state, conversation);
  return model !== null && !model.input.includes('image') ? 'toast.modelTakesNoImages' : null;
}
