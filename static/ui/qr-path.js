// SPDX-License-Identifier: MIT
// A QR code as the path of a drawing. Pure.

/**
 * The dark modules as one path, a run of them a rectangle.
 * @param {{size: number, get(x: number, y: number): boolean}} code
 */
export function pathOf(code) {
  let path = '';
  for (let y = 0; y < code.size; y += 1) {
    for (let x = 0; x < code.size; x += 1) {
      const start = x;
      while (code.get(x, y)) x += 1;
      if (x > start) path += `M${start} ${y}h${x - start}v1H${start}z`;
    }
  }
  return path;
}
