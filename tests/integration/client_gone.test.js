/* SPDX-License-Identifier: MIT */
/** Clients that go, ten thousand times in each way, leave nothing behind. */

import assert from 'node:assert/strict';
import test, { after } from 'node:test';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child, until } from '../harness/children.js';
import { buildDir } from '../harness/paths.js';
import { residentBytes } from '../harness/proc.js';
import { startSite } from '../harness/site.js';

const COUNT = 10_000;
const GROWTH_MAX = 4 << 20;
const client = join(buildDir, 'tests/soak/soak_load');
const skip = existsSync(client) ? false : 'make site-programs';

const dir = mkdtempSync(join(tmpdir(), 'confab-gone-'));
after(() => rmSync(dir, { recursive: true, force: true }));

async function startUpstream() {
  const upstream = new Child(join(buildDir, 'tests/bench/bench_upstream'), [],
    { log: join(dir, 'upstream') });
  await until(() => upstream.ended || /^\d+\n/.test(upstream.output()));
  return { upstream, port: upstream.output().split('\n')[0] };
}

test('ten thousand leave, and ten thousand come back or stop', { skip },
  async () => {
    const { upstream, port } = await startUpstream();
    const models = ['bench-3-0', 'bench-5-1000', 'bench-100000-1000'];
    const site = await startSite({ config: {
      log_level: 'error',
      timeouts: { grace: '2s' },
      limits: { requests_per_minute: 0, streams_per_user: 1000,
        ring_per_user: 256 << 20 },
      'provider "bench"': {
        kind: 'openai', base_url: `http://127.0.0.1:${port}/v1`,
        ...Object.fromEntries(models.map((name) => [`model "${name}"`, {}])),
      },
    } });
    try {
      const { cookie } = await site.signedIn();
      const run = async (/** @type {number} */ count,
        /** @type {string[]} */ ...kinds) => {
        const load = spawn(client, [String(site.port), cookie, String(count),
          '16', ...kinds], { stdio: ['ignore', 'ignore', 'inherit'] });
        const [code] = await once(load, 'exit');
        assert.equal(code, 0, kinds.join());
        await until(async () => {
          const now = await site.metrics();
          return now.confab_streams_open === 0 && now.confab_ring_bytes === 0;
        }, { what: 'no stream is left', limit: 20_000, every: 100 });
      };
      /* As much once before: how many wait for their client at a time, and
       * so the most that is ever held, is up to the machine. */
      await run(COUNT, 'left');
      await run(COUNT, 'resumed', 'stopped');
      const before = residentBytes(site.worker.pid);
      site.markBaseline();
      site.spare = 32;
      await run(COUNT, 'left');
      await run(COUNT, 'resumed', 'stopped');
      const grown = residentBytes(site.worker.pid) - before;
      assert.ok(site.sanitized || grown < GROWTH_MAX, `grown by ${grown}`);
      /* None went on upstream: its answers would take minutes. */
      const closed = upstream.output().split('closed ').length - 1;
      assert.ok(closed >= 2 * COUNT, `${closed} closed`);
      await site.check();
    } finally {
      await site.close();
      await upstream.stop();
    }
  });
