/* SPDX-License-Identifier: MIT */
/** The faults that mutation testing puts in are where code is, and compile. */

import assert from 'node:assert/strict';
import test from 'node:test';
import { codeOf, faultsOf, withFault } from '../mutate/faults.js';

const C = `#if A == B
/* if (a == b) */
int f(int a, const char *s)
{
\tif (a < 3 && s != NULL)
\t\treturn strcmp(s, "a == b");
\tfree(s);
\treturn a - 1;
}
`;

test('comments, strings and the preprocessor are no code', () => {
  const code = codeOf(C, 'c');
  assert.equal(code.length, C.length);
  assert.equal(code.split('\n').length, C.split('\n').length);
  assert.doesNotMatch(code, /==/);
  assert.doesNotMatch(codeOf('const a = /a == b/g; // == \nf(`${a == 1}`);', 'js'), /==/);
});

test('each kind of fault of C', () => {
  const kinds = faultsOf(C, 'c').map((one) => `${one.line} ${one.kind}`);
  assert.deepEqual(kinds, ['5 check dropped', '5 bound by one',
    '5 condition turned', '5 condition turned', '7 release dropped',
    '8 bound by one']);
});

test('a fault changes its place alone', () => {
  for (const fault of faultsOf(C, 'c')) {
    const changed = withFault(C, fault).split('\n');
    const differ = C.split('\n')
      .flatMap((line, i) => (line === changed[i] ? [] : [i + 1]));
    assert.deepEqual(differ, [fault.line]);
  }
});

test('each kind of fault of JavaScript', () => {
  const text = 'if (a === b || c >= d) {\n  timer.abort();\n}\nreturn n + 1;\n';
  assert.deepEqual(faultsOf(text, 'js').map((one) => one.kind), ['check dropped',
    'condition turned', 'condition turned', 'bound by one', 'release dropped',
    'bound by one']);
});
