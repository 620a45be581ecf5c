// SPDX-License-Identifier: MIT
// Which tools the model of this chat may use: off until chosen here.

import { html, nothing, render } from '../vendor/lit-html/lit-html.js';
import { MAX_OFFERED, selectActive } from '../core/selectors.js';
import { toolGroups, withTools } from '../core/tool-list.js';
import { icon } from './icons.js';

/**
 * @typedef {import('./context.js').Context} Context
 * @typedef {import('../core/types.js').Tool} Tool
 */

/** Of a description, characters that are shown before it is opened. */
const MAX_LEAD = 160;

/**
 * What the page's own tools are, in the person's language; of others, what their server says.
 * @param {Context} ctx
 * @param {Tool} tool
 */
function descriptionView({ i18n: { t } }, tool) {
  if (tool.server === '') return html`<span class="hint">${t(`tools.${tool.name}`)}</span>`;
  const { description } = tool;
  if (description.length <= MAX_LEAD) return html`<span class="hint" dir="auto">${description}</span>`;
  return html`<details class="hint"><summary dir="auto">${description.slice(0, MAX_LEAD)}…</summary><p dir="auto">${description}</p></details>`;
}

/** What a tool is called below its server's name. @param {Tool} tool */
function shortName({ name, server }) {
  return server !== '' && name.startsWith(`${server}__`) ? name.slice(server.length + 2) : name;
}

/**
 * @param {Context} ctx
 * @param {Tool} tool
 * @param {boolean} on
 * @param {(tools: Tool[], on: boolean) => void} set
 */
function toolView(ctx, tool, on, set) {
  const id = `tool-${tool.name}`;
  const name = shortName(tool);
  return html`<li class="tool-row"><input type="checkbox" id=${id} .checked=${on}
      @change=${(/** @type {Event} */ event) => set([tool], /** @type {HTMLInputElement} */ (event.target).checked)}>
    <div><label for=${id}><code dir="ltr">${name}</code>${tool.title && tool.title !== name ? html` <bdi>${tool.title}</bdi>` : nothing}</label>
      ${descriptionView(ctx, tool)}</div></li>`;
}

/** @type {import('./dialogs.js').DialogMaker} */
export function toolsDialog(ctx) {
  const { id } = selectActive(ctx.state());
  let search = '';
  void ctx.actions.loadTools();

  /** @param {Tool[]} tools @param {boolean} on */
  const set = (tools, on) => ctx.actions.setTools(withTools(selectActive(ctx.state()).tools, tools, on), id);

  /** @param {HTMLElement} body */
  function draw(body) {
    const { t } = ctx.i18n;
    const state = ctx.state();
    const { tools: chosen } = selectActive(state);
    const groups = toolGroups(state.tools.list, search);
    render(html`<p class="fine">${t('tools.lead')}</p>
      <div class="search">${icon('search')}<input class="input" type="search" aria-label=${t('tools.search')} placeholder=${t('tools.search')} .value=${search}
        @input=${(/** @type {Event} */ event) => {
          search = /** @type {HTMLInputElement} */ (event.target).value;
          draw(body);
        }}></div>
      <div role="status">${groups.length === 0 ? html`<p class="hint">${t('tools.none')}</p>` : nothing}
        ${chosen.length > MAX_OFFERED ? html`<p class="notice notice-warn">${icon('warning')}<span>${t('tools.many', { max: MAX_OFFERED })}</span></p>` : nothing}</div>
      ${groups.map(({ server, tools }) => {
        const all = tools.every(({ name }) => chosen.includes(name));
        return html`<section><div class="tool-server"><h3 class="field-label"><bdi>${server === '' ? t('tools.page') : server}</bdi></h3>
          ${tools.length > 1 ? html`<button type="button" class="button-text" @click=${() => set(tools, !all)}>${t(all ? 'tools.noneOf' : 'tools.allOf')}</button>` : nothing}</div>
          <ul class="rows">${tools.map((tool) => toolView(ctx, tool, chosen.includes(tool.name), set))}</ul></section>`;
      })}
      ${state.tools.errors.map(({ server, message }) => html`<p class="notice notice-warn">${icon('warning')}<span dir="auto">${server === ''
        ? t('tools.failed') : t('tools.serverFailed', { server })} <bdi>${message}</bdi></span></p>`)}
      ${state.tools.errors.length > 0 ? html`<div class="dialog-actions"><button type="button" class="button" @click=${() => void ctx.actions.loadTools()}>${t('do.retry')}</button></div>` : nothing}`, body);
  }

  return {
    title: 'tools.title',
    update: (_state, body) => draw(body),
  };
}
