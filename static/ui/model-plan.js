// SPDX-License-Identifier: MIT
// Which models a chooser shows, in which order, for three of them or five hundred. Pure.

/**
 * @typedef {import('../core/types.js').Model} Model
 * @typedef {object} Section
 * @property {'found' | 'starred' | 'recent' | 'provider'} kind
 * @property {string} title  of a provider; '' for the others
 * @property {readonly Model[]} models
 */

/** With fewer models than this there is nothing to filter and no short cut to make. */
export const MANY = 8;
/** Recent ones shown. */
const RECENT = 4;

/**
 * As it is compared: without case and accents.
 * @param {string} text
 */
function plain(text) {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}

/**
 * How well a model fits what was typed: each word must be somewhere; a name
 * that begins so comes first. 0 when it does not fit.
 * @param {Model} model
 * @param {readonly string[]} words  plain
 */
function fit(model, words) {
  const name = plain(model.name);
  const all = `${name}\n${plain(model.id)}\n${plain(model.provider)}\n${plain(model.description ?? '')}`;
  if (!words.every((word) => all.includes(word))) return 0;
  const first = words[0] ?? '';
  if (name.startsWith(first)) return 4;
  if (name.split(/[^\p{L}\p{N}]+/u).some((part) => part.startsWith(first))) return 3;
  return name.includes(first) ? 2 : 1;
}

/**
 * @param {readonly Model[]} list
 * @param {string} filter
 * @returns {Section[]}
 */
function found(list, filter) {
  const words = plain(filter).split(/\s+/).filter((word) => word !== '');
  const fitting = list.map((model) => ({ model, fits: fit(model, words) })).filter(({ fits }) => fits > 0);
  fitting.sort((a, b) => b.fits - a.fits);
  return fitting.length === 0 ? [] : [{ kind: 'found', title: '', models: fitting.map(({ model }) => model) }];
}

/**
 * @param {readonly Model[]} list
 * @param {readonly string[]} ids
 */
function pick(list, ids) {
  return ids.flatMap((id) => list.find((model) => model.id === id) ?? []);
}

/**
 * The sections of a chooser: what was found; or the starred ones, those used
 * last, and all of them by provider.
 * @param {readonly Model[]} list
 * @param {object} by
 * @param {string} by.filter  what was typed
 * @param {readonly string[]} by.starred  ids
 * @param {readonly string[]} by.recent  ids, newest first
 * @returns {Section[]}
 */
export function modelSections(list, { filter, starred, recent }) {
  if (filter.trim() !== '') return found(list, filter);
  /** @type {Section[]} */
  const sections = [];
  const stars = pick(list, starred);
  if (stars.length > 0) sections.push({ kind: 'starred', title: '', models: stars });
  const late = pick(list, recent).filter((model) => !stars.includes(model)).slice(0, RECENT);
  if (list.length >= MANY && late.length > 0) sections.push({ kind: 'recent', title: '', models: late });
  /** @type {Map<string, Model[]>} */
  const providers = new Map();
  for (const model of list) providers.set(model.provider, [...providers.get(model.provider) ?? [], model]);
  for (const [title, models] of providers) {
    sections.push({ kind: 'provider', title: providers.size > 1 ? title : '', models });
  }
  return sections;
}

/**
 * Stars it, or takes the star away.
 * @param {readonly string[]} starred
 * @param {string} id
 * @returns {string[]}
 */
export function toggledStar(starred, id) {
  return starred.includes(id) ? starred.filter((other) => other !== id) : [...starred, id];
}
