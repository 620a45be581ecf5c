/* SPDX-License-Identifier: MIT */
/** Diagrams: code that is drawn once it is whole, with the code a button away. */
import { codeMaker } from './code-maker.js';
import { DiagramView } from './diagram.js';
import { button, element } from './dom.js';

/**
 * @typedef {import('./context.js').Context} Context
 * @typedef {import('./code.js').CodeView} CodeView
 *
 * @typedef {{parts: HTMLElement[]}} Drawing  what was added to a code view for its diagram
 */

/**
 * Shows the diagram that the code describes.
 *
 * @param {Context} context
 * @param {CodeView} code
 * @returns {Drawing}
 */
function draw({ doc, t }, code) {
  const toggle = button(doc, t('md.showSource'), 'md-button md-toggle', () => show(!code.pre.hidden));
  /** @param {boolean} drawing */
  const show = (drawing) => {
    view.node.hidden = !drawing;
    code.pre.hidden = drawing;
    const label = toggle.querySelector('.md-button-text');
    toggle.title = t(drawing ? 'md.showSource' : 'md.showDiagram');
    if (label) label.textContent = toggle.title;
  };
  const reason = element(doc, 'code', 'md-diagram-reason');
  const again = button(doc, t('md.diagramRetry'), 'md-button md-retry', () => {
    note.hidden = true;
    void view.show();
  });
  const note = element(doc, 'div', 'md-diagram-note', element(doc, 'p', '', t('md.diagramFailed')), reason, again);
  note.setAttribute('role', 'status');
  note.hidden = true;
  const view = new DiagramView(doc, code.text, t('md.diagram'), (drawn, error) => {
    note.hidden = drawn;
    reason.textContent = error;
    if (!drawn) {
      if (!note.isConnected) code.node.append(note);
      return;
    }
    if (!toggle.isConnected) code.tools.prepend(toggle);
    show(true);
  });
  code.pre.after(view.node);
  view.start(code.node);
  return { parts: [toggle, note, view.node] };
}

/** @type {import('./types.js').Maker} */
const mermaid = {
  make(context, view) {
    codeMaker.make(context, view);
    this.update(context, view);
  },
  update(context, view) {
    const { block, state } = view;
    codeMaker.update(context, view);
    const isWhole = !block.open && state.code.text.trim() !== '';
    if (isWhole) {
      state.drawing ??= draw(context, state.code);
    } else if (state.drawing) {
      // It goes on after all.
      for (const part of state.drawing.parts) part.remove();
      state.code.pre.hidden = false;
      state.drawing = null;
    }
  },
};

/** @type {import('./types.js').Extension} */
export const diagrams = {
  name: 'diagrams',
  fences: { mermaid },
  copy(part) {
    for (const node of part.querySelectorAll('.md-diagram, .md-diagram-note')) node.remove();
  },
};
