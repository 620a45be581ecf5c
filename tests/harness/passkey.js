/* SPDX-License-Identifier: MIT */
/** An authenticator with its browser (Web Authentication Level 3), honest or as it is told. */

import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

const PRESENT = 1;
const VERIFIED = 4;
const HAS_CREDENTIAL = 64;

/** @param {string | Buffer} data */
const sha256 = (data) => createHash('sha256').update(data).digest();

/** @param {number} major @param {number} n */
function head(major, n) {
  if (n < 24) return Buffer.from([major << 5 | n]);
  if (n < 256) return Buffer.from([major << 5 | 24, n]);
  return Buffer.from([major << 5 | 25, n >> 8, n & 255]);
}

/**
 * What is written as CBOR (RFC 8949).
 * @param {number | string | Buffer | Map<any, any>} value
 * @returns {Buffer}
 */
export function cbor(value) {
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === 'string') return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value]);
  return Buffer.concat([head(5, value.size), ...[...value].flat().map(cbor)]);
}

/**
 * How an answer differs from what it should be.
 *
 * @typedef {object} Mischief
 * @property {string} [origin]
 * @property {string} [rpId]
 * @property {string} [type]
 * @property {string} [challenge]
 * @property {number} [flags]
 * @property {object} [words]      more of what the browser says
 * @property {(object: Buffer) => Buffer} [object]   of what the authenticator wrote
 * @property {(signature: Buffer) => Buffer} [signature]
 * @property {string} [userHandle]
 * @property {number} [alg]        that the key says it is for
 */

export class Authenticator {
  /** @param {{origin: string, eddsa?: boolean, counts?: boolean}} options */
  constructor({ origin, eddsa = false, counts = false }) {
    this.origin = origin;
    this.eddsa = eddsa;
    this.counts = counts;
    this.count = 0;
    this.id = randomBytes(32);
    this.userHandle = '';
    this.keys = eddsa ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  }

  /** @param {number} [alg] */
  #publicKey(alg) {
    const { x, y } = this.keys.publicKey.export({ format: 'jwk' });
    const bytes = (/** @type {unknown} */ s) => Buffer.from(String(s), 'base64url');
    return cbor(this.eddsa
      ? new Map(/** @type {[number, any][]} */ ([[1, 1], [3, alg ?? -8], [-1, 6], [-2, bytes(x)]]))
      : new Map(/** @type {[number, any][]} */ ([[1, 2], [3, alg ?? -7], [-1, 1], [-2, bytes(x)], [-3, bytes(y)]])));
  }

  /** @param {string} type @param {string} challenge @param {Mischief} how */
  #words(type, challenge, how) {
    return Buffer.from(JSON.stringify({
      type: how.type ?? type, challenge: how.challenge ?? challenge, origin: how.origin ?? this.origin,
      crossOrigin: false, ...how.words,
    }));
  }

  /** @param {string} rpId @param {number} flags @param {Mischief} how */
  #data(rpId, flags, how) {
    const rest = Buffer.alloc(5);
    rest[0] = how.flags ?? flags;
    rest.writeUInt32BE(this.counts ? this.count : 0, 1);
    return Buffer.concat([sha256(how.rpId ?? rpId), rest]);
  }

  /**
   * Makes itself known, as api/passkeys takes it.
   * @param {any} offer @param {Mischief} [how]
   */
  create(offer, how = {}) {
    this.userHandle = offer.user.id;
    const id = Buffer.concat([Buffer.alloc(16), Buffer.from([this.id.length >> 8, this.id.length & 255]), this.id]);
    const authData = Buffer.concat([
      this.#data(offer.rp_id, PRESENT | VERIFIED | HAS_CREDENTIAL, how), id, this.#publicKey(how.alg)]);
    const object = cbor(new Map(/** @type {[string, any][]} */ ([['fmt', 'none'], ['attStmt', new Map()], ['authData', authData]])));
    return {
      id: this.id.toString('base64url'),
      challenge: offer.challenge,
      client_data: this.#words('webauthn.create', offer.challenge, how).toString('base64url'),
      attestation: (how.object ? how.object(object) : object).toString('base64url'),
    };
  }

  /**
   * Signs, as api/login takes it.
   * @param {any} question @param {Mischief} [how]
   */
  get(question, how = {}) {
    this.count += 1;
    const words = this.#words('webauthn.get', question.challenge, how);
    const data = this.#data(question.rp_id, PRESENT | VERIFIED, how);
    const authData = how.object ? how.object(data) : data;
    const signature = sign(this.eddsa ? null : 'sha256', Buffer.concat([authData, sha256(words)]), this.keys.privateKey);
    return {
      id: this.id.toString('base64url'),
      challenge: question.challenge,
      client_data: words.toString('base64url'),
      authenticator_data: authData.toString('base64url'),
      signature: (how.signature ? how.signature(signature) : signature).toString('base64url'),
      user_handle: how.userHandle ?? this.userHandle,
    };
  }
}
