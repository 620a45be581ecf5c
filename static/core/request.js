/* SPDX-License-Identifier: MIT */
/**
 * From a branch of a conversation to the body of an OpenAI request.
 *
 * @typedef {import('./types.js').Attachment} Attachment
 * @typedef {import('./types.js').ImagePart} ImagePart
 * @typedef {import('./types.js').Message} Message
 * @typedef {import('./kept.js').Members} Members
 * @typedef {import('./types.js').Model} Model
 * @typedef {import('./types.js').Params} Params
 * @typedef {import('./types.js').Part} Part
 * @typedef {import('./types.js').Tool} Tool
 * @typedef {import('./types.js').ToolCallPart} ToolCallPart
 */

import { fence } from './fence.js';
import { membersBeside, membersOfCall } from './kept.js';
import { readParams } from './params.js';
import { isAttachment } from './parts.js';

/**
 * What is asked for when an answer is to go on where it broke off. Providers
 * do not agree on a last message of the assistant, so it is followed by this.
 */
export const CONTINUE_PROMPT = 'Continue your last message exactly where it broke off, ' +
  'be it inside a word, a line or a code block. Do not repeat any of it, do not open a code block ' +
  'that is open already, and do not comment on it.';

/**
 * @typedef {{type: 'text', text: string} | {type: 'image_url', image_url: {url: string}}
 *   | {type: 'input_audio', input_audio: {data: string, format: string}}
 *   | {type: 'file', file: {filename: string, file_data: string}}} ContentPart
 * @typedef {{id: string, type: 'function', function: {name: string, arguments: string} & Members} & Members} SentCall
 * @typedef {{role: 'system' | 'user', content: string | ContentPart[]}
 *   | {role: 'assistant', content: string | null, tool_calls?: SentCall[]} & Members
 *   | {role: 'tool', tool_call_id: string, content: string}} RequestMessage
 * @typedef {{type: 'function', function: {name: string, description: string, parameters: unknown}}} SentTool
 * @typedef {{model: string, messages: RequestMessage[], stream: true,
 *   stream_options: {include_usage: true}, tools?: SentTool[], web_search?: true} & Params} RequestBody
 */

/**
 * The body of a request for the next answer.
 *
 * @param {object} options
 * @param {string} options.model
 * @param {string} options.system
 * @param {Params} options.params
 * @param {readonly Message[]} options.messages  what is sent: contextOf().sent
 * @param {boolean} [options.goOn]  the last message is an answer to be continued
 * @param {Model['input']} [options.input]  what the model takes; the names of the rest
 *   are sent in its place
 * @param {readonly Tool[]} [options.tools]  what the model may call
 * @param {boolean} [options.webSearch]  the server is to let it search the web
 * @returns {RequestBody}
 */
export function requestBody({ model, system, params, messages, goOn = false, input = ['text', 'image'], tools = [], webSearch = false }) {
  /** @type {RequestMessage[]} */
  const list = [];
  if (system.trim() !== '') list.push({ role: 'system', content: system });
  /** @type {ImagePart[]} what answers showed: models take pictures of persons only */
  let shown = [];
  for (const message of messages) {
    if (message.role === 'user') {
      list.push({ role: 'user', content: contentOf([...shown, ...message.parts], input) });
      shown = [];
    } else {
      const wire = { own: message.model === model, calls: tools.length > 0, place: list.length };
      list.push(...answerMessages(message, wire));
      if (input.includes('image')) shown = picturesOf(message.parts);
    }
  }
  if (goOn && list.at(-1)?.role === 'assistant') list.push({ role: 'user', content: CONTINUE_PROMPT });
  /** @type {RequestBody} */
  const body = { model, messages: list, stream: true, stream_options: { include_usage: true } };
  if (webSearch) body.web_search = true;
  if (tools.length > 0) body.tools = tools.map(sentTool);
  return Object.assign(body, readParams(params).params);
}

/**
 * @param {Tool} tool
 * @returns {SentTool}
 */
function sentTool({ name, description, parameters }) {
  // A schema without a type is refused by some.
  return { type: 'function', function: { name, description, parameters: { type: 'object', properties: {}, ...parameters } } };
}

/**
 * What an answer showed, its tools included.
 *
 * @param {readonly Part[]} parts
 * @returns {ImagePart[]}
 */
function picturesOf(parts) {
  return parts.flatMap((part) => {
    if (part.kind === 'tool_call') return picturesOf(part.result ?? []);
    return part.kind === 'image' && part.data !== '' ? [part] : [];
  });
}

/**
 * What a person sent: words, with text files in front, each fenced and named;
 * and, as the model takes them, pictures, sound and files as they are.
 *
 * @param {readonly Part[]} parts
 * @param {Model['input']} input
 * @returns {string | ContentPart[]}
 */
function contentOf(parts, input) {
  /** @type {ContentPart[]} */
  const content = [];
  const words = [];
  for (const part of parts) {
    const whole = isAttachment(part) ? asItIs(part, input) : null;
    if (whole !== null) content.push(whole);
    else words.push(inWords(part));
  }
  const text = words.filter((one) => one !== '').join('\n\n');
  if (content.length === 0) return text;
  if (text !== '') content.push({ type: 'text', text });
  return content;
}

/** What providers call the sound that they take. */
const AUDIO_FORMATS = new Map([
  ['audio/wav', 'wav'], ['audio/x-wav', 'wav'], ['audio/wave', 'wav'], ['audio/mpeg', 'mp3'], ['audio/mp3', 'mp3'],
]);

