// SPDX-License-Identifier: MIT
// The ways in which files come to a message: chosen, pasted, dropped. What cannot be taken is kept with its reason.

import { selectActive, selectModel } from '../core/selectors.js';
import { pasteMeans } from './paste.js';
import { make } from './region.js';

/**
 * @typedef {import('./context.js').Context} Context
 * @typedef {import('./attachments.js').Refusal} Refusal
 */

/**
 * Takes files that are dropped anywhere on an area, and shows while they hover.
 * @param {HTMLElement} area
 * @param {(over: boolean) => void} hover
 * @param {(files: readonly File[]) => void} take
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
    take([...event.dataTransfer?.files ?? []]);
  });
}

/**
 * Reads files and puts them into a conversation's draft.
 * @param {Context} ctx
 * @param {import('../core/types.js').Conversation} conversation
 * @param {readonly File[]} files
 * @returns {Promise<readonly Refusal[]>} what could not be taken
 */
async function readInto({ actions, i18n, state }, conversation, files) {
  try {
    const { readFiles } = await import('./attachments.js');
    return await readFiles(files, {
      model: selectModel(state(), conversation),
      present: conversation.draft.attachments.length,
      newId: actions.newId,
      size: i18n.size,
    }, (attachment) => actions.addAttachment(attachment, conversation.id));
  } catch {
    return [{ key: 'app.failed', params: {} }];
  }
}

/**
 * @param {Context} ctx
 * @param {() => void} changed  called when what it shows has changed
 */
export function createAttach(ctx, changed) {
  const picker = /** @type {HTMLInputElement} */ (make('input', '', { type: 'file', multiple: '' }));
  picker.hidden = true;
  /** @type {readonly Refusal[]} */
  let refusals = [];
  let reading = false;
  let dragging = false;

  /** @param {readonly File[]} files */
  async function add(files) {
    if (files.length === 0) return;
    reading = true;
    refusals = [];
    changed();
    refusals = await readInto(ctx, selectActive(ctx.state()), files);
    reading = false;
    changed();
  }

  picker.addEventListener('change', () => {
    void add([...picker.files ?? []]);
    picker.value = '';
    ctx.focusComposer();
  });

  return {
    picker,
    get refusals() { return refusals; },
    get reading() { return reading; },
    get dragging() { return dragging; },
    /** Forgets what could not be taken. */
    clear() {
      refusals = [];
    },
    /** @param {ClipboardEvent} event */
    paste(event) {
      const data = event.clipboardData;
      const text = data?.getData('text/plain') ?? '';
      const files = [...data?.files ?? []];
      const present = selectActive(ctx.state()).draft.attachments.length;
      const means = pasteMeans({ text, types: data?.types ?? [], files: files.length, present });
      if (means === 'text') return;
      event.preventDefault();
      void add(means === 'files' ? files : [new File([text], `${ctx.i18n.t('compose.pasted')}.txt`, { type: 'text/plain' })]);
    },
    /** Files dropped anywhere on the conversation. @param {HTMLElement} area */
    takeDrops(area) {
      watchDrops(area, (over) => {
        dragging = over;
        changed();
      }, (files) => void add(files));
    },
  };
}

/** @typedef {ReturnType<typeof createAttach>} Attach */
