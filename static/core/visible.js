/* SPDX-License-Identifier: MIT */
/**
 * Text that somebody is to judge: what cannot be seen in it, or changes how the
 * rest is read, is told apart and has a name. Pure.
 */

/**
 * Characters without a shape of their own: controls, formats and marks of
 * direction, fillers, variation selectors, tags, and blanks that are no blank.
 * Line ends and tabs are seen.
 */
const HIDDEN = /[^\P{C}\t\n]|[\p{Zl}\p{Zp}]|[^\P{Zs} ]|[\u115f\u1160\u2800\u3164\uffa0]|\u034f|\u17b4|\u17b5|[\u180b-\u180f]|[\ufe00-\ufe0f]|[\u{e0100}-\u{e01ef}]/gu;

/**
 * What turns the words around it about, moves a terminal's cursor, or carries
 * words that nobody sees: in a text that is read and not judged. What writing,
 * emoji and typesetting need is left.
 */
const TURNING = /(?:\r(?!\n)|[^\P{Cc}\t\n\r]|[\p{Zl}\p{Zp}\p{Cs}\u200b\u202a-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e01ef}])+/gu;

/** Places that are marked in one text; what turns it is taken out of the rest of it. */
export const MAX_MARKS = 200;

/**
 * @typedef {{text: string, hidden: boolean}} Piece  `text` of a hidden one is its name, as "U+202E"
 */

/**
 * @param {string} text
 * @returns {Piece[]}
 */
export function visiblePieces(text) {
  /** @type {Piece[]} */
  const pieces = [];
  let end = 0;
  for (const { 0: found, index } of text.matchAll(HIDDEN)) {
    if (index > end) pieces.push({ text: text.slice(end, index), hidden: false });
    pieces.push({ text: nameOf(found), hidden: true });
    end = index + found.length;
  }
  if (end < text.length) pieces.push({ text: text.slice(end), hidden: false });
  return pieces;
}

/**
 * A text of a tool, as a person reads it: each place where something turns it
 * is one mark.
 *
 * @param {string} text
 * @returns {Piece[]}
 */
export function readablePieces(text) {
  /** @type {Piece[]} */
  const pieces = [];
  let end = 0;
  for (const { 0: found, index } of text.matchAll(TURNING)) {
    if (pieces.length >= 2 * MAX_MARKS) break;
    if (index > end) pieces.push({ text: text.slice(end, index), hidden: false });
    const [first = ''] = found;
    pieces.push({ text: `${nameOf(first)}${found.length > first.length ? '…' : ''}`, hidden: true });
    end = index + found.length;
  }
  const rest = text.slice(end).replace(TURNING, '');
  if (rest !== '') pieces.push({ text: rest, hidden: false });
  return pieces;
}

/**
 * The same where there is nothing but text.
 *
 * @param {string} text
 * @returns {string}
 */
export function readable(text) {
  return readablePieces(text).map((piece) => (piece.hidden ? `[${piece.text}]` : piece.text)).join('');
}

/**
 * @param {string} character
 * @returns {string}
 */
function nameOf(character) {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

/**
 * JSON with what is hidden in its strings written as escapes, so that it can be
 * seen where it is changed, and means the same.
 *
 * @param {string} json
 * @returns {string}
 */
export function escapedHidden(json) {
  return json.replace(HIDDEN, (found) => Array.from({ length: found.length }, (_, i) =>
    `\\u${found.charCodeAt(i).toString(16).padStart(4, '0')}`).join(''));
}

/**
 * What a call was given, a member a line: strings as they are, all else as JSON.
 *
 * @param {string} written  JSON
 * @returns {{name: string, value: string}[] | null} null when it is no object
 */
export function argumentLines(written) {
  /** @type {unknown} */
  let given;
  try {
    given = JSON.parse(written.trim() === '' ? '{}' : written);
  } catch {
    return null;
  }
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return null;
  return Object.entries(given).map(([name, value]) => ({
    name, value: typeof value === 'string' ? value : JSON.stringify(value, null, 2),
  }));
}
