/* SPDX-License-Identifier: MIT */
/**
 * The shipped examples for names and passwords that others keep: an LDAP directory
 * (slapd, asked by Apache), and PAM (asked by nginx). All daemons are real.
 */

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Child, until } from '../harness/children.js';
import { freePort } from '../harness/places.js';
import { startSite } from '../harness/site.js';
import { lacksApache, startShippedApache } from '../harness/sso.js';
import { pieces } from '../harness/suite.js';

/** What people type there, with all that a directory or a shell could make of it. */
const PASSWORD = 'pass: word*)(\\ & é';

/** @param {string} name @param {string} [password] */
const basic = (name, password = PASSWORD) =>
  ({ Authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}` });

/** @typedef {Awaited<ReturnType<typeof startSite>>} Site */

/** @param {Site} site @param {Record<string, string>} headers @param {string} [path] */
async function ask(site, headers, path = 'api/session') {
  const answer = await site.client().get(path, { headers });
  const text = await answer.text();
  return { status: answer.status, text, headers: answer.headers, body: /^\{/.test(text) ? JSON.parse(text) : {} };
}

/** What is the same whoever is asked.  @param {() => Site} site */
function commonTests(site) {
  test('who is known is the user, and gets answers', async () => {
    const { status, body } = await ask(site(), basic('ann'));
    assert.deepEqual([status, body.user?.name, body.auth], [200, 'ann', 'remote_user']);
    assert.equal((await ask(site(), basic('ann'), '')).status, 200, 'the page');
    const client = site().client();
    const answer = await client.request('POST', 'api/chat/completions', { headers: basic('ann'),
      json: { model: 'm', stream: true, messages: [{ role: 'user', content: pieces(['hello ', 'there']) }] } });
    assert.equal(answer.status, 200);
    assert.match(await answer.text(), /hello [^]*there[^]*\[DONE\]/);
  });

  test('nobody else is let in, and the browser is told what to ask for', async () => {
    for (const [what, headers] of /** @type {[string, Record<string, string>][]} */ ([
      ['nothing', {}], ['a wrong password', basic('ann', 'wrong')], ['no password', basic('ann', '')],
      ['nobody', basic('nobody')], ['no name', basic('')], ['a pattern', basic('*')], ['a part of one', basic('an*')],
      ['a filter', basic('ann)(uid=*')], ['another one', basic('*)(|(uid=*', '*')], ['a path', basic('../ann')],
      ['another scheme', { Authorization: 'Bearer cfb_x' }], ['rubbish', { Authorization: 'Basic %%%' }],
      ['a header of its own', { 'X-Auth-Request-User': 'ann', 'Remote-User': 'ann', 'X-Remote-User': 'ann' }],
    ])) {
      for (const path of ['api/session', '']) {
        const { status, headers: got } = await ask(site(), headers, path);
        assert.equal(status, 401, `${what}, /${path}`);
        assert.match(String(got['www-authenticate']), /^Basic realm="Chat"/, what);
      }
    }
    assert.equal((await ask(site(), { ...basic('bob'), 'X-Auth-Request-User': 'ann' })).body.user.name, 'bob');
  });
}

describe('LDAP, asked by Apache', { skip: lacksApache('authnz_ldap', 'ldap')
  || (spawnSync('slapd', ['-VV']).error ? 'slapd is not installed' : false) }, () => {
  /** @type {Child} */
  let directory;
  /** @type {Awaited<ReturnType<typeof startShippedApache>>} */
  let apache;
  /** @type {Site} */
  let site;

  /** @param {Site} it @param {string} secret of who may search */
  async function startDirectory(it, secret) {
    const dir = join(it.dir, 'ldap');
    const port = await freePort();
    const config = join(dir, 'slapd.conf');
    mkdirSync(join(dir, 'db'), { recursive: true });
    writeFileSync(config, `
${['core', 'cosine', 'inetorgperson'].map((one) => `include /etc/ldap/schema/${one}.schema`).join('\n')}
pidfile ${join(dir, 'pid')}
modulepath /usr/lib/ldap
moduleload back_mdb
TLSCACertificateFile ${it.certificates.authority}
TLSCertificateFile ${it.certificates.good.cert}
TLSCertificateKeyFile ${it.certificates.good.key}
# No password without TLS.
security simple_bind=128
database mdb
suffix dc=example,dc=org
rootdn cn=confab,dc=example,dc=org
rootpw ${secret}
directory ${join(dir, 'db')}
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact=cn=confab,dc=example,dc=org read by * none
`, { mode: 0o600 });
    /** @param {string} uid @param {string} group */
    const person = (uid, group) => `dn: uid=${uid},ou=people,dc=example,dc=org
objectClass: inetOrgPerson
uid: ${uid}
cn: ${uid}
sn: ${uid}
departmentNumber: ${group}
userPassword:: ${Buffer.from(PASSWORD).toString('base64')}
`;
    const data = join(dir, 'data.ldif');
    writeFileSync(data, `dn: dc=example,dc=org
objectClass: dcObject
objectClass: organization
o: Example
dc: example

dn: ou=people,dc=example,dc=org
objectClass: organizationalUnit
ou: people

${person('ann', 'staff')}
${person('bob', 'guests')}`);
    execFileSync('slapadd', ['-f', config, '-l', data], { stdio: 'pipe' });
    const child = new Child('slapd', ['-f', config, '-h', `ldap://127.0.0.1:${port}`, '-d', '0'], { log: join(dir, 'log') });
    await until(() => existsSync(join(dir, 'pid')) || child.ended, { what: 'slapd starts' });
    assert.equal(child.ended, null, child.output());
    return { child, port };
  }

  before(async () => {
    const secret = randomBytes(12).toString('hex');
    site = await startSite({
      models: ['m', 'inner'],
      config: { auth: 'remote_user', 'provider "up"': { 'model "inner"': { groups: ['staff'] } } },
      example: async (it) => {
        const { child, port } = await startDirectory(it, secret);
        directory = child;
        apache = await startShippedApache(it, {
          file: 'example-ldap-apache.conf', listen: '127.0.0.1:8091', modules: ['auth_basic', 'ldap', 'authnz_ldap'],
          change: [
            ['/etc/ssl/certs/ca-certificates.crt', it.certificates.authority],
            ['ldap://ldap.example.org/', `ldap://127.0.0.1:${port}/`],
            ['the-password-of-that-account', secret],
          ],
        });
        return { file: 'example-ldap.conf', change: [['127.0.0.1:8091', apache.address]] };
      },
    });
  });
  after(async () => {
    await apache?.close();
    await directory?.stop();
    await site?.close();
  });

  commonTests(() => site);

  test('the name is the directory’s, and the group comes with it', async () => {
    // However it is typed that the directory takes for it.
    for (const typed of ['ANN', '\uff21nn', ' ann']) {
      const { status, body } = await ask(site, basic(typed));
      assert.ok(status === 401 || body.user.name === 'ann', typed);
    }
    assert.equal((await ask(site, basic('ANN'))).status, 200);
    const models = async (/** @type {string} */ name) =>
      (await ask(site, basic(name), 'api/models')).body.data.map((/** @type {any} */ one) => one.id);
    assert.deepEqual(await models('ann'), ['m', 'inner']);
    assert.deepEqual(await models('bob'), ['m']);
  });

  test('without its directory nobody new is let in', async () => {
    await directory.stop();
    const { status } = await ask(site, basic('bob', 'never asked before'));
    assert.ok([401, 500].includes(status), String(status));
    assert.equal(site.worker.ended, null);
    assert.ok(!apache.log().includes(PASSWORD) && !apache.log().includes('never asked before'));
  });
});

