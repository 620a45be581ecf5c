/* SPDX-License-Identifier: MIT */
/**
 * The shapes of everything the page knows: typedefs only, no code.
 *
 * The state is immutable. A reducer returns a new object for what changed and
 * the same object for what did not, so `===` tells whether to render again.
 * All times are milliseconds since the epoch unless the name says otherwise.
 */

/** @typedef {string} Id  made by the id source given to the effects */

/**
 * Of the parts of a message.
 *
 * @typedef {import('./types-parts.js').Part} Part
 * @typedef {import('./types-parts.js').Attachment} Attachment
 * @typedef {import('./types-parts.js').TextPart} TextPart
 * @typedef {import('./types-parts.js').ReasoningPart} ReasoningPart
 * @typedef {import('./types-parts.js').ToolCallState} ToolCallState
 * @typedef {import('./types-parts.js').ToolCallPart} ToolCallPart
 * @typedef {import('./types-parts.js').ToolProgress} ToolProgress
 * @typedef {import('./types-parts.js').ToolApp} ToolApp
 * @typedef {import('./types-parts.js').Inquiry} Inquiry
 * @typedef {import('./types-parts.js').InquiryField} InquiryField
 * @typedef {import('./types-parts.js').InquiryAnswer} InquiryAnswer
 * @typedef {import('./types-parts.js').InquiryProblem} InquiryProblem
 * @typedef {import('./types-parts.js').ImagePart} ImagePart
 * @typedef {import('./types-parts.js').AudioPart} AudioPart
 * @typedef {import('./types-parts.js').FilePart} FilePart
 * @typedef {import('./types-parts.js').SourcePart} SourcePart
 * @typedef {import('./types-parts.js').NoticePart} NoticePart
 * @typedef {import('./types-parts.js').RawPart} RawPart
 * @typedef {import('./types-parts.js').Delta} Delta
 */

/**
 * Of who is signed in.
 *
 * @typedef {import('./types-account.js').SessionLimits} SessionLimits
 * @typedef {import('./types-account.js').SecondFactor} SecondFactor
 * @typedef {import('./types-account.js').Session} Session
 * @typedef {import('./types-account.js').Model} Model
 * @typedef {import('./types-account.js').Models} Models
 * @typedef {import('./types-account.js').OwnSession} OwnSession
 * @typedef {import('./types-account.js').OwnToken} OwnToken
 * @typedef {import('./types-account.js').OwnTokens} OwnTokens
 * @typedef {import('./types-account.js').UsageRow} UsageRow
 * @typedef {import('./types-account.js').Budget} Budget
 * @typedef {import('./types-account.js').OwnUsage} OwnUsage
 * @typedef {import('./types-account.js').TokenWish} TokenWish
 * @typedef {import('./types-account.js').NewNetwork} NewNetwork
 */

/**
 * Of what servers of tools offer.
 *
 * @typedef {import('./types-tools.js').Tool} Tool
 * @typedef {import('./types-tools.js').Tools} Tools
 * @typedef {import('./types-tools.js').ServerPrompt} ServerPrompt
 * @typedef {import('./types-tools.js').Resource} Resource
 * @typedef {import('./types-tools.js').Resources} Resources
 * @typedef {import('./types-tools.js').Unfinished} Unfinished
 * @typedef {import('./types-tools.js').Apps} Apps
 */

/**
 * Why something went wrong, in the one form the page explains.
 *
 * @typedef {object} ApiErrorInfo
 * @property {string} code       the server's code, or one of net/api.js's own:
 *   'offline', 'network', 'timeout', 'blocked' (an HTML page from a firewall
 *   or proxy), 'bad_answer' (not what the interface promises)
 * @property {string} type       OpenAI's error type; '' when there is none
 * @property {string} message    the server's words; '' when there are none
 * @property {number} status     HTTP status; 0 when no answer came
 * @property {string | null} param    what the error is about
 * @property {number | null} retryAt  when to try again at the earliest
 */

/** @typedef {{readonly name: string, readonly size: number}} Recording */

