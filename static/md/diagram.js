/* SPDX-License-Identifier: MIT */
/**
 * Diagrams: drawn by Mermaid in a frame without an origin, under a policy of
 * its own, and shown as an image, which can run nothing and ask for nothing.
 */
import { tameDiagram } from './diagram-source.js';
import { element } from './dom.js';
import { DIAGRAM_TIMEOUT_MS, MAX_DIAGRAM, MAX_DIAGRAM_HEIGHT, MAX_DIAGRAM_PICTURE, MAX_DIAGRAM_SVG } from './limits.js';

/**
 * @typedef {{image: Blob, width: number, height: number, title: string}} Drawing
 * @typedef {{resolve: (drawing: Drawing) => void, reject: (error: Error) => void, timer: number}} Waiting
 */

/** @type {HTMLIFrameElement | null} */
let frame = null;
/** @type {Promise<void> | null} */
let ready = null;
let count = 0;
/** @type {Map<number, Waiting>} */
const waiting = new Map();

/**
 * @param {Document} doc
 * @returns {Promise<void>}
 */
function openFrame(doc) {
  ready ??= new Promise((resolve, reject) => {
    const node = element(doc, 'iframe', 'md-diagram-frame');
    node.setAttribute('sandbox', 'allow-scripts');
    node.setAttribute('aria-hidden', 'true');
    node.title = 'Mermaid';
    node.tabIndex = -1;
    node.referrerPolicy = 'no-referrer';
    node.src = new URL('mermaid-frame.html', import.meta.url).href;
    const view = /** @type {Window} */ (doc.defaultView);
    /** @param {string} why */
    const fail = (why) => {
      view.clearTimeout(timer);
      closeFrame(new Error(why));
      reject(new Error(why));
    };
    const timer = view.setTimeout(() => fail('the frame did not load'), DIAGRAM_TIMEOUT_MS);
    view.addEventListener('message', (event) => {
      if (event.source !== node.contentWindow || node !== frame) return;
      if (event.data?.ready === true) {
        view.clearTimeout(timer);
        resolve();
      } else if (event.data?.ready === false) {
        fail('Mermaid could not be loaded');
      } else {
        take(event.data);
      }
    });
    frame = node;
    doc.body.append(node);
  });
  return ready;
}

/** @param {Error} error  given to all that wait */
function closeFrame(error) {
  frame?.remove();
  frame = null;
  ready = null;
  for (const [id, entry] of waiting) {
    waiting.delete(id);
    clearTimeout(entry.timer);
    entry.reject(error);
  }
}

/**
 * Takes an answer of the frame, which is not trusted: only its form is used.
 *
 * @param {any} data
 */
function take(data) {
  const entry = waiting.get(Number(data?.id));
  if (!entry) return;
  waiting.delete(Number(data.id));
  clearTimeout(entry.timer);
  const { width, height, title, error } = data;
  const image = imageOf(data);
  if (!image || !(width > 0 && width < 1e5) || !(height > 0 && height < 1e5)) {
    entry.reject(new Error(typeof error === 'string' ? error.slice(0, 500) : 'too large'));
    return;
  }
  entry.resolve({ image, width, height, title: typeof title === 'string' ? title.slice(0, 500) : '' });
}

/**
 * @param {any} data  an answer of the frame
 * @returns {Blob | null}  a drawing, or where that is large a picture of it; of a type that is ours to say
 */
function imageOf({ svg, picture }) {
  if (picture instanceof Blob) return picture.size <= MAX_DIAGRAM_PICTURE ? new Blob([picture], { type: 'image/png' }) : null;
  if (typeof svg !== 'string' || !svg.startsWith('<svg') || svg.length > MAX_DIAGRAM_SVG) return null;
  return new Blob([svg], { type: 'image/svg+xml' });
}

/**
 * The colours around `box`, as the drawing should have them.
 *
 * @param {HTMLElement} box
 * @returns {Record<string, string | boolean>}
 */
