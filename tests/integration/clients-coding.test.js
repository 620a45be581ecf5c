/* SPDX-License-Identifier: MIT */
/**
 * A coding assistant for the terminal, as it comes from npm, with this server
 * as its provider: it is given an order, writes a file by a tool call and says
 * that it has.
 */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync }
  from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { END, useSite } from '../harness/suite.js';

const CLI = fileURLToPath(new URL(
  '../../node_modules/@qwen-code/qwen-code/cli.js', import.meta.url));
const old = Number(process.versions.node.split('.')[0]) < 20;
const skip = old ? 'needs Node 20' : !existsSync(CLI)
  && 'not installed (npm ci)';

let base = '';
let token = '';
const suite = useSite({
  mounts: ['/a/b/'], models: ['m'],
  config: { tokens_file: 'tokens', limits: { requests_per_minute: 0 } },
}, async (site) => {
  token = site.control(['token', 'new', 'ann', 'x']).stdout.trim();
  base = `https://127.0.0.1:${site.port}/a/b/api`;
});

/** @param {object} delta @param {string | null} [finish] */
const chunk = (delta, finish = null) => ({ event: { id: 'c', created: 1,
  object: 'chat.completion.chunk', model: 'm',
  choices: [{ index: 0, delta, finish_reason: finish }] } });

/** An answer that writes a file, its arguments in pieces. */
const writing = (/** @type {string} */ path, /** @type {string} */ content) => {
  const text = JSON.stringify({ file_path: path, content });
  const half = text.length >> 1;
  return { bare: true, steps: [
    chunk({ role: 'assistant', reasoning_content: 'It wants a file.' }),
    chunk({ content: 'I write it. ' }),
    chunk({ tool_calls: [{ index: 0, id: 'call_1', type: 'function',
      function: { name: 'write_file', arguments: '' } }] }),
    chunk({ tool_calls: [{ index: 0,
      function: { arguments: text.slice(0, half) } }] }),
    chunk({ tool_calls: [{ index: 0,
      function: { arguments: text.slice(half) } }] }),
    chunk({}, 'tool_calls'), { usage: [7, 5] }, { done: true }] };
};

/**
 * Runs the assistant in a folder of its own.
 * @param {string} folder @param {string} prompt
 * @returns {Promise<{code: number, out: string, err: string}>}
 */
async function run(folder, prompt) {
  const home = join(folder, 'home');
  const work = join(folder, 'work');
  mkdirSync(join(home, '.qwen'), { recursive: true });
  mkdirSync(work, { recursive: true });
  writeFileSync(join(home, '.qwen/settings.json'), JSON.stringify({
    general: { disableAutoUpdate: true, disableUpdateNag: true },
    privacy: { usageStatisticsEnabled: false }, telemetry: { enabled: false },
  }));
  const child = spawn(process.execPath, [CLI, '--approval-mode', 'yolo',
    '--auth-type', 'openai', '--prompt', prompt], {
    cwd: work, stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, HOME: home, NO_COLOR: '1',
      OPENAI_API_KEY: token, OPENAI_BASE_URL: base, OPENAI_MODEL: 'm',
      GEMINI_CLI_NO_RELAUNCH: 'true', NODE_TLS_REJECT_UNAUTHORIZED: '0' },
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (data) => { out += data; });
  child.stderr.on('data', (data) => { err += data; });
  const [code] = await once(child, 'close');
  return { code, out, err };
}

test('a coding assistant calls a tool, sends its result and goes on',
  { skip }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'confab-coding-'));
    try {
      const { upstream } = suite.site;
      const path = join(folder, 'work/note.txt');
      const from = upstream.calls.length;
      upstream.script('m', [writing(path, 'Wells & ropes: 井戸\n'),
        { steps: [{ texts: ['The note ', 'is written.'] }, ...END] }]);
      const { code, out, err } = await run(folder, 'Write a note on wells.');
      assert.equal(code, 0, err);
      assert.match(out, /The note is written\./);
      assert.equal(readFileSync(path, 'utf8'), 'Wells & ropes: 井戸\n');
      const asked = upstream.calls.slice(from)
        .map(({ body }) => JSON.parse(String(body)));
      assert.equal(asked.length, 2);
      for (const one of asked) {
        assert.equal(one.stream, true);
        assert.ok(one.tools.some((/** @type {any} */ tool) =>
          tool.function.name === 'write_file'));
      }
      const [call, result] = asked[1].messages.slice(-2);
      assert.equal(call.tool_calls[0].id, 'call_1');
      assert.equal(JSON.parse(call.tool_calls[0].function.arguments).content,
        'Wells & ropes: 井戸\n');
      assert.equal(result.role, 'tool');
      assert.equal(result.tool_call_id, 'call_1');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

test('a coding assistant tells what the provider said of an order it refuses',
  { skip }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'confab-coding-'));
    try {
      suite.site.upstream.script('m', { status: 400, json: { error: {
        message: 'The well is dry.', type: 'invalid_request_error' } } });
      const { out, err } = await run(folder, 'Write a note on wells.');
      assert.match(out + err, /The well is dry\./);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
