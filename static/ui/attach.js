// SPDX-License-Identifier: MIT
// The ways in which files come to a message: chosen, pasted, dropped. What cannot be taken is kept with its reason.

import { MAX_ATTACHMENTS } from '../core/limits.js';
import { selectActive, selectConversation, selectModel } from '../core/selectors.js';
import { pruneWaiting, waiting } from './attach-waiting.js';
import { pasteMeans, tableOf } from './paste.js';
import { make } from './region.js';

/**
 * @typedef {import('./context.js').Context} Context
 * @typedef {import('../core/types.js').Conversation} Conversation
 *
 * What a person is told of a file, and what can be done about it.
 * @typedef {object} Notice
 * @property {'warn' | 'info'} kind
 * @property {string} key
 * @property {Record<string, string | number>} params
 * @property {{key: string, run: () => void}} [offer]
 *
 * @typedef {{name: string, page: number, pages: number}} Progress  `pages` 0 while they are not known
 */

/**
 * Takes files that are dropped anywhere on an area, and shows while they hover.
 * @param {HTMLElement} area
 * @param {(over: boolean) => void} hover
 * @param {(transfer: DataTransfer) => void} take
 */
function watchDrops(area, hover, take) {
  let depth = 0;
  /** @param {string} type @param {(event: DragEvent) => void} run */
  const on = (type, run) => area.addEventListener(type, (raw) => {
    const event = /** @type {DragEvent} */ (raw);
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    run(event);
  });
  on('dragenter', () => {
    depth += 1;
    hover(true);
  });
  on('dragover', () => {});
  on('dragleave', () => {
    depth = Math.max(0, depth - 1);
    if (depth === 0) hover(false);
  });
  on('drop', (event) => {
    depth = 0;
    hover(false);
    if (event.dataTransfer) take(event.dataTransfer);
  });
}

/**
 * Why a file was not taken.
 * @param {import('./i18n.js').I18n} i18n
 * @param {string} name
 * @param {unknown} error
 * @returns {Notice}
 */
function refusal(i18n, name, error) {
  // What the server says of a recording that it was to write down.
  const told = `error.${/** @type {any} */ (error)?.code}`;
  if (i18n.has(told)) return { kind: 'warn', key: told, params: {} };
  const reason = error instanceof Error && error.name === 'FileError' ? /** @type {any} */ (error).reason : null;
  if (reason === null) return { kind: 'warn', key: 'app.failed', params: {} };
  return { kind: 'warn', key: `file.${reason}`, params: { name } };
}

/**
 * Reads files one after the other, so that ten photographs are never decoded
 * at once, and puts them into a conversation's draft.
 * @param {Context} ctx
 * @param {string} conversationId
 * @param {{signal: AbortSignal, tell: (notice: Notice) => void, progress: (progress: Progress) => void, pages: (file: File, pages: readonly number[]) => void}} around
 */
function createTaker(ctx, conversationId, { signal, tell, progress, pages }) {
  const { actions, state } = ctx;
  const conversation = () => selectConversation(state(), conversationId);

  /** @param {File} file @param {boolean} pasted @param {typeof import('../files/take.js')} room */
  async function takeOne(file, pasted, { takeFile }) {
    const model = selectModel(state(), /** @type {Conversation} */ (conversation()));
    const { attachment, original, hints } = await takeFile(file, {
      model, newId: actions.newId, signal,
      onProgress: (page, all) => progress({ name: file.name, page, pages: all }),
      ...(state().session.transcription ? { transcribe: actions.transcribe } : {}),
    });
    if (attachment?.kind === 'image' && model !== null && !model.input.includes('image')) {
      tell({ kind: 'warn', key: 'file.noImages', params: { model: model.name } });
      return;
    }
    if (attachment !== null && actions.addAttachment(attachment, conversationId)) waiting.set(attachment.id, { ...original, pasted });
    for (const { hint, count } of hints) {
      if (hint === 'guessed') continue;
      const sees = hint === 'unread' && model?.input.includes('image') === true;
      tell({
        kind: attachment === null && !sees ? 'warn' : 'info', key: `file.hint.${hint}`, params: { name: file.name, count },
        ...(sees ? { offer: { key: 'file.asPictures', run: () => pages(file, original.unread) } } : {}),
      });
    }
  }

  return {
    /** @param {readonly File[]} files @param {boolean} pasted */
    async take(files, pasted) {
      const room = await import('../files/take.js');
      for (const file of files) {
        if ((conversation()?.draft.attachments.length ?? MAX_ATTACHMENTS) >= MAX_ATTACHMENTS) {
          tell({ kind: 'warn', key: 'file.many', params: { count: MAX_ATTACHMENTS } });
          return;
        }
        progress({ name: file.name, page: 0, pages: 0 });
        try {
          await takeOne(file, pasted, room);
        } catch (error) {
          if (signal.aborted) return;
          tell(refusal(ctx.i18n, file.name, error));
        }
      }
    },
    /** @param {File} file @param {readonly number[]} numbers */
    async takePages(file, numbers) {
      const { takePages } = await import('../files/take.js');
      const left = MAX_ATTACHMENTS - (conversation()?.draft.attachments.length ?? 0);
      try {
        await takePages(file, numbers.slice(0, left), {
          model: null, newId: actions.newId, signal,
          onProgress: (page, all) => progress({ name: file.name, page, pages: all }),
          add: (attachment) => actions.addAttachment(attachment, conversationId),
        });
        if (numbers.length > left) tell({ kind: 'warn', key: 'file.many', params: { count: MAX_ATTACHMENTS } });
      } catch (error) {
        if (!signal.aborted) tell(refusal(ctx.i18n, file.name, error));
      }
    },
  };
}

