/* SPDX-License-Identifier: MIT */
/**
 * Runs one script: the steps of one answer, written to one connection. What a
 * step means is the same in every dialect; how it looks on the wire is not.
 */

import { chunkOf, headOf } from './http.js';
import * as dialects from './dialect.js';

/**
 * A step does one thing (the first key that is known), in order:
 *   text, texts + every     pieces of the answer, one event each
 *   tokens + every, size, stamp
 *                           n numbered pieces, paced against a fixed schedule;
 *                           stamp writes the time of sending into each
 *   reasoning + as          reasoning text, under one of its names
 *   finish, usage + as, done
 *   event + name            any JSON value as an event's data
 *   data                    any text as an event's data
 *   comment                 a comment line
 *   send, hex, fill + byte  bare bytes, outside all framing of events
 *   flood                   that many bytes of one line, as fast as they go
 *   wait, gate, hang        time; a gate is opened by the test
 *   split, newline          from here on: bytes per write, line ending
 *   repeat + steps
 *   reset, cut              RST; FIN without the end of the body
 * @typedef {Record<string, any>} Step
 */

/**
 * @typedef {object} Script
 * @property {number} [before] ms before the status line
 * @property {string} [gateBefore] gate before the status line
 * @property {number} [status]
 * @property {string} [type]
 * @property {Record<string, string> | [string, string][]} [headers]
 * @property {'chunked' | 'close' | number} [framing] a number: the length
 *   promised, whether it is kept or not
 * @property {string} [body] instead of steps
 * @property {unknown} [json] instead of steps
 * @property {Step[]} [steps]
 * @property {'keep' | 'close' | 'drop-next' | 'close-idle'} [after] what the
 *   connection does afterwards: drop-next reads one more request and closes
 *   without a word, as a server that times out an idle connection does
 * @property {boolean} [bare] no opening event is sent of itself
 */

export class Closed extends Error {}

/** @param {number} ms @param {AbortSignal} signal */
export function sleep(ms, signal) {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(new Closed());
    const stop = () => {
      clearTimeout(timer);
      reject(new Closed());
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve(undefined);
    }, Math.min(ms, 0x7fffffff));
    signal.addEventListener('abort', stop, { once: true });
  });
}

/** Microseconds since the epoch: comparable between processes of a machine. */
export function stampNow() {
  return Math.round((performance.timeOrigin + performance.now()) * 1000);
}

/** @typedef {'openai' | 'anthropic' | 'responses'} Dialect */

/** One answer on its way out. */
export class Performance {
  #split = 0;
  #newline = '\n';

  /**
   * @param {object} stage
   * @param {import('node:net').Socket} stage.socket
   * @param {AbortSignal} stage.signal aborted when the connection is gone
   * @param {(name: string, signal: AbortSignal) => Promise<void>} stage.gate
   * @param {Dialect} stage.dialect
   * @param {boolean} stage.streamed
   * @param {import('./dialect.js').Answer} stage.answer
   * @param {{bytesOut: number, eventsOut: number}} stage.record
   */
  constructor(stage) {
    this.stage = stage;
    this.dialect = dialects[stage.dialect];
    this.chunked = false;
    this.whole = {
      text: '', reasoning: '', finish: 'stop',
      usage: /** @type {[number, number]} */ ([7, 5]),
    };
  }

  /** @param {Script} script */
  async run(script) {
    const { signal, streamed } = this.stage;
    if (script.gateBefore) await this.stage.gate(script.gateBefore, signal);
    if (script.before) await sleep(script.before, signal);
    if (script.json !== undefined) {
      const text = JSON.stringify(script.json);
      return this.#plain(script, text, 'application/json');
    }
    if (script.body !== undefined) {
      return this.#plain(script, script.body, 'text/plain');
    }
    if (!streamed) {
      await this.#steps(script.steps ?? []);
      const whole = this.dialect.whole(this.stage.answer, this.whole);
      return this.#plain(script, JSON.stringify(whole), 'application/json');
    }
    await this.#head(script, 'text/event-stream', script.framing ?? 'chunked');
    if (script.bare) this.stage.answer.opened = true;
    await this.#steps(script.steps ?? []);
    if (this.chunked) await this.#raw(Buffer.from('0\r\n\r\n'));
  }