function look(box) {
  const style = getComputedStyle(box);
  const [r = 0, g = 0, b = 0] = (style.color.match(/[\d.]+/g) ?? []).map(Number);
  return {
    dark: r + g + b > 384,
    text: style.color,
    background: style.backgroundColor,
    line: style.outlineColor,
    border: style.caretColor,
    node: style.columnRuleColor,
    font: style.fontFamily,
  };
}

/**
 * @param {HTMLElement} box  what the drawing will be in; it is in the page
 * @param {string} source
 * @returns {Promise<Drawing>}
 */
async function draw(box, source) {
  if (source.length > MAX_DIAGRAM) throw new Error('too long');
  await openFrame(box.ownerDocument);
  return new Promise((resolve, reject) => {
    const id = (count += 1);
    const timer = window.setTimeout(() => closeFrame(new Error('too slow')), DIAGRAM_TIMEOUT_MS);
    waiting.set(id, { resolve, reject, timer });
    frame?.contentWindow?.postMessage({ id, source: tameDiagram(source), look: look(box) }, '*');
  });
}

/** One diagram at a time, each after the one before. */
let last = Promise.resolve();

/**
 * @param {HTMLElement} box
 * @param {string} source
 * @returns {Promise<Drawing>}
 */
function drawInTurn(box, source) {
  const turn = last.then(() => draw(box, source));
  last = turn.then(() => undefined, () => {
    // What failed may have left the program in a state that spoils the next.
    closeFrame(new Error('closed'));
  });
  return turn;
}

/** @type {Set<WeakRef<DiagramView>>} */
const views = new Set();

/** Draws all diagrams anew in the colours that the page has now. */
function themeChanged() {
  for (const ref of views) {
    const view = ref.deref();
    if (view) view.redraw();
    else views.delete(ref);
  }
}

let watching = false;

/** @param {Document} doc */
function watchTheme(doc) {
  if (watching) return;
  watching = true;
  doc.defaultView?.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', themeChanged);
  new MutationObserver(themeChanged).observe(doc.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
}

/** One diagram: drawn when it comes near the window. */
export class DiagramView {
  /**
   * @param {Document} doc
   * @param {string} source
   * @param {string} alt
   * @param {(shown: boolean, error: string) => void} onChange
   */
  constructor(doc, source, alt, onChange) {
    this.source = source;
    this.alt = alt;
    this.onChange = onChange;
    this.drawn = false;
    this.image = element(doc, 'img');
    this.node = element(doc, 'div', 'md-diagram', this.image);
    this.node.hidden = true;
    views.add(new WeakRef(this));
    watchTheme(doc);
  }

  /** @param {HTMLElement} near  draws once this is near the window */
  start(near) {
    const observer = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      observer.disconnect();
      void this.show();
    }, { rootMargin: '600px' });
    observer.observe(near);
  }

  redraw() {
    if (this.drawn && this.node.isConnected) void this.show();
  }

  async show() {
    try {
      const drawing = await drawInTurn(this.node, this.source);
      // On paper, which is light, a dark one is turned (css/markdown.css).
      this.image.classList.toggle('is-dark', look(this.node).dark === true);
      const url = URL.createObjectURL(drawing.image);
      // The address is given back once the image has loaded, and keeps, what it stands for.
      await new Promise((resolve, reject) => {
        this.image.onload = resolve;
        this.image.onerror = () => reject(new Error('the drawing is no valid image'));
        this.image.alt = drawing.title || this.alt;
        const scale = Math.min(1, MAX_DIAGRAM_HEIGHT / drawing.height);
        this.image.width = Math.round(drawing.width * scale);
        this.image.height = Math.round(drawing.height * scale);
        this.image.src = url;
      }).finally(() => URL.revokeObjectURL(url));
      this.drawn = true;
      this.onChange(true, '');
    } catch (error) {
      if (!this.drawn) this.onChange(false, error instanceof Error ? error.message : String(error));
    }
  }
}
