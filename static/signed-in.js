/* SPDX-License-Identifier: MIT */
/**
 * What is wired when somebody is in: the conversations, what is asked and
 * answered in them, and the views that show them. Loaded by app.js.
 *
 * @typedef {import('./core/types.js').Actions} Actions
 */

import { createCoreActions } from './core/actions.js';
import { PAGE_TOOLS } from './core/page-tools.js';
import { watchQueues } from './core/queue.js';
import { selectHasSomethingToLose } from './core/selectors.js';
import { createAnswers } from './net/answers.js';
import { createToolRunner } from './net/tool-runner.js';
import { loadTools } from './net/tools.js';

export { createShell } from './ui/shell.js';

/** How long the page has been open before it looks for a newer version of itself (ms). */
const NEWER_AFTER_MS = 600_000;

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
 * @param {import('./core/store.js').Store} store
 * @param {import('./net/api.js').Api} api
 * @returns {Pick<Actions, 'loadTools' | 'listPrompts' | 'getPrompt' | 'listResources' | 'readResource' | 'complete'>}
 */
function toolActions(store, api) {
  const offers = async () => (await import('./net/offers.js')).createOffers(api);
  return {
    loadTools: () => loadTools(store, api),
    listPrompts: async () => (await offers()).listPrompts(),
    getPrompt: async (...args) => (await offers()).getPrompt(...args),
    listResources: async () => (await offers()).listResources(),
    readResource: async (...args) => (await offers()).readResource(...args),
    complete: async (wanted) => (await offers()).complete(wanted),
  };
}

/**
 * What is a person's own: sessions, access tokens, use.
 *
 * @param {import('./net/api.js').Api} api
 * @param {import('./net/stream.js').Environment} env
 * @returns {Partial<Actions>}
 */
function ownActions(api, env) {
  const own = async () => (await import('./net/own.js')).createOwn({ api, env });
  return {
    listSessions: async () => (await own()).listSessions(),
    endSession: async (id) => (await own()).endSession(id),
    endOtherSessions: async () => (await own()).endOtherSessions(),
    listTokens: async () => (await own()).listTokens(),
    makeToken: async (wish) => (await own()).makeToken(wish),
    loadUsage: async () => (await own()).loadUsage(),
    endToken: async (id) => (await own()).endToken(id),
  };
}

/**
 * A page that stays open outlives upgrades of its site.
 * @param {import('./core/store.js').Store} store
 * @param {import('./net/stream.js').Environment} env
 */
function watchUpgrades(store, env) {
  env.setTimer(async () => {
    const { watchNewer } = await import('./net/newer.js');
    watchNewer({
      fetch: (url, init) => fetch(url, init), base: document.baseURI, own: document.head.innerHTML,
      isSeen: () => document.visibilityState === 'visible', setTimer: env.setTimer,
      tell: () => store.dispatch({ type: 'ui/changed', patch: { newer: true } }),
    });
  }, NEWER_AFTER_MS);
}

/**
 * To be called once.
 *
 * @param {Omit<Parameters<typeof createAnswers>[0], 'newKey' | 'runTool'>
 *   & {keepSettings: (settings: import('./core/types.js').Settings) => void}} page  what app.js has made
 * @returns {{answers: import('./net/answers.js').Answers, actions: Partial<Actions>}}
 */
export function openConversations({ keepSettings, ...page }) {
  const { store, api, env, newId } = page;
  // Seldom wanted, and loaded only then.
  const runScript = async (/** @type {string} */ code, /** @type {AbortSignal} */ signal) =>
    (await import('./sandbox/sandbox.js')).runScript(code, signal);
  const runTool = createToolRunner({ api, env, limits: () => store.getState().session.limits, newKey: newUuid, reload: () => loadTools(store, api), runScript });
  const answers = createAnswers({ ...page, newKey: newUuid, runTool });
  const core = createCoreActions({ store, now: env.now, newId, keepSettings });
  watchQueues({ store, send: answers.send });
  // Only where the administrator lets models give titles.
  const forget = store.subscribe(({ session }) => {
    if (!session.titles) return;
    forget();
    import('./net/titles.js').then(({ watchTitles }) => watchTitles({ store, api, newKey: newUuid }), () => {});
  });
  store.dispatch({ type: 'tools/ready', tools: { list: PAGE_TOOLS, errors: [] } });

  watchUpgrades(store, env);

  addEventListener('beforeunload', (event) => {
    if (!selectHasSomethingToLose(store.getState())) return;
    event.preventDefault();
    // Older browsers ask only when this is set.
    event.returnValue = true;
  });

  return {
    answers,
    actions: {
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
      chooseAnswer: answers.chooseAnswer,
      allowCall: answers.allowCall,
      denyCall: answers.denyCall,
      callAgain: answers.callAgain,
      answerInquiries: answers.answerInquiries,
      ...toolActions(store, api),
      ...ownActions(api, env),
      openApps: async () => (await import('./net/apps.js')).createApps({ api, env, store, newKey: newUuid }),
      async transcribe(file, signal) {
        const { transcribe } = await import('./net/transcription.js');
        return transcribe(api, /** @type {File} */ (file), /** @type {AbortSignal | undefined} */ (signal));
      },
    },
  };
}