/**
 * What may be kept in localStorage: preferences, never a word of a conversation.
 *
 * @typedef {object} Settings
 * @property {'system' | 'light' | 'dark'} theme
 * @property {'small' | 'medium' | 'large' | 'x-large'} textSize
 * @property {'enter' | 'mod-enter'} sendKey
 * @property {'auto' | 'en' | 'de' | 'fr' | 'es' | 'pt' | 'ru' | 'ar' | 'hi' | 'ja' | 'zh-Hans'} language
 * @property {string} defaultModel   '' means the one used last, else the first of the list
 * @property {readonly string[]} recentModels   ids, newest first
 * @property {readonly string[]} starredModels  ids
 * @property {string} instructions   sent with every chat, before the chat's own
 * @property {readonly Prompt[]} prompts   the person's own
 * @property {boolean} sidebarOpen
 * @property {boolean} beenHere      somebody was signed in here last: the page begins with the conversation
 * @property {boolean} showStats     tokens and speed under each answer
 * @property {boolean} wrapCode
 * @property {boolean} readAnswers   screen readers hear long answers too
 * @property {boolean} knowsMemory   has been told that chats are gone with the tab
 * @property {boolean} knowsExport   has been told how to keep one
 */

/**
 * A text of the person's own for the composer; `{{name}}` is a place to be filled in.
 *
 * @typedef {object} Prompt
 * @property {string} name
 * @property {string} text
 */

/**
 * How an answer stands. The first seven are under way, the others are ends.
 *
 * connecting   the request is out, nothing came back
 * waiting      the server accepted it; no token yet
 * thinking     reasoning arrives
 * answering    text arrives
 * held         not sent: waits for a login, or for a time the user agreed to
 * reconnecting the network was lost; it resumes by itself
 * acting       tools are at work, or wait for the person's consent
 * complete     the server said [DONE]
 * stopped      by the user
 * interrupted  the connection was lost for good; what came stays
 * failed       an error; what came stays
 * refused      the provider's content filter
 * length       cut at the length limit
 *
 * @typedef {'connecting' | 'waiting' | 'thinking' | 'answering' | 'held' | 'reconnecting' | 'acting'
 *   | 'complete' | 'stopped' | 'interrupted' | 'failed' | 'refused' | 'length'} MessageStatus
 */

/**
 * @typedef {object} Timing
 * @property {number} startedAt
 * @property {number | null} firstTokenAt   first part of any kind
 * @property {number | null} endedAt
 */

/**
 * @typedef {object} Usage
 * @property {number} promptTokens
 * @property {number} completionTokens
 * @property {number} reasoningTokens   of the completion
 * @property {number} cachedTokens      of the prompt
 * @property {number | null} cost       in the provider's unit, US dollars as a rule; null when it says none
 */

/**
 * One message of the tree.
 *
 * @typedef {object} Message
 * @property {Id} id
 * @property {Id | null} parentId     null for a first message
 * @property {readonly Id[]} children in order of creation; siblings are branches
 * @property {Id | null} openChildId  the child whose branch is shown
 * @property {readonly Id[]} [both]   of a question: two answers that stand beside each other until one is chosen
 * @property {'user' | 'assistant'} role
 * @property {readonly Part[]} parts  a person's: what is attached, then the text
 * @property {number} createdAt
 * @property {MessageStatus} status   'complete' for a user's message
 * @property {string} model           model id of an answer; '' for a user's message
 * @property {ApiErrorInfo | null} error
 * @property {Hold | null} hold       why it is 'held'
 * @property {Reconnect | null} reconnect  while 'reconnecting'
 * @property {Usage | null} usage
 * @property {Usage | undefined} [spent]  by the requests before the last one, where an answer took several
 * @property {Timing | null} timing   null for a user's message
 * @property {string} streamKey       Idempotency-Key of the last request; ''
 * @property {string} lastEventId     of the last event applied; ''
 */

/**
 * @typedef {{reason: 'login'} | {reason: 'consent', at: number}} Hold
 * 'login': goes out after the sign-in; 'consent': goes out at `at`
 */

/**
 * @typedef {object} Reconnect
 * @property {number} attempt   1 for the first
 * @property {number} at        when the next attempt starts
 */

/**
 * Sampling parameters; what is not set is absent and is not sent.
 *
 * @typedef {object} Params
 * @property {number} [temperature]
 * @property {number} [top_p]
 * @property {number} [max_tokens]
 * @property {number} [frequency_penalty]
 * @property {number} [presence_penalty]
 * @property {number} [seed]
 * @property {string[]} [stop]
 * @property {'minimal' | 'low' | 'medium' | 'high'} [reasoning_effort]
 */

