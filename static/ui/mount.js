// SPDX-License-Identifier: MIT
// The whole page: splash, login or conversation, by the session; settings that the root element carries.

import { html, nothing, render } from '../vendor/lit-html/lit-html.js';
import { explain } from './errors.js';
import { createI18n } from './i18n.js';
import { icon } from './icons-first.js';
import { later } from './later.js';
import { createToasts } from './notices.js';
import { preload } from './preload.js';
import { make } from './region.js';

/**
 * @typedef {import('../core/types.js').State} State
 * @typedef {import('../core/types.js').Actions} Actions
 * @typedef {import('../core/store.js').Store} Store
 * @typedef {import('./context.js').Basics} Basics
 * @typedef {() => Promise<Pick<typeof import('./shell.js'), 'createShell'>>} LoadShell
 */

const THEME_COLORS = { light: '#fbfaf7', dark: '#14181a' };

/**
 * Theme, text size: what the style sheets read from the root element.
 * @param {State['settings']} settings
 */
function applySettings(settings) {
  const root = document.documentElement;
  root.dataset.theme = settings.theme;
  root.dataset.textSize = settings.textSize;
  for (const meta of document.querySelectorAll('meta[name="theme-color"]')) {
    const scheme = meta.getAttribute('media')?.includes('dark') ? 'dark' : 'light';
    meta.setAttribute('content', THEME_COLORS[settings.theme === 'system' ? scheme : settings.theme]);
  }
}

/**
 * The faces of the page that are loaded when they are first wanted.
 * @param {Basics} basics
 * @param {LoadShell} loadShell
 * @param {() => void} redraw
 */
function createLaterFaces(basics, loadShell, redraw) {
  const shell = later(async () => {
    const [{ createShell }] = await Promise.all([loadShell(), preload('conversation')]);
    return createShell(basics, redraw);
  }, redraw);
  const login = later(async () => {
    const page = (await import('./login.js')).createLoginPage(basics);
    // Whoever types a name is about to sign in.
    page.element.addEventListener('input', shell.load, { once: true });
    return page;
  }, redraw);
  return { shell, login };
}

/**
 * While there is nothing else to show.
 * @param {Basics} basics
 */
function createSplash({ i18n: { t } }) {
  const element = make('main', 'splash');
  return {
    element,
    /**
     * @param {string} problem  '' while all is well
     * @param {() => void} again
     */
    draw(problem, again) {
      render(html`${icon('logo')}<p role="status">${problem || t('app.loading')}</p>
        ${problem ? html`<button type="button" class="button" @click=${again}>${t('do.retry')}</button>` : nothing}`, element);
    },
  };
}

/**
 * The settings that the root element carries, and the language.
 * @param {import('./i18n.js').I18n} i18n
 * @returns {(settings: State['settings']) => void}
 */
function createSettingsWatch(i18n) {
  /** @type {State['settings'] | null} */
  let seen = null;
  return (settings) => {
    if (settings === seen) return;
    if (settings.language !== seen?.language) void i18n.setLanguage(settings.language);
    seen = settings;
    applySettings(settings);
  };
}

/**
 * Which of the page's faces is shown, and what it says.
 * @param {HTMLElement} root
 * @param {Basics} basics
 * @param {ReturnType<typeof createLaterFaces>} parts
 * @param {ReturnType<typeof createToasts>} toasts
 */
function createFaces(root, basics, { shell, login }, toasts) {
  const { actions, i18n } = basics;
  const splash = createSplash(basics);
  /** @type {HTMLElement | null} */
  let shown = null;

  /** @param {HTMLElement} element @returns {boolean} whether it was not there before */
  function show(element) {
    if (shown === element) return false;
    shown = element;
    root.replaceChildren(element, toasts.element);
    return true;
  }

  /**
   * A face that is loaded when it is wanted, and then the splash until it is there.
   * @template T
   * @param {import('./later.js').Later<T>} face
   */
  function wanted(face) {
    if (!face.failed) face.load();
    if (face.part !== null) return face.part;
    splash.draw(face.failed ? i18n.t('app.failed') : '', face.load);
    show(splash.element);
    return null;
  }

  return {
    /** @param {State} state */
    unknown({ session }) {
      splash.draw(session.error && !session.pending ? explain(i18n, session.error) : '', () => void actions.checkSession());
      show(splash.element);
    },
    /** @param {State} state */
    login(state) {
      if (shell.part && shown === shell.part.element) shell.part.leave(state);
      const page = wanted(login);
      if (!page) return;
      page.update(state);
      if (show(page.element)) page.focus();
    },
    /** @param {State} state */
    conversation(state) {
      const page = wanted(shell);
      if (!page) return;
      const entered = login.part !== null && shown === login.part.element;
      const first = show(page.element);
      page.update(state);
      // Where a keyboard on the screen would come up, nobody is pushed into a field.
      if (first && matchMedia('(hover: hover)').matches) page.focus();
      else if (entered) page.enter();
    },
  };
}

/**
 * Shows the page in `root` and keeps it up to date until `unmount`.
 * @param {HTMLElement} root
 * @param {{store: Store, actions: Actions, loadShell: LoadShell}} parts
 * @returns {{unmount(): void}}
 */
export function mountUi(root, { store, actions, loadShell }) {
  const redraw = () => update(store.getState());
  const i18n = createI18n((language) => {
    document.documentElement.lang = language.code;
    document.documentElement.dir = language.dir;
    // Never a chat's title: browsers write the titles of pages to the disk.
    document.title = i18n.t('app.name');
    redraw();
  });
  /** @type {Basics} */
  const basics = {
    i18n,
    actions,
    state: store.getState,
    say: (text) => parts.shell.part?.say(text),
    focusComposer: () => parts.shell.part?.focus(),
  };
  const toasts = createToasts(basics);
  const parts = createLaterFaces(basics, loadShell, redraw);
  const faces = createFaces(root, basics, parts, toasts);
  const follow = createSettingsWatch(i18n);

  /** @param {State} state */
  function update(state) {
    follow(state.settings);
    // Who was in here last sees the conversation at once, and may write before the server has said so.
    const expected = state.settings.beenHere && !state.session.error;
    if (state.session.status === 'unknown' && !expected) faces.unknown(state);
    else if (state.session.status === 'signed-out') faces.login(state);
    else faces.conversation(state);
    toasts.update(state);
  }

  const unsubscribe = store.subscribe(update);
  redraw();
  return {
    unmount() {
      unsubscribe();
      parts.shell.part?.dispose();
      root.replaceChildren();
    },
  };
}
