// SPDX-License-Identifier: MIT
// What a Word document says of its paragraphs elsewhere: which styles are headings, which lists count. Pure.

import { readPart } from './office.js';
import { attribute } from './xml.js';

/**
 * @typedef {object} Style
 * @property {number | null} level  of a heading, from 1
 * @property {string | null} numId  of a list
 * @property {boolean} code         its paragraphs are lines of code
 *
 * @typedef {Map<string, Style>} Styles
 *
 * @typedef {{level: number | null, numId: string | null, base: string | null, code: boolean | null}} Raw  as it is told
 *
 * @typedef {object} Numbering
 * @property {(numId: string, depth: number) => string} next  the marker of a list's next item
 */

/** What programs call the style of code: Word, LibreOffice, pandoc, those who write their own. */
export const CODE_STYLE = /^(?:source ?code|html preformatted|preformatted(?: text)?|plain text|code(?: ?(?:block|listing|example))?|listing|verbatim)$/i;
/** Styles that rest on each other, at most. */
const MAX_BASES = 16;

/**
 * @param {import('./zip.js').Zip} zip
 * @param {string | null} part
 * @returns {Styles}
 */
export function readStyles(zip, part) {
  /** @type {Map<string, Raw>} */
  const raw = new Map();
  if (part !== null && zip.has(part)) {
    /** @type {Raw | null} */
    let style = null;
    readPart(zip, part, {
      open(element) {
        const value = attribute(element, 'val') ?? '';
        if (element.name === 'style') {
          style = { level: null, numId: null, base: null, code: null };
          raw.set(attribute(element, 'styleId') ?? '', style);
        } else if (style !== null && element.name === 'name') {
          const heading = /^heading (\d)$/i.exec(value);
          if (heading !== null) style.level = Number(heading[1]);
          else if (/^title$/i.test(value)) style.level = 1;
          if (CODE_STYLE.test(value)) style.code = true;
        } else if (style !== null && element.name === 'outlineLvl') {
          style.level ??= Number(value) + 1;
        } else if (style !== null && element.name === 'numId') {
          style.numId = value;
        } else if (style !== null && element.name === 'basedOn') {
          style.base = value;
        }
      },
      close(element) {
        if (element.name === 'style') style = null;
      },
    });
  }
  return new Map([...raw].map(([id, own]) => [id, inherited(raw, own)]));
}

/**
 * @param {Map<string, Raw>} all
 * @param {Raw} own
 * @returns {Style}
 */
function inherited(all, own) {
  let { level, numId, base, code } = own;
  for (let i = 0; i < MAX_BASES && base !== null; i += 1) {
    const outer = all.get(base);
    level ??= outer?.level ?? null;
    numId ??= outer?.numId ?? null;
    code ??= outer?.code ?? null;
    base = outer?.base ?? null;
  }
  return { level, numId, code: code === true };
}

/**
 * @param {import('./zip.js').Zip} zip
 * @param {string | null} part
 * @returns {Numbering}
 */
export function readNumbering(zip, part) {
  /** Of a list's kind, which depths are bullets and where they begin. @type {Map<string, {bullet: boolean, start: number}[]>} */
  const kinds = new Map();
  /** @type {Map<string, string>} */
  const kindOf = new Map();
  if (part !== null && zip.has(part)) {
    let kind = '';
    let list = '';
    let level = { bullet: false, start: 1 };
    readPart(zip, part, {
      open(element) {
        const value = attribute(element, 'val') ?? '';
        switch (element.name) {
          case 'abstractNum':
            kind = attribute(element, 'abstractNumId') ?? '';
            kinds.set(kind, []);
            break;
          case 'lvl':
            level = { bullet: false, start: 1 };
            kinds.get(kind)?.push(level);
            break;
          case 'numFmt': level.bullet = value === 'bullet' || value === 'none'; break;
          case 'start': level.start = Number(value) || 1; break;
          case 'num': list = attribute(element, 'numId') ?? ''; break;
          case 'abstractNumId': kindOf.set(list, value); break;
          default:
        }
      },
    });
  }
  return counting((numId, depth) => kinds.get(kindOf.get(numId) ?? '')?.[depth] ?? { bullet: true, start: 1 });
}

/**
 * @param {(numId: string, depth: number) => {bullet: boolean, start: number}} levelOf
 * @returns {Numbering}
 */
function counting(levelOf) {
  /** @type {Map<string, number[]>} */
  const counts = new Map();
  return {
    next(numId, depth) {
      const { bullet, start } = levelOf(numId, depth);
      const own = counts.get(numId) ?? [];
      counts.set(numId, own);
      own.length = Math.min(own.length, depth + 1);
      const number = (own[depth] ?? start - 1) + 1;
      own[depth] = number;
      return bullet ? '-' : `${number}.`;
    },
  };
}
