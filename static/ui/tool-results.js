// SPDX-License-Identifier: MIT
// What a tool gave that is more than a few words: tables and other data, links, texts that are long.

import { html, nothing } from '../vendor/lit-html/lit-html.js';
import { readable } from '../core/visible.js';
import { icon } from './icons.js';
import { hostOf, outerLink } from './part-sources.js';
import { readableText, visibleText } from './visible.js';

/**
 * @typedef {import('./context.js').Context} Context
 * @typedef {import('../core/types.js').Part} Part
 * @typedef {Readonly<Record<string, unknown>>} Fields
 */

/** Of a text, that are shown before all of it is asked for. */
const HEAD_CHARS = 1500;
const HEAD_LINES = 20;
/** Rows of a table before all of them are asked for, and the most that it has. */
const HEAD_ROWS = 20;
const MAX_ROWS = 1000;
const MAX_COLUMNS = 30;
/** Data within data that has a form of its own; what is deeper is JSON. */
const MAX_DEPTH = 4;
/** Members that are shown of an object. */
const MAX_MEMBERS = 200;

/** @param {unknown} value @returns {value is Record<string, unknown>} */
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

/** @param {string} text */
function pre(text) {
  return html`<pre class="part-pre" dir="auto" tabindex="0">${readableText(text)}</pre>`;
}

/**
 * Where a long text may be cut: not in the middle of a character.
 * @param {string} text
 */
function headOf(text) {
  const lines = text.split('\n', HEAD_LINES).join('\n');
  const head = lines.length > HEAD_CHARS ? lines.slice(0, HEAD_CHARS) : lines;
  return /[\ud800-\udbff]$/.test(head) ? head.slice(0, -1) : head;
}

/**
 * @param {Context} ctx
 * @param {string} text
 * @param {boolean} all
 * @param {(all: boolean) => void} fold
 */
function textView(ctx, text, all, fold) {
  const head = headOf(text);
  if (head.length >= text.length) return pre(text);
  return html`${pre(all ? text : `${head}…`)}${foldButton(ctx, all, fold)}`;
}

/** @param {Context} ctx @param {boolean} all @param {(all: boolean) => void} fold */
function foldButton({ i18n: { t } }, all, fold) {
  return html`<button type="button" class="button-text" aria-expanded=${String(all)} @click=${() => fold(!all)}>${t(all ? 'result.less' : 'result.all')}</button>`;
}

/** @param {unknown} value */
function inline(value) {
  if (value === undefined || value === null) return nothing;
  return typeof value === 'string' ? visibleText(value) : visibleText(JSON.stringify(value));
}

/**
 * @param {Context} ctx
 * @param {readonly Record<string, unknown>[]} rows
 * @param {boolean} all
 * @param {(all: boolean) => void} fold
 */
function tableView(ctx, rows, all, fold) {
  const { t } = ctx.i18n;
  const names = [...new Set(rows.slice(0, MAX_ROWS).flatMap((row) => Object.keys(row)))].slice(0, MAX_COLUMNS);
  const shown = rows.slice(0, all ? MAX_ROWS : HEAD_ROWS);
  return html`<div class="result-table" tabindex="0" role="region" aria-label=${t('result.table')}><table><thead><tr>${names.map((name) => html`<th scope="col" dir="auto">${visibleText(name)}</th>`)}</tr></thead>
    <tbody>${shown.map((row) => html`<tr>${names.map((name) => html`<td dir="auto" class=${typeof row[name] === 'number' ? 'tabular' : nothing}>${inline(row[name])}</td>`)}</tr>`)}</tbody></table></div>
    ${rows.length > HEAD_ROWS ? foldButton(ctx, all, fold) : nothing}
    ${all && rows.length > MAX_ROWS ? html`<p class="hint">${t('result.rows', { count: rows.length - MAX_ROWS })}</p>` : nothing}`;
}

