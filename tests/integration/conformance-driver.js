/* SPDX-License-Identifier: MIT */
/**
 * What the suite for clients starts: the client is a whole site. Calls each
 * tool of the server whose address is the last argument through confab's API,
 * and answers what it asks as the page does with a form nobody has changed.
 */

import { readForm, readInquiries } from '../../static/core/inquiry.js';
import { until } from '../harness/children.js';
import { startSite } from '../harness/site.js';

const url = String(process.argv.at(-1));
/** Arguments of the suite's tools that have any. @type {Record<string, any>} */
const ARGUMENTS = { add_numbers: { a: 5, b: 3 } };

const site = await startSite({ config: { 'tool_server "suite"': { url } } });
try {
  const client = await site.signedIn({});
  const list = await until(async () => {
    const [, body] = await client.getJson('api/tools');
    return body.errors.length === 0 && body.data;
  }, { every: 50 });
  for (const { name, tool } of list) {
    let more = {};
    for (let turn = 0; turn < 5; turn++) {
      const answer = await client.post('api/tools/call',
        { name, arguments: ARGUMENTS[tool] ?? {}, ...more });
      const body = await answer.json();
      if (answer.status !== 200) throw new Error(JSON.stringify(body));
      if (!body.input_required) break;
      const { requests, state } = body.input_required;
      const inquiries = readInquiries(requests, () => null);
      if (inquiries === null) throw new Error(JSON.stringify(requests));
      more = { request_state: state, input_responses: Object.fromEntries(
        inquiries.map((one) => [one.id, readForm(one, new Map()).answer])) };
    }
  }
} finally {
  await site.close();
}
