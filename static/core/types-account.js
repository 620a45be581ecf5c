/* SPDX-License-Identifier: MIT */
/**
 * The shapes of who is signed in and what is theirs: typedefs only, named to
 * the page by types.js. Times are milliseconds since the epoch unless the name
 * or a word says otherwise.
 *
 * @typedef {import('./types.js').ApiErrorInfo} ApiErrorInfo
 */

/**
 * @typedef {object} SessionLimits  what the page must know of the server's
 * @property {number} [max_body_bytes]
 * @property {number} [max_messages]
 * @property {number} [streams_per_user]
 * @property {number} [requests_per_minute]
 * @property {number} [tokens_per_day]
 * @property {boolean} [resume]      false where streams cannot be resumed (CGI)
 * @property {number} [grace_seconds]  how long a lost stream stays resumable
 * @property {number} [ring_bytes]
 * @property {string} [worker]  its name until it is started anew; none where others may have been asked
 */

/**
 * @typedef {object} SecondFactor
 * @property {'optional' | 'required'} mode
 * @property {boolean} set
 * @property {number} recoveryCodes  how many are left
 * @property {number | null} passkeys  how many there are; null where they are not used
 */

/**
 * @typedef {object} Session
 * @property {'unknown' | 'signed-out' | 'signed-in' | 'expired'} status
 *   'expired' keeps the conversations and asks for the login in place
 * @property {{name: string} | null} user  stays set while 'expired'
 * @property {number | null} expiresAt
 * @property {SessionLimits} limits
 * @property {'password' | 'remote_user'} auth  whether a password form makes sense
 * @property {ApiErrorInfo | null} error   of the last attempt to sign in
 * @property {boolean} passwordChangeRequired  the login needs a new password
 * @property {SecondFactor | null} secondFactor  null where there is none to speak of
 * @property {readonly unknown[] | null} welcome  the administrator's words for the empty conversation, as the
 *   server gave them: ui/welcome.js reads them; null for none
 * @property {boolean} titles   a model may be asked for a conversation's title
 * @property {boolean} tokens   there are access tokens here
 * @property {'code' | 'passkey' | 'either' | 'setup' | null} asked  what the login needs besides: a
 *   second factor, or that one is set up
 * @property {boolean} passkeys            they are used here
 * @property {boolean} transcription       the server turns speech into text
 * @property {boolean} prompts             servers of tools may have some
 * @property {boolean} resources           and these
 * @property {boolean} pending             an attempt is under way
 * @property {boolean} elsewhere           it ended by a sign-out in another tab: what is here is not shown
 */

/**
 * @typedef {object} Model
 * @property {string} id
 * @property {string} name
 * @property {string} provider
 * @property {number | null} contextLength   tokens
 * @property {number | null} maxOutputTokens tokens
 * @property {('text' | 'image' | 'audio' | 'file')[]} input
 * @property {string} description   the administrator's words; '' for none
 * @property {boolean} webSearch    it can be let search the web
 */

/**
 * @typedef {object} Models
 * @property {'idle' | 'loading' | 'ready' | 'failed'} status
 * @property {readonly Model[]} list   the last good list, also while 'failed'
 * @property {ApiErrorInfo | null} error
 */

/**
 * A session of the person's, as the server lists it; texts may be empty.
 *
 * @typedef {object} OwnSession
 * @property {string} id
 * @property {boolean} current
 * @property {string} browser     "Firefox"
 * @property {string} system      "Linux"
 * @property {string} network     "192.0.2.0/24"
 * @property {boolean} newNetwork  the person had not been seen there before
 * @property {number} firstSeen   ms
 * @property {number} lastSeen    ms
 */

/**
 * An access token of the person's, as the server lists it; texts may be empty, 0 is none.
 *
 * @typedef {object} OwnToken
 * @property {string} id
 * @property {string} label
 * @property {number} expiresAt   ms
 * @property {number} lastUsed    ms
 * @property {string} network     of the last use
 * @property {boolean} readOnly
 * @property {readonly string[]} models
 * @property {readonly string[]} networks
 * @property {number} requestsPerMinute
 * @property {number} tokensPerDay
 */

/**
 * @typedef {object} OwnTokens
 * @property {readonly OwnToken[]} tokens
 * @property {number} max   that the person may have by making them
 * @property {number} lifetimeSeconds   of one at most
 */

/**
 * What the person has used of a model on a day.
 *
 * @typedef {object} UsageRow
 * @property {string} day   YYYY-MM-DD, in UTC
 * @property {string} model
 * @property {number} requests
 * @property {number} tokens
 * @property {number | null} cost   null: not known
 */

/**
 * @typedef {object} Budget
 * @property {string} name   as the server's configuration has it
 * @property {number} limit
 * @property {number} used
 */

/**
 * @typedef {object} OwnUsage
 * @property {number} days   that are kept
 * @property {readonly UsageRow[]} rows   the latest day first
 * @property {readonly Budget[]} budgets
 */

/**
 * @typedef {object} TokenWish
 * @property {string} label
 * @property {number} expiresAt   s
 * @property {boolean} readOnly
 * @property {readonly string[]} models
 * @property {readonly string[]} networks
 * @property {number} requestsPerMinute
 * @property {number} tokensPerDay
 * @property {string} password
 */

/**
 * A login from a network in which the person had not been seen.
 *
 * @typedef {object} NewNetwork
 * @property {string} network
 * @property {string} browser
 * @property {string} system
 * @property {number} at   ms
 */

export {};
