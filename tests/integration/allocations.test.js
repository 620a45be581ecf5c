/* SPDX-License-Identifier: MIT */
/** Allocations that fail at random, under load: errors, and serving again. */

import assert from 'node:assert/strict';
import test from 'node:test';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { newKey } from '../harness/client.js';
import { until } from '../harness/children.js';
import { buildDir } from '../harness/paths.js';
import { isDone, textOf } from '../harness/sse.js';
import { startSite } from '../harness/site.js';
import { END, order } from '../harness/suite.js';

const worker = join(buildDir, 'tests/scarce/worker');
const WORDS = Array.from({ length: 20 }, (_, i) => `word-${i} `);

/** @param {import('../harness/site.js').Site} site @param {string} state */
async function switchMemory(site, state) {
  const at = site.log().length;
  site.worker.kill('SIGUSR2');
  await until(() => site.log().slice(at).includes(`memory: ${state}`),
    { what: `memory is ${state}` }).catch((error) => {
    error.message += JSON.stringify(site.worker.ended)
      + site.log().slice(-4000);
    throw error;
  });
}

for (const oneIn of [7, 100]) {
  test(`one in ${oneIn} allocations fails: errors, then as before`,
    { skip: existsSync(worker) ? false : 'make tests/scarce/worker' },
    async () => {
      const site = await startSite({
        /* In place of the worker, which is the first of what follows. */
        wrap: ['sh', '-c', `shift; exec ${worker} "$@"`, 'sh'],
        env: { CONFAB_SCARCE: String(oneIn) },
        config: {
          limits: { requests_per_minute: 0, streams_per_user: 1000 },
          timeouts: { grace: '300ms' },
          'provider "demo"': { kind: 'demo' },
        },
      });
      try {
        const client = await site.signedIn();
        const message = order({ steps: [{ texts: WORDS, every: 2 },
          ...END] });
        let good = 0;
        const ask = async (/** @type {number} */ i) => {
          try {
            const key = i % 2 ? newKey() : null;
            const reading = await client.chat(i % 5 ? 'm' : 'eliza',
              i % 5 ? message : 'I am tired', { key });
            if (i % 7 === 0) reading.leave();
            await reading.ended;
            if (!isDone(reading.arrivals)) return;
            /* What says that it is whole, is. */
            if (i % 5) assert.equal(textOf(reading.arrivals), WORDS.join(''));
            good += 1;
          } catch (error) {
            if (/** @type {any} */ (error).code === 'ERR_ASSERTION') {
              throw error;
            }
          }
        };
        await switchMemory(site, 'scarce');
        for (let round = 0; round < 12; round += 1) {
          await Promise.all([
            ...Array.from({ length: 25 }, (_, i) => ask(i)),
            client.get('api/models').then((one) => one.text(), () => ''),
            client.post('api/login', { username: 'ann', password: 'no' })
              .then((one) => one.text(), () => ''),
          ]);
          if (round % 4 === 3) site.worker.kill('SIGHUP');
        }
        await switchMemory(site, 'enough');
        assert.equal(site.worker.ended, null, site.log().slice(-3000));
        site.checkLog();
        if (oneIn === 100) assert.ok(good > 0, 'some were served');

        const again = await site.signedIn();
        const reading = await again.chat('m', message, { key: newKey() });
        await reading.ended;
        assert.ok(isDone(reading.arrivals));
        assert.equal(textOf(reading.arrivals), WORDS.join(''));
        await until(async () => {
          const now = await site.metrics();
          return now.confab_streams_open === 0 && now.confab_ring_bytes === 0;
        }, { what: 'no stream is left' });
      } finally {
        await site.close();
      }
    });
}
