/* SPDX-License-Identifier: MIT */
/**
 * Single sign-on as it is shipped: an OpenID Connect provider that nobody here
 * wrote (oidc-provider), an Apache with mod_auth_openidc before it, and what the
 * nginx of the site needs to ask that. Each of its own, on this host alone.
 */

import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import { join } from 'node:path';
import { loadPair } from '../upstream/certs.js';
import { Child, until } from './children.js';
import { giveToWebUser, WEB_USER } from './frontends.js';
import { changed } from './nginx.js';
import { sourceDir } from './paths.js';
import { freePort } from './places.js';

const MODULES = '/usr/lib/apache2/modules';

/**
 * @param {string[]} modules of Apache
 * @returns {string | false} why a test with these cannot run here
 */
export function lacksApache(...modules) {
  if (spawnSync('apache2', ['-v']).error) return 'Apache is not installed';
  const missing = modules.find((one) => !existsSync(join(MODULES, `mod_${one}.so`)));
  return missing ? `Apache's mod_${missing} is not installed` : false;
}

/**
 * Everybody there is, by name, with their groups. Any password will do: the
 * provider's own form for developers takes it.
 * @typedef {Record<string, string[]>} People
 */

/**
 * @param {{certificates: {good: import('../upstream/certs.js').Pair}, people: People,
 *   origin: string, secret: string}} options origin: of the site that it knows
 */
async function startProvider({ certificates, people, origin, secret }) {
  /* It has no types. */
  const name = 'oidc-provider';
  const { default: Provider } = await import(name);
  const port = await freePort();
  const issuer = `https://127.0.0.1:${port}`;
  /** @param {unknown} _context @param {string} id */
  const findAccount = (_context, id) => (people[id]
    ? { accountId: id, claims: () => ({ sub: id, preferred_username: id, groups: people[id] }) }
    : undefined);
  const provider = new Provider(issuer, {
    clients: [{
      client_id: 'confab', client_secret: secret,
      redirect_uris: [`${origin}/oidc/callback`],
      post_logout_redirect_uris: [`${origin}/`],
    }],
    findAccount,
    claims: { openid: ['sub'], profile: ['preferred_username'], groups: ['groups'] },
    scopes: ['openid', 'profile', 'groups'],
    conformIdTokenClaims: false,
    features: { devInteractions: { enabled: true } },
    cookies: { keys: [randomBytes(16).toString('hex')] },
  });
  const server = https.createServer(loadPair(certificates.good), provider.callback());
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  // Whatever fails, it does not keep the tests alive.
  server.unref();
  return { issuer, close: () => {
    server.closeAllConnections();
    server.close();
  } };
}

/**
 * An Apache for one of the shipped files.
 * @param {import('./site.js').Site} site
 * @param {{file: string, change: [string, string][], listen: string, modules: string[]}} options
 *   listen: the address that the file has
 */
export async function startShippedApache(site, { file, change, listen, modules }) {
  const dir = join(site.dir, 'apache');
  const port = await freePort();
  mkdirSync(dir, { recursive: true });
  const all = ['mpm_event', 'authn_core', 'authz_core', 'authz_user', 'headers', 'rewrite', ...modules];
  const isRoot = process.getuid?.() === 0;
  const text = readFileSync(join(sourceDir, 'nginx', `${file}.in`), 'utf8');
  const config = join(dir, 'apache.conf');
  const pid = join(dir, 'pid');
  writeFileSync(config, `
ServerRoot ${dir}
ServerName localhost
PidFile ${pid}
DefaultRuntimeDir ${dir}
Mutex file:${dir}
StartServers 1
ErrorLog ${join(dir, 'error.log')}
${isRoot ? `User ${WEB_USER}\nGroup ${WEB_USER}` : ''}
${all.map((one) => `LoadModule ${one}_module ${MODULES}/mod_${one}.so`).join('\n')}
${changed(text, [[listen, `127.0.0.1:${port}`], ...change])}
`, { mode: 0o600 });
  giveToWebUser(dir);
  const start = async () => {
    /* At its end Apache ends its whole process group: not ours. */
    const child = new Child('setsid', ['apache2', '-f', config, '-D', 'FOREGROUND'],
      { log: join(dir, 'out.log') });
    await until(() => existsSync(pid) || child.ended, { what: 'Apache starts' });
    if (child.ended) {
      const log = join(dir, 'error.log');
      throw new Error(`Apache did not start: ${child.output()}${existsSync(log) ? readFileSync(log, 'utf8') : ''}`);
    }
    return child;
  };
  let child = await start();
  return {
    address: `127.0.0.1:${port}`,
    log: () => readFileSync(join(dir, 'error.log'), 'utf8'),
    /** Begins anew: what it knew of sessions is gone. */
    async restart() {
      await child.stop();
      await until(() => !existsSync(pid), { what: 'Apache has ended' });
      child = await start();
    },
    close: () => child.stop(),
  };
}

/**
 * All of it, for the example of a site.
 * @param {import('./site.js').Site} site
 * @param {{people: People, port?: number, change?: [string, string][]}} options
 *   port: by which browsers reach the site; change: more of Apache's file
 */
export async function startSignOn(site, { people, port = site.port, change = [] }) {
  const origin = `https://localhost:${port}`;
  const secret = randomBytes(24).toString('hex');
  const provider = await startProvider({ certificates: site.certificates, people, origin, secret });
  const apache = await startShippedApache(site, {
    file: 'example-sso-apache.conf', listen: '127.0.0.1:8090', modules: ['auth_openidc'],
    change: [
      ['https://chat.example.org', origin],
      ['https://id.example.org', provider.issuer],
      ['OIDCClientSecret the-secret-of-this-client',
        `OIDCClientSecret ${secret}\n\tOIDCCABundlePath ${site.certificates.authority}`],
      ['change-this-to-forty-random-characters', randomBytes(20).toString('hex')],
      ...change,
    ],
  });
  return {
    origin, issuer: provider.issuer, apache, secret,
    /** @type {import('./nginx.js').Example} */
    example: { file: 'example-sso.conf', change: [
      ['127.0.0.1:8090', apache.address],
      ['https%3A%2F%2Fchat.example.org%2F', encodeURIComponent(`${origin}/`)],
    ] },
    async close() {
      await apache.close();
      provider.close();
    },
  };
}
