/* SPDX-License-Identifier: MIT */
/**
 * Reducers of everything that is not a conversation: session, models,
 * settings, and what the views remember.
 *
 * @typedef {import('./types.js').Action} Action
 * @typedef {import('./types.js').Session} Session
 * @typedef {import('./types.js').Models} Models
 * @typedef {import('./types.js').Settings} Settings
 * @typedef {import('./types.js').Tools} Tools
 * @typedef {import('./types.js').Ui} Ui
 */

/** Toasts kept at most; the oldest goes first. */
export const MAX_TOASTS = 4;

/** What a server without anybody offers. */
const NOTHING = { transcription: false, prompts: false, resources: false, tokens: false, welcome: null, titles: false };

/** Nothing is under way, and nothing is asked for. */
const SETTLED = { error: null, passwordChangeRequired: false, asked: null, pending: false, elsewhere: false };

/**
 * @param {Session} session
 * @param {Action} action
 * @returns {Session}
 */
export function reduceSession(session, action) {
  switch (action.type) {
    case 'session/pending':
      return { ...session, pending: true, error: null };
    case 'session/signedIn':
      return {
        status: 'signed-in',
        user: action.user,
        expiresAt: action.expiresAt,
        auth: action.auth,
        limits: action.limits,
        secondFactor: action.secondFactor ?? null,
        transcription: action.transcription ?? false,
        prompts: action.prompts === true,
        resources: action.resources === true,
        tokens: action.tokens === true,
        welcome: action.welcome ?? null,
        titles: action.titles === true,
        passkeys: (action.secondFactor?.passkeys ?? null) !== null,
        ...SETTLED,
      };
    case 'session/signedOut':
      return {
        status: 'signed-out',
        user: null,
        expiresAt: null,
        auth: action.auth ?? session.auth,
        limits: {},
        secondFactor: null,
        ...NOTHING,
        passkeys: action.passkeys ?? session.passkeys,
        ...SETTLED,
      };
    case 'session/expired':
      if (session.status === 'expired' && (session.elsewhere || action.elsewhere !== true)) return session;
      return {
        ...session,
        status: session.status === 'signed-in' || session.status === 'expired' ? 'expired' : 'signed-out',
        elsewhere: action.elsewhere === true,
        auth: action.auth ?? session.auth,
        passkeys: action.passkeys ?? session.passkeys,
        expiresAt: null,
        pending: false,
      };
    case 'session/failed':
      return { ...session, error: action.error, pending: false };
    case 'session/passwordChangeRequired':
      return { ...session, passwordChangeRequired: true, asked: null, error: null, pending: false };
    case 'session/asked':
      // A code may be asked for while the password is changed; a setup comes after that.
      return {
        ...session,
        asked: action.asked,
        passwordChangeRequired: session.passwordChangeRequired && action.asked !== 'setup',
        error: null,
        pending: false,
      };
    default:
      return session;
  }
}

/**
 * @param {Models} models
 * @param {Action} action
 * @returns {Models}
 */
export function reduceModels(models, action) {
  switch (action.type) {
    case 'models/loading':
      return { ...models, status: 'loading', error: null };
    case 'models/ready':
      return { status: 'ready', list: action.list, error: null };
    case 'models/failed':
      return { ...models, status: 'failed', error: action.error };
    case 'session/signedOut':
      return models.list.length === 0 && models.status === 'idle'
        ? models
        : { status: 'idle', list: [], error: null };
    default:
      return models;
  }
}

/**
 * @param {Tools} tools
 * @param {Action} action
 * @returns {Tools}
 */
export function reduceTools(tools, action) {
  switch (action.type) {
    case 'tools/ready':
      return action.tools;
    case 'session/signedOut':
      // What is left is what needs no server.
      return tools.list.some(({ server }) => server !== '') || tools.errors.length > 0
        ? { list: tools.list.filter(({ server }) => server === ''), errors: [] } : tools;
    default:
      return tools;
  }
}

/**
 * @param {Settings} settings
 * @param {Action} action
 * @returns {Settings}
 */
export function reduceSettings(settings, action) {
  return action.type === 'settings/changed' ? action.settings : settings;
}

/**
 * @param {Ui} ui
 * @param {Action} action
 * @returns {Ui}
 */
export function reduceUi(ui, action) {
  switch (action.type) {
    case 'ui/changed':
      return changes(ui, action.patch) ? { ...ui, ...action.patch } : ui;
    case 'toast/added': {
      // There is one undo: that of the last deletion.
      const others = ui.toasts.filter((toast) => toast.id !== action.toast.id && !(toast.undo && action.toast.undo));
      return { ...ui, toasts: [...others, action.toast].slice(-MAX_TOASTS) };
    }
    case 'toast/dismissed':
      if (!ui.toasts.some((toast) => toast.id === action.id)) return ui;
      return { ...ui, toasts: ui.toasts.filter((toast) => toast.id !== action.id) };
    case 'undo/applied':
    case 'undo/expired':
      return withoutUndo(ui);
    case 'conversation/selected':
      return { ...ui, editingId: null, drawerOpen: false };
    case 'conversation/created':
      return withoutUndo({ ...ui, editingId: null, drawerOpen: false });
    case 'exchange/started':
      return withoutUndo(ui.editingId === null ? ui : { ...ui, editingId: null });
    case 'answer/recalled':
    case 'answer/rewritten':
    case 'conversation/imported':
      return withoutUndo(ui);
    case 'conversations/cleared':
    case 'session/signedOut':
      return { ...ui, dialog: null, editingId: null, edits: {}, deletingId: null, renamingId: null, search: '', toasts: [], news: [] };
    default:
      return ui;
  }
}

/**
 * @param {Ui} ui
 * @param {Partial<Ui>} patch
 * @returns {boolean}
 */
function changes(ui, patch) {
  return Object.entries(patch).some(([name, value]) => ui[/** @type {keyof Ui} */ (name)] !== value);
}

/**
 * Without the offer of an undo that is no longer there.
 *
 * @param {Ui} ui
 * @returns {Ui}
 */
function withoutUndo(ui) {
  const toasts = ui.toasts.filter((toast) => toast.undo !== true);
  return toasts.length === ui.toasts.length ? ui : { ...ui, toasts };
}
