// SPDX-License-Identifier: MIT
// PowerPoint presentations: one heading a slide, in the order of the show; lists, tables, the speaker's notes. Pure.

import { byName } from './elements.js';
import { withFormulas } from './formula.js';
import { clamped } from './limits.js';
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
 * What is known of the slide, what is open on it, and what was found.
 * @typedef {object} Slide
 * @property {import('./markdown.js').Markdown | null} out  null to look for the title alone
 * @property {import('./office.js').Relations} relations
 * @property {string} title
 * @property {number} pictures
 * @property {string} placeholder  what the shape under way stands for; '' for nothing
 * @property {boolean} isBody      its paragraphs are items unless they say otherwise
 * @property {number} depth
 * @property {string | null} bullet  of the paragraph under way; a number where its list begins
 * @property {number[]} numbers    of the items that are open, by depth
 * @property {boolean} said        the paragraph under way says something
 * @property {string} link         address of the run under way; ''
 * @property {boolean} inText
 */

const DRAWING = /drawingml/;
const MAX_LIST_DEPTH = 8;
/** The largest number that a list begins with. */
const MAX_NUMBER = 32767;

/** @type {import('./elements.js').Table<Slide>} */
const OPENED = {
  sp(slide) { Object.assign(slide, { placeholder: '', isBody: false }); },
  ph(slide, element) {
    slide.placeholder = attribute(element, 'type') ?? 'obj';
    slide.isBody = /^(body|obj)$/.test(slide.placeholder);
  },
  p(slide, element) {
    if (DRAWING.test(element.space)) Object.assign(slide, { depth: 0, bullet: slide.isBody ? '-' : null, said: false });
  },
  pPr(slide, element) { slide.depth = Math.min(MAX_LIST_DEPTH, Number(attribute(element, 'lvl')) || 0); },
  buNone(slide) { slide.bullet = null; },
  buChar(slide) { slide.bullet = '-'; },
  buAutoNum(slide, element) { slide.bullet = String(clamped(Number(attribute(element, 'startAt') ?? 1), 1, MAX_NUMBER)); },
  t(slide) { slide.inText = true; },
  br(slide) { say(slide, isTitle(slide.placeholder) ? ' ' : '\n'); },
  hlinkClick(slide, element) { slide.link = addressOf(slide.relations, element); },
  r(slide) { slide.link = ''; },
  pic(slide) { slide.pictures += 1; },
  tbl(slide) { slide.out?.openTable(); },
  tr(slide) { slide.out?.openRow(); },
  tc(slide) { Object.assign(slide, { placeholder: '', isBody: false }); },
};

/** @type {import('./elements.js').Table<Slide>} */
const CLOSED = {
  t(slide) { slide.inText = false; },
  p(slide, element) {
    if (!DRAWING.test(element.space)) return;
    const marker = slide.said ? markerOf(slide) : null;
    if (isTitle(slide.placeholder)) slide.title += ' ';
    slide.out?.end(marker === null ? { kind: 'paragraph' } : { kind: 'item', depth: slide.depth, marker });
  },
  tc(slide) { slide.out?.closeCell(); },
  tbl(slide) { slide.out?.closeTable(); },
};

/**
 * The marker of the paragraph under way: a number goes on where its list has others, whatever stands in them.
 * @param {Slide} slide
 * @returns {string | null}
 */
function markerOf({ bullet, depth, numbers }) {
  const before = numbers[depth];
  numbers.length = Math.min(numbers.length, bullet === null ? 0 : depth);
  if (bullet === null || bullet === '-') return bullet;
  const number = before === undefined ? Number(bullet) : before + 1;
  numbers[depth] = number;
  return `${number}.`;
}

/** @param {Slide} slide @param {string} text */
function say(slide, text) {
  slide.said ||= text.trim() !== '';
  if (isTitle(slide.placeholder)) slide.title += text;
  else if (!PLACEHOLDERS_LEFT_OUT.has(slide.placeholder)) slide.out?.text(text);
}

/**
 * Reads what is on a slide: its title apart, everything else into `out`.
 * @param {Zip} zip
 * @param {string} part
 * @param {import('./markdown.js').Markdown | null} out
 */
function readShapes(zip, part, out) {
  /** @type {Slide} */
  const slide = {
    out, relations: relationsOf(zip, part), title: '', pictures: 0, placeholder: '', isBody: false,
    depth: 0, bullet: null, numbers: [], said: false, link: '', inText: false,
  };
  readPart(zip, part, withFormulas((words) => say(slide, words), byName(slide, {
    opened: OPENED,
    closed: CLOSED,
    isHidden: (name) => name === 'Fallback',
    text({ inText, link, placeholder }, text) {
      if (inText) say(slide, link === '' || isTitle(placeholder) ? text : `[${text}](${link})`);
    },
  })));
  return { title: slide.title.trim().replace(/\s+/g, ' '), pictures: slide.pictures };
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
