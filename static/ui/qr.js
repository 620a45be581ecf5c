// SPDX-License-Identifier: MIT
// A text as a QR code, drawn here: it is a secret, and no other place gets to see it.

import { html } from '../vendor/lit-html/lit-html.js';
import { generate } from '../vendor/lean-qr/lean-qr.mjs';
import { pathOf } from './qr-path.js';

/** Light modules around the code, without which readers do not find it. */
const QUIET = 4;

/**
 * @param {string} text
 * @param {string} label
 */
export function qrCode(text, label) {
  const code = generate(text);
  const side = code.size + 2 * QUIET;
  return html`<svg class="qr" viewBox=${`${-QUIET} ${-QUIET} ${side} ${side}`} role="img" aria-label=${label}
    shape-rendering="crispEdges"><path d=${pathOf(code)}/></svg>`;
}
