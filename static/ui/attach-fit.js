// SPDX-License-Identifier: MIT
// Files that make a message longer than the model can read: said before it is sent, with a choice.

import { html, nothing } from '../vendor/lit-html/lit-html.js';
import { selectActive, selectModel, selectSendObstacle } from '../core/selectors.js';
import { cutToFit, longestFile } from './fit.js';
import { icon } from './icons.js';
import { make, region } from './region.js';

/**
 * @typedef {import('./context.js').Context} Context
 * @typedef {import('../core/types.js').Attachment} Attachment
 * @typedef {import('../core/types.js').State} State
 * @typedef {import('../core/types.js').FilePart} FilePart
 */

/** What is still to be written has room beside a text that was cut. */
const ROOM = ' '.repeat(400);

/** @param {Context} ctx */
export function fitRegion(ctx) {
  const { actions } = ctx;

  /** @param {readonly Attachment[]} attachments */
  function tooLongWith(attachments) {
    const state = ctx.state();
    const conversation = selectActive(state);
    return selectSendObstacle(state, { ...conversation, draft: { text: conversation.draft.text + ROOM, attachments } }) === 'too-long';
  }

  /** @param {FilePart} file @param {readonly Attachment[]} attachments */
  function cut(file, attachments) {
    const put = (/** @type {string} */ text) => attachments.map((one) => (one === file ? { ...file, text } : one));
    const text = cutToFit(file.text, (shorter) => !tooLongWith(put(shorter)));
    if (text === null) actions.removeAttachment(file.id);
    else actions.setDraft({ attachments: put(text) });
    ctx.focusComposer();
  }

  return region(ctx, make('div', ''), (state) => {
    const conversation = selectActive(state);
    const file = longestFile(conversation.draft.attachments);
    // Only with files is it a matter of leaving some out.
    const long = file !== null && selectSendObstacle(state, conversation) === 'too-long';
    return [long ? file : null, conversation.draft.attachments, selectModel(state, conversation)];
  }, (file, attachments, model) => {
    const { t } = ctx.i18n;
    if (file === null) return nothing;
    return html`<div class="refusals" role="status"><p class="notice notice-warn">${icon('warning')}<span>${t('attach.tooLong', { model: model?.name ?? '' })}</span>
      <button type="button" class="button-text" @click=${() => {
        actions.removeAttachment(file.id);
        ctx.focusComposer();
      }}>${t('attach.leaveOut', { name: file.name })}</button>
      <button type="button" class="button-text" @click=${() => cut(file, attachments)}>${t('attach.cut', { name: file.name })}</button>
      <button type="button" class="button-text" @click=${() => {
        actions.setDraft({ asIs: true });
        ctx.focusComposer();
      }}>${t('attach.asIs')}</button></p></div>`;
  });
}
