/* SPDX-License-Identifier: MIT */
/**
 * The types of the Markdown room.
 *
 * @typedef {object} Token                one token of marked's lexer, or of our extensions
 * @property {string} type
 * @property {string} raw                 the source it was made from
 * @property {string} [text]
 * @property {Token[]} [tokens]
 * @property {number} [depth]             heading
 * @property {string} [lang]              code
 * @property {string} [codeBlockStyle]    code: 'indented'
 * @property {boolean} [ordered]          list
 * @property {number | ''} [start]        list
 * @property {boolean} [loose]            list and item
 * @property {boolean} [goesOn]           paragraph: the next one is its rest
 * @property {boolean} [follows]          paragraph: it is the rest of the one before
 * @property {Token[]} [items]            list
 * @property {boolean} [task]             item
 * @property {boolean} [checked]          item, checkbox
 * @property {Cell[]} [header]            table
 * @property {Cell[][]} [rows]            table
 * @property {(string | null)[]} [align]  table
 * @property {string} [href]              link, image
 * @property {string | null} [title]      link, image
 * @property {boolean} [autolink]         link
 * @property {boolean} [block]            html
 * @property {boolean} [display]          math
 * @property {boolean} [pending]          math: its end has not arrived
 * @property {string} [tag]             definition of a reference: its label, folded
 * @property {string} [label]             footnote and reference
 *
 * @typedef {{text: string, tokens: Token[]}} Cell
 *
 * @typedef {Record<string, {href: string, title?: string | null}>} Links
 *
 * @typedef {object} MarkdownOptions
 * @property {(key: string, values?: Record<string, string | number>) => string} [t]
 *   labels of buttons and hints; the keys are the catalogue's md.*
 * @property {(text: string) => void} [announce]  says something to a screen reader
 * @property {(text: string) => void} [onCopy]    called after code was copied
 * @property {number} [headingOffset]             added to every heading's level (0)
 * @property {() => boolean} [wrapCode]           whether long lines of code are wrapped at first
 * @property {boolean} [breaks]                   a line end is a line break (what people type)
 * @property {Document} [document]                where nodes are made (the global one)
 */
export {};
