// SPDX-License-Identifier: MIT
// The composer: where messages are written, with its files, the context meter, and Send or Stop in one place.

import { html, nothing } from '../vendor/lit-html/lit-html.js';
import {
  selectActive, selectContext, selectIsStreaming, selectModel, selectSendObstacle,
} from '../core/selectors.js';
import { MAX_ATTACHMENTS, MAX_PASTE_CHARS } from '../core/limits.js';
import { icon } from './icons.js';
import { isModifier, modEnterName } from './keys.js';
import { make, region } from './region.js';

/**
 * @typedef {import('./context.js').Context} Context
 * @typedef {import('../core/types.js').State} State
 * @typedef {import('../core/types.js').Attachment} Attachment
 * @typedef {import('./attachments.js').Refusal} Refusal
 */

/**
 * Enter that ends an input method's composition is not Enter; Safari says so
 * only by key code 229.
 * @param {KeyboardEvent} event
 */
export function isComposing(event) {
  return event.isComposing || event.keyCode === 229;
}

/**
 * Whether this key press sends, by the setting.
 * @param {KeyboardEvent} event
 * @param {'enter' | 'mod-enter'} sendKey
 */
export function sends(event, sendKey) {
  if (event.key !== 'Enter' || isComposing(event)) return false;
  if (isModifier(event)) return true;
  return sendKey === 'enter' && !event.shiftKey && !event.altKey && !event.ctrlKey && !event.metaKey;
}

/**
 * One file, in the composer or in a message.
 * @param {Context} ctx
 * @param {Attachment} attachment
 * @param {(() => void) | null} onRemove
 */
export function attachmentView(ctx, attachment, onRemove) {
  const { t, size } = ctx.i18n;
  const remove = onRemove
    ? html`<button type="button" class="icon-button" aria-label=${t('compose.remove', { name: attachment.name })} @click=${onRemove}>${icon('close')}</button>`
    : nothing;
  if (attachment.kind === 'image') {
    const image = html`<img src=${attachment.data} alt=${attachment.name}
      width=${attachment.width ?? nothing} height=${attachment.height ?? nothing}>`;
    return html`<li class="attachment attachment-image">${onRemove ? html`${image}${remove}` : pictureButton(ctx, attachment, image)}</li>`;
  }
  return html`<li class="attachment">${icon('paper')}<span class="attachment-name" dir="auto" title=${attachment.name}>${attachment.name}</span>
    <span class="attachment-size">${size(attachment.size)}</span>${remove}</li>`;
}

/**
 * An image of a message, which opens large.
 * @param {Context} ctx
 * @param {Attachment} attachment
 * @param {unknown} image
 */
function pictureButton(ctx, attachment, image) {
  const label = ctx.i18n.t('picture.open', { name: attachment.name });
  /** @param {MouseEvent} event */
  const open = (event) => {
    // Safari does not focus what is pressed, and the dialog gives the focus back.
    /** @type {HTMLElement} */ (event.currentTarget).focus();
    ctx.showPicture(attachment);
  };
  return html`<button type="button" class="picture-button" aria-label=${label} title=${label} aria-haspopup="dialog" @click=${open}>${image}</button>`;
}

/** @param {DataTransfer | null} data */
function filesOf(data) {
  return data ? [...data.files] : [];
}

