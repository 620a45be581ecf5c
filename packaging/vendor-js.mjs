// SPDX-License-Identifier: MIT
// Copies the page's JavaScript parts, unbundled, from node_modules/ to
// static/vendor/: exactly the files the page uses, with their licences. Mermaid
// is made of its modules (vendor-mermaid.mjs).
//
// Usage: node packaging/vendor-js.mjs [NODE_MODULES [VENDOR]]
//
// Type declarations come along for `tsc`; `make install` leaves them out.

import { createHash } from 'node:crypto';
import {
  existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, posix, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeLicences } from './vendor-licences.mjs';
import { buildMermaid } from './vendor-mermaid.mjs';

const top = join(dirname(fileURLToPath(import.meta.url)), '..');
const modules = process.argv[2] ?? join(top, 'node_modules');
const vendor = process.argv[3] ?? join(top, 'static', 'vendor');

/**
 * What is taken of each package: [file or directory in it, name under
 * vendor/PART, pattern that a directory's files must match].
 * @type {Record<string, {part: string, take: [string, string, RegExp?][]}>}
 */
const parts = {
  'lit-html': {
    part: 'lit-html',
    take: [
      ['.', '.', /^(lit-html|directive|directive-helpers|async-directive)\.(js|d\.ts)$/],
      ['directives', 'directives', /^[a-z-]+\.(js|d\.ts)$/],
      ['LICENSE', 'LICENSE'],
    ],
  },
  '@highlightjs/cdn-assets': {
    part: 'highlight',
    take: [
      ['es/core.min.js', 'core.min.js'],
      ['es/languages', 'languages', /^[a-z0-9_-]+\.min\.js$/],
      ['LICENSE', 'LICENSE'],
    ],
  },
  katex: {
    part: 'katex',
    take: [
      ['dist/katex.mjs', 'katex.mjs'],
      ['dist/contrib/mhchem.mjs', 'contrib/mhchem.mjs'],
      ['dist/katex.min.css', 'katex.min.css'],
      ['dist/fonts', 'fonts', /\.woff2$/],
      ['types/katex.d.ts', 'katex.d.mts'],
      ['LICENSE', 'LICENSE'],
    ],
  },
  fflate: {
    part: 'fflate',
    take: [
      ['esm/browser.js', 'fflate.js'],
      ['esm/browser.d.ts', 'fflate.d.ts'],
      ['LICENSE', 'LICENSE'],
    ],
  },
  'lean-qr': {
    part: 'lean-qr',
    take: [
      ['index.mjs', 'lean-qr.mjs'],
      ['LICENSE', 'LICENSE'],
    ],
  },
  // The build for browsers that are a few years old; character maps for text in
  // CJK fonts, fonts and decoders for a page that is drawn. No WebAssembly: the
  // page's policy does not let it be compiled.
  'pdfjs-dist': {
    part: 'pdfjs',
    take: [
      ['legacy/build/pdf.min.mjs', 'pdf.min.mjs'],
      ['legacy/build/pdf.worker.min.mjs', 'pdf.worker.min.mjs'],
      ['cmaps', 'cmaps', /\.bcmap$/],
      ['cmaps/LICENSE', 'cmaps/LICENSE'],
      ['standard_fonts', 'standard_fonts', /\.(pfb|ttf)$|^LICENSE/],
      ['wasm/openjpeg_nowasm_fallback.js', 'wasm/openjpeg_nowasm_fallback.js'],
      ['wasm/LICENSE_OPENJPEG', 'wasm/LICENSE_OPENJPEG'],
      ['wasm/LICENSE_PDFJS_OPENJPEG', 'wasm/LICENSE_PDFJS_OPENJPEG'],
      ['LICENSE', 'LICENSE'],
    ],
  },
};

/**
 * Writes one file below the new vendor directory.
 * @param {string} from
 * @param {string} to
 */
