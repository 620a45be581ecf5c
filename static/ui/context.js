// SPDX-License-Identifier: MIT
// What views are given: language, actions, and the services that the whole page shares.

/**
 * What there is before anybody has signed in.
 * @typedef {object} Basics
 * @property {import('./i18n.js').I18n} i18n
 * @property {import('../core/types.js').Actions} actions
 * @property {() => import('../core/types.js').State} state  as it is now
 * @property {(text: string) => void} say  to assistive technology only
 * @property {() => void} focusComposer
 *
 * What the views of the conversation have besides.
 * @typedef {object} Services
 * @property {import('./menu.js').Menus} menus
 * @property {import('./models.js').ModelChooser} models
 * @property {import('./speech.js').Speech} speech
 * @property {import('./markdown.js').MarkdownLoader} markdown
 * @property {(text: string | Promise<string>) => Promise<boolean>} copy  to the clipboard; a failure is told to the person
 * @property {(messageId: string, text: string) => Promise<boolean>} copyRich  an answer, with its formatting
 * @property {(messageId: string) => string[]} tablesOf  the tables of an answer, as CSV
 * @property {(file: import('../core/types.js').ExportFile | null | Promise<import('../core/types.js').ExportFile | null>) => Promise<void>} save  as a download
 * @property {(conversationId: string) => Promise<void>} saveHtml  as one file that needs nothing else
 * @property {() => void} pickImport  asks for a file to import
 * @property {() => void} editLast  opens the last question for editing
 * @property {(text: string) => void} suggest  puts a text into the composer
 * @property {(text: string) => void} quote  puts a text into the composer as a quotation
 * @property {(image: import('../core/types.js').Attachment | null) => void} showPicture  large, in a dialog; null lets go of it
 * @property {() => import('../core/types.js').Attachment | null} picture  the one shown so
 * @property {(messageId: string) => void} reveal  shows a message where it stands, what is searched for marked
 * @property {(prompt: import('../core/types.js').Prompt | import('../core/types.js').ServerPrompt) => void} fillPrompt  asks for what goes into its places
 * @property {() => import('../core/types.js').Prompt | import('../core/types.js').ServerPrompt | null} promptToFill  the one that is asked about
 * @property {() => void} toNewTurn  scrolls to the question that has just been asked, and follows its answer
 *
 * @typedef {Basics & Services} Context
 */

export {};
