/* SPDX-License-Identifier: MIT */
/**
 * The types of the Markdown room.
 *
 * @typedef {object} Token                an inline token
 * @property {string} type                text, pending, codespan, em, strong, del, link, image, br,
 *   checkbox, or an extension's
 * @property {string} [text]              what it shows
 * @property {Token[]} [tokens]           em, strong, del, link, image
 * @property {number} [nesting]           em, strong, del: how deep they are
 * @property {string} [href]              link, image
 * @property {string | null} [title]      link, image
 * @property {boolean} [autolink]         link: its text is its address
 * @property {boolean} [checked]          checkbox
 * @property {boolean} [display]          math
 * @property {string} [label]             of what an extension refers to
 * @property {string} [name]              tag
 *
 * @typedef {object} Block                a block as the parser keeps it
 * @property {string} type                document, quote, list, item, paragraph, heading, code, html,
 *   rule, table, plain, or an extension's
 * @property {Block | null} parent
 * @property {number} depth               blocks around it that are no lists
 * @property {Block[]} kids
 * @property {boolean} open               more lines may belong to it
 * @property {boolean} settled            it is closed, and not on trial
 * @property {boolean} blank              its last line was blank
 * @property {string} text                paragraph, heading
 * @property {string[]} pieces            code, html, plain: the text
 * @property {number} sure                how many of them have arrived whole
 * @property {number} [level]             heading
 * @property {boolean} [goesOn]           paragraph: the next one is its rest
 * @property {string} [info]              code: what stands behind the fence
 * @property {{char: string, length: number, indent: number, inner: number}} [fence]  code; `inner`:
 *   fences that are open in it
 * @property {boolean} [isIndented]       code
 * @property {string[]} [blanks]          code that is indented: blank lines that count if more follows
 * @property {number} [kind]              html
 * @property {string} [bullet]            list: what its marks end with
 * @property {boolean} [ordered]          list
 * @property {number} [start]             list
 * @property {boolean} [loose]            list
 * @property {number} [indent]            item: columns that its lines begin with
 * @property {(string | null)[]} [align]  table
 * @property {string} [head]              table: its first row
 * @property {string[]} [rows]            table: the others
 * @property {string} [label]             an extension's
 * @property {string} [closer]            an extension's: what ends it
 *
 * @typedef {Record<string, {href: string, title?: string | null}>} Links
 *
 * @typedef {(parser: import('./block-parser.js').BlockParser, parent: Block, line: import('./line.js').Line,
 *   isLong: boolean) => number} BlockStart  tries to begin a block in `parent`; gives one of
 *   block-rules.js' NONE, INSIDE, REST, OVER
 * @typedef {(parser: import('./block-parser.js').BlockParser, block: Block, line: import('./line.js').Line) =>
 *   boolean | 'done' | 'fail'} GoesOn  whether a line goes on with an open block; done: it has ended it;
 *   fail: the block, which was on trial, is none
 *
 * @typedef {object} InlineRule
 * @property {string} chars  that it may begin with
 * @property {(text: string, at: number, parser: import('./inline-parser.js').InlineParser) =>
 *   {end: number, token?: Token} | null} read  what begins there, where it ends; without a token it
 *   shows nothing
 *
 * @typedef {object} InlineOptions
 * @property {boolean} isOpen     more text is to come
 * @property {boolean} breaks     a line end is a line break
 * @property {Links} links
 * @property {InlineRule[]} rules
 * @property {number} [depth]     tags that it stands in
 * @property {Set<string>} [missed]  labels that are looked up in vain are added
 *
 * @typedef {object} View  a block as it is shown
 * @property {Block} block
 * @property {string} type
 * @property {HTMLElement | null} node  null: nothing is to be seen of it
 * @property {View[]} kids
 * @property {number} settled   kids at the front that will not change
 * @property {boolean} final    shown as it stays
 * @property {any} state        what the maker of its type keeps
 *
 * @typedef {object} Maker  how blocks of a type are shown
 * @property {(context: import('./context.js').Context, view: View) => void} make  gives the view its node
 * @property {(context: import('./context.js').Context, view: View) => void} update  brings the node in line with the block
 *
 * @typedef {object} Extension  all that there is to a construct beyond GFM
 * @property {string} name
 * @property {{type: string, start: BlockStart, goesOn: GoesOn, isContainer?: boolean, isLeaf?: boolean,
 *   isUndecided?: (line: string) => boolean,
 *   addLine?: (parser: import('./block-parser.js').BlockParser, block: Block, line: import('./line.js').Line) => void}} [block]
 *   a block of its own: how it is read, also while it arrives
 * @property {Maker} [show]  how that block is shown
 * @property {InlineRule} [inline]  what it is within a line, also in one that is still arriving
 * @property {Record<string, (context: import('./context.js').Context, token: Token, inLink: boolean) => Node>} [nodes]
 *   how its inline tokens are shown, by type
 * @property {Record<string, Maker>} [fences]  code that is shown otherwise, by the word behind the fence
 * @property {(context: import('./context.js').Context, root: HTMLElement | DocumentFragment, isOver: boolean) => void} [gather]
 *   what stands at the end of all, once blocks have settled
 * @property {(part: ParentNode) => void} [copy]  makes what was copied fit for other programs
 *
 * @typedef {object} MarkdownOptions
 * @property {(key: string, values?: Record<string, string | number>) => string} [t]
 *   labels of buttons and hints; the keys are the catalogue's md.*
 * @property {(text: string) => void} [announce]  says something to a screen reader
 * @property {(text: string) => void} [onCopy]    called after code was copied
 * @property {number} [headingOffset]             added to every heading's level (0)
 * @property {() => boolean} [wrapCode]           whether long lines of code are wrapped at first
 * @property {(kind: 'script' | 'page', text: string, block: HTMLElement) => void} [run]  runs code, and shows
 *   what comes of it at the end of its block
 * @property {boolean} [breaks]                   a line end is a line break (what people type)
 * @property {Document} [document]                where nodes are made (the global one)
 */
export {};
