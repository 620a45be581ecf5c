/* SPDX-License-Identifier: MIT */
/**
 * Pages by names whose owner has them lead elsewhere from one question to the
 * next (DNS rebinding): what is looked at is the address that is connected, and
 * each name is asked for once a connection.
 */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { until } from '../harness/children.js';
import { startSite } from '../harness/site.js';
import { NameServer } from '../upstream/names.js';
import { PageServer, SearxngServer } from '../upstream/searxng.js';

const canUnshare = process.getuid?.() === 0
  && spawnSync('unshare', ['-m', 'true']).status === 0;

/* What may be fetched, and what nobody may come to, by the same port. */
const ALLOWED = '127.0.0.1';
const INSIDE = '127.0.0.2';
const CLOSED = '127.0.0.3';

describe('names that lead elsewhere', { skip: canUnshare ? false
  : 'needs root, for a resolv.conf of its own' }, () => {
  /** @type {any} */
  let site;
  const names = new NameServer();
  const searxng = new SearxngServer();
  const pages = new PageServer();
  const inside = [new PageServer(), new PageServer()];
  let port = 0;
  let folder = '';

  before(async () => {
    await pages.listen(ALLOWED);
    ({ port } = pages);
    await inside[0].listen(INSIDE, port);
    await inside[1].listen('::1', port).catch(() => {});
    folder = mkdtempSync(join(tmpdir(), 'confab-names-'));
    const resolver = join(folder, 'resolv.conf');
    writeFileSync(resolver, `nameserver ${await names.listen()}\n`);
    const url = await searxng.listen();
    site = await startSite({
      wrap: ['unshare', '-m', 'sh', '-c',
        `mount --bind ${resolver} /etc/resolv.conf && exec "$@"`, 'sh'],
      config: {
        'tool_server "web"': { kind: 'searxng', url, fetch: true,
          fetch_networks: [ALLOWED, CLOSED] },
        'tool_server "strict"': { kind: 'searxng', url, fetch: true },
      } });
    await until(async () => (await (await site.signedIn({}))
      .getJson('api/tools'))[1].errors.length === 0, { every: 100 });
  });

  after(async () => {
    await site?.close();
    for (const one of [searxng, pages, ...inside]) await one.close();
    names.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** What came of a page. @param {string} url */
  async function fetched(url, server = 'web') {
    const answer = await (await site.signedIn({})).post('api/tools/call',
      { name: `${server}__fetch`, arguments: { url } });
    const body = await answer.json();
    assert.equal(answer.status, 200, JSON.stringify(body));
    return { text: body.content[0].text, bad: body.is_error };
  }

  const PAGE = { text: 'T\n\nA page & more.', bad: false };
  const REFUSED = { text: 'This address may not be fetched from here.',
    bad: true };
  const nobody = () => assert.deepEqual(
    inside.map(({ seen }) => seen.length), [0, 0], 'nobody came');

  test('a name is asked for once a page, and that address is connected',
    async () => {
      names.names.set('once.example', [[ALLOWED], [INSIDE]]);
      assert.deepEqual(await fetched(`http://once.example:${port}/`), PAGE);
      assert.equal(pages.seen.at(-1)?.headers.host, `once.example:${port}`);
      assert.deepEqual(names.asked.filter((name) => name === 'once.example'),
        ['once.example']);
      nobody();
    });

  test('what a name led to before says nothing of where it leads now',
    async () => {
      names.names.set('turns.example',
        [[ALLOWED], [INSIDE], [ALLOWED], ['::1'], [ALLOWED]]);
      for (const want of [PAGE, REFUSED, PAGE, REFUSED, PAGE]) {
        assert.deepEqual(await fetched(`http://turns.example:${port}/`), want);
      }
      nobody();
    });

  test('a redirect to the same name is asked for anew', async () => {
    names.names.set('moves.example', [[ALLOWED], [INSIDE]]);
    const before = pages.seen.length;
    assert.deepEqual(await fetched(`http://moves.example:${port}/to?url=`
      + encodeURIComponent(`http://moves.example:${port}/`)), REFUSED);
    assert.equal(pages.seen.length, before + 1);
    nobody();
  });

  test('of many addresses none is tried that may not be', async () => {
    names.names.set('many.example', [[CLOSED, INSIDE, '::1']]);
    names.names.set('mixed.example', [[INSIDE, '::1', ALLOWED]]);
    const { bad } = await fetched(`http://many.example:${port}/`);
    assert.equal(bad, true);
    /* This one may be fetched from where it may be. */
    await fetched(`http://mixed.example:${port}/`);
    nobody();
  });

  test('names of what is within are as the addresses', async () => {
    const before = pages.seen.length;
    for (const [i, address] of [ALLOWED, INSIDE, '10.0.0.1', '169.254.169.254',
      '192.168.0.1', '0.0.0.0', '::1', '::', 'fd00::1', 'fe80::1',
      '::ffff:127.0.0.1', '64:ff9b::7f00:1', '2002:7f00:1::'].entries()) {
      names.names.set(`n${i}.example`, [[address]]);
      for (const at of [`:${port}`, '']) {
        assert.deepEqual(await fetched(`http://n${i}.example${at}/`, 'strict'),
          REFUSED, address);
      }
    }
    assert.equal(pages.seen.length, before);
    nobody();
  });

  test('a name that is none is told', async () => {
    assert.match((await fetched(`http://none.example:${port}/`)).text,
      /cannot be reached/);
  });
});
