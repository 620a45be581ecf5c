// SPDX-License-Identifier: MIT
// An app of a tool server from its opening to its end: what core/app-host.js decides is done here. Tools are called, and addresses
// opened, only after what a person presses.

import { appDocument, appTool, createAppState, stepApp } from '../core/app-host.js';
import { readArguments } from '../core/tool-loop.js';
import { selectActive } from '../core/selectors.js';
import { openAppFrame } from '../sandbox/app-frame.js';

/**
 * @typedef {import('./context.js').Context} Context
 * @typedef {import('../core/types.js').Tool} Tool
 * @typedef {import('../core/types.js').ToolApp} ToolApp
 * @typedef {import('../core/app-host.js').AppCommand} AppCommand
 * @typedef {import('../core/app-host.js').AppInput} AppInput
 * @typedef {import('../core/app-host.js').RequestId} RequestId
 * @typedef {Readonly<Record<string, unknown>>} Fields
 *
 * What the app waits for the person with: a call of a tool, or an address.
 * @typedef {{id: RequestId, tool: Tool, given: Fields} | {id: RequestId, url: string}} Question
 *
 * @typedef {object} LifeOptions
 * @property {Context} ctx
 * @property {Tool} tool      whose result it draws
 * @property {ToolApp} app
 * @property {Fields} given   the call's arguments
 * @property {string} title
 * @property {Element} place
 * @property {() => void} onQuestions  the first of them is another one
 * @property {(key: 'loading' | 'called' | 'wrote' | '', tool?: string) => void} onNews
 * @property {(why: 'failed' | 'many') => void} onBad  it is to be closed
 *
 * @typedef {LifeOptions & {
 *   frame: import('../sandbox/app-frame.js').AppFrame | null,
 *   state: import('../core/app-host.js').AppState,
 *   setting: import('../core/app-host.js').AppSetting,
 *   questions: Question[],
 *   over: AbortController,
 * }} Life
 *
 * questions  the first is shown
 */

/** Least height of an app, and the most that it may ask for, CSS pixels; the sheet bounds it by the window's. */
const MIN_HEIGHT = 64;
const MAX_HEIGHT = 4000;
/** How long an app has to be there, and to end by itself, ms. */
const MAX_START_MS = 20_000;
const MAX_LEAVE_MS = 500;
/** How long after what a press says the focus may come, ms. */
const MAX_FOCUS_MS = 1000;
/** Of an address that is opened. */
const MAX_URL_CHARS = 4096;

/**
 * An address of the web without a name before its host; null for any other.
 * @param {string} text
 */
function webAddress(text) {
  if (text.length > MAX_URL_CHARS || !URL.canParse(text)) return null;
  const { protocol, username, password, href } = new URL(text);
  return /^https?:$/.test(protocol) && username === '' && password === '' ? href : null;
}

