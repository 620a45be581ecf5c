// SPDX-License-Identifier: MIT
// What the vendored parts are, whose they are and under which licence they may
// be given on: found out while they are copied, and written beside them as an
// SPDX list (spdx.json) with all texts. packaging/licences.mjs makes of it what
// packages say.

import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * One part: `files` as a pattern below vendor/, later ones before earlier ones.
 *
 * @typedef {object} Part
 * @property {string} files
 * @property {string} name
 * @property {string} version
 * @property {string} license   an SPDX expression
 * @property {string[]} holders
 * @property {string} npm       the package that it came in
 */

/** Licences that package.json does not name, by its text. */
const NAMED_BY_TEXT = [['MIT', /^The MIT License|Permission is hereby granted, free of charge/m]];

/** @param {string} path  of a package */
function licenseFile(path) {
  const name = readdirSync(path).sort().find((one) => /^licen[cs]e(?:\.(?:txt|md))?$/i.test(one));
  if (name === undefined) throw new Error(`${path} has no text of a licence`);
  return readFileSync(join(path, name), 'utf8').replace(/\r\n/g, '\n').trim();
}

/**
 * Whose a text says it is.
 *
 * @param {string} text
 * @returns {string[]}
 */
function holdersIn(text) {
  const found = [...text.matchAll(/copyright\s*(?:\(c\)|©)?\s*((?:\d{4})[^\n]*)/gi)]
    .map(([, holder]) => String(holder).replace(/all rights reserved\.?/i, '').replace(/[\s,.]+$/, '').trim());
  return [...new Set(found)];
}

/**
 * @param {string} path  of an npm package
 * @param {string} files
 * @param {Partial<Part>} [more]  what its package.json does not say, or says of something else
 * @returns {Part}
 */
function partOf(path, files, more = {}) {
  const { name, version, license, author } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));
  const text = licenseFile(path);
  const written = license ?? NAMED_BY_TEXT.find(([, pattern]) => /** @type {RegExp} */ (pattern).test(text))?.[0];
  if (typeof written !== 'string') throw new Error(`${path} does not say its licence`);
  const holders = holdersIn(text);
  if (holders.length === 0) holders.push(`${typeof author === 'string' ? author : author?.name ?? name} and contributors`);
  return { files, name, version, npm: name, license: written.replace(/^\((.*)\)$/, '$1'), holders, ...more };
}

/**
 * The text of a font's licence, beneath the names that its own table has.
 *
 * @param {string} font        a TrueType file
 * @param {string} liberation  the licence of other fonts, with the same text
 */
function fontLicence(font, liberation) {
  // Its names are in UTF-16, big end first: of Latin letters, every second byte is none.
  const written = readFileSync(font, 'latin1').replace(/\0/g, '');
  const names = /Copyright \(c\) \d{4}-\d{4}, Design[\s\S]*?with Reserved Font Name \w+\./.exec(written)?.[0];
  const text = /^SIL OPEN FONT LICENSE Version 1\.1[\s\S]*/mi.exec(readFileSync(liberation, 'utf8'))?.[0];
  if (!names || !text) throw new Error('the licence of the fonts is not where it was');
  return { holders: holdersIn(names), text: `${names.replace(/KaTeX_\w+/, 'KaTeX_*')}\n\n${text}` };
}

/**
 * What pdf.js' own build puts into its files, by the folder it has there; and the
 * texts that it brings for some. `said` is the source that tells its version or whose
 * it is.
 *
 * @type {Record<string, {name: string, license: string, texts: string[], said?: RegExp, holders?: RegExp}>}
 */
