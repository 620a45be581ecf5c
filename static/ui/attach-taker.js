// SPDX-License-Identifier: MIT
// Reads what is attached, loaded with the first file: what cannot be taken is told with its reason.

import { MAX_ATTACHMENTS } from '../core/limits.js';
import { selectConversation, selectModel } from '../core/selectors.js';
import { waiting } from './attach-waiting.js';
import { tableOf } from './paste.js';

/**
 * @typedef {import('./context.js').Context} Context
 * @typedef {import('../core/types.js').Conversation} Conversation
 * @typedef {import('./attach.js').Notice} Notice
 * @typedef {import('./attach.js').Progress} Progress
 *
 * @typedef {object} Around
 * @property {AbortSignal} signal  aborted when it is not wanted any more
 * @property {(notice: Notice) => void} tell
 * @property {(progress: Progress) => void} progress
 * @property {(file: File, pages: readonly number[]) => void} pages  takes those as pictures
 */

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
 * What a person should know of a file that was taken, or of which nothing was.
 * @param {string} name
 * @param {readonly {hint: string, count: number}[]} hints
 * @param {boolean} taken
 * @param {boolean} sees  the model takes pictures
 * @param {() => void} asPictures
 * @returns {Notice[]}
 */
function hintNotices(name, hints, taken, sees, asPictures) {
  return hints.filter(({ hint }) => hint !== 'guessed').map(({ hint, count }) => {
    const offered = hint === 'unread' && sees;
    return {
      kind: taken || offered ? 'info' : 'warn', key: `file.hint.${hint}`, params: { name, count },
      ...(offered ? { offer: { key: 'file.asPictures', run: asPictures } } : {}),
    };
  });
}

/**
 * Reads files one after the other, so that ten photographs are never decoded
 * at once, and puts them into a conversation's draft.
 * @param {Context} ctx
 * @param {string} conversationId
 * @param {Around} around
 */
export function createTaker(ctx, conversationId, { signal, tell, progress, pages }) {
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
    const sees = model?.input.includes('image') === true;
    for (const notice of hintNotices(file.name, hints, attachment !== null, sees, () => pages(file, original.unread))) tell(notice);
  }

  /** @param {readonly File[]} files @param {boolean} pasted */
  async function take(files, pasted) {
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
  }

  return {
    take,
    /** The files of folders, with how many there are. @param {import('../files/folder.js').Found} found */
    async takeFolder({ files, more }) {
      const before = conversation()?.draft.attachments.length ?? 0;
      await take(files, false);
      if (signal.aborted) return;
      const count = Math.max(0, (conversation()?.draft.attachments.length ?? 0) - before);
      tell({ kind: 'info', key: 'file.folder', params: { count, all: `${files.length}${more ? '+' : ''}` } });
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
 * A table of a spreadsheet, as a table of Markdown, where the cursor is; the browser can take it back.
 * @param {string} text
 */
export async function pasteTable(text) {
  const { markdownTable } = await import('../files/markdown.js');
  document.execCommand('insertText', false, `${markdownTable(tableOf(text) ?? [])}\n`);
}

/** @typedef {ReturnType<typeof createTaker>} Taker */
