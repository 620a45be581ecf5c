/* SPDX-License-Identifier: MIT */
/** Where the tests find what they test. */

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const sourceDir =
  resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** CONFAB_BUILD names the build directory; else the tree itself, or build/. */
export const buildDir = resolve(process.env.CONFAB_BUILD
  ?? [sourceDir, join(sourceDir, 'build')]
    .find((dir) => existsSync(join(dir, 'confab.fcgi')))
  ?? sourceDir);

export const workerPath = join(buildDir, 'confab.fcgi');
export const controlPath = join(buildDir, 'confabctl');

/** Whether the worker was built with the address sanitizer. */
export const sanitizedBuild = () => existsSync(workerPath)
  && readFileSync(workerPath).includes('__asan_init');
