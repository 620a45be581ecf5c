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
 * What stands before the last message; the two may be in different groups.
 * @param {HTMLElement} messages
 */
function newestQuestion({ lastElementChild: group }) {
  return group?.lastElementChild?.previousElementSibling ?? group?.previousElementSibling?.lastElementChild ?? null;
}

/**
 * @param {HTMLElement} viewport
 * @param {HTMLElement} content
 * @param {HTMLElement} messages
 */
export function createAnchor(viewport, content, messages) {
  let shown = 0;
  /** @type {Element | null} */
  let question = null;
  // Its own height and the view's: growth of the answer changes neither.
  const observer = new ResizeObserver(place);
  observer.observe(viewport);

  function place() {
    if (!question || !messages.hasAttribute('data-anchored')) return;
    const room = roomFor({
      view: viewport.clientHeight,
      question: question.getBoundingClientRect().height,
      below: parseFloat(getComputedStyle(content).paddingBottom),
    });
    if (room === shown) return;
    shown = room;
    messages.style.setProperty('--room', `${room}px`);
  }

  function measure() {
    if (!messages.hasAttribute('data-anchored')) return;
    const newest = newestQuestion(messages);
    if (newest === question) return;
    if (question) observer.unobserve(question);
    question = newest;
    if (!question) return;
    observer.observe(question);
    place();
  }

  return {
    /** From now on, for the newest turn. */
    set() {
      messages.toggleAttribute('data-anchored', true);
      measure();
    },
    /** Another conversation is shown: it ends where it ends. */
    forget() {
      messages.toggleAttribute('data-anchored', false);
      if (question) observer.unobserve(question);
      question = null;
    },
    /** The thread has changed: its newest question may be another. */
    measure,
    dispose: () => observer.disconnect(),
  };
}
