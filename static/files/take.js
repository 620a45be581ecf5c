// SPDX-License-Identifier: MIT
// From a file to an attachment: what it is by its content, what a model gets of it, and what else it could get.

import { MAX_FILE_CHARS, MAX_IMAGE_FILE_BYTES, MAX_TEXT_FILE_BYTES } from '../core/limits.js';
import { plainName } from '../core/media.js';
import { FileError } from './errors.js';
import { MAX_DOCUMENT_BYTES } from './limits.js';
import { carryOut } from './open.js';
import { sniff } from './sniff.js';

/**
 * @typedef {import('../core/types.js').Attachment} Attachment
 * @typedef {import('../core/types.js').Model} Model
 * @typedef {import('./types.js').Kind} Kind
 *
 * What a model gets of a file: its text, the text as it is written (of a web page, a notebook), or the file itself.
 * @typedef {'text' | 'source' | 'file'} Form
 *
 * @typedef {object} Wish
 * @property {Model | null} model
 * @property {() => string} newId
 * @property {Form} [form]
 * @property {string} [encoding]
 * @property {AbortSignal} [signal]
 * @property {(page: number, pages: number) => void} [onProgress]
 * @property {(file: File, signal?: AbortSignal) => Promise<string>} [transcribe]  where speech can become text
 *
 * What is known of a file while it waits to be sent.
 * @typedef {object} Original
 * @property {File} file
 * @property {Kind} kind
 * @property {Form} form
 * @property {string} encoding    '' when it is not a matter of one
 * @property {boolean} sure       whether that is known
 * @property {number[]} unread    pages of a PDF without text
 *
 * What a person should know of it, as keys of the catalogues below `file.`.
 * @typedef {'animated' | 'long' | 'pictures' | 'guessed' | 'unread'} Hint
 *
 * @typedef {object} Taken
 * @property {Attachment | null} attachment  null when only its pages could be taken, as pictures
 * @property {Original} original
 * @property {readonly {hint: Hint, count: number}[]} hints
 */

/** Bytes that tell what a file is. */
const HEAD_BYTES = 4096;
const WITH_SOURCE = new Set(['html', 'mail', 'notebook', 'rtf']);
/** Characters of a file's name that are kept: as many as a file system takes. */
const MAX_FILE_NAME_CHARS = 255;

/** @param {File} file */
const nameOf = (file) => plainName(file.name, MAX_FILE_NAME_CHARS);

/**
 * What can be chosen for a file.
 * @param {Kind} kind
 * @param {Model | null} model
 * @returns {Form[]}
 */
export function formsOf(kind, model) {
  /** @type {Form[]} */
  const forms = ['text'];
  if (WITH_SOURCE.has(kind)) forms.push('source');
  if (model?.input.includes('file') === true) forms.push('file');
  return forms;
}

/**
 * @param {File} file
 * @param {Wish} wish
 * @returns {Promise<Taken>}
 * @throws {FileError}
 */
export async function takeFile(file, wish) {
  const head = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
  const { kind, type } = sniff(head);
  if (kind === 'image') return takePicture(file, type, wish);
  if (kind === 'audio' || kind === 'video') return takeSound(file, kind, type, wish);
  return takeDocument(file, wish);
}

/**
 * @param {File} file
 * @param {string} type
 * @param {Wish} wish
 * @returns {Promise<Taken>}
 */
async function takePicture(file, type, { newId, signal }) {
  if (file.size > MAX_IMAGE_FILE_BYTES) throw new FileError('large');
  /** @type {import('./picture.js').Picture | undefined} */
  let picture;
  await carryOut({ does: 'picture', file, type }, {
    ...(signal === undefined ? {} : { signal }),
    onPicture(drawn) { picture = drawn; },
  });
  if (picture === undefined) throw new FileError('broken');
  const { blob, width, height, long, animated } = picture;
  /** @type {{hint: Hint, count: number}[]} */
  const hints = [];
  if (long) hints.push({ hint: 'long', count: 1 });
  if (animated) hints.push({ hint: 'animated', count: 1 });
  return {
    attachment: { kind: 'image', id: newId(), name: nameOf(file) || 'image.png', size: file.size, data: await dataUrl(blob, blob.type), type: blob.type, width, height },
    original: { file, kind: 'image', form: 'file', encoding: '', sure: true, unread: [] },
    hints,
  };
}

