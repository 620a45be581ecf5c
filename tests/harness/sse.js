/* SPDX-License-Identifier: MIT */
/**
 * An event-stream reader for the tests: it keeps when each event arrived and
 * what else was on the wire. Written apart from the page's own, so that the
 * two cannot share a mistake.
 */

/**
 * @typedef {object} Arrival
 * @property {'event' | 'comment'} kind
 * @property {string} data of an event; a comment's text
 * @property {string | null} id
 * @property {string | null} event
 * @property {number} at us since the epoch
 * @property {number} end bytes of the stream up to and with this one
 */

export class SseReader {
  /** @type {Arrival[]} */
  arrivals = [];
  #decoder = new TextDecoder('utf-8', { fatal: true });
  #text = '';
  #bytes = 0;

  /** @param {Uint8Array} bytes @param {number} at @returns {Arrival[]} new */
  push(bytes, at) {
    const before = this.arrivals.length;
    this.#text += this.#decoder.decode(bytes, { stream: true });
    for (;;) {
      const end = this.#text.indexOf('\n\n');
      if (end < 0) break;
      const block = this.#text.slice(0, end);
      this.#text = this.#text.slice(end + 2);
      this.#bytes += Buffer.byteLength(block) + 2;
      this.#block(block, at);
    }
    return this.arrivals.slice(before);
  }

  /** What came after the last whole event. */
  get rest() {
    return this.#text;
  }

  get events() {
    return this.arrivals.filter((one) => one.kind === 'event');
  }

  /** @param {string} block @param {number} at */
  #block(block, at) {
    /** @type {Arrival} */
    const one = { kind: 'event', data: '', id: null, event: null, at,
      end: this.#bytes };
    const data = [];
    for (const line of block.split('\n')) {
      if (line.startsWith(':')) {
        this.arrivals.push(
          { ...one, kind: 'comment', data: line.slice(1).trim() });
        continue;
      }
      const colon = line.indexOf(':');
      const name = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
      if (name === 'data') data.push(value);
      else if (name === 'id') one.id = value;
      else if (name === 'event') one.event = value;
      else if (name !== 'retry') throw new Error(`odd SSE line: ${line}`);
    }
    if (data.length === 0) return;
    one.data = data.join('\n');
    this.arrivals.push(one);
  }
}

/** @param {Arrival[]} arrivals @returns {any[]} chunks, without [DONE] */
export const chunksOf = (arrivals) => arrivals
  .filter((one) => one.kind === 'event' && one.data !== '[DONE]')
  .map((one) => JSON.parse(one.data));

/** @param {Arrival[]} arrivals */
export const textOf = (arrivals) => chunksOf(arrivals)
  .map((chunk) => chunk.choices?.[0]?.delta?.content ?? '').join('');

/** @param {Arrival[]} arrivals */
export const reasoningOf = (arrivals) => chunksOf(arrivals)
  .map((chunk) => chunk.choices?.[0]?.delta?.reasoning_content ?? '').join('');

/** @param {Arrival[]} arrivals @returns {any} the error object, if any */
export const errorOf = (arrivals) =>
  chunksOf(arrivals).find((chunk) => chunk.error)?.error;

/** @param {Arrival[]} arrivals */
export const isDone = (arrivals) =>
  arrivals.filter((one) => one.kind === 'event').at(-1)?.data === '[DONE]';

/** @param {Arrival[]} arrivals @returns {number[]} */
export const idsOf = (arrivals) => arrivals
  .filter((one) => one.kind === 'event' && one.id !== null)
  .map((one) => Number(one.id));
