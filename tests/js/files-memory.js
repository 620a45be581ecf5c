// SPDX-License-Identifier: MIT
// Reads the document that it is given on its standard input, and prints how much was alive at most while it did. Run
// with --expose-gc: what is alive is what a collection leaves, however lazy the machine is. In a process of its own,
// as what a test leaves behind would be counted.

import { readFileSync } from 'node:fs';
import { createBudget } from '../../static/files/limits.js';
import { readDocument } from '../../static/files/read.js';

const collect = /** @type {() => void} */ (/** @type {any} */ (globalThis).gc);

/** What is looked at while its result is alive: a reader may hold much long before it writes a word. */
const LARGE = 1024 * 1024;

/** @param {() => void} look */
function watchLarge(look) {
  for (const [owner, name] of /** @type {[any, string][]} */ ([[TextDecoder.prototype, 'decode'], [globalThis, 'atob'], [JSON, 'parse'],
    [String.prototype, 'replace'], [String.prototype, 'replaceAll'], [String.prototype, 'normalize'], [Array.prototype, 'join']])) {
    const plain = owner[name];
    owner[name] = function watched(/** @type {any[]} */ ...values) {
      const made = plain.apply(this, values);
      if ((typeof made === 'string' ? made.length : name === 'parse' ? values[0].length : 0) > LARGE) look();
      return made;
    };
  }
}

/** @param {Uint8Array} file @param {number} unpacked  bytes that it may unpack to @param {number} chars  that may be written */
function measure(file, unpacked, chars) {
  collect();
  const before = process.memoryUsage();
  let [most, seen, next] = [0, 0, 0];
  const look = () => {
    collect();
    const now = process.memoryUsage();
    most = Math.max(most, now.heapUsed + now.arrayBuffers - before.heapUsed - before.arrayBuffers);
  };
  watchLarge(look);
  const inner = createBudget({ unpacked, chars });
  /** @param {number} count */
  const spent = (count) => {
    seen += count;
    if (seen < next) return;
    next = seen + unpacked / 8;
    look();
  };
  let text = '';
  let reason = '';
  try {
    ({ text } = readDocument(file, { budget: {
      unpack(count) { inner.unpack(count); spent(count); },
      write(count) { inner.write(count); spent(count * 8); },
    } }));
  } catch (error) {
    ({ reason } = /** @type {any} */ (error));
  }
  look();
  return { reason, chars: text.length, most, unpacked };
}

process.stdout.write(JSON.stringify(measure(new Uint8Array(readFileSync(0)), Number(process.argv[2]), Number(process.argv[3]))));
