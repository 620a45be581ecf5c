/* SPDX-License-Identifier: MIT */
/** What /proc tells of a process. */

import { readFileSync, readdirSync, readlinkSync } from 'node:fs';

/** @param {number} pid @returns {string[]} what each open descriptor is */
export function descriptors(pid) {
  const dir = `/proc/${pid}/fd`;
  return readdirSync(dir).flatMap((fd) => {
    try {
      return [readlinkSync(`${dir}/${fd}`)];
    } catch {
      return [];
    }
  });
}

/** @param {number} pid @param {string} name @returns {number} bytes */
function statusField(pid, name) {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  const match = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text);
  return Number(match?.[1] ?? 0) * 1024;
}

/** @param {number} pid */
export const residentBytes = (pid) => statusField(pid, 'VmRSS');

/** @param {number} pid */
export const peakBytes = (pid) => statusField(pid, 'VmHWM');

/** @param {number} pid @returns {number} proportional set size, bytes */
export function proportionalBytes(pid) {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1] ?? 0) * 1024;
}

/**
 * Nanoseconds that a process's threads have run; stat tells it in hundredths
 * of a second, rounded down, which of many processes loses much.
 * @param {number} pid @returns {number | null} null: the kernel does not tell
 */
function scheduledTime(pid) {
  const dir = `/proc/${pid}/task`;
  let sum = 0;
  for (const thread of readdirSync(dir)) {
    try {
      const text = readFileSync(`${dir}/${thread}/schedstat`, 'utf8');
      sum += Number(text.split(' ')[0]);
    } catch {
      /* The thread has ended, or there is no such file at all. */
      if (Number(thread) === pid) return null;
    }
  }
  return sum;
}

/**
 * Of threads that live: what ended ones used is lost where the kernel tells
 * the exact time.
 * @param {number} pid @returns {number} seconds of CPU used
 */
export function cpuSeconds(pid) {
  const exact = scheduledTime(pid);
  if (exact !== null) return exact / 1e9;
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** @returns {number} seconds of CPU that this process's ended children used */
export function endedSeconds() {
  const text = readFileSync('/proc/self/stat', 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

/** @param {number} pid */
export const commandLine = (pid) =>
  readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');

/** @param {number} pid @returns {number[]} */
export function children(pid) {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return text.trim().split(' ').filter(Boolean).map(Number);
}