/**
 * An attachment in its own form; null when the model does not take that.
 *
 * @param {Attachment} part
 * @param {Model['input']} input
 * @returns {ContentPart | null}
 */
function asItIs(part, input) {
  if (part.data === '') return null;
  const data = part.data.slice(part.data.indexOf(',') + 1);
  const format = AUDIO_FORMATS.get(part.type);
  if (part.kind === 'image' && input.includes('image')) return { type: 'image_url', image_url: { url: part.data } };
  if (part.kind === 'audio' && input.includes('audio') && format !== undefined) {
    return { type: 'input_audio', input_audio: { data, format } };
  }
  if (part.kind === 'file' && input.includes('file')) {
    return { type: 'file', file: { filename: part.name, file_data: part.data } };
  }
  return null;
}

/**
 * A part as it is told in words, as a model gets it.
 *
 * @param {Part} part
 * @returns {string}
 */
export function inWords(part) {
  switch (part.kind) {
    case 'text':
      return part.text;
    case 'file':
      return part.text === '' ? `[${part.name}]` : `${part.name}:\n${fence(part.text)}`;
    case 'audio':
      return part.transcript === '' ? `[${part.name}]` : `${part.name}:\n${fence(part.transcript)}`;
    case 'image':
      return `[${part.name}]`;
    case 'raw':
      return part.json;
    default:
      return '';
  }
}

/**
 * How an answer is sent.
 *
 * @typedef {object} Wire
 * @property {boolean} own    it goes back to the model that wrote it
 * @property {boolean} calls  its calls are sent as such: where the model is offered no
 *   tools, some refuse that, and they are told in words
 * @property {number} place   of its first message, by which calls without an id have one that no other has
 */

/**
 * An answer: what it said, and between that the calls it made with what came
 * of them. One that never said anything is no part of the conversation, and
 * providers refuse one of blanks.
 *
 * @param {Message} message
 * @param {Wire} wire
 * @returns {RequestMessage[]}
 */
function answerMessages({ parts }, wire) {
  /** @type {RequestMessage[]} */
  const list = [];
  let round = emptyRound();
  for (const part of parts) {
    const words = saidBy(part, wire);
    if (round.calls.length > 0 && beginsRound(part, words, /** @type {ToolCallPart} */ (round.calls.at(-1)))) {
      list.push(...roundMessages(round, wire, wire.place + list.length));
      round = emptyRound();
    }
    if (words !== '') round.words.push(words);
    if (part.kind === 'reasoning') {
      round.details.push(...(part.details ?? []));
      round.thought += part.text;
    }
    if (wire.calls && part.kind === 'tool_call' && part.result !== null) round.calls.push(part);
  }
  list.push(...roundMessages(round, wire, wire.place + list.length));
  return list;
}

/**
 * @param {Part} part
 * @param {string} words
 * @param {ToolCallPart} last  call before it
 * @returns {boolean}
 */
function beginsRound(part, words, last) {
  if (part.kind === 'tool_call') return part.result !== null && part.round !== last.round;
  return words !== '' || part.kind === 'reasoning';
}

/** @returns {{words: string[], details: unknown[], thought: string, calls: ToolCallPart[]}} */
function emptyRound() {
  return { words: [], details: [], thought: '', calls: [] };
}

/**
 * @param {Part} part  of an answer
 * @param {Wire} wire
 * @returns {string}
 */
function saidBy(part, { calls }) {
  if (part.kind === 'audio') return part.transcript;
  if (part.kind === 'tool_call' && !calls && part.result !== null) {
    return `I called the tool "${part.name}" with ${argumentsOf(part)} and was told:\n${fence(resultOf(part))}`;
  }
  return part.kind === 'text' || part.kind === 'image' ? inWords(part) : '';
}

/**
 * @param {ReturnType<typeof emptyRound>} round
 * @param {Wire} wire
 * @param {number} place  of its first message
 * @returns {RequestMessage[]}
 */
function roundMessages({ words, details, thought, calls }, { own }, place) {
  const content = words.join('\n\n');
  if (calls.length === 0) return content.trim() === '' ? [] : [{ role: 'assistant', content }];
  return [{
    role: 'assistant',
    content: content === '' ? null : content,
    ...(own ? membersBeside(details, thought) : {}),
    tool_calls: calls.map((call, i) => {
      const kept = membersOfCall(own ? call.extra : undefined);
      return {
        ...kept.call,
        id: idOf(call, place + i),
        type: 'function',
        function: { ...kept.function, name: call.name, arguments: argumentsOf(call) },
      };
    }),
  }, ...calls.map((call, i) => /** @type {RequestMessage} */ ({
    role: 'tool',
    tool_call_id: idOf(call, place + i),
    content: resultOf(call),
  }))];
}

/**
 * What a call was given. What is no JSON is sent as none: providers refuse it.
 *
 * @param {ToolCallPart} call
 * @returns {string}
 */
function argumentsOf({ arguments: written }) {
  try {
    const given = JSON.parse(written);
    return typeof given === 'object' && given !== null && !Array.isArray(given) ? written : '{}';
  } catch {
    return '{}';
  }
}

/**
 * @param {ToolCallPart} call
 * @returns {string}
 */
function resultOf({ result }) {
  return (result ?? []).map(inWords).filter((one) => one !== '').join('\n\n');
}

/**
 * @param {ToolCallPart} call
 * @param {number} i
 * @returns {string}
 */
function idOf(call, i) {
  return call.id === '' ? `call_${i}` : call.id;
}
