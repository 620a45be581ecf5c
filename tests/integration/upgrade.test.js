/* SPDX-License-Identifier: MIT */
/**
 * A new worker beside the old one: who serves, who has which stream, and what
 * happens when one of the parties is bad, hangs, or is killed.
 */

import assert from 'node:assert/strict';
import test from 'node:test';
import { spawn } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, readlinkSync, renameSync, statSync,
  writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { END, newGate, order, pieces } from '../harness/suite.js';
import { newKey } from '../harness/client.js';
import { startSite } from '../harness/site.js';
import { until } from '../harness/children.js';
import { controlPath, workerPath } from '../harness/paths.js';
import { errorOf, idsOf, isDone, textOf } from '../harness/sse.js';

/** @typedef {import('../harness/site.js').Site} Site */

const LIMITS = { requests_per_minute: 0, streams_per_user: 1000 };

/**
 * @param {import('../harness/site.js').SiteOptions} options
 * @param {(site: Site) => Promise<void>} use
 */
async function withMaster(options, use) {
  const site = await startSite({ args: ['--master'], ...options,
    config: { limits: LIMITS, ...options.config } });
  try {
    /* It accepts a moment before the master knows. */
    await until(() => / serves, /.test(site.log()));
    await use(site);
    await site.check();
  } finally {
    await site.close();
  }
}

/** @param {Site} site @returns {number[]} processes, by generation from 1 */
const started = (site) => [...site.log()
  .matchAll(/master: generation=(\d+) pid=(\d+) starts/g)]
  .map((match) => Number(match[2]));

