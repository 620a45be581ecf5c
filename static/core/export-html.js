/* SPDX-License-Identifier: MIT */
/**
 * The shown branch of a conversation as one HTML file, for people: it runs
 * nothing, asks nobody, and holds its pictures in itself. The text of a file,
 * never put into a page.
 *
 * @typedef {import('./types.js').Conversation} Conversation
 * @typedef {import('./types.js').Message} Message
 * @typedef {import('./types.js').Part} Part
 */

import { openPath } from './conversation.js';
import { playable } from './sound.js';
import { escapedHidden, readable } from './visible.js';

/**
 * What the page lends.
 *
 * @typedef {object} Pen
 * @property {string} lang
 * @property {'ltr' | 'rtl'} dir
 * @property {(key: string, params?: Record<string, string>) => string} t
 * @property {(ms: number) => string} time
 * @property {(markdown: string) => string} render  HTML that is safe to be shown
 */

/** Nothing but what stands in the file itself. */
const POLICY = "default-src 'none'; img-src data:; media-src data:; style-src 'unsafe-inline'";

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.6 system-ui, sans-serif; }
body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; overflow-wrap: anywhere; }
article { margin-block: 1.5rem; padding-top: 1rem; border-top: 1px solid #8885; }
header { color: #777; font-size: .875rem; }
.own { white-space: pre-wrap; }
pre { overflow: auto; padding: .75rem; background: #8882; white-space: pre-wrap; }
img { max-width: 100%; height: auto; }
table { border-collapse: collapse; } td, th { border: 1px solid #8886; padding: .25rem .5rem; }
blockquote { margin-inline: 0; padding-inline-start: 1rem; border-inline-start: 3px solid #8886; }
details { margin-block: .75rem; color: #777; }
`;

/**
 * @param {Conversation} conversation
 * @param {Pen} pen
 * @returns {string}
 */
export function htmlOf(conversation, pen) {
  const title = escaped(conversation.title || pen.t('nav.untitled'));
  return `<!DOCTYPE html>
<html lang="${escaped(pen.lang)}" dir="${pen.dir}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${STYLE}</style>
</head>
<body>
<h1 dir="auto">${title}</h1>
${openPath(conversation).map((message) => articleOf(message, pen)).join('\n')}
</body>
</html>
`;
}

/**
 * @param {Message} message
 * @param {Pen} pen
 * @returns {string}
 */
function articleOf({ role, model, createdAt, parts }, pen) {
  const own = role === 'user';
  const facts = [own ? pen.t('thread.you') : pen.t('thread.assistant', { name: model || '–' }), pen.time(createdAt)];
  const sources = parts.filter(({ kind }) => kind === 'source');
  const body = parts.map((part) => (own && part.kind === 'text'
    ? `<p class="own" dir="auto">${escaped(part.text)}</p>` : partOf(part, pen)));
  if (sources.length > 0) body.push(`<p>${escaped(pen.t('part.sources'))}</p>`, `<ol>${sources.map(sourceOf).join('')}</ol>`);
  return `<article>\n<header>${facts.map(escaped).join(' · ')}</header>\n${body.filter((one) => one !== '').join('\n')}\n</article>`;
}

/**
 * @param {Part} part
 * @param {Pen} pen
 * @returns {string}
 */
function partOf(part, pen) {
  switch (part.kind) {
    case 'text':
      return `<div dir="auto">${pen.render(part.text)}</div>`;
    case 'reasoning':
      return part.text === '' ? '' : folded(pen.t('reason.doneShort'), pen.render(part.text));
    case 'image':
      return part.data === '' ? link(part.url ?? '', part.url ?? '')
        : `<p><img src="${escaped(part.data)}" alt="${escaped(part.name)}"></p>`;
    case 'audio':
      return `${part.data === '' ? '' : `<p><audio controls src="${escaped(playable(part))}"></audio></p>`}<p dir="auto">${escaped(part.transcript)}</p>`;
    case 'file':
      return part.text === '' ? `<p dir="auto">${escaped(part.name)}</p>` : folded(part.name, `<pre>${escaped(part.text)}</pre>`);
    case 'tool_call':
      return folded(readable(part.name), `<pre>${escaped(escapedHidden(part.arguments))}</pre>${(part.result ?? []).map((one) => resultOf(one, pen)).join('')}`);
    case 'raw':
      return folded(part.name, `<pre>${escaped(part.json)}</pre>`);
    case 'notice':
      return `<p dir="auto"><em>${escaped(part.detail === '' ? part.code : `${part.code}: ${part.detail}`)}</em></p>`;
    default:
      return '';
  }
}

/**
 * What a tool says is text, and nothing in it turns the words around it about.
 *
 * @param {Part} part
 * @param {Pen} pen
 * @returns {string}
 */
function resultOf(part, pen) {
  if (part.kind === 'text') return `<pre>${escaped(readable(part.text))}</pre>`;
  if (part.kind === 'raw') return partOf({ ...part, json: escapedHidden(part.json) }, pen);
  return partOf(part.kind === 'file' ? { ...part, text: readable(part.text) } : part, pen);
}

/**
 * @param {Part} part
 * @returns {string}
 */
function sourceOf(part) {
  return part.kind === 'source' ? `<li value="${part.number}">${link(part.url, part.title || part.url)}</li>` : '';
}

/**
 * @param {string} url
 * @param {string} label
 * @returns {string}
 */
function link(url, label) {
  const href = /^https?:\/\//i.test(url) ? ` href="${escaped(url)}"` : '';
  return `<a${href} rel="noopener noreferrer" dir="auto">${escaped(label)}</a>`;
}

/**
 * @param {string} label
 * @param {string} body  HTML
 * @returns {string}
 */
function folded(label, body) {
  return `<details><summary dir="auto">${escaped(label)}</summary>${body}</details>`;
}

/** @type {Readonly<Record<string, string>>} */
const ENTITIES = Object.freeze({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' });

/**
 * @param {string} text
 * @returns {string}
 */
function escaped(text) {
  return text.replace(/[&<>"']/g, (letter) => ENTITIES[letter] ?? '');
}
