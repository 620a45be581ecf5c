/* SPDX-License-Identifier: MIT */
/**
 * Addresses that swallow what is sent to them: a TCP port whose SYNs are
 * dropped, and a name server that never answers.
 */

import dgram from 'node:dgram';
import net from 'node:net';
import { spawn } from 'node:child_process';
import { once } from 'node:events';

const LISTENER = `
  const server = require('node:net').createServer();
  server.listen({ host: '127.0.0.1', port: 0, backlog: 1 }, () => {
    process.stdout.write(server.address().port + '\\n');
  });`;

/**
 * A process is stopped while it listens, and its accept queue is filled: the
 * kernel then drops every further SYN, as a firewall would.
 * @returns {Promise<{port: number, close: () => void}>}
 */
export async function synBlackHole() {
  const child = spawn(process.execPath, ['-e', LISTENER],
    { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(child.stdout, 'data');
  const port = Number(line);
  child.kill('SIGSTOP');
  /** @type {net.Socket[]} */
  const fillers = [];
  let accepted = true;
  while (accepted && fillers.length < 64) {
    const socket = net.connect({ host: '127.0.0.1', port });
    socket.on('error', () => {});
    fillers.push(socket);
    accepted = await Promise.race([
      once(socket, 'connect').then(() => true),
      new Promise((resolve) => setTimeout(() => resolve(false), 300)),
    ]);
  }
  return {
    port,
    close() {
      for (const socket of fillers) socket.destroy();
      child.kill('SIGKILL');
    },
  };
}

/**
 * A name server on a loopback address of its own, port 53, that reads
 * questions and keeps silent. Needs the privilege for that port.
 * @returns {Promise<{address: string, asked: () => number,
 *   close: () => void}>}
 */
export async function dnsBlackHole() {
  const socket = dgram.createSocket('udp4');
  let count = 0;
  socket.on('message', () => { count += 1; });
  const octet = () => 1 + Math.floor(Math.random() * 250);
  const address = `127.${octet()}.${octet()}.${octet()}`;
  socket.bind(53, address);
  await once(socket, 'listening');
  return { address, asked: () => count, close: () => socket.close() };
}
