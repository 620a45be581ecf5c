/* SPDX-License-Identifier: MIT */
/**
 * Takes out of a diagram's source what could only ever fail in the frame that
 * draws it, where the policy refuses it aloud: pictures of other sites, tags,
 * and references in styles. Safety does not rest on this. Pure.
 */

/**
 * @param {string} source
 * @returns {string}
 */
export function tameDiagram(source) {
  return source
    // A tag shows as text; only a line break is known in labels. `<<fork>>` and arrows stay.
    .replace(/(?<!<)<(?=[a-z!/?])(?!br\s*\/?>)/gi, '#lt;')
    .replace(/(@\{[^}]*?)\bimg\s*:/gi, '$1label-of-image:')
    .replace(/\burl\s*\(/gi, 'url-(');
}
