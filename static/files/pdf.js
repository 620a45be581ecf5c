// SPDX-License-Identifier: MIT
// The text of a PDF, page by page, and pages as pictures. It runs where the parser does, in this room's worker (and
// under node, for its tests), so there is no second thread and nothing waits for the page.

import { FileError } from './errors.js';
import { MAX_PDF_PAGES } from './limits.js';
import { guardBuffers } from './pdf-guard.js';
import { MAX_PIXELS } from './pixels.js';

/**
 * @typedef {object} PdfText
 * @property {string} text        with a mark before each page that has some
 * @property {number} pages
 * @property {number[]} unread    pages without text, from 1: scans, drawings
 *
 * @typedef {{str: string, hasEOL: boolean, height: number, transform: number[]}} Item
 *
 * @typedef {object} Page
 * @property {() => ReadableStream<{items: Item[]}>} streamTextContent
 * @property {(options: {scale: number}) => {width: number, height: number}} getViewport
 * @property {(options: object) => {promise: Promise<void>}} render
 * @property {() => void} cleanup
 *
 * @typedef {object} Pdf
 * @property {number} numPages
 * @property {(number: number) => Promise<Page>} getPage
 */

/** Longest side of a page that is drawn, pixels: what models look at. */
const DRAWN_SIDE = 1568;
/** A line that is this much further down than its height begins a paragraph. */
const PARAGRAPH_GAP = 1.6;

/**
 * Opens a document, and closes it when `use` is done with it.
 * @template T
 * @param {Uint8Array} bytes  given away: it may be empty afterwards
 * @param {(pdf: Pdf) => Promise<T>} use
 * @param {string} [assets]   address of static/vendor/pdfjs/, with its last slash
 * @returns {Promise<T>}
 * @throws {FileError} 'broken', 'password', 'large', 'bomb'
 */
export async function withPdf(bytes, use, assets = new URL('../vendor/pdfjs/', import.meta.url).href) {
  // Beside it in the same thread, the library finds its other half and needs no worker of its own.
  Object.assign(globalThis, { pdfjsWorker: await import('../vendor/pdfjs/pdf.worker.min.mjs') });
  const { getDocument } = await import('../vendor/pdfjs/pdf.min.mjs');
  const guard = guardBuffers();
  const task = getDocument({
    data: bytes,
    cMapUrl: `${assets}cmaps/`,
    standardFontDataUrl: `${assets}standard_fonts/`,
    wasmUrl: `${assets}wasm/`,
    useWasm: false,
    useWorkerFetch: 'WorkerGlobalScope' in globalThis,
    useSystemFonts: false,
    disableFontFace: true,
    enableXfa: false,
    isOffscreenCanvasSupported: false,
    maxImageSize: MAX_PIXELS,
    stopAtErrors: false,
    verbosity: 0,
    ...await drawing(),
  });
  try {
    const made = await use(await task.promise);
    if (guard.exceeded()) throw new FileError('bomb');
    return made;
  } catch (error) {
    if (error instanceof FileError) throw error;
    if (guard.exceeded()) throw new FileError('bomb');
    throw new FileError(/** @type {Error} */ (error)?.name === 'PasswordException' ? 'password' : 'broken', String(error));
  } finally {
    await task.destroy();
    guard.end();
  }
}

/** What stands in for the document's canvases where there is none. */
async function drawing() {
  if (typeof OffscreenCanvas === 'undefined') return {};
  const { CanvasFactory, FilterFactory } = await import('./pdf-canvas.js');
  return { CanvasFactory, FilterFactory };
}

/**
 * @param {Pdf} pdf
 * @param {import('./limits.js').Budget} budget
 * @param {(page: number, pages: number) => void} onPage  before each
 * @returns {Promise<PdfText>}
 */
