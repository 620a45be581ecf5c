// SPDX-License-Identifier: MIT
// E-books: their chapters in the order of the spine. Pure.

import { FileError } from './errors.js';
import { readHtml } from './html.js';
import { createMarkdown } from './markdown.js';
import { readPart, resolvePart } from './office.js';
import { attribute, decodeXml } from './xml.js';

/**
 * @param {import('./zip.js').Zip} zip
 * @param {import('./limits.js').Budget} budget
 * @returns {import('./types.js').Reading}
 */
export function readEpub(zip, budget) {
  const book = rootFile(zip);
  const { chapters, title } = readPackage(zip, book);
  if (isProtected(zip, chapters)) throw new FileError('password');
  const out = createMarkdown(budget);
  if (title !== '') out.raw(`# ${title.replace(/\s+/g, ' ')}`);
  let pictures = 0;
  for (const chapter of chapters) {
    if (!zip.has(chapter)) continue;
    const reading = readHtml(decodeXml(zip.read(chapter)), budget);
    out.raw(reading.text.trim());
    pictures += reading.pictures;
  }
  return { text: out.result(), pictures };
}

/** @param {import('./zip.js').Zip} zip */
function rootFile(zip) {
  let path = '';
  readPart(zip, 'META-INF/container.xml', {
    open(element) {
      if (element.name === 'rootfile' && path === '') path = attribute(element, 'full-path') ?? '';
    },
  });
  if (path === '') throw new FileError('broken', 'container.xml');
  return path;
}

/**
 * @param {import('./zip.js').Zip} zip
 * @param {string} book
 */
function readPackage(zip, book) {
  /** @type {Map<string, string>} */
  const items = new Map();
  /** @type {string[]} */
  const spine = [];
  let title = '';
  let inTitle = false;
  readPart(zip, book, {
    open(element) {
      inTitle = element.name === 'title' && title === '';
      if (element.name === 'item') items.set(attribute(element, 'id') ?? '', resolvePart(book, pathOf(attribute(element, 'href') ?? '')));
      if (element.name === 'itemref') spine.push(attribute(element, 'idref') ?? '');
    },
    text(text) {
      if (inTitle) title += text;
    },
    close() {
      inTitle = false;
    },
  });
  return { title: title.trim(), chapters: [...new Set(spine.map((id) => items.get(id) ?? ''))].filter((one) => one !== '') };
}

/** @param {string} href */
function pathOf(href) {
  try {
    return decodeURIComponent(href.replace(/#.*$/, ''));
  } catch {
    return href;
  }
}

/**
 * Fonts are scrambled in many books; chapters only in those that are locked.
 * @param {import('./zip.js').Zip} zip
 * @param {readonly string[]} chapters
 */
function isProtected(zip, chapters) {
  if (!zip.has('META-INF/encryption.xml')) return false;
  let locked = false;
  readPart(zip, 'META-INF/encryption.xml', {
    open(element) {
      if (element.name === 'CipherReference') locked ||= chapters.includes(pathOf(attribute(element, 'URI') ?? ''));
    },
  });
  return locked;
}
