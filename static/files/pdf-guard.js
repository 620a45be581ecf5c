// SPDX-License-Identifier: MIT
// Keeps the parser of PDF from unpacking without an end. It has no limit of its own: a file of a kilobyte may hold a
// stream, or a filter in a filter, of gigabytes. All of its decoders write into buffers that they double as they fill,
// or have the browser unpack; so while it is at work neither gives this thread more than is wanted for one stream.

import { MAX_PART_BYTES } from './limits.js';

/** A buffer is doubled before it is known to be the last. */
const SPARE = 2;

/**
 * @param {number} [limit]  bytes of a stream
 * @returns {{exceeded: () => boolean, end: () => void}}  whether somebody wanted more: the parser goes on after most
 *   errors, so that it must be asked; `end` takes the guard away
 */
export function guardBuffers(limit = MAX_PART_BYTES) {
  const { Uint8Array: Bytes, DecompressionStream: Unpacker } = globalThis;
  let isExceeded = false;
  const exceed = () => {
    isExceeded = true;
    throw new RangeError('too much for one stream');
  };
  Object.assign(globalThis, {
    Uint8Array: new Proxy(Bytes, {
      construct(target, values, made) {
        if (typeof values[0] === 'number' && values[0] > SPARE * limit) exceed();
        return Reflect.construct(target, values, made);
      },
    }),
    DecompressionStream: class {
      /** @param {CompressionFormat} format */
      constructor(format) {
        const { readable, writable } = new Unpacker(format);
        let left = limit;
        this.writable = writable;
        this.readable = readable.pipeThrough(new TransformStream({
          transform(/** @type {Uint8Array} */ piece, controller) {
            left -= piece.length;
            if (left < 0) exceed();
            controller.enqueue(piece);
          },
        }));
      }
    },
  });
  return {
    exceeded: () => isExceeded,
    end() { Object.assign(globalThis, { Uint8Array: Bytes, DecompressionStream: Unpacker }); },
  };
}
