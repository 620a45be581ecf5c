/* SPDX-License-Identifier: MIT */
/** One line that is being read: a place in it, counted in characters and in columns. Pure. */

/** Columns from one tab stop to the next. */
const TAB = 4;

export class Line {
  /** @param {string} text  without its end */
  constructor(text) {
    this.text = text;
    /** Where it is read. */
    this.at = 0;
    this.column = 0;
    /** A part of the tab at `at` has been read. */
    this.inTab = false;
    /** Where the next character is that is no blank, and how many columns before it are blank. */
    this.next = 0;
    this.nextColumn = 0;
    this.indent = 0;
    /** There is none. */
    this.blank = false;
    this.find();
  }

  /** Looks for the next character that is no blank, and tells how far it is indented. */
  find() {
    const { text } = this;
    let { at, column } = this;
    for (;;) {
      const code = text.charCodeAt(at);
      if (code === 32) column++;
      else if (code === 9) column += TAB - (column % TAB);
      else break;
      at++;
    }
    this.next = at;
    this.nextColumn = column;
    this.indent = column - this.column;
    this.blank = at >= text.length;
  }

  /** @returns {string} the character at `next`, '' at the end */
  get char() {
    return this.text[this.next] ?? '';
  }

  /** Goes to the next character that is no blank. */
  toNext() {
    this.at = this.next;
    this.column = this.nextColumn;
    this.inTab = false;
    this.indent = 0;
  }

  /** @param {number} count  columns of blanks, at most so many as there are */
  skipColumns(count) {
    const { text } = this;
    let left = count;
    while (left > 0) {
      const code = text.charCodeAt(this.at);
      if (code === 9) {
        const width = TAB - (this.column % TAB);
        this.inTab = width > left;
        const step = Math.min(width, left);
        this.column += step;
        if (!this.inTab) this.at++;
        left -= step;
      } else if (code === 32) {
        this.at++;
        this.column++;
        left--;
      } else {
        break;
      }
    }
    this.find();
  }

  /** @param {number} count  characters that are no blanks, from `next` on */
  take(count) {
    this.toNext();
    this.at += count;
    this.column += count;
    this.find();
  }

  /** Skips one blank, where there is one; of a tab, a column. @returns {boolean} */
  skipBlank() {
    const code = this.text.charCodeAt(this.at);
    if (code !== 32 && code !== 9) return false;
    this.skipColumns(1);
    return true;
  }

  /** @returns {string} what has not been read; the columns left of a tab as blanks */
  rest() {
    if (!this.inTab) return this.text.slice(this.at);
    return ' '.repeat(TAB - (this.column % TAB)) + this.text.slice(this.at + 1);
  }
}
