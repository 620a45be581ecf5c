/* SPDX-License-Identifier: MIT */
/**
 * confabctl doctor where another proxy or a content network is before nginx, and
 * on hosts whose files do not fit together: each fault is named with its cause
 * and its cure, and a proxy that is set up well has no complaint.
 */

import assert from 'node:assert/strict';
import {
  chmodSync, copyFileSync, cpSync, mkdirSync, readFileSync, readdirSync, renameSync,
  rmSync, writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { complaints, doctorOf, dumpOf } from '../harness/doctor.js';
import { buildDir } from '../harness/paths.js';
import { freePort } from '../harness/places.js';
import { startSite } from '../harness/site.js';

/** @type {import('../harness/site.js').Site} */
let site;
/** @type {ReturnType<typeof doctorOf>} */
let asked;

before(async () => {
  site = await startSite({ mounts: ['/chat/'] });
  asked = doctorOf(site);
  site.upstream.script('m', { steps: [{ texts: ['I ', 'am ', 'well.'],
    every: 60 }, { finish: 'stop' }, { done: true }] });
  site.upstream.script('slow', { steps: [{ text: 'I' }, { hang: true }] });
  site.writeConfig({ 'provider "up"': { 'model "slow"': {} } });
  await site.reload();
});
after(() => site?.close());

/** What a proxy needs, as the README of a site would have it. */
const WELL = `
  proxy_http_version 1.1;
  proxy_set_header Host $http_host;
  proxy_set_header Connection "";
  proxy_buffering off;
  proxy_request_buffering off;
  proxy_read_timeout 700s;
  client_max_body_size 0;
  gzip off;`;

/**
 * Asks through an nginx that passes all on to another one, which is confab's.
 * @param {string} directives of its location
 * @param {{http?: string, args?: string[], user?: boolean}} [how]
 */
async function through(directives, { http = '', args, user = false } = {}) {
  const outer = await freePort();
  let report;
  await asked.withNginx({ httpExtra: `${http}
  server {
    listen 127.0.0.1:${outer} ssl;
    server_name localhost;
    ssl_certificate ${site.certificates.good.cert};
    ssl_certificate_key ${site.certificates.good.key};
    location / {
      proxy_pass https://confab_inner;
      ${directives}
    }
  }
  upstream confab_inner { server 127.0.0.1:${site.port}; }` },
  async () => {
    report = await asked.doctor({ port: outer, dump: false, args, user });
  });
  return /** @type {NonNullable<typeof report>} */ (
    /** @type {unknown} */ (report));
}

test('a proxy that is set up well has no complaint', async () => {
  const report = await through(WELL, { user: true });
  assert.deepEqual(complaints(report), []);
});

/** @type {Record<string, {id: string, cause: RegExp, cure: RegExp,
 *   change: [RegExp | string, string], user?: boolean, args?: string[],
 *   http?: string}>} */
const proxies = {
  'it buffers': { id: 'pieces', cause: /came at once/,
    cure: /proxy_buffering off/, user: true,
    change: ['proxy_buffering off;', 'proxy_buffering on; proxy_ignore_headers X-Accel-Buffering;'] },
  'it gives up before the worker does': { id: 'timeout', user: true,
    cause: /cut after \d+\.\d s of silence/, cure: /proxy_read_timeout/,
    change: ['proxy_read_timeout 700s;', 'proxy_read_timeout 3s;'],
    args: ['--model', 'slow'] },
  'it collects requests': { id: 'spool', cause: /was not refused within/,
    cure: /proxy_request_buffering off/,
    change: ['proxy_request_buffering off;', ''] },
  'it takes small requests only': { id: 'body-limit',
    cause: /16773120 bytes: status 413/, cure: /in a proxy before/,
    change: ['client_max_body_size 0;', ''] },
  'it names itself as the host': { id: 'origin', cause: /status 403/,
    cure: /proxy_set_header Host/,
    change: ['proxy_set_header Host $http_host;', ''] },
  'it compresses': { id: 'coding', cause: /held back/,
    cure: /in every proxy before/,
    change: ['gzip off;', 'gzip on; gzip_types *; gzip_min_length 1; gzip_proxied any;'] },
  'it changes the cookie': { id: 'cookie', cause: /not SameSite=Strict/,
    cure: /proxy_cookie_flags/, user: true,
    change: [/$/, 'proxy_cookie_flags ~ samesite=none;'] },
  'it drops the cookie': { id: 'cookie-back', cause: /status 401/,
    cure: /Cookie header/, user: true,
    change: [/$/, 'proxy_set_header Cookie "";'] },
  'it drops the policy': { id: 'header', cause: /it is missing/,
    cure: /proxy_hide_header/,
    change: [/$/, 'proxy_hide_header Content-Security-Policy;'] },
  'it keeps the page': { id: 'page-kept', cause: /cache on the way/,
    cure: /cache everything/,
    change: [/$/, 'add_header X-Cache HIT;'] },
  'it redirects to its own scheme': { id: 'slash', cause: /status 301/,
    cure: /wrong scheme or port/,
    change: [/$/, 'proxy_redirect ~^(.*)$ http://elsewhere$1;'] },
  'it writes into the page': { id: 'unchanged', cause: /not confab's/,
    cure: /Rocket Loader/, change: [/$/, `proxy_set_header Accept-Encoding "";
      sub_filter '</head>' '<script>1</script></head>';`] },
  'it makes addresses of http': { id: 'assets', cause: /mixed content/,
    cure: /leave it alone/, change: [/$/, `proxy_set_header Accept-Encoding "";
      sub_filter ' src="v' ' src="http://localhost/chat/v'; sub_filter_once off;`] },
  'it lets few requests through': { id: 'assets', cause: /status (429|503)/,
    cure: /too low for a first visit/,
    http: 'limit_req_zone $binary_remote_addr zone=few:1m rate=1r/s;',
    change: [/$/, 'limit_req zone=few burst=3 nodelay;'] },
  'it answers for errors': { id: 'json', cause: /text\/html/,
    cure: /error_page/, change: [/$/,
      'proxy_intercept_errors on; error_page 401 404 =200 /chat/;'] },
};

for (const [name, { id, cause, cure, change, ...how }] of Object.entries(proxies)) {
  test(`before nginx: ${name}`, async () => {
    const report = await through(WELL.replace(...change), how);
    const found = complaints(report).find((one) => one.id === id);
    assert.ok(found, JSON.stringify(complaints(report), null, 1));
    assert.match(`${found.cause}`, cause);
    assert.match(`${found.cure}`, cure);
  });
}

/* ---- Files that do not fit together ---------------------------------------- */

/** A copy of the configuration, with something else in it.
 * @param {string} text @param {RegExp} [instead] */
function configuration(text, instead = /$/) {
  const file = join(site.dir, 'changed.conf');
  copyFileSync(site.configFile, file);
  writeFileSync(file, readFileSync(file, 'utf8').replace(instead, text),
    { mode: 0o600 });
  return file;
}

/** @param {string} id @param {Parameters<typeof asked.doctor>[0]} how */
async function complaint(id, how) {
  const report = await asked.doctor({ user: false, ...how });
  const found = complaints(report).filter((one) => one.id === id);
  assert.equal(found.length, 1, JSON.stringify(complaints(report), null, 1));
  return { cause: `${found[0].cause}`, cure: `${found[0].cure}` };
}

test('a host with a name, and nginx without a way to the others', async () => {
  const config = configuration(
    '\nstate { valkey = "127.0.0.1:1"\nhost = "a" }\n');
  const { cause, cure } = await complaint('nginx-hosts', { config });
  assert.match(cause, /location \/chat\/: .*no way to them/);
  assert.match(cure, /confab-hosts\.conf/);
  await asked.withNginx({ extra: `location @confab_hosts {
      include ${site.dir}/nginx/confab-hosts.conf; }`,
  httpExtra: 'map $confab_host $confab_host_backend { b 127.0.0.1:1; }' },
  async (port, dir) => {
    const report = await asked.doctor({ port, config, user: false,
      dump: dumpOf(dir) });
    assert.equal(complaints(report).find((one) => one.id === 'nginx-hosts'),
      undefined);
  });
});

test('nginx has the page of another version', async () => {
  const www = join(site.dir, 'www-old');
  cpSync(join(buildDir, 'www'), www, { recursive: true });
  chmodSync(site.dir, 0o755);
  const version = readdirSync(www).find((one) => /^v\d/.test(one)) ?? '';
  renameSync(join(www, version), join(www, 'v0.0.9-old'));
  const page = join(www, 'index.html');
  writeFileSync(page, readFileSync(page, 'utf8').replaceAll(`${version}/`,
    'v0.0.9-old/'));
  rmSync(`${page}.gz`, { force: true });
  rmSync(`${page}.br`, { force: true });
  await asked.withNginx({ change: (text) =>
    text.replaceAll(join(buildDir, 'www'), www) }, async (port, dir) => {
    const { cause, cure } = await complaint('version',
      { port, dump: dumpOf(dir) });
    assert.match(cause, /the page is of 0\.0\.9, and confabctl of \d/);
    assert.match(cure, /another installation's folder/);
  });
});

test('a secret, a provider\'s key, that others can read', async () => {
  const secret = join(site.dir, 'open-secret');
  copyFileSync(join(site.dir, 'secret'), secret);
  chmodSync(secret, 0o644);
  assert.match((await complaint('files', { config: configuration(
    `secret_file = "${secret}"`, /secret_file = .*/) })).cause,
  /open-secret: others can read/);
  const key = join(site.dir, 'open.key');
  writeFileSync(key, 'x', { mode: 0o644 });
  const config = configuration(`\nprovider "k" { kind = openai
    base_url = "https://localhost/v1"\napi_key_file = "${key}" }\n`);
  // The worker does not start with it either, so there is no more to be seen.
  const report = await asked.doctor({ user: false, config });
  assert.match(JSON.stringify(complaints(report)), /open\.key: others can read/);
});

test('what processes share belongs to somebody else',
  { skip: process.getuid?.() !== 0 && 'needs root' }, async () => {
    const dir = join(site.dir, 'theirs');
    mkdirSync(dir);
    chmodSync(site.dir, 0o755);
    writeFileSync(join(dir, 'state'), 'x', { mode: 0o600 });
    chmodSync(dir, 0o777);
    const config = join(dir, 'confab.conf');
    writeFileSync(config, `user = daemon\nauth = remote_user
      runtime_dir = "${dir}"\nprovider "demo" { kind = demo }\n`);
    const report = await asked.doctor({ user: false, config });
    assert.match(JSON.stringify(complaints(report)),
      /runtime_dir: .*state: cannot be written/);
  });