const IN_PDF = {
  'node_modules/core-js': { name: 'core-js', license: 'MIT', texts: [], said: /internals\/shared-store\.js$/, holders: /copyright: '© ([^']*?)\.? All rights/ },
  'external/brotli': { name: 'Brotli', license: 'MIT', texts: [], said: /decode\.js$/, holders: /Copyright (\d{4} [^.\n]*)\./ },
  'external/qcms': { name: 'qcms', license: 'MIT AND BSD-2-Clause', texts: ['LICENSE_QCMS', 'LICENSE_PDFJS_QCMS'] },
  'external/jbig2': { name: 'PDFium JBIG2', license: 'BSD-3-Clause AND Apache-2.0', texts: ['LICENSE_JBIG2', 'LICENSE_PDFJS_JBIG2'] },
  'external/openjpeg': { name: 'OpenJPEG', license: 'BSD-2-Clause', texts: ['LICENSE_OPENJPEG', 'LICENSE_PDFJS_OPENJPEG'] },
};

/**
 * The parts of others that pdf.js' files have in them, as the maps of its build show;
 * their texts are written beside it.
 *
 * @param {string} path   of pdfjs-dist
 * @param {string} fresh  the new vendor/
 * @returns {Part[]}
 */
function partsInPdf(path, fresh) {
  /** @type {Map<string, string[][]>} */
  const found = new Map();
  for (const file of ['pdf', 'pdf.worker']) {
    const { sources, sourcesContent } = JSON.parse(readFileSync(join(path, `legacy/build/${file}.mjs.map`), 'utf8'));
    sources.forEach((/** @type {string} */ source, /** @type {number} */ i) => {
      const folder = /(?:node_modules|external)\/(?:@[^/]+\/)?[^/]+/.exec(source)?.[0];
      if (folder === undefined) return;
      if (!(folder in IN_PDF)) throw new Error(`nobody has looked at the licence of ${folder} in pdf.js`);
      found.set(folder, [...found.get(folder) ?? [], [source, sourcesContent[i]]]);
    });
  }
  const mit = readFileSync(new URL('../LICENSE', import.meta.url), 'utf8').replace(/^[\s\S]*?(?=Permission is hereby)/, '');
  return [...found].map(([folder, sources]) => {
    const { name, license, texts, said, holders: whose } = /** @type {typeof IN_PDF[string]} */ (IN_PDF[folder]);
    const words = texts.map((text) => readFileSync(join(path, 'wasm', text), 'utf8').trim());
    const source = String(sources.find(([one]) => said?.test(String(one)))?.[1] ?? '');
    const holders = whose ? [String(whose.exec(source)?.[1] ?? '')] : [...new Set(words.flatMap(holdersIn))];
    if (holders.length === 0 || holders.includes('')) throw new Error(`nobody says whose ${name} in pdf.js is`);
    const text = words.length > 0 ? words.join('\n\n') : `Copyright ${holders[0]}\n\n${mit.trim()}`;
    writeFileSync(join(fresh, 'pdfjs', `LICENSE_IN_${name.toUpperCase().replace(/\W/g, '_')}`), `${text}\n`);
    return partOf(path, 'pdfjs/*', { name, license, holders, ...(/version: '([\d.]+)'/.exec(source) ? { version: String(/version: '([\d.]+)'/.exec(source)?.[1]) } : {}) });
  });
}

/**
 * Writes the texts that the parts do not bring in a file of their own, and the
 * list of all.
 *
 * @param {string} modules  node_modules/
 * @param {string} fresh    the new vendor/
 * @param {string[]} inMermaid  paths of the packages that Mermaid was made of
 */
