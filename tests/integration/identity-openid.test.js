/* SPDX-License-Identifier: MIT */
/**
 * The shipped example of single sign-on as it stands: nginx, Apache with
 * mod_auth_openidc, and a provider of OpenID Connect that nobody here wrote.
 */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { until } from '../harness/children.js';
import { startSite } from '../harness/site.js';
import { lacksApache, startSignOn } from '../harness/sso.js';
import { textOf } from '../harness/sse.js';
import { END, newGate, order, pieces } from '../harness/suite.js';
import { WebPerson } from '../harness/web_person.js';

const skip = lacksApache('auth_openidc');

/** Somebody in three groups, in none, and one whose name is none of confab's. */
const people = { ann: ['staff', 'press', 'R & D'], bob: [], 'x\u200by': ['staff'] };

describe('OpenID Connect', { skip }, () => {
  /** @type {Awaited<ReturnType<typeof startSite>>} */
  let site;
  /** @type {Awaited<ReturnType<typeof startSignOn>>} */
  let signOn;
  before(async () => {
    site = await startSite({
      users: ['ann'],
      models: ['m', 'inner'],
      config: { auth: 'remote_user', 'provider "up"': { 'model "inner"': { groups: ['staff'] } } },
      example: async (it) => {
        signOn = await startSignOn(it, { people });
        return signOn.example;
      },
    });
  });
  after(async () => {
    await signOn?.close();
    await site?.close();
  });

  /** @param {WebPerson} person @param {string} path */
  async function json(person, path) {
    const { status, text } = await person.ask(`${signOn.origin}/${path}`, { headers: { Accept: 'application/json' } });
    // What nginx refuses, it says in its own words.
    return [status, text.startsWith('{') ? JSON.parse(text) : {}];
  }

  /** A client of the interface with what somebody's browser has.  @param {WebPerson} person */
  function clientOf(person) {
    const client = site.client({ h2: true });
    client.cookie = person.cookies(signOn.origin);
    return client;
  }

  test('the page leads to the provider and back, the interface says 401', async () => {
    const person = new WebPerson();
    const api = await person.ask(`${signOn.origin}/api/session`, { headers: { 'Sec-Fetch-Mode': 'cors', 'Sec-Fetch-Dest': 'empty' } });
    assert.equal(api.status, 401);
    assert.equal(api.headers['x-confab-auth'], 'remote_user');
    assert.equal(api.headers.location, undefined);
    const page = await person.signIn(`${signOn.origin}/?from=here`, 'ann');
    assert.equal(page.status, 200, page.text.slice(0, 500));
    assert.equal(page.url, `${signOn.origin}/?from=here`, 'back to what was asked for');
    assert.match(page.text, /<title>confab/i);
    assert.ok(person.seen.some((url) => url.startsWith(`${signOn.issuer}/auth?`) && url.includes('code_challenge=')));
    const [status, session] = await json(person, 'api/session');
    assert.deepEqual([status, session.user?.name, session.auth], [200, 'ann', 'remote_user']);
    const reading = await clientOf(person).chat('m', pieces(['hello ', 'there']));
    await reading.ended;
    assert.equal(textOf(reading.arrivals), 'hello there');
  });

  test('groups come from the provider, and none from a client', async () => {
    const ids = async (/** @type {WebPerson} */ person, headers = {}) => {
      const { text } = await person.ask(`${signOn.origin}/api/models`, { headers });
      return JSON.parse(text).data.map((/** @type {any} */ one) => one.id);
    };
    const ann = new WebPerson();
    await ann.signIn(`${signOn.origin}/`, 'ann');
    assert.deepEqual(await ids(ann), ['m', 'inner']);
    const bob = new WebPerson();
    await bob.signIn(`${signOn.origin}/`, 'bob');
    for (const headers of [{}, { 'X-Auth-Request-Groups': 'staff', 'X-Auth-Request-User': 'ann' },
      { OIDC_CLAIM_groups: 'staff' }, { 'OIDC-Claim-Groups': 'staff' }, { 'Remote-Groups': 'staff' }]) {
      assert.deepEqual(await ids(bob, headers), ['m'], JSON.stringify(headers));
    }
    assert.equal((await json(bob, 'api/session'))[1].user.name, 'bob');
  });

  test('nobody for who is none, who lies, and who brings another’s half of a login', async () => {
    const { origin } = signOn;
    const odd = new WebPerson();
    await odd.signIn(`${origin}/`, 'x\u200by');
    assert.equal((await json(odd, 'api/session'))[0], 401);
    const stranger = new WebPerson();
    for (const headers of [{ 'X-Auth-Request-User': 'ann' }, { 'Remote-User': 'ann' }, { REMOTE_USER: 'ann' },
      { Cookie: 'mod_auth_openidc_session=00000000-0000-0000-0000-000000000000' }]) {
      const { status } = await stranger.ask(`${origin}/api/session`, { headers: /** @type {any} */ (headers) });
      assert.equal(status, 401, JSON.stringify(headers));
    }
    // The place where Apache is asked is not one of the site's.
    assert.equal((await stranger.ask(`${origin}/oidc/check`)).status, 404);
    // A code that somebody else's browser began to get.
    const ann = new WebPerson();
    await ann.signIn(`${origin}/`, 'ann');
    const back = ann.seen.find((url) => url.startsWith(`${origin}/oidc/callback?`));
    assert.ok(back);
    const taken = new WebPerson();
    await taken.ask(String(back));
    assert.equal((await json(taken, 'api/session'))[0], 401);
    assert.equal((await json(ann, 'api/session'))[0], 200);
  });

  test('the way back leads nobody elsewhere, and runs nothing of an address', async () => {
    const { origin, issuer } = signOn;
    const evil = encodeURIComponent('https://evil.example/');
    const markup = encodeURIComponent('<script>alert(1)</script>"\'><img src=x onerror=alert(1)>');
    const queries = [`logout=${evil}`, 'logout=%2F%2Fevil.example%2F', 'logout=%2F%5Cevil.example', 'logout=%5C%5Cevil.example',
      'logout=https%3Aevil.example', 'logout=%09%2F%2Fevil.example', `logout=${encodeURIComponent(`${origin}@evil.example/`)}`,
      `logout=${encodeURIComponent(`${origin}.evil.example/`)}`, 'logout=javascript%3Aalert(1)', `logout=${markup}`,
      `logout=${encodeURIComponent(`${origin}/\r\nX-Odd: 1`)}`, `iss=${evil}&target_link_uri=${evil}`, `iss=${encodeURIComponent(issuer)}&target_link_uri=${evil}`,
      `iss=${encodeURIComponent(issuer)}&target_link_uri=%2F%2Fevil.example`, `error=${markup}&error_description=${markup}&state=x`,
      `code=${markup}&state=${markup}`, `state=x&code=y&session_state=${markup}`, `refresh=${evil}&access_token=x`, 'info=html', 'info=json', 'jwks=rsa',
      'session=iframe_rp', `remove_at_cache=${markup}`, `revoke_session=${markup}`, `request_uri=${markup}`, `${markup}`, ''];
    for (const query of queries) {
      const person = new WebPerson();
      if (queries.indexOf(query) % 3 === 0) await person.signIn(`${origin}/`, 'ann');
      // Apache's page of an error may be a 200.
      const { headers, text } = await person.ask(`${origin}/oidc/callback?${query}`);
      assert.doesNotMatch(text, /<script>alert|<img src=x/i, query);
      assert.equal(headers['x-odd'], undefined, query);
      assert.match(String(headers['content-security-policy']), /default-src 'none'/, query);
      if (headers.location === undefined) continue;
      const to = new URL(headers.location, origin);
      assert.ok([origin, issuer].includes(to.origin), `${query}: ${headers.location}`);
      assert.doesNotMatch(headers.location, /evil\.example/, query);
    }
  });

  test('signed out there and here; what is under way is read to its end', async () => {
    const { origin, issuer } = signOn;
    const person = new WebPerson();
    await person.signIn(`${origin}/`, 'ann');
    const old = clientOf(person);
    const gate = newGate();
    const reading = await old.chat('m', order({ steps: [{ text: 'one ' }, { gate }, { text: 'two' }, ...END] }));
    await reading.until((it) => textOf(it.arrivals) !== '');
    let page = await person.go(`${origin}/oidc/logout`);
    assert.ok(page.url.startsWith(`${issuer}/session/end`), page.url);
    page = await person.submit(page, { logout: 'yes' });
    // Back at the site, which sends who is signed out to sign in.
    assert.ok(page.url.startsWith(`${issuer}/interaction/`), `${page.url} ${page.status}`);
    assert.equal((await json(person, 'api/session'))[0], 401);
    const refused = await old.get('api/session');
    assert.equal(refused.status, 401, 'its cookie is worth nothing');
    await refused.text();
    site.upstream.open(gate);
    await reading.ended;
    assert.equal(textOf(reading.arrivals), 'one two');
    // Somebody else in the same browser is somebody else.
    await person.signIn(`${origin}/`, 'bob');
    assert.equal((await json(person, 'api/session'))[1].user.name, 'bob');
  });

  test('no log has a code, a token, a secret', async () => {
    const person = new WebPerson();
    await person.signIn(`${signOn.origin}/`, 'ann');
    const back = new URL(String(person.seen.find((url) => url.startsWith(`${signOn.origin}/oidc/callback?`))));
    const code = String(back.searchParams.get('code'));
    assert.ok(code.length > 20);
    const cookie = String(/mod_auth_openidc_session=([^;]+)/.exec(person.cookies(signOn.origin))?.[1]);
    for (const [what, text] of [['worker', site.log()], ['Apache', signOn.apache.log()],
      ['nginx', readFileSync(join(site.dir, 'error.log'), 'utf8')]]) {
      for (const secret of [code, cookie, signOn.secret]) {
        assert.ok(!String(text).includes(secret), `${what}: ${secret}`);
      }
    }
  });
});

test('a session ends at its time, and the next request hears it', { skip }, async () => {
  /** @type {Awaited<ReturnType<typeof startSignOn>> | undefined} */
  let signOn;
  const site = await startSite({
    config: { auth: 'remote_user' },
    example: async (it) => {
      // As short as the module takes.
      signOn = await startSignOn(it, { people, change: [['OIDCSessionMaxDuration 86400', 'OIDCSessionMaxDuration 15']] });
      return signOn.example;
    },
  });
  try {
    const { origin } = /** @type {NonNullable<typeof signOn>} */ (signOn);
    const person = new WebPerson();
    await person.signIn(`${origin}/`, 'ann');
    const status = async () => (await person.ask(`${origin}/api/session`, { headers: { 'Sec-Fetch-Mode': 'cors' } })).status;
    assert.equal(await status(), 200);
    await until(async () => await status() === 401, { what: 'the session is over', every: 500 });
    // The provider still knows who it is: no form is filled in.
    const page = await person.go(`${origin}/`);
    assert.equal(page.url, `${origin}/`);
    assert.equal(await status(), 200);
  } finally {
    await signOn?.close();
    await site.close();
  }
});
