// SPDX-License-Identifier: MIT
// The sheet of keyboard shortcuts.

import { html, render } from '../vendor/lit-html/lit-html.js';
import { isMac, modName } from './keys.js';

/** @type {import('./dialogs.js').DialogMaker} */
export function helpDialog(ctx) {
  return {
    title: 'help.title',
    update(state, body) {
      const { t } = ctx.i18n;
      const mod = modName(t);
      const shift = t('key.shift');
      const alt = isMac ? '⌥' : t('key.alt');
      const enter = t('key.enter');
      const plain = state.settings.sendKey === 'enter';
      /** @type {[string, string[]][]} */
      const keys = [
        ['help.send', plain ? [enter] : [mod, enter]],
        ['help.newline', plain ? [shift, enter] : [enter]],
        ['help.stop', [t('key.esc')]],
        ['help.editLast', [t('key.up')]],
        ['help.focus', ['/']],
        ['help.prompts', ['/']],
        ['help.new', [mod, shift, 'O']],
        ['help.copyLast', [mod, shift, 'C']],
        ['help.list', [mod, shift, 'L']],
        ['help.search', [mod, shift, 'F']],
        ['help.latest', [mod, 'End']],
        ['help.earlier', [alt, t('key.up')]],
        ['help.later', [alt, t('key.down')]],
        ['help.quote', [mod, shift, '.']],
        ['help.settings', [mod, ',']],
        ['help.help', ['?']],
      ];
      render(html`<dl class="keys">${keys.map(([label, names]) => html`<div><dt>${t(label)}</dt>
        <dd dir="ltr">${names.map((name) => html`<kbd>${name}</kbd>`)}</dd></div>`)}</dl>`, body);
    },
  };
}
