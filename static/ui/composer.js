// SPDX-License-Identifier: MIT
// The composer: where messages are written, with its files, the context meter, and Send or Stop in one place.

import { html, nothing } from '../vendor/lit-html/lit-html.js';
import { selectActive, selectContext, selectIsStreaming, selectSendObstacle } from '../core/selectors.js';
import { fitRegion } from './attach-fit.js';
import { attachmentView, attachNotices } from './attach-view.js';
import { createAttach } from './attach.js';
import { contextMeter } from './context-meter.js';
import { icon } from './icons.js';
import { modEnterName } from './keys.js';
import { make, region } from './region.js';
import { buttonPress, fieldKey } from './send-key.js';

/**
 * @typedef {import('./context.js').Context} Context
 * @typedef {import('./attach.js').Attach} Attach
 * @typedef {import('../core/types.js').State} State
 */

/**
 * The field: as high as its text, and what its keys do.
 * @param {Context} ctx
 * @param {{send: () => void, attach: Attach}} does
 */
function createField(ctx, { send, attach }) {
  const element = /** @type {HTMLTextAreaElement} */ (make('textarea', 'composer-field', {
    id: 'message', rows: '1', dir: 'auto', autocomplete: 'off', enterkeyhint: 'enter',
  }));
  const growsItself = CSS.supports('field-sizing', 'content');

  function grow() {
    if (growsItself) return;
    element.style.height = 'auto';
    element.style.height = `${element.scrollHeight}px`;
  }

  element.addEventListener('input', () => {
    grow();
    ctx.actions.setDraft({ text: element.value });
  });
  element.addEventListener('keydown', (event) => {
    attach.key(event);
    const means = fieldKey(event, { sendKey: ctx.state().settings.sendKey, empty: element.value === '' });
    if (means === null) return;
    event.preventDefault();
    if (means === 'send') send();
    if (means === 'editLast') ctx.editLast();
  });
  element.addEventListener('keyup', (event) => attach.key(event));
  element.addEventListener('paste', (event) => attach.paste(event));

  return {
    element,
    focus: () => element.focus({ preventScroll: true }),
    /** @param {string} text */
    set(text) {
      if (element.value === text) return;
      element.value = text;
      grow();
    },
  };
}

/**
 * Why nothing is sent while an answer is under way, and the key that stops it.
 * @param {Context} ctx
 */
function tooEarly({ i18n: { t } }) {
  return t('compose.early', { key: t('key.esc') });
}

/**
 * Above the field: the files, and what keeps the message from going out.
 * @param {Context} ctx
 * @param {Attach} attach
 * @param {() => boolean} isEarly  somebody wanted to send while an answer is under way
 */
function aboveRegion(ctx, attach, isEarly) {
  return region(ctx, make('div', ''),
    (state) => [selectActive(state).draft.attachments, attach.notices, attach.progress, isEarly()],
    (attachments, _notices, _progress, early) => {
      const { t } = ctx.i18n;
      return html`${attachments.length
        ? html`<ul class="attachments" aria-label=${t('compose.attachments')}>${attachments.map((a) => attachmentView(ctx, a, () => {
          ctx.actions.removeAttachment(a.id);
          ctx.focusComposer();
        }))}</ul>`
        : nothing}
      ${attachNotices(ctx, attach)}
      ${early ? html`<div class="refusals"><p class="notice notice-warn">${icon('clock')}<span>${tooEarly(ctx)}</span></p></div>` : nothing}`;
    });
}

/**
 * Below the field: the way to the files, the context meter, Send or Stop.
 * @param {Context} ctx
 * @param {Attach} attach
 * @param {(event: MouseEvent) => void} press
 */
