// SPDX-License-Identifier: MIT
// The baseline: every engine of the last two and a half years, Firefox ESR, Safari 17. What the page's sheets and modules
// use must be there in all of them, by MDN's tables, or have a way around that is named here.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import test from 'node:test';

const require = createRequire(import.meta.url);
/** @returns {any} */
function tables() {
  try {
    return require('@mdn/browser-compat-data');
  } catch {
    return null;
  }
}
const data = tables();
const skip = data === null ? '@mdn/browser-compat-data is not installed (npm ci)' : false;

/** The oldest that must do: HACKING and README say the same. */
const BASELINE = { chrome: 125, firefox: 128, safari: 17 };

/** What is newer, and what those without it have instead. @type {Record<string, string>} */
const AROUND = {
  'property text-size-adjust': 'a phone\'s own idea of sizes; Safari has it with -webkit-, desktops need none',
  'property overscroll-behavior': 'where it does not count, the page behind scrolls along at the end of a list',
  'property overscroll-behavior-x': 'the same, for a wide table',
  'property text-wrap': 'lines of a heading are as long as they come',
  'text-wrap: balance': 'the same',
  'property scrollbar-width': 'scroll bars are the system\'s',
  'scrollbar-width: thin': 'the same',
  'property scrollbar-color': 'the same',
  'property scrollbar-gutter': 'text moves by a scroll bar\'s width when one comes',
  'property content-visibility': 'all is laid out at once; slices of md/schedule.js keep that short',
  'content-visibility: auto': 'the same',
  'content-visibility: visible': 'the same',
  'property overflow-clip-margin': 'focus rings at an edge are cut by a pixel',
  'property accent-color': 'check boxes have the system\'s colour',
  'property field-sizing': 'grow() of ui/composer.js; an edit has its least height, and scrolls',
  'field-sizing: content': 'the same',
  'property forced-color-adjust': 'Safari has no forced colours',
  'forced-color-adjust: none': 'the same',
  ':highlight': 'ui/found.js goes by CSS.highlights, and a rule of its own; a jump to what was found is there without',
  'property user-select': '-webkit-user-select beside it',
  'property overflow-anchor': 'ui/anchor.js holds the place itself, and turns the engine\'s own way off where there is one',
  'overflow-anchor: none': 'the same',
  'overflow-anchor: auto': 'who reads above the end stays there by the engine; without, what grows above moves the text',
  '.createPolicy': 'files/open.js asks for it first; without, nothing is enforced either',
  '.getViewport': 'a page of pdf.js has it, no browser',
  '.imageSmoothingQuality': 'a picture that was made smaller is less smooth',
  '.transfer': 'a name of ui/attach.js',
  '.featurePolicy': 'ui/can-record.js asks for it first',
  '.allowsFeature': 'the same',
  '.highlights': 'ui/found.js asks for it first',
  Highlight: 'the same',
  '.touches': 'events of a touch have it wherever there is a touch',
};

const STATIC = new URL('../../static/', import.meta.url);
/** @param {RegExp} which @returns {[string, string][]} name and text, without the parts of others */
const files = (which) => readdirSync(STATIC, { recursive: true }).map(String)
  .filter((name) => which.test(name) && !/^(\.?vendor|i18n)/.test(name))
  .map((name) => [name, readFileSync(new URL(name, STATIC), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '')]);

/**
 * Whether a feature is in all of the baseline, under its own name.
 * @param {any} feature  of the tables
 */
function isThere(feature) {
  const support = feature?.__compat?.support;
  if (!support) return true;
  return Object.entries(BASELINE).every(([engine, least]) => {
    const told = support[engine];
    return (Array.isArray(told) ? told : [told]).some((one) => one && one.version_added && !one.version_removed && !one.flags
      && !one.prefix && !one.alternative_name && (one.version_added === true || parseFloat(String(one.version_added).replace('≤', '')) <= least));
  });
}

/** @param {Map<string, string[]>} found @param {string} feature @param {string} file */
const note = (found, feature, file) => found.set(feature, [...new Set([...found.get(feature) ?? [], file])]);

