// SPDX-License-Identifier: MIT
// What servers of tools have to be attached: searched, chosen, and for templates of addresses filled in.

import { html, nothing, render } from '../vendor/lit-html/lit-html.js';
import { MAX_SHOWN, resourceGroups } from '../core/resource-list.js';
import { expandTemplate } from '../core/uri-template.js';
import { icon } from './icons.js';
import { attachParts, createAsker, createFields, errorNote, infoOf } from './offered.js';
import { visibleText } from './visible.js';

/**
 * @typedef {import('./context.js').Context} Context
 * @typedef {import('../core/types.js').Resource} Resource
 *
 * @typedef {object} View
 * @property {import('../core/types.js').Resources | null} resources  null until they are there
 * @property {import('../core/types.js').ApiErrorInfo | null} error
 * @property {string} search
 * @property {string} reading  the address that is being read
 * @property {{resource: Resource, fields: ReturnType<typeof createFields>} | null} filled  the template that is filled in
 *
 * @typedef {object} Does
 * @property {() => void} load
 * @property {(server: string, uri: string) => void} attach
 * @property {(resource: Resource | null) => void} fill
 * @property {(text: string) => void} search
 */

/**
 * @param {Context} ctx
 * @param {View} view
 * @param {Does} does
 * @param {Resource} one
 */
function rowView({ i18n: { size } }, { reading }, does, one) {
  const open = () => (one.places.length > 0 ? does.fill(one) : does.attach(one.server, one.uri));
  return html`<li class="row"><button type="button" class="row-open" aria-busy=${String(reading === one.uri)} @click=${open}>
    <b class="row-name"><bdi>${one.title}</bdi>${one.size > 0 ? ` · ${size(one.size)}` : ''}</b>
    <span class="hint row-name"><code dir="ltr">${visibleText(one.uri)}</code></span>
    ${one.description ? html`<span class="hint row-name" dir="auto">${one.description}</span>` : nothing}</button></li>`;
}

/**
 * @param {Context} ctx
 * @param {View} view
 * @param {Does} does
 * @param {NonNullable<View['filled']>} filled
 */
function formView(ctx, { reading, error }, does, { resource: { server, uri, title }, fields }) {
  const { t } = ctx.i18n;
  return html`<form class="login-form" @submit=${(/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    does.attach(server, expandTemplate(uri, fields.values));
  }}><p><b dir="auto">${title}</b> <code class="hint" dir="ltr">${visibleText(uri)}</code></p>
    ${fields.view()}${errorNote(ctx, error)}
    <div class="dialog-actions"><button type="button" class="button" @click=${() => does.fill(null)}>${t('do.cancel')}</button>
      <button class="button button-primary" aria-disabled=${String(reading !== '')}>${t('resources.attach')}</button></div></form>`;
}

/**
 * @param {Context} ctx
 * @param {View} view
 * @param {Does} does
 */
function listView(ctx, view, does) {
  const { t } = ctx.i18n;
  const { resources, error, search } = view;
  const { groups, left } = resourceGroups(resources?.list ?? [], search);
  const failed = resources?.errors ?? [];
  const waits = html`<p class="status"><span class="spinner" aria-hidden="true"></span>${t('app.loading')}</p>`;
  return html`<p class="fine">${t('resources.lead')}</p>
    <div class="search">${icon('search')}<input class="input" type="search" aria-label=${t('resources.search')} placeholder=${t('resources.search')} .value=${search}
      @input=${(/** @type {Event} */ event) => does.search(/** @type {HTMLInputElement} */ (event.target).value)}></div>
    ${errorNote(ctx, error)}
    <div role="status">${resources === null && error === null ? waits : nothing}
      ${resources !== null && groups.length === 0 ? html`<p class="hint">${t('resources.none')}</p>` : nothing}
      ${left > 0 ? html`<p class="hint">${t('resources.cut', { max: MAX_SHOWN })}</p>` : nothing}</div>
    ${groups.map(({ server, list }) => html`<section><h3 class="field-label"><bdi>${server}</bdi></h3>
      <ul class="rows">${list.map((one) => rowView(ctx, view, does, one))}</ul></section>`)}
    ${failed.map(({ server, message }) => html`<p class="notice notice-warn">${icon('warning')}<span dir="auto">${t('resources.serverFailed', { server })} ${message}</span></p>`)}
    ${error === null && failed.length === 0 ? nothing : html`<div class="dialog-actions"><button type="button" class="button" @click=${does.load}>${t('do.retry')}</button></div>`}`;
}

/**
 * Gives a resource to the draft, and closes: what does not fit is told by a toast, which stands behind a dialog.
 * @param {Context} ctx
 * @param {View} view  is changed
 * @param {{server: string, uri: string, ask: import('../core/types-parts.js').Asker}} wanted
 * @param {() => boolean} close  false: it is closed already
 */
async function attachTo(ctx, view, { server, uri, ask }, close) {
  try {
    const parts = await ctx.actions.readResource(server, uri, ask);
    if (parts.length === 0) view.error = infoOf({ code: 'tool_empty' });
    else if (close()) attachParts(ctx, parts);
  } catch (thrown) {
    view.error = infoOf(thrown);
  }
}

/** @type {import('./dialogs.js').DialogMaker} */
export function resourcesDialog(ctx, close) {
  /** @type {HTMLElement | null} */
  let place = null;
  /** @type {View} */
  const view = { resources: null, error: null, search: '', reading: '', filled: null };
  let gone = false;
  const asker = createAsker(ctx, draw);

  function draw() {
    if (place === null || gone) return;
    if (asker.asks()) render(html`${asker.element}`, place);
    else render(view.filled === null ? listView(ctx, view, does) : formView(ctx, view, does, view.filled), place);
  }

  /** @type {Does} */
  const does = {
    async load() {
      view.error = null;
      view.resources = await ctx.actions.listResources().catch((thrown) => {
        view.error = infoOf(thrown);
        return view.resources;
      });
      draw();
    },
    async attach(server, uri) {
      if (view.reading !== '') return;
      view.reading = uri;
      view.error = null;
      draw();
      await attachTo(ctx, view, { server, uri, ask: asker.of(server) }, () => {
        if (gone) return false;
        close();
        return true;
      });
      view.reading = '';
      draw();
    },
    fill(resource) {
      view.filled?.fields.stop();
      view.error = null;
      view.filled = resource && { resource, fields: createFields(ctx, { server: resource.server, uri_template: resource.uri },
        resource.places.map((name) => ({ name, title: name, description: '', required: false })), draw) };
      draw();
      /** @type {HTMLElement | null | undefined} */ (place?.querySelector('input'))?.focus();
    },
    search(text) {
      view.search = text;
      draw();
    },
  };

  does.load();
  return {
    title: 'resources.title',
    update(_state, body) {
      place = body;
      draw();
    },
    dispose() {
      gone = true;
      asker.stop();
      view.filled?.fields.stop();
    },
  };
}
