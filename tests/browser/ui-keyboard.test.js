// SPDX-License-Identifier: MIT
// A day with the page by keyboard alone, as HACKING writes it down: nothing is pressed or focused but by keys. Wherever the
// focus comes to, it has a name, is to be seen, and lies under nothing.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { closeBrowser, visit } from './ui-harness.js';

after(closeBrowser);

/** Tabs until what is looked for has been passed for certain. */
const MOST_TABS = 80;

/** What has the focus: its name, whether one sees that it has it, and whether it can be seen at all. It runs in the page. */
function focused() {
  const element = document.activeElement;
  if (!(element instanceof HTMLElement) || element === document.body) return null;
  const labelled = element.getAttribute('aria-labelledby')?.split(' ').map((id) => document.getElementById(id)?.textContent).join(' ');
  const label = element instanceof HTMLInputElement ? element.labels?.[0]?.textContent : undefined;
  const name = (element.getAttribute('aria-label') ?? labelled ?? label ?? element.textContent ?? '').trim().replace(/\s+/g, ' ');
  const { left, top, right, bottom } = element.getBoundingClientRect();
  // Of something large the upper part is enough.
  const [x, y] = [(Math.max(left, 0) + Math.min(right, innerWidth)) / 2, Math.max(top, 0) + Math.min(Math.min(bottom, innerHeight) - Math.max(top, 0), 40) / 2];
  const there = document.elementFromPoint(x, y);
  const probe = document.body.appendChild(document.createElement('i'));
  probe.style.color = 'var(--accent)';
  const accent = getComputedStyle(probe).color;
  probe.remove();
  /** Is there an outline, or the border of a field that has the focus? @param {Element} one */
  const marked = (one) => {
    const { outlineStyle, outlineWidth, borderTopColor, borderTopWidth } = getComputedStyle(one);
    return (outlineStyle !== 'none' && parseFloat(outlineWidth) > 0) || (parseFloat(borderTopWidth) > 0 && borderTopColor === accent);
  };
  return {
    name,
    marked: [element, element.parentElement, element.closest('.composer'), element.nextElementSibling].some((one) => one && marked(one)),
    seen: element.classList.contains('message') || (there !== null && (element.contains(there) || there.contains(element) || element.parentElement?.contains(there) === true)),
  };
}

test('a day by keyboard alone', async () => {
  let answer = 0;
  const v = await visit({ session: 'out', reducedMotion: 'reduce', prepare: (site) => {
    site.answer = async (reply) => {
      answer += 1;
      await reply.text(`Answer ${answer}.`);
      if (String(reply.body.messages.at(-1).content).includes('for ever')) await reply.gone;
      else await reply.end();
    };
  } });
  const { page } = v;
  const { keyboard } = page;
  // From now on choosers are told of: asked for at the moment of the key, that may come too late.
  page.on('filechooser', () => {});

  /** Looks at where the focus is, as a person would. @param {string} how */
  async function look(how) {
    const at = await page.evaluate(focused);
    if (at === null) return null;
    assert.notEqual(at.name, '', `${how}: what has the focus has a name`);
    assert.ok(at.marked, `${how}: one sees that ${at.name} has the focus`);
    assert.ok(at.seen, `${how}: ${at.name} lies under nothing`);
    return at.name;
  }

  /** Goes on by Tab until that has the focus. @param {RegExp} name @param {'Tab' | 'Shift+Tab'} [key] */
  async function to(name, key = 'Tab') {
    /** @type {string[]} */
    const passed = [];
    for (let i = 0; i < MOST_TABS; i += 1) {
      const at = await look(key);
      if (at !== null && name.test(at)) return;
      passed.push(at ?? '-');
      await keyboard.press(key);
    }
    assert.fail(`${name} cannot be reached: ${passed.join(' | ')}`);
  }

  /** The focus comes there by itself. @param {RegExp} name */
  async function comes(name) {
    await page.waitForFunction(([source, flags]) => {
      const one = document.activeElement;
      return new RegExp(source, flags).test((one?.getAttribute('aria-label') ?? one?.textContent ?? '').trim());
    }, [name.source, name.flags]);
  }

  // In.
  await page.waitForFunction(() => document.activeElement?.id === 'username');
  await keyboard.type('alice');
  await keyboard.press('Tab');
  await keyboard.type('secret');
  await keyboard.press('Enter');
  await comes(/^Message$/);

  // A question, and what can be done with its answer.
  await keyboard.type('First question');
  await keyboard.press('Enter');
  await v.answer('Answer 1.').waitFor();
  await page.locator('.message-assistant .tools').waitFor();
  await keyboard.press('Alt+ArrowUp');
  await to(/^Copy$/);
  await to(/^More$/);
  await keyboard.press('Enter');
  await page.locator('.menu').waitFor();
  await comes(/^Ask another model/);
  await keyboard.press('Escape');
  await comes(/^More$/);

  // The last question, changed; then the first version again.
  await to(/^Message$/);
  await keyboard.press('ArrowUp');
  await page.locator('.edit-form').waitFor();
  await keyboard.press('End');
  await keyboard.type(', better');
  await keyboard.press('Enter');
  await v.answer('Answer 2.').waitFor();
  await page.getByText('2 / 2').waitFor();
  await to(/^Message$/);
  await to(/^Earlier version/, 'Shift+Tab');
  await keyboard.press('Enter');
  await page.getByText('1 / 2').waitFor();

  // Another model.
  await to(/Quick/, 'Shift+Tab');
  await keyboard.press('Enter');
  await page.locator('.model-panel').waitFor();
  await keyboard.press('ArrowDown');
  await keyboard.press('Enter');
  await page.locator('.topbar .model-select').getByText('Seeing').waitFor();

  // A second chat, an answer that is stopped, and the first one found again.
  await keyboard.press('Control+Shift+O');
  await comes(/^Message$/);
  await keyboard.type('Go on for ever');
  await keyboard.press('Enter');
  await v.answer('Answer 3.').waitFor();
  await keyboard.press('Escape');
  await page.locator('.outcome-stopped').waitFor();
  await keyboard.press('Control+Shift+F');
  await keyboard.type('better');
  await to(/First question/);
  await keyboard.press('Enter');
  await page.locator('.bubble').getByText('First question').waitFor();

  // A file, attached and taken off again.
  await to(/^Attach files$/);
  const chooser = page.waitForEvent('filechooser');
  await keyboard.press('Enter');
  await (await chooser).setFiles({ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('Some notes') });
  await page.locator('.composer .attachment').waitFor();
  await to(/^Remove notes\.txt$/, 'Shift+Tab');
  await keyboard.press('Enter');
  await page.locator('.composer .attachment').waitFor({ state: 'detached' });
  await comes(/^Message$/);

  // Settings, by arrows; the menu; out.
  await keyboard.press('Control+,');
  await page.locator('dialog[open]').waitFor();
  await to(/^As the system$/);
  await keyboard.press('ArrowRight');
  await keyboard.press('ArrowRight');
  await page.waitForFunction(() => document.documentElement.dataset.theme === 'dark');
  await keyboard.press('Escape');
  await comes(/^Message$/);
  await to(/^Menu$/);
  await keyboard.press('Enter');
  await page.locator('.menu:popover-open').waitFor();
  await keyboard.press('End');
  await comes(/^Sign out$/);
  await keyboard.press('Enter');
  await page.locator('dialog[open]').waitFor();
  await to(/^Sign out$/);
  await keyboard.press('Enter');
  await page.locator('#username').waitFor();
  assert.deepEqual(v.incidents, []);
  await v.close();
});
