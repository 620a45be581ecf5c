// SPDX-License-Identifier: MIT
// Jupyter notebooks: text, code and what the code said. Pure.

import { FileError } from './errors.js';
import { createMarkdown, fenced } from './markdown.js';

/** @typedef {Record<string, unknown>} Fields */

/** @param {unknown} value @returns {value is Fields} */
const isFields = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
/** Lines come as one text or as a list. @param {unknown} value */
const textOf = (value) => (Array.isArray(value) ? value.filter((line) => typeof line === 'string').join('') : typeof value === 'string' ? value : '');
/** @param {unknown} value @returns {unknown[]} */
const listOf = (value) => (Array.isArray(value) ? value : []);
/** Colours of a terminal. @param {string} text */
const plain = (text) => text.replace(/\x1b\[[0-9;?]*[A-Za-z]/g, '');

/**
 * @param {string} json
 * @param {import('./limits.js').Budget} budget
 * @returns {import('./types.js').Reading}
 */
export function readNotebook(json, budget) {
  /** @type {unknown} */
  let notebook;
  try {
    notebook = JSON.parse(json);
  } catch {
    throw new FileError('broken', 'JSON');
  }
  if (!isFields(notebook)) throw new FileError('broken', 'notebook');
  const metadata = isFields(notebook['metadata']) ? notebook['metadata'] : {};
  const info = isFields(metadata['language_info']) ? metadata['language_info'] : isFields(metadata['kernelspec']) ? metadata['kernelspec'] : {};
  const language = textOf(info['name'] ?? info['language']).replace(/[^\w+#-]/g, '') || 'python';
  const out = createMarkdown(budget);
  let pictures = 0;
  for (const cell of cellsOf(notebook)) {
    const source = textOf(cell['source'] ?? cell['input']);
    // Pictures that a text has with it.
    if (isFields(cell['attachments'])) pictures += Object.keys(cell['attachments']).length;
    if (cell['cell_type'] !== 'code') {
      out.raw(source.trim());
      continue;
    }
    if (source.trim() !== '') out.raw(fenced(source, language));
    for (const output of listOf(cell['outputs']).filter(isFields)) {
      const { text, picture } = outputOf(output);
      if (text.trim() !== '') out.raw(fenced(text, 'text'));
      if (picture) pictures += 1;
    }
  }
  return { text: out.result(), pictures };
}

/** Those of version 4, and of version 3, which had work sheets. @param {Fields} notebook */
function cellsOf(notebook) {
  const sheets = listOf(notebook['worksheets']).filter(isFields).flatMap((sheet) => listOf(sheet['cells']));
  return [...listOf(notebook['cells']), ...sheets].filter(isFields);
}

/** @param {Fields} output */
function outputOf(output) {
  if (output['output_type'] === 'error' || output['output_type'] === 'pyerr') {
    const trace = listOf(output['traceback']).map(textOf).join('\n');
    return { text: plain(trace || `${textOf(output['ename'])}: ${textOf(output['evalue'])}`), picture: false };
  }
  const data = isFields(output['data']) ? output['data'] : output;
  const picture = Object.keys(data).some((type) => /^(image\/|png$|jpeg$|svg$)/.test(type));
  return { text: plain(textOf(data['text/markdown'] ?? data['text/plain'] ?? data['text'])), picture };
}
