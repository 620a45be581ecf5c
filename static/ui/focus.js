// SPDX-License-Identifier: MIT
// Where the focus goes when a redraw takes away what had it: nobody who uses the keyboard is thrown back to the start.

/**
 * Looks at what has the focus before a redraw.
 * @param {HTMLElement} root  what is redrawn
 * @param {(from: 'list' | 'thread') => void} fallBack  gives the focus to a good place
 * @returns {() => void}  to be called after the redraw
 */
export function watchFocus(root, fallBack) {
  const had = document.activeElement;
  if (!(had instanceof HTMLElement) || had === root || !root.contains(had)) return () => {};
  const from = had.closest('.sidebar') ? 'list' : had.closest('.thread-frame') ? 'thread' : null;
  if (!from) return () => {};
  const after = arrowAfter(had);
  return () => {
    // Who has put the focus somewhere knows better.
    if (had.isConnected || (document.activeElement && document.activeElement !== document.body)) return;
    const arrow = after();
    if (arrow) arrow.focus({ preventScroll: true });
    else fallBack(from);
  };
}

/**
 * The arrows between versions are in the message that they replace: the same
 * arrow of the new version follows.
 * @param {HTMLElement} had
 * @returns {() => HTMLElement | null}
 */
function arrowAfter(had) {
  const message = had.closest('.branch') ? had.closest('.message') : null;
  const messages = message?.parentElement;
  if (!message || !messages) return () => null;
  const name = had.getAttribute('aria-label') ?? '';
  const at = [...messages.children].indexOf(message);
  return () => {
    const arrows = messages.children[at]?.querySelectorAll('.branch button') ?? [];
    return /** @type {HTMLElement | null} */ ([...arrows].find((arrow) => arrow.getAttribute('aria-label') === name) ?? null);
  };
}
