/* SPDX-License-Identifier: MIT */
/** Codes of an authenticator app (RFC 6238), as node makes them. */

import { createHmac } from 'node:crypto';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** @param {string} text in base32 */
function bytesOf(text) {
  const bits = [...text].map((c) => ALPHABET.indexOf(c).toString(2).padStart(5, '0'));
  return Buffer.from((bits.join('').match(/.{8}/g) ?? []).map((b) => parseInt(b, 2)));
}

/**
 * What the app shows, `steps` away from now.
 *
 * @param {string} secret in base32
 * @param {number} [steps]
 */
export function totp(secret, steps = 0) {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30000) + steps));
  const mac = createHmac('sha1', bytesOf(secret)).update(counter).digest();
  const at = mac[19] & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1e6).padStart(6, '0');
}
