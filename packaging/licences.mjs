// SPDX-License-Identifier: MIT
// Makes of the vendored parts' list (static/vendor/spdx.json) what packages say:
// packaging/debian/copyright and the License of packaging/rpm/confab.spec.
//
// Usage: node packaging/licences.mjs [--check] [VENDOR]
//
// Fails for a vendored file that no entry is about, and for a licence that is
// not known to go together with ours. --check writes nothing, and fails when
// something would be written.

import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const top = join(dirname(fileURLToPath(import.meta.url)), '..');
const vendor = process.argv.slice(2).find((word) => !word.startsWith('--')) ?? join(top, 'static/vendor');

/** @param {string} name  below vendor/ */
const textOf = (name) => readFileSync(join(vendor, name), 'utf8');

/** From the first line that looks like it. @param {string} text @param {RegExp} start */
const from = (text, start) => text.slice(text.search(start)).trim();

/** Where the text of each licence is that may be among the parts; no other may. */
const TEXTS = {
  MIT: () => from(readFileSync(join(top, 'LICENSE'), 'utf8'), /^Permission is hereby/m),
  'BSD-3-Clause': () => from(textOf('lit-html/LICENSE'), /^Redistribution and use/m),
  'BSD-2-Clause': () => from(textOf('pdfjs/wasm/LICENSE_PDFJS_OPENJPEG'), /^Redistribution and use/m),
  ISC: () => from(textOf('mermaid/LICENSE'), /^Permission to use, copy, modify/m).split(/\n-{70,}\n/)[0]?.trim() ?? '',
  'Apache-2.0': () => 'On Debian systems, the text is in /usr/share/common-licenses/Apache-2.0.',
  'MPL-2.0': () => 'On Debian systems, the text is in /usr/share/common-licenses/MPL-2.0.',
  'OFL-1.1': () => from(textOf('katex/fonts/LICENSE'), /^SIL OPEN FONT LICENSE/m),
};

/**
 * @typedef {{files: string, holders: string[], licenses: string[]}} Stanza
 */

/** @param {string} expression */
const ids = (expression) => expression.split(/ (?:AND|OR) |[()]/).filter((id) => id !== '');

/**
 * One stanza for each pattern of files.
 *
 * @returns {Stanza[]}
 */
function stanzas() {
  /** @type {Map<string, Stanza>} */
  const all = new Map();
  for (const { packageFileName: files, copyrightText, licenseConcluded: license } of JSON.parse(textOf('spdx.json')).packages) {
    const unknown = ids(license).find((id) => !(id in TEXTS));
    if (unknown !== undefined) throw new Error(`${files}: nobody has looked at the licence ${unknown}`);
    const stanza = all.get(files) ?? { files, holders: [], licenses: [] };
    all.set(files, stanza);
    stanza.holders.push(...copyrightText.replace(/^Copyright /gm, '').split('\n')
      .filter((/** @type {string} */ holder) => !stanza.holders.includes(holder)));
    const each = / OR /.test(license) ? [license] : ids(license);
    stanza.licenses.push(...each.filter((one) => !stanza.licenses.includes(one)));
  }
  return [...all.values()];
}

/**
 * Every file has an entry that is about its folder.
 *
 * @param {Stanza[]} list
 */
function checkFiles(list) {
  const patterns = list.map(({ files }) => new RegExp(`^${files.replace(/\./g, '\\.').replace(/\*/g, '.*')}$`));
  const names = [...textOf('MANIFEST').matchAll(/^[0-9a-f]{64} {2}(.+)$/gm)].map(([, name]) => String(name));
  const without = names.filter((name) => name !== 'spdx.json' && !patterns.some((pattern) => pattern.test(name)));
  if (names.length === 0 || without.length > 0) throw new Error(`no entry says whose these are: ${without.join(' ')}`);
}

/** @param {string} text  indented as Debian's form wants it */
const indented = (text) => text.split('\n').map((line) => (line.trim() === '' ? ' .' : ` ${line.trimEnd()}`)).join('\n');

/** @param {string[]} licenses */
const together = (licenses) => licenses.map((one) => (/ OR /.test(one) && licenses.length > 1 ? `(${one})` : one)).join(' AND ');

/** In Debian's words. @param {string} expression */
const debian = (expression) => expression.replace(/ AND \(/g, ', and ').replace(/[()]/g, '').replace(/ AND /g, ' and ').replace(/ OR /g, ' or ');

/** @param {Stanza[]} list */
function copyright(list) {
  const used = new Set(['MIT', ...list.flatMap(({ licenses }) => licenses.flatMap(ids))]);
  return `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: confab
Comment: made by packaging/licences.mjs of what is vendored

Files: *
Copyright: 2026 confab contributors
License: MIT

${list.map(({ files, holders, licenses }) => `Files: static/vendor/${files}
Copyright: ${holders.join('\n ')}
License: ${debian(together(licenses))}
`).join('\n')}
Files: static/vendor/spdx.json static/vendor/MANIFEST
Copyright: 2026 confab contributors
License: MIT

${[...used].map((id) => `License: ${id}\n${indented(TEXTS[/** @type {keyof TEXTS} */ (id)]())}\n`).join('\n')}`;
}

/** @param {Stanza[]} list */
function specLicence(list) {
  const all = [...new Set(['MIT', ...list.flatMap(({ licenses }) => licenses.flatMap((one) => (/ OR /.test(one) ? [one] : ids(one))))])];
  return together(all);
}

const list = stanzas();
checkFiles(list);
const spec = join(top, 'packaging/rpm/confab.spec');
const wanted = [
  [join(top, 'packaging/debian/copyright'), copyright(list)],
  [spec, readFileSync(spec, 'utf8').replace(/^License:.*$/m, `License:        ${specLicence(list)}`)],
];
for (const [file, text] of wanted) {
  if (readFileSync(file, 'utf8') === text) continue;
  if (process.argv.includes('--check')) throw new Error(`${file} is not what the vendored parts say: run packaging/licences.mjs`);
  writeFileSync(file, text);
}
