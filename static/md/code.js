/* SPDX-License-Identifier: MIT */
/**
 * A code block: its header (language, copy, wrap, save) and its text, which
 * may grow. What has been coloured up to a point where the language is at its
 * top level is never touched again; the last lines alone are coloured anew.
 * Of much text that comes at once, what is far behind that point waits in
 * pieces of its own, so that nothing the page does grows with the text.
 */
import { fitLines, placeLines, unplace } from './boxes.js';
import { button, element } from './dom.js';
import { colour, isReady, prepare } from './highlight.js';
import { canColour, fileName, findLanguage, languageWord } from './languages.js';
import { MAX_CODE_LINE, MAX_HIGHLIGHT, MAX_HIGHLIGHT_CHUNK, MAX_HIGHLIGHT_LINE, MAX_HIGHLIGHT_MS, SLICE_MS } from './limits.js';
import { watchOverflow } from './overflow.js';
import { later, soon } from './schedule.js';

/** Lines, and characters of each, that are coloured in one piece where nothing speaks against it. */
const PIECE_LINES = 40;
const PIECE_LINE = 40;

/** Text up to this long is coloured at once, so that it never shows plain. */
const AT_ONCE = 3_000;

/** What can be run of code, by the word that names its language. @type {ReadonlyMap<string, 'script' | 'page'>} */
const RUNNABLE = new Map([
  ['js', 'script'], ['javascript', 'script'], ['mjs', 'script'], ['html', 'page'], ['htm', 'page'], ['svg', 'page'],
]);

/** Characters behind what is coloured that are one text; what comes then waits in pieces. */
const MAX_REST = 2 * MAX_HIGHLIGHT_CHUNK;

/** @typedef {import('./context.js').Context} Context */

/** What a view holds that shows no text. */
const EMPTY = { done: 0, rest: '', live: 0, length: 0 };

export class CodeView {
  /**
   * @param {Context} context
   * @param {string} info  the fence's info string
   */
  constructor(context, info) {
    this.context = context;
    this.info = info;
    this.language = findLanguage(info);
    this.closed = false;
    /** @type {string[]} text that is coloured for good */
    this.parts = [];
    /** Characters of that. */
    this.done = EMPTY.done;
    /** Text behind it, to be coloured next. */
    this.rest = EMPTY.rest;
    /** Characters of `rest` that are coloured for now. */
    this.live = EMPTY.live;
    /** @type {{node: HTMLElement, text: string}[]} text behind that, in pieces of whole lines but for the last */
    this.waiting = [];
    /** Characters of all. */
    this.length = EMPTY.length;
    this.colours = canColour(this.language);
    const { doc, t } = context;
    const word = languageWord(info);
    const name = this.language?.name ?? (word.slice(0, 40) || t('md.code'));
    this.code = element(doc, 'code', word ? `language-${word}` : '');
    /** The end of the text, still plain or coloured for now. */
    this.tail = element(doc, 'span', 'md-code-lines');
    this.code.append(this.tail);
    const pre = element(doc, 'pre', '', this.code);
    this.pre = pre;
    pre.dir = 'ltr';
    watchOverflow(pre);
    this.tools = element(doc, 'div', 'md-code-tools');
    this.node = element(doc, 'div', 'md-code', this.header(name, pre), pre);
    this.node.setAttribute('role', 'group');
    this.node.setAttribute('aria-label', t('md.codeLabel', { language: name }));
    this.pump = this.pump.bind(this);
    if (this.colours && !isReady(this.language)) {
      void prepare(this.language).then((able) => {
        this.colours = able;
        if (able) later(this.pump);
      });
    }
  }

  /**
   * @param {string} name
   * @param {HTMLElement} pre
   * @returns {HTMLElement}
   */
  header(name, pre) {
    const { doc, t, options } = this.context;
    const wrap = button(doc, t('md.wrap'), 'md-button md-wrap', () => {
      setWrap(wrap, pre, !pre.classList.contains('is-wrapped'));
    });
    setWrap(wrap, pre, options.wrapCode?.() ?? false);
    const copy = button(doc, t('md.copy'), 'md-button md-copy', async () => {
      const done = await copyText(doc, this.text);
      const said = t(done ? 'md.copied' : 'md.copyFailed');
      flash(copy, said, t('md.copy'));
      options.announce?.(said);
      if (done) options.onCopy?.(this.text);
    });
    const save = button(doc, t('md.save'), 'md-button md-save', () => {
      saveFile(doc, this.text, fileName(this.info, this.language));
    });
    const language = element(doc, 'span', 'md-code-language', name);
    language.dir = 'auto';
    const kind = RUNNABLE.get(languageWord(this.info).toLowerCase());
    if (kind !== undefined && options.run) {
      this.tools.append(button(doc, t('md.run'), 'md-button md-run', () => options.run?.(kind, this.text, this.node)));
    }
    this.tools.append(wrap, save, copy);
    return element(doc, 'div', 'md-code-head', language, this.tools);
  }

