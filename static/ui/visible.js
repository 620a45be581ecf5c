// SPDX-License-Identifier: MIT
// Text that a person is to judge, with what is hidden in it made visible.

import { html } from '../vendor/lit-html/lit-html.js';
import { visiblePieces } from '../core/visible.js';
import { plainParts } from '../md/plain.js';

/** @param {string} text */
export function visibleText(text) {
  return visiblePieces(text).map((piece) => (piece.hidden ? html`<mark class="hidden-char">${piece.text}</mark>`
    : plainParts(piece.text).map((part, _, { length }) => (length === 1 ? part : html`<span class="md-plain-part">${part}</span>`))));
}
