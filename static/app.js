/* SPDX-License-Identifier: MIT */
/**
 * The composition root: makes the store, gives the network its browser, puts
 * the views on the page, and keeps the promises that concern the page as a
 * whole. What only a conversation needs is wired in signed-in.js, which is
 * loaded when somebody is in.
 *
 * @typedef {import('./core/types.js').Actions} Actions
 */

import { pageActions } from './core/actions-page.js';
import { createPace } from './core/pace.js';
import { loadSettings, saveSettings } from './core/settings.js';
import { initialState, reduce } from './core/state.js';
import { createStore } from './core/store.js';
import { createAccount } from './net/account.js';
import { createApi } from './net/api.js';
import { fetchOwn, storage } from './start.js';
import { mountUi } from './ui/mount.js';

/** @type {import('./net/stream.js').Environment} */
const env = {
  now: () => Date.now(),
  random: () => Math.random(),
  isOnline: () => navigator.onLine,
  setTimer: (run, ms) => setTimeout(run, ms),
  clearTimer: (timer) => clearTimeout(timer),
};

const { schedule, typed } = createPace({
  now: () => performance.now(),
  requestFrame: (run) => requestAnimationFrame(run),
  cancelFrame: (frame) => cancelAnimationFrame(frame),
  setTimer: (run, ms) => setTimeout(run, ms),
  clearTimer: (timer) => clearTimeout(timer),
});
addEventListener('keydown', typed, { capture: true, passive: true });

let lastId = 0;
/** Ids need to be unique in this page only. */
const newId = () => `i${(lastId += 1)}`;

const store = createStore(
  initialState({ settings: loadSettings(storage), id: newId(), now: env.now(), online: env.isOnline() }),
  { reduce, schedule },
);
const api = createApi({
  async fetch(url, init) {
    const response = await fetchOwn(url, init);
    const budget = response.headers.get('Confab-Budget');
    if (budget) void import('./net/budget.js').then(({ tellBudget }) => tellBudget(budget, { store, newId }), () => {});
    return response;
  },
  base: document.baseURI,
  ...env,
});

// Other tabs of the same mount hear of a sign-out at once, not at their next request.
const tabs = typeof BroadcastChannel === 'function'
  ? new BroadcastChannel(`confab:${new URL('.', document.baseURI).pathname}`) : null;

/**
 * What is under way in the conversations; null until these are loaded.
 *
 * @type {import('./net/answers.js').Answers | null}
 */
let answers = null;
const account = createAccount({
  store,
  api,
  env,
  newId,
  onSignedIn() {
    answers?.signedIn();
    void account.loadModels();
  },
  beforeSignOut: () => answers?.leave(),
  onSignedOut: () => tabs?.postMessage('signed-out'),
});

/** @param {import('./core/types.js').Settings} settings */
const keepSettings = (settings) => void saveSettings(storage, settings);

/** Those of the conversations are missing until these are loaded, and so are the views that ask for them. */
const actions = /** @type {Actions} */ ({
  ...pageActions({ store, newId, keepSettings }),
  async signIn(name, password, code) {
    const done = await account.signIn(name, password, code);
    if (done) tabs?.postMessage('signed-in');
    return done;
  },
  changePassword: account.changePassword,
  offerFactor: account.offerFactor,
  confirmFactor: account.confirmFactor,
  removeFactor: account.removeFactor,
  async signInWithPasskey(name, password) {
    const done = await account.signInWithPasskey(name, password);
    if (done) tabs?.postMessage('signed-in');
    return done;
  },
  listPasskeys: account.listPasskeys,
  addPasskey: account.addPasskey,
  removePasskey: account.removePasskey,
  signOut: account.signOut,
  signOutEverywhere: account.signOutEverywhere,
  checkSession: account.checkSession,
  loadModels: account.loadModels,
});

/** The conversations, with the actions that belong to them. */
async function loadShell() {
  const { createShell, openConversations } = await import('./signed-in.js');
  if (answers === null) {
    const opened = openConversations({ store, api, env, newId, schedule, keepSettings, onUnauthorized: account.expired });
    answers = opened.answers;
    Object.assign(actions, opened.actions);
  }
  return { createShell };
}

store.subscribe(({ session: { status }, settings }) => {
  const known = status === 'signed-in' || status === 'signed-out';
  if (known && settings.beenHere !== (status === 'signed-in')) actions.setSetting('beenHere', status === 'signed-in');
});

tabs?.addEventListener('message', ({ data }) => {
  if (data === 'signed-out') account.signedOutElsewhere();
  if (data === 'signed-in' && store.getState().session.status !== 'signed-in') void account.checkSession();
});

addEventListener('pagehide', ({ persisted }) => {
  answers?.leave();
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
  answers?.wake();
  if (store.getState().session.status === 'unknown') void account.checkSession();
});
addEventListener('offline', () => actions.setUi({ online: false }));

document.addEventListener('visibilitychange', () => {
  if (document.visibilityState !== 'visible') return;
  answers?.wake();
  const { status, expiresAt } = store.getState().session;
  // Who had to sign in again may have done it in another tab.
  if (status === 'expired' || (status === 'signed-in' && expiresAt !== null && expiresAt < env.now())) {
    void account.checkSession();
  }
});
// After a freeze of a page in the background; not all browsers know it.
document.addEventListener('resume', () => answers?.wake());

mountUi(/** @type {HTMLElement} */ (document.getElementById('app')), { store, actions, loadShell });
void account.checkSession();
