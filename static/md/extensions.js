/* SPDX-License-Identifier: MIT */
/**
 * The extensions of Markdown, each one descriptor in a file of its own (the
 * type `Extension` in types.js says what is in it). To add one, write its file
 * and name it here; nothing else in the room needs to know.
 */
import { diagrams } from './ext-diagrams.js';
import { footnotes } from './ext-footnotes.js';
import { math } from './ext-math.js';
import { tags } from './ext-tags.js';

/** @type {import('./types.js').Extension[]} */
export const EXTENSIONS = [math, footnotes, tags, diagrams];
