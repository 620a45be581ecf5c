/* SPDX-License-Identifier: MIT */
/** Writes configuration files in libconfuse's language. */

/** @typedef {{[key: string]: any}} Sections values, lists and sections */

/** @param {unknown} value @returns {string} */
function literal(value) {
  if (Array.isArray(value)) return `{${value.map(literal).join(', ')}}`;
  if (typeof value !== 'string') return String(value);
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

/** @param {Sections} sections @param {string} [indent] @returns {string} */
export function configText(sections, indent = '') {
  return Object.entries(sections).map(([key, value]) => {
    if (value === undefined) return '';
    if (value === null || typeof value !== 'object' || Array.isArray(value)) {
      return `${indent}${key} = ${literal(value)}\n`;
    }
    const inner = configText(value, `${indent}\t`);
    return `${indent}${key} {\n${inner}${indent}}\n`;
  }).join('');
}

/**
 * Sections of `over` are merged into those of `base`, everything else takes
 * its place; undefined takes an option out.
 * @param {Sections} base @param {Sections} over @returns {Sections}
 */
export function merged(base, over) {
  const result = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const old = result[key];
    const both = [old, value].every((one) =>
      one !== null && typeof one === 'object' && !Array.isArray(one));
    result[key] = both ? merged(old, value) : value;
  }
  return result;
}
