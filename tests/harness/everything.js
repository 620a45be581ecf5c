/* SPDX-License-Identifier: MIT */
/** The reference server of tools, and what each of its tools is given and gives. */

import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Child } from './children.js';

const program = createRequire(import.meta.url)
  .resolve('@modelcontextprotocol/server-everything/dist/index.js');

/**
 * Arguments of each tool, and what its result must have.
 * @type {Record<string, [any, RegExp]>}
 */
export const CALLS = {
  'echo': [{ message: 'hello' }, /hello/],
  'get-annotated-message': [{ messageType: 'success', includeImage: true },
    /"type":"image"/],
  'get-env': [{}, /PATH/],
  'get-resource-links': [{ count: 2 }, /resource_link/],
  'get-resource-reference': [{ resourceType: 'Text', resourceId: 1 },
    /"type":"resource"/],
  'get-structured-content': [{ location: 'New York' }, /structured_content/],
  'get-sum': [{ a: 19, b: 23 }, /42/],
  'get-tiny-image': [{}, /image\/png/],
  'gzip-file-as-resource': [{ name: 'a.gz', data: 'data:text/plain,hello',
    outputType: 'resource' }, /gzip/],
  'toggle-simulated-logging': [{}, /log/i],
  'toggle-subscriber-updates': [{}, /resource/i],
  'trigger-long-running-operation': [{ duration: 0.2, steps: 2 },
    /completed/i],
  'trigger-elicitation-request': [{}, /Ada/],
  'trigger-url-elicitation': [{ url: 'https://connect.example/x' }, /./],
  'simulate-research-query': [{ topic: 'x' }, /task/i],
};

/** @param {number} port @param {string} folder for its log */
export const startEverything = (port, folder) =>
  new Child(process.execPath, [program, 'streamableHttp'],
    { log: join(folder, 'everything.log'), env: { PORT: String(port) } });
