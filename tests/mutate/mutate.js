/* SPDX-License-Identifier: MIT */
/**
 * Mutation testing: puts one fault after the other into a copy of the source,
 * runs the tests that belong to its room, and lists the faults that no test
 * noticed.
 *
 *   node tests/mutate/mutate.js [--sample N] [--seed S] [--change REV]
 *     [--only TEXT] [--unit] [--keep DIR]
 *
 * --change REV   only lines that differ from REV; without it, all of fcgi/ and
 *                static/
 * --sample N     N of them by chance (100); 0: all
 * --seed S       the same seed takes the same sample
 * --only TEXT    only files with that in their name
 * --unit         no site, no browser: the rooms' own tests alone
 * --keep DIR     work there, so that the next run need not build anew
 *
 * Faults that change nothing that can be seen are named, with the reason, in
 * tests/mutate/equivalent.txt and are left out. Ends with 1 where fewer than
 * 85 % were noticed.
 */

import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync,
  rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { faultsOf, withFault } from './faults.js';
import { testsOf } from './match.js';

const SOURCE = join(dirname(fileURLToPath(import.meta.url)), '../..');
const TEST_LIMIT = 300; /* s; a test that hangs has noticed, too */
const BUILD_LIMIT = 3600; /* s */
const ENOUGH = 0.85;

const { values: options } = parseArgs({ options: {
  sample: { type: 'string', default: '100' },
  seed: { type: 'string', default: String(Date.now() % 1e6) },
  change: { type: 'string' },
  only: { type: 'string', default: '' },
  unit: { type: 'boolean', default: false },
  keep: { type: 'string' },
} });

/** @param {string[]} args */
const git = (args) =>
  execFileSync('git', args, { cwd: SOURCE, encoding: 'utf8', maxBuffer: 1 << 28 });