/**
 * @typedef {object} Draft
 * @property {string} text
 * @property {readonly Attachment[]} attachments
 * @property {boolean} [asIs]   it is sent although it is longer than the model says it can read
 */

/**
 * @typedef {object} Conversation
 * @property {Id} id
 * @property {string} title        '' until the first message gives one
 * @property {boolean} titleEdited a title the user gave is never replaced
 * @property {number} createdAt
 * @property {number} updatedAt
 * @property {string} model        '' means the default model
 * @property {string} [second]     of a model that is asked too; '' or absent for none
 * @property {string} system       system prompt; '' when there is none
 * @property {Params} params
 * @property {Draft} draft
 * @property {Readonly<Record<Id, Message>>} nodes
 * @property {readonly Id[]} roots     first messages; more than one after an edit
 * @property {Id | null} openRootId    the root whose branch is shown
 * @property {readonly Draft[]} queue   messages that wait for the end of an answer
 * @property {boolean} pinned      stays at the top of the list
 * @property {boolean} unseen      an answer has ended while another conversation was shown
 * @property {readonly string[]} tools    names of those that the model may call
 * @property {boolean} webSearch   the model may search the web, where it can
 * @property {readonly string[]} allowed  digests of tools that may be called without a question
 */

/**
 * What an undo brings back.
 *
 * @typedef {{kind: 'conversation', token: Id, conversation: Conversation, index: number}
 *   | {kind: 'messages', token: Id, conversationId: Id, topId: Id, index: number,
 *      nodes: Readonly<Record<Id, Message>>}
 *   | {kind: 'pair', token: Id, conversationId: Id, pair: import('./pair.js').Pair}} Undo
 */

/**
 * @typedef {object} Conversations
 * @property {Readonly<Record<Id, Conversation>>} byId
 * @property {readonly Id[]} order   newest first
 * @property {Id} activeId           there always is one
 * @property {Undo | null} undo      the last deletion, until it expires
 */

/**
 * @typedef {object} Toast
 * @property {Id} id
 * @property {'info' | 'success' | 'error'} kind
 * @property {string} key     message catalogue key
 * @property {Readonly<Record<string, string | number>>} [values]  for the key's placeholders
 * @property {ApiErrorInfo} [error]   explained by the view
 * @property {boolean} [undo]         offers to undo the last deletion
 * @property {boolean} [lasts]        stays until it is taken away
 */

/**
 * @typedef {object} Ui
 * @property {string | null} dialog    name of the open dialog: 'settings', 'help',
 *   'params', 'memory', 'password', 'export' ... the views' own names
 * @property {Id | null} editingId     the message being edited
 * @property {Readonly<Record<Id, string>>} edits   what was written and neither sent nor given up
 * @property {Id | null} deletingId    the message whose deletion is being asked about
 * @property {Id | null} renamingId    the conversation being renamed
 * @property {string} search           filter of the conversation list
 * @property {boolean} drawerOpen      the list on a narrow screen
 * @property {boolean} online          what the browser says of the network
 * @property {boolean} newer           the site has a newer version of the page, and nobody has waved that away
 * @property {readonly Toast[]} toasts
 * @property {readonly NewNetwork[]} news   what the last login was told
 */

/**
 * @typedef {object} State
 * @property {Session} session
 * @property {Models} models
 * @property {Tools} tools
 * @property {Settings} settings
 * @property {Conversations} conversations
 * @property {Ui} ui
 */

/**
 * Progress of an answer, merged by the reducer: deltas are applied in their
 * order, the rest replaces. One of these a frame, however many tokens came.
 *
 * @typedef {object} Progress
 * @property {readonly Delta[]} [deltas]
 * @property {MessageStatus} [status]
 * @property {string} [lastEventId]
 * @property {Usage} [usage]
 * @property {Reconnect | null} [reconnect]
 * @property {string} [model]   what the server says it used
 */

/**
 * @typedef {object} NewUserMessage
 * @property {Id} id
 * @property {Id | null} parentId
 * @property {string} text
 * @property {readonly Attachment[]} attachments
 */