/**
 * @param {Context} ctx
 * @param {() => void} changed  called when what it shows has changed
 */
export function createAttach(ctx, changed) {
  const picker = /** @type {HTMLInputElement} */ (make('input', '', { type: 'file', multiple: '' }));
  picker.hidden = true;
  /** @type {readonly Notice[]} */
  let notices = [];
  /** @type {Progress | null} */
  let progress = null;
  let stop = new AbortController();
  let dragging = false;
  /** The next paste was asked for as plain text. */
  let plain = false;

  /** @param {(taker: ReturnType<typeof createTaker>) => Promise<void>} work */
  async function run(work) {
    stop.abort();
    stop = new AbortController();
    const { signal } = stop;
    notices = [];
    const taker = createTaker(ctx, selectActive(ctx.state()).id, {
      signal,
      tell(notice) {
        notices = [...notices, notice];
        changed();
      },
      progress(now) {
        if (signal.aborted) return;
        progress = now;
        changed();
      },
      pages: (file, pages) => void run((again) => again.takePages(file, pages)),
    });
    try {
      await work(taker);
    } catch {
      notices = [...notices, { kind: 'warn', key: 'app.failed', params: {} }];
    }
    if (stop.signal !== signal) return;
    progress = null;
    changed();
  }

  /** @param {readonly File[]} files @param {boolean} [pasted] */
  async function add(files, pasted = false) {
    if (files.length > 0) await run((taker) => taker.take(files, pasted));
  }

  picker.addEventListener('change', () => {
    void add([...picker.files ?? []]);
    picker.value = '';
    ctx.focusComposer();
  });

  return {
    picker,
    add,
    get notices() { return notices; },
    get progress() { return progress; },
    get reading() { return progress !== null; },
    get dragging() { return dragging; },
    /** Forgets what was told, and the files that are no longer waiting. */
    clear() {
      notices = [];
      pruneWaiting(ctx.state());
    },
    prune: () => pruneWaiting(ctx.state()),
    /** Lets go of what is being read. */
    cancel() {
      stop.abort();
      progress = null;
      changed();
    },
    /** A key goes down or up in the field: whether the paste that follows is to be plain. @param {KeyboardEvent} event */
    key(event) {
      plain = event.type === 'keydown' && event.shiftKey && (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'v';
    },
    /** @param {ClipboardEvent} event */
    paste(event) {
      const data = event.clipboardData;
      const text = data?.getData('text/plain') ?? '';
      const files = [...data?.files ?? []];
      const means = pasteMeans({
        text, html: data?.getData('text/html') ?? '', types: data?.types ?? [], files: files.map(({ name }) => name), plain,
        present: selectActive(ctx.state()).draft.attachments.length,
      });
      if (means === 'text') return;
      event.preventDefault();
      if (means === 'files') void add(files);
      else if (means === 'table') void pasteTable(text);
      else void add([new File([text], `${ctx.i18n.t('compose.pasted')}.txt`, { type: 'text/plain' })], true);
    },
    /** Files dropped anywhere on the conversation. @param {HTMLElement} area */
    takeDrops(area) {
      watchDrops(area, (over) => {
        dragging = over;
        changed();
      }, (transfer) => {
        // What was dropped is only there now: it is collected before anything else is waited for.
        const files = [...transfer.files];
        const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.() ?? null);
        if (!entries.some((entry) => entry?.isDirectory)) void add(files);
        else void import('../files/folder.js').then(({ filesIn }) => filesIn(entries)).then((all) => add(all), () => add(files));
      });
    },
  };
}

/**
 * A table of a spreadsheet, as a table of Markdown, where the cursor is; the browser can take it back.
 * @param {string} text
 */
async function pasteTable(text) {
  const { markdownTable } = await import('../files/markdown.js');
  document.execCommand('insertText', false, `${markdownTable(tableOf(text) ?? [])}\n`);
}

/** @typedef {ReturnType<typeof createAttach>} Attach */
