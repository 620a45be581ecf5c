// SPDX-License-Identifier: MIT
// The whole page: splash, login or conversation, by the session; settings that the root element carries.

import { html, nothing, render } from '../vendor/lit-html/lit-html.js';
import { explain } from './errors.js';
import { createI18n } from './i18n.js';
import { icon } from './icons.js';
import { createLoginPage } from './login.js';
import { createAnnouncer, createToasts } from './notices.js';
import { make } from './region.js';

/**
 * @typedef {import('../core/types.js').State} State
 * @typedef {import('../core/types.js').Actions} Actions
 * @typedef {import('../core/store.js').Store} Store
 * @typedef {import('./context.js').Basics} Basics
 * @typedef {import('./shell.js').Shell} Shell
 */

const THEME_COLORS = { light: '#fbfaf7', dark: '#14181a' };

/** What the shell and Markdown import, and what that imports: asked for together, not one after the other. */
const SHELL_MODULES = [
  './answer-menu.js', './attach-fit.js', './attach-view.js', './attach-waiting.js', './attach.js', './composer.js',
  './context-meter.js', './dialogs.js', './edit-form.js', './fit.js', './focus.js', './follow.js', './found.js',
  './greeting.js', './idle.js', './keys.js', './markdown.js', './menu.js', './message-answer.js',
  './message-foot.js', './message-question.js', './message-tools.js', './message.js', './models.js',
  './part-media.js', './part-raw.js', './part-reasoning.js', './part-sources.js', './part-text.js',
  './part-tool.js', './parts.js', './paste.js', './quote.js', './scroll.js', './send-key.js', './shell.js',
  './sidebar.js', './speech.js', './thread-drawing.js', './thread-messages.js', './thread-plan.js', './thread.js',
  './topbar.js', '../core/citations.js', '../core/sound.js', '../md/addresses.js', '../md/backlog.js',
  '../md/block-parser.js', '../md/block-pieces.js', '../md/block-rules.js', '../md/boxes.js', '../md/characters.js',
  '../md/code-maker.js', '../md/code.js', '../md/context.js', '../md/copy.js', '../md/definitions.js',
  '../md/diagram-source.js', '../md/diagram.js', '../md/direction.js', '../md/dom.js', '../md/emphasis.js',
  '../md/entities.js', '../md/equations.js', '../md/ext-diagrams.js', '../md/ext-footnotes.js', '../md/ext-math.js',
  '../md/ext-tags.js', '../md/extensions.js', '../md/highlight.js', '../md/html-blocks.js',
  '../md/inline-parser.js', '../md/inline.js', '../md/journal.js', '../md/language.js', '../md/languages.js',
  '../md/leaf.js', '../md/limits.js', '../md/line.js', '../md/links.js', '../md/math-rule.js', '../md/math.js',
  '../md/normalise.js', '../md/overflow.js', '../md/pieces.js', '../md/plain.js', '../md/render.js',
  '../md/schedule.js', '../md/stream.js', '../md/strings.js', '../md/table-rule.js', '../md/table.js',
  '../md/views.js', '../vendor/lit-html/directive-helpers.js', '../vendor/lit-html/directive.js',
  '../vendor/lit-html/directives/repeat.js',
];

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

/** Asks for the modules of the shell ahead. */
function preloadShell() {
  for (const path of SHELL_MODULES) {
    const link = document.createElement('link');
    link.rel = 'modulepreload';
    link.href = new URL(path, import.meta.url).href;
    document.head.append(link);
  }
}

/**
 * Shows the page in `root` and keeps it up to date until `unmount`.
 * @param {HTMLElement} root
 * @param {{store: Store, actions: Actions}} parts
 * @returns {{unmount(): void}}
 */
export function mountUi(root, { store, actions }) {
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
    say: (text) => announcer.say(text),
    focusComposer: () => shell?.focus(),
  };
  const toasts = createToasts(basics);
  const announcer = createAnnouncer(basics);
  const loginPage = createLoginPage(basics);
  const splash = make('main', 'splash');
  /** @type {Shell | null} */
  let shell = null;
  /** @type {'no' | 'loading' | 'failed'} */
  let shellState = 'no';
  /** @type {HTMLElement | null} */
  let shown = null;
  /** @type {State['settings'] | null} */
  let settingsSeen = null;

  const redraw = () => update(store.getState());

  function loadShell() {
    if (shell || shellState === 'loading') return;
    if (shellState === 'no') preloadShell();
    shellState = 'loading';
    import('./shell.js').then((module) => {
      shell = module.createShell(basics, redraw);
      redraw();
    }, () => {
      shellState = 'failed';
      redraw();
    });
  }
  // Whoever types a name is about to sign in.
  loginPage.element.addEventListener('input', loadShell, { once: true });

  /** @param {HTMLElement} element */
  function show(element) {
    if (shown === element) return;
    shown = element;
    root.replaceChildren(element, toasts.element, announcer.element);
  }

  /**
   * @param {string} problem  '' while all is well
   * @param {() => void} again
   */
  function showSplash(problem, again) {
    const { t } = i18n;
    render(html`${icon('logo')}<p role="status">${problem || t('app.loading')}</p>
      ${problem ? html`<button type="button" class="button" @click=${again}>${t('do.retry')}</button>` : nothing}`, splash);
    show(splash);
  }

  /** @param {State} state */
  function showLogin(state) {
    if (shell && shown === shell.element) shell.leave(state);
    loginPage.update(state);
    if (shown === loginPage.element) return;
    show(loginPage.element);
    loginPage.focus();
  }

  /** @param {State} state */
  function showShell(state) {
    if (!shell) {
      if (shellState === 'no') loadShell();
      showSplash(shellState === 'failed' ? i18n.t('app.failed') : '', () => {
        loadShell();
        redraw();
      });
      return;
    }
    const first = shown !== shell.element;
    show(shell.element);
    shell.update(state);
    announcer.update(state);
    // Where a keyboard on the screen would come up, nobody is pushed into a field.
    if (first && matchMedia('(hover: hover)').matches) shell.focus();
  }

  /** @param {State} state */
  function update(state) {
    const { settings, session } = state;
    if (settings !== settingsSeen) {
      if (settings.language !== settingsSeen?.language) void i18n.setLanguage(settings.language);
      settingsSeen = settings;
      applySettings(settings);
    }
    if (session.status === 'unknown') {
      showSplash(session.error && !session.pending ? explain(i18n, session.error) : '', () => void actions.checkSession());
    } else if (session.status === 'signed-out') {
      showLogin(state);
    } else {
      showShell(state);
    }
    toasts.update(state);
  }

  const unsubscribe = store.subscribe(update);
  redraw();

  return {
    unmount() {
      unsubscribe();
      shell?.dispose();
      root.replaceChildren();
    },
  };
}
