/* SPDX-License-Identifier: MIT */
/**
 * The shapes of a message's parts, of what arrives for them, and of what a tool
 * asks: typedefs only, named to the page by types.js.
 *
 * @typedef {import('./types.js').Id} Id
 */

/**
 * A message is a list of parts: one tagged union, told apart by `kind`, for
 * what a person sends and for what a model answers. core/parts.js has what is
 * done with them; nothing else needs to know all kinds.
 *
 * `type` is a media type, `size` the bytes of the original, `data` a data: URL
 * of base64 that the page has checked; '' where there is none.
 *
 * @typedef {TextPart | ReasoningPart | ToolCallPart | ImagePart | AudioPart | FilePart | SourcePart | NoticePart
 *   | RawPart} Part
 *
 * What a person attaches.
 * @typedef {ImagePart | AudioPart | FilePart} Attachment
 */

/**
 * @typedef {object} TextPart  Markdown of an answer; what a person wrote
 * @property {'text'} kind
 * @property {string} text
 */

/**
 * @typedef {object} ReasoningPart  one stretch of it; Markdown
 * @property {'reasoning'} kind
 * @property {string} text
 * @property {number | null} startedAt
 * @property {number | null} endedAt     null while it goes on
 * @property {readonly unknown[]} [details]  the provider's own, to be sent back unchanged with
 *   tool calls, to the same model only
 */

/**
 * How a tool call stands. The first four are under way, the others are ends.
 *
 * writing   the model writes its arguments
 * asking    waits for the person's consent
 * running   the tool works
 * input     the tool waits for what its server asks the person
 * done      there is a result
 * failed    the result says what went wrong
 * denied    the person did not allow it
 * stopped   nobody carried it out to its end
 * remote    the provider ran it itself
 *
 * @typedef {'writing' | 'asking' | 'running' | 'input' | 'done' | 'failed' | 'denied' | 'stopped' | 'remote'} ToolCallState
 *
 * @typedef {object} ToolCallPart
 * @property {'tool_call'} kind
 * @property {string} id          the model's; '' when it gave none
 * @property {number | null} index  its place among the calls of its round, as the model says
 * @property {string} name        as the model knows it
 * @property {string} arguments   JSON as the model wrote it, whether or not it is valid
 * @property {ToolCallState} state
 * @property {readonly Part[] | null} result  text, images, audio, files, raw; null before there is one
 * @property {number | null} startedAt
 * @property {number | null} endedAt
 * @property {number} [round]     which of the answer's rounds of calls it belongs to, from 1
 * @property {ToolProgress | undefined} [progress]  the last that a tool at work has told
 * @property {boolean | undefined} [lost]  the connection to it was, and is taken up again
 * @property {string | undefined} [unsent]  the key of its request, which never came to the server
 * @property {number | undefined} [aloneMs]  how long its answer had gone on by itself, where the person is asked for that
 * @property {readonly Inquiry[] | undefined} [inquiries]  what is asked, while it waits for that
 * @property {unknown} [extra]    the provider's own, to be sent back unchanged, to the same model only
 * @property {ToolApp | undefined} [app]  what draws the result; of this page alone, and in no file
 */

/**
 * @typedef {object} ToolApp
 * @property {string} uri  of its server's own
 * @property {Readonly<Record<string, unknown>>} result  as the protocol has it
 */

/**
 * @typedef {object} ToolProgress
 * @property {number | null} done
 * @property {number | null} total
 * @property {string} message  ''
 */