  /** @param {Script} script @param {string} body @param {string} type */
  async #plain(script, body, type) {
    const bytes = Buffer.from(body);
    await this.#head(script, type, script.framing ?? bytes.length);
    await this.#out(bytes);
    if (this.chunked) await this.#raw(Buffer.from('0\r\n\r\n'));
  }

  /** @param {Script} script @param {string} type @param {any} framing */
  async #head(script, type, framing) {
    const own = Array.isArray(script.headers)
      ? script.headers
      : Object.entries(script.headers ?? {});
    /** @type {[string, string][]} */
    const headers = [['Content-Type', script.type ?? type], ...own];
    if (framing === 'chunked') headers.push(['Transfer-Encoding', 'chunked']);
    if (typeof framing === 'number') {
      headers.push(['Content-Length', String(framing)]);
    }
    if (framing === 'close' || script.after === 'close') {
      headers.push(['Connection', 'close']);
    }
    await this.#raw(headOf(script.status ?? 200, headers));
    this.chunked = framing === 'chunked';
  }

  /** @param {Step[]} steps */
  async #steps(steps) {
    for (const step of steps) {
      if (this.stage.signal.aborted) throw new Closed();
      await this.#step(step);
    }
  }

  /** @param {Step} step */
  async #step(step) {
    const verb = Object.keys(step).find((key) => Object.hasOwn(VERBS, key));
    if (!verb) throw new Error(`no such step: ${JSON.stringify(step)}`);
    await VERBS[verb](this, step);
  }

  /** @param {import('./dialect.js').WireEvent[]} events */
  async events(events) {
    if (!this.stage.streamed) return;
    if (!this.stage.answer.opened) {
      this.stage.answer.opened = true;
      events = [...this.dialect.open(this.stage.answer), ...events];
    }
    const eol = this.#newline;
    for (const { event, data } of events) {
      const text = typeof data === 'string' ? data : JSON.stringify(data);
      const name = event ? `event: ${event}${eol}` : '';
      this.stage.record.eventsOut += 1;
      await this.#out(Buffer.from(`${name}data: ${text}${eol}${eol}`));
    }
  }

  /** @param {Buffer} bytes */
  async bytes(bytes) {
    if (this.stage.streamed) await this.#out(bytes);
  }

  /** @param {Step} step */
  async steps(step) {
    const times = step.repeat ?? Infinity;
    for (let i = 0; i < times; i += 1) await this.#steps(step.steps);
  }

  /** @param {number} bytes @param {string} [newline] */
  shape(bytes, newline) {
    if (bytes >= 0) this.#split = bytes;
    if (newline) this.#newline = newline;
  }

  get newline() {
    return this.#newline;
  }

  /** @param {Buffer} bytes */
  async #out(bytes) {
    const size = this.#split || bytes.length;
    for (let at = 0; at < bytes.length; at += size) {
      const part = bytes.subarray(at, at + size);
      await this.#raw(this.chunked ? chunkOf(part) : part);
      if (this.#split) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** @param {Buffer} bytes */
  async #raw(bytes) {
    const { socket, signal, record } = this.stage;
    if (signal.aborted || socket.destroyed) throw new Closed();
    record.bytesOut += bytes.length;
    if (socket.write(bytes)) return;
    await new Promise((resolve, reject) => {
      const stop = () => reject(new Closed());
      signal.addEventListener('abort', stop, { once: true });
      socket.once('drain', () => {
        signal.removeEventListener('abort', stop);
        resolve(undefined);
      });
    });
  }
}

/** @param {number} index @param {Step} step */
function tokenText(index, step) {
  const stamp = step.stamp ? `@${stampNow()}` : '';
  const text = `t${index}${stamp} `;
  return step.size > text.length ? text.padEnd(step.size - 1, '.') + ' ' : text;
}

/** @type {Record<string, (p: Performance, step: Step) => Promise<void>>} */
const VERBS = {
  async text(p, step) {
    p.whole.text += step.text;
    await p.events(p.dialect.text(p.stage.answer, step.text));
  },
  async texts(p, step) {
    for (const [i, text] of step.texts.entries()) {
      if (i && step.every) await sleep(step.every, p.stage.signal);
      await VERBS.text(p, { text });
    }
  },
  async tokens(p, step) {
    const start = performance.now();
    for (let i = 0; i < (step.tokens ?? Infinity); i += 1) {
      const due = start + i * (step.every ?? 0) - performance.now();
      if (due > 0) await sleep(due, p.stage.signal);
      await VERBS.text(p, { text: tokenText(i, step) });
      if (!step.every && i % 64 === 63) {
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
  },
  async reasoning(p, step) {
    p.whole.reasoning += step.reasoning;
    await p.events(
      p.dialect.reasoning(p.stage.answer, step.reasoning, step.as));
  },
  async finish(p, step) {
    p.whole.finish = step.finish;
    await p.events(p.dialect.finish(p.stage.answer, step.finish));
  },
  async usage(p, step) {
    p.whole.usage = step.usage;
    if (step.as || p.stage.answer.wantsUsage) {
      await p.events(p.dialect.usage(p.stage.answer, step.usage, step.as));
    }
  },
  async done(p) {
    await p.events(p.dialect.done(p.stage.answer));
  },
  async event(p, step) {
    p.stage.answer.opened = true;
    await p.events([{ event: step.name, data: step.event }]);
  },
  async data(p, step) {
    p.stage.answer.opened = true;
    await p.events([{ event: step.name, data: step.data }]);
  },
  async comment(p, step) {
    await p.bytes(Buffer.from(`: ${step.comment}${p.newline}${p.newline}`));
  },
  async send(p, step) {
    await p.bytes(Buffer.from(step.send));
  },
  async hex(p, step) {
    await p.bytes(Buffer.from(step.hex, 'hex'));
  },
  async fill(p, step) {
    await p.bytes(Buffer.alloc(step.fill, step.byte ?? 'x'));
  },
  async flood(p, step) {
    const block = Buffer.alloc(65536, step.byte ?? 'x');
    for (let left = step.flood ?? Infinity; left > 0; left -= block.length) {
      await p.bytes(block.subarray(0, Math.min(left, block.length)));
      await new Promise((resolve) => setImmediate(resolve));
    }
  },
  async wait(p, step) {
    await sleep(step.wait, p.stage.signal);
  },
  async gate(p, step) {
    await p.stage.gate(step.gate, p.stage.signal);
  },
  async hang(p) {
    await sleep(0x7fffffff, p.stage.signal);
  },
  async split(p, step) {
    p.shape(step.split);
  },
  async newline(p, step) {
    p.shape(-1, step.newline);
  },
  async repeat(p, step) {
    await p.steps(step);
  },
  async reset(p) {
    p.stage.socket.resetAndDestroy();
    throw new Closed();
  },
  async cut(p) {
    p.stage.socket.end();
    throw new Closed();
  },
};
