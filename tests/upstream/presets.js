/* SPDX-License-Identifier: MIT */
/**
 * Scripts that a model's name alone orders, so that a browser test needs no
 * control channel: `hello`, `tokens-50-100` (50 tokens, one each 100 ms),
 * `status-503`, ...
 */

/** @typedef {import('./script.js').Script} Script */

/** @param {string} message @param {string} [code] @param {string} [type] */
export const errorBody = (message, code = 'server_error',
  type = 'server_error') =>
  ({ error: { message, type, param: null, code } });

const end = [{ finish: 'stop' }, { usage: [7, 5] }, { done: true }];

/** @param {number} count @param {number} every @returns {Script} */
const tokens = (count, every) =>
  ({ steps: [{ tokens: count, every }, ...end] });

const MARKDOWN = [
  '# Heading\n\n', 'Some **bold', '** and *italic* text.\n\n',
  '```js\n', 'const answer = 42;\n', '```\n\n', '| a | b |\n|---|---|\n',
  '| 1 | 2 |\n\n', '- one\n- two\n',
];

/** @param {object} delta  what has no step of its own */
const piece = (delta) => ({ id: 'chatcmpl-parts',
  object: 'chat.completion.chunk', created: 1, model: 'parts',
  choices: [{ index: 0, delta, finish_reason: null }] });

const PICTURE = 'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAf' +
  'FcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** @type {Record<string, Script>} */
const FIXED = {
  hello: {
    steps: [{ texts: ['Hello', ', ', 'world', '!'], every: 20 }, ...end],
  },
  markdown: { steps: [{ texts: MARKDOWN, every: 20 }, ...end] },
  reasoning: {
    steps: [
      { reasoning: 'Let me think. ' }, { wait: 200 },
      { reasoning: 'Done thinking.' }, { wait: 200 },
      { texts: ['The answer ', 'is 42.'], every: 50 }, ...end,
    ],
  },
  parts: {
    steps: [
      { text: 'Bears live here[1].' },
      { event: piece({ images: [{ type: 'image_url',
        image_url: { url: PICTURE } }] }) },
      { event: piece({ hologram: { depth: 3 } }) },
      { event: { ...piece({}), citations: ['https://bears.example/'],
        search_results: [{ url: 'https://bears.example/', title: 'Bears' }] } },
      { text: ' The end.' }, ...end,
    ],
  },
  length: { steps: [{ text: 'Cut off at the' }, { finish: 'length' },
    { done: true }] },
  refused: { steps: [{ text: 'I can' }, { finish: 'content_filter' },
    { done: true }] },
  'silent-start': { steps: [{ hang: true }] },
  'silent-middle': { steps: [{ texts: ['One ', 'two '], every: 20 },
    { hang: true }] },
  'no-head': { before: 3_600_000, steps: [] },
  'no-done': { steps: [{ texts: ['Half an ', 'answer'], every: 20 }] },
  reset: { steps: [{ texts: ['Half an ', 'answer'], every: 20 },
    { wait: 50 }, { reset: true }] },
  'error-middle': {
    steps: [{ texts: ['Half an ', 'answer'], every: 20 },
      { event: errorBody('The model fell over.') }],
  },
  endless: { steps: [{ tokens: Infinity, every: 20 }] },
  html: { type: 'text/html', body: '<html><h1>Gateway</h1></html>' },
  empty: { body: '' },
  quota: { status: 429, json: errorBody('You exceeded your current quota.',
    'insufficient_quota', 'insufficient_quota') },
  'rate-limit': { status: 429, headers: { 'Retry-After': '5' },
    json: errorBody('Slow down.', 'rate_limit_exceeded', 'requests') },
  redirect: { status: 302, headers: { Location: 'https://example.invalid/' },
    body: '' },
};

/** @param {string} name @returns {Script | undefined} */
export function preset(name) {
  if (Object.hasOwn(FIXED, name)) return FIXED[name];
  let match = /^tokens-(\d+)-(\d+)$/.exec(name);
  if (match) return tokens(Number(match[1]), Number(match[2]));
  match = /^status-(\d{3})$/.exec(name);
  if (match) {
    return { status: Number(match[1]),
      json: errorBody(`Status ${match[1]} was ordered.`) };
  }
  return undefined;
}

export const presetNames = Object.keys(FIXED);