  /** Holds no text, and shows none. */
  clear() {
    Object.assign(this, EMPTY, { parts: [], waiting: [] });
    this.tail.replaceChildren();
    this.code.replaceChildren(this.tail);
  }

  /** @returns {string} */
  get text() {
    return `${this.parts.join('')}${this.rest}${this.waiting.map(({ text }) => text).join('')}`;
  }

  /**
   * Shows `text`; a text that goes on from the one shown costs only what is new.
   *
   * @param {string} text
   * @param {boolean} [closed]  nothing more will come
   */
  update(text, closed = true) {
    const old = this.text;
    if (!text.startsWith(old)) this.clear();
    this.grow(text.slice(this.length), closed);
  }

  /**
   * Shows more text, behind the one shown.
   *
   * @param {string} more
   * @param {boolean} [closed]  nothing more will come
   */
  grow(more, closed = false) {
    this.closed = closed;
    this.length += more.length;
    this.append(more);
    if (!this.colours || !isReady(this.language)) return;
    if (!this.isBehind()) return;
    if (this.length - this.done <= AT_ONCE) soon(this.pump);
    else later(this.pump);
  }

  /** @param {string} more */
  append(more) {
    // The first piece is shown as it comes; what is not coloured needs no more than that.
    const room = this.waiting.length ? 0 : (this.colours ? MAX_REST : MAX_REST / 8) - this.rest.length;
    let at = room >= more.length ? more.length : room > 0 ? more.lastIndexOf('\n', room - 1) + 1 : 0;
    if (!this.waiting.length && at < more.length && (at || this.rest) && !`${this.rest}${more.slice(0, at)}`.endsWith('\n')) {
      // A line is one piece's, unless it is longer than is laid out in one.
      at = Math.min(more.indexOf('\n', at) + 1 || more.length, at + roomInLine(this.rest + more.slice(0, at)));
    }
    if (at) {
      this.rest += more.slice(0, at);
      appendText(this.tail, more.slice(0, at));
    }
    let last = this.waiting.at(-1);
    while (at < more.length) {
      if (!last || (last.text.endsWith('\n') && lineCount(last.text) >= PIECE_LINES) || roomInLine(last.text) === 0) {
        if (last) fitLines(last.node, last.text);
        last = { node: element(this.context.doc, 'span', 'md-code-lines'), text: '' };
        this.waiting.push(last);
        placeLines(this.context.doc, this.code, last.node, null);
      }
      const lines = Math.max(1, PIECE_LINES - lineCount(last.text));
      const end = Math.min(linesEnd(more, at, lines, MAX_HIGHLIGHT_CHUNK, more.length), at + roomInLine(last.text));
      last.text += more.slice(at, end);
      appendText(last.node, more.slice(at, end));
      at = end;
    }
  }

  /** Takes up text that waits, once there is room for it. */
  refill() {
    while (this.waiting.length && this.rest.length < MAX_HIGHLIGHT_CHUNK) {
      const next = /** @type {{node: HTMLElement, text: string}} */ (this.waiting.shift());
      unplace(next.node);
      this.rest += next.text;
      appendText(this.tail, next.text);
    }
  }

  /** More is to come after all: the last piece is unfinished again. */
  reopen() {
    this.closed = false;
    if (this.rest || this.waiting.length || !this.parts.length) return;
    this.rest = this.parts.pop() ?? '';
    this.done -= this.rest.length;
    let last = this.tail.previousElementSibling;
    if (last && !last.classList.contains('md-code-lines')) last = last.lastElementChild;
    if (last) unplace(last);
    this.tail.replaceChildren(this.rest);
  }

  /** @returns {number} how far `rest` can be coloured: to its last whole line */
  end() {
    if (this.closed && !this.waiting.length) return this.rest.length;
    return this.rest.lastIndexOf('\n') + 1;
  }

  /** @returns {boolean} whether there are lines to colour */
  isBehind() {
    const fresh = this.end() - this.live;
    // A long piece without a resting point is coloured again only when it has grown well.
    return this.waiting.length > 0 || (fresh > 0 && (this.closed || fresh > this.live / 10));
  }

