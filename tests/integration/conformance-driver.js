/* SPDX-License-Identifier: MIT */
/**
 * What the suite for clients starts: the client is a whole site. Calls each
 * tool of the server whose address is the last argument through confab's API,
 * gets its prompts and resources, and answers what it asks as the page does with
 * a form nobody has changed.
 */

import { readForm, readInquiries } from '../../static/core/inquiry.js';
import { until } from '../harness/children.js';
import { startSite } from '../harness/site.js';

const url = String(process.argv.at(-1));
/** What the suite wants called: in its newer scenarios it says so. */
const { toolCalls } = JSON.parse(process.env.MCP_CONFORMANCE_CONTEXT || '{}');
/** Arguments of the suite's tools that have any. @type {Record<string, any>} */
const ARGUMENTS = { add_numbers: { a: 5, b: 3 },
  valid_tool: { region: 'here' } };

const site = await startSite({ config: { 'tool_server "suite"': { url } } });

/**
 * Asks for something as a page does, and answers what is asked back.
 * @param {any} client @param {string} path @param {any} what
 */
async function ask(client, path, what) {
  let more = {};
  for (let turn = 0; turn < 5; turn++) {
    const answer = await client.post(path, { ...what, ...more });
    const body = await answer.json();
    /* some scenarios answer with what is no answer, to see what follows */
    if (answer.status !== 200) return console.error(JSON.stringify(body));
    if (!body.input_required) return undefined;
    const { requests, state } = body.input_required;
    const inquiries = readInquiries(requests, () => null);
    if (inquiries === null) throw new Error(JSON.stringify(requests));
    more = { request_state: state, input_responses: Object.fromEntries(
      inquiries.map((one) => [one.id, readForm(one, new Map()).answer])) };
  }
  return undefined;
}

/** @param {any} client @param {string} path @returns {Promise<any[]>} */
const listed = (client, path) => until(async () => {
  const [, body] = await client.getJson(path);
  return body.errors.length === 0 && body.data;
}, { every: 50 });

try {
  const client = await site.signedIn({});
  const list = await listed(client, 'api/tools');
  const echoed = list.find(({ tool }) => tool === 'json_schema_2020_12_tool');
  const calls = toolCalls?.map((/** @type {any} */ { name, ...rest }) =>
    ({ name: list.find(({ tool }) => tool === name)?.name, ...rest }))
    ?? list.map(({ name, tool }) => ({ name, arguments: ARGUMENTS[tool]
      ?? (tool === 'json_schema_echo' ? { schema: echoed?.parameters } : {}) }));
  for (const what of calls) await ask(client, 'api/tools/call', what);
  for (const { server, name } of await listed(client, 'api/prompts')) {
    await ask(client, 'api/prompts/get', { server, name, arguments: {} });
  }
  for (const { server, uri } of await listed(client, 'api/resources')) {
    if (uri) await ask(client, 'api/resources/read', { server, uri });
  }
} finally {
  await site.close();
}
