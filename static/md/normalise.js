/* SPDX-License-Identifier: MIT */

/**
 * Makes the text's line ends and NULs what CommonMark says they are. Pure.
 *
 * @param {string} text
 * @returns {string}
 */
export function normalise(text) {
  let out = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  if (out.includes('\r')) out = out.replace(/\r\n?/g, '\n');
  if (out.includes('\0')) out = out.replaceAll('\0', '\ufffd');
  return out;
}
