// SPDX-License-Identifier: MIT
// Quoting: what is selected in an answer goes into the composer, by a button beside it or by a key.

import { html, nothing, render } from '../vendor/lit-html/lit-html.js';
import { icon } from './icons.js';
import { make } from './region.js';

/** Room kept to the window's edges and to the selection (px). */
const EDGE = 8;

/** @param {Node | null} node @returns {Element | null} */
function answerAround(node) {
  return (node instanceof Element ? node : node?.parentElement ?? null)?.closest('.answer') ?? null;
}

/**
 * The range that can be quoted: inside of one answer.
 * @param {HTMLElement} viewport
 */
function quotable(viewport) {
  const selection = getSelection();
  if (!selection || selection.isCollapsed || selection.rangeCount === 0) return null;
  const answer = answerAround(selection.anchorNode);
  if (!answer || answer !== answerAround(selection.focusNode) || !viewport.contains(answer)) return null;
  return selection.toString().trim() === '' ? null : { range: selection.getRangeAt(0), answer: /** @type {HTMLElement} */ (answer) };
}

/**
 * Above the selection, where there is room, else below; always below where
 * there are fingers, whose own menu is above.
 * @param {HTMLElement} element
 * @param {Range} range
 * @param {HTMLElement} viewport
 */
function place(element, range, viewport) {
  const at = range.getBoundingClientRect();
  const area = viewport.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = element;
  const above = at.top - height - EDGE;
  const top = above >= area.top && matchMedia('(hover: hover)').matches ? above : Math.min(at.bottom + EDGE, area.bottom - height - EDGE);
  const left = Math.max(area.left + EDGE, Math.min(at.left + at.width / 2 - width / 2, area.right - width - EDGE));
  element.style.top = `${top}px`;
  element.style.left = `${left}px`;
}

/**
 * Listens for what begins, ends and changes a selection.
 * @param {(event: PointerEvent) => void} press
 * @param {() => void} changed
 * @returns {() => void} takes the listeners away
 */
function watchSelection(press, changed) {
  const presses = /** @type {const} */ (['pointerdown', 'pointerup', 'pointercancel']);
  document.addEventListener('selectionchange', changed);
  for (const type of presses) document.addEventListener(type, press);
  return () => {
    document.removeEventListener('selectionchange', changed);
    for (const type of presses) document.removeEventListener(type, press);
  };
}

/**
 * @param {import('./context.js').Context} ctx
 * @param {HTMLElement} viewport  what scrolls
 */
export function createQuote(ctx, viewport) {
  const element = make('div', 'quote');
  let pressed = false;
  let asked = false;
  /** What was selected when the button was pressed: a finger's touch may end the selection. */
  let held = '';

  function selected() {
    const found = quotable(viewport);
    return (found && ctx.markdown.module?.selectedText(found.answer)) || '';
  }

  /** Quotes what is selected; false when nothing is. */
  function quote() {
    const text = held || selected();
    held = '';
    if (!text) return false;
    ctx.quote(text);
    getSelection()?.removeAllRanges();
    draw();
    return true;
  }

  /** @param {Event} event */
  function hold(event) {
    event.preventDefault();
    held = selected();
  }

  function draw() {
    asked = false;
    if (held) return;
    const found = pressed ? null : quotable(viewport);
    render(found ? html`<button type="button" class="button button-small" @pointerdown=${hold} @click=${quote}>${icon('quote')}${ctx.i18n.t('do.quote')}</button>` : nothing, element);
    if (found) place(element, found.range, viewport);
  }

  function ask() {
    if (!asked) requestAnimationFrame(draw);
    asked = true;
  }

  const dispose = watchSelection((event) => {
    const own = element.contains(/** @type {Node} */ (event.target));
    pressed = event.type === 'pointerdown' && !own;
    if (!own || event.type === 'pointercancel') held = '';
    ask();
  }, ask);
  // What moves with the text would be in its way.
  viewport.addEventListener('scroll', () => {
    if (element.firstElementChild) render(nothing, element);
  }, { passive: true });

  return { element, quote, dispose };
}
