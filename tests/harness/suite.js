/* SPDX-License-Identifier: MIT */
/** One site for all tests of a file, looked over after each of them. */

import { after, afterEach, before } from 'node:test';
import { startSite } from './site.js';

/**
 * @param {import('./site.js').SiteOptions} [options]
 * @param {(site: import('./site.js').Site) => Promise<void>} [prepare]
 * @returns {{site: import('./site.js').Site}} filled before the first test
 */
export function useSite(options = {}, prepare = async () => {}) {
  const holder = { site: /** @type {any} */ (null) };
  before(async () => {
    holder.site = await startSite(options);
    await prepare(holder.site);
    await warmUp(holder.site);
    holder.site.markBaseline();
  });
  afterEach(() => holder.site.check());
  after(() => holder.site?.close());
  return holder;
}

/** What is opened once and kept is opened now. @param {any} site */
async function warmUp(site) {
  if (!site.nginx || site.config.auth === 'remote_user') return;
  for (const user of site.options.users ?? ['ann']) {
    await site.signedIn({ user });
  }
  const client = await site.signedIn(
    { user: site.options.users?.[0] ?? 'ann' });
  if ((site.options.models ?? ['m']).includes('m')) {
    const reading = await client.chat('m', order({ steps: [
      { text: 'warm' }, { finish: 'stop' }, { done: true },
    ] }));
    await reading.ended;
  }
  client.close();
  site.upstream.forget();
}

/**
 * A message that makes the upstream play a script.
 * @param {import('../upstream/script.js').Script} script
 */
export const order = (script) => `@script ${JSON.stringify(script)}`;

/** How a good answer ends. */
export const END = [{ finish: 'stop' }, { usage: [7, 5] }, { done: true }];

/**
 * @param {string[]} texts @param {number} [every] ms
 * @returns {string} the order of a good answer in those pieces
 */
export const pieces = (texts, every = 0) =>
  order({ steps: [{ texts, every }, ...END] });

let gates = 0;

/** A gate that no other test has. */
export const newGate = () => `gate-${process.pid}-${gates += 1}`;
