// SPDX-License-Identifier: MIT
// Signing in: a page of its own at first, a dialog over the conversation when a session has ended.

import { html, nothing } from '../vendor/lit-html/lit-html.js';
import { codeField } from './code-field.js';
import { icon } from './icons-first.js';
import { explain, details } from './errors.js';
import { passwordForm } from './password.js';
import { make, region } from './region.js';
import { createTicker, secondsUntil, stillCounting } from './ticker.js';

/**
 * @typedef {import('./context.js').Basics} Basics
 * @typedef {import('../core/types.js').State} State
 * @typedef {import('../core/types.js').Session} Session
 */

/**
 * Who was invited, by the link that the page was opened with: #invite=NAME:CODE.
 * It is a password, so it does not stay in the address.
 * @returns {{name: string, code: string} | null}
 */
function takeInvitation() {
  const [, name, code] = /^(.+):([\w-]+)$/.exec(new URLSearchParams(location.hash.slice(1)).get('invite') ?? '') ?? [];
  if (!name || !code) return null;
  history.replaceState(null, '', location.pathname + location.search);
  return { name, code };
}

/**
 * Of name, password and code, which was wrong is not told.
 * @param {Session} session
 * @param {boolean} [invited]  nobody has typed anything
 */
function problemOf({ error, asked }, invited = false) {
  if (error?.code === 'invalid_credentials' && invited) return { ...error, code: 'invitation_over' };
  return error?.code === 'invalid_credentials' && asked !== null ? { ...error, code: 'invalid_code' } : error;
}

/**
 * @param {Basics} ctx
 * @param {Session} session
 * @param {boolean} [invited]
 */
function loginForm(ctx, session, invited) {
  const { t, duration } = ctx.i18n;
  const wait = secondsUntil(session.error?.retryAt);
  const known = session.status === 'expired' ? session.user?.name : undefined;

  /** @param {SubmitEvent} event */
  const submit = (event) => {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.currentTarget);
    if (session.pending || secondsUntil(session.error?.retryAt) > 0) return;
    const data = new FormData(form);
    const code = data.get('code');
    const name = String(data.get('username'));
    const password = String(data.get('password'));
    if (session.asked === 'passkey') ctx.actions.signInWithPasskey(name, password);
    else ctx.actions.signIn(name, password, code === null ? undefined : String(code));
  };

  /** With a passkey besides what was typed, or alone. @param {Event} event */
  const usePasskey = ({ currentTarget }) => {
    if (session.pending || wait > 0) return;
    const { form } = /** @type {HTMLButtonElement} */ (currentTarget);
    const data = new FormData(/** @type {HTMLFormElement} */ (form));
    if (session.asked === 'either') ctx.actions.signInWithPasskey(String(data.get('username')), String(data.get('password')));
    else ctx.actions.signInWithPasskey();
  };
  const canUse = session.passkeys && session.asked !== 'passkey' && typeof PublicKeyCredential === 'function';

  /** @param {Event} event */
  const reveal = (event) => {
    const button = /** @type {HTMLButtonElement} */ (event.currentTarget);
    const field = /** @type {HTMLInputElement} */ (button.previousElementSibling);
    field.type = field.type === 'password' ? 'text' : 'password';
    button.setAttribute('aria-pressed', String(field.type === 'text'));
    button.textContent = t(field.type === 'text' ? 'login.hide' : 'login.show');
    field.focus();
  };

  return html`<form class="login-form" method="post" @submit=${submit}>
    <div class="field">
      <label for="username">${t('login.user')}</label>
      <input id="username" name="username" class="input" autocomplete="username" autocapitalize="none"
        spellcheck="false" required maxlength="255" dir="auto" .value=${known ?? ''} ?readonly=${known !== undefined}>
    </div>
    <div class="field">
      <label for="password">${t('login.password')}</label>
      <div class="input-row">
        <input id="password" name="password" class="input" type="password" autocomplete="current-password"
          required maxlength="1024" aria-describedby="login-problem">
        <button type="button" class="button-text reveal" aria-pressed="false" @click=${reveal} .textContent=${t('login.show')}></button>
      </div>
    </div>
    ${session.asked === 'code' || session.asked === 'either' ? codeField(ctx) : nothing}
    <div id="login-problem" role="alert">${session.error && !session.pending
      ? html`<p class="notice notice-danger">${icon('warning')}<span>${wait > 0
        ? t('login.wait', { time: duration(wait * 1000) })
        : explain(ctx.i18n, problemOf(session, invited))}${details(ctx.i18n, session.error)}</span></p>`
      : nothing}</div>
    <button class="button button-primary button-wide" aria-disabled=${session.pending || wait > 0 ? 'true' : 'false'}>
      ${session.pending ? html`<span class="spinner" aria-hidden="true"></span>` : nothing}
      ${t(session.asked === 'passkey' ? 'passkey.use' : 'login.submit')}
    </button>
    ${canUse ? html`<button type="button" class="button button-wide" @click=${usePasskey}>${icon('key')}${t(session.asked ? 'passkey.use' : 'passkey.login')}</button>` : nothing}
  </form>`;
}

