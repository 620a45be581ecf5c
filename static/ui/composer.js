// SPDX-License-Identifier: MIT
// The composer: where messages are written, with its files, the context meter, and Send or Stop in one place.

import { html, nothing } from '../vendor/lit-html/lit-html.js';
import { selectActive, selectContext, selectIsStreaming, selectModel, selectOffered, selectSendObstacle } from '../core/selectors.js';
import { fitRegion } from './attach-fit.js';
import { attachmentView, attachNotices } from './attach-view.js';
import { createAttach } from './attach.js';
import { canRecord } from './can-record.js';
import { contextMeter } from './context-meter.js';
import { icon } from './icons.js';
import { modEnterName } from './keys.js';
import { make, region } from './region.js';
import { buttonPress, fieldKey, isComposing, isTouch } from './send-key.js';

/**
 * @typedef {import('./context.js').Context} Context
 * @typedef {import('./attach.js').Attach} Attach
 * @typedef {import('../core/types.js').State} State
 */

/**
 * The prompts behind a slash; what they are made of is loaded with the first one.
 * @param {Context} ctx
 * @param {HTMLTextAreaElement} field
 */
function createPrompts(ctx, field) {
  const element = make('div', 'prompt-list');
  /** @type {ReturnType<typeof import('./prompt-list.js').createPromptList> | null} */
  let list = null;
  let asked = false;
  async function load() {
    asked = true;
    try {
      list = (await ctx.i18n.late(() => import('./prompt-list.js'))).createPromptList(ctx, field, element);
      list.update(ctx.state());
    } catch {
      asked = false;
    }
  }
  return {
    element,
    /** @param {State} state */
    update(state) {
      if (list !== null) list.update(state);
      else if (!asked && field.value.startsWith('/')) void load();
    },
    /** @param {KeyboardEvent} event */
    key: (event) => list?.key(event) ?? false,
  };
}

/**
 * The field: as high as its text, and what its keys do.
 * @param {Context} ctx
 * @param {{send: () => void, attach: Attach}} does
 */