function rowRegion(ctx, attach, press) {
  return region(ctx, make('div', 'composer-row'),
    (state) => {
      const conversation = selectActive(state);
      const { tokens, limit } = selectContext(state, conversation);
      return [
        selectIsStreaming(conversation), selectSendObstacle(state, conversation),
        Math.round(limit ? (tokens / limit) * 200 : 0), limit, attach.reading,
      ];
    },
    (streaming, obstacle, half, limit, busy) => {
      const { t } = ctx.i18n;
      const does = t(streaming ? 'compose.stop' : 'compose.send');
      return html`
        <button type="button" class="icon-button" aria-label=${t('compose.attach')} title=${t('compose.attach')} @click=${() => attach.picker.click()}>${icon('attach')}</button>
        ${limit && half > 0 ? contextMeter(ctx, half / 200, limit) : nothing}
        <span class="composer-space"></span>
        <button type="button" class="icon-button send-button" data-mode=${streaming ? 'stop' : 'send'} aria-label=${does} title=${does}
          aria-disabled=${!streaming && (obstacle === 'empty' || busy) ? 'true' : 'false'} @click=${press}>${icon(streaming ? 'stop' : 'send')}</button>`;
    });
}

/**
 * The line beneath, and what the field says of itself.
 * @param {Context} ctx
 * @param {HTMLTextAreaElement} field
 */
function noteRegion(ctx, field) {
  return region(ctx, make('p', 'dock-note'), (state) => [state.settings.sendKey], (sendKey) => {
    const { t } = ctx.i18n;
    field.setAttribute('aria-label', t('compose.field'));
    field.placeholder = t('compose.hint');
    const key = sendKey === 'enter' ? t('compose.enter') : t('compose.modEnter', { key: modEnterName(t) });
    field.setAttribute('aria-description', key);
    return t('compose.note');
  });
}

/**
 * While files hover over the page.
 * @param {Context} ctx
 * @param {Attach} attach
 */
function veilRegion(ctx, attach) {
  return region(ctx, make('div', ''), () => [attach.dragging],
    (over) => (over ? html`<div class="drop-veil">${ctx.i18n.t('compose.drop')}</div>` : nothing));
}

/** @param {Context} ctx */
export function createComposer(ctx) {
  const { actions } = ctx;
  const element = make('div', 'dock');
  const form = make('form', 'composer');
  /** Somebody wanted to send while an answer is under way. */
  let early = false;
  let shownId = '';

  const attach = createAttach(ctx, () => update(ctx.state()));
  const field = createField(ctx, { send, attach });
  const above = aboveRegion(ctx, attach, () => early);
  const fit = fitRegion(ctx);
  const row = rowRegion(ctx, attach, press);
  const veil = veilRegion(ctx, attach);
  const note = noteRegion(ctx, field.element);
  form.append(above.element, fit.element, field.element, row.element, attach.picker, veil.element);
  element.append(form, note.element);
  form.addEventListener('submit', (event) => event.preventDefault());

  function send() {
    const text = field.element.value;
    if (selectActive(ctx.state()).draft.text !== text) actions.setDraft({ text });
    if (attach.reading) return;
    if (selectSendObstacle(ctx.state(), selectActive(ctx.state())) === 'streaming') {
      early = true;
      ctx.say(tooEarly(ctx));
      update(ctx.state());
      return;
    }
    if (!actions.send()) return;
    field.set('');
    attach.clear();
    ctx.toLatest();
  }

  /** @param {MouseEvent} event */
  function press(event) {
    const means = buttonPress(event, selectIsStreaming(selectActive(ctx.state())));
    if (means === 'stop') actions.stop();
    if (means === 'send') send();
    if (means === 'stop' || (means === 'send' && matchMedia('(hover: hover)').matches)) field.focus();
  }

  /** @param {State} state */
  function update(state) {
    const conversation = selectActive(state);
    const switched = conversation.id !== shownId;
    shownId = conversation.id;
    if (switched) attach.clear();
    if (switched || !selectIsStreaming(conversation)) early = false;
    field.set(conversation.draft.text);
    attach.prune();
    for (const part of [above, fit, row, note, veil]) part.update(state);
  }

  return {
    element,
    update,
    focus: field.focus,
    takeDrops: attach.takeDrops,
    /** Puts a text there to be sent or changed. @param {string} text */
    fill(text) {
      field.set(text);
      actions.setDraft({ text });
      field.element.focus();
      field.element.setSelectionRange(text.length, text.length);
    },
  };
}
