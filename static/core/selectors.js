/* SPDX-License-Identifier: MIT */
/**
 * What views ask of the state. Each is memoised: the same objects in give the
 * same object out, so that `===` tells a view whether to render again.
 *
 * @typedef {import('./types.js').State} State
 * @typedef {import('./types.js').Conversation} Conversation
 * @typedef {import('./types.js').Conversations} Conversations
 * @typedef {import('./types.js').Message} Message
 * @typedef {import('./types.js').Model} Model
 * @typedef {import('./types.js').Id} Id
 * @typedef {import('./context-window.js').Context} Context
 */

import { contextOf, textCost } from './context-window.js';
import { isEmpty, isUnderWay, openPath, siblingsOf } from './conversation.js';
import { MAX_MESSAGES, MEMORY_CAP_BYTES, MEMORY_WARN_RATIO } from './limits.js';
import { memoryBytes } from './memory.js';
import { reasoningMs } from './parts.js';
import { findIn, patternOf } from './search.js';

/**
 * Remembers the last result of a function and returns it while its arguments
 * are the same.
 *
 * @template {unknown[]} A
 * @template R
 * @param {(...args: A) => R} fn
 * @returns {(...args: A) => R}
 */
function memoLast(fn) {
  /** @type {A | null} */
  let last = null;
  /** @type {R} */
  let result;
  return (...args) => {
    const before = last;
    if (before === null || before.length !== args.length || args.some((arg, i) => arg !== before[i])) {
      result = fn(...args);
      last = args;
    }
    return result;
  };
}

/**
 * Remembers the result of a function for each object, as long as that lives.
 *
 * @template {object} T
 * @template R
 * @param {(object: T) => R} fn
 * @returns {(object: T) => R}
 */
function memoEach(fn) {
  /** @type {WeakMap<T, {result: R}>} */
  const known = new WeakMap();
  return (object) => {
    let entry = known.get(object);
    if (entry === undefined) {
      entry = { result: fn(object) };
      known.set(object, entry);
    }
    return entry.result;
  };
}

/**
 * The conversation that is shown.
 *
 * @param {State} state
 * @returns {Conversation}
 */
export function selectActive(state) {
  const { byId, activeId } = state.conversations;
  return /** @type {Conversation} */ (byId[activeId]);
}

/**
 * A conversation by its id.
 *
 * @param {State} state
 * @param {Id} id
 * @returns {Conversation | null}
 */
export function selectConversation(state, id) {
  return state.conversations.byId[id] ?? null;
}

/**
 * The conversation and message a message id belongs to.
 *
 * @param {State} state
 * @param {Id} messageId
 * @returns {{conversation: Conversation, message: Message} | null}
 */
export function selectMessage(state, messageId) {
  const { byId, order, activeId } = state.conversations;
  for (const id of [activeId, ...order]) {
    const conversation = byId[id];
    const message = conversation?.nodes[messageId];
    if (conversation !== undefined && message !== undefined) return { conversation, message };
  }
  return null;
}

/**
 * The messages of the shown branch of a conversation.
 *
 * @type {(conversation: Conversation) => readonly Message[]}
 */
export const selectPath = memoEach(openPath);

/**
 * Where a message stands among its alternatives: "2 / 3" is index 1, count 3.
 *
 * @param {Conversation} conversation
 * @param {Id} id
 * @returns {{index: number, count: number}}
 */
export function selectSiblings(conversation, id) {
  const siblings = siblingsOf(conversation, id);
  return { index: siblings.indexOf(id), count: siblings.length };
}

/**
 * The answers of a conversation that are under way, in all branches.
 *
 * @type {(conversation: Conversation) => readonly Message[]}
 */
export const selectUnderWay = memoEach((conversation) => {
  const found = [];
  for (const id in conversation.nodes) {
    const message = /** @type {Message} */ (conversation.nodes[id]);
    if (message.role === 'assistant' && isUnderWay(message.status)) found.push(message);
  }
  return found;
});

/**
 * Whether Stop has something to stop in a conversation.
 *
 * @param {Conversation} conversation
 * @returns {boolean}
 */
export function selectIsStreaming(conversation) {
  return selectUnderWay(conversation).length > 0;
}

/**
 * The model that a conversation talks to: its own, or the default of the
 * settings, or the one used last, or the first of the list. Null while there is no list, or when the
 * model it names is no longer on it.
 *
 * @param {State} state
 * @param {Conversation} conversation
 * @returns {Model | null}
 */
export function selectModel(state, conversation) {
  const { list } = state.models;
  const find = (/** @type {string} */ id) => list.find((model) => model.id === id);
  if (conversation.model !== '') return find(conversation.model) ?? null;
  const { defaultModel, recentModels } = state.settings;
  return find(defaultModel) ?? (defaultModel === '' ? find(recentModels[0] ?? '') : undefined) ?? list[0] ?? null;
}

