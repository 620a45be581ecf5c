// SPDX-License-Identifier: MIT
// Mails: who wrote what to whom, the words, and what was attached. Pure.

import { readHtml } from './html.js';
import { createMarkdown } from './markdown.js';
import { contentOf, decodeWords, readPartOf, textOfPart } from './mime.js';

/**
 * @typedef {import('./mime.js').Part} Part
 * @typedef {import('./limits.js').Budget} Budget
 */

const SHOWN = /** @type {const} */ (['From', 'To', 'Cc', 'Date', 'Subject']);

/**
 * @param {Uint8Array} bytes
 * @param {Budget} budget
 * @returns {import('./types.js').Reading}
 */
export function readMail(bytes, budget) {
  let raw = '';
  for (let at = 0; at < bytes.length; at += 8192) raw += String.fromCharCode(...bytes.subarray(at, at + 8192));
  const out = createMarkdown(budget);
  const found = { pictures: 0, attached: /** @type {string[]} */ ([]) };
  writeMail(readPartOf(raw), out, budget, found);
  if (found.attached.length > 0) out.raw(found.attached.map((name) => `- [${name}]`).join('\n'));
  return { text: out.result(), pictures: found.pictures };
}

/**
 * @param {Part} mail
 * @param {import('./markdown.js').Markdown} out
 * @param {Budget} budget
 * @param {{pictures: number, attached: string[]}} found
 */
function writeMail(mail, out, budget, found) {
  const lines = SHOWN.map((name) => [name, decodeWords(mail.fields.get(name.toLowerCase()) ?? '')])
    .filter(([, value]) => value !== '').map(([name, value]) => `${name}: ${value}  `);
  out.raw(lines.join('\n').trimEnd());
  writePart(mail, out, budget, found);
}

/**
 * @param {Part} part
 * @param {import('./markdown.js').Markdown} out
 * @param {Budget} budget
 * @param {{pictures: number, attached: string[]}} found
 */
function writePart(part, out, budget, found) {
  if (part.parts.length > 0) {
    const chosen = part.type === 'multipart/alternative' ? [bestOf(part.parts)] : part.parts;
    for (const one of chosen) writePart(one, out, budget, found);
    return;
  }
  const attached = part.name !== '' || /^attachment/i.test(part.fields.get('content-disposition') ?? '');
  if (part.type === 'message/rfc822') {
    out.raw('---');
    writeMail(readPartOf(contentOf(part), { parts: 0 }, 8), out, budget, found);
  } else if (part.type === 'text/html' && !attached) {
    const reading = readHtml(textOfPart(part), budget);
    out.raw(reading.text.trim());
    found.pictures += reading.pictures;
  } else if (part.type.startsWith('text/') && !attached && part.type !== 'text/calendar') {
    out.raw(unflowed(textOfPart(part), part).trim());
  } else if (part.type.startsWith('multipart/')) {
    out.raw(part.body.trim());
  } else {
    if (part.type.startsWith('image/')) found.pictures += 1;
    found.attached.push(part.name === '' ? part.type : part.name.replace(/\s+/g, ' '));
  }
}

/**
 * Of alternatives the plain words, unless they are only a hint at the others.
 * @param {Part[]} parts
 * @returns {Part}
 */
function bestOf(parts) {
  const plain = parts.find((part) => part.type === 'text/plain' && textOfPart(part).trim() !== '');
  return plain ?? parts.find((part) => part.type === 'text/html') ?? /** @type {Part} */ (parts.at(-1));
}

/**
 * Lines that were cut for transport only (format=flowed) in one again.
 * @param {string} text
 * @param {Part} part
 */
function unflowed(text, part) {
  if (part.parameters.get('format')?.toLowerCase() !== 'flowed') return text;
  return text.replace(/^ (?=[ >]|From )/gm, '').replace(/^(?!-- $)(.* )\n(?=[^\n>])/gm, '$1');
}

