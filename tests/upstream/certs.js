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
 * @param {string} dir
 * @param {Pair} authority
 * @param {string} name
 * @param {{host?: string, days?: number}} [options]
 * @returns {Pair}
 */
function signed(dir, authority, name, { host = 'localhost', days = 30 } = {}) {
  const key = join(dir, `${name}.key`);
  const cert = join(dir, `${name}.pem`);
  const request = join(dir, `${name}.csr`);
  const extensions = join(dir, `${name}.ext`);
  const address = host === 'localhost' ? ',IP:127.0.0.1' : '';
  writeFileSync(extensions, `subjectAltName=DNS:${host}${address}\n`);
  openssl(['req', ...EC, '-keyout', key, '-out', request, '-subj',
    `/CN=${host}`]);
  openssl(['x509', '-req', '-in', request, '-CA', authority.cert, '-CAkey',
    authority.key, '-CAcreateserial', '-days', String(days), '-extfile',
    extensions, '-out', cert]);
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
    expired: signed(dir, authority, 'expired', { days: -1 }),
    wrongHost: signed(dir, authority, 'wrong', { host: 'other.example' }),
    selfSigned: selfSigned(dir, 'self'),
  };
}

/** @param {Pair} pair */
export const loadPair = (pair) =>
  ({ key: readFileSync(pair.key), cert: readFileSync(pair.cert) });
