/* SPDX-License-Identifier: MIT */
/**
 * The relay that is commonly written in Node, to compare with: a server that
 * fetches the upstream's stream and passes it on, as it is ("pipe") or event
 * by event ("parse"). The client's leaving ends the upstream's.
 *
 *   node node_relay.js pipe|parse UPSTREAM
 */

import http from 'node:http';

const [mode, upstream] = process.argv.slice(2);

/**
 * @param {ReadableStream<Uint8Array>} stream
 * @param {http.ServerResponse} response
 */
async function pipe(stream, response) {
  for await (const bytes of /** @type {any} */ (stream)) {
    if (!response.write(bytes)) await drained(response);
  }
}

/**
 * @param {ReadableStream<Uint8Array>} stream
 * @param {http.ServerResponse} response
 */
async function parse(stream, response) {
  const decoder = new TextDecoder();
  let text = '';
  for await (const bytes of /** @type {any} */ (stream)) {
    text += decoder.decode(bytes, { stream: true });
    for (let end; (end = text.indexOf('\n\n')) >= 0;) {
      const data = text.slice(0, end).replace(/^data: /, '');
      text = text.slice(end + 2);
      const event = data === '[DONE]' ? data
        : JSON.stringify(JSON.parse(data));
      if (!response.write(`data: ${event}\n\n`)) await drained(response);
    }
  }
}

/** @param {http.ServerResponse} response */
const drained = (response) =>
  new Promise((resolve) => response.once('drain', () => resolve(undefined)));

const server = http.createServer(async (request, response) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  const left = new AbortController();
  response.on('close', () => left.abort());
  try {
    const answer = await fetch(`${upstream}/v1/chat/completions`, {
      method: 'POST', body: Buffer.concat(parts), signal: left.signal,
      headers: { 'Content-Type': 'application/json' },
    });
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    const stream = /** @type {ReadableStream<Uint8Array>} */ (answer.body);
    await (mode === 'parse' ? parse : pipe)(stream, response);
    response.end();
  } catch {
    response.destroy();
  }
});
server.listen({ host: '127.0.0.1', port: 0, backlog: 16384 }, () => {
  console.log(/** @type {any} */ (server.address()).port);
});
