// SPDX-License-Identifier: MIT
// The menu of an answer: what is not needed every day.

import { textOf } from '../core/parts.js';

/**
 * @typedef {import('./context.js').Context} Context
 * @typedef {import('../core/types.js').Message} Message
 */

/** Other models offered. */
const MAX_OFFERED = 100;
/** Tables offered. */
const MAX_TABLES = 8;

/**
 * The menu behind "More" of an answer.
 * @param {Context} ctx
 * @param {Message} message
 * @param {import('./message.js').Around} around
 * @returns {import('./menu.js').MenuEntry[]}
 */
export function moreEntries(ctx, message, around) {
  const { t } = ctx.i18n;
  const others = around.models.filter((m) => m.id !== message.model).slice(0, MAX_OFFERED);
  /** @type {import('./menu.js').MenuEntry[]} */
  const entries = [];
  if (others.length > 0 && !around.busy) {
    entries.push({ head: t('do.againWith') });
    for (const model of others) {
      entries.push({ label: model.name, icon: 'again', run: () => ctx.actions.regenerate(message.id, { model: model.id }) && ctx.toLatest() });
    }
    entries.push('line');
  }
  const text = textOf(message.parts);
  if (text !== '') {
    entries.push({ label: t('do.copyMd'), icon: 'copy', run: () => void ctx.copy(text) });
    const tables = ctx.tablesOf(message.id);
    tables.slice(0, MAX_TABLES).forEach((text, i) => entries.push({
      label: tables.length === 1 ? t('do.saveTable') : t('do.saveTableN', { index: i + 1 }),
      icon: 'save',
      run: () => ctx.save({ name: tables.length === 1 ? 'table.csv' : `table-${i + 1}.csv`, type: 'text/csv;charset=utf-8', text: `\ufeff${text}` }),
    }));
    if (!around.busy) entries.push({ label: t('do.editAnswer'), icon: 'edit', run: () => ctx.actions.setUi({ editingId: message.id }) });
    entries.push('line');
  }
  entries.push({ label: t('do.delete'), icon: 'trash', danger: true, run: () => ctx.actions.deleteMessage(message.id) });
  return entries;
}
