/* SPDX-License-Identifier: MIT */
/**
 * What people reported of other clients of tool servers, as small inputs of our
 * own (tests/js/data/tool-reports.json; `seen` says where): odd servers, and
 * schemas that providers refuse.
 */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { until } from '../harness/children.js';
import { startSite } from '../harness/site.js';
import { OddServers } from '../upstream/mcp-odd.js';

const REPORTS = JSON.parse(readFileSync(
  new URL('../js/data/tool-reports.json', import.meta.url), 'utf8'));

/** @typedef {{seen: string, says: any[], gives?: any, fails?: string, lists?: string[], asks?: number, strict?: boolean, schema?: any, sent?: any}} Report */

/** Each report's server has a name of its own. @type {[string, Report][]} */
const servers = REPORTS.servers.map((/** @type {any} */ one,
  /** @type {number} */ i) => [`s${i}`, one]);
const odd = new OddServers(Object.fromEntries(
  servers.map(([name, { says }]) => [name, says])));
/** @type {any} */
let site;
/** @type {any} */
let client;
/** @type {any[]} */
let tools;

before(async () => {
  const port = await odd.listen();
  site = await startSite({ config: { limits: { requests_per_minute: 0 },
    ...Object.fromEntries(servers.map(([name]) => [`tool_server "${name}"`,
      { url: `http://localhost:${port}/${name}` }])) } });
  client = await site.signedIn();
  tools = await until(async () => {
    const [, { data, errors }] = await client.getJson('api/tools');
    return errors.length === 0 && data;
  }, { every: 100 });
});

after(async () => {
  await site?.close();
  await odd.close();
});

describe('a server of tools', () => {
  for (const [name, { seen, gives, fails, lists = ['do'], asks }] of servers) {
    test(seen, async () => {
      assert.deepEqual(tools.filter(({ server }) => server === name)
        .map(({ tool }) => tool), lists);
      /* once in the modern way, to know what it is */
      if (asks) {
        assert.equal(odd.seen.get(name)?.filter(({ method, params }) =>
          method === 'tools/list' && !params._meta
            ?.['io.modelcontextprotocol/protocolVersion']).length, asks);
      }
      if (!gives && !fails) return;
      const answer = await client.post('api/tools/call',
        { name: `${name}__do`, arguments: {} });
      const body = await answer.json();
      if (gives) assert.deepEqual(body, gives);
      else assert.equal(body.error.code, fails);
      assert.equal(odd.seen.get(name)?.filter(({ method }) =>
        method === 'tools/call').length, 1, 'it is asked once');
    });
  }
});

describe('a provider gets a schema', () => {
  for (const { seen, schema, sent, strict } of /** @type {Report[]} */ (
    REPORTS.schemas)) {
    test(seen, async () => {
      const given = { name: 'f', description: '', parameters: schema,
        ...(strict ? { strict } : {}) };
      const answer = await client.post('api/chat/completions', { model: 'm',
        messages: [{ role: 'user', content: 'x' }],
        tools: [{ type: 'function', function: given }] });
      await answer.text();
      const body = JSON.parse(site.upstream.calls.at(-1).body);
      assert.deepEqual(body.tools[0].function, { ...given, parameters: sent });
    });
  }
});
