// SPDX-License-Identifier: MIT
// Files that people add: images are scaled down here, text files are read, everything else is refused with a reason.

import {
  MAX_ATTACHMENTS, MAX_IMAGE_CHARS, MAX_IMAGE_FILE_BYTES, MAX_IMAGE_SIDE, MAX_TEXT_FILE_BYTES,
} from '../core/limits.js';

/**
 * @typedef {import('../core/types.js').Attachment} Attachment
 * @typedef {import('../core/types.js').Model} Model
 * @typedef {{key: string, params: Record<string, string | number>}} Refusal
 */

/** Bytes looked at to tell text from something else. */
const PROBE_BYTES = 8192;
const SIDES = [MAX_IMAGE_SIDE, 1024, 768, 512];
const IMAGE_TYPES = /^image\/(png|jpeg|gif|webp|avif|bmp)$/;

/**
 * The same pixels, smaller: PNG where there may be transparency or sharp
 * edges and it stays small, else JPEG.
 * @param {ImageBitmap} bitmap
 * @param {string} type
 * @param {number} side
 */
function draw(bitmap, type, side) {
  const scale = Math.min(1, side / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const pen = canvas.getContext('2d');
  if (!pen) throw new Error('no canvas');
  pen.imageSmoothingQuality = 'high';
  pen.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  if (type === 'image/jpeg') {
    return { data: canvas.toDataURL('image/jpeg', 0.87), width: canvas.width, height: canvas.height };
  }
  const png = canvas.toDataURL('image/png');
  if (png.length < MAX_IMAGE_CHARS / 4) return { data: png, width: canvas.width, height: canvas.height };
  pen.globalCompositeOperation = 'destination-over';
  pen.fillStyle = '#fff';
  pen.fillRect(0, 0, canvas.width, canvas.height);
  return { data: canvas.toDataURL('image/jpeg', 0.87), width: canvas.width, height: canvas.height };
}

/** @param {File} file */
async function readImage(file) {
  const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' });
  try {
    for (const side of SIDES) {
      const drawn = draw(bitmap, file.type, side);
      if (drawn.data.length <= MAX_IMAGE_CHARS) return drawn;
    }
    return null;
  } finally {
    bitmap.close();
  }
}

/**
 * Text is what decodes as UTF-8 and has no control characters that text has not.
 * @param {Blob} file
 * @returns {Promise<boolean>}
 */
async function isText(file) {
  const bytes = new Uint8Array(await file.slice(0, PROBE_BYTES).arrayBuffer());
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return !/[\0-\x08\x0e-\x1a\x1c-\x1f]/.test(text);
  } catch {
    return false;
  }
}

/**
 * @param {File} file
 * @param {object} around
 * @param {Model | null} around.model
 * @param {() => string} around.newId
 * @param {(bytes: number) => string} around.size
 * @returns {Promise<{attachment: Attachment} | {refusal: Refusal}>}
 */
async function readOne(file, { model, newId, size }) {
  const name = file.name || 'image.png';
  const base = { id: newId(), name, type: file.type, size: file.size };
  const large = (/** @type {number} */ max) => ({ refusal: { key: 'file.large', params: { name, size: size(max) } } });
  try {
    if (IMAGE_TYPES.test(file.type)) {
      if (model && !model.input.includes('image')) {
        return { refusal: { key: 'file.noImages', params: { model: model.name } } };
      }
      if (file.size > MAX_IMAGE_FILE_BYTES) return large(MAX_IMAGE_FILE_BYTES);
      const image = await readImage(file);
      if (!image) return large(MAX_IMAGE_FILE_BYTES);
      return { attachment: { ...base, kind: 'image', ...image } };
    }
    if (!await isText(file)) return { refusal: { key: 'file.kind', params: { name } } };
    if (file.size > MAX_TEXT_FILE_BYTES) return large(MAX_TEXT_FILE_BYTES);
    return { attachment: { ...base, kind: 'file', type: file.type || 'text/plain', text: await file.text(), data: '' } };
  } catch {
    return { refusal: { key: 'file.broken', params: { name } } };
  }
}

/**
 * Reads files one after the other, so that ten photographs are never decoded
 * at once.
 * @param {readonly File[]} files
 * @param {object} around
 * @param {Model | null} around.model
 * @param {number} around.present  attachments there already
 * @param {() => string} around.newId
 * @param {(bytes: number) => string} around.size
 * @param {(attachment: Attachment) => void} add
 * @returns {Promise<Refusal[]>}
 */
export async function readFiles(files, around, add) {
  const refusals = [];
  let count = around.present;
  for (const file of files) {
    if (count >= MAX_ATTACHMENTS) {
      refusals.push({ key: 'file.many', params: { count: MAX_ATTACHMENTS } });
      break;
    }
    const result = await readOne(file, around);
    if ('refusal' in result) {
      refusals.push(result.refusal);
    } else {
      add(result.attachment);
      count += 1;
    }
  }
  return refusals;
}