/** @param {Context} ctx */
export function createComposer(ctx) {
  const { actions } = ctx;
  const element = make('div', 'dock');
  const form = make('form', 'composer');
  const field = /** @type {HTMLTextAreaElement} */ (make('textarea', 'composer-field', {
    id: 'message', rows: '1', dir: 'auto', autocomplete: 'off', enterkeyhint: 'enter',
  }));
  const picker = /** @type {HTMLInputElement} */ (make('input', '', { type: 'file', multiple: '' }));
  picker.hidden = true;
  const above = make('div', '');
  const row = make('div', 'composer-row');
  const veil = make('div', '');
  const note = make('p', 'dock-note');
  form.append(above, field, row, picker, veil);
  element.append(form, note);

  /** @type {readonly Refusal[]} */
  let refusals = [];
  let dragging = false;
  let reading = false;
  /** Somebody wanted to send while an answer is under way. */
  let early = false;
  let shownId = '';
  /** @type {State | null} */
  let last = null;
  const growsItself = CSS.supports('field-sizing', 'content');

  function grow() {
    if (growsItself) return;
    field.style.height = 'auto';
    field.style.height = `${field.scrollHeight}px`;
  }

  function redraw() {
    if (last) update(last);
  }

  function tooEarly() {
    const { t } = ctx.i18n;
    return t('compose.early', { key: t('key.esc') });
  }

  function send() {
    const state = ctx.state();
    const conversation = selectActive(state);
    if (conversation.draft.text !== field.value) actions.setDraft({ text: field.value });
    if (reading) return;
    if (selectSendObstacle(ctx.state(), selectActive(ctx.state())) === 'streaming') {
      early = true;
      ctx.say(tooEarly());
      update(ctx.state());
      return;
    }
    if (!actions.send()) return;
    field.value = '';
    grow();
    refusals = [];
    ctx.toLatest();
  }

  /** @param {MouseEvent} event */
  function press(event) {
    // The second click of a double click must not stop what the first one sent.
    if (event.detail > 1) return;
    if (selectIsStreaming(selectActive(ctx.state()))) {
      actions.stop();
      field.focus({ preventScroll: true });
    } else {
      send();
      if (matchMedia('(hover: hover)').matches) field.focus({ preventScroll: true });
    }
  }

  /** @param {readonly File[]} files */
  async function add(files) {
    if (files.length === 0) return;
    const conversation = selectActive(ctx.state());
    reading = true;
    refusals = [];
    redraw();
    try {
      const { readFiles } = await import('./attachments.js');
      refusals = await readFiles(files, {
        model: selectModel(ctx.state(), conversation),
        present: conversation.draft.attachments.length,
        newId: actions.newId,
        size: ctx.i18n.size,
      }, (attachment) => actions.addAttachment(attachment, conversation.id));
    } catch {
      refusals = [{ key: 'app.failed', params: {} }];
    } finally {
      reading = false;
      redraw();
    }
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault();
  });
  field.addEventListener('input', () => {
    grow();
    actions.setDraft({ text: field.value });
  });
  field.addEventListener('keydown', (event) => {
    if (sends(event, ctx.state().settings.sendKey)) {
      event.preventDefault();
      if (!event.repeat) send();
    } else if (event.key === 'ArrowUp' && !event.altKey && field.value === '' && !isComposing(event)) {
      event.preventDefault();
      ctx.editLast();
    }
  });
  field.addEventListener('paste', (event) => {
    const text = event.clipboardData?.getData('text/plain') ?? '';
    const { attachments } = selectActive(ctx.state()).draft;
    if (text.length > MAX_PASTE_CHARS && attachments.length < MAX_ATTACHMENTS) {
      event.preventDefault();
      add([new File([text], `${ctx.i18n.t('compose.pasted')}.txt`, { type: 'text/plain' })]);
      return;
    }
    const files = filesOf(event.clipboardData);
    // A copied table or text comes with a picture of itself: then the text is meant.
    if (files.length === 0 || event.clipboardData?.types.includes('text/plain')) return;
    event.preventDefault();
    add(files);
  });
  picker.addEventListener('change', () => {
    add([...picker.files ?? []]);
    picker.value = '';
    field.focus();
  });

  const aboveRegion = region(ctx, above,
    (state) => [selectActive(state).draft.attachments, refusals, reading, early],
    (attachments, refused, busy, wait) => {
      const { t } = ctx.i18n;
      return html`${attachments.length
        ? html`<ul class="attachments" aria-label=${t('compose.attachments')}>${attachments.map((a) => attachmentView(ctx, a, () => {
          actions.removeAttachment(a.id);
          field.focus();
        }))}</ul>`
        : nothing}
      <div class="refusals" role="status" ?hidden=${!busy && refused.length === 0}>
        ${busy ? html`<p class="status"><span class="spinner" aria-hidden="true"></span>${t('file.reading')}</p>` : nothing}
        ${refused.map((r) => html`<p class="notice notice-warn">${icon('warning')}<span>${t(r.key, r.params)}</span></p>`)}
      </div>
      ${wait ? html`<div class="refusals"><p class="notice notice-warn">${icon('clock')}<span>${tooEarly()}</span></p></div>` : nothing}`;
    });

  const rowRegion = region(ctx, row,
    (state) => {
      const conversation = selectActive(state);
      const obstacle = selectSendObstacle(state, conversation);
      const { tokens, limit } = selectContext(state, conversation);
      return [
        selectIsStreaming(conversation), obstacle, Math.round(limit ? (tokens / limit) * 200 : 0), limit, reading,
      ];
    },
    (streaming, obstacle, half, limit, busy) => {
      const { t } = ctx.i18n;
      return html`
        <button type="button" class="icon-button" aria-label=${t('compose.attach')} title=${t('compose.attach')} @click=${() => picker.click()}>${icon('attach')}</button>
        ${limit && half > 0 ? contextMeter(ctx, half / 200, limit) : nothing}
        <span class="composer-space"></span>
        <button type="button" class="icon-button send-button" data-mode=${streaming ? 'stop' : 'send'}
          aria-label=${t(streaming ? 'compose.stop' : 'compose.send')} title=${t(streaming ? 'compose.stop' : 'compose.send')}
          aria-disabled=${!streaming && (obstacle === 'empty' || busy) ? 'true' : 'false'} @click=${press}>${icon(streaming ? 'stop' : 'send')}</button>`;
    });

  const noteRegion = region(ctx, note,
    (state) => [state.settings.sendKey],
    (sendKey) => {
      const { t } = ctx.i18n;
      field.setAttribute('aria-label', t('compose.field'));
      field.placeholder = t('compose.hint');
      const key = sendKey === 'enter' ? t('compose.enter') : t('compose.modEnter', { key: modEnterName(t) });
      field.setAttribute('aria-description', key);
      return t('compose.note');
    });

  const veilRegion = region(ctx, veil,
    () => [dragging],
    (over) => (over ? html`<div class="drop-veil">${ctx.i18n.t('compose.drop')}</div>` : nothing));

  /** @param {State} state */
  function update(state) {
    last = state;
    const conversation = selectActive(state);
    const switched = conversation.id !== shownId;
    if (switched) {
      shownId = conversation.id;
      refusals = [];
    }
    if (switched || !selectIsStreaming(conversation)) early = false;
    if (field.value !== conversation.draft.text) {
      field.value = conversation.draft.text;
      grow();
    }
    aboveRegion.update(state);
    rowRegion.update(state);
    noteRegion.update(state);
    veilRegion.update(state);
  }

  return {
    element,
    update,
    focus: () => field.focus({ preventScroll: true }),
    /** Files dropped anywhere on the conversation. @param {HTMLElement} area */
    takeDrops(area) {
      let depth = 0;
      const carriesFiles = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes('Files') ?? false;
      const set = (/** @type {boolean} */ over) => {
        dragging = over;
        redraw();
      };
      area.addEventListener('dragenter', (event) => {
        if (!carriesFiles(event)) return;
        event.preventDefault();
        depth += 1;
        set(true);
      });
      area.addEventListener('dragover', (event) => {
        if (carriesFiles(event)) event.preventDefault();
      });
      area.addEventListener('dragleave', (event) => {
        if (!carriesFiles(event)) return;
        depth = Math.max(0, depth - 1);
        if (depth === 0) set(false);
      });
      area.addEventListener('drop', (event) => {
        if (!carriesFiles(event)) return;
        event.preventDefault();
        depth = 0;
        set(false);
        add(filesOf(event.dataTransfer));
      });
    },
    /** Puts a text there to be sent or changed. @param {string} text */
    fill(text) {
      field.value = text;
      grow();
      actions.setDraft({ text });
      field.focus();
      field.setSelectionRange(text.length, text.length);
    },
  };
}

