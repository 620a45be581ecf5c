/* SPDX-License-Identifier: MIT */
/**
 * The state a page starts with, and the root of the reducers.
 *
 * @typedef {import('./types.js').State} State
 * @typedef {import('./types.js').Action} Action
 * @typedef {import('./types.js').Settings} Settings
 * @typedef {import('./types.js').Id} Id
 */

import { createConversation } from './conversation.js';
import { reduceConversations } from './reduce-conversations.js';
import { reduceMessages } from './reduce-messages.js';
import { reduceSession, reduceModels, reduceSettings, reduceTools, reduceUi } from './reduce-page.js';

/**
 * One empty conversation, nobody known yet.
 *
 * @param {object} options
 * @param {Settings} options.settings
 * @param {Id} options.id    of the first conversation
 * @param {number} options.now
 * @param {boolean} [options.online]
 * @returns {State}
 */
export function initialState({ settings, id, now, online = true }) {
  return {
    session: {
      status: 'unknown',
      user: null,
      expiresAt: null,
      limits: {},
      auth: 'password',
      error: null,
      passwordChangeRequired: false,
      secondFactor: null,
      transcription: false,
      prompts: false,
      resources: false,
      tokens: false,
      welcome: null,
      titles: false,
      passkeys: false,
      asked: null,
      pending: false,
      elsewhere: false,
    },
    models: { status: 'idle', list: [], error: null },
    tools: { list: [], errors: [] },
    settings,
    conversations: {
      byId: { [id]: createConversation({ id, now }) },
      order: [id],
      activeId: id,
      undo: null,
    },
    ui: {
      dialog: null,
      editingId: null,
      edits: {},
      deletingId: null,
      renamingId: null,
      search: '',
      drawerOpen: false,
      online,
      newer: false,
      toasts: [],
      news: [],
    },
  };
}

/**
 * The state after an action; the same object when nothing changed.
 *
 * @param {State} state
 * @param {Action} action
 * @returns {State}
 */
export function reduce(state, action) {
  const session = reduceSession(state.session, action);
  const models = reduceModels(state.models, action);
  const tools = reduceTools(state.tools, action);
  const settings = reduceSettings(state.settings, action);
  const conversations = reduceMessages(reduceConversations(state.conversations, action), action);
  const ui = reduceUi(state.ui, action);
  if (session === state.session && models === state.models && tools === state.tools && settings === state.settings &&
      conversations === state.conversations && ui === state.ui) {
    return state;
  }
  return { session, models, tools, settings, conversations, ui };
}