function createField(ctx, { send, attach }) {
  const { actions, state } = ctx;
  const element = /** @type {HTMLTextAreaElement} */ (make('textarea', 'composer-field', {
    id: 'message', rows: '1', dir: 'auto', autocomplete: 'off', enterkeyhint: 'enter',
    'aria-haspopup': 'listbox', 'aria-controls': 'prompt-options',
  }));
  const prompts = createPrompts(ctx, element);
  const growsItself = CSS.supports('field-sizing', 'content');

  function grow() {
    if (growsItself) return;
    element.style.height = 'auto';
    element.style.height = `${element.scrollHeight}px`;
  }

  element.addEventListener('input', () => {
    grow();
    actions.setDraft({ text: element.value });
  });
  element.addEventListener('keydown', (event) => {
    if (!isComposing(event) && prompts.key(event)) return;
    attach.key(event);
    const means = fieldKey(event, { sendKey: state().settings.sendKey, touch: isTouch(), empty: element.value === '' });
    if (means === null) return;
    event.preventDefault();
    if (means === 'send') send();
    if (means === 'editLast') ctx.editLast();
  });
  element.addEventListener('keyup', (event) => attach.key(event));
  element.addEventListener('paste', (event) => attach.paste(event));

  return {
    element,
    prompts,
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
 * The messages that wait for the end of the answer, each with a way back.
 * @param {Context} ctx
 * @param {readonly import('../core/types.js').Draft[]} queue
 */
function queueView(ctx, queue) {
  const { t } = ctx.i18n;
  if (queue.length === 0) return nothing;
  return html`<div class="queue"><p class="hint" id="queue-label">${t('queue.label')}</p>
    <ul aria-labelledby="queue-label">${queue.map(({ text, attachments }, i) => {
      const words = text.trim() || attachments.map(({ name }) => name).join(', ');
      return html`<li class="queued">${icon('clock')}<span class="row-name" dir="auto">${words}</span>
        <button type="button" class="icon-button icon-button-small" aria-label=${t('queue.back', { text: words.slice(0, 60) })} title=${t('do.edit')} @click=${() => {
          ctx.actions.unqueue(i);
          ctx.focusComposer();
        }}>${icon('edit')}</button></li>`;
    })}</ul></div>`;
}

/**
 * Above the field: what waits, the files, and what could not be taken.
 * @param {Context} ctx
 * @param {Attach} attach
 */
function aboveRegion(ctx, attach) {
  return region(ctx, make('div', ''),
    (state) => [selectActive(state).queue, selectActive(state).draft.attachments, attach.notices, attach.progress],
    (queue, attachments, _notices, _progress) => {
      const { t } = ctx.i18n;
      return html`${queueView(ctx, queue)}${attachments.length
        ? html`<ul class="attachments" aria-label=${t('compose.attachments')}>${attachments.map((a) => attachmentView(ctx, a, () => {
          ctx.actions.removeAttachment(a.id);
          ctx.focusComposer();
        }))}</ul>`
        : nothing}
      ${attachNotices(ctx, attach)}`;
    });
}

/**
 * Whether what is said can become a message: the server writes it down, or the model hears.
 * @param {State} state
 * @returns {boolean}
 */
function takesSound(state) {
  return canRecord() && (state.session.transcription || selectModel(state, selectActive(state))?.input.includes('audio') === true);
}

/**
 * Below the field: the way to the files, the context meter, Send or Stop, and, while an answer stands in the way
 * of what is written, both: where Enter makes a line nothing else would let it wait.
 * @param {Context} ctx
 * @param {Attach} attach
 * @param {{press: (event: MouseEvent) => void, send: () => void, dictate: () => void}} does
 */
function rowRegion(ctx, attach, { press, send, dictate }) {
  /** Its button goes with the draft; who wrote goes on in the field, with the keyboard that is on the screen. */
  const queue = () => {
    send();
    ctx.focusComposer();
  };
  return region(ctx, make('div', 'composer-row'),
    (state) => {
      const conversation = selectActive(state);
      const { tokens, limit } = selectContext(state, conversation);
      return [
        selectIsStreaming(conversation), selectSendObstacle(state, conversation),
        Math.round(limit ? (tokens / limit) * 200 : 0), limit, attach.reading, selectOffered(state, conversation).length,
        takesSound(state), state.session.resources, selectModel(state, conversation)?.webSearch ? conversation.webSearch : null,
      ];
    },
    (streaming, obstacle, half, limit, busy, offered, sound, resources, searches) => {
      const { t } = ctx.i18n;
      const does = t(streaming ? 'compose.stop' : 'compose.send');
      return html`
        <button type="button" class="icon-button" aria-label=${t('compose.attach')} title=${t('compose.attach')} aria-haspopup=${resources ? 'true' : nothing} @click=${(/** @type {MouseEvent} */ event) => {
          const pick = () => attach.pick(false);
          if (!resources) pick();
          else {
            ctx.menus.open(/** @type {HTMLElement} */ (event.currentTarget), t('compose.attach'), [
              { label: t('compose.attach'), icon: 'attach', run: pick },
              { label: t('resources.title'), icon: 'plug', run: () => ctx.actions.setUi({ dialog: 'resources' }) }]);
          }
        }}>${icon('attach')}</button>
        <button type="button" class="icon-button folder-button" aria-label=${t('compose.folder')} title=${t('compose.folder')} @click=${() => attach.pick(true)}>${icon('folder')}</button>
        <button type="button" class="icon-button tools-button" data-on=${offered > 0} aria-label=${offered > 0 ? t('tools.chosen', { count: offered }) : t('tools.title')}
          title=${t('tools.title')} aria-haspopup="dialog" @click=${() => ctx.actions.setUi({ dialog: 'tools' })}>${icon('tool')}${offered > 0 ? html`<span class="tools-count" aria-hidden="true">${offered}</span>` : nothing}</button>
        ${searches === null ? nothing : html`<button type="button" class="icon-button tools-button" data-on=${searches} aria-pressed=${String(searches)} aria-label=${t('compose.search')}
          title=${t('compose.search')} @click=${() => ctx.actions.setWebSearch(!searches)}>${icon('globe')}</button>`}
        ${limit && half > 0 ? contextMeter(ctx, half / 200, limit) : nothing}
        <span class="composer-space"></span>
        ${sound ? html`<button type="button" class="icon-button dictate-button" aria-label=${t('dictation.start')} title=${t('dictation.start')} @click=${dictate}>${icon('mic')}</button>` : nothing}
        ${obstacle === 'streaming' && !busy ? html`<button type="button" class="icon-button" aria-label=${t('compose.send')} title=${t('compose.send')} @click=${queue}>${icon('send')}</button>` : nothing}
        <button type="button" class="icon-button send-button" data-mode=${streaming ? 'stop' : 'send'} aria-label=${does} title=${does}
          aria-disabled=${!streaming && (obstacle === 'empty' || busy) ? 'true' : 'false'} @click=${press}>${icon(streaming ? 'stop' : 'send')}</button>`;
    });
}

/**
 * Where dictation will be; what it is made of is loaded when it is wanted.
 * @param {Context} ctx
 * @param {HTMLTextAreaElement} field
 * @param {Attach} attach
 */
function createDictating(ctx, field, attach) {
  const element = make('div', '');
  /** @type {import('./dictation.js').Dictation | null} */
  let dictation = null;
  return {
    element,
    async start() {
      const { Dictation } = await ctx.i18n.late(() => import('./dictation.js'));
      if (dictation === null) element.append((dictation = new Dictation(ctx, field, attach.add)).element);
      await dictation.start();
    },
    drop: () => dictation?.end(),
  };
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
    const key = sendKey === 'enter' && !isTouch() ? t('compose.enter') : t('compose.modEnter', { key: modEnterName(t) });
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
  let shownId = '';

  const attach = createAttach(ctx, () => update(ctx.state()));
  const field = createField(ctx, { send, attach });
  const above = aboveRegion(ctx, attach);
  const fit = fitRegion(ctx);
  const dictating = createDictating(ctx, field.element, attach);
  const row = rowRegion(ctx, attach, { press, send, dictate: () => void dictating.start() });
  const veil = veilRegion(ctx, attach);
  const note = noteRegion(ctx, field.element);
  form.append(field.prompts.element, above.element, fit.element, field.element, dictating.element, row.element, attach.picker, veil.element);
  element.append(form, note.element);
  form.addEventListener('submit', (event) => event.preventDefault());

  function send() {
    const text = field.element.value;
    if (selectActive(ctx.state()).draft.text !== text) actions.setDraft({ text });
    if (attach.reading) return;
    if (selectSendObstacle(ctx.state(), selectActive(ctx.state())) === 'streaming') {
      if (!actions.queueDraft()) return;
      ctx.say(ctx.i18n.t('queue.label'));
    } else if (!actions.send()) {
      return;
    } else {
      ctx.toNewTurn();
    }
    field.set('');
    attach.clear();
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
    if (state.session.user === null) dictating.drop();
    field.set(conversation.draft.text);
    attach.prune();
    for (const part of [field.prompts, above, fit, row, note, veil]) part.update(state);
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