/**
 * What a server of tools asks a person in the middle of a call. All words of it
 * are the server's.
 *
 * @typedef {object} Inquiry
 * @property {string} id      the server's name of it
 * @property {'form' | 'url'} mode
 * @property {string} message
 * @property {string} url     of the web, which is to be opened; '' for a form
 * @property {readonly InquiryField[]} fields
 *
 * @typedef {object} InquiryField
 * @property {string} name
 * @property {string} title        ''
 * @property {string} description  ''
 * @property {boolean} required
 * @property {'text' | 'number' | 'integer' | 'yesno' | 'choice' | 'choices'} kind
 * @property {'' | 'email' | 'uri' | 'date' | 'date-time'} format  of a text
 * @property {readonly {value: string, title: string}[]} choices
 * @property {number | null} min   a text's characters, a number's value, how many choices
 * @property {number | null} max
 * @property {string | boolean | readonly string[]} initial  what stands there at first
 *
 * @typedef {object} InquiryAnswer
 * @property {'accept' | 'decline' | 'cancel'} action
 * @property {Readonly<Record<string, unknown>>} [content]
 *
 * Asks the person, and gives the answers by the ids of what was asked.
 * @typedef {(inquiries: readonly Inquiry[]) => Promise<Readonly<Record<string, InquiryAnswer>>>} Asker
 *
 * What is wrong with what was filled in, and the limit that it breaks.
 * @typedef {object} InquiryProblem
 * @property {'missing' | 'short' | 'long' | 'low' | 'high' | 'few' | 'many' | 'number' | 'integer' | 'email' | 'uri' | 'date'
 *   | 'date-time'} code
 * @property {number} limit
 */

/**
 * @typedef {object} ImagePart
 * @property {'image'} kind
 * @property {Id} id           of what a person attached; '' in an answer
 * @property {string} name
 * @property {string} type     what its first bytes say: png, jpeg, webp, gif or avif
 * @property {number} size
 * @property {string} data     '' when only its address is known
 * @property {string} [url]    where it is, when only that is known: a link until somebody follows it
 * @property {number} [width]  pixels
 * @property {number} [height]
 */

/**
 * @typedef {object} AudioPart
 * @property {'audio'} kind
 * @property {Id} id           as an image's
 * @property {string} name
 * @property {string} type        'audio/pcm' is 16 bit, mono, 24 kHz, without a head
 * @property {number} size
 * @property {string} data        a data: URL; of an answer, several pieces of base64 with a
 *   blank between them may follow its comma
 * @property {string} transcript  '' when there is none
 */

/**
 * @typedef {object} FilePart
 * @property {'file'} kind
 * @property {Id} id           as an image's
 * @property {string} name
 * @property {string} type
 * @property {number} size
 * @property {string} text  what a model gets of it as text; '' when there is none
 * @property {string} data  the file itself, for a model that takes files, or to be saved
 */

/**
 * @typedef {object} SourcePart  what an answer rests on, in the order of its numbers
 * @property {'source'} kind
 * @property {number} number   by which it is cited, from 1
 * @property {string} url
 * @property {string} title    '' when there is none
 * @property {string} snippet  words of it; '' when there are none
 * @property {readonly number[]} at  ends of what it supports, in characters of the message's
 *   text; none when the provider puts its numbers into the text itself, or tells no place
 */

/**
 * @typedef {object} NoticePart  what happened to an answer, where it happened
 * @property {'notice'} kind
 * @property {string} code    'too_many_parts', 'too_large', 'not_a_picture', 'broken_sound'
 * @property {string} detail  the provider's word for it; ''
 */

/**
 * @typedef {object} RawPart  what this version does not know: shown folded, kept, exported
 * @property {'raw'} kind
 * @property {string} name
 * @property {string} json
 */

/**
 * A piece of an answer as it arrives. Pieces of text go to the part that is
 * open at the end; everything else is a part or belongs to one.
 *
 * @typedef {{kind: 'text', text: string}
 *   | {kind: 'reasoning', text: string, details?: readonly unknown[]}
 *   | {kind: 'tool_call', index: number | null, id: string, name: string, arguments: string, extra?: unknown}
 *   | {kind: 'audio', type: string, data: string, transcript: string}
 *   | {kind: 'source', source: SourcePart, unit: 'points' | 'bytes' | 'here'}
 *   | {kind: 'part', part: ImagePart | FilePart | NoticePart | RawPart}} Delta
 *
 * A source's places are given in Unicode characters, in bytes of UTF-8, or are
 * where the text has come to; the part has them in the units of a string. A
 * number of 0 is the next.
 */

export {};
