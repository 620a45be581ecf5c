/* SPDX-License-Identifier: MIT */
/**
 * Tools that need no server: the page itself carries them out. Here is what a
 * model is told of them, and what their results say; app.js brings clock and
 * sandbox.
 *
 * @typedef {import('./types.js').Part} Part
 * @typedef {import('./types.js').Tool} Tool
 */

import { readPicture } from './media.js';

/** How long a program may run, ms. */
export const MAX_RUN_MS = 10_000;
/** Lines, and characters in all, that a program may write. */
export const MAX_OUTPUT_LINES = 1000;
export const MAX_OUTPUT_CHARS = 64 * 1024;
/** Of a program, characters. */
export const MAX_PROGRAM_CHARS = 256 * 1024;

/** @type {readonly Tool[]} */
export const PAGE_TOOLS = Object.freeze([
  {
    name: 'current_time',
    server: '',
    title: '',
    description: 'Gives the date, the time and the day of the week as they are now, where the user is or in another time zone.',
    parameters: {
      type: 'object',
      properties: { time_zone: { type: 'string', description: 'IANA name, such as "Europe/Berlin". Leave out for the user\'s own.' } },
      additionalProperties: false,
    },
    annotations: { readOnlyHint: true, openWorldHint: false },
    consent: 'always',
    digest: 'page:current_time:1',
  },
  {
    name: 'run_javascript',
    server: '',
    title: '',
    description: 'Runs a program in JavaScript on the user\'s own computer, in a sandbox without network, files or DOM, ' +
      `for at most ${MAX_RUN_MS / 1000} seconds. The result is what console.log wrote and the value of the last expression, ` +
      'or of a top-level return; top-level await works. Draw with canvas.getContext("2d"), `canvas` being an OffscreenCanvas ' +
      'of 800 by 600 whose size may be changed first: the user sees it as a picture.',
    parameters: {
      type: 'object',
      properties: { code: { type: 'string', description: 'The program.', maxLength: MAX_PROGRAM_CHARS } },
      required: ['code'],
      additionalProperties: false,
    },
    annotations: { readOnlyHint: true, openWorldHint: false },
    consent: 'ask',
    digest: 'page:run_javascript:1',
  },
]);

/**
 * What has come of a program. It is the program's word: readRun() checks it.
 *
 * @typedef {object} RunOutcome
 * @property {'done' | 'failed' | 'slow' | 'crashed'} end
 * @property {readonly string[]} lines  of the console
 * @property {string} value     '' for none; of a failure, what was thrown
 * @property {string} picture   a data: URL; '' for none
 * @property {boolean} cut      it wrote more than is kept
 */

/**
 * An outcome as another realm gives it.
 *
 * @param {unknown} value
 * @returns {RunOutcome}
 */
export function readRun(value) {
  const { end, lines, value: result, picture, cut } = /** @type {Record<string, unknown>} */ (
    typeof value === 'object' && value !== null ? value : {});
  let room = MAX_OUTPUT_CHARS;
  const kept = [];
  for (const line of Array.isArray(lines) ? lines.slice(0, MAX_OUTPUT_LINES) : []) {
    const text = String(line).slice(0, room);
    room -= text.length + 1;
    if (room < 0) break;
    kept.push(text);
  }
  return {
    end: end === 'done' || end === 'failed' || end === 'slow' ? end : 'crashed',
    lines: kept,
    value: typeof result === 'string' ? result.slice(0, MAX_OUTPUT_CHARS) : '',
    picture: typeof picture === 'string' ? picture : '',
    cut: cut === true || (Array.isArray(lines) && lines.length > kept.length),
  };
}

/**
 * @param {RunOutcome} outcome
 * @returns {{result: readonly Part[], isError: boolean}}
 */
export function resultOfRun({ end, lines, value, picture, cut }) {
  const words = [];
  if (lines.length > 0) words.push(`Console:\n${lines.join('\n')}`);
  if (cut) words.push('It wrote more than is kept.');
  switch (end) {
    case 'done':
      words.push(value === '' ? 'It ended without a value.' : `Value:\n${value}`);
      break;
    case 'failed':
      words.push(`It failed:\n${value}`);
      break;
    case 'slow':
      words.push(`It was stopped after ${MAX_RUN_MS / 1000} seconds.`);
      break;
    default:
      words.push('It ended without a word: it may have used too much memory.');
  }
  const drawn = picture === '' ? null : readPicture(picture);
  if (drawn !== null) words.push('What it drew is shown to the user.');
  return {
    result: [
      { kind: 'text', text: words.join('\n\n') },
      ...(drawn === null ? [] : [/** @type {const} */ ({ kind: 'image', id: '', name: 'canvas.png', ...drawn })]),
    ],
    isError: end !== 'done',
  };
}

/**
 * @param {string} zone  '' for the person's own
 * @param {number} now
 * @returns {{result: readonly Part[], isError: boolean}}
 */
export function timeIn(zone, now) {
  try {
    const format = new Intl.DateTimeFormat('en-GB', {
      ...(zone === '' ? {} : { timeZone: zone }), hourCycle: 'h23', weekday: 'long', year: 'numeric', month: '2-digit', day: '2-digit',
      hour: '2-digit', minute: '2-digit', second: '2-digit', timeZoneName: 'longOffset',
    });
    const of = Object.fromEntries(format.formatToParts(now).map(({ type, value }) => [type, value]));
    const offset = (of['timeZoneName'] ?? '').replace('GMT', '') || '+00:00';
    const text = `${of['weekday']}, ${of['year']}-${of['month']}-${of['day']}T${of['hour']}:${of['minute']}:${of['second']}${offset} ` +
      `(${format.resolvedOptions().timeZone})`;
    return { result: [{ kind: 'text', text }], isError: false };
  } catch {
    return { result: [{ kind: 'text', text: `There is no time zone "${zone}".` }], isError: true };
  }
}
