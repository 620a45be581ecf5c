// SPDX-License-Identifier: MIT
// What pdf.js draws on in a worker, where there is no document to make canvases and filters.

/** @typedef {{canvas: OffscreenCanvas | null, context: OffscreenCanvasRenderingContext2D | null}} Pair */

export class CanvasFactory {
  /** @param {number} width @param {number} height @returns {Pair} */
  create(width, height) {
    const canvas = new OffscreenCanvas(Math.max(1, width), Math.max(1, height));
    return { canvas, context: canvas.getContext('2d', { willReadFrequently: true }) };
  }

  /** @param {Pair} pair @param {number} width @param {number} height */
  reset(pair, width, height) {
    if (pair.canvas !== null) Object.assign(pair.canvas, { width, height });
  }

  /** @param {Pair} pair */
  destroy(pair) {
    if (pair.canvas !== null) Object.assign(pair.canvas, { width: 0, height: 0 });
    Object.assign(pair, { canvas: null, context: null });
  }
}

/** Filters are elements of a document; without one, a page is drawn without them. */
export class FilterFactory {
  addFilter() { return 'none'; }

  addHCMFilter() { return 'none'; }

  addAlphaFilter() { return 'none'; }

  addLuminosityFilter() { return 'none'; }

  addHighlightHCMFilter() { return 'none'; }

  destroy() {}
}
