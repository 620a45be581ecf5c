/* SPDX-License-Identifier: MIT */
/**
 * A better title for a new conversation than its first words: what the model is
 * asked, and what becomes of its answer. Pure.
 *
 * @typedef {import('./types.js').Conversation} Conversation
 * @typedef {import('./types.js').Message} Message
 */

import { titleFrom } from './conversation.js';
import { textOf } from './parts.js';

/** Characters of the question, and of the answer, that the model is shown. */
export const MAX_SHOWN = 1000;
/** What it may say at most, thoughts included. */
export const MAX_TITLE_TOKENS = 300;
/** A longer line is no title but an answer (characters). */
export const MAX_TITLE_LINE = 120;

const WISH = 'Write a title of two to six words for the conversation below, in the language of its question. ' +
  'Say the title and nothing else: no quotation marks, no Markdown, no full stop.';

/**
 * The beginning of a text, with no half of a character at its end.
 *
 * @param {string} text
 */
const beginning = (text) => text.slice(0, MAX_SHOWN).replace(/[\ud800-\udbff]$/, '');

/**
 * The first question of a conversation and its answer, where there is nothing
 * else yet and its title is still made of the first words.
 *
 * @param {Conversation | undefined} conversation
 * @returns {{question: Message, answer: Message} | null}
 */
export function firstExchange(conversation) {
  if (conversation === undefined || conversation.titleEdited || conversation.roots.length !== 1) return null;
  const question = conversation.nodes[conversation.roots[0] ?? ''];
  const answer = conversation.nodes[question?.openChildId ?? ''];
  return question === undefined || answer === undefined || answer.children.length > 0 ? null : { question, answer };
}

/**
 * @param {Message} question
 * @param {Message} answer
 */
export function titleRequest(question, answer) {
  const content = [WISH, 'Question:', beginning(textOf(question.parts)), 'Answer:', beginning(textOf(answer.parts))].join('\n\n');
  return { model: answer.model, messages: [{ role: 'user', content }], max_tokens: MAX_TITLE_TOKENS };
}

/** Characters of an answer that a title is looked for in. */
const MAX_TITLE_TEXT = 2_000;

/** What stands around a title and is none of it, at either end. */
const AROUND = /^[\s"'`*_~“”„«»‹›「」『』《》‘’#>.:：。-]+|[\s"'`*_~“”„«»‹›「」『』《》‘’#.:：。-]+$/gu;

/** What models put around their thoughts, where their server leaves that in the text; an end without a begin, too. */
const THOUGHTS = /^\s*(?:<(think|thinking|thought|reasoning)>[^]*?(?:<\/\1>|$)|[^]*<\/(?:think|thinking|thought|reasoning)>)/i;
/** How thoughts begin that nothing is put around, and what says that there will be no title. */
const NO_TITLE = /^(?:thinking process\b|thought process\b|okay,? (?:so )?(?:the user|i need|let me)|(?:hmm|alright|let me think|we need to|the user (?:is|wants|asks|has))\b|i(?:['’]m| am) (?:sorry|unable)|i can(?:['’]t|not)\b|as an ai\b)/i;
/** A label before a title, with a word or two: "Suggested title:". */
const LABEL = /^(?:(?:[\p{L}]+\s+){0,2}title|titel|titre|título|заголовок|標題|标题|タイトル|शीर्षक|عنوان)\s*[:：]\s*/iu;

/**
 * The lines that a title may be on: not those that announce it.
 *
 * @param {string} text
 * @returns {string[]}
 */
function titleLines(text) {
  const lines = text.split(/[\r\n\u2028\u2029]+/).filter((one) => one.replace(AROUND, '') !== '');
  const first = lines.findIndex((one) => !/^```|[:：]\s*$/.test(one.trim()));
  return first < 0 ? lines : lines.slice(first);
}

/**
 * A model's answer as a title: one line of plain words. '' when it is none.
 *
 * @param {string} text
 */
export function cleanTitle(text) {
  // Controls and marks of direction, which could turn what stands beside the title.
  const plain = text.slice(0, MAX_TITLE_TEXT).replace(/(?!\s)\p{Cc}|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu, '').replace(THOUGHTS, '');
  if (NO_TITLE.test(plain.replace(AROUND, ''))) return '';
  const member = /"title"\s*:\s*("(?:[^"\\\r\n]|\\.)*")/.exec(plain)?.[1];
  const line = member === undefined ? titleLines(plain)[0] ?? '' : decoded(member);
  const words = line.replace(AROUND, '').replace(LABEL, '')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/(\*\*|__|`+)/g, '').replace(AROUND, '');
  return words.length > MAX_TITLE_LINE || NO_TITLE.test(words) ? '' : titleFrom(words);
}

/**
 * @param {string} member  a string of JSON, as a model has written it
 * @returns {string}
 */
function decoded(member) {
  try {
    return String(JSON.parse(member));
  } catch {
    return '';
  }
}
