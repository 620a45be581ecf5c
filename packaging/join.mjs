// SPDX-License-Identifier: MIT
// Joins the page's modules and sheets into few files: what each face of the page
// needs comes in one piece, what is rarely needed in pieces of its own. The
// modules stay what is written, tested and debugged.
//
// Usage: node packaging/join.mjs PAGE OUT
//
// PAGE is a folder as static/ is, with the parts in vendor/. OUT gets the files
// that take the place of its modules and sheets. A piece has the name, and thus
// the folder, of the module that it is loaded by, so that addresses which its
// code makes from its own stay true.
//
// Needs rollup and terser: npm's by the lock file, or the distribution's.

import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, isAbsolute, join, posix, relative, resolve } from 'node:path';

const require = createRequire(import.meta.url);

/** @param {string[]} names  the first that is installed is taken */
function library(...names) {
  for (const name of names) {
    try {
      return require(name);
    } catch (error) {
      if (error.code !== 'MODULE_NOT_FOUND') throw error;
    }
  }
  throw new Error(`none of ${names.join(', ')} is installed`);
}

const { rollup } = library('rollup', '@rollup/wasm-node');
const { minify } = library('terser');

if (process.argv[2] === '--probe') process.exit(0);
const [page = '', out = ''] = process.argv.slice(2).map((path) => resolve(path));

/**
 * What is loaded together, the first needed first: a module is in the piece of
 * the first group that reaches it by its imports.
 */
const GROUPS = [
  ['start.js'],
  // Both of the next two faces count seconds.
  ['app.js', 'ui/ticker.js'],
  ['ui/login.js'],
  ['signed-in.js'],
  ['md/render.js'],
  // What opens from a button: the models, and what can be done with a turn.
  ['ui/models.js', 'ui/turn-menu.js'],
  ['core/exporting.js', 'core/taking-in.js', 'ui/export-html.js'],
  ['ui/part-tool.js', 'net/tool-call.js', 'ui/tool-views.js'],
  ['ui/part-app.js', 'net/apps.js'],
  ['files/take.js', 'ui/bring.js', 'files/folder.js', 'files/markdown.js'],
  ['ui/dictation.js', 'net/transcription.js', 'files/wav.js'],
  ['net/own.js', 'net/passkeys.js', 'net/second-factor.js', ...readdirSync(join(page, 'ui')).filter((name) => name.startsWith('dialog-')).map((name) => `ui/${name}`)],
];

/** Sheets that a module loads when they are wanted. */
const LATE_SHEETS = ['css/apps.css'];

/** Parts that stay as they are: large, and loaded by few. */
const APART = /[/\\]vendor[/\\](?:highlight|katex|mermaid|pdfjs)[/\\]/;

/** @param {string} id */
const nameOf = (id) => relative(page, id).split(/[\\/]/).join(posix.sep);

/**
 * @param {string} code
 * @returns {Promise<string>}
 */
async function small(code) {
  const made = await minify(code, { module: true, ecma: 2020, compress: { passes: 2 }, format: { comments: /@license/ } });
  return `${made.code}\n`;
}

/**
 * A sheet without what only its readers need. A test has a browser compare what
 * it understands of both.
 *
 * @param {string} sheet
 */
