// SPDX-License-Identifier: MIT
// Folders that were dropped or chosen: their files under the folder's name, in order.

/** Files that are looked at in folders, at most: the rest is not wanted anyway. */
const MAX_FILES = 500;
/** Folders inside each other. */
const MAX_FOLDERS_DEEP = 16;

/** @typedef {{files: File[], more: boolean}} Found  `more`: there are others that were not looked at */

/**
 * What was dropped.
 * @param {readonly (FileSystemEntry | null)[]} entries
 * @returns {Promise<Found>}
 */
export async function filesIn(entries) {
  /** @type {File[]} */
  const files = [];
  for (const entry of entries) if (entry !== null) await collect(entry, files, 0);
  return { files: files.slice(0, MAX_FILES), more: files.length > MAX_FILES };
}

/**
 * What a browser gives of a folder that was chosen: all in it, however deep, in no order.
 * @param {readonly File[]} chosen
 * @returns {Found}
 */
export function filesOf(chosen) {
  const wanted = chosen.map((file) => ({ file, path: file.webkitRelativePath || file.name }))
    .filter(({ path }) => {
      const [, ...inside] = path.split('/');
      return inside.length <= MAX_FOLDERS_DEEP && !inside.some((name) => name.startsWith('.'));
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  return {
    files: wanted.slice(0, MAX_FILES).map(({ file, path }) => new File([file], path, { type: file.type })),
    more: wanted.length > MAX_FILES,
  };
}

/**
 * @param {FileSystemEntry} entry
 * @param {File[]} files
 * @param {number} depth
 */
async function collect(entry, files, depth) {
  // What begins with a dot is a program's own.
  if (files.length > MAX_FILES || depth > MAX_FOLDERS_DEEP || (depth > 0 && entry.name.startsWith('.'))) return;
  if (entry.isFile) {
    const file = await /** @type {Promise<File>} */ (new Promise((resolve, reject) => {
      /** @type {FileSystemFileEntry} */ (entry).file(resolve, reject);
    }));
    files.push(new File([file], entry.fullPath.replace(/^\//, ''), { type: file.type }));
    return;
  }
  const reader = /** @type {FileSystemDirectoryEntry} */ (entry).createReader();
  /** @type {FileSystemEntry[]} */
  const inside = [];
  for (;;) {
    const some = /** @type {FileSystemEntry[]} */ (await new Promise((resolve, reject) => reader.readEntries(resolve, reject)));
    if (some.length === 0 || inside.length > MAX_FILES) break;
    inside.push(...some);
  }
  for (const one of inside.sort((a, b) => (a.name < b.name ? -1 : 1))) await collect(one, files, depth + 1);
}
