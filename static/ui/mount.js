// SPDX-License-Identifier: MIT
// The whole page: puts the views in their places and brings them up to date with the store, once a frame.

import { html, nothing, render } from '../vendor/lit-html/lit-html.js';
import { selectActive, selectIsStreaming, selectPath } from '../core/selectors.js';
import { createComposer } from './composer.js';
import { createDialogs } from './dialogs.js';
import { explain } from './errors.js';
import { createI18n } from './i18n.js';
import { icon } from './icons.js';
import { installShortcuts } from './keys.js';
import { createLoginDialog, createLoginPage } from './login.js';
import { createMarkdown } from './markdown.js';
import { createMenus } from './menu.js';
import { createAnnouncer, createBanners, createToasts } from './notices.js';
import { make } from './region.js';
import { createSidebar } from './sidebar.js';
import { createSpeech } from './speech.js';
import { createThread } from './thread.js';
import { createTopbar } from './topbar.js';

/**
 * @typedef {import('../core/types.js').State} State
 * @typedef {import('../core/types.js').Actions} Actions
 * @typedef {import('../core/store.js').Store} Store
 * @typedef {import('./context.js').Context} Context
 */

/** Below this the list of chats is a drawer; css/layout.css has the same. */
const NARROW = '(max-width: 52rem)';
const THEME_COLORS = { light: '#fbfaf7', dark: '#14181a' };

/**
 * A text as a download, without a request.
 * @param {import('../core/types.js').ExportFile | null} file
 */
