/* SPDX-License-Identifier: MIT */
/**
 * What README's "What it promises" says, sentence by sentence, with the way to
 * break each and the test that must notice. `node tests/mutate/mutate.js
 * --promises` puts one fault after the other into a copy and runs its test alone;
 * tests/js/mutate-faults.test.js looks that each still fits.
 */

/**
 * @typedef {object} Broken
 * @property {string} promise  words of the README
 * @property {string} file     where it is broken
 * @property {string} was      what stands there once
 * @property {string} is       what is put there
 * @property {string} test     of tests/, without ".test.js" or ".c"
 * @property {string} [name]   of the case, where one of many is enough
 */

/** @type {Broken[]} */
export const PROMISES = [
  /* Messages. */
  { promise: 'not in the browser\'s storages', file: 'static/core/store.js',
    was: 'for (const listener of listeners)', is: 'globalThis.localStorage?.setItem("x", JSON.stringify(state)); for (const listener of listeners)',
    test: 'browser/chat-session', name: 'no storage holds a word' },
  { promise: 'not on the server\'s disk', file: 'nginx/confab-chat.conf.in',
    was: 'fastcgi_request_buffering off;', is: 'fastcgi_request_buffering on;',
    test: 'integration/nginx-bodies' },
  { promise: 'not on the server\'s disk', file: 'nginx/confab-small.conf.in',
    was: 'client_body_buffer_size 64k;', is: 'client_body_buffer_size 1k;',
    test: 'integration/nginx-bodies' },
  { promise: 'not in its logs', file: 'fcgi/api/chat.c',
    was: '@log', is: '', test: 'integration/canary' },
  { promise: 'the worker cannot dump core', file: 'fcgi/system/sandbox.c',
    was: '(void)setrlimit(RLIMIT_CORE, &none);', is: '(void)none;',
    test: 'integration/identity-privileges', name: 'no core' },
  { promise: 'the worker cannot dump core', file: 'fcgi/system/sandbox_linux.c',
    was: '(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);', is: '',
    test: 'unit/test_sandbox' },
  { promise: 'the worker cannot dump core', file: 'fcgi/system/sandbox.c',
    was: '{\n\tsandbox_undumpable();\n\tif (sandbox_os_no_new', is: '{\n\tif (sandbox_os_no_new',
    test: 'integration/identity-privileges', name: 'no core' },
];