/**
 * A second factor must be set up before anything else. What that takes is
 * loaded for those few alone.
 * @param {Basics} ctx
 * @param {() => void} redraw
 */
function createSetup(ctx, redraw) {
  /** @type {ReturnType<typeof import('./login-setup.js').createLoginSetup> | null} */
  let setup = null;
  let loading = false;
  return {
    /** @param {Session} session */
    view(session) {
      if (session.asked !== 'setup') setup = null;
      else if (!setup && !loading) {
        loading = true;
        void ctx.i18n.late(() => import('./login-setup.js')).then(({ createLoginSetup }) => {
          setup = createLoginSetup(ctx, redraw);
        }, () => ctx.actions.addToast({ kind: 'error', key: 'app.failed' })).then(() => {
          loading = false;
          redraw();
        });
      }
      return setup?.view(session) ?? nothing;
    },
  };
}

/**
 * The site's own login names the user: there is no form to fill in.
 * @param {Basics} ctx
 * @param {Session} session
 */
function singleSignOn(ctx, session) {
  const { t } = ctx.i18n;
  return session.status === 'expired'
    ? html`<p class="login-lead">${t('login.sso.expired')}</p>
      <button class="button button-primary button-wide" @click=${() => ctx.actions.checkSession()}>${t('login.sso.retry')}</button>`
    : html`<p class="login-lead">${t('login.sso.lead')}</p>
      <button class="button button-primary button-wide" @click=${() => location.reload()}>${t('login.sso.reload')}</button>`;
}

/**
 * Puts the cursor where the next key should go: after a failure the password,
 * ready to be typed anew.
 * @param {HTMLElement} element
 * @param {Session['asked']} [asked]
 */
function focusForm(element, asked) {
  const code = /** @type {HTMLInputElement | null} */ (element.querySelector('#code'));
  const user = /** @type {HTMLInputElement | null} */ (element.querySelector('#username'));
  const password = /** @type {HTMLInputElement | null} */ (element.querySelector('#password'));
  if (code) {
    code.focus();
    code.select();
  } else if (asked === 'passkey') {
    /** @type {HTMLElement | null} */ (element.querySelector('.button-primary'))?.focus();
  } else if (!user || !password) {
    /** @type {HTMLElement | null} */ (element.querySelector('button'))?.focus();
  } else if (user.value) {
    password.focus();
    password.select();
  } else {
    user.focus();
  }
}

/**
 * Redraws every second while a countdown runs, and moves the focus when a
 * sign-in has failed.
 * @param {Basics} ctx
 * @param {HTMLElement} element
 * @param {(session: Session, redraw: () => void) => unknown} view
 */