export function writeLicences(modules, fresh, inMermaid) {
  const at = (/** @type {string} */ name) => join(modules, name);
  const said = (/** @type {string} */ file) => holdersIn(readFileSync(join(fresh, file), 'utf8'));
  const fonts = fontLicence(join(at('katex'), 'dist/fonts/KaTeX_Main-Regular.ttf'), join(fresh, 'pdfjs/standard_fonts/LICENSE_LIBERATION'));
  const mermaid = inMermaid.map((path) => ({ path, part: partOf(path, 'mermaid/*') }));
  const apache = readFileSync(join(fresh, 'pdfjs/LICENSE'), 'utf8');
  writeFileSync(join(fresh, 'katex/fonts/LICENSE'), fonts.text);
  writeFileSync(join(fresh, 'katex/contrib/LICENSE'), apache);
  writeFileSync(join(fresh, 'mermaid/LICENSE'), mermaid.map(({ path, part }) =>
    `${part.name} ${part.version} (${part.license})\n\n${licenseFile(path)}\n${existsSync(join(path, 'NOTICE'))
      ? `\n${readFileSync(join(path, 'NOTICE'), 'utf8').trim()}\n` : ''}`).join(`\n${'-'.repeat(76)}\n\n`));
  const inPdf = (/** @type {string} */ files, /** @type {Partial<Part>} */ more) => partOf(at('pdfjs-dist'), files, more);
  /** @type {Part[]} */
  const parts = [
    partOf(at('lit-html'), 'lit-html/*'),
    partOf(at('@highlightjs/cdn-assets'), 'highlight/*'),
    partOf(at('katex'), 'katex/*'),
    partOf(at('katex'), 'katex/contrib/*', {
      name: 'mhchem', license: 'Apache-2.0 AND MIT', holders: ['2011-2015 The MathJax Consortium', '2015-2018 Martin Hensel'],
    }),
    partOf(at('katex'), 'katex/fonts/*', { name: 'KaTeX fonts', license: 'OFL-1.1', holders: fonts.holders }),
    partOf(at('fflate'), 'fflate/*'),
    partOf(at('lean-qr'), 'lean-qr/*'),
    inPdf('pdfjs/*', { holders: ['Mozilla Foundation and contributors'] }),
    ...partsInPdf(at('pdfjs-dist'), fresh),
    inPdf('pdfjs/cmaps/*', { name: 'Adobe CMap resources', license: 'BSD-3-Clause', holders: said('pdfjs/cmaps/LICENSE') }),
    inPdf('pdfjs/standard_fonts/*.pfb', { name: 'Foxit fonts', license: 'BSD-3-Clause', holders: said('pdfjs/standard_fonts/LICENSE_FOXIT') }),
    inPdf('pdfjs/standard_fonts/*.ttf', { name: 'Liberation fonts', license: 'OFL-1.1', holders: said('pdfjs/standard_fonts/LICENSE_LIBERATION') }),
    inPdf('pdfjs/wasm/*', {
      name: 'OpenJPEG', license: 'BSD-2-Clause', holders: [...said('pdfjs/wasm/LICENSE_OPENJPEG'), ...said('pdfjs/wasm/LICENSE_PDFJS_OPENJPEG')],
    }),
    ...mermaid.map(({ part }) => part),
  ];
  writeFileSync(join(fresh, 'spdx.json'), `${JSON.stringify(spdx(parts), null, 1)}\n`);
}

/**
 * The list in SPDX's own form; without the hour, so that it is made alike twice.
 *
 * @param {Part[]} parts
 */
function spdx(parts) {
  const idOf = (/** @type {number} */ i) => `SPDXRef-part-${i + 1}`;
  return {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    name: 'confab-vendor',
    documentNamespace: 'https://spdx.org/spdxdocs/confab-vendor',
    creationInfo: { created: '2026-01-01T00:00:00Z', creators: ['Tool: packaging/vendor-js.mjs'] },
    packages: parts.map(({ files, name, version, license, holders, npm }, i) => ({
      SPDXID: idOf(i),
      name,
      versionInfo: version,
      packageFileName: files,
      downloadLocation: `https://www.npmjs.com/package/${npm}/v/${version}`,
      filesAnalyzed: false,
      licenseConcluded: license,
      licenseDeclared: license,
      copyrightText: holders.map((holder) => `Copyright ${holder}`).join('\n'),
      externalRefs: [{
        referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl',
        referenceLocator: `pkg:npm/${npm.replace('@', '%40')}@${version}`,
      }],
    })),
    relationships: parts.map((_part, i) => ({
      spdxElementId: 'SPDXRef-DOCUMENT', relationshipType: 'DESCRIBES', relatedSpdxElement: idOf(i),
    })),
  };
}
