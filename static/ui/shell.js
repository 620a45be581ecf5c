// SPDX-License-Identifier: MIT
// The page of somebody who is in: list, thread and composer in their places. Loaded when it is first wanted.

import { isEmpty } from '../core/conversation.js';
import { textOf } from '../core/parts.js';
import { selectActive, selectIsStreaming, selectPath } from '../core/selectors.js';
import { createAnnouncer } from './announcer.js';
import { createBanners } from './banners.js';
import { createComposer } from './composer.js';
import { createDialogs } from './dialogs.js';
import { watchFocus } from './focus.js';
import { installShortcuts } from './keys.js';
import { later } from './later.js';
import { createQuote } from './quote.js';
import { make, region } from './region.js';
import { createContext, createImporter } from './services.js';
import { createSidebar } from './sidebar.js';
import { createThread } from './thread.js';
import { createTopbar } from './topbar.js';

/**
 * @typedef {import('../core/types.js').State} State
 * @typedef {import('./context.js').Basics} Basics
 * @typedef {import('./context.js').Context} Context
 */

/** Here the list of chats is a drawer; css/layout.css has the same. */
const NARROW = '(max-width: 52rem), (max-height: 30rem) and (max-width: 64rem)';

/** After which the form for signing in again is asked for once more, when it could not be loaded (ms). */
const RELOGIN_AGAIN_MS = 5000;

/**
 * The list of chats: beside the thread where there is room, else a drawer over it.
 * @param {Basics} basics
 */
function createDrawer({ actions, state: now }) {
  const narrow = matchMedia(NARROW);
  /** What takes the focus once it is there: the button that was pressed may be gone. */
  let focusAfter = '';
  const isOpen = (/** @type {State} */ state) => (narrow.matches ? state.ui.drawerOpen : state.settings.sidebarOpen);
  const drawer = {
    narrow,
    isOpen,
    toggle() {
      const open = !isOpen(now());
      if (narrow.matches) actions.setUi({ drawerOpen: open });
      else actions.setSetting('sidebarOpen', open);
      focusAfter = open ? '.sidebar [aria-controls="chats"]' : '.topbar [aria-controls="chats"]';
    },
    /** @param {HTMLElement} list */
    closeOnEscape(list) {
      list.addEventListener('keydown', (event) => {
        if (event.key !== 'Escape' || !narrow.matches || event.defaultPrevented) return;
        event.preventDefault();
        drawer.toggle();
      });
    },
    /** To the search, wherever the list is. */
    search() {
      if (!isOpen(now())) drawer.toggle();
      focusAfter = '#search';
      document.getElementById('search')?.focus();
    },
    /** @param {HTMLElement} root  drawn with the list in its new place */
    placeFocus(root) {
      if (focusAfter === '') return;
      /** @type {HTMLElement | null} */ (root.querySelector(focusAfter))?.focus();
      focusAfter = '';
    },
  };
  return drawer;
}

/**
 * What the keys of the whole page do.
 * @param {Context} ctx
 * @param {object} views
 * @param {HTMLElement} views.element  the shell
 * @param {ReturnType<typeof createDrawer>} views.drawer
 * @param {ReturnType<typeof createThread>} views.thread
 * @param {ReturnType<typeof createComposer>} views.composer
 * @param {ReturnType<typeof createQuote>} views.quote
 */
function installKeys(ctx, { element, drawer, thread, composer, quote }) {
  const { actions, state: now } = ctx;
  return installShortcuts({
    enabled: () => element.isConnected && !document.querySelector('dialog[open]'),
    stop() {
      if (!selectIsStreaming(selectActive(now()))) return false;
      actions.stop();
      return true;
    },
    newChat() {
      actions.newConversation();
      composer.focus();
    },
    toggleList: drawer.toggle,
    search: drawer.search,
    compose: () => composer.focus(),
    copyLast() {
      const answer = selectPath(selectActive(now())).findLast((m) => m.role === 'assistant' && textOf(m.parts) !== '');
      if (answer) void ctx.copy(textOf(answer.parts));
    },
    settings: () => actions.setUi({ dialog: 'settings' }),
    help: () => actions.setUi({ dialog: 'help' }),
    latest: () => thread.toLatest(),
    quote: () => quote.quote(),
    jump(step) {
      if (!thread.jump(step)) composer.focus();
    },
  });
}

/**
 * Where the focus goes when what had it is gone.
 * @param {HTMLElement} element
 * @param {ReturnType<typeof createThread>} thread
 * @param {ReturnType<typeof createComposer>} composer
 * @returns {(from: 'list' | 'thread') => void}
 */
function createFallBack(element, thread, composer) {
  return (from) => {
    const link = from === 'list' ? /** @type {HTMLElement | null} */ (element.querySelector('.sidebar [data-active] .chat-link')) : null;
    if (link) link.focus();
    // Where a keyboard on the screen would come up, the thread takes it.
    else if (matchMedia('(hover: hover)').matches) composer.focus();
    else thread.viewport.focus({ preventScroll: true });
  };
}

