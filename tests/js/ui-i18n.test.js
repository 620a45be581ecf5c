// SPDX-License-Identifier: MIT
// The message catalogues: complete, with the same places, and with a form for every plural of their language.

import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { posix } from 'node:path';
import test from 'node:test';
import apps from '../../static/i18n/apps.js';
import first from '../../static/i18n/en.js';
import later from '../../static/i18n/later/en.js';
import { createI18n, fill } from '../../static/ui/i18n.js';
import { LANGUAGES, matchLanguage } from '../../static/ui/languages.js';
import { CHOICES } from '../../static/core/settings.js';
import { PARAM_NAMES } from '../../static/core/params.js';

/** @type {import('../../static/ui/i18n.js').Catalogue} */
const english = { ...first, ...later };

/** All that is said in it. @param {import('../../static/ui/languages.js').Language} language */
const wholeOf = async (language) => ({ ...await language.load(), ...await language.later() });
/** @param {unknown} entry */
const forms = (entry) => (typeof entry === 'string' ? [entry] : Object.values(/** @type {object} */ (entry)));
/** @param {string} text */
const places = (text) => new Set([...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]));

for (const language of LANGUAGES) {
  test(`${language.code}: the same messages as English`, async () => {
    assert.deepEqual(Object.keys(await language.load()).sort(), Object.keys(first).sort());
    assert.deepEqual(Object.keys(await language.later()).sort(), Object.keys(later).sort());
  });

  test(`${language.code}: the same places, and no form empty`, async () => {
    const catalogue = await wholeOf(language);
    for (const [key, entry] of Object.entries(catalogue)) {
      const expected = new Set(forms(english[key]).flatMap((text) => [...places(text)]));
      const found = new Set(forms(entry).flatMap((text) => [...places(text)]));
      assert.deepEqual(found, expected, key);
      assert.equal(typeof entry === 'string', typeof english[key] === 'string', key);
      for (const text of forms(entry)) assert.ok(text.trim() !== '', key);
    }
  });

  test(`${language.code}: a form for every number`, async () => {
    const catalogue = await wholeOf(language);
    const rules = new Intl.PluralRules(language.code);
    for (const [key, entry] of Object.entries(catalogue)) {
      if (typeof entry === 'string') continue;
      assert.ok(entry.other, `${key}: other`);
      for (const form of Object.keys(entry)) {
        assert.ok(rules.resolvedOptions().pluralCategories.includes(/** @type {Intl.LDMLPluralRule} */ (form)), `${key}: ${form}`);
      }
    }
  });

  if (language.code !== 'en') {
    test(`${language.code}: is translated`, async () => {
      const catalogue = await wholeOf(language);
      const alike = Object.keys(english).filter((key) => /[a-z]{4}/i.test(String(english[key])) && catalogue[key] === english[key]);
      assert.ok(alike.length < 25, alike.join(' '));
    });
  }
}

test('a name of the other direction turns nothing of our sentence', () => {
  const [FSI, PDI] = ['\u2068', '\u2069'];
  assert.equal(fill('Delete {name} (2)?', { name: 'plan' }), 'Delete plan (2)?');
  assert.equal(fill('Delete {name} (2)?', { name: 'שלום' }), `Delete ${FSI}שלום${PDI} (2)?`);
  for (const name of ['مرحبا', '\u{10900}', '\u{1e900}', 'a\u200f', '\ufe8d', '\u061c']) {
    assert.equal(fill('{name}', { name }), `${FSI}${name}${PDI}`);
  }
  assert.equal(fill('حذف {name}؟', { name: 'plan (2)' }), `حذف ${FSI}plan (2)${PDI}؟`);
  // What would end the isolation, or turn all that follows.
  for (const mark of '\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069') {
    assert.equal(fill('{name}: {other}', { name: `a${mark}gpj.exe`, other: 'b' }), 'agpj.exe: b');
  }
  assert.equal(fill('{name} {other}', { name: '' }), ' {other}');
});

test('what is said around apps: in every language, with the same places', async () => {
  const source = await readFile(new URL('../../static/ui/part-app.js', import.meta.url), 'utf8')
    + await readFile(new URL('../../static/ui/app-life.js', import.meta.url), 'utf8');
  assert.deepEqual(Object.keys(apps).sort(), LANGUAGES.map(({ code }) => code).sort());
  for (const [code, words] of Object.entries(apps)) {
    assert.deepEqual(Object.keys(words), Object.keys(apps.en ?? {}), code);
    for (const [key, text] of Object.entries(words)) {
      assert.deepEqual(places(text), places(String(apps.en?.[key])), `${code} ${key}`);
      assert.ok(code === 'en' || text !== apps.en?.[key], `${code} ${key} is translated`);
      assert.ok(source.includes(`'${key}'`), `${key} is said`);
    }
  }
});