/**
 * @typedef {object} NewAnswer
 * @property {Id} id
 * @property {Id} parentId
 * @property {string} model
 * @property {string} streamKey
 */

/**
 * Everything that can change the state. Ids and times are part of an action,
 * so that a reducer needs neither a clock nor a source of ids.
 *
 * @typedef {{type: 'session/pending'}
 *   | {type: 'session/signedIn', user: {name: string}, expiresAt: number | null,
 *      auth: 'password' | 'remote_user', limits: SessionLimits, secondFactor?: SecondFactor | null, transcription?: boolean, prompts?: boolean, resources?: boolean,
 *      tokens?: boolean, welcome?: readonly unknown[] | null, titles?: boolean}
 *   | {type: 'session/signedOut', auth?: 'password' | 'remote_user', passkeys?: boolean, now: number, newId: Id}
 *   | {type: 'session/expired', auth?: 'password' | 'remote_user', passkeys?: boolean, elsewhere?: boolean}
 *   | {type: 'session/failed', error: ApiErrorInfo}
 *   | {type: 'session/passwordChangeRequired'}
 *   | {type: 'session/asked', asked: 'code' | 'passkey' | 'either' | 'setup'}
 *   | {type: 'models/loading'}
 *   | {type: 'models/ready', list: Model[]}
 *   | {type: 'models/failed', error: ApiErrorInfo}
 *   | {type: 'tools/ready', tools: Tools}
 *   | {type: 'settings/changed', settings: Settings}
 *   | {type: 'ui/changed', patch: Partial<Omit<Ui, 'toasts'>>}
 *   | {type: 'toast/added', toast: Toast}
 *   | {type: 'toast/dismissed', id: Id}
 *   | ConversationAction | MessageAction} Action
 */

/**
 * @typedef {{type: 'conversation/created', id: Id, now: number, model: string}
 *   | {type: 'conversation/selected', id: Id}
 *   | {type: 'conversation/renamed', id: Id, title: string, now: number}
 *   | {type: 'conversation/deleted', id: Id, token: Id, newId: Id, now: number}
 *   | {type: 'conversation/configured', id: Id, patch: {title?: string, model?: string, second?: string, system?: string, params?: Params, pinned?: boolean,
 *      tools?: readonly string[], webSearch?: boolean, allowed?: readonly string[]}}
 *   | {type: 'conversation/queued', id: Id, queue: readonly Draft[], draft: Draft}
 *   | {type: 'conversation/draftChanged', id: Id, patch: Partial<Draft>}
 *   | {type: 'conversation/imported', conversations: Conversation[]}
 *   | {type: 'conversations/cleared', newId: Id, now: number}
 *   | {type: 'undo/applied', token: Id}
 *   | {type: 'undo/expired', token: Id}} ConversationAction
 */

/**
 * @typedef {{type: 'exchange/started', conversationId: Id, now: number,
 *      user: NewUserMessage | null, answer: NewAnswer, beside?: NewAnswer, instead?: Id, clearDraft: boolean}
 *   | {type: 'answer/restarted', conversationId: Id, messageId: Id, now: number, streamKey: string,
 *      model: string, keepText: boolean}
 *   | {type: 'answer/progressed', conversationId: Id, messageId: Id, now: number, progress: Progress}
 *   | {type: 'answer/held', conversationId: Id, messageId: Id, hold: Hold}
 *   | {type: 'answer/called', conversationId: Id, messageId: Id, now: number,
 *      calls: readonly {at: number, change: Partial<ToolCallPart>}[]}
 *   | {type: 'answer/wentOn', conversationId: Id, messageId: Id, streamKey: string}
 *   | {type: 'answer/ended', conversationId: Id, messageId: Id, now: number,
 *      status: MessageStatus, error?: ApiErrorInfo, notice?: string}
 *   | {type: 'answer/rewritten', conversationId: Id, messageId: Id, id: Id, now: number, text: string}
 *   | {type: 'answer/recalled', conversationId: Id, messageId: Id, id: Id, at: number, now: number}
 *   | {type: 'branch/opened', conversationId: Id, messageId: Id}
 *   | {type: 'answer/chosen', conversationId: Id, messageId: Id}
 *   | {type: 'message/deleted', conversationId: Id, messageId: Id, token: Id, now: number}
 *   | {type: 'pair/deleted', conversationId: Id, messageId: Id, token: Id, now: number}} MessageAction
 *
 * answer/called  changes the calls of tools that are the message's parts at those places
 * answer/wentOn  the model is asked with what has come of them
 * answer/recalled  a branch beside an answer: what that was to the end of a call's round, with the call about to be made again
 */

