// SPDX-License-Identifier: MIT
// The dialogs' frame: one native dialog, whose contents are loaded when they are first wanted.

import { html, render } from '../vendor/lit-html/lit-html.js';
import { icon } from './icons.js';
import { make } from './region.js';

/**
 * @typedef {import('./context.js').Context} Context
 * @typedef {import('../core/types.js').State} State
 * @typedef {{title: string, small?: boolean, wide?: boolean, fixed?: boolean, update: (state: State, body: HTMLElement) => void, dispose?: () => void}} DialogContent
 * @typedef {(ctx: Context, close: () => void) => DialogContent} DialogMaker
 */

/** @type {Record<string, () => Promise<DialogMaker>>} */
const CONTENTS = {
  account: async () => (await import('./dialog-account.js')).accountDialog,
  delete: async () => (await import('./dialog-delete.js')).deleteDialog,
  export: async () => (await import('./dialog-export.js')).exportDialog,
  factor: async () => (await import('./dialog-factor.js')).factorDialog,
  passkeys: async () => (await import('./dialog-passkeys.js')).passkeysDialog,
  fill: async () => (await import('./dialog-fill.js')).fillDialog,
  prompts: async () => (await import('./dialog-prompts.js')).promptsDialog,
  resources: async () => (await import('./dialog-resources.js')).resourcesDialog,
  sessions: async () => (await import('./dialog-sessions.js')).sessionsDialog,
  settings: async () => (await import('./dialog-settings.js')).settingsDialog,
  tokens: async () => (await import('./dialog-tokens.js')).tokensDialog,
  usage: async () => (await import('./dialog-usage.js')).usageDialog,
  tools: async () => (await import('./dialog-tools.js')).toolsDialog,
  params: async () => (await import('./dialog-params.js')).paramsDialog,
  help: async () => (await import('./dialog-help.js')).helpDialog,
  memory: async () => (await import('./dialog-memory.js')).memoryDialog,
  signOut: async () => (await import('./dialog-leave.js')).leaveDialog(false),
  signOutAll: async () => (await import('./dialog-leave.js')).leaveDialog(true),
  picture: async () => (await import('./dialog-picture.js')).pictureDialog,
  password: async () => (await import('./dialog-password.js')).passwordDialog,
};

/**
 * The ways to close: Esc, and a press on the backdrop; one that began inside
 * (selecting text) does not.
 * @param {HTMLDialogElement} element
 * @param {() => void} close
 */
function watchClosing(element, close) {
  let pressedOutside = false;
  element.addEventListener('cancel', (event) => {
    event.preventDefault();
    close();
  });
  element.addEventListener('pointerdown', (event) => {
    pressedOutside = event.target === element;
  });
  element.addEventListener('click', (event) => {
    if (event.target === element && pressedOutside) close();
  });
}

/**
 * @param {HTMLElement} head
 * @param {HTMLElement} body
 */
function focusFirst(head, body) {
  const first = /** @type {HTMLElement | null} */ (body.querySelector('[autofocus], input:not([type="radio"], [type="file"]), textarea, select, input:checked, button'));
  (first ?? head.querySelector('button'))?.focus();
  body.scrollTop = 0;
}

/** @param {Context} ctx @param {DialogContent} content @param {() => void} close */
function headView({ i18n: { t } }, { title }, close) {
  return html`<h2 id="dialog-title" class="display">${t(title)}</h2>
    <button type="button" class="icon-button" aria-label=${t('do.close')} title=${t('do.close')} @click=${close}>${icon('close')}</button>`;
}

/** The focus, to where it was, if that is still there. @param {Context} ctx @param {Element | null} place */
function giveBack(ctx, place) {
  if (place instanceof HTMLElement && place.isConnected && place !== document.body) place.focus();
  else ctx.focusComposer();
}

/** @param {Context} ctx */
export function createDialogs(ctx) {
  const element = /** @type {HTMLDialogElement} */ (make('dialog', 'dialog', { 'aria-labelledby': 'dialog-title' }));
  const head = make('div', 'dialog-head');
  let body = make('div', 'dialog-body');
  element.append(head, body);
  /** @type {string | null} */
  let shown = null;
  /** @type {DialogContent | null} */
  let content = null;
  /** @type {Element | null} */
  let cameFrom = null;
  watchClosing(element, close);

  /** At once, not with the next frame: the next key belongs to what is beneath. */
  function close() {
    ctx.actions.setUi({ dialog: null });
    shut();
  }

  /** @param {string} name */
  async function open(name) {
    shown = name;
    cameFrom ??= document.activeElement;
    const make = await ctx.i18n.late(CONTENTS[name]).catch(() => null);
    if (shown !== name) return;
    if (!make) {
      ctx.actions.addToast({ kind: 'error', key: 'app.failed' });
      close();
      return;
    }
    content = make(ctx, close);
    draw(ctx.state());
    element.showModal();
    focusFirst(head, body);
  }

  /** @param {boolean} [another]  one dialog leads to the next: the focus comes back after that */
  function shut(another = false) {
    shown = null;
    content?.dispose?.();
    content = null;
    if (element.open) element.close();
    const fresh = make('div', 'dialog-body');
    body.replaceWith(fresh);
    body = fresh;
    if (another) return;
    giveBack(ctx, cameFrom);
    cameFrom = null;
  }

  /** @param {State} state */
  function draw(state) {
    if (!content) return;
    element.classList.toggle('dialog-small', content.small === true);
    element.classList.toggle('dialog-wide', content.wide === true);
    render(headView(ctx, content, close), head);
    content.update(state, body);
  }

  return {
    element,
    /** @param {State} state */
    update(state) {
      const wanted = state.ui.dialog !== null && state.ui.dialog in CONTENTS ? state.ui.dialog : null;
      if (wanted === shown) {
        draw(state);
        return;
      }
      if (shown !== null) shut(wanted !== null);
      if (wanted !== null) void open(wanted);
    },
  };
}
