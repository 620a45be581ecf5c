/* SPDX-License-Identifier: MIT */
/**
 * A conversation and its copy from a file: told apart from others, and put
 * together so that nothing is lost and nothing is there twice. Pure.
 *
 * @typedef {import('./types.js').Conversation} Conversation
 * @typedef {import('./types.js').Message} Message
 * @typedef {import('./types.js').Id} Id
 */

import { isEmpty, isUnderWay } from './conversation.js';
import { textOf } from './parts.js';

/**
 * What a file's conversation is beside one that is here: what both have stands
 * once, and what only one of them has is there, as a continuation or as another
 * version. The one that went on later says what is shown.
 *
 * @param {Conversation} here
 * @param {Conversation} copy  the same, as `isSame()` says; no id of it is in use here
 * @returns {Conversation} `here` itself when the copy has nothing more
 */
export function joined(here, copy) {
  const { nodes, roots, twins } = join(here, copy);
  if (nodes === here.nodes) return here;
  const both = { ...here, nodes, roots, openRootId: here.openRootId ?? copy.openRootId };
  // Not what somebody is reading while it is written.
  if (copy.updatedAt <= here.updatedAt || Object.values(here.nodes).some(({ status }) => isUnderWay(status))) return both;
  return shownAs(both, copy, twins);
}

/**
 * Whether both began as one: at the same time, with the same question. Where no
 * time is known, one of them must have all that the other has.
 *
 * @param {Conversation} here
 * @param {Conversation} copy
 * @returns {boolean}
 */
export function isSame(here, copy) {
  if (here.createdAt !== copy.createdAt) return false;
  if (isEmpty(here) || isEmpty(copy)) return isEmpty(here) && isEmpty(copy);
  if (copy.createdAt === 0) return join(here, copy).nodes === here.nodes || join(copy, here).nodes === copy.nodes;
  return here.roots.length === 0 || copy.roots.length === 0 || copy.roots.some((id) => twinOf(copy.nodes[id], here.roots, here) !== undefined);
}

/**
 * @typedef {object} Joint
 * @property {Record<Id, Message>} nodes  those of `here` when they have all
 * @property {readonly Id[]} roots
 * @property {ReadonlyMap<Id, Id>} twins  of the copy's messages those that are the same here
 */

/**
 * @param {Conversation} here
 * @param {Conversation} copy
 * @returns {Joint}
 */
function join(here, copy) {
  const nodes = { ...here.nodes };
  const roots = [...here.roots];
  /** @type {Map<Id, Id>} */
  const twins = new Map();
  let more = false;
  /** @type {{id: Id, under: Id | null}[]} */
  const stack = [];
  /** The first one is taken from it first, so that versions keep their order. @param {readonly Id[]} ids @param {Id | null} under */
  const push = (ids, under) => stack.push(...[...ids].reverse().map((id) => ({ id, under })));
  push(copy.roots, null);
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { id, under } = next;
    const message = /** @type {Message} */ (copy.nodes[id]);
    const above = under === null ? undefined : /** @type {Message} */ (nodes[under]);
    // What is new here has only what is new below it.
    const twin = under !== null && here.nodes[under] === undefined ? undefined
      : twinOf(message, under === null ? here.roots : here.nodes[under]?.children ?? [], here);
    if (twin === undefined) {
      more = true;
      nodes[id] = { ...message, parentId: under };
      if (above === undefined) roots.push(id);
      else if (!above.children.includes(id)) nodes[above.id] = { ...above, children: [...above.children, id], openChildId: above.openChildId ?? id };
    } else {
      twins.set(id, twin);
      const own = /** @type {Message} */ (nodes[twin]);
      if (isCutOf(own, message)) {
        more = true;
        const { status, parts, error, usage, timing } = message;
        nodes[twin] = { ...own, status, parts, error, usage, timing };
      }
    }
    push(message.children, twin ?? id);
  }
  return more ? { nodes, roots, twins } : { nodes: here.nodes, roots: here.roots, twins };
}

/**
 * @param {Conversation} both
 * @param {Conversation} copy
 * @param {ReadonlyMap<Id, Id>} twins
 * @returns {Conversation}
 */
function shownAs(both, copy, twins) {
  const nodes = { ...both.nodes };
  const here = (/** @type {Id | null} */ id) => (id === null ? null : twins.get(id) ?? id);
  for (const [id, twin] of twins) {
    const own = /** @type {Message} */ (nodes[twin]);
    nodes[twin] = { ...own, openChildId: here(copy.nodes[id]?.openChildId ?? null) ?? own.openChildId };
  }
  const { title, titleEdited, updatedAt, model, system, params } = copy;
  return {
    ...both, nodes, openRootId: here(copy.openRootId) ?? both.openRootId,
    title, titleEdited, updatedAt, model, system, params,
    draft: both.draft.text === '' && both.draft.attachments.length === 0 ? copy.draft : both.draft,
  };
}

/**
 * @param {Message | undefined} message
 * @param {readonly Id[]} ids
 * @param {Conversation} among
 * @returns {Id | undefined}
 */
function twinOf(message, ids, { nodes }) {
  return ids.find((id) => {
    const one = nodes[id];
    if (one === undefined || message === undefined || one.role !== message.role || one.createdAt !== message.createdAt || one.model !== message.model) return false;
    return isAlike(one, message) || isCutOf(one, message) || isCutOf(message, one);
  });
}

/**
 * The same words, in parts of the same kinds.
 *
 * @param {Message} one
 * @param {Message} other
 */
function isAlike(one, other) {
  return one.parts.length === other.parts.length && one.parts.every(({ kind }, i) => kind === other.parts[i]?.kind) &&
    textOf(one.parts) === textOf(other.parts);
}

/**
 * Whether one is what there was of the other before it went on: an answer under
 * way is written to a file as interrupted, and one that was stopped can be continued.
 *
 * @param {Message} one
 * @param {Message} other
 * @returns {boolean}
 */
function isCutOf(one, other) {
  if (one.status === 'complete' || isUnderWay(one.status)) return false;
  const [words, all] = [textOf(one.parts), textOf(other.parts)];
  return all.startsWith(words) && (all.length > words.length || other.status === 'complete');
}
