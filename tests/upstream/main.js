/* SPDX-License-Identifier: MIT */
/**
 * The scripted upstream as a process:
 *
 *   node tests/upstream/main.js [--port N] [--tls DIR]
 *
 * prints one line of JSON with its addresses, then serves until it gets SIGTERM
 * or, where its standard input is a pipe, until that ends. POST /_control takes
 * one JSON object:
 *
 *   {"do": "script", "model": M, "script": {...} or [...]}
 *   {"do": "open", "gate": NAME, "count": N}
 *   {"do": "models", "models": [...]}
 *   {"do": "stall", "ms": N}
 *   {"do": "forget"}  {"do": "drop"}
 *   {"do": "seen"}    answers {requests, connections, open}
 */

import http from 'node:http';
import { fstatSync, mkdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { makeCertificates } from './certs.js';
import { Upstream } from './server.js';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    tls: { type: 'string' },
  },
});

const upstream = new Upstream();

/** @param {any} order */
function obey(order) {
  switch (order.do) {
    case 'script': return upstream.script(order.model, order.script);
    case 'open': return upstream.open(order.gate, order.count ?? Infinity);
    case 'models': upstream.models = order.models; return undefined;
    case 'stall': upstream.stall = order.ms; return undefined;
    case 'forget': return upstream.forget();
    case 'drop': return upstream.drop();
    case 'seen': return { requests: upstream.requests,
      connections: upstream.connections, open: upstream.openCount };
    default: throw new Error(`no such order: ${order.do}`);
  }
}

const control = http.createServer(async (request, response) => {
  let status = 200;
  let answer;
  try {
    let text = '';
    for await (const part of request) text += part;
    answer = obey(JSON.parse(text)) ?? { ok: true };
  } catch (error) {
    status = 400;
    answer = { error: String(error) };
  }
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(answer));
});

if (values.tls) mkdirSync(values.tls, { recursive: true });
await upstream.listen({
  port: Number(values.port),
  certificates: values.tls ? makeCertificates(values.tls) : undefined,
});
await new Promise((resolve) =>
  control.listen(0, '127.0.0.1', () => resolve(undefined)));
const address = /** @type {import('node:net').AddressInfo} */ (
  control.address());
console.log(JSON.stringify({
  url: upstream.url(),
  control: `http://127.0.0.1:${address.port}/_control`,
  ports: upstream.ports,
}));
/* Whoever started this with a pipe ends it by going away. */
const input = fstatSync(0);
if (input.isFIFO() || input.isSocket()) {
  process.stdin.on('end', () => process.exit(0)).resume();
}
process.on('SIGTERM', () => process.exit(0));
