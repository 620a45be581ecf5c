/* SPDX-License-Identifier: MIT */
/**
 * confabctl doctor before the real nginx, worker and page: a healthy site has
 * no complaint, and each fault that is planted is named with its cause and its
 * cure. One fault a row.
 */

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync, copyFileSync, cpSync, readFileSync,
  readdirSync, rmSync, statSync, writeFileSync,
} from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { complaints, doctorOf, dumpOf } from '../harness/doctor.js';
import { buildDir, controlPath } from '../harness/paths.js';
import { startSite } from '../harness/site.js';
import { errorBody } from '../upstream/presets.js';
import { ToolServer } from '../upstream/mcp.js';

/** @type {import('../harness/site.js').Site} */
let site;
/** @type {ReturnType<typeof doctorOf>} */
let asked;
/** @type {typeof asked.doctor} */
const doctor = (how) => asked.doctor(how);
/** @type {typeof asked.withNginx} */
const withNginx = (options, body) => asked.withNginx(options, body);

before(async () => {
  site = await startSite({ mounts: ['/chat/'] });
  asked = doctorOf(site);
  site.upstream.script('m', { steps: [{ texts: ['I ', 'am ', 'well.'],
    every: 60 }, { finish: 'stop' }, { done: true }] });
});
after(() => site?.close());

test('a healthy site has no warning', async () => {
  const report = await doctor();
  assert.deepEqual(complaints(report), []);
  assert.equal(report.code, 0);
  assert.equal(report.failed + report.warned, 0);
  const seen = new Set(report.findings.map((one) => one.id));
  for (const id of ['tls', 'page', 'clock', 'assets', 'frames', 'worker',
    'body-limit', 'spool', 'cookie', 'pieces', 'nginx', 'files', 'ended']) {
    assert.ok(seen.has(id), `${id} was looked at`);
  }
});

test('the shipped whole host and single sign-on are healthy, too',
  async () => {
    const limits = `include ${site.dir}/nginx/confab-limits.conf;`;
    await withNginx({ change: (text) => text,
      httpExtra: `include ${site.dir}/nginx/confab-zones.conf;`,
      extra: limits }, async (port, dir) => {
      const report = await doctor({ port, dump: dumpOf(dir) });
      assert.deepEqual(complaints(report), []);
    });
  });

/** Puts lines to the end of the file that every API location includes, so
 * that they have precedence over none of the shipped ones but add to them.
 * @param {RegExp} what @param {string} by */
const instead = (what, by) => (/** @type {string} */ text) =>
  text.replace(what, by);

/**
 * Each row: what is planted in nginx's files, and what must be said of it.
 * @type {Record<string, {id: string, cause: RegExp, cure: RegExp,
 *   change?: (text: string) => string, extra?: string, httpExtra?: string,
 *   mounts?: string[], user?: boolean, script?: any, at?: string}>}
 */
