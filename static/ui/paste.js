// SPDX-License-Identifier: MIT
// What a paste into the composer means. Pure.

import { MAX_ATTACHMENTS, MAX_PASTE_CHARS } from '../core/limits.js';

/**
 * What a paste brings: a long text comes as a file; and a copied table or text
 * comes with a picture of itself, and then the text is meant.
 * @param {{text: string, types: readonly string[], files: number, present: number}} paste
 * @returns {'text-file' | 'files' | 'text'}
 */
export function pasteMeans({ text, types, files, present }) {
  if (text.length > MAX_PASTE_CHARS && present < MAX_ATTACHMENTS) return 'text-file';
  return files > 0 && !types.includes('text/plain') ? 'files' : 'text';
}