/**
 * Data as a person reads it.
 * @param {Context} ctx
 * @param {unknown} value
 * @param {boolean} all
 * @param {(all: boolean) => void} fold
 * @param {number} [depth]
 * @returns {unknown}
 */
export function dataView(ctx, value, all, fold, depth = 0) {
  if (Array.isArray(value) && value.length > 0 && value.every(isObject)) return tableView(ctx, value, all, fold);
  if (Array.isArray(value) && value.length > 0 && !value.some((one) => typeof one === 'object' && one !== null)) {
    const shown = value.slice(0, all ? MAX_ROWS : HEAD_ROWS);
    return html`<ul class="result-list">${shown.map((one) => html`<li dir="auto">${inline(one)}</li>`)}</ul>${value.length > HEAD_ROWS ? foldButton(ctx, all, fold) : nothing}`;
  }
  if (isObject(value) && depth < MAX_DEPTH) {
    const members = Object.entries(value);
    return html`<dl class="arguments">${members.slice(0, MAX_MEMBERS).map(([name, one]) => html`<dt><code dir="auto">${visibleText(name)}</code></dt><dd>${dataView(ctx, one, all, fold, depth + 1)}</dd>`)}</dl>
      ${members.length > MAX_MEMBERS ? html`<p class="hint">${ctx.i18n.t('result.rows', { count: members.length - MAX_MEMBERS })}</p>` : nothing}`;
  }
  return typeof value === 'object' && value !== null ? pre(JSON.stringify(value, null, 2)) : html`<span dir="auto">${inline(value)}</span>`;
}

/** @param {string} text @returns {unknown} undefined when it is no JSON that has a form */
function parsed(text) {
  try {
    /** @type {unknown} */
    const value = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * @param {Context} ctx
 * @param {Fields} link
 */
function linkView({ i18n: { size } }, { uri, name, title, description, mimeType, size: bytes }) {
  const word = (/** @type {unknown} */ one) => (typeof one === 'string' ? one : '');
  const url = /^https?:\/\//i.test(word(uri)) && hostOf(word(uri)) !== '' ? word(uri) : null;
  const label = word(title) || word(name) || word(uri);
  return html`<p class="result-link">${icon('out')}<span>${url === null ? html`<bdi>${visibleText(label)}</bdi>` : outerLink(url, readable(label))}
    ${url === null ? html`<code dir="ltr">${visibleText(word(uri))}</code>` : html`<span class="part-host" dir="ltr">${hostOf(url)}</span>`}
    <span class="hint">${word(mimeType)}${typeof bytes === 'number' && bytes >= 0 ? ` ${size(bytes)}` : ''}</span></span></p>
    ${word(description) ? html`<p class="hint" dir="auto">${visibleText(word(description))}</p>` : nothing}`;
}

/**
 * A part of a result.
 * @param {Context} ctx
 * @param {Part} part
 * @param {boolean} all  it is shown whole
 * @param {(all: boolean) => void} fold
 */
export function resultView(ctx, part, all, fold) {
  const { t } = ctx.i18n;
  if (part.kind === 'text') {
    const value = parsed(part.text);
    if (value === undefined) return textView(ctx, part.text, all, fold);
    return html`${dataView(ctx, value, all, fold)}<details class="reasoning"><summary>${icon('forward')}<span>${t('result.asText')}</span></summary>${pre(part.text)}</details>`;
  }
  if (part.kind === 'file') {
    return html`<p class="part-file attachment">${icon('paper')}<span class="attachment-name" dir="auto" title=${part.name}>${part.name}</span>
      <span class="attachment-size">${ctx.i18n.size(part.size)}</span></p>${textView(ctx, part.text, all, fold)}`;
  }
  if (part.kind !== 'raw') return nothing;
  const value = parsed(part.json);
  return part.name === 'resource_link' && isObject(value) ? linkView(ctx, value) : dataView(ctx, value, all, fold);
}