/**
 * The link that leads over everything to the field.
 * @param {Basics} basics
 * @param {() => void} go
 */
function skipRegion(basics, go) {
  const element = make('a', 'skip', { href: '#message' });
  element.addEventListener('click', (event) => {
    event.preventDefault();
    go();
  });
  return region(basics, element, () => [], () => basics.i18n.t('app.skip'));
}

/** What lies over the conversation while the list of chats does. @param {() => void} close */
function createScrim(close) {
  const scrim = make('div', 'scrim');
  scrim.addEventListener('click', close);
  return scrim;
}

/**
 * Gives the focus to what takes it this once: a click there is none for it.
 * @param {HTMLElement} element
 */
function focusOnce(element) {
  element.tabIndex = -1;
  element.addEventListener('blur', () => element.removeAttribute('tabindex'), { once: true });
  element.focus({ preventScroll: true });
}

/**
 * Ends what would say something of a conversation.
 * @param {Context} ctx
 * @param {{clear(): void}} announcer
 */
function endAll(ctx, announcer) {
  ctx.menus.close();
  ctx.models.close();
  ctx.speech.end();
  announcer.clear();
}

/**
 * Signing in again, loaded when a session has ended.
 * @param {Context} ctx
 * @param {(dialog: ReturnType<typeof import('./login.js').createLoginDialog>) => void} add
 * @param {() => void} redraw
 */
function createRelogin(ctx, add, redraw) {
  const dialog = later(async () => add((await import('./login.js')).createLoginDialog(ctx)), () => {
    if (dialog.failed) setTimeout(redraw, RELOGIN_AGAIN_MS);
    else redraw();
  });
  return dialog;
}

/**
 * @param {Basics} basics
 * @param {() => void} redraw
 */
export function createShell(basics, redraw) {
  const importer = createImporter(basics);
  const ctx = createContext(basics, () => ({ thread, composer }), () => importer.click());
  const drawer = createDrawer(basics);
  const thread = createThread(ctx);
  const composer = createComposer(ctx);
  const quote = createQuote(ctx, thread.viewport);
  const sidebar = createSidebar(ctx, drawer.toggle);
  const topbar = createTopbar(ctx, drawer.toggle, drawer.isOpen);
  const dialogs = createDialogs(ctx);
  const banners = createBanners(ctx);
  const announcer = createAnnouncer(ctx);
  const skip = skipRegion(basics, () => composer.focus());
  /** @type {{update(state: State): void}[]} */
  const views = [sidebar, topbar, banners, thread, composer, dialogs, skip];

  const element = make('div', 'shell');
  const main = make('main', 'main');
  main.append(topbar.element, banners.element, thread.element, composer.element, quote.element);
  element.append(skip.element, sidebar.element, createScrim(drawer.toggle), main, dialogs.element, importer, announcer.element);
  composer.takeDrops(element);
  // Who begins to write will read an answer; before that it would only be in the way of the page itself.
  for (const type of ['keydown', 'pointerdown']) element.addEventListener(type, ctx.markdown.load, { capture: true, once: true });
  drawer.closeOnEscape(sidebar.element);
  drawer.narrow.addEventListener('change', redraw);
  const uninstall = installKeys(ctx, { element, drawer, thread, composer, quote });
  const fallBack = createFallBack(element, thread, composer);
  const relogin = createRelogin(ctx, (dialog) => {
    views.push(dialog);
    element.append(dialog.element);
  }, redraw);

  return {
    element,
    focus: () => composer.focus(),
    /** For who has just signed in: the form that had the focus is gone. */
    enter: () => focusOnce(main),
    say: announcer.say,
    /** @param {State} state */
    update(state) {
      const open = drawer.isOpen(state);
      element.dataset.sidebar = open ? 'open' : 'closed';
      // Somebody has signed out in another tab: nothing is to be read until they are back.
      element.toggleAttribute('data-veiled', state.session.elsewhere);
      main.inert = open && drawer.narrow.matches;
      if (!isEmpty(selectActive(state))) ctx.markdown.load();
      if (state.session.status === 'expired') relogin.load();
      const keepFocus = watchFocus(element, fallBack);
      for (const view of views) view.update(state);
      ctx.models.update();
      announcer.update(state);
      keepFocus();
      drawer.placeFocus(element);
    },
    /** Somebody has signed out: what they had is not to be read in the page. @param {State} state */
    leave(state) {
      endAll(ctx, announcer);
      for (const view of views) view.update(state);
    },
    dispose() {
      uninstall();
      drawer.narrow.removeEventListener('change', redraw);
      ctx.speech.end();
      thread.dispose();
      quote.dispose();
    },
  };
}

/** @typedef {ReturnType<typeof createShell>} Shell */