const planted = {
  'the body limit is below the worker\'s': { id: 'body-limit',
    cause: /16773120 bytes: status 413/, cure: /client_max_body_size 0/,
    change: instead(/client_max_body_size 0;/, 'client_max_body_size 1m;') },
  'a body limit, in the files': { id: 'nginx-body',
    cause: /confab-chat\.conf:\d+: client_max_body_size 1m: .*less than/,
    cure: /client_max_body_size 0/,
    change: instead(/client_max_body_size 0;/, 'client_max_body_size 1m;') },
  'small bodies are refused': { id: 'body', cause: /status 413/,
    cure: /64k/,
    change: instead(/client_max_body_size 64k;/, 'client_max_body_size 8k;') },
  'bodies are spooled': { id: 'spool', cause: /was not refused within/,
    cure: /fastcgi_request_buffering off/, change: instead(
      /fastcgi_request_buffering off;/, 'fastcgi_request_buffering on;') },
  'bodies are spooled, in the files': { id: 'nginx-spool',
    cause: /fastcgi_request_buffering on: .*lie on the disk/,
    cure: /fastcgi_request_buffering off/, user: false, change: instead(
      /fastcgi_request_buffering off;/, 'fastcgi_request_buffering on;') },
  'bodies go to files only': { id: 'nginx-spool',
    cause: /client_body_in_file_only on: every message/, cure: /off/,
    user: false, change: instead(/client_body_in_file_only off;/,
      'client_body_in_file_only on;') },
  'the buffer is smaller than the body': { id: 'nginx-spool',
    cause: /client_body_buffer_size 8k: .*written to the disk/,
    cure: /as large as/, user: false, change: instead(
      /client_body_buffer_size 64k;/, 'client_body_buffer_size 8k;') },
  'event streams are compressed': { id: 'stream-coding',
    cause: /this one was/, cure: /gzip off/, change: instead(
      /gzip off;\ngzip_static off;/,
      'gzip on; gzip_types *; gzip_min_length 1;') },
  'answers are compressed': { id: 'coding', cause: /held back/,
    cure: /gzip off/, user: false, change: instead(
      /gzip off;\ngzip_static off;/,
      'gzip on; gzip_types *; gzip_min_length 1;') },
  'compression, in the files': { id: 'nginx-gzip',
    cause: /confab-fastcgi\.conf:\d+: gzip on/, cure: /gzip off/, user: false,
    change: instead(/gzip off;\ngzip_static off;/, 'gzip on;') },
  'answers are held back': { id: 'pieces', cause: /came at once/,
    cure: /fastcgi_buffering off/, change: instead(/fastcgi_buffering off;/,
      'fastcgi_buffering on; fastcgi_ignore_headers X-Accel-Buffering;') },
  'buffering, in the files': { id: 'nginx-buffering',
    cause: /fastcgi_buffering on/, cure: /fastcgi_buffering off/, user: false,
    change: instead(/fastcgi_buffering off;/, 'fastcgi_buffering on;') },
  'a short read timeout': { id: 'timeout',
    cause: /cut after \d+\.\d s of silence/, cure: /fastcgi_read_timeout/,
    script: { steps: [{ text: 'I' }, { hang: true }] },
    change: instead(/fastcgi_read_timeout \d+s;/,
      'fastcgi_read_timeout 3s;') },
  'a read timeout below the signs of life, in the files': {
    id: 'nginx-timeout', cause: /fastcgi_read_timeout 5s: .*signs of life/,
    cure: /local\.conf/, user: false, change: instead(
      /fastcgi_read_timeout \d+s;/, 'fastcgi_read_timeout 5s;') },
  'a read timeout below that of the worker': { id: 'nginx-timeout',
    cause: /fastcgi_read_timeout 60s: .*timeouts \{ total \}/,
    cure: /local\.conf/, user: false, change: instead(
      /fastcgi_read_timeout \d+s;/, 'fastcgi_read_timeout 60s;') },
  'a location without its last slash': { id: 'mount',
    cause: /chatx\/api\/health answers, too/, cure: /with the slash/,
    user: false, mounts: ['/chat'] },
  'a location, in the files': { id: 'nginx-location',
    cause: /location \/chat: without a slash/, cure: /with the slash/,
    user: false, mounts: ['/chat'] },
  'headers of the server block that are hidden': { id: 'nginx-header',
    cause: /add_header Strict-Transport-Security: .*do not have it/,
    cure: /set \$confab_hsts/, user: false,
    extra: 'add_header Strict-Transport-Security "max-age=1" always;' },
  'a header of the page is gone': { id: 'header', cause: /it is missing/,
    cure: /block inside takes the place/, user: false, change: (text) =>
      text.replace(/add_header Content-Security-Policy "default-src 'none'; script-src[^;]*;[^"]*" always;/, '') },
  'a policy of somebody else': { id: 'header',
    cause: /it is "default-src \*"/, cure: /leave this one alone/,
    user: false, change: (text) => text.replace(
      /Content-Security-Policy "default-src 'none'; script-src[^"]*"/,
      'Content-Security-Policy "default-src *"') },
  'two policies': { id: 'header', cause: /there are 2 of them/,
    cure: /leave this one alone/, user: false, change: (text) => text.replace(
      /(add_header Content-Security-Policy "default-src 'none'; script-src)/,
      'add_header Content-Security-Policy "script-src \'self\'" always;\n$1') },
  'scripts have a wrong type': { id: 'assets', cause: /its type is "text\/plain/,
    cure: /types \{ \}/, user: false,
    change: instead(/text\/javascript js mjs;/, 'text/plain js mjs;') },
  'scripts are not to be kept': { id: 'assets',
    cause: /not told to keep/, cure: /expires or add_header/, user: false,
    change: instead(/add_header Cache-Control "public, max-age=31536000, immutable";/g,
      'add_header Cache-Control no-store;') },
  'compressed files without Vary': { id: 'assets',
    cause: /without Vary/, cure: /gzip_vary on/, user: false,
    change: (text) => text.replace(/gzip_vary on;/, 'gzip_vary off;')
      .replace(/set \$confab_vary Accept-Encoding;/, '') },
  'nothing is compressed': { id: 'compression', cause: /none of \d+ is/,
    cure: /gzip_static on/, user: false,
    change: instead(/gzip_static on;/, 'gzip_static off;') },
  'the frames answer with the page\'s headers': { id: 'frames',
    cause: /its headers are others/, cure: /its own headers alone/,
    user: false, change: instead(
      /include \S*confab-sandbox-headers\.conf;/,
      'add_header X-Frame-Options DENY;') },
  'a missing file is answered by a page': { id: 'missing',
    cause: /status 200/, cure: /error_page/, user: false,
    change: instead(/(\talias \S*\$confab_file\S*;\n)/g,
      '$1\terror_page 404 =200 /index.html;\n'),
    extra: 'location = /index.html { return 200 "site"; }' },
  'a cache answers for the worker': { id: 'no-store',
    cause: /a cache on the way/, cure: /leave api\/ alone/, user: false,
    change: instead(/fastcgi_cache off;/,
      'fastcgi_cache off; add_header Age 7 always;') },
  'answers may be stored': { id: 'no-store', cause: /is not no-store/,
    cure: /expires/, user: false, change: instead(/fastcgi_cache off;/,
      'fastcgi_hide_header Cache-Control;') },
  'the worker\'s errors are replaced': { id: 'json', cause: /text\/html/,
    cure: /fastcgi_intercept_errors/, user: false,
    change: (text) => text.replace(/error_page 510 \/;/,
      'error_page 401 /sorry;').replace(/fastcgi_intercept_errors off;/,
      'fastcgi_intercept_errors on;'),
    extra: 'location = /sorry { default_type text/html; return 401 "no"; }' },
  'others may read answers': { id: 'cors', cause: /Allow-Origin/,
    cure: /take the add_header away/, user: false, change: instead(
      /fastcgi_cache off;/,
      'fastcgi_cache off; add_header Access-Control-Allow-Origin * always;') },
  'the Host is changed': { id: 'origin', cause: /status 403/,
    cure: /proxy_set_header Host/, user: false, change: instead(
      /fastcgi_param HTTP_HOST \$http_host/,
      'fastcgi_param HTTP_HOST backend.internal') },
  'the Origin is dropped': { id: 'csrf', cause: /status 4/,
    cure: /HTTP_ORIGIN/, user: false, change: instead(
      /fastcgi_param HTTP_ORIGIN .*\n/, '') },
  'the cookie is not passed on': { id: 'cookie-back', cause: /status 401/,
    cure: /Cookie header/, change: instead(
      /fastcgi_param HTTP_COOKIE .*\n/, '') },
  'the worker is elsewhere': { id: 'worker', cause: /status 502/,
    cure: /systemctl status confab/, user: false, change: instead(
      /set \$confab_backend \S+;/, 'set $confab_backend unix:/nowhere;') },
  'a backend, in the files': { id: 'nginx-backend',
    cause: /set \$confab_backend: .*listens elsewhere/, cure: /both the same/,
    user: false, change: instead(
      /set \$confab_backend \S+;/, 'set $confab_backend unix:/nowhere;') },
  'the wrong file for passwords': { id: 'nginx-user',
    cause: /names a user/, cure: /auth = remote_user/, user: false,
    change: instead(/fastcgi_param REMOTE_USER "";/g,
      'fastcgi_param REMOTE_USER $remote_user;') },
  'old versions of TLS': { id: 'nginx-tls', cause: /broken/,
    cure: /TLSv1\.2/, user: false, extra: 'ssl_protocols TLSv1 TLSv1.2;' },
  'connections are kept': { id: 'nginx-keep', cause: /read as the next/,
    cure: /off/, user: false, change: instead(/fastcgi_keep_conn off;/,
      'fastcgi_keep_conn on;') },
};

for (const [name, row] of Object.entries(planted)) {
  const title = `${row.id}: ${name}`;
  test(title, async () => {
    const { id, cause, cure, user = true, script, mounts = ['/chat/'] } = row;
    if (script) site.upstream.script('slow', script);
    if (script) {
      site.writeConfig({ 'provider "up"': { 'model "slow"': {} } });
      await site.reload();
    }
    await withNginx({ change: row.change, extra: row.extra,
      httpExtra: row.httpExtra, mounts }, async (port, dir) => {
      const report = await doctor({ port, user, dump: dumpOf(dir),
        args: script ? ['--model', 'slow'] : [] });
      const found = complaints(report).filter((one) => one.id === id);
      assert.ok(found.length > 0, JSON.stringify(complaints(report), null, 1));
      assert.match(`${found[0].cause}`, cause);
      assert.match(`${found[0].cure}`, cure);
      assert.equal(report.code, report.failed > 0 ? 1 : 0);
    });
  });
}

/* ---- The page's files ---------------------------------------------------- */

/** @type {Record<string, {plant: (www: string, version: string) => void,
 *   cause: RegExp, cure: RegExp, root?: boolean}>} */
const files = {
  'an asset is missing': { cause: /app\.js: status 404/, cure: /Install again/,
    plant: (www, version) => removed(www, version) },
  'an asset is forbidden': { cause: /app\.js: status 403/,
    cure: /nginx's user may not read it/,
    plant: (www, version) => forbidden(www, version), root: true },
  'a compressed file is of another version': { cause: /gzip: it is not the same/,
    cure: /another version/, plant: (www, version) => {
      const gz = join(www, version, 'app.js.gz');
      copyFileSync(join(www, version, 'start.js.gz'), gz);
    } },
  'the page was changed on the way': { cause: /mixed content/,
    cure: /leave it alone/, plant: (www) => {
      const page = join(www, 'index.html');
      const text = readFileSync(page, 'utf8').replace('<script ',
        '<script src="http://cdn.invalid/x.js"></script><script ');
      writeFileSync(page, text);
      rmSync(`${page}.gz`, { force: true });
    } },
};

/** @param {string} www @param {string} version */
function removed(www, version) {
  for (const end of ['', '.gz', '.br']) {
    rmSync(join(www, version, `app.js${end}`), { force: true });
  }
}

/** @param {string} www @param {string} version */
function forbidden(www, version) {
  rmSync(join(www, version, 'app.js.br'), { force: true });
  chmodSync(join(www, version, 'app.js'), 0);
}

for (const [name, { plant, cause, cure, root }] of Object.entries(files)) {
  test(`assets: ${name}`,
    { skip: root && process.getuid?.() !== 0 && 'needs root' }, async () => {
      const www = join(site.dir, 'www');
      rmSync(www, { recursive: true, force: true });
      cpSync(join(buildDir, 'www'), www, { recursive: true });
      chmodSync(site.dir, 0o755);
      const version = readdirSync(www).find((one) => /^v\d/.test(one)) ?? '';
      plant(www, version);
      await withNginx({ change: (text) =>
        text.replaceAll(join(buildDir, 'www'), www),
      user: root ? 'daemon' : undefined }, async (port, dir) => {
        const report = await doctor({ port, user: false, dump: dumpOf(dir) });
        const found = complaints(report).find((one) => one.id === 'assets');
        assert.ok(found, JSON.stringify(complaints(report)));
        assert.match(`${found.cause}`, cause);
        assert.match(`${found.cure}`, cure);
      });
    });
}

/* ---- The host -------------------------------------------------------------- */

/** @param {string} id @param {import('../harness/config.js').Sections} change
 * @param {RegExp} cause */
async function withConfig(id, change, cause) {
  const other = join(site.dir, 'other.conf');
  const kept = readFileSync(site.configFile, 'utf8');
  const { config } = site;
  site.writeConfig(change);
  copyFileSync(site.configFile, other);
  writeFileSync(site.configFile, kept, { mode: 0o600 });
  site.config = config;
  const report = await doctor({ user: false, config: other });
  const found = complaints(report).filter((one) => one.id === id);
  assert.ok(found.some((one) => cause.test(`${one.cause}`)),
    JSON.stringify(complaints(report)));
  assert.ok(found.every((one) => one.cure));
}

test('provider: a list that failed says why', async () => {
  site.upstream.script('GET /models', { status: 403,
    json: errorBody('No credit left.') });
  await withConfig('provider', {
    'provider "poor"': { kind: 'openai', base_url: site.upstream.url(),
      api_key_file: `${site.dir}/key`, list_models: true },
  }, /provider poor: status 403 \(.*No credit left/);
  await withConfig('provider', {
    'provider "gone"': { kind: 'openai', list_models: true,
      base_url: 'http://no-such-host.invalid/v1' },
  }, /provider gone: upstream_unreachable: DNS: /);
});

test('tool-server: one that does not answer is named', async () => {
  const server = new ToolServer('modern');
  const url = await server.listen();
  await server.close();
  await withConfig('tool-server', { 'tool_server "gone"': { url } },
    /tool_server gone: /);
});

test('files: a secret that is gone, hashes that all can read', async () => {
  await withConfig('files', { secret_file: join(site.dir, 'none') },
    /none: .*No such file/);
  const users = join(site.dir, 'users');
  const { mode } = statSync(users);
  chmodSync(users, 0o644);
  await withConfig('files', {}, /everybody can read the hashes/);
  chmodSync(users, mode & 0o777);
});

test('files: what processes share has no place', async () => {
  await withConfig('files', { runtime_dir: '/proc/nowhere/run' },
    /runtime_dir: .*cannot be written/);
});

test('nginx-user: remote_user, and no name from nginx', async () => {
  await withConfig('nginx-user', { auth: 'remote_user' },
    /auth = remote_user, and nginx names no user/);
});

test('nginx-test: a dump that is none, and one without confab', async () => {
  const file = join(site.dir, 'bad-dump');
  for (const [text, id] of /** @type {const} */ ([['hello {', 'nginx-test'],
    ['# configuration file /x/nginx.conf:\nhttp { server { } }\n', 'nginx']])) {
    writeFileSync(file, text, { mode: 0o600 });
    const report = await doctor({ user: false, dump: file });
    assert.ok(complaints(report).some((one) => one.id === id), text);
  }
});

/* ---- What is before nginx ---------------------------------------------------- */

/** @param {import('../upstream/certs.js').Pair} pair @param {RegExp} cause */
async function certificate(pair, cause) {
  await withNginx({ pair }, async (port) => {
    const report = await doctor({ port, user: false, dump: false });
    const found = complaints(report).find((one) => one.id === 'page');
    assert.match(`${found?.cause}`, cause);
    assert.match(`${found?.cure}`, /whole chain/);
  });
}

test('page: a certificate that is over, or for another name', async () => {
  await certificate(site.certificates.expired, /expired/);
  await certificate(site.certificates.wrongHost, /./);
});

test('certificate: one that ends within days is warned of', async () => {
  const key = join(site.dir, 'short.key');
  const cert = join(site.dir, 'short.pem');
  const made = spawnSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048',
    '-nodes', '-days', '3', '-subj', '/CN=localhost', '-addext',
    'subjectAltName=DNS:localhost', '-keyout', key, '-out', cert]);
  assert.equal(made.status, 0, String(made.stderr));
  await withNginx({ pair: { key, cert } }, async (port) => {
    const report = await doctor({ port, user: false, dump: false,
      authority: cert });
    const found = complaints(report).find((one) => one.id === 'certificate');
    assert.match(`${found?.cause}`, /ends in [23] days/);
    assert.match(`${found?.cure}`, /renewal/);
    assert.equal(report.code, 0, 'a warning is no failure');
  });
});

