// SPDX-License-Identifier: MIT
// The page of somebody who is in: list, thread and composer in their places. Loaded when it is first wanted.

import { hasText, textOf } from '../core/parts.js';
import { bytesOfBase64 } from '../core/sound.js';
import { patternOf } from '../core/search.js';
import { selectActive, selectConversation, selectIsStreaming, selectPath } from '../core/selectors.js';
import { createComposer } from './composer.js';
import { createDialogs } from './dialogs.js';
import { watchFocus } from './focus.js';
import { installShortcuts } from './keys.js';
import { createLoginDialog } from './login.js';
import { createMarkdown } from './markdown.js';
import { createMenus } from './menu.js';
import { createBanners } from './notices.js';
import { make, region } from './region.js';
import { createQuote } from './quote.js';
import { createSidebar } from './sidebar.js';
import { createSpeech } from './speech.js';
import { createThread } from './thread.js';
import { createTopbar } from './topbar.js';

/**
 * @typedef {import('../core/types.js').State} State
 * @typedef {import('./context.js').Basics} Basics
 * @typedef {import('./context.js').Context} Context
 */

/** Below this the list of chats is a drawer; css/layout.css has the same. */
const NARROW = '(max-width: 52rem)';
/** How long a download's address stays valid (ms). */
const DOWNLOAD_MS = 30_000;

/**
 * A file as a download, without a request.
 * @param {import('../core/types.js').ExportFile | null | Promise<import('../core/types.js').ExportFile | null>} made
 */
