/* SPDX-License-Identifier: MIT */
/**
 * The certificates of the tests, made by the openssl command in a directory
 * of the caller: one authority, a good certificate, and one for each way in
 * which a certificate can be wrong.
 */

import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @typedef {object} Pair
 * @property {string} key file name
 * @property {string} cert file name
 */

/** @param {string[]} args */
function openssl(args) {
  execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] });
}

const EC = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/** @param {string} dir @param {string} name @param {string} subject */
export function selfSigned(dir, name, subject = 'localhost') {
  const key = join(dir, `${name}.key`);
  const cert = join(dir, `${name}.pem`);
  openssl(['req', '-x509', ...EC, '-keyout', key, '-out', cert, '-days', '30',
    '-subj', `/CN=${subject}`,
    '-addext', `subjectAltName=DNS:${subject},IP:127.0.0.1`]);
  return { key, cert };
}

/**
 * A key, the request for its certificate, and the extensions of that.
 * @param {string} dir @param {string} name @param {string} host
 */
function requested(dir, name, host) {
  const key = join(dir, `${name}.key`);
  const request = join(dir, `${name}.csr`);
  const extensions = join(dir, `${name}.ext`);
  const address = host === 'localhost' ? ',IP:127.0.0.1' : '';
  writeFileSync(extensions, `subjectAltName=DNS:${host}${address}\n`);
  openssl(['req', ...EC, '-keyout', key, '-out', request, '-subj',
    `/CN=${host}`]);
  return { key, request, extensions, cert: join(dir, `${name}.pem`) };
}

/**
 * @param {string} dir
 * @param {Pair} authority
 * @param {string} name
 * @param {string} [host]
 * @returns {Pair}
 */
function signed(dir, authority, name, host = 'localhost') {
  const { key, request, extensions, cert } = requested(dir, name, host);
  openssl(['x509', '-req', '-in', request, '-CA', authority.cert, '-CAkey',
    authority.key, '-CAcreateserial', '-days', '30', '-extfile', extensions,
    '-out', cert]);
  return { key, cert };
}

/**
 * A certificate of the past: x509 makes none any more, ca does.
 * @param {string} dir @param {Pair} authority @returns {Pair}
 */
function expired(dir, authority) {
  const { key, request, extensions, cert } =
    requested(dir, 'expired', 'localhost');
  const config = join(dir, 'expired.cnf');
  writeFileSync(join(dir, 'expired.index'), '');
  writeFileSync(config, `[ca]
default_ca = old
[old]
database = ${join(dir, 'expired.index')}
new_certs_dir = ${dir}
rand_serial = yes
default_md = sha256
policy = any
[any]
commonName = supplied
`);
  openssl(['ca', '-batch', '-notext', '-config', config, '-in', request,
    '-cert', authority.cert, '-keyfile', authority.key, '-extfile', extensions,
    '-startdate', '20240101000000Z', '-enddate', '20240201000000Z',
    '-out', cert]);
  return { key, cert };
}

/** @param {string} dir an existing directory */
export function makeCertificates(dir) {
  const authority = { key: join(dir, 'ca.key'), cert: join(dir, 'ca.pem') };
  openssl(['req', '-x509', ...EC, '-keyout', authority.key, '-out',
    authority.cert, '-days', '30', '-subj', '/CN=confab test authority']);
  return {
    authority: authority.cert,
    good: signed(dir, authority, 'good'),
    expired: expired(dir, authority),
    wrongHost: signed(dir, authority, 'wrong', 'other.example'),
    selfSigned: selfSigned(dir, 'self'),
  };
}

/** @param {Pair} pair */
export const loadPair = (pair) =>
  ({ key: readFileSync(pair.key), cert: readFileSync(pair.cert) });
