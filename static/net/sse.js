/* SPDX-License-Identifier: MIT */
/**
 * Server-sent events from bytes, by the WHATWG rules (HTML, section 9.2.6
 * "Interpreting an event stream"). Pure: no fetch, no clock, no DOM.
 */

/** Longest line that is taken, characters; a longer one ends the stream. */
const MAX_LINE_CHARS = 8 * 1024 * 1024;
/** Most data one event may hold, characters; more ends the stream. */
const MAX_EVENT_CHARS = 16 * 1024 * 1024;

/** The stream holds a line or an event beyond the limit. */
export class EventStreamError extends Error {
  /** @param {'line_too_long' | 'event_too_large'} code */
  constructor(code) {
    super(code === 'line_too_long' ? 'a line of the event stream is too long' : 'an event is too large');
    this.name = 'EventStreamError';
    this.code = code;
  }
}

/**
 * @typedef {object} StreamEvent
 * @property {string} event  its type; 'message' when none was given
 * @property {string} data   its data lines, joined by LF
 * @property {string} id     the last event id so far; '' when there was none
 * @property {number | undefined} retry  the last reconnection time so far, ms
 */

/**
 * @typedef {object} ParserOptions
 * @property {(event: StreamEvent) => void} onEvent
 * @property {(text: string) => void} [onComment]  what follows the colon
 * @property {number} [maxLineChars]
 * @property {number} [maxEventChars]
 */

/**
 * The parser that bytes are pushed into. Its cost is linear in their number,
 * however they are cut. What a stream ends in the middle of is dropped, as the
 * rules say: there is nothing to call at the end.
 *
 * @param {ParserOptions} options
 * @returns {{push: (bytes: Uint8Array) => void}}  push throws EventStreamError,
 *   and whatever the callbacks throw; the parser is of no use after that
 */
export function createEventParser(options) {
  const lines = new LineReader(options.maxLineChars ?? MAX_LINE_CHARS, new EventBuilder(options));
  // Not fatal: invalid bytes become U+FFFD. A BOM at the start is taken off.
  const decoder = new TextDecoder('utf-8');
  return {
    push(bytes) {
      const text = decoder.decode(bytes, { stream: true });
      if (text !== '') lines.take(text);
    },
  };
}

/** Lines out of text that comes in pieces; each ends in CR, LF or both. */
class LineReader {
  /** The start of a line whose end has not come. */
  #partial = '';
  /** The last piece ended in CR: a LF that comes next belongs to it. */
  #afterReturn = false;
  #maxChars;
  #to;

  /**
   * @param {number} maxChars
   * @param {EventBuilder} to
   */
  constructor(maxChars, to) {
    this.#maxChars = maxChars;
    this.#to = to;
  }

  /** @param {string} text */
  take(text) {
    let start = this.#afterReturn && text.charCodeAt(0) === 0x0a ? 1 : 0;
    this.#afterReturn = false;
    let feed = text.indexOf('\n', start);
    let carriage = text.indexOf('\r', start);
    while (feed !== -1 || carriage !== -1) {
      const atReturn = carriage !== -1 && (feed === -1 || carriage < feed);
      const end = atReturn ? carriage : feed;
      const line = this.#join(text.slice(start, end));
      this.#partial = '';
      start = end + 1;
      if (atReturn && feed === start) start += 1;
      if (atReturn && start === text.length && feed !== start - 1) this.#afterReturn = true;
      this.#to.takeLine(line);
      if (feed !== -1 && feed < start) feed = text.indexOf('\n', start);
      if (carriage !== -1 && carriage < start) carriage = text.indexOf('\r', start);
    }
    this.#partial = this.#join(text.slice(start));
  }

  /**
   * @param {string} rest
   * @returns {string} what has come of the line
   */
  #join(rest) {
    if (this.#partial.length + rest.length > this.#maxChars) throw new EventStreamError('line_too_long');
    return this.#partial + rest;
  }
}

/** Events out of lines. */
class EventBuilder {
  #type = '';
  #data = '';
  #hasData = false;
  #id = '';
  /** @type {number | undefined} */
  #retry;
  #onEvent;
  #onComment;
  #maxChars;

  /** @param {ParserOptions} options */
  constructor({ onEvent, onComment, maxEventChars = MAX_EVENT_CHARS }) {
    this.#onEvent = onEvent;
    this.#onComment = onComment;
    this.#maxChars = maxEventChars;
  }

  /** @param {string} line  without its end */
  takeLine(line) {
    if (line === '') {
      this.#dispatch();
      return;
    }
    const colon = line.indexOf(':');
    if (colon === 0) {
      this.#onComment?.(line.slice(1));
      return;
    }
    const name = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(line.charCodeAt(colon + 1) === 0x20 ? colon + 2 : colon + 1);
    switch (name) {
      case 'data':
        this.#addData(value);
        break;
      case 'event':
        this.#type = value;
        break;
      case 'id':
        if (!value.includes('\0')) this.#id = value;
        break;
      case 'retry':
        if (/^[0-9]+$/.test(value)) this.#retry = Math.min(Number(value), Number.MAX_SAFE_INTEGER);
        break;
      default: // unknown fields are ignored
    }
  }

  /** @param {string} value */
  #addData(value) {
    this.#data = this.#hasData ? `${this.#data}\n${value}` : value;
    this.#hasData = true;
    if (this.#data.length > this.#maxChars) throw new EventStreamError('event_too_large');
  }

  #dispatch() {
    // An event without a data line is none; its id counts all the same.
    const event = this.#hasData
      ? { event: this.#type === '' ? 'message' : this.#type, data: this.#data, id: this.#id, retry: this.#retry } : null;
    this.#type = '';
    this.#data = '';
    this.#hasData = false;
    if (event !== null) this.#onEvent(event);
  }
}

/**
 * The events of a stream of bytes, one after another. Leaving the loop early
 * cancels the stream; its errors, and EventStreamError, are thrown out of the
 * loop after the events before them.
 *
 * @param {ReadableStream<Uint8Array>} readableStream
 * @param {Omit<ParserOptions, 'onEvent'>} [options]
 * @returns {AsyncGenerator<StreamEvent, void, void>}
 */
export async function* parseEventStream(readableStream, options = {}) {
  /** @type {StreamEvent[]} */
  let events = [];
  const parser = createEventParser({ ...options, onEvent: (event) => events.push(event) });
  const reader = readableStream.getReader();
  let open = true;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) {
        open = false;
        return;
      }
      /** @type {unknown} */
      let failure;
      try {
        parser.push(value);
      } catch (error) {
        failure = error;
      }
      if (events.length > 0) {
        const batch = events;
        events = [];
        yield* batch;
      }
      if (failure !== undefined) throw failure;
    }
  } finally {
    if (open) await reader.cancel().catch(() => {});
    reader.releaseLock();
  }
}
