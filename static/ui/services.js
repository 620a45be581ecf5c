// SPDX-License-Identifier: MIT
// What the views of the conversation share, beyond the state: the clipboard, downloads, menus, speech.

import { patternOf } from '../core/search.js';
import { selectActive, selectConversation, selectPath } from '../core/selectors.js';
import { bytesOfBase64 } from '../core/sound.js';
import { createMarkdown } from './markdown.js';
import { createMenus } from './menu.js';
import { chooserLater } from './model-button.js';
import { make } from './region.js';
import { createSpeech } from './speech.js';

/**
 * @typedef {import('./context.js').Basics} Basics
 * @typedef {import('./context.js').Context} Context
 * @typedef {{thread: ReturnType<typeof import('./thread.js').createThread>,
 *   composer: ReturnType<typeof import('./composer.js').createComposer>}} Parts
 */

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
 * Asks for exported files and imports them.
 * @param {Basics} basics
 */
export function createImporter(basics) {
  const element = /** @type {HTMLInputElement} */ (make('input', '', { type: 'file', accept: '.json,.jsonl,.zip,application/json,application/zip' }));
  element.hidden = element.multiple = true;
  element.addEventListener('change', () => {
    const files = [...element.files ?? []];
    if (files.length > 0) {
      import('./bring.js').then(({ bringChats }) => bringChats(basics, files))
        .catch(() => basics.actions.addToast({ kind: 'error', key: 'app.failed' }));
    }
    element.value = '';
  });
  return element;
}

/**
 * Copies a text, with its formatting where there is some, and tells how it went.
 * @param {Basics} basics
 * @returns {(text: string | Promise<string>, rich?: string) => Promise<boolean>}
 */
function createCopying({ actions, i18n, say }) {
  return async (text, rich) => {
    try {
      if (!rich || typeof ClipboardItem !== 'function') await navigator.clipboard.writeText(await text);
      else {
        await navigator.clipboard.write([new ClipboardItem({
          'text/plain': new Blob([await text], { type: 'text/plain' }),
          'text/html': new Blob([rich], { type: 'text/html' }),
        })]);
      }
      say(i18n.t('toast.copied'));
      return true;
    } catch {
      actions.addToast({ kind: 'error', key: 'toast.copyFailed' });
      return false;
    }
  };
}

/**
 * What the views of the conversation share.
 * @param {Basics} basics
 * @param {() => Parts} parts made later
 * @param {() => void} pickImport
 * @returns {Context}
 */
export function createContext(basics, parts, pickImport) {
  const { actions, state } = basics;
  const copy = createCopying(basics);
  /** @type {import('../core/types.js').Attachment | null} */
  let picture = null;
  /** @type {ReturnType<Context['promptToFill']>} */
  let prompt = null;
  const markdown = createMarkdown(() => parts().thread.refresh());

  return {
    ...basics,
    menus: createMenus(),
    models: chooserLater(basics),
    speech: createSpeech(() => parts().thread.refresh()),
    markdown,
    save,
    copy,
    copyRich(messageId, text) {
      return copy(text, parts().thread.textsOf(messageId).map((one) => markdown.module?.richText(one) ?? '').join(''));
    },
    tablesOf: (messageId) => parts().thread.textsOf(messageId).flatMap((one) => markdown.module?.tablesAsCsv(one) ?? []),
    async saveHtml(id) {
      const { htmlFile } = await import('./export-html.js');
      const conversation = selectConversation(state(), id);
      return save(conversation && htmlFile(basics.i18n, conversation));
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
    fillPrompt(wanted) {
      prompt = wanted;
      actions.setUi({ dialog: 'fill' });
    },
    promptToFill: () => prompt,
    toNewTurn: () => parts().thread.toNewTurn(),
    reveal(messageId) {
      actions.selectBranch(messageId, 0);
      parts().thread.reveal(messageId, patternOf(state().ui.search));
    },
  };
}