function copy(from, to) {
  let content = readFileSync(from);
  if (/\.(m?js|css)$/.test(to)) {
    // Source maps are not shipped: do not point at them.
    content = Buffer.from(content.toString('utf8').replace(
      /\n?(\/\/# sourceMappingURL=.*|\/\*# sourceMappingURL=.*\*\/)\s*$/, '\n'));
  }
  mkdirSync(dirname(to), { recursive: true });
  writeFileSync(to, content);
}

/**
 * katex.min.css names each font in three formats, of which every browser
 * that runs the page takes the first.
 * @param {string} file
 */
function onlyWoff2(file) {
  const css = readFileSync(file, 'utf8').replace(
    /,url\([^)]*\.(?:woff|ttf)\) format\("[a-z]+"\)/g, '');
  writeFileSync(file, css);
}

/**
 * Every regular file below a directory, sorted, with / between names.
 * @param {string} directory
 * @returns {string[]}
 */
function walk(directory) {
  return readdirSync(directory, { withFileTypes: true })
    .flatMap((entry) => (entry.isDirectory()
      ? walk(join(directory, entry.name)) : [join(directory, entry.name)]))
    .sort();
}

/**
 * Fails when a copied module imports a file that was not copied.
 * @param {string} directory
 */
function checkImports(directory) {
  const pattern =
    /(?:\bfrom|\bimport|\bimport\()\s*["'](\.{1,2}\/[^"']+|[a-z@][^"'\s]*)["']/g;
  for (const file of walk(directory).filter((name) => /\.m?js$/.test(name))) {
    for (const [, target] of readFileSync(file, 'utf8').matchAll(pattern)) {
      if (target.startsWith('.') && !existsSync(join(dirname(file), target))) {
        throw new Error(`${file} imports ${target}, which is not copied`);
      }
    }
  }
}

const fresh = join(dirname(vendor), '.vendor-' + process.pid);
rmSync(fresh, { recursive: true, force: true });
/** @type {string[]} */
const versions = [];
for (const [name, { part, take }] of Object.entries(parts)) {
  const root = join(modules, name);
  const { version, license } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'));
  versions.push(`${part} ${version} (${license}), from npm's ${name}`);
  for (const [from, to, pattern] of take) {
    if (pattern === undefined) {
      copy(join(root, from), join(fresh, part, to));
      continue;
    }
    const names = readdirSync(join(root, from)).filter((n) => pattern.test(n));
    if (names.length === 0) {
      throw new Error(`nothing in ${join(root, from)} matches ${pattern}`);
    }
    for (const file of names) {
      copy(join(root, from, file), join(fresh, part, to, file));
    }
  }
}
const inMermaid = await buildMermaid(modules, join(fresh, 'mermaid'));
versions.push(`mermaid ${JSON.parse(readFileSync(join(modules, 'mermaid/package.json'), 'utf8')).version} (see its LICENSE), from npm's mermaid`);
// Their own declarations come in hundreds of files; the page calls a few functions.
writeFileSync(join(fresh, 'pdfjs', 'pdf.min.d.mts'),
  'export const getDocument: any;\nexport const PasswordException: any;\n');
writeFileSync(join(fresh, 'lean-qr', 'lean-qr.d.mts'),
  'export function generate(data: string): { size: number, get(x: number, y: number): boolean };\n');
writeFileSync(join(fresh, 'pdfjs', 'pdf.worker.min.d.mts'), 'export {};\n');
onlyWoff2(join(fresh, 'katex', 'katex.min.css'));
checkImports(fresh);
writeLicences(modules, fresh, inMermaid);

const digests = walk(fresh).map((file) => {
  const digest = createHash('sha256').update(readFileSync(file)).digest('hex');
  return `${digest}  ${relative(fresh, file).split(/[\\/]/).join(posix.sep)}`;
});
writeFileSync(join(fresh, 'MANIFEST'),
  `${versions.join('\n')}\n\n${digests.join('\n')}\n`);
rmSync(vendor, { recursive: true, force: true });
renameSync(fresh, vendor);
