/* SPDX-License-Identifier: MIT */
/** The English labels of what Markdown renders, used when no translator is given. */

/** @type {Record<string, string>} */
export const STRINGS = {
  'md.copy': 'Copy',
  'md.copied': 'Copied',
  'md.copyFailed': 'Could not copy',
  'md.wrap': 'Wrap',
  'md.save': 'Save',
  'md.code': 'Code',
  'md.codeLabel': 'Code, {language}',
  'md.opensIn': 'Opens {where} in a new tab',
  'md.image': 'Image',
  'md.openImage': 'Image not loaded: {alt}. Opens {where} in a new tab',
  'md.footnotes': 'Footnotes',
  'md.footnote': 'Footnote {number}',
  'md.backToText': 'Back to the text',
  'md.taskDone': 'Done',
  'md.taskOpen': 'To do',
  'md.table': 'Table',
  'md.diagram': 'Diagram',
  'md.showSource': 'Show source',
  'md.showDiagram': 'Show diagram',
  'md.diagramFailed': 'This diagram could not be drawn',
  'md.formula': 'Formula',
};

/**
 * @param {string} key
 * @param {Record<string, string | number>} [values]
 * @returns {string}
 */
export function english(key, values = {}) {
  return (STRINGS[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ''));
}
