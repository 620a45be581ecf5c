/* SPDX-License-Identifier: MIT */
/**
 * A name server whose names lead elsewhere each time they are asked for: what
 * somebody has who wants a checked name to be another address when it is gone
 * to.
 */

import dgram from 'node:dgram';
import net from 'node:net';
import { once } from 'node:events';

const A = 1;
const AAAA = 28;

/** @param {string} address @returns {number[]} its bytes */
function bytesOf(address) {
  if (net.isIPv4(address)) return address.split('.').map(Number);
  const [head = '', tail = ''] = new URL(`http://[${address}]/`).hostname
    .slice(1, -1).split('::');
  const [before, behind] = [head, tail].map((part) =>
    part === '' ? [] : part.split(':').map((word) => parseInt(word, 16)));
  return [...before, ...Array(8 - before.length - behind.length).fill(0),
    ...behind].flatMap((word) => [word >> 8, word & 0xff]);
}

/** Where the question's name ends, and that name. @param {Buffer} message */
function nameIn(message) {
  const labels = [];
  let at = 12;
  while (message[at] !== 0) {
    labels.push(message.toString('latin1', at + 1, at + 1 + message[at]));
    at += message[at] + 1;
  }
  return { name: labels.join('.').toLowerCase(), end: at + 1 };
}

export class NameServer {
  /**
   * The addresses of each name: those of the first question, of the second, and
   * so on; the last stay.
   * @type {Map<string, string[][]>}
   */
  names = new Map();
  /** the questions for IPv4 addresses, by name @type {string[]} */
  asked = [];
  /** how often each name and kind was asked for @type {Map<string, number>} */
  #turns = new Map();
  #socket = dgram.createSocket('udp4');

  /** @returns {Promise<string>} a loopback address of its own, port 53 */
  async listen() {
    const octet = () => 1 + Math.floor(Math.random() * 250);
    const address = `127.${octet()}.${octet()}.${octet()}`;
    this.#socket.on('message', (message, { port, address: from }) =>
      this.#socket.send(this.#answer(message), port, from));
    this.#socket.bind(53, address);
    await once(this.#socket, 'listening');
    return address;
  }

  close() {
    this.#socket.close();
  }

  /** @param {Buffer} message */
  #answer(message) {
    const { name, end } = nameIn(message);
    const kind = message.readUInt16BE(end);
    const found = this.#next(name, kind);
    const head = Buffer.from(message.subarray(0, end + 4));
    /* An answer of authority; 3: there is no such name. */
    head.writeUInt16BE(found === undefined ? 0x8583 : 0x8580, 2);
    head.writeUInt16BE(found?.length ?? 0, 6);
    head.writeUInt32BE(0, 8);
    return Buffer.concat([head, ...(found ?? []).map((address) => {
      const bytes = bytesOf(address);
      /* The name of the question, its kind, the internet, no time to be kept. */
      return Buffer.from([0xc0, 12, 0, kind, 0, 1, 0, 0, 0, 0, 0, bytes.length,
        ...bytes]);
    })]);
  }

  /** @param {string} name @param {number} kind */
  #next(name, kind) {
    const turns = this.names.get(name);
    if (turns === undefined) return undefined;
    if (kind === A) this.asked.push(name);
    const key = `${name} ${kind}`;
    const turn = this.#turns.get(key) ?? 0;
    this.#turns.set(key, turn + 1);
    const all = turns[Math.min(turn, turns.length - 1)] ?? [];
    return all.filter((one) =>
      (kind === A && net.isIPv4(one)) || (kind === AAAA && net.isIPv6(one)));
  }
}
