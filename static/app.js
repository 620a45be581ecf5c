/* SPDX-License-Identifier: MIT */
/**
 * The composition root: makes the store, gives the network its browser, puts
 * the views on the page, and keeps the promises that concern the page as a
 * whole. The only file that knows all rooms.
 *
 * @typedef {import('./core/types.js').Actions} Actions
 */

import { createCoreActions } from './core/actions.js';
import { watchQueues } from './core/queue.js';
import { selectHasSomethingToLose } from './core/selectors.js';
import { loadSettings, saveSettings } from './core/settings.js';
import { initialState, reduce } from './core/state.js';
import { createStore } from './core/store.js';
import { createAccount } from './net/account.js';
import { createAnswers } from './net/answers.js';
import { createApi } from './net/api.js';
import { mountUi } from './ui/mount.js';

/** A page that is not shown gets no frames: then, this often must do. */
const HIDDEN_FRAME_MS = 250;

/** @type {import('./net/stream.js').Environment} */
const env = {
  now: () => Date.now(),
  random: () => Math.random(),
  isOnline: () => navigator.onLine,
  setTimer: (run, ms) => setTimeout(run, ms),
  clearTimer: (timer) => clearTimeout(timer),
};

/**
 * Runs once, at the next frame, or soon when there are no frames.
 *
 * @param {() => void} run
 */
function schedule(run) {
  let frame = 0;
  let timer = 0;
  const once = () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    run();
  };
  frame = requestAnimationFrame(once);
  timer = setTimeout(once, HIDDEN_FRAME_MS);
}

/**
 * A random UUID; crypto.randomUUID is missing where the page came over plain
 * HTTP from another machine.
 *
 * @returns {string}
 */
function newUuid() {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (/** @type {number} */ (bytes[6]) & 0x0f) | 0x40;
  bytes[8] = (/** @type {number} */ (bytes[8]) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/**
 * Where settings are kept; null where the browser forbids it.
 *
 * @returns {Storage | null}
 */
function settingsStorage() {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}

let lastId = 0;
/** Ids need to be unique in this page only. */
const newId = () => `i${(lastId += 1)}`;

const storage = settingsStorage();
const store = createStore(
  initialState({ settings: loadSettings(storage), id: newId(), now: env.now(), online: env.isOnline() }),
  { reduce, schedule },
);
const api = createApi({ fetch: (url, init) => fetch(url, init), base: document.baseURI, ...env });

// Other tabs of the same mount hear of a sign-out at once, not at their next request.
const tabs = typeof BroadcastChannel === 'function'
  ? new BroadcastChannel(`confab:${new URL('.', document.baseURI).pathname}`) : null;

const answers = createAnswers({
  store, api, env, newId, newKey: newUuid, schedule, onUnauthorized: () => account.expired(),
});
const account = createAccount({
  store,
  api,
  env,
  newId,
  onSignedIn() {
    answers.signedIn();
    void account.loadModels();
  },
  beforeSignOut: () => answers.leave(),
  onSignedOut: () => tabs?.postMessage('signed-out'),
});
const core = createCoreActions({
  store,
  now: env.now,
  newId,
  keepSettings: (settings) => void saveSettings(storage, settings),
});

/** @type {Actions} */
const actions = {
  ...core,
  deleteConversation(id) {
    answers.stop(id);
    core.deleteConversation(id);
  },
  deleteMessage(id) {
    answers.stopBelow(id);
    core.deleteMessage(id);
  },
  send: answers.send,
  editAndResend: answers.editAndResend,
  regenerate: answers.regenerate,
  continueAnswer: answers.continueAnswer,
  retry: answers.retry,
  stop: answers.stop,
  stopMessage: answers.stopMessage,
  async signIn(name, password) {
    const done = await account.signIn(name, password);
    if (done) tabs?.postMessage('signed-in');
    return done;
  },
  changePassword: account.changePassword,
  signOut: account.signOut,
  signOutEverywhere: account.signOutEverywhere,
  checkSession: account.checkSession,
  loadModels: account.loadModels,
};

watchQueues({ store, send: answers.send });

tabs?.addEventListener('message', ({ data }) => {
  if (data === 'signed-out') account.signedOutElsewhere();
  if (data === 'signed-in' && store.getState().session.status !== 'signed-in') void account.checkSession();
});

addEventListener('beforeunload', (event) => {
  if (!selectHasSomethingToLose(store.getState())) return;
  event.preventDefault();
  // Older browsers ask only when this is set.
  event.returnValue = true;
});

addEventListener('pagehide', ({ persisted }) => {
  answers.leave();
  if (!persisted) return;
  // The browser keeps the page for going back to: what it keeps must be empty.
  store.dispatch({ type: 'conversations/cleared', newId: newId(), now: env.now() });
  store.flush();
});
addEventListener('pageshow', ({ persisted }) => {
  if (persisted) void account.checkSession();
});

addEventListener('online', () => {
  actions.setUi({ online: true });
  answers.wake();
  if (store.getState().session.status === 'unknown') void account.checkSession();
});
addEventListener('offline', () => actions.setUi({ online: false }));

document.addEventListener('visibilitychange', () => {
  if (document.visibilityState !== 'visible') return;
  answers.wake();
  const { status, expiresAt } = store.getState().session;
  // Who had to sign in again may have done it in another tab.
  if (status === 'expired' || (status === 'signed-in' && expiresAt !== null && expiresAt < env.now())) {
    void account.checkSession();
  }
});
// After a freeze of a page in the background; not all browsers know it.
document.addEventListener('resume', () => answers.wake());

mountUi(/** @type {HTMLElement} */ (document.getElementById('app')), { store, actions });
void account.checkSession();