  /**
   * Colours what can be, for one slice of time.
   *
   * @returns {boolean} whether more is to be done
   */
  pump() {
    const language = this.language;
    if (!language || !isReady(language) || !this.isBehind()) return false;
    const stop = performance.now() + SLICE_MS;
    let lines = PIECE_LINES;
    for (;;) {
      if (this.done > MAX_HIGHLIGHT) return false;
      this.refill();
      const end = this.end();
      if (end === 0) return false;
      const at = linesEnd(this.rest, 0, lines, Math.min(MAX_HIGHLIGHT_CHUNK, lines * PIECE_LINE), end);
      const piece = this.rest.slice(0, at);
      const last = at === end && !this.waiting.length;
      if (isLongLine(piece)) {
        if (last && !this.closed) return false;
        this.freeze(this.context.doc.createTextNode(piece), piece);
        continue;
      }
      const begun = performance.now();
      const { nodes, whole } = colour(this.context.doc, piece, language);
      // The highlighter's expressions take some texts in time that is quadratic: such are not tried in longer pieces.
      const slow = performance.now() - begun > MAX_HIGHLIGHT_MS;
      if (piece.length >= MAX_HIGHLIGHT_CHUNK || slow || (last && this.closed) ||
        (whole && (!last || lineCount(piece) >= PIECE_LINES))) {
        this.freeze(nodes, piece);
        lines = PIECE_LINES;
      } else if (!last) {
        lines *= 2;
      } else {
        this.live = piece.length;
        this.tail.replaceChildren(nodes, this.rest.slice(at));
        return false;
      }
      if (performance.now() > stop) return this.isBehind();
    }
  }

  /**
   * @param {Node} nodes   the coloured text that `rest` begins with
   * @param {string} text  of it
   */
  freeze(nodes, text) {
    const lines = element(this.context.doc, 'span', 'md-code-lines');
    lines.append(nodes);
    placeLines(this.context.doc, this.code, lines, this.tail);
    fitLines(lines, text);
    this.parts.push(text);
    this.done += text.length;
    this.rest = this.rest.slice(text.length);
    this.live = 0;
    this.tail.replaceChildren(this.rest);
  }
}

/**
 * @param {Element} toggle  the button that says so
 * @param {Element} pre
 * @param {boolean} on
 */
function setWrap(toggle, pre, on) {
  pre.classList.toggle('is-wrapped', on);
  toggle.setAttribute('aria-pressed', String(on));
}

/**
 * Wraps the lines of all code below an element, or lets them run on.
 *
 * @param {ParentNode} root
 * @param {boolean} on
 */
export function wrapAllCode(root, on) {
  for (const code of root.querySelectorAll('.md-code')) {
    const toggle = code.querySelector('.md-wrap');
    const pre = code.querySelector('pre');
    if (toggle && pre) setWrap(toggle, pre, on);
  }
}

/**
 * @param {string} text
 * @param {number} from
 * @param {number} lines
 * @param {number} most   characters, but for the line that reaches it
 * @param {number} end
 * @returns {number} where so many lines end, `end` at the most
 */
function linesEnd(text, from, lines, most, end) {
  let at = from;
  for (let i = 0; i < lines && at < from + most; i++) {
    const next = text.indexOf('\n', at) + 1;
    if (next === 0 || next > end) return end;
    at = next;
  }
  return at;
}

/**
 * @param {string} text
 * @returns {number} how much more of its last line is laid out together with it
 */
function roomInLine(text) {
  const length = text.length - text.lastIndexOf('\n') - 1;
  return Math.max(0, MAX_CODE_LINE - length);
}

/**
 * @param {string} text
 * @returns {boolean}
 */
function isLongLine(text) {
  if (text.length <= MAX_HIGHLIGHT_LINE) return false;
  return text.split('\n').some((line) => line.length > MAX_HIGHLIGHT_LINE);
}

/**
 * @param {string} text
 * @returns {number}
 */
function lineCount(text) {
  let count = 0;
  for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) count++;
  return count;
}

/**
 * @param {HTMLElement} parent
 * @param {string} text
 */
function appendText(parent, text) {
  const last = parent.lastChild;
  if (last && last.nodeType === 3) /** @type {Text} */ (last).appendData(text);
  else parent.append(text);
}

/**
 * Shows `said` on a button for a moment.
 *
 * @param {HTMLElement} target
 * @param {string} said
 * @param {string} label
 */
function flash(target, said, label) {
  const text = target.querySelector('.md-button-text');
  if (!text) return;
  text.textContent = said;
  target.classList.add('is-flashing');
  setTimeout(() => {
    text.textContent = label;
    target.classList.remove('is-flashing');
  }, 2_000);
}

/**
 * Copies text, also where the clipboard interface is missing or refused.
 *
 * @param {Document} doc
 * @param {string} text
 * @returns {Promise<boolean>}
 */
async function copyText(doc, text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const focused = doc.activeElement;
    const area = doc.createElement('textarea');
    area.className = 'md-copy-area';
    area.value = text;
    area.readOnly = true;
    doc.body.append(area);
    area.select();
    const done = copySelection(doc);
    area.remove();
    if (focused instanceof HTMLElement) focused.focus();
    return done;
  }
}

/**
 * @param {Document} doc
 * @returns {boolean} whether what is selected is on the clipboard
 */
function copySelection(doc) {
  try {
    return doc.execCommand('copy');
  } catch {
    return false;
  }
}

/**
 * Offers text as a download.
 *
 * @param {Document} doc
 * @param {string} text
 * @param {string} name
 */
function saveFile(doc, text, name) {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain;charset=utf-8' }));
  const link = doc.createElement('a');
  link.href = url;
  link.download = name;
  doc.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
