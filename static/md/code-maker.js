/* SPDX-License-Identifier: MIT */
/** Blocks of code: what of the parser's pieces a code view has to show next. */
import { Pieces } from './block-pieces.js';
import { CodeView } from './code.js';

/** @typedef {import('./types.js').Maker} Maker */

/** @type {Maker} */
export const codeMaker = {
  make(context, view) {
    const code = new CodeView(context, view.block.info ?? '');
    view.state = { code, pieces: new Pieces() };
    view.node = code.node;
    this.update(context, view);
  },
  update(_, { block, state }) {
    const { code, pieces } = state;
    const { text, isMore } = pieces.next(block);
    if (code.closed && block.open) code.reopen();
    if (isMore && !text && code.closed === !block.open) return;
    // Of blank lines at the end the last is seen only with its own line end.
    const end = !block.open && block.pieces.at(-1) === '\n' ? '\n' : '';
    if (isMore && !state.isEnded) code.grow(text + end, !block.open);
    else code.update(block.pieces.join('') + end, !block.open);
    state.isEnded = end !== '';
  },
};