/**
 * What the model is told before everything: the person's lasting instructions,
 * and those of the conversation.
 *
 * @param {State} state
 * @param {Conversation} conversation
 * @returns {string} '' for nothing
 */
export function selectSystem(state, conversation) {
  return [state.settings.instructions, conversation.system].filter((text) => text.trim() !== '').join('\n\n');
}

/**
 * Models by their provider, in the order of the list.
 *
 * @type {(list: readonly Model[]) => readonly {provider: string, models: readonly Model[]}[]}
 */
export const selectModelGroups = memoEach((list) => {
  /** @type {Map<string, Model[]>} */
  const groups = new Map();
  for (const model of list) {
    const group = groups.get(model.provider);
    if (group === undefined) groups.set(model.provider, [model]);
    else group.push(model);
  }
  return [...groups].map(([provider, models]) => ({ provider, models }));
});

/**
 * The list of conversations, filtered by the search: in a title or in any
 * message.
 *
 * @typedef {object} ListEntry
 * @property {Id} id
 * @property {string} title      '' when it has none yet
 * @property {number} updatedAt
 * @property {boolean} active
 * @property {boolean} streaming
 * @property {boolean} unseen    has an answer that has not been seen
 * @property {boolean} empty
 * @property {import('./search.js').Found | null} found  where the search is met in a message
 * @property {boolean} pinned
 *
 * @param {State} state
 * @returns {readonly ListEntry[]}
 */
export function selectList(state) {
  return list(state.conversations, state.ui.search);
}

const list = memoLast((/** @type {Conversations} */ conversations, /** @type {string} */ search) => {
  const pattern = patternOf(search);
  /** @type {ListEntry[]} */
  const entries = [];
  for (const id of conversations.order) {
    const conversation = /** @type {Conversation} */ (conversations.byId[id]);
    const place = pattern === null ? null : findIn(conversation, pattern);
    if (pattern !== null && place === null) continue;
    const entry = entryOf(conversation, id === conversations.activeId);
    entries.push(place === null || place.found === null ? entry : { ...entry, found: place.found });
  }
  const pinned = entries.filter((entry) => entry.pinned);
  return /** @type {readonly ListEntry[]} */ (pinned.length === 0 ? entries : [...pinned, ...entries.filter((entry) => !entry.pinned)]);
});

/** @type {WeakMap<Conversation, ListEntry>} */
const entryCache = new WeakMap();

/**
 * @param {Conversation} conversation
 * @param {boolean} active
 * @returns {ListEntry}
 */
function entryOf(conversation, active) {
  let entry = entryCache.get(conversation);
  if (entry === undefined || entry.active !== active) {
    entry = {
      id: conversation.id,
      title: conversation.title,
      updatedAt: conversation.updatedAt,
      active,
      streaming: selectIsStreaming(conversation),
      unseen: conversation.unseen,
      empty: isEmpty(conversation),
      found: null,
      pinned: conversation.pinned,
    };
    entryCache.set(conversation, entry);
  }
  return entry;
}

/**
 * The context meter: what of a conversation would be sent with its draft, and
 * the line above which messages are no longer sent.
 *
 * @param {State} state
 * @param {Conversation} conversation
 * @returns {Context}
 */
export function selectContext(state, conversation) {
  return context(selectPath(conversation), selectSystem(state, conversation), conversation.draft, conversation.params.max_tokens,
    selectModel(state, conversation), state.session.limits);
}

const context = memoLast((
  /** @type {readonly Message[]} */ path, /** @type {string} */ system,
  /** @type {import('./types.js').Draft} */ draft, /** @type {number | undefined} */ maxTokens,
  /** @type {Model | null} */ model, /** @type {import('./types.js').SessionLimits} */ limits,
) => contextOf({
  path,
  system,
  ...(draft.text === '' && draft.attachments.length === 0
    ? {} : { draft: textCost(draft.text, draft.attachments) }),
  contextLength: model?.contextLength ?? null,
  maxOutput: model?.maxOutputTokens ?? null,
  ...(maxTokens === undefined ? {} : { maxTokens }),
  limits,
}));

/**
 * The memory meter.
 *
 * @param {State} state
 * @returns {{bytes: number, cap: number, ratio: number, level: 'ok' | 'near' | 'full'}}
 */
export function selectMemory(state) {
  return memory(state.conversations);
}

const memory = memoLast((/** @type {Conversations} */ conversations) => {
  const bytes = memoryBytes(conversations);
  const ratio = bytes / MEMORY_CAP_BYTES;
  /** @type {'ok' | 'near' | 'full'} */
  const level = ratio >= 1 ? 'full' : ratio >= MEMORY_WARN_RATIO ? 'near' : 'ok';
  return { bytes, cap: MEMORY_CAP_BYTES, ratio, level };
});