const PAM_MODULE = '/usr/lib/nginx/modules/ngx_http_auth_pam_module.so';

/** @returns {string | false} */
function lacksPam() {
  if (!existsSync(PAM_MODULE)) return 'nginx’s PAM module is not installed';
  const folders = ['/lib', '/usr/lib', ...readdirSync('/usr/lib').map((one) => join('/usr/lib', one))];
  if (!folders.some((one) => existsSync(join(one, 'security/pam_pwdfile.so')))) return 'libpam-pwdfile is not installed';
  return process.getuid?.() === 0 ? false : 'only root can name a service to PAM';
}

describe('PAM, asked by nginx', { skip: lacksPam() }, () => {
  const service = `confab-test-${process.pid}`;
  const file = `/etc/pam.d/${service}`;
  /** @type {Site} */
  let site;

  before(async () => {
    site = await startSite({
      config: { auth: 'remote_user' },
      example: async (it) => {
        const hash = execFileSync('openssl', ['passwd', '-6', '-stdin'], { input: PASSWORD, encoding: 'utf8' }).trim();
        const passwords = join(it.dir, 'pam-passwords');
        writeFileSync(passwords, `ann:${hash}\nbob:${hash}\n`, { mode: 0o600 });
        // Not the accounts of the machine, which are nobody's to test with.
        writeFileSync(file, `auth required pam_pwdfile.so nodelay pwdfile ${passwords}\naccount required pam_permit.so\n`);
        return { file: 'example-pam.conf', module: PAM_MODULE,
          change: [['auth_pam_service_name confab;', `auth_pam_service_name ${service};`]] };
      },
    });
  });
  after(async () => {
    rmSync(file, { force: true });
    await site?.close();
  });

  commonTests(() => site);

  test('a name that is like one is another', async () => {
    for (const typed of ['\uff21nn', 'ANN', ' ann']) assert.equal((await ask(site, basic(typed))).status, 401, typed);
  });

  test('where PAM knows the service no more, nobody is let in', async () => {
    // PAM takes "other" for it, which refuses or knows nobody of ours.
    rmSync(file, { force: true });
    assert.equal((await ask(site, basic('ann'))).status, 401);
  });
});