/**
 * What a view may ask for, as one object. The first part changes the state and
 * is done when it returns; the second also talks to the server, and a promise
 * it returns never rejects: what went wrong is in the state.
 *
 * Without `conversationId`, the active conversation is meant.
 *
 * @typedef {object} Actions
 * @property {() => Id} newConversation   shows an empty one: the active one when it is
 *   empty already
 * @property {(id: Id) => void} selectConversation
 * @property {(id: Id, title: string) => void} renameConversation
 * @property {(id: Id) => void} deleteConversation   stops its answers; offers the undo
 * @property {() => void} undoDelete
 * @property {(patch: Partial<Draft>, conversationId?: Id) => void} setDraft
 * @property {(attachment: Attachment, conversationId?: Id) => boolean} addAttachment
 *   false, with a toast, when a limit refuses it
 * @property {(attachmentId: Id, conversationId?: Id) => void} removeAttachment
 * @property {(model: string, conversationId?: Id) => void} setModel
 * @property {(second: string) => void} setSecond  a model that is asked besides; '' for none
 * @property {(messageId: Id) => void} chooseAnswer  of two beside each other: the conversation goes on with it and its model
 * @property {(system: string, conversationId?: Id) => void} setSystem
 * @property {(params: Params, conversationId?: Id) => void} setParams  replaces all of
 *   them; what core/params.js calls invalid is left out
 * @property {(tools: readonly string[], conversationId?: Id) => void} setTools  by their names
 * @property {(on: boolean, conversationId?: Id) => void} setWebSearch
 * @property {(messageId: Id, direction: -1 | 0 | 1) => void} selectBranch   0: its own
 * @property {(messageId: Id, text: string) => boolean} rewriteAnswer   the person's own words in
 *   the place of an answer's, as a branch beside it; false, with a toast or a dialog, at a limit
 * @property {(messageId: Id) => void} deleteMessage   with all that follows; offers the undo
 * @property {(messageId: Id) => void} deletePair   a question with its answers; what follows the
 *   shown one stays. Not while an answer is under way. Offers the undo
 * @property {() => boolean} queueDraft   to be sent when the answer under way is complete; false
 *   when there is nothing to queue, or too much
 * @property {(index: number) => void} unqueue   gives it back to the draft
 * @property {(id: Id, pinned: boolean) => void} pinConversation
 * @property {<K extends keyof Settings>(name: K, value: Settings[K]) => void} setSetting
 * @property {(patch: Partial<Omit<Ui, 'toasts'>>) => void} setUi
 * @property {(toast: Omit<Toast, 'id'>) => void} addToast
 * @property {(id: Id) => void} dismissToast
 * @property {(id: Id, format: 'md' | 'json') => Promise<ExportFile | null>} exportConversation
 * @property {(format: 'md' | 'json') => Promise<ExportFile>} exportAll
 * @property {(files: readonly import('./taking-in.js').ChatFile[], watch?: import('./taking-in.js').Watch) => Promise<boolean>} importFiles
 *   exported JSON files; false, with a toast, when nothing was taken, and without one when it was given up
 * @property {() => Id} newId   for attachments
 *
 * @property {(name: string, password: string, code?: string) => Promise<boolean>} signIn
 * @property {(current: string, next: string, code?: string) => Promise<boolean>} changePassword
 * @property {(password?: string) => Promise<FactorResult<{secret: string, uri: string}>>} offerFactor
 *   a secret for a second factor; without a password, for who was just told at login to set one up
 * @property {(secret: string, code: string, password?: string) => Promise<FactorResult<string[]>>} confirmFactor
 *   the recovery codes, which are nowhere else; the session is asked about by who has shown them
 * @property {(password: string, code: string) => Promise<FactorResult<null>>} removeFactor
 * @property {() => Promise<FactorResult<OwnSession[]>>} listSessions
 * @property {(id: string) => Promise<FactorResult<null>>} endSession
 * @property {() => Promise<FactorResult<null>>} endOtherSessions
 * @property {() => Promise<FactorResult<OwnTokens>>} listTokens
 * @property {(wish: TokenWish) => Promise<FactorResult<string>>} makeToken   the token, which is nowhere else
 * @property {(id: string) => Promise<FactorResult<null>>} endToken
 * @property {() => Promise<FactorResult<OwnUsage>>} loadUsage
 * @property {(name?: string, password?: string) => Promise<boolean>} signInWithPasskey   with a passkey
 *   besides that password, or alone
 * @property {() => Promise<FactorResult<Passkey[]>>} listPasskeys
 * @property {(what: {name: string, alone: boolean}, password?: string) => Promise<FactorResult<string[]>>} addPasskey
 *   has the browser make one; without a password, for who was just told at login to set one up; what
 *   comes is recovery codes, which are nowhere else, or none
 * @property {(id: string, password: string, code?: string) => Promise<FactorResult<null>>} removePasskey
 * @property {() => Promise<void>} signOut
 * @property {() => Promise<void>} signOutEverywhere
 * @property {() => Promise<void>} checkSession
 * @property {() => Promise<void>} loadModels
 * @property {(conversationId?: Id) => boolean} send   the draft; false, with a toast or a
 *   dialog, when it cannot go out now: the draft stays
 * @property {(messageId: Id, text: string, attachments?: readonly Attachment[]) => boolean} editAndResend
 *   of a user's message: a new branch
 * @property {(messageId: Id, options?: {model?: string}) => boolean} regenerate
 *   of an answer: a new branch
 * @property {(messageId: Id) => boolean} continueAnswer   goes on in the same message
 * @property {(messageId: Id, options?: {at?: number}) => boolean} retry   of an answer that
 *   failed: in its place when nothing had come, else as a new branch; `at` waits until then
 * @property {(conversationId?: Id) => void} stop   all that is under way in it
 * @property {(messageId: Id) => void} stopMessage
 * @property {() => Promise<void>} loadTools
 * @property {() => Promise<readonly ServerPrompt[]>} listPrompts   these throw what a request throws
 * @property {(prompt: ServerPrompt, values: Readonly<Record<string, string>>, ask: import('./types-parts.js').Asker) => Promise<readonly Part[]>} getPrompt
 * @property {() => Promise<Resources>} listResources
 * @property {(server: string, uri: string, ask: import('./types-parts.js').Asker) => Promise<readonly Part[]>} readResource
 * @property {() => Promise<Apps>} openApps   what apps of servers of tools get through the page
 * @property {(wanted: Unfinished) => Promise<readonly string[]>} complete   what an argument may be
 * @property {(file: Recording, signal?: {readonly aborted: boolean}) => Promise<string>} transcribe   the words that are said in
 *   it; throws what a request throws. A File and an AbortSignal, which this room does not know
 * @property {(messageId: Id, at: number, how?: {always?: boolean, arguments?: string}) => void} allowCall
 *   the person's consent to the call that is the message's part at that place; `always`: to all
 *   calls of this tool in this conversation; `arguments`: those the person has changed
 * @property {(messageId: Id, at: number, word?: string) => void} denyCall   with a word to the model
 * @property {(messageId: Id, at: number) => boolean} callAgain   a call that failed or was stopped, in a branch
 *   beside its answer, with a consent of its own; false when it cannot be made now
 * @property {(messageId: Id, at: number, answers: Readonly<Record<string, InquiryAnswer>>) => void} answerInquiries
 *   what the person says to what the call's server asks, by the names of its requests
 */

/**
 * @typedef {object} Passkey
 * @property {string} id
 * @property {string} name
 * @property {number} createdAt  ms
 * @property {number} usedAt     ms; 0: never
 * @property {boolean} alone     good without the password
 * @property {boolean} here      for this address of the site
 */

/**
 * What came of a step of setting up a second factor.
 *
 * @template T
 * @typedef {{ok: true, value: T} | {ok: false, error: ApiErrorInfo}} FactorResult
 */

/**
 * @typedef {object} ExportFile
 * @property {string} name
 * @property {string} type   media type
 * @property {string} text
 * @property {string} [data]  a data: URL with what it holds, in the place of a text
 */

export {};
