/* SPDX-License-Identifier: MIT */
/**
 * The part of the actions that needs no network: what a view asks for, turned
 * into actions of the store with ids and times filled in.
 *
 * @typedef {import('./types.js').Id} Id
 * @typedef {import('./types.js').Settings} Settings
 * @typedef {import('./store.js').Store} Store
 */

import { draftActions } from './actions-draft.js';
import { fileActions } from './actions-file.js';
import { listActions } from './actions-list.js';
import { messageActions } from './actions-message.js';
import { pageActions } from './actions-page.js';

/**
 * @typedef {import('./actions-page.js').PageActions & import('./actions-draft.js').DraftActions
 *   & import('./actions-file.js').FileActions & import('./actions-list.js').ListActions
 *   & import('./actions-message.js').MessageActions} CoreActions
 *
 * @typedef {import('./actions-page.js').Tools} Tools
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
  const page = pageActions({ store, newId, keepSettings });
  /** @type {Tools} */
  const tools = {
    store,
    now,
    newId,
    addToast: page.addToast,
    offerUndo: (key, values = {}) => page.addToast({ kind: 'info', key, values, undo: true }),
    setSetting: page.setSetting,
  };
  return {
    ...listActions(tools),
    ...draftActions(tools),
    ...messageActions(tools),
    ...fileActions(tools),
    ...page,
  };
}
