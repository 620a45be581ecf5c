/* SPDX-License-Identifier: MIT */
/**
 * Programs that a model wrote, run where they can do no harm: in a frame
 * without an origin, whose policy (nginx/confab-sandbox-headers.conf) lets it
 * load nothing. A frame lives for one program, so nothing of it is left.
 *
 * What comes out of a frame is the program's word, and is only looked at.
 */

import { MAX_OUTPUT_CHARS, MAX_OUTPUT_LINES, MAX_PROGRAM_CHARS, MAX_RUN_MS, readRun } from '../core/page-tools.js';

/** How long a frame may take to be there, and to say what has come, beyond the program's own time, ms. */
const MAX_START_MS = 15_000;

/** What runs in there, as text, by its file's name. @type {Map<string, Promise<string>>} */
const texts = new Map();

/**
 * @param {string} name
 * @returns {Promise<string>}
 */
function textOf(name) {
  const known = texts.get(name);
  if (known !== undefined) return known;
  const text = fetch(new URL(name, import.meta.url)).then((response) => {
    if (!response.ok) throw new Error(`${response.status}`);
    return response.text();
  });
  texts.set(name, text);
  text.catch(() => texts.delete(name));
  return text;
}

/**
 * A frame that loads nothing and waits for its program.
 *
 * @returns {HTMLIFrameElement}
 */
function newFrame() {
  const frame = document.createElement('iframe');
  frame.setAttribute('sandbox', 'allow-scripts');
  frame.referrerPolicy = 'no-referrer';
  frame.src = new URL('frame.html', import.meta.url).href;
  return frame;
}

/**
 * Puts a frame into the page and gives it what it is to run, once it is ready.
 *
 * @param {HTMLIFrameElement} frame
 * @param {Element} place
 * @param {Record<string, unknown> & {program: string}} order
 * @param {(data: unknown) => void} hear  what it says after that
 * @returns {() => void} lets go of it
 */
function open(frame, place, order, hear) {
  let ready = false;
  /** @param {MessageEvent} event */
  const take = ({ source, data }) => {
    if (source !== frame.contentWindow) return;
    if (ready) hear(data);
    else if (data === 'ready') {
      ready = true;
      frame.contentWindow?.postMessage(order, '*');
    }
  };
  addEventListener('message', take);
  place.append(frame);
  return () => {
    removeEventListener('message', take);
    frame.remove();
  };
}

/**
 * Runs a program; never rejects.
 *
 * @param {string} code
 * @param {AbortSignal} signal
 * @returns {Promise<import('../core/page-tools.js').RunOutcome>}
 */
export async function runScript(code, signal) {
  if (code.length > MAX_PROGRAM_CHARS) return readRun({ end: 'failed', value: 'The program is too long.' });
  let program;
  let worker;
  try {
    [program, worker] = await Promise.all([textOf('frame-run.js'), textOf('worker-run.js')]);
  } catch {
    return readRun({ end: 'failed', value: 'The sandbox could not be loaded.' });
  }
  if (signal.aborted) return readRun({});
  const frame = newFrame();
  frame.className = 'sandbox-hidden';
  frame.title = 'Sandbox';
  frame.tabIndex = -1;
  frame.setAttribute('aria-hidden', 'true');
  return new Promise((resolve) => {
    /** @param {unknown} outcome */
    const end = (outcome) => {
      clearTimeout(timer);
      close();
      signal.removeEventListener('abort', giveUp);
      resolve(readRun(outcome));
    };
    const giveUp = () => end({});
    // Also when the frame itself has come to a halt.
    const timer = setTimeout(() => end({ end: 'slow' }), MAX_RUN_MS + MAX_START_MS);
    const order = { program, worker, code, ms: MAX_RUN_MS, messages: MAX_OUTPUT_LINES, most: MAX_OUTPUT_CHARS };
    const close = open(frame, document.body, order, end);
    signal.addEventListener('abort', giveUp, { once: true });
  });
}

/**
 * Shows a page that a model wrote, with its scripts running, in a frame that
 * can load nothing.
 *
 * @param {string} markup
 * @param {string} title  of the frame, for who cannot see it
 * @param {Element} place
 * @returns {Promise<() => void>} lets go of it
 */
export async function showPage(markup, title, place) {
  const program = await textOf('page-run.js');
  const frame = newFrame();
  frame.className = 'run-frame';
  frame.title = title;
  return open(frame, place, { program, markup }, () => {});
}
