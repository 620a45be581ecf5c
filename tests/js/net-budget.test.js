/* SPDX-License-Identifier: MIT */
/** The word of a budget that is nearly used up, and what is taken of usage. */

import assert from 'node:assert/strict';
import test from 'node:test';
import { tellBudget } from '../../static/net/budget.js';
import { readUsage } from '../../static/net/own.js';

test('each step of ten is told once, of each budget', () => {
  /** @type {any[]} */
  const told = [];
  const page = { newId: () => 'id', before: new Map(),
    store: { dispatch: (/** @type {any} */ action) => { told.push(action.toast.key); } } };
  for (const header of ['tokens_per_day=80', 'tokens_per_day=80', 'tokens_per_day=89', 'tokens_per_day=90',
    'cost_per_month=81', 'tokens_per_day=100', 'tokens_per_day=100', 'tokens_per_day=', 'x', '=80', 'a b=80', 'day=8000']) {
    tellBudget(header, page);
  }
  assert.deepEqual(told, Array(4).fill('error.budget_limit'));
});

test('usage: the latest day first, and nothing that is none', () => {
  const usage = readUsage({ days: 62, data: [
    { day: '2026-01-01', model: 'a', requests: 1, prompt_tokens: 2, completion_tokens: 3, cost: null },
    { day: '2026-01-02', model: 'b', requests: 1, prompt_tokens: 1, completion_tokens: 0, cost: 0.5 },
    { day: 'soon', model: 'c' }, null, 7, { day: '2026-01-02', model: 8, requests: -1, prompt_tokens: '9' }],
  budgets: [{ name: 'tokens_per_day', limit: 5, used: 4 }, { name: 'x', limit: 0 }, 'y'] });
  assert.deepEqual(usage.rows.map(({ day, model, tokens, cost }) => [day, model, tokens, cost]),
    [['2026-01-02', 'b', 1, 0.5], ['2026-01-02', '', 0, null], ['2026-01-01', 'a', 5, null]]);
  assert.deepEqual(usage.budgets, [{ name: 'tokens_per_day', limit: 5, used: 4 }]);
  assert.throws(() => readUsage({}));
  assert.throws(() => readUsage(null));
});
