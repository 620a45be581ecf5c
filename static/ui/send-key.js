// SPDX-License-Identifier: MIT
// What a press of Enter, or of the composer's button, means. Pure: events in, decisions out.

import { isModifier } from './keys.js';

/** Whether fingers are the first way to point here, however wide the screen is. */
export const isTouch = () => globalThis.matchMedia?.('(pointer: coarse)').matches ?? false;

/**
 * Enter that ends an input method's composition is not Enter; Safari says so
 * only by key code 229.
 * @param {Pick<KeyboardEvent, 'isComposing' | 'keyCode'>} event
 */
export function isComposing(event) {
  return event.isComposing || event.keyCode === 229;
}

/**
 * Whether this key press sends, by the setting. Where there are fingers and no
 * better pointer, Enter is that of a keyboard on the screen, which has no other
 * way to make a line: there the button sends.
 * @param {KeyboardEvent} event
 * @param {'enter' | 'mod-enter'} sendKey
 * @param {boolean} touch
 */
export function sends(event, sendKey, touch) {
  if (event.key !== 'Enter' || isComposing(event)) return false;
  if (isModifier(event)) return true;
  return sendKey === 'enter' && !touch && !event.shiftKey && !event.altKey && !event.ctrlKey && !event.metaKey;
}

/**
 * What a key does in the composer's field; null leaves it to the browser.
 * @param {KeyboardEvent} event
 * @param {{sendKey: 'enter' | 'mod-enter', touch: boolean, empty: boolean}} around
 * @returns {'send' | 'held' | 'editLast' | null} 'held' is a key that repeats: it sends nothing
 */
export function fieldKey(event, { sendKey, touch, empty }) {
  if (sends(event, sendKey, touch)) return event.repeat ? 'held' : 'send';
  return event.key === 'ArrowUp' && !event.altKey && empty && !isComposing(event) ? 'editLast' : null;
}

/**
 * What the composer's one button does.
 * @param {{detail: number}} event  a click; detail counts clicks in a row
 * @param {boolean} streaming
 * @returns {'stop' | 'send' | null}
 */
export function buttonPress({ detail }, streaming) {
  // The second click of a double click must not stop what the first one sent.
  if (detail > 1) return null;
  return streaming ? 'stop' : 'send';
}