function save(file) {
  if (!file) return;
  const url = URL.createObjectURL(new Blob([file.text], { type: file.type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = file.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 30_000);
}

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
 * Shows the page in `root` and keeps it up to date until `unmount`.
 * @param {HTMLElement} root
 * @param {{store: Store, actions: Actions}} parts
 * @returns {{unmount(): void}}
 */
export function mountUi(root, { store, actions }) {
  const i18n = createI18n((language) => {
    document.documentElement.lang = language.code;
    document.documentElement.dir = language.dir;
    update(store.getState());
  });
  const narrow = matchMedia(NARROW);
  const importer = /** @type {HTMLInputElement} */ (make('input', '', { type: 'file', accept: '.json,application/json' }));
  importer.hidden = true;
  importer.addEventListener('change', () => {
    const [file] = importer.files ?? [];
    if (file) void actions.importFile(file);
    importer.value = '';
  });

  const speech = createSpeech(() => thread.refresh());
  const menus = createMenus();
  const markdown = createMarkdown(() => thread.refresh());

  /** @type {Context} */
  const ctx = {
    i18n,
    actions,
    state: store.getState,
    menus,
    speech,
    markdown,
    save,
    say: (text) => announcer.say(text),
    async copy(text) {
      try {
        await navigator.clipboard.writeText(text);
        announcer.say(i18n.t('toast.copied'));
        return true;
      } catch {
        actions.addToast({ kind: 'error', key: 'toast.copyFailed' });
        return false;
      }
    },
    pickImport: () => importer.click(),
    focusComposer: () => composer.focus(),
    editLast() {
      const question = selectPath(selectActive(store.getState())).findLast((m) => m.role === 'user');
      if (question) actions.setUi({ editingId: question.id });
    },
    suggest: (text) => composer.fill(text),
    toLatest: () => thread.toLatest(),
  };

  const isListOpen = (/** @type {State} */ state) => (narrow.matches ? state.ui.drawerOpen : state.settings.sidebarOpen);
  function toggleList() {
    const state = store.getState();
    const open = !isListOpen(state);
    if (narrow.matches) actions.setUi({ drawerOpen: open });
    else actions.setSetting('sidebarOpen', open);
    // The button that was pressed goes away; its counterpart takes the focus.
    focusAfter = open ? '.sidebar [aria-controls="chats"]' : '.topbar [aria-controls="chats"]';
  }
  let focusAfter = '';

  const thread = createThread(ctx);
  const composer = createComposer(ctx);
  const sidebar = createSidebar(ctx, toggleList);
  const topbar = createTopbar(ctx, toggleList, isListOpen);
  const toasts = createToasts(ctx);
  const banners = createBanners(ctx);
  const announcer = createAnnouncer(ctx);
  const relogin = createLoginDialog(ctx);
  const dialogs = createDialogs(ctx);
  const loginPage = createLoginPage(ctx);

  const shell = make('div', 'shell');
  const main = make('main', 'main');
  const scrim = make('div', 'scrim');
  const skip = /** @type {HTMLAnchorElement} */ (make('a', 'skip', { href: '#message' }));
  skip.addEventListener('click', (event) => {
    event.preventDefault();
    composer.focus();
  });
  scrim.addEventListener('click', toggleList);
  main.append(topbar.element, banners.element, thread.element, composer.element);
  shell.append(skip, sidebar.element, scrim, main, relogin.element, dialogs.element, importer);
  composer.takeDrops(main);
  sidebar.element.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && narrow.matches && !event.defaultPrevented) {
      event.preventDefault();
      toggleList();
    }
  });

  const splash = make('main', 'splash');
  /** @type {HTMLElement | null} */
  let shown = null;

  /** @param {HTMLElement} element */
  function show(element) {
    if (shown === element) return;
    shown = element;
    root.replaceChildren(element, toasts.element, announcer.element);
    if (element === loginPage.element) loginPage.focus();
    else if (element === shell && matchMedia('(hover: hover)').matches) composer.focus();
  }

  /** @param {State} state */
  function updateShell(state) {
    const open = isListOpen(state);
    shell.dataset.sidebar = open ? 'open' : 'closed';
    main.inert = open && narrow.matches;
    sidebar.update(state);
    topbar.update(state);
    banners.update(state);
    thread.update(state);
    composer.update(state);
    dialogs.update(state);
    relogin.update(state);
    announcer.update(state);
    const { title } = selectActive(state);
    if (title !== titleSeen || i18n.language !== languageSeen) {
      titleSeen = title;
      languageSeen = i18n.language;
      document.title = title ? `${title} – ${i18n.t('app.name')}` : i18n.t('app.name');
      skip.textContent = i18n.t('app.skip');
    }
    if (focusAfter) {
      /** @type {HTMLElement | null} */ (shell.querySelector(focusAfter))?.focus();
      focusAfter = '';
    }
  }

  /** @type {string | null} */
  let titleSeen = null;
  /** @type {unknown} */
  let languageSeen = null;
  /** @type {State['settings'] | null} */
  let settingsSeen = null;

  /** @param {State} state */
  function update(state) {
    if (state.settings !== settingsSeen) {
      if (state.settings.language !== settingsSeen?.language) void i18n.setLanguage(state.settings.language);
      settingsSeen = state.settings;
      applySettings(state.settings);
    }
    const { status } = state.session;
    if (status === 'unknown') {
      const { error, pending } = state.session;
      render(html`${icon('logo')}<p role="status">${error && !pending ? explain(i18n, error) : i18n.t('app.loading')}</p>
        ${error && !pending ? html`<button type="button" class="button" @click=${() => void actions.checkSession()}>${i18n.t('do.retry')}</button>` : nothing}`, splash);
      show(splash);
    } else if (status === 'signed-out') {
      loginPage.update(state);
      show(loginPage.element);
      document.title = i18n.t('app.name');
      titleSeen = null;
    } else {
      const first = shown !== shell;
      if (first) show(shell);
      markdown.load();
      updateShell(state);
      if (first && !narrow.matches) composer.focus();
    }
    toasts.update(state);
  }

  const redraw = () => update(store.getState());
  narrow.addEventListener('change', redraw);
  const unsubscribe = store.subscribe(update);
  const uninstall = installShortcuts({
    enabled: () => shown === shell && !document.querySelector('dialog[open]'),
    stop() {
      if (!selectIsStreaming(selectActive(store.getState()))) return false;
      actions.stop();
      return true;
    },
    newChat() {
      actions.newConversation();
      composer.focus();
    },
    toggleList,
    search() {
      if (!isListOpen(store.getState())) toggleList();
      focusAfter = '#search';
      sidebar.focusSearch();
    },
    compose: () => composer.focus(),
    copyLast() {
      const answer = selectPath(selectActive(store.getState())).findLast((m) => m.role === 'assistant' && m.text !== '');
      if (answer) void ctx.copy(answer.text);
    },
    settings: () => actions.setUi({ dialog: 'settings' }),
    help: () => actions.setUi({ dialog: 'help' }),
    latest: () => thread.toLatest(),
  });
  update(store.getState());

  return {
    unmount() {
      unsubscribe();
      uninstall();
      narrow.removeEventListener('change', redraw);
      speech.end();
      thread.dispose();
      root.replaceChildren();
    },
  };
}
