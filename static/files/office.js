// SPDX-License-Identifier: MIT
// What DOCX, PPTX and XLSX have in common: parts, and how they name each other. Pure.

import { FileError } from './errors.js';
import { attribute, createXmlReader, decodeXmlPieces } from './xml.js';

/**
 * @typedef {object} Relation
 * @property {string} type     the last word of its URI, as 'styles'
 * @property {string} target   a part's name, or an address when it is outside
 * @property {boolean} outside
 */

/** @typedef {Map<string, Relation>} Relations  by their id */

/**
 * @param {import('./zip.js').Zip} zip
 * @param {string} name
 * @param {import('./xml.js').Handlers} handlers
 */
export function readPart(zip, name, handlers) {
  const reader = createXmlReader(handlers);
  for (const text of decodeXmlPieces(zip.pieces(name))) reader.push(text);
  reader.end();
}

/**
 * What a part refers to.
 * @param {import('./zip.js').Zip} zip
 * @param {string} part  '' for the package itself
 * @returns {Relations}
 */
export function relationsOf(zip, part) {
  const slash = part.lastIndexOf('/') + 1;
  const name = `${part.slice(0, slash)}_rels/${part.slice(slash)}.rels`;
  /** @type {Relations} */
  const relations = new Map();
  if (!zip.has(name)) return relations;
  readPart(zip, name, {
    open(element) {
      if (element.name !== 'Relationship') return;
      const target = attribute(element, 'Target') ?? '';
      const outside = attribute(element, 'TargetMode') === 'External';
      relations.set(attribute(element, 'Id') ?? '', {
        type: (attribute(element, 'Type') ?? '').replace(/^.*\//, ''),
        target: outside ? target : resolvePart(part, target),
        outside,
      });
    },
  });
  return relations;
}

/**
 * @param {string} part
 * @param {string} target
 */
export function resolvePart(part, target) {
  const path = target.startsWith('/') ? [] : part.split('/').slice(0, -1);
  for (const step of target.split('/')) {
    if (step === '..') path.pop();
    else if (step !== '' && step !== '.') path.push(step);
  }
  return path.join('/');
}

/**
 * The first part of a type that a part refers to.
 * @param {Relations} relations
 * @param {string} type
 * @returns {string | null}
 */
export function partOfType(relations, type) {
  for (const relation of relations.values()) if (relation.type === type && !relation.outside) return relation.target;
  return null;
}

/**
 * The part that the file is about.
 * @param {import('./zip.js').Zip} zip
 */
export function mainPart(zip) {
  const part = partOfType(relationsOf(zip, ''), 'officeDocument');
  if (part === null) throw new FileError('broken', 'no main part');
  return part;
}

/**
 * Whether an address may stand in Markdown.
 * @param {string} address
 */
export function isAddress(address) {
  return /^(https?:\/\/|mailto:)[^\s()<>]+$/i.test(address);
}
