/* SPDX-License-Identifier: MIT */
/**
 * Work that need not be done at once: one queue for the page, in slices short
 * enough to leave every frame its time.
 */
import { SLICE_MS } from './limits.js';

/** Milliseconds spent on what could have waited, since the page last had its turn. */
let spent = 0;
let counting = false;

/**
 * Does `job` at once, while there is time left for such in this turn, or later.
 *
 * @param {() => boolean} job  as for `later`
 */
export function soon(job) {
  if (spent >= SLICE_MS) {
    later(job);
    return;
  }
  const begun = performance.now();
  const more = job();
  spent += performance.now() - begun;
  if (!counting) {
    counting = true;
    setTimeout(() => {
      spent = 0;
      counting = false;
    }, 0);
  }
  if (more) later(job);
}

/**
 * Runs a job that pauses, without the pauses.
 *
 * @template T
 * @param {Generator<void, T>} parts
 * @returns {T}
 */
export function drain(parts) {
  for (;;) {
    const { done, value } = parts.next();
    if (done) return value;
  }
}

/**
 * Runs a job that pauses for one slice of time.
 *
 * @param {Generator<void, void>} parts
 * @returns {boolean} whether more is to be done
 */
export function advance(parts) {
  const stop = performance.now() + SLICE_MS;
  do {
    if (parts.next().done) return false;
  } while (performance.now() < stop);
  return true;
}

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
