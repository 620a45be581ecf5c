// SPDX-License-Identifier: MIT
// A document's text, whatever it is. What this cannot say, pictures, sound and PDF, says its kind. Pure.

import { readDocx } from './docx.js';
import { readMail } from './eml.js';
import { decodeAs, decodeText } from './encoding.js';
import { readEpub } from './epub.js';
import { FileError } from './errors.js';
import { decodeHtml, readHtml } from './html.js';
import { readNotebook } from './ipynb.js';
import { createBudget, MAX_DOCUMENT_BYTES, MAX_MAIL_BYTES, MAX_PART_BYTES } from './limits.js';
import { readOdf } from './odf.js';
import { readPptx } from './pptx.js';
import { readRtf } from './rtf.js';
import { sniff, sniffText, sniffZip } from './sniff.js';
import { readXlsx } from './xlsx.js';
import { openZip } from './zip.js';

/**
 * @typedef {import('./types.js').Kind} Kind
 * @typedef {import('./limits.js').Budget} Budget
 *
 * @typedef {object} Document
 * @property {Kind} kind
 * @property {string} type       media type by its content; '' for plain text
 * @property {string} text       what a model gets
 * @property {number} pictures   in it, which the text has not
 * @property {string} encoding   of text; ''
 * @property {boolean} sure      whether the encoding is known
 */

/** @type {Readonly<Partial<Record<Kind, (zip: import('./zip.js').Zip, budget: Budget) => import('./types.js').Reading>>>} */
const CONTAINERS = { docx: readDocx, pptx: readPptx, xlsx: readXlsx, odt: readOdf, odp: readOdf, ods: readOdf, epub: readEpub };

/** @type {Readonly<Partial<Record<Kind, import('./errors.js').FileReason>>>} */
const REFUSED = { old: 'old', encrypted: 'password', archive: 'archive', unknown: 'kind' };

/**
 * @param {Uint8Array} bytes
 * @param {{encoding?: string, source?: boolean, budget?: Budget}} [options]
 *   encoding: what a person chose; source: a document that is text is taken as it is written
 * @returns {Document}
 * @throws {FileError}
 */
export function readDocument(bytes, { encoding, source = false, budget = createBudget() } = {}) {
  if (bytes.length === 0) throw new FileError('empty');
  if (bytes.length > MAX_DOCUMENT_BYTES) throw new FileError('large');
  const { kind, type } = sniff(bytes);
  if (encoding !== undefined || source || kind === 'unknown') return readAsText(bytes, encoding, source, budget);
  if (kind === 'pdf' || kind === 'image' || kind === 'audio' || kind === 'video') return plainDocument(kind, type, '');
  if (kind === 'rtf') return { ...plainDocument('rtf', type, ''), ...some(readRtf(bytes, budget)) };
  if (type === 'application/zip') return readContainer(bytes, budget);
  throw new FileError(REFUSED[kind] ?? 'kind');
}

/**
 * @param {Kind} kind
 * @param {string} type
 * @param {string} text
 * @returns {Document}
 */
function plainDocument(kind, type, text) {
  return { kind, type, text, pictures: 0, encoding: '', sure: true };
}

/** @param {import('./types.js').Reading} reading */
function some(reading) {
  if (reading.text.trim() === '') throw new FileError('empty');
  return reading;
}

/**
 * @param {Uint8Array} bytes
 * @param {Budget} budget
 * @returns {Document}
 */
function readContainer(bytes, budget) {
  const zip = openZip(bytes, budget);
  const kind = sniffZip(zip);
  const read = CONTAINERS[kind];
  if (read === undefined) throw new FileError(REFUSED[kind] ?? 'archive');
  return { ...plainDocument(kind, '', ''), ...some(read(zip, budget)) };
}

/**
 * @param {Uint8Array} bytes
 * @param {string | undefined} chosen
 * @param {boolean} source
 * @param {Budget} budget
 * @returns {Document}
 */
function readAsText(bytes, chosen, source, budget) {
  const decoded = chosen === undefined ? decodeText(bytes) : { text: decodeAs(bytes, chosen), encoding: chosen, sure: true };
  if (decoded === null) throw new FileError('kind');
  const kind = sniffText(decoded.text);
  if (source || kind === 'text') {
    if (decoded.text.trim() === '') throw new FileError('empty');
    budget.write(decoded.text.length);
    return { ...plainDocument(kind, '', decoded.text), encoding: decoded.encoding, sure: decoded.sure };
  }
  if (bytes.length > (kind === 'mail' ? MAX_MAIL_BYTES : MAX_PART_BYTES)) throw new FileError('large');
  if (kind === 'mail') return { ...plainDocument(kind, 'message/rfc822', ''), ...some(readMail(bytes, budget)) };
  if (kind === 'notebook') return { ...plainDocument(kind, 'application/x-ipynb+json', ''), ...some(readNotebook(decoded.text, budget)) };
  const html = chosen === undefined ? decodeHtml(bytes) ?? decoded : decoded;
  return { ...plainDocument('html', 'text/html', ''), ...some(readHtml(html.text, budget)), encoding: html.encoding, sure: html.sure };
}
