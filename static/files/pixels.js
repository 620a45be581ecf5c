// SPDX-License-Identifier: MIT
// How large a picture says that it is, before anything is unpacked: a file of a kilobyte may say a gigabyte.

/** Pixels of a picture that is decoded at all: what the largest cameras make, half a gigabyte. */
export const MAX_PIXELS = 120 * 1000 * 1000;

/** Where the boxes of AVIF and HEIC say it. */
const BOX_BYTES = 256 * 1024;

/** @typedef {(view: DataView, bytes: Uint8Array) => number} Measure */

/** @type {Record<string, Measure>} */
const MEASURES = {
  'image/png': (view) => view.getUint32(16) * view.getUint32(20),
  'image/gif': ofGif,
  'image/x-icon': ofIcon,
  'image/bmp': (view) => Math.abs(view.getInt32(18, true) * view.getInt32(22, true)),
  'image/jpeg': ofJpeg,
  'image/webp': ofWebp,
  'image/avif': ofBoxes,
  'image/heic': ofBoxes,
};

/**
 * @param {Uint8Array} bytes
 * @param {string} type  by its content
 * @returns {number} 0 where it does not say, or not in a form that is known here
 */
export function pixelsOf(bytes, type) {
  try {
    return MEASURES[type]?.(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), bytes) ?? 0;
  } catch {
    return 0; // cut off: whoever decodes it says so
  }
}

/** The screen, or the first frame, to which browsers enlarge it (GIF89a, 18 and 20). @type {Measure} */
function ofGif(view) {
  const area = (/** @type {number} */ at) => view.getUint16(at, true) * view.getUint16(at + 2, true);
  const colours = (/** @type {number} */ at) => ((view.getUint8(at) & 0x80) === 0 ? 0 : 3 << ((view.getUint8(at) & 7) + 1));
  let at = 13 + colours(10);
  while (at + 9 < view.byteLength && view.getUint8(at) === 0x21) {
    at += 2;
    while (view.getUint8(at) !== 0) at += 1 + view.getUint8(at);
    at += 1;
  }
  return Math.max(area(6), at + 9 < view.byteLength && view.getUint8(at) === 0x2c ? area(at + 5) : 0);
}

/** The largest of its pictures, each PNG or BMP without its head, whatever their list says. @type {Measure} */
function ofIcon(view) {
  let most = 0;
  for (let i = 0; i < view.getUint16(4, true) && 22 + 16 * i <= view.byteLength; i += 1) {
    const at = view.getUint32(6 + 16 * i + 12, true);
    if (at + 24 > view.byteLength) continue;
    most = Math.max(most, view.getUint32(at) === 0x89504e47 ? view.getUint32(at + 16) * view.getUint32(at + 20)
      : Math.abs(view.getInt32(at + 4, true) * view.getInt32(at + 8, true)) / 2);
  }
  return most;
}

/** The frame's segment (ITU-T T.81, B.2.2). @type {Measure} */
function ofJpeg(view) {
  for (let at = 2; at + 9 < view.byteLength;) {
    if (view.getUint8(at) !== 0xff) return 0;
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) at += 1;
    else if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      return view.getUint16(at + 5) * view.getUint16(at + 7);
    } else at += 2 + view.getUint16(at + 2);
  }
  return 0;
}

/** @type {Measure} */
function ofWebp(view, bytes) {
  const three = (/** @type {number} */ at) => view.getUint16(at, true) + view.getUint8(at + 2) * 65536 + 1;
  switch (new TextDecoder('latin1').decode(bytes.subarray(12, 16))) {
    case 'VP8X': return three(24) * three(27);
    case 'VP8L': return ((view.getUint32(21, true) & 0x3fff) + 1) * (((view.getUint32(21, true) >>> 14) & 0x3fff) + 1);
    case 'VP8 ': return (view.getUint16(26, true) & 0x3fff) * (view.getUint16(28, true) & 0x3fff);
    default: return 0;
  }
}

/** The largest of the boxes "ispe" (ISO/IEC 23008-12, 6.5.3). @type {Measure} */
function ofBoxes(view, bytes) {
  const text = new TextDecoder('latin1').decode(bytes.subarray(0, BOX_BYTES));
  let most = 0;
  for (let at = text.indexOf('ispe'); at !== -1 && at + 16 <= view.byteLength; at = text.indexOf('ispe', at + 4)) {
    most = Math.max(most, view.getUint32(at + 8) * view.getUint32(at + 12));
  }
  return most;
}
