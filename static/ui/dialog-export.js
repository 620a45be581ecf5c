// SPDX-License-Identifier: MIT
// Keeping chats, and bringing them back: everything that leaves the page or comes into it as a file.

import { html, nothing, render } from '../vendor/lit-html/lit-html.js';
import { selectActive, selectList } from '../core/selectors.js';
import { icon } from './icons.js';

/**
 * @param {import('./icons.js').IconName} symbol
 * @param {string} label
 * @param {string} hint
 * @param {() => void} run
 */
function way(symbol, label, hint, run) {
  return html`<li><button type="button" class="way" @click=${run}>${icon(symbol)}<span><b>${label}</b><span class="hint">${hint}</span></span></button></li>`;
}

/** @type {import('./dialogs.js').DialogMaker} */
export function exportDialog(ctx, close) {
  const { actions } = ctx;
  const save = (/** @type {() => import('../core/types.js').ExportFile | null | Promise<import('../core/types.js').ExportFile | null>} */ make) => () => {
    void ctx.save(make());
    actions.setSetting('knowsExport', true);
  };
  return {
    title: 'export.title',
    update(state, body) {
      const { t } = ctx.i18n;
      const { id, nodes } = selectActive(state);
      const here = Object.keys(nodes).length > 0;
      const filled = selectList({ ...state, ui: { ...state.ui, search: '' } }).filter((entry) => !entry.empty).length;
      const copy = async () => {
        if (await ctx.copy(actions.exportConversation(id, 'md').then((file) => file?.text ?? ''))) close();
      };
      const print = () => {
        close();
        window.print();
      };
      render(html`
        ${here ? html`<section><h3 class="field-label">${t('export.this')}</h3><ul class="ways">
          ${way('copy', t('menu.copyMd'), t('export.copy.hint'), () => void copy())}
          ${way('save', t('menu.exportMd'), t('export.md.hint'), save(() => actions.exportConversation(id, 'md')))}
          ${way('save', t('menu.exportHtml'), t('export.html.hint'), () => {
            void ctx.saveHtml(id);
            actions.setSetting('knowsExport', true);
          })}
          ${way('save', t('menu.exportJson'), t('export.json.hint'), save(() => actions.exportConversation(id, 'json')))}
          ${way('print', t('menu.print'), t('export.print.hint'), print)}</ul></section>` : nothing}
        ${filled > 1 || (filled > 0 && !here) ? html`<section><h3 class="field-label">${t('export.all')}</h3><ul class="ways">
          ${way('save', t('menu.exportAllMd'), t('export.md.hint'), save(() => actions.exportAll('md')))}
          ${way('save', t('menu.exportAllJson'), t('export.json.hint'), save(() => actions.exportAll('json')))}</ul></section>` : nothing}
        <section><h3 class="field-label">${t('export.back')}</h3><ul class="ways">
          ${way('open', t('menu.import'), t('export.import.hint'), () => {
            close();
            ctx.pickImport();
          })}</ul></section>`, body);
    },
  };
}