export async function textOfPdf(pdf, budget, onPage) {
  const pages = pdf.numPages;
  if (pages > MAX_PDF_PAGES) throw new FileError('large');
  const texts = [];
  const unread = [];
  for (let number = 1; number <= pages; number += 1) {
    onPage(number, pages);
    const page = await pdf.getPage(number);
    const text = await textOfPage(page, budget);
    page.cleanup();
    if (text === '') unread.push(number);
    else texts.push(pages === 1 ? text : `[${number}]\n\n${text}`);
  }
  return { text: texts.length === 0 ? '' : `${texts.join('\n\n')}\n`, pages, unread };
}

/**
 * Piece by piece: what a page says may be more than is ever taken.
 * @param {Page} page
 * @param {import('./limits.js').Budget} budget
 * @returns {Promise<string>}
 */
async function textOfPage(page, budget) {
  const lines = createParagraphs();
  const reader = page.streamTextContent().getReader();
  budget.write(16);
  try {
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      for (const item of piece.value.items) {
        budget.write(item.str?.length ?? 0);
        lines.add(item);
      }
    }
  } catch (error) {
    reader.cancel(error).catch(() => {});
    throw error;
  }
  return lines.end();
}

/** Accents that stand before their letter, as TeX sets them where a font has no letter with one. */
const ACCENTS = new Map([['¨', '\u0308'], ['´', '\u0301'], ['ˆ', '\u0302'], ['˜', '\u0303'], ['ˇ', '\u030c'], ['˘', '\u0306'], ['˚', '\u030a']]);
const ACCENTED = /([¨´ˆ˜ˇ˘˚])([A-Za-zı])/g;

/** @param {string} both @param {string} accent @param {string} letter @returns {string} as they are when there is no such letter */
function composed(both, accent, letter) {
  const one = `${letter === 'ı' ? 'i' : letter}${ACCENTS.get(accent) ?? ''}`.normalize('NFC');
  return one.length === 1 ? one : both;
}

/** The lines of a page; blank lines where there is room between them. */
function createParagraphs() {
  let text = '';
  let line = '';
  /** Where the line before stood, and how high it was. @type {{y: number, height: number} | null} */
  let before = null;
  /** @type {{y: number, height: number} | null} */
  let here = null;
  const endLine = () => {
    if (line.trim() !== '' && here !== null) {
      const gap = before === null ? 0 : before.y - here.y;
      const apart = before !== null && (gap < 0 || gap > PARAGRAPH_GAP * Math.max(before.height, here.height));
      text += `${text === '' ? '' : apart ? '\n\n' : '\n'}${line.trimEnd()}`;
      before = here;
    }
    line = '';
    here = null;
  };
  return {
    /** @param {Item} item */
    add(item) {
      if (typeof item.str !== 'string') return;
      if (item.str !== '' && item.height > 0) here ??= { y: item.transform[5] ?? 0, height: item.height };
      line += item.str;
      if (item.hasEOL) endLine();
    },
    /** @returns {string} */
    end() {
      endLine();
      return text.replace(/\0/g, '').replace(ACCENTED, composed).normalize('NFC');
    },
  };
}

/**
 * A page as a JPEG.
 * @param {Pdf} pdf
 * @param {number} number
 * @returns {Promise<{blob: Blob, width: number, height: number}>}
 */
export async function drawPage(pdf, number) {
  const page = await pdf.getPage(number);
  const whole = page.getViewport({ scale: 1 });
  const viewport = page.getViewport({ scale: Math.min(4, DRAWN_SIDE / Math.max(whole.width, whole.height, 1)) });
  const canvas = new OffscreenCanvas(Math.max(1, Math.round(viewport.width)), Math.max(1, Math.round(viewport.height)));
  const pen = canvas.getContext('2d', { alpha: false });
  if (pen === null) throw new FileError('broken', 'no canvas');
  await page.render({ canvas: null, canvasContext: pen, viewport, background: '#fff', intent: 'print' }).promise;
  page.cleanup();
  return { blob: await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.87 }), width: canvas.width, height: canvas.height };
}