/**
 * Whether leaving the page would lose something: a message, a draft, a system
 * prompt.
 *
 * @param {State} state
 * @returns {boolean}
 */
export function selectHasSomethingToLose(state) {
  return somethingToLose(state.conversations);
}

const somethingToLose = memoLast((/** @type {Conversations} */ conversations) =>
  conversations.order.some((id) => !isEmpty(/** @type {Conversation} */ (conversations.byId[id]))));

/** Tools that one request offers; more are refused by some providers. */
export const MAX_OFFERED = 128;

/**
 * The tools that the model of a conversation is offered.
 *
 * @param {State} state
 * @param {Conversation} conversation
 * @returns {readonly import('./types.js').Tool[]}
 */
export function selectOffered({ tools }, conversation) {
  return offered(tools.list, conversation.tools);
}

const offered = memoLast((/** @type {State['tools']['list']} */ list, /** @type {readonly string[]} */ chosen) =>
  (chosen.length === 0 ? NO_TOOLS : list.filter(({ name, consent }) => consent !== 'never' && chosen.includes(name)).slice(0, MAX_OFFERED)));

/** @type {readonly import('./types.js').Tool[]} */
const NO_TOOLS = Object.freeze([]);

/**
 * Why something cannot be sent now.
 *
 * @typedef {'empty' | 'streaming' | 'no-model' | 'images' | 'too-long' | 'memory' | 'messages'} SendObstacle
 */

/**
 * Why a conversation's draft cannot be sent now; null when it can.
 *
 * @param {State} state
 * @param {Conversation} conversation
 * @returns {SendObstacle | null}
 */
export function selectSendObstacle(state, conversation) {
  const { draft } = conversation;
  if (draft.text.trim() === '' && draft.attachments.length === 0) return 'empty';
  if (selectIsStreaming(conversation)) return 'streaming';
  const model = selectModel(state, conversation);
  return selectAskObstacle(state, conversation, model, draft.attachments) ??
    (draft.asIs !== true && selectContext(state, conversation).tooLong ? 'too-long' : null);
}

/**
 * Why no further answer can be asked for in a conversation; null when it can.
 *
 * @param {State} state
 * @param {Conversation} conversation
 * @param {Model | null} model
 * @param {readonly import('./types.js').Attachment[]} attachments  sent anew
 * @returns {SendObstacle | null}
 */
export function selectAskObstacle(state, conversation, model, attachments) {
  if (model === null) return 'no-model';
  if (attachments.some(({ kind }) => kind === 'image') && !model.input.includes('image')) return 'images';
  if (selectMemory(state).level === 'full') return 'memory';
  return Object.keys(conversation.nodes).length + 2 > MAX_MESSAGES ? 'messages' : null;
}

/**
 * Figures under an answer; null for what is not known.
 *
 * @typedef {object} Stats
 * @property {number | null} tokens       of the answer, as the provider says
 * @property {number | null} promptTokens
 * @property {number | null} firstTokenMs
 * @property {number | null} reasoningMs
 * @property {number | null} totalMs
 * @property {number | null} tokensPerSecond  after the first token
 *
 * @type {(message: Message) => Stats}
 */
export const selectStats = memoEach((/** @type {Message} */ message) => {
  const { timing, usage } = message;
  const tokens = usage?.completionTokens ?? null;
  const first = timing?.firstTokenAt ?? null;
  const ended = timing?.endedAt ?? null;
  const writingMs = first !== null && ended !== null ? ended - first : 0;
  return {
    tokens,
    promptTokens: usage?.promptTokens ?? null,
    firstTokenMs: timing !== null && first !== null ? first - timing.startedAt : null,
    reasoningMs: reasoningMs(message.parts),
    totalMs: timing !== null && ended !== null ? ended - timing.startedAt : null,
    tokensPerSecond: tokens !== null && tokens > 1 && writingMs > 0 ? ((tokens - 1) * 1000) / writingMs : null,
  };
});

/**
 * What all answers of a conversation took, those of other branches too: they
 * were paid for. Null while no provider has said anything.
 *
 * @typedef {object} TotalUsage
 * @property {number} tokens   read and written
 * @property {number | null} cost
 *
 * @type {(conversation: Conversation) => TotalUsage | null}
 */
export const selectTotalUsage = memoEach((/** @type {Conversation} */ conversation) => {
  let tokens = 0;
  /** @type {number | null} */
  let cost = null;
  let known = false;
  for (const id in conversation.nodes) {
    const { usage } = /** @type {Message} */ (conversation.nodes[id]);
    if (usage === null) continue;
    known = true;
    tokens += usage.promptTokens + usage.completionTokens;
    if (usage.cost !== null) cost = (cost ?? 0) + usage.cost;
  }
  return known ? { tokens, cost } : null;
});
