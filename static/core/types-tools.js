/* SPDX-License-Identifier: MIT */
/**
 * The shapes of what servers of tools offer: typedefs only, named to the page
 * by types.js.
 */

/**
 * Something that a model can have done. What a person is told of it is its
 * server's word.
 *
 * @typedef {object} Tool
 * @property {string} name     as the model calls it: SERVER__TOOL, or one of the page's own
 * @property {string} server   '' for the page itself
 * @property {string} title    '' when it has none
 * @property {string} description
 * @property {Readonly<Record<string, unknown>>} parameters  a JSON Schema
 * @property {Readonly<Record<string, unknown>>} annotations
 * @property {'ask' | 'always' | 'never'} consent  as the administrator has it: 'always'
 *   needs no question, 'never' is not to be called
 * @property {string} digest   of name, description and schema: a consent holds for one
 * @property {string} [ownName]  its server's name for it
 * @property {readonly ('model' | 'app')[]} [visibility]  who may call it; only of servers whose apps are drawn
 */

/**
 * @typedef {object} Tools
 * @property {readonly Tool[]} list    for models; the page's own first
 * @property {readonly Tool[]} [apps]  for apps of their servers
 * @property {readonly {server: string, message: string}[]} errors  servers that gave no list
 */

/**
 * A prompt of a server of tools: who chooses it gets its words from there.
 *
 * @typedef {object} ServerPrompt
 * @property {string} name
 * @property {string} text    what it is for
 * @property {string} server
 * @property {readonly {name: string, title: string, description: string, required: boolean}[]} places
 *
 * What a server of tools has at an address, or, with `places`, at those of a template.
 * @typedef {object} Resource
 * @property {string} server
 * @property {string} uri
 * @property {string} title
 * @property {string} description
 * @property {string} type
 * @property {number} size     bytes; 0 where it is not known
 * @property {readonly string[]} places
 *
 * @typedef {object} Resources
 * @property {readonly Resource[]} list
 * @property {readonly {server: string, message: string}[]} errors
 *
 * Of what is to be completed.
 * @typedef {{server: string, prompt?: string, uri_template?: string, argument: {name: string, value: string},
 *   arguments: Readonly<Record<string, string>>}} Unfinished
 */

/**
 * What apps of servers get through the page; all of it rejects as a request does.
 *
 * @typedef {object} Apps
 * @property {(server: string, uri: string) => Promise<{html: string, csp: unknown}>} load  an app's document
 * @property {(server: string, uri: string) => Promise<Readonly<Record<string, unknown>>>} read  what is at an address, as the protocol has it
 * @property {(tool: Tool, given: Readonly<Record<string, unknown>>, signal: any) => Promise<Readonly<Record<string, unknown>>>} call
 * @property {(digest: string) => void} allow  without a question, in this conversation
 */

export {};
