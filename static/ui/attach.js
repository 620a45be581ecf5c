// SPDX-License-Identifier: MIT
// The ways in which files come to a message: chosen, pasted, dropped. What cannot be taken is kept with its reason.

import { selectActive } from '../core/selectors.js';
import { pruneWaiting } from './attach-waiting.js';
import { pasteMeans } from './paste.js';
import { make } from './region.js';

/**
 * @typedef {import('./context.js').Context} Context
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
 * The reading of what was given: one at a time, the newest.
 * @param {Context} ctx
 * @param {() => void} changed
 */
function createReading(ctx, changed) {
  /** @type {readonly Notice[]} */
  let notices = [];
  /** @type {Progress | null} */
  let progress = null;
  let stop = new AbortController();

  /** What its taker may say, until the next one begins. @param {AbortSignal} signal @returns {import('./attach-taker.js').Around} */
  const around = (signal) => ({
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

  /** @param {(taker: import('./attach-taker.js').Taker) => Promise<void>} work */
  async function run(work) {
    stop.abort();
    stop = new AbortController();
    const { signal } = stop;
    const { id } = selectActive(ctx.state());
    notices = [];
    // Nothing is sent from now on until they are there.
    progress = { name: '', page: 0, pages: 0 };
    changed();
    try {
      const { createTaker } = await ctx.i18n.late(() => import('./attach-taker.js'));
      await work(createTaker(ctx, id, around(signal)));
    } catch {
      notices = [...notices, { kind: 'warn', key: 'app.failed', params: {} }];
    }
    if (stop.signal !== signal) return;
    progress = null;
    changed();
  }

  return {
    run,
    get notices() { return notices; },
    get progress() { return progress; },
    forget() {
      notices = [];
    },
    cancel() {
      stop.abort();
      progress = null;
      changed();
    },
  };
}

/**
 * What a paste means, and what is done about it.
 * @param {Context} ctx
 * @param {ClipboardEvent} event
 * @param {boolean} plain  it was asked for as plain text
 * @param {(files: readonly File[], pasted?: boolean) => void} add
 */
function takePaste(ctx, event, plain, add) {
  const data = event.clipboardData;
  const text = data?.getData('text/plain') ?? '';
  const files = [...data?.files ?? []];
  const means = pasteMeans({
    text, html: data?.getData('text/html') ?? '', types: data?.types ?? [], files: files.map(({ name }) => name), plain,
    present: selectActive(ctx.state()).draft.attachments.length,
  });
  if (means === 'text') return;
  event.preventDefault();
  const asFile = () => add([new File([text], `${ctx.i18n.t('compose.pasted')}.txt`, { type: 'text/plain' })], true);
  if (means === 'files') add(files);
  // Where the code for tables cannot be loaded, nothing that was pasted may be lost.
  else if (means === 'table') void ctx.i18n.late(() => import('./attach-taker.js')).then(({ pasteTable }) => pasteTable(text)).catch(asFile);
  else asFile();
}

/**
 * @param {Context} ctx
 * @param {() => void} changed  called when what it shows has changed
 */
export function createAttach(ctx, changed) {
  const picker = /** @type {HTMLInputElement} */ (make('input', '', { type: 'file', multiple: '' }));
  picker.hidden = true;
  const reading = createReading(ctx, changed);
  let dragging = false;
  /** The next paste was asked for as plain text. */
  let plain = false;

  /** @param {readonly File[]} files @param {boolean} [pasted] */
  async function add(files, pasted = false) {
    if (files.length > 0) await reading.run((taker) => taker.take(files, pasted));
  }

  /** What is in folders. @param {(room: typeof import('../files/folder.js')) => import('../files/folder.js').Found | Promise<import('../files/folder.js').Found>} look */
  const addFolder = (look) => reading.run(async (taker) => taker.takeFolder(await look(await import('../files/folder.js'))));

  picker.addEventListener('change', () => {
    const files = [...picker.files ?? []];
    if (picker.webkitdirectory) void addFolder(({ filesOf }) => filesOf(files));
    else void add(files);
    picker.value = '';
    ctx.focusComposer();
  });

  return {
    picker,
    add,
    /** Has files chosen, or a whole folder. @param {boolean} folder */
    pick(folder) {
      picker.webkitdirectory = folder;
      picker.click();
    },
    get notices() { return reading.notices; },
    get progress() { return reading.progress; },
    get reading() { return reading.progress !== null; },
    get dragging() { return dragging; },
    /** Forgets what was told, and the files that are no longer waiting. */
    clear() {
      reading.forget();
      pruneWaiting(ctx.state());
    },
    prune: () => pruneWaiting(ctx.state()),
    /** Lets go of what is being read. */
    cancel: reading.cancel,
    /** A key goes down or up in the field: whether the paste that follows is to be plain. @param {KeyboardEvent} event */
    key(event) {
      plain = event.type === 'keydown' && event.shiftKey && (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'v';
    },
    /** @param {ClipboardEvent} event */
    paste: (event) => takePaste(ctx, event, plain, (files, pasted) => void add(files, pasted)),
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
        else void addFolder(({ filesIn }) => filesIn(entries));
      });
    },
  };
}

/** @typedef {ReturnType<typeof createAttach>} Attach */
