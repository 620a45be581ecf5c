/* SPDX-License-Identifier: MIT */
/**
 * The thread that a program runs in: no network (the frame's policy), no other
 * threads, a console that counts, a canvas. A script that the frame starts from
 * its text; nothing here may import.
 */

{
  /** Depth, members and characters of a value that is shown. */
  const MAX_DEPTH = 4;
  const MAX_MEMBERS = 100;
  const MAX_VALUE = 32 * 1024;
  /** Longest side of the canvas, pixels. */
  const MAX_SIDE = 4096;
  /** Of all buffers that it asks for, bytes. What it makes of objects, the engine bounds. */
  const MAX_BUFFER_BYTES = 512 * 1024 * 1024;

  const scope = /** @type {any} */ (self);
  const post = scope.postMessage.bind(scope);
  const { FileReader, OffscreenCanvas, JSON: json } = scope;
  const program = scope.eval;
  const AsyncFunction = (async () => {}).constructor;

  // What could reach out, or make more of itself, is not there at all.
  for (const name of [
    'postMessage', 'Worker', 'SharedWorker', 'fetch', 'XMLHttpRequest', 'WebSocket', 'WebSocketStream', 'WebTransport', 'EventSource',
    'importScripts', 'BroadcastChannel', 'WebAssembly', 'indexedDB', 'caches', 'navigator', 'close',
  ]) {
    for (let at = scope; at !== null; at = Object.getPrototypeOf(at)) delete at[name];
  }

  let asked = 0;
  /** @param {number} bytes */
  const ask = (bytes) => {
    asked += Math.max(0, bytes || 0);
    if (asked > MAX_BUFFER_BYTES) throw new RangeError('The program asks for too much memory.');
  };
  for (const name of Object.getOwnPropertyNames(scope)) {
    const make = scope[name];
    const isBuffer = name === 'ArrayBuffer' || name === 'SharedArrayBuffer' || name === 'OffscreenCanvas';
    if (typeof make !== 'function' || (!isBuffer && !(make.BYTES_PER_ELEMENT > 0))) continue;
    scope[name] = new Proxy(make, {
      construct(target, given, self) {
        if (name === 'OffscreenCanvas') ask(4 * given[0] * given[1]);
        else if (isBuffer) ask(Math.max(given[0], given[1]?.maxByteLength ?? 0));
        else if (!(given[0] instanceof ArrayBuffer)) ask(target.BYTES_PER_ELEMENT * (given[0]?.length ?? given[0]));
        return Reflect.construct(target, given, self);
      },
    });
  }

  /** @type {Set<object>} what is being shown, against circles */
  const inside = new Set();

  /**
   * A stack without what is not the program's, and with the program's lines.
   *
   * @param {string} stack
   * @returns {string}
   */
  const ownLines = (stack) => stack.replace(/eval at [^)]*\), <anonymous>:(\d+):\d+/g, 'line $1').split('\n')
    .filter((line) => !/blob:|at eval \(<anonymous>\)/.test(line)).join('\n');

  /**
   * A value in words, as consoles show them.
   *
   * @param {any} value
   * @param {number} depth
   * @returns {string}
   */
  function show(value, depth) {
    if (typeof value === 'string') return depth === 0 ? value : json.stringify(value);
    if (typeof value === 'bigint') return `${value}n`;
    if (typeof value === 'function') return `[function ${value.name || ''}]`;
    if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? '-0' : String(value);
    if (value instanceof Error) return ownLines(String(value.stack || value));
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
    if (value instanceof RegExp || value instanceof Promise) return String(value);
    if (inside.has(value)) return '[circle]';
    if (depth > MAX_DEPTH) return Array.isArray(value) ? '[…]' : '{…}';
    inside.add(value);
    try {
      return showMembers(value, depth);
    } finally {
      inside.delete(value);
    }
  }

  /**
   * @param {any} value
   * @param {number} depth
   * @returns {string}
   */
  function showMembers(value, depth) {
    const isList = Array.isArray(value) || ArrayBuffer.isView(value);
    const name = isList || Object.getPrototypeOf(value) === null ? '' : value.constructor?.name ?? '';
    const label = name === '' || name === 'Object' ? '' : `${name} `;
    /** @type {any[]} */
    const members = value instanceof Map || value instanceof Set ? [...value].slice(0, MAX_MEMBERS)
      : isList ? Array.from({ length: Math.min(/** @type {any} */ (value).length, MAX_MEMBERS) }, (_, i) => /** @type {any} */ (value)[i])
        : Object.keys(value).slice(0, MAX_MEMBERS);
    const size = value.size ?? (isList ? /** @type {any} */ (value).length : Object.keys(value).length);
    const words = members.map((one) => (value instanceof Map ? `${show(one[0], depth + 1)} => ${show(one[1], depth + 1)}`
      : isList || value instanceof Set ? show(one, depth + 1)
        : `${/^[\w$]+$/.test(one) ? one : json.stringify(one)}: ${show(value[one], depth + 1)}`));
    if (size > members.length) words.push('…');
    const [open, close] = isList ? ['[', ']'] : ['{', '}'];
    const line = words.join(', ');
    const body = line.length < 72 || words.length === 0 ? line
      : `\n${words.map((word) => `${'  '.repeat(depth + 1)}${word}`).join(',\n')}\n${'  '.repeat(depth)}`;
    return words.length === 0 ? `${label}${open}${close}` : `${label}${open}${body.startsWith('\n') || isList ? body : ` ${body} `}${close}`;
  }

  /** @param {any[]} values @returns {string} */
  const words = (values) => {
    try {
      return values.map((value) => show(value, 0)).join(' ').slice(0, MAX_VALUE);
    } catch {
      return '[cannot be shown]';
    }
  };

  scope.onmessage = async (/** @type {MessageEvent} */ { data: { code, messages, most } }) => {
    scope.onmessage = null;
    let lines = 0;
    let room = most;
    const write = (/** @type {any[]} */ ...values) => {
      const line = words(values);
      lines += 1;
      room -= line.length;
      if (lines < messages && room >= 0) post({ line });
    };
    for (const name of ['log', 'info', 'warn', 'error', 'debug', 'table', 'dir', 'trace']) scope.console[name] = write;

    /** @type {any} */
    let canvas = null;
    Object.defineProperty(scope, 'canvas', { configurable: true, get: () => (canvas ??= new OffscreenCanvas(800, 600)) });

    async function drawn() {
      if (canvas === null || canvas.width > MAX_SIDE || canvas.height > MAX_SIDE || canvas.width * canvas.height === 0) return '';
      const blob = await canvas.convertToBlob({ type: 'image/png' });
      return new Promise((resolve) => {
        const reader = new FileReader();
        reader.onload = () => resolve(reader.result);
        reader.onerror = () => resolve('');
        reader.readAsDataURL(blob);
      });
    }

    /** Runs the program as a script, whose value is that of its last expression, else as the body of a function. */
    async function value() {
      let began = false;
      scope.began = () => {
        began = true;
        delete scope.began;
      };
      try {
        return await program(`began();${code}`);
      } catch (error) {
        if (began || !(error instanceof SyntaxError)) throw error;
        return await AsyncFunction(code)();
      }
    }

    try {
      const result = await value();
      const shown = result === undefined ? '' : words([result]);
      const picture = await drawn().catch(() => '');
      post({ end: 'done', value: shown, picture, cut: lines >= messages || room < 0 });
    } catch (error) {
      const picture = await drawn().catch(() => '');
      post({ end: 'failed', value: words([error]), picture, cut: lines >= messages || room < 0 });
    }
  };
}
