// SPDX-License-Identifier: MIT
// A new question goes to the top of the view: its answer has the height of the rest from the beginning.

/** Between the view's upper edge and the question (px). */
const GAP = 8;

/**
 * The least height of an answer with which its question can stand at the top.
 * @param {{view: number, question: number, below: number}} heights  of the view, of the question, and of
 *   what stands below the answer (px)
 * @returns {number} 0 when the question fills the view
 */
export function roomFor({ view, question, below }) {
  return Math.max(0, Math.floor(view - question - below - GAP));
}

/**
 * @param {HTMLElement} viewport
 * @param {HTMLElement} content
 * @param {HTMLElement} messages
 */
export function createAnchor(viewport, content, messages) {
  let shown = 0;

  function measure() {
    if (!messages.hasAttribute('data-anchored')) return;
    const answer = messages.lastElementChild;
    const question = answer?.previousElementSibling;
    if (!answer || !question) return;
    const room = roomFor({
      view: viewport.clientHeight,
      question: question.getBoundingClientRect().height,
      below: parseFloat(getComputedStyle(content).paddingBottom),
    });
    if (room === shown) return;
    shown = room;
    messages.style.setProperty('--room', `${room}px`);
  }

  return {
    /** From now on, for the newest turn. */
    set() {
      messages.toggleAttribute('data-anchored', true);
      measure();
    },
    /** Another conversation is shown: it ends where it ends. */
    clear: () => messages.toggleAttribute('data-anchored', false),
    measure,
  };
}
