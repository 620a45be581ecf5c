/* SPDX-License-Identifier: MIT */
/** What people kept of the page of every release: exported chats, and settings. */

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import test from 'node:test';

import { EXPORT_VERSION, exportText } from '../../static/core/exporting.js';
import { readExport } from '../../static/core/importing.js';
import { DEFAULT_SETTINGS, loadSettings } from '../../static/core/settings.js';
import { counter } from './core-helpers.js';

const at = new URL('../releases/', import.meta.url);
const releases = readdirSync(at, { withFileTypes: true }).filter((one) => one.isDirectory()).map(({ name }) => name);

for (const release of releases) {
  const textOf = (name) => readFileSync(new URL(`${release}/${name}`, at), 'utf8');

  test(`${release}: exported chats come back whole`, () => {
    const text = textOf('chats.json');
    const written = JSON.parse(text);
    const chats = readExport(text, counter());
    const again = JSON.parse(exportText(chats, Date.parse(written.exported_at)));
    assert.equal(chats.length, 1);
    // A later version may say it in other words: then what was there is there.
    if (written.version === EXPORT_VERSION) assert.deepEqual(again, written);
    const [now] = again.conversations;
    const [then] = written.conversations;
    assert.equal(now.title, then.title);
    assert.deepEqual(now.messages.map((one) => [one.role, one.parts.length]), then.messages.map((one) => [one.role, one.parts.length]));
  });

  test(`${release}: settings are what they were`, () => {
    const kept = JSON.parse(textOf('settings.json'));
    const settings = loadSettings({ getItem: (key) => (key in kept ? JSON.stringify(kept[key]) : null) });
    const [then] = Object.values(kept);
    assert.ok(Object.keys(then).length >= 16);
    for (const [name, value] of Object.entries(then)) {
      assert.deepEqual(settings[name], value, name);
      assert.notDeepEqual(value, DEFAULT_SETTINGS[name], `${name} is as by default: it shows nothing`);
    }
  });
}