test('text for people, and nothing where all is well and quiet is asked for',
  () => {
    const args = ['--config', site.configFile, 'doctor',
      `https://localhost:${site.port}/chat/`, '--ca-file',
      site.certificates.authority, '--nginx', dumpOf(site.dir)];
    const full = spawnSync(controlPath, args, { encoding: 'utf8' });
    assert.match(full.stdout, /^ok {4}the page is served$/m);
    assert.match(full.stdout, /^0 failed, \d+ warnings$/m);
    const quiet = spawnSync(controlPath, [...args, '--quiet'], { encoding: 'utf8' });
    assert.equal(quiet.stdout, '');
    assert.equal(quiet.status, 0);
    const both = spawnSync(controlPath, [...args, '--quiet', '--json']);
    assert.equal(both.status, 2);
  });

test('what a server says moves no cursor, and makes no line of doctor\'s', async () => {
  const evil = '\u001b[2J\u001b]0;x\u0007\u009b31m\r\nok    all is well\u007f\b';
  const server = http.createServer((request, response) => {
    response.writeHead(request.url === '/' ? 200 : 500, { 'Content-Type': 'application/json' });
    response.end(`{"error":{"message":"${evil}","code":"${evil}"}}`);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const child = spawn(controlPath, ['--config', site.configFile, 'doctor', `http://127.0.0.1:${port}/`]);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => { said += data; });
  await once(child, 'close');
  server.close();
  assert.match(said, /^FAIL {2}/m);
  assert.match(said, /status 500, "\?\[2J/);
  assert.doesNotMatch(said, /[^\n -~]|^ok {4}all/m);
});
