/* SPDX-License-Identifier: MIT */
/**
 * The actions that every face of the page has, before anybody has signed in
 * too: settings, toasts, and what the views remember.
 *
 * @typedef {import('./types.js').Actions} Actions
 * @typedef {import('./types.js').Id} Id
 * @typedef {import('./types.js').Settings} Settings
 * @typedef {import('./types.js').Toast} Toast
 * @typedef {import('./store.js').Store} Store
 */

import { validSettings } from './settings.js';

/** @typedef {Pick<Actions, 'undoDelete' | 'setSetting' | 'setUi' | 'addToast' | 'dismissToast' | 'newId'>} PageActions */

/**
 * What the other actions are made with.
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
 * @param {() => Id} options.newId
 * @param {(settings: Settings) => void} options.keepSettings  writes them to where they are kept
 * @returns {PageActions}
 */
export function pageActions({ store: { dispatch, getState }, newId, keepSettings }) {
  return {
    newId,
    addToast: (toast) => dispatch({ type: 'toast/added', toast: { ...toast, id: newId() } }),
    setUi: (patch) => dispatch({ type: 'ui/changed', patch }),

    setSetting(name, value) {
      const settings = validSettings({ ...getState().settings, [name]: value });
      dispatch({ type: 'settings/changed', settings });
      keepSettings(settings);
    },

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