/** A generator of numbers in [0, 1) that a seed repeats (mulberry32). */
function chance(/** @type {number} */ seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** @param {string} file @returns {Set<number> | null} null: all lines */
function changedLines(file) {
  if (!options.change) return null;
  const lines = new Set();
  for (const match of git(['diff', '-U0', options.change, '--', file])
    .matchAll(/^@@ -\S+ \+(\d+)(?:,(\d+))? @@/gm)) {
    const count = match[2] === undefined ? 1 : Number(match[2]);
    for (let i = 0; i < count; i += 1) lines.add(Number(match[1]) + i);
  }
  return lines;
}

/** How equivalent.txt and the list of survivors name a fault. */
const nameOf = (/** @type {Candidate} */ one) =>
  `${one.file}: ${one.kind}: ${one.code}`;

/**
 * @typedef {import('./faults.js').Fault & {file: string, code: string}} Candidate
 */

/** @returns {Candidate[]} */
function candidates() {
  const listed = join(SOURCE, 'tests/mutate/equivalent.txt');
  const known = new Set(readFileSync(listed, 'utf8').split('\n'));
  return git(['ls-files', 'fcgi/*.c', 'static/*.js']).split('\n')
    .filter((file) => file && file.includes(options.only)
      && !file.startsWith('static/i18n/') && existsSync(join(SOURCE, file)))
    .flatMap((file) => {
      const lines = changedLines(file);
      const text = readFileSync(join(SOURCE, file), 'utf8');
      const rows = text.split('\n');
      return faultsOf(text, file.endsWith('.c') ? 'c' : 'js')
        .filter((one) => !lines || lines.has(one.line))
        .map((one) => ({ ...one, file, code: rows[one.line - 1].trim() }))
        .filter((one) => !known.has(nameOf(one)));
    });
}

/** @param {Candidate[]} all */
function sampled(all) {
  const n = Number(options.sample);
  if (n === 0 || n >= all.length) return all;
  const next = chance(Number(options.seed));
  const rest = [...all];
  return Array.from({ length: n }, () =>
    rest.splice(Math.floor(next() * rest.length), 1)[0]);
}

/**
 * @param {string} program @param {string[]} args
 * @param {{cwd?: string, env?: NodeJS.ProcessEnv, limit?: number}} [more]
 * @returns {boolean} that it ended well, in time
 */
function run(program, args, { limit = TEST_LIMIT, ...more } = {}) {
  const { status } = spawnSync('timeout',
    ['-k', '5', String(limit), program, ...args],
    { stdio: 'ignore', ...more });
  return status === 0;
}

class Workshop {
  #dir = options.keep ?? mkdtempSync(join(tmpdir(), 'confab-mutate-'));
  #src = join(this.#dir, 'src');
  #build = join(this.#dir, 'build');
  #env = { ...process.env, CONFAB_BUILD: this.#build,
    ASAN_OPTIONS: 'detect_leaks=1' };

  /** @param {boolean} built  whether what is chosen needs the back end */
  prepare(built) {
    mkdirSync(this.#src, { recursive: true });
    for (const file of git(['ls-files']).split('\n').filter(Boolean)) {
      if (existsSync(join(SOURCE, file))) {
        cpSync(join(SOURCE, file), join(this.#src, file),
          { preserveTimestamps: true });
      }
    }
    for (const dir of ['node_modules', 'static/vendor']) {
      const copy = join(this.#src, dir); /* from before, with --keep */
      if (existsSync(copy)) continue;
      cpSync(join(SOURCE, dir), copy, { recursive: true, preserveTimestamps: true });
    }
    if (!built) return;
    if (!existsSync(join(this.#build, 'Makefile'))) {
      mkdirSync(this.#build, { recursive: true });
      execFileSync('autoreconf', ['-fi'], { cwd: this.#src, stdio: 'ignore' });
      execFileSync(join(this.#src, 'configure'),
        ['--quiet', '--enable-sanitizers', 'CFLAGS=-g -O1'],
        { cwd: this.#build, stdio: 'ignore' });
    }
    if (!this.#make(['all', 'site-programs', 'check'], BUILD_LIMIT)) {
      throw new Error('without a fault, the build or its tests fail');
    }
  }

  /** @param {string[]} targets @param {number} [limit] s */
  #make(targets, limit) {
    return run('make', ['-C', this.#build, `-j${availableParallelism()}`,
      ...targets], { env: this.#env, limit });
  }

  /** @param {string} directory @param {string[]} files */
  #node(directory, files) {
    return files.length === 0 || run(process.execPath, ['--test',
      ...files.map((file) => join(this.#src, directory, file))],
    { env: this.#env });
  }

  /**
   * The page's rooms alone, in one process, since most of their time goes into
   * starting one: the room's own tests first.
   * @param {string} room @param {string[]} files
   */
  #rooms(room, files) {
    const entry = join(this.#src, 'tests/js/mutate-entry.mjs');
    const own = files.filter((file) => file.startsWith(`${room}-`));
    return [own, files.filter((file) => !own.includes(file))].every((some) => {
      writeFileSync(entry, some.map((file) => `import './${file}';\n`).join(''));
      return some.length === 0 || run(process.execPath, [entry], { env: this.#env });
    });
  }

  /**
   * @param {Candidate} one
   * @returns {string} what noticed it; '' nothing
   */
  try(one) {
    const path = join(this.#src, one.file);
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, withFault(text, one));
    try {
      return this.#noticed(one.file);
    } finally {
      writeFileSync(path, text);
      if (one.file.endsWith('.c')) this.#make(['all']);
    }
  }

  /** @param {string} file */
  #noticed(file) {
    const tests = testsOf(file, (path) => readFileSync(join(this.#src, path), 'utf8'),
      (dir) => readdirSync(join(this.#src, dir)));
    if (file.endsWith('.c')) {
      if (!this.#make(['all'])) return 'compiler';
      if (!this.#make(['check', `TESTS=${tests.unit.join(' ')}`])) return 'unit';
    } else if (!this.#rooms(file.split('/')[1], tests.js)) {
      return 'js';
    }
    if (options.unit) return '';
    if (!this.#make(['all', 'site-programs'])) return 'compiler';
    for (const name of tests.integration) {
      if (!this.#node('tests/integration', [name])) return name;
    }
    for (const name of tests.browser) {
      if (!this.#node('tests/browser', [name])) return name;
    }
    return '';
  }

  close() {
    if (!options.keep) rmSync(this.#dir, { recursive: true, force: true });
  }
}

const all = candidates();
const chosen = sampled(all);
console.log(`${chosen.length} of ${all.length} faults, seed ${options.seed}`);
const workshop = new Workshop();
/** @type {Candidate[]} */
const survivors = [];
try {
  workshop.prepare(!options.unit || chosen.some(({ file }) => file.endsWith('.c')));
  for (const [i, one] of chosen.entries()) {
    const by = workshop.try(one);
    if (!by) survivors.push(one);
    console.log(`${i + 1} ${by || 'SURVIVED'}  ${one.file}:${one.line}  ${one.kind}`);
  }
} finally {
  workshop.close();
}
const noticed = chosen.length - survivors.length;
for (const one of survivors) console.log(`${nameOf(one)}   (line ${one.line})`);
console.log(`${noticed} of ${chosen.length} noticed`);
process.exitCode = noticed >= ENOUGH * chosen.length ? 0 : 1;
