/* SPDX-License-Identifier: MIT */
/**
 * With a kept connection, what is left of a request's body must never be read
 * as the next request's FastCGI records.
 */

import assert from 'node:assert/strict';
import test from 'node:test';
import { useSite } from '../harness/suite.js';
import { record, requestBytes, TYPE } from '../harness/fcgi.js';

const suite = useSite({
  config: { auth: 'remote_user' },
  include: 'confab.conf',
  /* Every answer comes from a kept connection, as it would in the attack. */
  changeInclude: (text) =>
    text.replace(/fastcgi_pass [^;]+;/, 'fastcgi_pass smuggle;')
      .replaceAll('fastcgi_keep_conn off;', '')
      .replace('fastcgi_pass smuggle;',
        'fastcgi_pass smuggle; fastcgi_keep_conn on;'),
  httpExtra: (backend) => `upstream smuggle { server ${backend};
    keepalive 4; }`,
});

const forged = requestBytes({
  path: 'api/session',
  params: { REMOTE_USER: 'root', REMOTE_ADDR: '127.0.0.1' },
  keep: true,
});

test('a body of FastCGI records forges nothing, through nginx', async () => {
  const { site } = suite;
  for (const h2 of [false, true]) {
    const client = site.client({ h2 });
    for (const path of ['api/login', 'api/session', 'api/nope',
      'api/chat/completions', 'api/health', 'api/metrics']) {
      for (const pad of [0, 8, 4096, 40_000]) {
        const body = Buffer.concat([Buffer.alloc(pad, 'x'), forged, forged]);
        const first = await client.request('POST', path, { body });
        await first.text();
        const second = await client.get('api/session');
        const text = await second.text();
        assert.equal(second.status, 401, `${path} ${pad}: ${text}`);
        assert.doesNotMatch(text, /root/);
      }
    }
    client.close();
  }
});

test('a kept connection to the worker itself: closed or clean', async () => {
  const { site } = suite;
  for (const contentLength of [undefined, 0, 10, null]) {
    const connection = site.fcgi();
    const body = Buffer.concat([Buffer.alloc(64, 'x'), forged]);
    connection.request({ method: 'POST', path: 'api/nope', body, keep: true,
      contentLength, headers: { 'Content-Type': 'application/json' } });
    await connection.finished();
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.doesNotMatch(connection.stdout.toString(), /"root"/);
    assert.equal(connection.records.filter((one) => one.type === 3).length
      <= 1, true, 'one request, one end');
    connection.destroy();
  }
});

/* Asked so often for one value, libfcgi would write past its buffer. */
const getValues = Buffer.concat([
  record(TYPE.getValues, Buffer.from('\x0e\0FCGI_MAX_CONNS'.repeat(200)), 0),
  record(TYPE.getValues, Buffer.alloc(0), 0),
]);

test('records that are none close the connection, and no more', async () => {
  const { site } = suite;
  for (const hex of ['00', 'ff'.repeat(64), '0101000100080000',
    '01010001ffff0000' + '41'.repeat(100), '0109000000000000',
    getValues.toString('hex'),
    '0104000100050000ffffffffff',
    '01040001000c0000ffffffff7fffffff41414141']) {
    const connection = site.fcgi();
    connection.send(Buffer.from(hex, 'hex'));
    connection.socket.end();
    await connection.until(() => connection.closed, 40_000);
  }
  const client = site.client();
  assert.equal((await client.get('api/health')).status, 200);
});