/** @param {Map<string, string[]>} found */
function judge(found) {
  const unexplained = [...found].filter(([feature]) => !(feature in AROUND)).map(([feature, where]) => `${feature} (${where.join(', ')})`);
  assert.deepEqual(unexplained, []);
}

test('the sheets use what every engine of the baseline has', { skip }, () => {
  /** @type {Map<string, string[]>} */
  const found = new Map();
  for (const [name, text] of files(/\.css$/)) {
    for (const [, property = ''] of text.matchAll(/[{;]\s*([a-z][a-z-]+)\s*:(?!:)[^;{}]*(?=[;}])/g)) {
      if (!isThere(data.css.properties[property])) note(found, `property ${property}`, name);
    }
    for (const [, property = '', value = ''] of text.matchAll(/[{;]\s*([a-z][a-z-]+)\s*:\s*([a-z][a-z-]*)\s*(?=[;}])/g)) {
      if (!isThere(data.css.properties[property]?.[value])) note(found, `${property}: ${value}`, name);
    }
    for (const [, rule = ''] of text.matchAll(/@([a-z-]+)/g)) {
      if (!isThere(data.css['at-rules'][rule])) note(found, `@${rule}`, name);
    }
    for (const [, selector = ''] of text.matchAll(/::?([a-z][a-z-]+)(?=[\s,.:{)(>+~[])/g)) {
      const feature = data.css.selectors[selector];
      if (!isThere(feature)) note(found, `:${selector}`, name);
    }
    for (const [, work = ''] of text.matchAll(/[\s:,(]([a-z][a-z-]+)\(/g)) {
      const feature = data.css.types[work] ?? data.css.types.color?.[work] ?? data.css.types['transform-function']?.[work];
      if (!isThere(feature)) note(found, `${work}()`, name);
    }
  }
  judge(found);
});

/** Every member that the tables know by its name: of which owners, and where the baseline has it of none. */
function members() {
  /** @type {Map<string, any[]>} */
  const known = new Map();
  /** @param {any} owners */
  const take = (owners) => {
    for (const owner of Object.values(owners)) {
      for (const [name, feature] of Object.entries(/** @type {object} */ (owner))) {
        if (name === '__compat') continue;
        const plain = name.replace(/_(static|event)$/, '');
        if (!name.endsWith('_event')) known.set(plain, [...known.get(plain) ?? [], feature]);
      }
    }
  };
  take(data.javascript.builtins);
  take(data.api);
  return known;
}

test('the modules use what every engine of the baseline has', { skip }, () => {
  /** @type {Map<string, string[]>} */
  const found = new Map();
  const known = members();
  const codes = files(/\.js$/).map(([name, text]) => /** @type {const} */ ([name,
    text.replace(/\/\/.*$/gm, '').replace(/'(?:[^'\\\n]|\\.)*'/g, "''")]));
  // What the page defines itself, as a function, a method or a property, is its own.
  const own = new Set(codes.flatMap(([, code]) => [...code.matchAll(/(?:^|[\s{,(#])(?:get |async )?#?(\w+)\s*(?:\(|:|=[^=>]|[,}])/g)].map((m) => m[1])));
  for (const [name, code] of codes) {
    for (const [, member = ''] of code.matchAll(/\.(\w+)\b/g)) {
      const owners = own.has(member) ? [] : known.get(member) ?? [];
      // A name that some owner has for long is most likely that one's.
      if (owners.length > 0 && !owners.some(isThere)) note(found, `.${member}`, name);
    }
    for (const [, type = ''] of code.matchAll(/\b(?:new |instanceof )([A-Z]\w+)/g)) {
      if (!isThere(data.api[type]) || !isThere(data.javascript.builtins[type])) note(found, type, name);
    }
  }
  judge(found);
});

test('what has a way around is still in use', { skip }, () => {
  const all = files(/\.(css|js)$/).map(([, text]) => text).join('\n');
  for (const feature of Object.keys(AROUND)) {
    const word = feature.replace(/^property |^[.:@]+|\(\)$/g, '').split(': ')[0] ?? '';
    assert.ok(all.includes(word), feature);
  }
});
