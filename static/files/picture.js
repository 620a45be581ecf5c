// SPDX-License-Identifier: MIT
// Pictures that people add: decoded by the browser, turned as the camera says, scaled, and written anew, so that
// nothing else that the file told (where, when, by whom) goes along. In a thread: writing a PNG takes its time.

import { MAX_IMAGE_CHARS, MAX_IMAGE_SIDE } from '../core/limits.js';
import { FileError } from './errors.js';
import { MAX_PIXELS, pixelsOf } from './pixels.js';

const SIDES = [MAX_IMAGE_SIDE, 1024, 768, 512];
/** From this ratio of its sides, a picture that is scaled to fit loses what is written in it. */
const LONG_RATIO = 4;

/** @typedef {{blob: Blob, width: number, height: number, long: boolean, animated: boolean}} Picture */

/** Bytes of what is written, so that it fits when it is base64 in an address. */
const MAX_BYTES = (MAX_IMAGE_CHARS / 4) * 3 - 100;

/**
 * The same pixels, smaller: PNG where there may be transparency or sharp
 * edges and it stays small, else JPEG.
 * @param {ImageBitmap} bitmap
 * @param {string} type
 * @param {number} side
 */
async function draw(bitmap, type, side) {
  const scale = Math.min(1, side / Math.max(bitmap.width, bitmap.height));
  const canvas = new OffscreenCanvas(Math.max(1, Math.round(bitmap.width * scale)), Math.max(1, Math.round(bitmap.height * scale)));
  const pen = canvas.getContext('2d');
  if (!pen) throw new FileError('broken', 'no canvas');
  const { width, height } = canvas;
  pen.imageSmoothingQuality = 'high';
  pen.drawImage(bitmap, 0, 0, width, height);
  if (!/jpeg|hei|avif/.test(type)) {
    const blob = await canvas.convertToBlob({ type: 'image/png' });
    if (blob.size < MAX_BYTES / 4) return { blob, width, height };
  }
  pen.globalCompositeOperation = 'destination-over';
  pen.fillStyle = '#fff';
  pen.fillRect(0, 0, width, height);
  return { blob: await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.87 }), width, height };
}

/**
 * Of an animation the first frame.
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {string} type  by its content
 * @returns {Promise<Picture>}
 * @throws {FileError} 'picture' when this browser cannot show it, 'bomb' when it says to be larger than is ever decoded
 */
export async function readPicture(bytes, type) {
  if (pixelsOf(bytes, type) > MAX_PIXELS) throw new FileError('bomb');
  let bitmap;
  try {
    const decode = (/** @type {string} */ as) => createImageBitmap(new Blob([bytes], { type: as }), { imageOrientation: 'from-image' });
    // What one engine calls otherwise, it may know by its bytes.
    bitmap = await decode(type).catch(() => decode(''));
  } catch {
    throw new FileError(/heic|tiff|jxl|avif/.test(type) ? 'picture' : 'broken');
  }
  try {
    const { width, height } = bitmap;
    const long = Math.max(width, height) > MAX_IMAGE_SIDE && Math.max(width, height) > LONG_RATIO * Math.min(width, height);
    for (const side of SIDES) {
      const drawn = await draw(bitmap, type, side);
      if (drawn.blob.size <= MAX_BYTES) return { ...drawn, long, animated: isAnimated(bytes, type) };
    }
    throw new FileError('large');
  } finally {
    bitmap.close();
  }
}

/**
 * Whether a GIF, PNG or WebP has more than one frame.
 * @param {Uint8Array} bytes
 * @param {string} type
 */
function isAnimated(bytes, type) {
  const text = new TextDecoder('latin1').decode(bytes.subarray(0, 1024 * 1024));
  if (type === 'image/png') return text.slice(0, 4096).includes('acTL');
  if (type === 'image/webp') return text.slice(0, 64).includes('ANIM');
  return type === 'image/gif' && (text.match(/\x21\xf9\x04/g)?.length ?? 0) > 1;
}
