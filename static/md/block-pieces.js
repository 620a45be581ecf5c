/* SPDX-License-Identifier: MIT */
/** What is new in a block whose text comes in pieces. Pure. */

/** @typedef {import('./types.js').Block} Block */

/** Follows the pieces of a block, of which those at the end may be taken back. */
export class Pieces {
  constructor() {
    /** @type {Block | null} */
    this.block = null;
    /** How many have arrived whole, and what was told of those behind. */
    this.taken = 0;
    this.loose = '';
  }

  /**
   * @param {Block} block
   * @returns {{text: string, isMore: boolean}} the text behind what was told before, or all of it
   */
  next(block) {
    const isSame = this.block === block;
    const more = isSame ? block.pieces.slice(this.taken).join('') : '';
    const isMore = isSame && more.startsWith(this.loose);
    const text = isMore ? more.slice(this.loose.length) : block.pieces.join('');
    this.block = block;
    this.taken = block.settled ? block.pieces.length : Math.min(block.sure, block.pieces.length);
    this.loose = block.pieces.slice(this.taken).join('');
    return { text, isMore };
  }
}
