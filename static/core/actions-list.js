/* SPDX-License-Identifier: MIT */
/**
 * What a person does with conversations as a whole.
 *
 * @typedef {import('./types.js').Actions} Actions
 * @typedef {import('./types.js').Conversation} Conversation
 * @typedef {import('./types.js').Id} Id
 */

import { isEmpty } from './conversation.js';
import { MAX_CONVERSATIONS, MAX_TITLE_CHARS } from './limits.js';
import { readParams } from './params.js';
import { selectActive, selectConversation } from './selectors.js';
import { withRecent } from './settings.js';

/**
 * @typedef {'newConversation' | 'selectConversation' | 'renameConversation' | 'deleteConversation' | 'pinConversation'
 *   | 'setModel' | 'setSecond' | 'setSystem' | 'setParams' | 'setTools' | 'setWebSearch'} ListActionName
 * @typedef {Pick<Actions, ListActionName>} ListActions
 */

/**
 * @param {import('./actions.js').Tools} tools
 * @returns {ListActions}
 */
export function listActions({ store: { dispatch, getState }, now, newId, addToast, offerUndo, setSetting }) {
  const idOf = (/** @type {Id | undefined} */ id) => id ?? getState().conversations.activeId;
  return {
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
      else offerUndo('toast.conversationDeleted');
    },

    pinConversation(id, pinned) {
      dispatch({ type: 'conversation/configured', id, patch: { pinned } });
    },

    setModel(model, conversationId) {
      dispatch({ type: 'conversation/configured', id: idOf(conversationId), patch: { model } });
      const { recentModels } = getState().settings;
      const recent = withRecent(recentModels, model);
      if (recent !== recentModels) setSetting('recentModels', recent);
    },

    setSecond: (second) => dispatch({ type: 'conversation/configured', id: idOf(undefined), patch: { second } }),

    setSystem(system, conversationId) {
      dispatch({ type: 'conversation/configured', id: idOf(conversationId), patch: { system } });
    },

    setTools(names, conversationId) {
      dispatch({ type: 'conversation/configured', id: idOf(conversationId), patch: { tools: [...new Set(names)] } });
    },

    setWebSearch(webSearch, conversationId) {
      dispatch({ type: 'conversation/configured', id: idOf(conversationId), patch: { webSearch } });
    },

    setParams(params, conversationId) {
      const patch = { params: readParams({ ...params }).params };
      dispatch({ type: 'conversation/configured', id: idOf(conversationId), patch });
    },
  };
}
