// SPDX-License-Identifier: MIT
// The dialog about memory: what each chat takes, and room made by exporting and deleting.

import { html, nothing, render } from '../vendor/lit-html/lit-html.js';
import { isEmpty } from '../core/conversation.js';
import { conversationBytes } from '../core/memory.js';
import { selectMemory } from '../core/selectors.js';
import { icon } from './icons.js';

/** @type {import('./dialogs.js').DialogMaker} */
export function memoryDialog(ctx) {
  return {
    title: 'memory.title',
    update(state, body) {
      const { t, size } = ctx.i18n;
      const { actions } = ctx;
      const { bytes, cap, ratio, level } = selectMemory(state);
      const { byId, order } = state.conversations;
      const rows = order.flatMap((id) => byId[id] ?? []).filter((c) => !isEmpty(c))
        .map((c) => ({ id: c.id, title: c.title || t('nav.untitled'), bytes: conversationBytes(c) }))
        .sort((a, b) => b.bytes - a.bytes);
      render(html`
        <p class="fine">${t('memory.lead', { cap: size(cap) })}</p>
        ${level === 'ok' ? nothing : html`<p class="notice notice-warn">${icon('warning')}<span>${t(level === 'full' ? 'memory.full' : 'memory.near')}</span></p>`}
        <div class="meter"><span class="meter-line"><span>${t('meter.memory')}</span>
          <span class="tabular">${t('meter.memoryValue', { used: size(bytes), cap: size(cap) })}</span></span>
          <meter class="meter-bar" min="0" max="1" low="0.8" high="0.98" optimum="0" .value=${ratio} aria-label=${t('meter.memory')}></meter></div>
        ${rows.length === 0 ? html`<p class="fine">${t('nav.empty')}</p>` : html`<ul class="rows">${rows.map((row) => html`<li class="row">
          <span class="row-name" dir="auto">${row.title}</span><span class="row-size">${size(row.bytes)}</span>
          <button type="button" class="icon-button icon-button-small" aria-label=${t('memory.export', { title: row.title })} title=${t('menu.exportJson')}
            @click=${() => ctx.save(actions.exportConversation(row.id, 'json'))}>${icon('save')}</button>
          <button type="button" class="icon-button icon-button-small" aria-label=${t('memory.delete', { title: row.title })} title=${t('do.delete')}
            @click=${() => actions.deleteConversation(row.id)}>${icon('trash')}</button></li>`)}</ul>`}
        ${rows.length > 1 ? html`<div class="dialog-actions"><button type="button" class="button" @click=${() => ctx.save(actions.exportAll('json'))}>${icon('save')}${t('menu.exportAllJson')}</button></div>` : nothing}`, body);
    },
  };
}
