/* SPDX-License-Identifier: MIT */
/**
 * The part of the actions that needs no network: what a view asks for, turned
 * into actions of the store with ids and times filled in.
 *
 * @typedef {import('./types.js').Actions} Actions
 * @typedef {import('./types.js').Id} Id
 * @typedef {import('./types.js').Settings} Settings
 * @typedef {import('./types.js').Toast} Toast
 * @typedef {import('./store.js').Store} Store
 */

import { draftActions } from './actions-draft.js';
import { fileActions } from './actions-file.js';
import { listActions } from './actions-list.js';
import { messageActions } from './actions-message.js';
import { validSettings } from './settings.js';

/**
 * @typedef {'undoDelete' | 'setSetting' | 'setUi' | 'addToast' | 'dismissToast' | 'newId'} PageActionName
 * @typedef {Pick<Actions, PageActionName> & import('./actions-draft.js').DraftActions
 *   & import('./actions-file.js').FileActions & import('./actions-list.js').ListActions
 *   & import('./actions-message.js').MessageActions} CoreActions
 */

/**
 * What the actions are made with.
 *
 * @typedef {object} Tools
 * @property {Store} store
 * @property {() => number} now
 * @property {() => Id} newId
 * @property {(toast: Omit<Toast, 'id'>) => void} addToast
 * @property {(key: string, values?: Toast['values']) => void} offerUndo  of what was just deleted,
 *   until the next action; `key` is what the toast says
 * @property {Actions['setSetting']} setSetting
 */

/**
 * @param {object} options
 * @param {Store} options.store
 * @param {() => number} options.now
 * @param {() => Id} options.newId
 * @param {(settings: Settings) => void} options.keepSettings  writes them to where they are kept
 * @returns {CoreActions}
 */
export function createCoreActions({ store, now, newId, keepSettings }) {
  const { dispatch, getState } = store;
  /** @type {Tools} */
  const tools = {
    store,
    now,
    newId,
    addToast: (toast) => dispatch({ type: 'toast/added', toast: { ...toast, id: newId() } }),
    offerUndo: (key, values = {}) => tools.addToast({ kind: 'info', key, values, undo: true }),
    setSetting(name, value) {
      const settings = validSettings({ ...getState().settings, [name]: value });
      dispatch({ type: 'settings/changed', settings });
      keepSettings(settings);
    },
  };
  return {
    ...listActions(tools),
    ...draftActions(tools),
    ...messageActions(tools),
    ...fileActions(tools),
    newId,
    addToast: tools.addToast,
    setSetting: tools.setSetting,
    setUi: (patch) => dispatch({ type: 'ui/changed', patch }),

    undoDelete() {
      const { undo } = getState().conversations;
      if (undo !== null) dispatch({ type: 'undo/applied', token: undo.token });
    },

    dismissToast(id) {
      const { ui: { toasts }, conversations: { undo } } = getState();
      // Who sends the offer away has no use for what it would bring back.
      if (undo !== null && toasts.some((toast) => toast.id === id && toast.undo)) dispatch({ type: 'undo/expired', token: undo.token });
      dispatch({ type: 'toast/dismissed', id });
    },
  };
}
