/* SPDX-License-Identifier: MIT */
/** No text of a model runs a script, asks another host or leaves its place. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { CORPUS, DIAGRAMS } from './md-corpus.js';
import { openLab } from './md-harness.js';

/** @type {import('./md-harness.js').Lab} */
let lab;
before(async () => {
  lab = await openLab();
});
after(() => lab.close());

/**
 * Runs in the page: what is in it that must not be.
 *
 * @returns {string[]}
 */
function inspect() {
  const TAGS = new Set(('P H1 H2 H3 H4 H5 H6 UL OL LI BLOCKQUOTE PRE CODE HR BR EM STRONG DEL A SPAN DIV TABLE THEAD TBODY TR TH TD ' +
    'INPUT IMG SUP SUB KBD MARK SECTION BUTTON').split(' '));
  const ATTRIBUTES = new Set(('class dir lang href target rel referrerpolicy title data-where data-target role aria-label aria-pressed ' +
    'aria-hidden id value start type checked disabled scope style src alt decoding tabindex width height hidden').split(' '));
  /** @type {string[]} */
  const found = [];
  const root = /** @type {HTMLElement} */ (document.getElementById('root'));
  for (const node of root.querySelectorAll('*')) {
    const inFormula = node.closest('.katex') !== null;
    if (!TAGS.has(node.tagName) && !inFormula) found.push(`element ${node.tagName}`);
    if (inFormula && /^(?:script|style|a|img|iframe|object|embed|foreignobject|use|animate|set|image|maction)$/i.test(node.tagName)) {
      found.push(`element ${node.tagName} in a formula`);
    }
    for (const { name, value } of node.attributes) {
      if (/^on/i.test(name) || (!ATTRIBUTES.has(name) && !inFormula)) found.push(`attribute ${name}=${value}`);
      if (name === 'style' && !/^(?:text-align: (?:left|right|center)|contain-intrinsic-size: auto \d+ch auto [\d.]+em);$/.test(value) && !inFormula) found.push(`style ${value}`);
      if (/url\(|javascript:/i.test(value) && name === 'style') found.push(`style ${value}`);
      if (name === 'href' && !/^(?:https?:\/\/|mailto:|#md\d+-(?:note|ref)-[\d-]+$|(?!\/\/)[\w./%-][^:\\]*$)/i.test(value)) found.push(`href ${value}`);
      if (name === 'src' && !/^(?:data:image\/(?:png|jpeg|gif|webp);base64,|blob:)/.test(value)) found.push(`src ${value}`);
      if (name === 'id' && !/^md\d+-(?:note|ref)-[\d-]+$/.test(value)) found.push(`id ${value}`);
    }
    if (node instanceof HTMLAnchorElement && !node.getAttribute('href')?.startsWith('#')) {
      if (!/^(?:https?|mailto):$/.test(node.protocol)) found.push(`protocol ${node.protocol}`);
      if (node.rel !== 'noopener noreferrer nofollow' || node.target !== '_blank') found.push('a link that tells where it comes from');
    }
  }
  if (/** @type {any} */ (window).pwned) found.push('a script ran');
  return found;
}

test('whole texts', async () => {
  const found = await lab.page.evaluate(`(async () => {
    const inspect = ${inspect.toString()};
    const out = [];
    for (const text of ${JSON.stringify(CORPUS)}) {
      window.root.replaceChildren(window.md.renderMarkdown(text));
      await new Promise((resolve) => setTimeout(resolve, 2));
      for (const what of inspect()) out.push(what + ' from ' + text);
    }
    window.root.replaceChildren(...${JSON.stringify(CORPUS)}.map((text) => window.md.renderMarkdown(text)));
    await new Promise((resolve) => setTimeout(resolve, 1500));
    for (const what of inspect()) out.push(what + ' in the end');
    return out;
  })()`);
  assert.deepEqual(found, []);
  assert.deepEqual(lab.incidents, []);
});

test('texts that arrive character by character', async () => {
  const found = await lab.page.evaluate(`(async () => {
    const inspect = ${inspect.toString()};
    const out = [];
    for (const text of ${JSON.stringify(CORPUS)}) {
      const holder = document.createElement('div');
      window.root.replaceChildren(holder);
      const stream = window.md.createMarkdownStream(holder);
      for (let i = 1; i <= text.length; i++) {
        stream.update(text.slice(0, i));
        if (i % 5 === 0) for (const what of inspect()) out.push(what + ' from ' + text.slice(0, i));
      }
      stream.finish(text);
      for (const what of inspect()) out.push(what + ' from ' + text);
    }
    return out;
  })()`);
  assert.deepEqual(found, []);
  assert.deepEqual(lab.incidents, []);
});

test('diagrams', async () => {
  const found = await lab.page.evaluate(`(async () => {
    const inspect = ${inspect.toString()};
    const text = ${JSON.stringify(DIAGRAMS)}.map((source) => '\`\`\`mermaid\\n' + source + '\\n\`\`\`').join('\\n\\n');
    window.root.replaceChildren(window.md.renderMarkdown(text + '\\n\\n\`\`\`mermaid\\ngraph TD\\nA-->B\\n\`\`\`'));
    const end = performance.now() + 60000;
    const blocks = [...window.root.querySelectorAll('.md-code')];
    while (performance.now() < end) {
      // Each is drawn when it comes near the window.
      for (const block of blocks) { block.scrollIntoView(); await new Promise((resolve) => setTimeout(resolve, 60)); }
      if (blocks.every((block) => block.querySelector('.md-toggle, .md-diagram-note'))) break;
    }
    const out = inspect();
    if (!blocks.every((block) => block.querySelector('.md-toggle, .md-diagram-note'))) out.push('a diagram neither drawn nor refused');
    if (!blocks.at(-1).querySelector('.md-diagram img').src.startsWith('blob:')) out.push('the plain diagram was not drawn');
    return out;
  })()`);
  assert.deepEqual(found, []);
  assert.deepEqual(lab.incidents, []);
  assert.ok(!lab.requests.some((url) => url.includes('evil')));
  const frame = lab.page.frames().find((f) => f.url().endsWith('/md/mermaid-frame.html'));
  assert.equal(await frame?.evaluate(() => window.origin), 'null', 'the frame has no origin');
});

test('a diagram that asks for a layout that is not there is drawn with the one that is', async () => {
  const notes = await lab.page.evaluate(async () => {
    const asks = ['%%{init: {"layout": "elk"}}%%\ngraph TD\nA-->B', '---\nconfig:\n  layout: elk\n---\nflowchart LR\nA-->B',
      'flowchart-elk TD\nA-->B', 'classDiagram\nA<|--B', 'stateDiagram-v2\n[*]-->A', 'erDiagram\nA||--o{B : has'];
    const { root, md } = /** @type {any} */ (window);
    root.replaceChildren(md.renderMarkdown(asks.map((source) => `\`\`\`mermaid\n${source}\n\`\`\``).join('\n\n')));
    const blocks = /** @type {Element[]} */ ([...root.querySelectorAll('.md-code')]);
    const end = performance.now() + 60000;
    while (performance.now() < end && !blocks.every((block) => block.querySelector('.md-toggle, .md-diagram-note'))) {
      for (const block of blocks) {
        block.scrollIntoView();
        await new Promise((resolve) => { setTimeout(resolve, 60); });
      }
    }
    return blocks.map((block) => block.querySelector('.md-diagram img')?.getAttribute('src')?.slice(0, 5) ?? block.textContent);
  });
  assert.deepEqual(notes, Array(6).fill('blob:'));
});

test('a frame that lies gets nothing shown but an image', async () => {
  const frame = lab.page.frames().find((f) => f.url().endsWith('/md/mermaid-frame.html'));
  assert.ok(frame);
  await frame.evaluate(() => {
    for (let id = 0; id < 50; id++) {
      window.parent.postMessage({ id, svg: '<svg onload="parent.pwned=1">', width: 1, height: 1 }, '*');
      window.parent.postMessage({ id, svg: '<script>parent.pwned=1</script>', width: 1, height: 1 }, '*');
    }
    window.parent.postMessage(null, '*');
    window.parent.postMessage('x'.repeat(1e6), '*');
  });
  await lab.page.waitForTimeout(200);
  assert.equal(await lab.page.evaluate(() => /** @type {any} */ (window).pwned), undefined);
  assert.deepEqual(lab.incidents, []);
});

test('the watcher sees what it must', async () => {
  const other = await openLab();
  await other.page.evaluate(() => {
    const image = document.createElement('img');
    image.src = 'http://evil.example/a.png';
    document.body.append(image);
    try {
      document.body.innerHTML = '<b>x</b>';
    } catch {
      console.log('refused');
    }
  });
  await other.page.waitForTimeout(200);
  await other.close();
  assert.ok(other.incidents.some((text) => text.includes('img-src')), other.incidents.join('\n'));
  assert.ok(other.incidents.some((text) => text.includes('refused')));
});