async function save(made) {
  const file = await made;
  if (!file) return;
  const held = file.data === undefined ? file.text : bytesOfBase64(file.data.slice(file.data.indexOf(',') + 1));
  const url = URL.createObjectURL(new Blob([held], { type: file.type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = file.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), DOWNLOAD_MS);
}

/**
 * Asks for an exported file and imports it.
 * @param {Basics} basics
 */
function createImporter({ actions }) {
  const element = /** @type {HTMLInputElement} */ (make('input', '', { type: 'file', accept: '.json,.zip,application/json,application/zip' }));
  element.hidden = true;
  element.addEventListener('change', () => {
    const [file] = element.files ?? [];
    // A file that no thread can make anything of is refused in the same words as any other.
    if (file) void import('../files/chats-open.js').then(({ openChats }) => openChats(file)).catch(() => file).then(actions.importFile);
    element.value = '';
  });
  return element;
}

/**
 * Copying, and a word about how it went.
 * @param {Basics} basics
 * @param {(messageId: string) => string} richOf  an answer as HTML; '' when there is none
 */
function createClipboard({ actions, i18n, say }, richOf) {
  /** Tells how the copying went. @param {() => Promise<void>} write */
  async function told(write) {
    try {
      await write();
      say(i18n.t('toast.copied'));
      return true;
    } catch {
      actions.addToast({ kind: 'error', key: 'toast.copyFailed' });
      return false;
    }
  }
  const copy = (/** @type {string | Promise<string>} */ text) => told(async () => navigator.clipboard.writeText(await text));

  return {
    copy,
    /** Both forms at once: what it is put into takes the one that it knows. @param {string} messageId @param {string} text */
    async copyRich(messageId, text) {
      const rich = richOf(messageId);
      if (!rich || typeof ClipboardItem !== 'function') return copy(text);
      return told(() => navigator.clipboard.write([new ClipboardItem({
        'text/plain': new Blob([text], { type: 'text/plain' }),
        'text/html': new Blob([rich], { type: 'text/html' }),
      })]));
    },
  };
}

/**
 * What the views of the conversation share.
 * @param {Basics} basics
 * @param {() => {thread: ReturnType<typeof createThread>, composer: ReturnType<typeof createComposer>}} parts made later
 * @param {() => void} pickImport
 * @returns {Context}
 */
function createContext(basics, parts, pickImport) {
  const { actions, i18n, state } = basics;
  /** @type {import('../core/types.js').Attachment | null} */
  let picture = null;
  const markdown = createMarkdown(() => parts().thread.refresh());

  const clipboard = createClipboard(basics, (id) => parts().thread.textsOf(id).map((one) => markdown.module?.richText(one) ?? '').join(''));

  return {
    ...basics,
    menus: createMenus(),
    speech: createSpeech(() => parts().thread.refresh()),
    markdown,
    save,
    ...clipboard,
    tablesOf(messageId) {
      return parts().thread.textsOf(messageId).flatMap((one) => markdown.module?.tablesAsCsv(one) ?? []);
    },
    async saveHtml(id) {
      const { htmlFile } = await import('./export-html.js');
      const conversation = selectConversation(state(), id);
      return save(conversation && htmlFile(i18n, conversation));
    },
    pickImport,
    editLast() {
      const question = selectPath(selectActive(state())).findLast((m) => m.role === 'user');
      if (question) actions.setUi({ editingId: question.id });
    },
    suggest: (text) => parts().composer.fill(text),
    quote(text) {
      const { text: draft } = selectActive(state()).draft;
      const lines = text.split('\n').map((line) => `> ${line}`.trimEnd()).join('\n');
      parts().composer.fill(`${draft.trim() === '' ? '' : `${draft.trimEnd()}\n\n`}${lines}\n\n`);
    },
    showPicture(image) {
      picture = image;
      if (image) actions.setUi({ dialog: 'picture' });
    },
    picture: () => picture,
    toLatest: () => parts().thread.toLatest(),
    reveal(messageId) {
      actions.selectBranch(messageId, 0);
      parts().thread.reveal(messageId, patternOf(state().ui.search));
    },
  };
}

/**
 * @param {Basics} basics
 * @param {() => void} redraw
 */
export function createShell(basics, redraw) {
  const { actions, i18n, state: now } = basics;
  const narrow = matchMedia(NARROW);
  const importer = createImporter(basics);
  const ctx = createContext(basics, () => ({ thread, composer }), () => importer.click());
  /** What takes the focus once it is there: the button that was pressed may be gone. */
  let focusAfter = '';

  const isListOpen = (/** @type {State} */ state) => (narrow.matches ? state.ui.drawerOpen : state.settings.sidebarOpen);
  function toggleList() {
    const open = !isListOpen(now());
    if (narrow.matches) actions.setUi({ drawerOpen: open });
    else actions.setSetting('sidebarOpen', open);
    focusAfter = open ? '.sidebar [aria-controls="chats"]' : '.topbar [aria-controls="chats"]';
  }

  const thread = createThread(ctx);
  const composer = createComposer(ctx);
  const quote = createQuote(ctx, thread.viewport);
  const sidebar = createSidebar(ctx, toggleList);
  const topbar = createTopbar(ctx, toggleList, isListOpen);
  const dialogs = createDialogs(ctx);
  const relogin = createLoginDialog(ctx);
  const banners = createBanners(ctx);
  const views = [sidebar, topbar, banners, thread, composer, dialogs, relogin];

  const element = make('div', 'shell');
  const main = make('main', 'main');
  const scrim = make('div', 'scrim');
  const skip = make('a', 'skip', { href: '#message' });
  skip.addEventListener('click', (event) => {
    event.preventDefault();
    composer.focus();
  });
  scrim.addEventListener('click', toggleList);
  main.append(topbar.element, banners.element, thread.element, composer.element, quote.element);
  element.append(skip, sidebar.element, scrim, main, relogin.element, dialogs.element, importer);
  composer.takeDrops(element);
  sidebar.element.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && narrow.matches && !event.defaultPrevented) {
      event.preventDefault();
      toggleList();
    }
  });
  narrow.addEventListener('change', redraw);

  const uninstall = installShortcuts({
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
    toggleList,
    search() {
      if (!isListOpen(now())) toggleList();
      focusAfter = '#search';
      sidebar.focusSearch();
    },
    compose: () => composer.focus(),
    copyLast() {
      const answer = selectPath(selectActive(now())).findLast((m) => m.role === 'assistant' && hasText(m.parts));
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

  const skipRegion = region(basics, skip, () => [], () => i18n.t('app.skip'));

  /** @param {'list' | 'thread'} from where what had the focus was */
  function placeFocus(from) {
    const link = from === 'list' ? /** @type {HTMLElement | null} */ (sidebar.element.querySelector('[data-active] .chat-link')) : null;
    if (link) link.focus();
    // Where a keyboard on the screen would come up, the thread takes it.
    else if (matchMedia('(hover: hover)').matches) composer.focus();
    else thread.viewport.focus({ preventScroll: true });
  }

  return {
    element,
    focus: () => composer.focus(),
    /** @param {State} state */
    update(state) {
      const open = isListOpen(state);
      element.dataset.sidebar = open ? 'open' : 'closed';
      main.inert = open && narrow.matches;
      ctx.markdown.load();
      const keepFocus = watchFocus(element, placeFocus);
      for (const view of views) view.update(state);
      keepFocus();
      skipRegion.update(state);
      if (focusAfter) {
        /** @type {HTMLElement | null} */ (element.querySelector(focusAfter))?.focus();
        focusAfter = '';
      }
    },
    /** Somebody has signed out: what they had is not to be read in the page. @param {State} state */
    leave(state) {
      ctx.menus.close();
      ctx.speech.end();
      for (const view of views) view.update(state);
    },
    dispose() {
      uninstall();
      narrow.removeEventListener('change', redraw);
      ctx.speech.end();
      thread.dispose();
      quote.dispose();
    },
  };
}

/** @typedef {ReturnType<typeof createShell>} Shell */
