// SPDX-License-Identifier: MIT
// The menus of a question and of an answer. With a mouse they hold what has no button; for fingers, all there is.

import { attachmentsOf, textOf } from '../core/parts.js';
import { selectActive } from '../core/selectors.js';
import { deletionOf } from './deletion.js';

/**
 * @typedef {import('./context.js').Context} Context
 * @typedef {import('../core/types.js').Message} Message
 * @typedef {import('./message.js').Around} Around
 * @typedef {import('./menu.js').MenuEntry} MenuEntry
 */

/** Tables offered. */
const MAX_TABLES = 8;

/** Whether the buttons beside the menu are not there: fingers have the menu alone. */
const fingers = () => matchMedia('(pointer: coarse)').matches;

/**
 * Deletes it, or asks first when more goes with it than can be seen.
 * @param {Context} ctx
 * @param {Message} message
 * @returns {MenuEntry}
 */
function deleteEntry(ctx, message) {
  const { actions, i18n: { t } } = ctx;
  const { ask } = deletionOf(selectActive(ctx.state()), message.id);
  return {
    label: t(ask ? 'do.deleteAsk' : 'do.delete'), icon: 'trash', danger: true,
    run: () => (ask ? actions.setUi({ dialog: 'delete', deletingId: message.id }) : actions.deleteMessage(message.id)),
  };
}

/**
 * @param {Context} ctx
 * @param {Message} message
 * @param {Around} around
 * @returns {MenuEntry[]}
 */
export function questionEntries(ctx, message, around) {
  const { actions, i18n: { t } } = ctx;
  const text = textOf(message.parts);
  /** @type {MenuEntry[]} */
  const entries = [];
  if (fingers()) {
    entries.push(
      { label: t('do.copy'), icon: 'copy', run: () => void ctx.copy(text) },
      { label: t('do.edit'), icon: 'edit', run: () => actions.setUi({ editingId: message.id }) },
    );
  }
  if (around.last && !around.busy) {
    entries.push({ label: t('do.again'), icon: 'again', run: () => actions.editAndResend(message.id, text, attachmentsOf(message.parts)) && ctx.toNewTurn() });
  }
  return [...entries, deleteEntry(ctx, message)];
}

/**
 * The tables of an answer, each as a file.
 * @param {Context} ctx
 * @param {Message} message
 * @returns {MenuEntry[]}
 */
function tableEntries(ctx, message) {
  const { t } = ctx.i18n;
  const tables = ctx.tablesOf(message.id);
  const one = tables.length === 1;
  return tables.slice(0, MAX_TABLES).map((text, i) => ({
    label: one ? t('do.saveTable') : t('do.saveTableN', { index: i + 1 }),
    icon: 'save',
    run: () => ctx.save({ name: one ? 'table.csv' : `table-${i + 1}.csv`, type: 'text/csv;charset=utf-8', text: `\ufeff${text}` }),
  }));
}

/**
 * @param {Context} ctx
 * @param {Message} message
 * @param {Around} around
 * @param {HTMLElement} opener  beside which another panel may open
 * @returns {MenuEntry[]}
 */
export function answerEntries(ctx, message, around, opener) {
  const { actions, i18n: { t, language } } = ctx;
  const text = textOf(message.parts);
  /** @type {MenuEntry[]} */
  const entries = [];
  if (!around.busy) {
    if (fingers()) entries.push({ label: t('do.again'), icon: 'again', run: () => actions.regenerate(message.id) && ctx.toNewTurn() });
    if (around.models.length > 1) {
      entries.push({ label: t('do.againWith'), icon: 'swap', run: () => ctx.models.open(opener, {
        label: t('do.againWith'), chosen: message.model, choose: (model) => actions.regenerate(message.id, { model }) && ctx.toNewTurn(),
      }) });
    }
  }
  if (text) {
    if (fingers() && ctx.speech.available) {
      entries.push({ label: t('do.read'), icon: 'speak', run: () => ctx.speech.toggle(message.id, text, language.code) });
    }
    entries.push({ label: t('do.copyMd'), icon: 'copy', run: () => void ctx.copy(text) }, ...tableEntries(ctx, message));
    if (!around.busy) entries.push({ label: t('do.editAnswer'), icon: 'edit', run: () => actions.setUi({ editingId: message.id }) });
  }
  if (entries.length > 0) entries.push('line');
  return [...entries, deleteEntry(ctx, message)];
}
