/* SPDX-License-Identifier: MIT */
/**
 * Work that need not be done at once: one queue for the page, in slices short
 * enough to leave every frame its time.
 */
import { SLICE_MS } from './limits.js';

/** @type {Set<() => boolean>} */
const jobs = new Set();
let scheduled = false;

function next() {
  scheduled = false;
  const end = performance.now() + SLICE_MS;
  for (const job of jobs) {
    jobs.delete(job);
    let more = false;
    try {
      more = job();
    } catch {
      // A job that fails leaves its text plain.
    }
    if (more) jobs.add(job);
    if (performance.now() >= end) break;
  }
  arrange();
}

function arrange() {
  if (scheduled || jobs.size === 0) return;
  scheduled = true;
  // Background tabs get no idle time: the timeout keeps the work going.
  if (typeof requestIdleCallback === 'function') requestIdleCallback(next, { timeout: 100 });
  else setTimeout(next, 0);
}

/**
 * Does `job` later, and again for as long as it returns true; the same
 * function is queued once.
 *
 * @param {() => boolean} job
 */
export function later(job) {
  jobs.add(job);
  arrange();
}
