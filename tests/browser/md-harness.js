/* SPDX-License-Identifier: MIT */
/**
 * A bare page under the site's content security policy, in which the Markdown
 * room can be tried alone: real Chromium, files straight from static/, and a
 * watcher for everything that must not happen.
 */
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { launchChromium } from './chromium.js';

export const ROOT = fileURLToPath(new URL('../../static/', import.meta.url));

/**
 * The policy that the shipped nginx file sends.
 *
 * @param {string} file
 * @returns {string}
 */
function shippedPolicy(file) {
  const text = readFileSync(fileURLToPath(new URL(`../../nginx/${file}`, import.meta.url)), 'utf8');
  const found = /Content-Security-Policy "([^"]+)"/.exec(text)?.[1];
  if (!found) throw new Error(`${file} sends no policy`);
  return found;
}

export const POLICY = shippedPolicy('confab-headers.conf.in');

/** The diagrams' frame: an opaque origin with a policy of its own. */
export const FRAME_POLICY = shippedPolicy('confab-frame-headers.conf.in');

/** The frame that runs programs: an opaque origin that can load nothing. */
export const SANDBOX_POLICY = shippedPolicy('confab-sandbox-headers.conf.in');

/** @type {Record<string, string>} */
const TYPES = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.mjs': 'text/javascript',
  '.css': 'text/css', '.woff2': 'font/woff2', '.svg': 'image/svg+xml',
};

const PAGE = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Markdown</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
STYLES</head><body><main id="root" class="prose"></main></body></html>`;

/**
 * @returns {Promise<{origin: string, close: () => Promise<void>}>}
 */
export async function serveStatic() {
  const styles = ['tokens', 'base', 'prose', 'markdown'].filter((name) => existsSync(join(ROOT, `css/${name}.css`)))
    .map((name) => `<link rel="stylesheet" href="css/${name}.css">`).join('');
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://x').pathname);
    if (path === '/favicon.ico') {
      response.writeHead(204);
      response.end();
      return;
    }
    if (path === '/') {
      response.writeHead(200, { 'content-type': TYPES['.html'], 'content-security-policy': POLICY });
      response.end(PAGE.replace('STYLES', styles));
      return;
    }
    const file = normalize(join(ROOT, path));
    if (!file.startsWith(ROOT) || !existsSync(file) || !statSync(file).isFile()) {
      response.writeHead(404, { 'content-type': 'text/plain' });
      response.end();
      return;
    }
    const isFrame = path.endsWith('/md/mermaid-frame.html');
    /** @type {Record<string, string>} */
    const headers = {
      'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
      'content-security-policy': isFrame ? FRAME_POLICY : POLICY,
      'x-content-type-options': 'nosniff',
    };
    if (/^\/(?:vendor\/(?:mermaid|katex)|md)\//.test(path)) headers['access-control-allow-origin'] = '*';
    response.writeHead(200, headers);
    createReadStream(file).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    origin: `http://127.0.0.1:${address.port}`,
    close: () => new Promise((resolve) => {
      server.close(() => resolve(undefined));
      server.closeAllConnections();
    }),
  };
}

/**
 * @typedef {object} Lab
 * @property {import('playwright-core').Page} page
 * @property {string} origin
 * @property {string[]} incidents  what must not happen: dialogs, errors, messages,
 *   violations of the policy, requests to elsewhere, navigation
 * @property {string[]} requests
 * @property {() => Promise<void>} close
 */

/**
 * Opens the bare page with `window.md` (renderMarkdown, createMarkdownStream)
 * and `window.root`.
 *
 * @param {import('playwright-core').BrowserContextOptions & {args?: string[]}} [options]  `args` of the browser
 * @returns {Promise<Lab>}
 */
export async function openLab({ args = [], ...more } = {}) {
  const site = await serveStatic();
  const browser = await launchChromium(args);
  const context = await browser.newContext({ bypassCSP: false, ...more });
  const page = await context.newPage();
  /** @type {string[]} */
  const incidents = [];
  /** @type {string[]} */
  const requests = [];
  page.on('dialog', (dialog) => {
    incidents.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('console', (message) => incidents.push(`console ${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => incidents.push(`error: ${error.message}`));
  page.on('popup', () => incidents.push('popup'));
  page.on('request', (request) => {
    requests.push(request.url());
    const { origin } = new URL(request.url());
    if (origin !== site.origin && !/^(?:data|blob):/.test(request.url())) incidents.push(`request: ${request.url()}`);
  });
  await page.goto(`${site.origin}/`);
  page.on('framenavigated', (frame) => {
    if (frame === page.mainFrame()) incidents.push(`navigated: ${frame.url()}`);
  });
  await page.evaluate(async () => {
    document.addEventListener('securitypolicyviolation', (event) => {
      console.error(`violation: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
    });
    const module = await import(new URL('md/render.js', document.baseURI).href);
    Object.assign(window, { md: module, root: document.getElementById('root') });
  });
  return {
    page, origin: site.origin, incidents, requests,
    close: async () => {
      await browser.close();
      await site.close();
    },
  };
}