/**
 * The part of the model's context that the next request fills.
 * @param {Context} ctx
 * @param {number} ratio
 * @param {number} limit
 */
function contextMeter(ctx, ratio, limit) {
  const { t, number, compact } = ctx.i18n;
  const percent = number(Math.min(ratio, 1), { style: 'percent' });
  const level = ratio >= 0.98 ? 'full' : ratio >= 0.8 ? 'near' : 'ok';
  const value = t('meter.contextValue', { used: compact(Math.round(ratio * limit)), limit: compact(limit) });
  const length = 2 * Math.PI * 9;
  return html`<span class="context-meter" role="meter" aria-label=${t('meter.context')} aria-valuemin="0" aria-valuemax="100"
    aria-valuenow=${Math.round(Math.min(ratio, 1) * 100)} aria-valuetext=${value} title=${`${t('meter.context')}: ${value} (${t('meter.estimate')})`}>
    <svg class="ring" viewBox="0 0 24 24" aria-hidden="true"><circle class="ring-track" cx="12" cy="12" r="9"/><circle class="ring-value"
      data-level=${level} cx="12" cy="12" r="9" stroke-dasharray=${length} stroke-dashoffset=${length * (1 - Math.min(ratio, 1))}/></svg>
    <span aria-hidden="true">${percent}</span></span>`;
}