function smallSheet(sheet) {
  // A property that is empty by one blank stays so: older engines take no other.
  const tokens = /(:\s+;)|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\/\*[^]*?\*\/|\s*;?\s*(\})\s*|\s*([{;,>])\s*|(:)\s+|\s+/g;
  return sheet.replace(tokens, (token, empty, brace, mark, colon) => (empty && ': ;') ?? brace ?? mark ?? colon
    ?? (/^["']/.test(token) ? token : token.startsWith('/*') ? '' : ' ')).trim();
}

/**
 * Finds which group each module belongs to, by the imports that rollup saw.
 *
 * @param {{getModuleInfo: (id: string) => {importedIds: readonly string[]} | null}} graph
 * @returns {Map<string, string>} from module to piece
 */
function grouped(graph) {
  /** @type {Map<string, string>} */
  const pieces = new Map();
  for (const group of GROUPS) {
    /** @param {string} id */
    const take = (id) => {
      const module = graph.getModuleInfo(id);
      if (!module || pieces.has(id) || APART.test(id)) return;
      pieces.set(id, group[0].replace(/\.js$/, ''));
      module.importedIds.forEach(take);
    };
    group.forEach((name) => take(join(page, name)));
  }
  return pieces;
}

/**
 * @param {string[]} entries
 * @param {boolean} inGroups
 */
async function joinModules(entries, inGroups) {
  const bundle = await rollup({
    input: Object.fromEntries(entries.map((name) => [name.replace(/\.js$/, ''), join(page, name)])),
    external: (id) => APART.test(id) || /vendor\/pdfjs\//.test(id),
    preserveEntrySignatures: 'allow-extension',
    // It takes a parameter for a constant when all calls that it sees agree, and sees
    // none of those that a dynamic import makes possible. Terser leaves out enough.
    treeshake: false,
    onwarn(warning) { throw new Error(warning.message); },
  });
  /** @type {Map<string, string> | null} */
  let pieces = null;
  const { output } = await bundle.generate({
    format: 'es',
    dir: out,
    generatedCode: 'es2015',
    hoistTransitiveImports: false,
    // Without it, what stays outside would be named from the folder that the entries have in common.
    paths: (id) => (isAbsolute(id) ? nameOf(id) : ''),
    entryFileNames: '[name].js',
    chunkFileNames: ({ name, facadeModuleId }) =>
      (facadeModuleId && !name.includes('/') ? nameOf(facadeModuleId) : `${name}.js`),
    ...(inGroups ? {
      manualChunks: (id, graph) => {
        pieces ??= grouped(graph);
        return pieces.get(id);
      },
    } : {}),
  });
  const names = new Set(output.map(({ fileName }) => fileName));
  for (const piece of output) {
    if (piece.type !== 'chunk') throw new Error(`${piece.fileName} is no module`);
    for (const id of piece.moduleIds) {
      if (/import\.meta\.url/.test(readFileSync(id, 'utf8')) && dirname(nameOf(id)) !== posix.dirname(piece.fileName)) {
        throw new Error(`${nameOf(id)} makes addresses from its own, and is in ${piece.fileName}`);
      }
    }
    const code = await small(piece.code);
    for (const [, target = ''] of code.matchAll(/\b(?:from|import\(?)\s*["'](\.[^"']+)["']/g)) {
      const name = posix.join(posix.dirname(piece.fileName), target);
      if (!names.has(name) && !existsSync(join(page, name))) throw new Error(`${piece.fileName} loads ${target}, which is not there`);
    }
    write(piece.fileName, code);
  }
  return names;
}

/**
 * @param {string} name
 * @param {string} text
 */
function write(name, text) {
  mkdirSync(dirname(join(out, name)), { recursive: true });
  writeFileSync(join(out, name), text);
}

/**
 * The page's markup, which names the joined files in place of their parts: of
 * sheets that follow each other the first, of modules those that are there.
 *
 * @param {Set<string>} modules
 */
function joinPage(modules) {
  const html = readFileSync(join(page, 'index.html'), 'utf8');
  const sheets = html.replace(/(?:<link rel="stylesheet" href="[^"]+">\n)+/g, (links) => {
    const names = [...links.matchAll(/href="([^"]+)"/g)].map(([, name]) => name ?? '');
    write(names[0], smallSheet(names.map((name) => readFileSync(join(page, name), 'utf8')).join('\n')));
    return `<link rel="stylesheet" href="${names[0]}">\n`;
  });
  write('index.html', sheets.replace(/<link rel="modulepreload" href="([^"]+)">\n/g,
    (link, name) => (modules.has(name) ? link : '')));
}

const modules = await joinModules(['start.js', 'app.js'], true);
// The thread that reads files has no module in common with the page.
await joinModules(['files/worker.js'], false);
joinPage(modules);
for (const name of LATE_SHEETS) write(name, smallSheet(readFileSync(join(page, name), 'utf8')));