/** @param {number} pid */
function lives(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** @param {number} pid */
const ended = (pid) => until(() => !lives(pid), { what: `${pid} ends` });

/** @param {Site} site @param {string[]} [more] */
async function upgrade(site, more = []) {
  const child = spawn(controlPath, ['--config', site.configFile, 'upgrade',
    ...more]);
  let text = '';
  child.stdout.on('data', (data) => { text += data; });
  child.stderr.on('data', (data) => { text += data; });
  const code = await new Promise((resolve) => child.on('close', resolve));
  return { code, text };
}

/** @param {Site} site @param {string[]} [more] */
async function upgraded(site, more) {
  const { code, text } = await upgrade(site, more);
  assert.equal(code, 0, text + site.log().slice(-2000));
  /* For a moment both accept; from here on it is known who does. */
  const served = [...site.log().matchAll(/master: generation=(\d+) \S+ serves/g)];
  const before = served.at(-2)?.[1];
  if (before && lives(started(site)[Number(before) - 1])) {
    await until(() => new RegExp(`generation=${before} (accepts no more|ended)`)
      .test(site.log()));
  }
  return text;
}

/** @param {import('../harness/client.js').Client} client */
async function held(client, key = newKey()) {
  const gate = newGate();
  const reading = await client.chat('m',
    order({ steps: [{ text: 'a' }, { gate }, { text: 'b' }, ...END] }), { key });
  await reading.until(() => textOf(reading.arrivals) === 'a');
  const last = idsOf(reading.arrivals).at(-1) ?? 0;
  return { key, gate, reading, last };
}

/** @param {Site} site */
async function answers(site) {
  const client = await site.signedIn();
  const reading = await client.chat('m', pieces(['x', 'y']));
  await reading.ended;
  assert.equal(textOf(reading.arrivals), 'xy');
}

for (const h2 of [false, true]) {
  test(`two upgrades under load, ${h2 ? 'h2' : 'h1'}: nothing fails, nothing is cut`,
    async () => {
      await withMaster({}, async (site) => {
        const client = await site.signedIn({ h2 });
        const groups = [];
        let over = false;
        let count = 0;
        const load = Promise.all(Array.from({ length: 6 }, async () => {
          while (!over) {
            const reading = await client.chat('m', pieces(['x', 'y'], 5),
              { key: newKey() });
            await reading.ended;
            assert.equal(textOf(reading.arrivals), 'xy');
            assert.ok(isDone(reading.arrivals));
            const [status] = await client.getJson('api/session');
            assert.equal(status, 200);
            count += 1;
          }
        }));
        for (let i = 0; i < 2; i += 1) {
          groups.push(await Promise.all(
            Array.from({ length: 20 }, () => held(client))));
          assert.match(await upgraded(site), /generation=\d+ pid=\d+ serves/);
        }
        groups.push(await Promise.all(
          Array.from({ length: 5 }, () => held(client))));
        const seen = count;
        await until(() => count > seen + 20);
        const pids = started(site);
        assert.equal(pids.length, 3);
        assert.ok(pids.every(lives), 'the older ones have their streams');
        over = true;
        await load;
        for (const one of groups.flat()) site.upstream.open(one.gate);
        for (const { reading } of groups.flat()) {
          await reading.ended;
          assert.equal(textOf(reading.arrivals), 'ab');
          assert.ok(isDone(reading.arrivals));
        }
      });
    });
}

test('a new generation knows the models before it serves', async () => {
  await withMaster({ models: [] }, async (site) => {
    const client = await site.signedIn();
    await until(async () => (await client.getJson('api/models'))[1].data.length);
    const [, { data: [{ id }] }] = await client.getJson('api/models');
    let over = false;
    const load = Promise.all(Array.from({ length: 4 }, async () => {
      while (!over) {
        const reading = await client.chat(id, pieces(['x']));
        await reading.ended;
        assert.equal(textOf(reading.arrivals), 'x');
      }
    }));
    for (let i = 0; i < 3; i += 1) await upgraded(site);
    over = true;
    await load;
  });
});

test('an older generation ends with its last stream', async () => {
  await withMaster({ config: { timeouts: { grace: '200ms' } } },
    async (site) => {
      const client = await site.signedIn();
      const one = await held(client);
      await upgraded(site);
      const [old, young] = started(site);
      await answers(site);
      assert.ok(lives(old));
      site.upstream.open(one.gate);
      await one.reading.ended;
      assert.equal(textOf(one.reading.arrivals), 'ab');
      await ended(old);
      assert.ok(lives(young));
      assert.match(site.log(), /generation=1 ended with code 0/);
    });
});

test('resumed, asked for again and stopped in the generation that has it',
  async () => {
    await withMaster({ config: { relay_threads: 3 } }, async (site) => {
      const client = await site.signedIn();
      const [left, again, stopped] = [await held(client), await held(client),
        await held(client)];
      left.reading.leave();
      const second = await (async () => {
        await upgraded(site);
        const one = await held(client);
        one.reading.leave();
        await upgraded(site);
        return one;
      })();
      site.upstream.forget();

      for (const one of [left, second]) {
        const rest = await client.resume(one.key, one.last);
        site.upstream.open(one.gate);
        await rest.ended;
        assert.equal(textOf(rest.arrivals), 'b');
        assert.ok(isDone(rest.arrivals));
        /* And once more, now that it has ended. */
        const whole = await client.resume(one.key, 0);
        await whole.ended;
        assert.equal(textOf(whole.arrivals), 'ab');
      }

      const message = order({ steps: [{ text: 'a' }, { gate: again.gate },
        { text: 'b' }, ...END] });
      const same = await client.chat('m', message, { key: again.key });
      await same.until(() => textOf(same.arrivals) === 'a');
      const other = await client.ask('m', pieces(['z']), { key: again.key });
      assert.equal(other.status, 422, await other.text());
      site.upstream.open(again.gate);
      await same.ended;
      assert.equal(textOf(same.arrivals), 'ab');

      assert.equal(await client.stop(stopped.key), 204);
      await stopped.reading.ended;
      assert.equal(errorOf(stopped.reading.arrivals)?.code, 'stopped');
      const used = await client.ask('m', order({ steps: [{ text: 'a' },
        { gate: stopped.gate }, { text: 'b' }, ...END] }),
      { key: stopped.key });
      assert.equal(used.status, 409, await used.text());

      assert.equal((await client.get(`api/streams/${newKey()}`)).status, 404);
      assert.equal(await client.stop(newKey()), 404);
      assert.equal(site.upstream.calls.length, 0, 'nobody was asked twice');
    });
  });

test("another's stream is nobody's, in older generations, too", async () => {
  await withMaster({ users: ['ann', 'bob'] }, async (site) => {
    const one = await held(await site.signedIn());
    await upgraded(site);
    const bob = await site.signedIn({ user: 'bob' });
    assert.equal((await bob.get(`api/streams/${one.key}`)).status, 404);
    assert.equal(await bob.stop(one.key), 404);
    site.upstream.open(one.gate);
    await one.reading.ended;
    assert.equal(textOf(one.reading.arrivals), 'ab');
  });
});

test('the new program is executed, by the worker and by the master',
  async () => {
    const dir = (await import('../harness/places.js')).newFolder();
    const program = join(dir, 'confab.fcgi');
    copyFileSync(workerPath, program);
    await withMaster({ program }, async (site) => {
      const before = statSync(program).ino;
      copyFileSync(workerPath, `${program}.new`);
      renameSync(`${program}.new`, program);
      const after = statSync(program).ino;
      assert.notEqual(before, after);
      const one = await held(await site.signedIn());
      await upgraded(site);
      const [old, young] = started(site);
      const inode = (/** @type {number} */ pid) =>
        statSync(`/proc/${pid}/exe`).ino;
      assert.equal(inode(old), before);
      assert.equal(inode(young), after);
      await until(() => inode(site.worker.pid) === after,
        { what: 'the master is the new program' });
      /* And it still is the master of both. */
      await upgraded(site);
      site.upstream.open(one.gate);
      await one.reading.ended;
      assert.equal(textOf(one.reading.arrivals), 'ab');
    });
  });

test('a bad configuration: the old one serves, the command says why',
  async () => {
    await withMaster({}, async (site) => {
      const one = await held(await site.signedIn());
      const [first] = started(site);
      const good = site.config;
      writeFileSync(site.configFile, 'nonsense = 1\n', { mode: 0o600 });
      const { code, text } = await upgrade(site);
      assert.notEqual(code, 0);
      assert.match(text, /nonsense/);
      assert.equal(started(site).length, 1, 'it was not even begun');

      site.worker.kill('SIGUSR2');
      await until(() => /generation=2 ended with code 78: .*nonsense.*the one before it goes on serving/
        .test(site.log()), { what: 'the log says why' });
      site.config = good;
      await answers(site);
      assert.ok(lives(first));
      site.writeConfig();
      await upgraded(site);
      site.upstream.open(one.gate);
      await one.reading.ended;
      assert.equal(textOf(one.reading.arrivals), 'ab');
    });
  });

test('a bad program: the old one serves, the command says why', async () => {
  const dir = (await import('../harness/places.js')).newFolder();
  const program = join(dir, 'confab.fcgi');
  copyFileSync(workerPath, program);
  await withMaster({ program }, async (site) => {
    const [first] = started(site);
    const put = (/** @type {string} */ content) => {
      writeFileSync(`${program}.new`, content);
      chmodSync(`${program}.new`, 0o755);
      renameSync(`${program}.new`, program);
    };
    for (const [content, words] of /** @type {[string, RegExp][]} */ ([
      ['\x7fELF is cut off', /Exec format error/],
      ['#!/no/such/interpreter\n', /No such file/],
      ['#!/bin/sh\nexit 3\n', /ended with code 3/],
      ['#!/bin/sh\nkill -SEGV $$\n', /ended by signal 11/],
    ])) {
      put(content);
      const { code, text } = await upgrade(site);
      assert.equal(code, 1, content);
      assert.match(text, words);
      assert.match(text, /the one before it goes on serving/);
      await answers(site);
    }
    /* One that never says that it serves is killed by somebody. */
    put('#!/bin/sh\nexec sleep 1000\n');
    const asked = upgrade(site);
    const count = started(site).length;
    const slow = await until(() => started(site)[count]);
    await answers(site);
    process.kill(slow, 'SIGKILL');
    const { code, text } = await asked;
    assert.equal(code, 1);
    assert.match(text, /ended by signal 9/);
    assert.ok(lives(first));
    assert.equal(readlinkSync(`/proc/${site.worker.pid}/exe`)
      .replace(' (deleted)', ''), program);
  });
});

test('kill -9 of who serves: another one does, older streams go on',
  async () => {
    await withMaster({}, async (site) => {
      const client = await site.signedIn();
      const one = await held(client);
      one.reading.leave();
      await upgraded(site);
      process.kill(started(site)[1], 'SIGKILL');
      await until(() => started(site).length === 3);
      await until(() => /generation=3 pid=\d+ serves/.test(site.log()));
      await answers(site);
      const rest = await client.resume(one.key, one.last);
      site.upstream.open(one.gate);
      await rest.ended;
      assert.equal(textOf(rest.arrivals), 'b');
    });
  });

test('kill -9 of an older one: its streams are lost, and no others',
  async () => {
    await withMaster({}, async (site) => {
      const client = await site.signedIn();
      const one = await held(client);
      await upgraded(site);
      const two = await held(client);
      await upgraded(site);
      process.kill(started(site)[0], 'SIGKILL');
      await one.reading.ended.catch(() => {});
      assert.ok(!isDone(one.reading.arrivals));
      assert.equal((await client.get(`api/streams/${one.key}`)).status, 404);
      await answers(site);
      two.reading.leave();
      const rest = await client.resume(two.key, two.last);
      site.upstream.open(two.gate);
      await rest.ended;
      assert.equal(textOf(rest.arrivals), 'b');
    });
  });

test('an older one that hangs holds nobody up, and takes nothing afterwards',
  async () => {
    await withMaster({}, async (site) => {
      const client = await site.signedIn();
      const one = await held(client);
      await upgraded(site);
      const [old] = started(site);
      process.kill(old, 'SIGSTOP');
      try {
        const answer = await client.get(`api/streams/${one.key}`);
        assert.equal(answer.status, 503, await answer.text());
        await answers(site);
        await answers(site);
      } finally {
        process.kill(old, 'SIGCONT');
      }
      site.upstream.open(one.gate);
      await one.reading.ended;
      assert.equal(textOf(one.reading.arrivals), 'ab');
      assert.match(site.log(), /an older generation does not answer/);
    });
  });

test('kill -9 of the master: its workers end their streams, then themselves',
  async () => {
    const site = await startSite({ args: ['--master'] });
    try {
      const client = await site.signedIn();
      const one = await held(client);
      await upgraded(site);
      const two = await held(client);
      site.worker.kill('SIGKILL');
      await site.worker.exit;
      for (const { gate, reading } of [one, two]) {
        site.upstream.open(gate);
        await reading.ended;
        assert.equal(textOf(reading.arrivals), 'ab');
      }
      await Promise.all(started(site).map(ended));
      await site.startWorker();
      await answers(site);
      await upgraded(site);
    } finally {
      await site.close();
    }
  });

test('the limit of retiring: what outlasts it gets an error event',
  async () => {
    await withMaster({ config: { timeouts: { retire: '300ms' } } },
      async (site) => {
        const client = await site.signedIn();
        const one = await held(client);
        await upgraded(site);
        await one.reading.ended;
        assert.equal(errorOf(one.reading.arrivals)?.code, 'shutting_down');
        await ended(started(site)[0]);
        await answers(site);
      });
  });

test('more older generations than there is room for: it says so', async () => {
  await withMaster({}, async (site) => {
    const client = await site.signedIn();
    const all = [];
    for (let i = 0; i < 7; i += 1) {
      all.push(await held(client));
      await upgraded(site);
    }
    const { code, text } = await upgrade(site);
    assert.equal(code, 1);
    assert.match(text, /7 older generations still have streams/);
    await answers(site);
    for (const { key, gate, reading, last } of all) {
      reading.leave();
      const rest = await client.resume(key, last);
      site.upstream.open(gate);
      await rest.ended;
      assert.equal(textOf(rest.arrivals), 'b');
    }
  });
});

test('SIGTERM to the master ends all, and leaves no file', async () => {
  const site = await startSite({ args: ['--master', '--instance', 'one'] });
  try {
    const one = await held(await site.signedIn());
    await upgraded(site, ['--instance', 'one']);
    const control = join(site.dir, 'run/master-one.sock');
    assert.ok(existsSync(control));
    assert.equal(statSync(control).mode & 0o777, 0o600);
    const { code, text } = await upgrade(site);
    assert.equal(code, 4);
    assert.match(text, /master\.sock: .*does the worker run, and with --master/);
    site.worker.kill('SIGTERM');
    await until(() => !existsSync(control));
    site.upstream.open(one.gate);
    await one.reading.ended;
    assert.equal(textOf(one.reading.arrivals), 'ab');
    await site.worker.exit;
    assert.deepEqual(site.worker.ended, { code: 0, signal: null });
    assert.ok(!existsSync(site.socket));
    assert.ok(!started(site).some(lives));
  } finally {
    await site.close();
  }
});

test('a start that fails says so to who has started it', async () => {
  const site = await startSite({ args: ['--master'] });
  try {
    await site.worker.stop('SIGTERM');
    renameSync(join(site.dir, 'users'), join(site.dir, 'users.away'));
    const worker = site.spawnWorker();
    await worker.exit;
    assert.deepEqual(worker.ended, { code: 78, signal: null });
    renameSync(join(site.dir, 'users.away'), join(site.dir, 'users'));
  } finally {
    await site.close();
  }
});

test('asked for while one is starting: another one comes after it', async () => {
  await withMaster({}, async (site) => {
    const answers = await Promise.all([upgrade(site), upgrade(site),
      upgrade(site)]);
    for (const { code, text } of answers) assert.equal(code, 0, text);
    const last = Math.max(...answers.map(({ text }) =>
      Number(/generation=(\d+)/.exec(text)?.[1])));
    await until(() => !new RegExp(`generation=${last + 1}`).test(site.log()));
    site.worker.kill('SIGUSR2');
    site.worker.kill('SIGUSR2');
    await until(() => new RegExp(`generation=${last + 1} \\S+ serves`)
      .test(site.log()));
  });
});

test('SIGHUP goes to who serves', async () => {
  await withMaster({}, async (site) => {
    await upgraded(site);
    assert.match(await site.reload(), /reloaded/);
    await answers(site);
  });
});