/** What keys a template such as `error.${code}` may become. @param {string} template */
const patternOf = (template) => new RegExp(`^${template.replaceAll('.', '\\.').replace(/\$\{[^}]*\}/g, '[\\w-]+')}$`);

/** @returns {Promise<[string, string][]>} the page's own modules: name and source */
async function sources() {
  const root = new URL('../../static/', import.meta.url);
  const names = (await readdir(root, { recursive: true })).filter(
    (name) => /^(ui|core|net|md)\/.*\.js$|^(app|start|signed-in)\.js$|^index\.html$/.test(name));
  return Promise.all(names.map(async (name) => [name, await readFile(new URL(name, root), 'utf8')]));
}

test('the first catalogue has what the first modules say, and nothing else', async () => {
  const modules = new Map((await sources()).map(([name, source]) => [name, {
    source,
    named: new Set([...source.matchAll(/'([a-z]+\.[\w.-]+)'/g)].map(([, key]) => String(key))),
    built: [...source.matchAll(/`([a-z]+\.[^`\s]*\$\{[^`\s]*)`/g)].map(([, template]) => patternOf(String(template))),
  }]));
  /** What comes along with a module. @param {string} name @param {Set<string>} [seen] @returns {Set<string>} */
  const along = (name, seen = new Set()) => {
    const module = modules.get(name);
    if (!module || seen.has(name)) return seen;
    seen.add(name);
    for (const [, path] of module.source.matchAll(/^(?:import|export)\b[^;']*'(\.[^']+)'/gm)) along(posix.join(posix.dirname(name), String(path)), seen);
    return seen;
  };
  const says = (/** @type {string} */ name, /** @type {string} */ key) => modules.get(name)?.named.has(key) || modules.get(name)?.built.some((one) => one.test(key));
  const early = new Set(['start.js', 'app.js', 'ui/login.js', 'signed-in.js', 'md/render.js'].flatMap((name) => [...along(name)]));
  assert.ok(early.size > 100, 'they are found');
  const saidEarly = Object.keys(english).filter((key) => [...early].some((name) => says(name, key)));
  assert.deepEqual(Object.keys(first).filter((key) => !saidEarly.includes(key)), [], 'belongs in i18n/later/');
  assert.deepEqual(Object.keys(later).filter((key) => saidEarly.includes(key)), [], 'belongs in i18n/');

  for (const name of early) {
    // The dialogs' frame loads all of its contents by late().
    if (name === 'ui/dialogs.js') continue;
    for (const [, gate, path] of modules.get(name)?.source.replace(/\/\*.*?\*\//gs, '').matchAll(/(late\(\(\) => )?\bimport\('(\.[^']+\.js)'\)/g) ?? []) {
      const wordy = [...along(posix.join(posix.dirname(name), String(path)))].some((one) => Object.keys(later).some((key) => says(one, key)));
      assert.ok(gate || !wordy, `${name} loads ${path} without its words`);
    }
  }
});

test('every key that the page names is in the catalogue', async () => {
  for (const [name, source] of await sources()) {
    for (const [, key, label] of source.matchAll(/(?:\bt\(|key: |offerUndo\(\w+, |title: )'([a-z]+\.[\w.-]+)'|'(md\.\w+)'/g)) {
      assert.ok(String(key ?? label) in english, `${name}: ${key ?? label}`);
    }
  }
});

test('what has places is given what fills them', async () => {
  let said = 0;
  for (const [name, source] of await sources()) {
    // A call that ends behind its key, or behind one of two.
    for (const [, one, other] of source.matchAll(/\bt\((?:[^()'`]*\? )?'([a-z]+\.[\w.-]+)'(?: : '([a-z]+\.[\w.-]+)')?\)/g)) {
      for (const key of [one, other]) {
        if (key === undefined || !(key in english)) continue;
        said += 1;
        assert.deepEqual(forms(english[key]).flatMap((text) => [...places(text)]), [], `${name}: ${key}`);
      }
    }
  }
  assert.ok(said > 100, 'they are found');
});

test('every code that the server answers with has its words', async () => {
  const root = new URL('../../fcgi/', import.meta.url);
  let found = 0;
  for (const name of (await readdir(root, { recursive: true })).filter((file) => file.endsWith('.c'))) {
    const source = await readFile(new URL(name, root), 'utf8');
    for (const [, code] of source.matchAll(/\b[45]\d\d,\s*"([a-z_]+)"/g)) {
      found += 1;
      assert.ok(`error.${code}` in english, `${name}: ${code}`);
    }
  }
  assert.ok(found > 30);
});

test('the page names every key of the catalogue', async () => {
  const all = (await sources()).map(([, source]) => source).join('\n');
  /* Some are put together: `error.${code}`. */
  const built = [...all.matchAll(/`([a-z]+\.[^`\s]*\$\{[^`\s]*)`/g)].map(([, template]) => patternOf(String(template)));
  const unused = Object.keys(english).filter((key) =>
    !all.includes(`'${key}'`) && !all.includes(`"${key}"`) && !built.some((pattern) => pattern.test(key)));
  assert.deepEqual(unused, []);
});

test('every choice of a setting and every parameter has its words', () => {
  for (const name of /** @type {const} */ (['theme', 'textSize', 'sendKey'])) {
    for (const value of CHOICES[name]) assert.ok(`settings.${name}.${value}` in english, `${name}.${value}`);
  }
  for (const name of PARAM_NAMES) {
    assert.ok(`tune.${name}` in english && `tune.${name}.hint` in english, name);
  }
  assert.deepEqual([...CHOICES.language].sort(), ['auto', ...LANGUAGES.map((l) => l.code)].sort());
});

test('the nearest language is chosen', () => {
  const match = (/** @type {string[]} */ ...tags) => matchLanguage(tags).code;
  assert.equal(match('de-AT'), 'de');
  assert.equal(match('zh-TW'), 'zh-Hans');
  assert.equal(match('zh-Hans'), 'zh-Hans');
  assert.equal(match('nl', 'fr-CA'), 'fr');
  assert.equal(match('tlh'), 'en');
  assert.equal(match(), 'en');
});

test('places are filled once, and what is filled in is not looked through again', () => {
  assert.equal(fill('{a} and {b}', { a: '{b}', b: 'x' }), '{b} and x');
  assert.equal(fill('{unknown}', {}), '{unknown}');
});

test('plurals and numbers are those of the language', async () => {
  const i18n = createI18n();
  assert.equal(i18n.t('stat.tokens', { count: 1 }), '1 token');
  assert.equal(i18n.t('stat.tokens', { count: 1234 }), '1,234 tokens');
  await i18n.setLanguage('de');
  assert.equal(i18n.t('stat.tokens', { count: 1234 }), '1.234 Token');
  await i18n.setLanguage('ar');
  assert.equal(i18n.t('stat.tokens', { count: 2 }), 'رمزان');
  assert.match(i18n.t('stat.tokens', { count: 5 }), /رموز$/);
});

test('only the newest wish for a language takes effect', async () => {
  /** @type {string[]} */
  const heard = [];
  const i18n = createI18n((language) => heard.push(language.code));
  await Promise.all([i18n.setLanguage('de'), i18n.setLanguage('fr')]);
  assert.equal(i18n.language.code, 'fr');
  assert.deepEqual(heard, ['fr']);
});

test('spans of time are written as people say them', () => {
  const i18n = createI18n();
  assert.deepEqual([0, 1, 7, 999, 1000, 2048, 1.5 * 1024 ** 2, 256 * 1024 ** 2, 3 * 1024 ** 4].map(i18n.size),
    ['0 bytes', '1 byte', '7 bytes', '999 bytes', '1 kB', '2 kB', '1.5 MB', '256 MB', '3,072 GB']);
  assert.equal(i18n.duration(8400), '8s');
  assert.equal(i18n.duration(125000), '2 min 5s');
  assert.equal(i18n.duration(-5), '0s');
});

test('what later parts say comes with the first of them, in the language that is spoken then', async () => {
  const part = async () => 'part';
  const title = async (/** @type {string} */ code) => (await LANGUAGES.find((language) => language.code === code)?.later())?.['help.title'];

  const before = createI18n();
  assert.equal(before.t('help.title'), 'help.title');
  assert.equal(await before.late(part), 'part');
  assert.equal(before.t('help.title'), await title('en'));
  await before.setLanguage('de');
  assert.equal(before.t('help.title'), await title('de'));

  const during = createI18n();
  const switched = during.setLanguage('fr');
  await during.late(part);
  assert.equal(during.t('help.title'), await title('fr'), 'a switch that is under way is waited for');
  await switched;

  const after = createI18n();
  await Promise.all([after.late(part), after.setLanguage('ja'), after.setLanguage('ru')]);
  assert.equal(after.t('help.title'), await title('ru'), 'a switch that begins meanwhile brings its own');
  assert.equal(after.t('app.loading'), (await LANGUAGES.find(({ code }) => code === 'ru')?.load())?.['app.loading']);

  await assert.rejects(createI18n().late(() => Promise.reject(new Error('gone'))), /gone/);
});
