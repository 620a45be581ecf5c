// SPDX-License-Identifier: MIT
// What can be done with a turn: the buttons at it, and the menu that holds all of it where there are fingers.

import { html, nothing } from '../vendor/lit-html/lit-html.js';
import { textOf } from '../core/parts.js';
import { copyTool, tool } from './message-tools.js';

/**
 * @typedef {import('./context.js').Context} Context
 * @typedef {import('../core/types.js').Message} Message
 * @typedef {import('./message.js').Around} Around
 */

/**
 * @param {Context} ctx
 * @param {(menu: typeof import('./turn-menu.js'), opener: HTMLElement) => readonly import('./menu.js').MenuEntry[]} entries
 */
function moreTool(ctx, entries) {
  const { t } = ctx.i18n;
  return tool('more', t('do.more'), async (event) => {
    const opener = /** @type {HTMLElement} */ (event.currentTarget);
    try {
      const menu = await ctx.i18n.late(() => import('./turn-menu.js'));
      ctx.menus.open(opener, t('do.more'), entries(menu, opener));
    } catch {
      ctx.actions.addToast({ kind: 'error', key: 'app.failed' });
    }
  }, { menu: true });
}

/**
 * Beside a question.
 * @param {Context} ctx
 * @param {Message} message
 * @param {Around} around
 */
export function questionTools(ctx, message, around) {
  const { t } = ctx.i18n;
  return html`<span class="tools" role="group" aria-label=${t('do.toolbar')}>
    ${copyTool(ctx, () => ctx.copy(textOf(message.parts)))}
    ${tool('edit', t('do.edit'), () => ctx.actions.setUi({ editingId: message.id }))}
    ${moreTool(ctx, ({ questionEntries }) => questionEntries(ctx, message, around))}
  </span>`;
}

/**
 * Below an answer that has ended.
 * @param {Context} ctx
 * @param {Message} message
 * @param {Around} around
 */
export function answerTools(ctx, message, around) {
  const { t, language } = ctx.i18n;
  const text = textOf(message.parts);
  const reading = ctx.speech.reading === message.id;
  return html`<span class="tools" role="group" aria-label=${t('do.toolbar')}>
    ${text ? copyTool(ctx, () => ctx.copyRich(message.id, text)) : nothing}
    ${around.busy ? nothing : tool('again', t('do.again'), () => ctx.actions.regenerate(message.id) && ctx.toNewTurn())}
    ${ctx.speech.available && text
      ? tool('speak', t('do.read'), () => ctx.speech.toggle(message.id, text, language.code), { pressed: reading })
      : nothing}
    ${moreTool(ctx, ({ answerEntries }, opener) => answerEntries(ctx, message, around, opener))}
  </span>`;
}
