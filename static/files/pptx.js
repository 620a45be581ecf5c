// SPDX-License-Identifier: MIT
// PowerPoint presentations: one heading a slide, in the order of the show; lists, tables, the speaker's notes. Pure.

import { createMarkdown } from './markdown.js';
import { isAddress, mainPart, partOfType, readPart, relationsOf } from './office.js';
import { attribute } from './xml.js';

/**
 * @typedef {import('./xml.js').Element} Element
 * @typedef {import('./zip.js').Zip} Zip
 */

const PLACEHOLDERS_LEFT_OUT = new Set(['sldNum', 'dt', 'ftr', 'hdr', 'sldImg']);

/**
 * @param {Zip} zip
 * @param {import('./limits.js').Budget} budget
 * @returns {import('./types.js').Reading}
 */
export function readPptx(zip, budget) {
  const main = mainPart(zip);
  const relations = relationsOf(zip, main);
  const out = createMarkdown(budget);
  let pictures = 0;
  slidesOf(zip, main).forEach((id, i) => {
    const slide = relations.get(id)?.target;
    if (slide === undefined || !zip.has(slide)) return;
    const title = readShapes(zip, slide, null).title;
    out.raw(`## ${i + 1}. ${title}`.trimEnd());
    pictures += readShapes(zip, slide, out).pictures;
    const notes = partOfType(relationsOf(zip, slide), 'notesSlide');
    if (notes === null || !zip.has(notes)) return;
    const spoken = createMarkdown(budget);
    readShapes(zip, notes, spoken);
    out.raw(spoken.result().trim().replace(/^/gm, '> ').replace(/^> $/gm, '>').replace(/^>$/, ''));
  });
  return { text: out.result(), pictures };
}

/**
 * @param {Zip} zip
 * @param {string} main
 */
function slidesOf(zip, main) {
  /** @type {string[]} */
  const ids = [];
  readPart(zip, main, {
    open(element) {
      if (element.name === 'sldId') ids.push(attribute(element, 'id', 'relationships') ?? '');
    },
  });
  return ids;
}

/**
 * Reads what is on a slide: its title apart, everything else into `out`.
 * @param {Zip} zip
 * @param {string} slide
 * @param {import('./markdown.js').Markdown | null} out  null to look for the title alone
 */
function readShapes(zip, slide, out) {
  const relations = relationsOf(zip, slide);
  const state = { title: '', pictures: 0, placeholder: '', isBody: false, depth: 0, bullet: /** @type {string | null} */ (null), link: '', span: 1 };
  let inText = false;
  let hidden = 0;
  /** @param {string} text */
  function say(text) {
    if (isTitle(state.placeholder)) state.title += text;
    else if (!PLACEHOLDERS_LEFT_OUT.has(state.placeholder)) out?.text(text);
  }
  /** @param {Element} element */
  function open(element) {
    if (hidden > 0 || element.name === 'Fallback') {
      hidden += 1;
      return;
    }
    switch (element.name) {
      case 'sp': Object.assign(state, { placeholder: '', isBody: false }); break;
      case 'ph':
        state.placeholder = attribute(element, 'type') ?? 'obj';
        state.isBody = /^(body|obj)$/.test(state.placeholder);
        break;
      case 'p': if (/drawingml/.test(element.space)) Object.assign(state, { depth: 0, bullet: state.isBody ? '-' : null }); break;
      case 'pPr': state.depth = Math.min(8, Number(attribute(element, 'lvl')) || 0); break;
      case 'buNone': state.bullet = null; break;
      case 'buChar': state.bullet = '-'; break;
      case 'buAutoNum': state.bullet = '1.'; break;
      case 't': inText = true; break;
      case 'br': say(isTitle(state.placeholder) ? ' ' : '\n'); break;
      case 'hlinkClick': state.link = addressOf(relations, element); break;
      case 'r': state.link = ''; break;
      case 'pic': state.pictures += 1; break;
      case 'tbl': out?.openTable(); break;
      case 'tr': out?.openRow(); break;
      case 'tc': state.span = Number(attribute(element, 'gridSpan')) || 1; state.isBody = false; state.placeholder = ''; break;
      default:
    }
  }
  /** @param {Element} element */
  function close(element) {
    if (hidden > 0) {
      hidden -= 1;
      return;
    }
    switch (element.name) {
      case 't': inText = false; break;
      case 'p':
        if (!/drawingml/.test(element.space)) break;
        if (isTitle(state.placeholder)) state.title += ' ';
        out?.end(state.bullet === null ? { kind: 'paragraph' } : { kind: 'item', depth: state.depth, marker: state.bullet });
        break;
      case 'tc': out?.closeCell(); break;
      case 'tbl': out?.closeTable(); break;
      default:
    }
  }
  readPart(zip, slide, {
    open,
    close,
    text(text) {
      if (!inText || hidden > 0) return;
      say(state.link === '' || isTitle(state.placeholder) ? text : `[${text}](${state.link})`);
    },
  });
  return { title: state.title.trim().replace(/\s+/g, ' '), pictures: state.pictures };
}

/** @param {string} placeholder */
function isTitle(placeholder) {
  return placeholder === 'title' || placeholder === 'ctrTitle';
}

/**
 * @param {import('./office.js').Relations} relations
 * @param {Element} element
 */
function addressOf(relations, element) {
  const relation = relations.get(attribute(element, 'id', 'relationships') ?? '');
  return relation?.outside === true && isAddress(relation.target) ? relation.target : '';
}