/** @param {Context} ctx */
function contextOf({ i18n }) {
  const { theme } = document.documentElement.dataset;
  const dark = theme === 'dark' || (theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  return {
    theme: dark ? 'dark' : 'light', locale: i18n.language.code, timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    displayMode: 'inline', availableDisplayModes: ['inline'], platform: 'web', userAgent: 'confab', containerDimensions: { maxHeight: MAX_HEIGHT },
  };
}

/**
 * @param {LifeOptions} options
 * @returns {Life}
 */
export function startLife(options) {
  const { ctx, given, app } = options;
  /** @type {Life} */
  const life = {
    ...options, frame: null, state: createAppState(Date.now()), setting: { context: contextOf(ctx), given, result: app.result },
    questions: [], over: new AbortController(),
  };
  void load(life);
  return life;
}

/** @param {Life} life */
async function load(life) {
  const { ctx, tool: { server }, app: { uri }, title, place, over } = life;
  const late = setTimeout(() => life.onBad('failed'), MAX_START_MS);
  over.signal.addEventListener('abort', () => clearTimeout(late));
  life.onNews('loading');
  try {
    const { html, csp } = await (await ctx.actions.openApps()).load(server, uri);
    if (over.signal.aborted) return;
    life.frame = openAppFrame({
      server, title, place,
      ready() {
        clearTimeout(late);
        life.questions = [];
        life.onQuestions();
        step(life, { type: 'started', now: Date.now() });
        if (over.signal.aborted) return;
        life.onNews('');
        life.frame?.post({ markup: appDocument(html, csp) });
      },
      hear: (data) => step(life, { type: 'said', data, now: Date.now() }),
    });
    watchTheme(life);
  } catch {
    if (!over.signal.aborted) life.onBad('failed');
  }
}

/** @param {Life} life */
function watchTheme(life) {
  const { signal } = life.over;
  const look = () => {
    const context = contextOf(life.ctx);
    if (context.theme === life.setting.context['theme']) return;
    life.setting = { ...life.setting, context };
    step(life, { type: 'context', context: { theme: context.theme } });
  };
  const observer = new MutationObserver(look);
  observer.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', look, { signal });
  signal.addEventListener('abort', () => observer.disconnect());
}

/**
 * Takes the app away; one that is ready is told first, and has a moment.
 * @param {Life} life
 */
export function endLife(life) {
  const { frame, state } = life;
  step(life, { type: 'leave' });
  life.over.abort();
  life.questions = [];
  if (frame === null) return;
  frame.element.inert = true;
  frame.element.hidden = true;
  setTimeout(frame.close, state.phase === 'ready' ? MAX_LEAVE_MS : 0);
}

/**
 * @param {Life} life
 * @param {AppInput} input
 */
function step(life, input) {
  if (life.over.signal.aborted) return;
  const { state, commands } = stepApp(life.state, input, life.setting);
  life.state = state;
  for (const command of commands) run(life, command);
}

/**
 * @param {Life} life
 * @param {AppCommand} command
 */
function run(life, command) {
  switch (command.do) {
    case 'post':
      life.frame?.post(command.message);
      break;
    case 'size':
      if (life.frame) life.frame.element.style.blockSize = `${Math.min(MAX_HEIGHT, Math.max(MIN_HEIGHT, command.height))}px`;
      break;
    case 'call':
      wantCall(life, command);
      break;
    case 'read':
      void settled(life, command.id, async () => (await life.ctx.actions.openApps()).read(life.tool.server, command.uri));
      break;
    case 'open': {
      const url = webAddress(command.url);
      if (url === null) step(life, { type: 'failed', id: command.id, why: 'It is no address of the web.' });
      else ask(life, { id: command.id, url });
      break;
    }
    case 'write':
      void write(life, command);
      break;
    default:
      life.onBad('many');
  }
}

/** @param {Life} life @param {Question} question */
function ask(life, question) {
  life.questions.push(question);
  if (life.questions.length === 1) life.onQuestions();
}

/**
 * The person has answered what was shown first.
 * @param {Life} life
 * @param {{result: unknown} | {why: string}} answer
 */
export function answerFirst(life, answer) {
  const question = life.questions.shift();
  if (question === undefined) return;
  life.onQuestions();
  step(life, 'result' in answer ? { type: 'answered', id: question.id, ...answer } : { type: 'failed', id: question.id, denied: true, ...answer });
}

/**
 * The person has allowed the call that was shown first.
 * @param {Life} life
 * @param {boolean} always
 * @param {string | undefined} written  the arguments, when they were changed
 */
export async function allowFirst(life, always, written) {
  const [question] = life.questions;
  if (question === undefined || !('tool' in question)) return;
  life.questions.shift();
  life.onQuestions();
  const given = written === undefined ? question.given : readArguments(written, question.tool).given ?? {};
  if (always) (await life.ctx.actions.openApps()).allow(question.tool.digest);
  await call(life, question.id, question.tool, given);
}

/**
 * A call of the app's own server alone, asked about as a model's would be.
 * @param {Life} life
 * @param {Extract<AppCommand, {do: 'call'}>} command
 */
function wantCall(life, { id, name, given }) {
  const state = life.ctx.state();
  const tool = appTool(state.tools.apps ?? [], life.tool.server, name);
  const { wrong } = tool === null ? { wrong: 'The server has no such tool for apps.' } : readArguments(JSON.stringify(given), tool);
  if (tool === null || wrong !== '') step(life, { type: 'failed', id, why: wrong });
  else if (tool.consent === 'always' || selectActive(state).allowed.includes(tool.digest)) void call(life, id, tool, given);
  else ask(life, { id, tool, given });
}

/**
 * @param {Life} life
 * @param {RequestId} id
 * @param {Tool} tool
 * @param {Fields} given
 */
async function call(life, id, tool, given) {
  life.onNews('called', tool.name);
  await settled(life, id, async () => (await life.ctx.actions.openApps()).call(tool, given, life.over.signal));
}

/**
 * @param {Life} life
 * @param {RequestId} id
 * @param {() => Promise<unknown>} work
 */
async function settled(life, id, work) {
  try {
    step(life, { type: 'answered', id, result: await work() });
  } catch (thrown) {
    step(life, { type: 'failed', id, why: thrown instanceof Error ? thrown.message : '' });
  }
}

/**
 * Whether the person is at the app. What a press in it says may come before the focus that it brings, which is waited for.
 * @param {Life} life
 * @returns {Promise<boolean>}
 */
function isAt({ frame, over: { signal } }) {
  const look = () => document.activeElement === frame?.element;
  if (look()) return Promise.resolve(true);
  return new Promise((resolve) => {
    const timer = setTimeout(() => end(look()), MAX_FOCUS_MS);
    const seen = () => {
      if (look()) end(true);
    };
    /** @param {boolean} is */
    const end = (is) => {
      clearTimeout(timer);
      removeEventListener('blur', seen);
      resolve(is);
    };
    // The page's window loses what its frame gets.
    addEventListener('blur', seen, { signal });
  });
}

/**
 * Puts words into the composer, behind those that are there: only for an app
 * that the person is at, so that nobody's typing is disturbed.
 * @param {Life} life
 * @param {Extract<AppCommand, {do: 'write'}>} command
 */
async function write(life, { id, text }) {
  const is = await isAt(life);
  if (life.over.signal.aborted) return;
  if (!is) {
    step(life, { type: 'failed', id, why: 'The person is not at the app.' });
    return;
  }
  const { text: draft } = selectActive(life.ctx.state()).draft;
  life.ctx.actions.setDraft({ text: draft.trim() === '' ? text : `${draft.trimEnd()}\n\n${text}` });
  life.onNews('wrote');
  step(life, { type: 'answered', id, result: {} });
}
