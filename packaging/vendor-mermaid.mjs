// SPDX-License-Identifier: MIT
// Mermaid for the frame that draws diagrams, made of its own modules and of the
// packages that these import. Its ready-made bundle carries ELK (EPL-2.0), a
// layout that nobody gets without asking for it, and of many packages neither
// the names nor the licences. Here it is known what is in it.

import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';

const require = createRequire(import.meta.url);
const { rollup } = require('@rollup/wasm-node');
const { default: commonjs } = require('@rollup/plugin-commonjs');
const { nodeResolve } = require('@rollup/plugin-node-resolve');
const { minify } = require('terser');

/** Not there: whoever asks for this layout is told so by the diagram. */
const NO_ELK = 'export default class ELK { constructor() { throw new Error("the layout ELK is not available"); } }';
/** The page has its own. */
const KATEX = '../katex/katex.mjs';

/**
 * The package that a module came from, by the folder it lies in.
 *
 * @param {string} id
 * @returns {string | null} path of the package
 */
function packageOf(id) {
  const found = /^(.*[/\\]node_modules[/\\](?:@[^/\\]+[/\\])?[^/\\]+)[/\\]/.exec(id.replace(/^\0/, ''));
  return found?.[1] ?? null;
}

/**
 * @param {string} modules  node_modules/
 * @param {string} out      gets mermaid.mjs and what that loads
 * @returns {Promise<string[]>} paths of the packages that are in it
 */
export async function buildMermaid(modules, out) {
  const bundle = await rollup({
    input: { mermaid: resolve(modules, 'mermaid/dist/mermaid.core.mjs') },
    external: [KATEX],
    plugins: [
      {
        name: 'left-out',
        resolveId: (source) => (source.startsWith('elkjs/') ? '\0no-elk'
          : source === 'katex' ? { id: KATEX, external: 'relative' } : null),
        load: (id) => (id === '\0no-elk' ? NO_ELK : null),
      },
      nodeResolve({ browser: true, rootDir: dirname(resolve(modules)) }),
      commonjs(),
    ],
    onwarn(warning) {
      // Their modules import each other in circles, and stand it.
      if (!['CIRCULAR_DEPENDENCY', 'THIS_IS_UNDEFINED'].includes(warning.code ?? '')) throw new Error(warning.message);
    },
  });
  const { output } = await bundle.generate({
    format: 'es', entryFileNames: '[name].mjs', chunkFileNames: '[name].mjs', hoistTransitiveImports: false,
  });
  mkdirSync(out, { recursive: true });
  /** @type {Set<string>} */
  const packages = new Set();
  for (const piece of output) {
    if (piece.type !== 'chunk') throw new Error(`${piece.fileName} is no module`);
    for (const [id, { renderedLength }] of Object.entries(piece.modules)) {
      const from = packageOf(id);
      if (from !== null && renderedLength > 0) packages.add(from);
    }
    // Names alone: what else a minifier finds takes minutes here, and gains little.
    const { code } = await minify(piece.code, { module: true, compress: false, format: { comments: false } });
    writeFileSync(join(out, piece.fileName), `${code}\n`);
  }
  return [...packages].sort();
}
