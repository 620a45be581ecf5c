/* SPDX-License-Identifier: MIT */
/** Every limit of the page by name. */

/** Memory that all conversations may hold; beyond it nothing new is sent. */
export const MEMORY_CAP_BYTES = 256 * 1024 * 1024;
/** Part of the cap from which the meter warns. */
export const MEMORY_WARN_RATIO = 0.8;
/** Attachments of one message. */
export const MAX_ATTACHMENTS = 50;
/** A text file taken as an attachment, bytes. */
export const MAX_TEXT_FILE_BYTES = 1024 * 1024;
/** A longer text that is pasted becomes a text file, characters. */
export const MAX_PASTE_CHARS = 10000;
/** An image as it is sent, after scaling: length of its data: URL. */
export const MAX_IMAGE_CHARS = 6 * 1024 * 1024;
/** A file or sound that is sent as it is: length of its data: URL. */
export const MAX_FILE_CHARS = 24 * 1024 * 1024;
/** An image file before scaling, bytes. */
export const MAX_IMAGE_FILE_BYTES = 50 * 1024 * 1024;
/** Longest side of a scaled image, pixels. */
export const MAX_IMAGE_SIDE = 1568;
/** Longest title, characters. */
export const MAX_TITLE_CHARS = 200;
/** Conversations held at once. */
export const MAX_CONVERSATIONS = 1000;
/** Messages of one conversation, all branches. */
export const MAX_MESSAGES = 20000;
/** A file to import, bytes. */
export const MAX_IMPORT_BYTES = 128 * 1024 * 1024;
/** Parts of one message; what comes beyond is not kept, and a notice says so. */
export const MAX_PARTS = 1000;
/** Most places in a text that one source is cited at. */
export const MAX_PLACES = 1000;
/** Pictures, sound and files of one answer, characters of their data. */
export const MAX_ANSWER_MEDIA_CHARS = 64 * 1024 * 1024;
/** A part that this version does not know, characters of JSON. */
export const MAX_RAW_CHARS = 64 * 1024;
