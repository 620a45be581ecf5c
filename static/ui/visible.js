// SPDX-License-Identifier: MIT
// Text that a person is to judge, with what is hidden in it made visible.

import { html } from '../vendor/lit-html/lit-html.js';
import { readablePieces, visiblePieces } from '../core/visible.js';
import { plainParts } from '../md/plain.js';

/** @param {string} text */
export const visibleText = (text) => marked(visiblePieces(text));

/**
 * A text of a tool that is read: what turns its words about is marked.
 * @param {string} text
 */
export const readableText = (text) => marked(readablePieces(text));

/** @param {readonly import('../core/visible.js').Piece[]} pieces */
function marked(pieces) {
  return pieces.map((piece) => (piece.hidden ? html`<mark class="hidden-char">${piece.text}</mark>`
    : plainParts(piece.text).map((part, _, { length }) => (length === 1 ? part : html`<span class="md-plain-part">${part}</span>`))));
}