/**
 * @param {File} file
 * @param {Kind} kind
 * @param {string} type
 * @param {Wish} wish
 * @returns {Promise<Taken>}
 */
async function takeSound(file, kind, type, wish) {
  const { model, newId } = wish;
  if (kind !== 'audio' || model?.input.includes('audio') !== true || !/wav|mpeg/.test(type)) return takeWords(file, kind, wish);
  return {
    attachment: { kind: 'audio', id: newId(), name: nameOf(file), type, size: file.size, data: await dataUrl(file, type), transcript: '' },
    original: { file, kind, form: 'file', encoding: '', sure: true, unread: [] },
    hints: [],
  };
}

/**
 * What is said in a recording, for a model that does not hear: written down by the server.
 * @param {File} file
 * @param {Kind} kind
 * @param {Wish} wish
 * @returns {Promise<Taken>}
 */
async function takeWords(file, kind, { newId, signal, transcribe }) {
  if (transcribe === undefined) throw new FileError('sound');
  const text = await transcribe(file, signal);
  if (text === '') throw new FileError('silent');
  if (text.length > MAX_TEXT_FILE_BYTES) throw new FileError('large');
  return {
    attachment: { kind: 'file', id: newId(), name: nameOf(file), type: 'text/plain', size: file.size, text, data: '' },
    original: { file, kind, form: 'text', encoding: '', sure: true, unread: [] },
    hints: [],
  };
}

/**
 * @param {File} file
 * @param {Wish} wish
 * @returns {Promise<Taken>}
 */
async function takeDocument(file, { newId, form = 'text', encoding, signal, onProgress }) {
  if (file.size > MAX_DOCUMENT_BYTES) throw new FileError('large');
  const read = await carryOut({
    does: 'read', file, source: form === 'source', ...(encoding === undefined ? {} : { encoding }),
  }, { ...(signal === undefined ? {} : { signal }), ...(onProgress === undefined ? {} : { onProgress }) });
  if (read === null) throw new FileError('broken');
  if (read.text.length > MAX_TEXT_FILE_BYTES) throw new FileError('large');
  const type = read.type || file.type || 'text/plain';
  const original = { file, kind: read.kind, form, encoding: read.encoding, sure: read.sure, unread: read.unread };
  const attachment = read.text === '' && form !== 'file' ? null : /** @type {Attachment} */ ({
    kind: 'file', id: newId(), name: nameOf(file), type, size: file.size, text: read.text, data: form === 'file' ? await dataUrl(file, type) : '',
  });
  /** @type {{hint: Hint, count: number}[]} */
  const hints = [];
  if (read.unread.length > 0 && form !== 'file') hints.push({ hint: 'unread', count: read.unread.length });
  if (read.pictures > 0 && form === 'text') hints.push({ hint: 'pictures', count: read.pictures });
  if (!read.sure) hints.push({ hint: 'guessed', count: 1 });
  return { attachment, original, hints };
}

/**
 * The pages of a PDF as pictures, one after the other.
 * @param {File} file
 * @param {readonly number[]} pages
 * @param {Wish & {add: (attachment: Attachment) => void}} wish
 */
export async function takePages(file, pages, { newId, signal, onProgress, add }) {
  /** @type {Promise<void>[]} */
  const added = [];
  await carryOut({ does: 'draw', file, pages: [...pages] }, {
    ...(signal === undefined ? {} : { signal }),
    ...(onProgress === undefined ? {} : { onProgress }),
    onDrawn({ page, blob, width, height }) {
      added.push(dataUrl(blob, blob.type).then((data) => add({
        kind: 'image', id: newId(), name: `${nameOf(file)} ${page}`, type: blob.type, size: blob.size, data, width, height,
      })));
    },
  });
  await Promise.all(added);
}

/**
 * @param {Blob} file
 * @param {string} type
 * @returns {Promise<string>}
 * @throws {FileError} 'large', 'broken'
 */
function dataUrl(file, type) {
  if (file.size > (MAX_FILE_CHARS / 4) * 3 - 100) throw new FileError('large');
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(new FileError('broken'));
    reader.readAsDataURL(new Blob([file], { type }));
  });
}
