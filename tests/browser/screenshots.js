// SPDX-License-Identifier: MIT
/**
 * Takes the README's pictures of the page from a running site with the demo
 * models.
 *
 * Usage: node tests/browser/screenshots.js URL USER PASSWORD FOLDER
 *   with what packaging/quickstart prints as `ready`
 */
import { join } from 'node:path';
import { launchChromium } from './chromium.js';

const [url, user, password, folder] = process.argv.slice(2);
if (!url || !user || !password || !folder) {
  console.error('usage: screenshots.js URL USER PASSWORD FOLDER');
  process.exit(2);
}

const browser = await launchChromium();

/** @param {import('playwright-core').BrowserContextOptions} options */
async function signIn(options) {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, locale: 'en-GB', ...options });
  const page = await context.newPage();
  await page.goto(String(url));
  await page.getByLabel('User name').fill(String(user));
  await page.getByLabel('Password').fill(String(password));
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('textbox', { name: 'Message' }).waitFor();
  return page;
}

/**
 * @param {import('playwright-core').Page} page
 * @param {string} model
 * @param {readonly string[]} questions
 */
async function talk(page, model, questions) {
  const fresh = page.getByRole('button', { name: 'New chat' }).first();
  if (await fresh.isVisible()) await fresh.click();
  await page.locator('.topbar .model-select').click();
  await page.locator(`.model-panel [data-model="${model}"]`).first().click();
  for (const question of questions) {
    const before = await page.getByRole('article', { name: 'Assistant' }).count();
    await page.getByRole('textbox', { name: 'Message' }).fill(question);
    await page.getByRole('button', { name: 'Send' }).click();
    await page.locator('.message-assistant .toolbar').nth(before).waitFor({ timeout: 120_000 });
  }
}

/**
 * @param {import('playwright-core').Page} page
 * @param {string} name
 * @param {number} top  of the thread
 */
async function shoot(page, name, top) {
  await page.locator('.thread').evaluate((thread, y) => thread.scrollTo(0, y), top);
  await page.mouse.move(2, 2);
  // Formulas and colours are set a moment after their text.
  await page.waitForTimeout(1500);
  await page.screenshot({ path: join(String(folder), name) });
}

const desktop = await signIn({ viewport: { width: 1280, height: 800 }, colorScheme: 'light' });
await talk(desktop, 'eliza', ['Men are all alike.', 'They are always bugging us about something or other.']);
await talk(desktop, 'tour', ['How does a message travel? Draw a diagram, fast']);
await talk(desktop, 'tour', ['Which moons are the largest? A table, please, and fast.']);
await shoot(desktop, 'desktop.png', 0);

// A round with a tool: what a model wants is shown before it is done.
const consent = await signIn({ viewport: { width: 960, height: 1200 }, colorScheme: 'light' });
await consent.locator('.topbar .model-select').click();
await consent.locator('.model-panel [data-model="tour"]').first().click();
await consent.getByRole('button', { name: 'Tools', exact: true }).click();
await consent.getByRole('dialog').getByRole('checkbox', { name: 'run_javascript' }).check();
await consent.keyboard.press('Escape');
await consent.getByRole('textbox', { name: 'Message' }).fill('Show me your tools, fast.');
await consent.getByRole('button', { name: 'Send' }).click();
await consent.getByRole('button', { name: 'Allow once' }).waitFor({ timeout: 120_000 });
await shoot(consent, 'tools-ask.png', 0);
await consent.getByRole('button', { name: 'Allow once' }).click();
await consent.locator('.part-tool[data-state="done"] summary').first().click();
await consent.getByText('That was a whole round').waitFor({ timeout: 120_000 });
await shoot(consent, 'tools.png', 100_000);

const phone = await signIn({
  viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true, colorScheme: 'dark',
});
await talk(phone, 'tour', ['A few formulas, please, and fast.']);
await shoot(phone, 'phone.png', 0);

await browser.close();
