// SPDX-License-Identifier: MIT
// What the model gets of an attached file: exactly that, and, while it waits, what else it could get.

import { html, nothing, render } from '../vendor/lit-html/lit-html.js';
import { textCost } from '../core/context-window.js';
import { MAX_PASTE_CHARS } from '../core/limits.js';
import { inWords } from '../core/request.js';
import { selectActive, selectModel } from '../core/selectors.js';
import { ENCODINGS } from '../files/encoding.js';
import { formsOf, takeFile } from '../files/take.js';
import { waiting } from './attach-waiting.js';

/**
 * @typedef {import('./context.js').Context} Context
 * @typedef {import('../core/types.js').Attachment} Attachment
 * @typedef {import('./attach-waiting.js').Waiting} Waiting
 */

/** A longer text is shown up to here: the dialog stays quick. */
const MAX_SHOWN_CHARS = 200000;
/** Pasted texts up to this go back into the field. */
const MAX_BACK_CHARS = 50 * MAX_PASTE_CHARS;

/**
 * Reads a waiting file another way, in the place of what was read before.
 * @param {Context} ctx
 * @param {Attachment} attachment
 * @param {Waiting} known
 * @param {{encoding?: string, form?: import('../files/take.js').Form}} wish
 */
async function readAnew(ctx, attachment, known, wish) {
  const { actions, state, i18n } = ctx;
  const conversation = selectActive(state());
  try {
    const { attachment: fresh, original } = await takeFile(known.file, {
      model: selectModel(state(), conversation), newId: () => attachment.id, form: known.form, ...wish,
    });
    const { attachments } = selectActive(state()).draft;
    if (fresh === null || !attachments.some(({ id }) => id === attachment.id)) return;
    waiting.set(attachment.id, { ...original, pasted: known.pasted });
    actions.setDraft({ attachments: attachments.map((one) => (one.id === attachment.id ? fresh : one)) });
  } catch (error) {
    const reason = /** @type {{reason?: string}} */ (error).reason;
    actions.addToast({ kind: 'error', key: reason === undefined ? 'app.failed' : `file.${reason}`, values: { name: attachment.name } });
    ctx.say(i18n.t(reason === undefined ? 'app.failed' : `file.${reason}`, { name: attachment.name }));
  }
}

/**
 * @param {Context} ctx
 * @param {string} label
 * @param {readonly (readonly [string, string])[]} options
 * @param {string} value
 * @param {(value: string) => void} choose
 */
function choice(ctx, label, options, value, choose) {
  /** @param {Event} event */
  const change = (event) => choose(/** @type {HTMLSelectElement} */ (event.currentTarget).value);
  return html`<label class="attachment-choice"><span>${ctx.i18n.t(label)}</span>
    <select class="input" @change=${change}>${options.map(([id, name]) => html`<option value=${id} ?selected=${id === value}>${name}</option>`)}</select></label>`;
}

/**
 * What can be chosen of a file that waits.
 * @param {Context} ctx
 * @param {Attachment} attachment
 * @param {Waiting} known
 * @param {() => void} close
 */
function choices(ctx, attachment, known, close) {
  const { t } = ctx.i18n;
  const { actions, state } = ctx;
  const forms = formsOf(known.kind, selectModel(state(), selectActive(state())));
  const backwards = () => {
    const { draft } = selectActive(state());
    const text = attachment.kind === 'file' ? attachment.text : '';
    actions.removeAttachment(attachment.id);
    actions.setDraft({ text: draft.text === '' ? text : `${draft.text}\n${text}` });
    close();
    ctx.focusComposer();
  };
  return html`<div class="attachment-choices">
    ${forms.length > 1 ? choice(ctx, 'attach.form', forms.map((form) => [form, t(`attach.form.${form}`)]), known.form,
      (form) => void readAnew(ctx, attachment, known, { form: /** @type {import('../files/take.js').Form} */ (form) })) : nothing}
    ${known.encoding !== '' ? choice(ctx, 'attach.encoding', ENCODINGS.map((name) => [name, name]), known.encoding,
      (encoding) => void readAnew(ctx, attachment, known, { encoding })) : nothing}
    ${known.pasted && attachment.kind === 'file' && attachment.text.length <= MAX_BACK_CHARS
      ? html`<button type="button" class="button" @click=${backwards}>${t('attach.back')}</button>` : nothing}
  </div>`;
}

/** @type {import('./dialogs.js').DialogMaker} */
export function attachmentDialog(ctx, close) {
  const opened = ctx.picture();
  return {
    title: 'attach.title',
    wide: true,
    update(state, body) {
      const { t, number, size } = ctx.i18n;
      const attachment = selectActive(state).draft.attachments.find(({ id }) => id === opened?.id) ?? opened;
      if (attachment === null) return;
      const known = waiting.get(attachment.id);
      const whole = attachment.kind === 'file' && attachment.data !== '';
      const words = inWords(attachment);
      render(html`<p class="attachment-about"><span dir="auto">${attachment.name}</span>
          <span class="attachment-size">${size(attachment.size)} · ${whole ? t('attach.whole') : t('attach.tokens', { count: number(textCost('', [attachment]).tokens) })}</span></p>
        ${known === undefined ? nothing : choices(ctx, attachment, known, close)}
        ${whole ? html`<p class="hint">${t('attach.wholeHint')}</p>` : nothing}
        <pre class="attachment-words" dir="auto" tabindex="0" aria-label=${t('attach.words')}>${words.slice(0, MAX_SHOWN_CHARS)}</pre>
        ${words.length > MAX_SHOWN_CHARS ? html`<p class="hint">${t('attach.more', { count: number(words.length - MAX_SHOWN_CHARS) })}</p>` : nothing}`, body);
    },
    dispose: () => ctx.showPicture(null),
  };
}
