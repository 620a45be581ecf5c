// SPDX-License-Identifier: MIT
// A text as a QR code, drawn here: it is a secret, and no other place gets to see it.

import { html } from '../vendor/lit-html/lit-html.js';
import { generate } from '../vendor/lean-qr/lean-qr.mjs';

/** Light modules around the code, without which readers do not find it. */
const QUIET = 4;

/**
 * The dark modules as one path, a run of them a rectangle.
 * @param {{size: number, get(x: number, y: number): boolean}} code
 */
export function pathOf(code) {
  let path = '';
  for (let y = 0; y < code.size; y += 1) {
    for (let x = 0; x < code.size; x += 1) {
      const start = x;
      while (code.get(x, y)) x += 1;
      if (x > start) path += `M${start} ${y}h${x - start}v1H${start}z`;
    }
  }
  return path;
}

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