function sessionRegion(ctx, element, view) {
  /** @type {State | null} */
  let last = null;
  let beat = 0;
  let wasPending = false;
  const redraw = () => {
    beat += 1;
    if (last) update(last);
  };
  const ticker = createTicker(redraw);
  // What the countdown shows is read from the clock: a beat alone is a reason to draw.
  const part = region(ctx, element,
    (state) => [state.session, beat],
    (...[session]) => view(session, redraw));

  /** @param {State} state */
  function update(state) {
    last = state;
    part.update(state);
    ticker.need(stillCounting(state.session.error?.retryAt));
    if (wasPending && !state.session.pending && (state.session.error || state.session.asked)) focusForm(element, state.session.asked);
    wasPending = state.session.pending === true;
  }

  return { element, update };
}

/**
 * The page before anybody has signed in.
 * @param {Basics} ctx
 */
export function createLoginPage(ctx) {
  const element = make('main', 'login-page');
  let problem = '';
  /** @type {ReturnType<typeof createSetup> | null} */
  let setup = null;
  const invited = takeInvitation();
  let tried = false;
  const part = sessionRegion(ctx, element, (session, redraw) => {
    const { t } = ctx.i18n;
    const change = session.passwordChangeRequired;
    if (invited && !tried && session.status === 'signed-out' && session.auth === 'password') {
      tried = true;
      const { name, code } = invited;
      // What it is good for says the server: a password has to be set, or it is over.
      queueMicrotask(() => void ctx.actions.signIn(name, code));
    }
    return html`<div class="login-card">
      <div class="brand">${icon('logo')}<span class="wordmark">${t('app.name')}</span></div>
      <h1 class="display">${t(change ? invited ? 'password.new' : 'password.title' : session.asked === 'setup' ? 'factor.title' : 'login.title')}</h1>
      ${session.auth === 'remote_user'
        ? singleSignOn(ctx, session)
        : session.asked === 'setup'
          ? (setup ??= createSetup(ctx, redraw)).view(session)
          : change
          ? html`<p class="login-lead">${invited ? t('invite.lead', { name: invited.name }) : t('password.required')}</p>${passwordForm(ctx, session, problem, (found) => {
            problem = found;
            redraw();
          }, undefined, invited)}`
          : html`<p class="login-lead">${t('login.lead')}</p>${loginForm(ctx, session, invited !== null)}`}
      <p class="fine">${t('login.privacy')}</p>
    </div>`;
  });
  return { ...part, focus: () => focusForm(element) };
}

/**
 * The dialog over the conversation when the session has ended. It cannot be
 * dismissed, but what is beneath it stays as it was.
 * @param {Basics} ctx
 */
export function createLoginDialog(ctx) {
  const element = /** @type {HTMLDialogElement} */ (make('dialog', 'dialog dialog-small relogin', { 'aria-labelledby': 'relogin-title' }));
  const body = make('div', 'dialog-body');
  element.append(body);
  element.addEventListener('cancel', (event) => event.preventDefault());
  /** @type {Element | null} */
  let cameFrom = null;
  /** @type {ReturnType<typeof createSetup> | null} */
  let setup = null;
  const part = sessionRegion(ctx, body, (session, redraw) => {
    const { t } = ctx.i18n;
    if (session.status !== 'expired') return nothing;
    const lead = session.elsewhere ? 'login.elsewhere.lead' : 'login.expired.lead';
    return html`<h2 id="relogin-title" class="display">${t('login.expired.title')}</h2>
      ${session.auth === 'remote_user'
        ? singleSignOn(ctx, session)
        : session.asked === 'setup'
          ? (setup ??= createSetup(ctx, redraw)).view(session)
          : html`<p class="login-lead">${t(lead)}</p>${loginForm(ctx, session)}`}`;
  });
  return {
    element,
    /** @param {State} state */
    update(state) {
      const wanted = state.session.status === 'expired';
      part.update(state);
      if (wanted && !element.open) {
        cameFrom = document.activeElement;
        element.showModal();
        focusForm(element);
      } else if (!wanted && element.open) {
        element.close();
        if (cameFrom instanceof HTMLElement && cameFrom.isConnected) cameFrom.focus();
        cameFrom = null;
      }
    },
  };
}
