/* SPDX-License-Identifier: MIT */
/**
 * The word of a budget that is nearly used up, which the server gives with an
 * answer's head; loaded when it does.
 *
 * @typedef {import('../core/store.js').Store} Store
 */

/** Of how much of each the person was told: once from 80 % on, then each 10. @type {Map<string, number>} */
const told = new Map();

/**
 * @param {string} header  NAME=PERCENT
 * @param {{store: Pick<Store, 'dispatch'>, newId: () => string, before?: Map<string, number>}} page
 */
export function tellBudget(header, { store, newId, before = told }) {
  const [, name, percent] = /^(\w+)=(\d{1,3})$/.exec(header) ?? [];
  if (name === undefined) return;
  const step = Math.floor(Number(percent) / 10);
  const last = before.get(name) ?? 0;
  before.set(name, step);
  if (step <= last) return;
  store.dispatch({ type: 'toast/added', toast: {
    id: newId(), kind: 'info', key: 'error.budget_limit',
  } });
}
