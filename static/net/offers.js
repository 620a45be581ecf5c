/* SPDX-License-Identifier: MIT */
/**
 * What servers of tools have besides tools: prompts, and resources. All of it
 * is a stranger's: words are text, pictures are data. Loaded when it is wanted.
 *
 * @typedef {import('../core/types-parts.js').Asker} Asker
 * @typedef {import('../core/types.js').Part} Part
 * @typedef {import('../core/types.js').Resource} Resource
 * @typedef {import('../core/types.js').Resources} Resources
 * @typedef {import('../core/types.js').ServerPrompt} ServerPrompt
 * @typedef {import('../core/types.js').Unfinished} Unfinished
 * @typedef {import('./api.js').Api} Api
 * @typedef {import('./fields.js').Fields} Fields
 */

import { plainName } from '../core/media.js';
import { placesOfTemplate } from '../core/uri-template.js';
import { ApiError } from './errors.js';
import { amount, fields, items, string } from './fields.js';
import { answersTo, MAX_QUESTIONS, readResult, resourcePart } from './tool-call.js';

/** Of one list. */
const MAX_OFFERS = 2000;
const MAX_NAME_CHARS = 200;
const MAX_DESCRIPTION_CHARS = 500;
/** Parts of one prompt or resource. */
const MAX_PARTS = 50;
/** Values that are proposed for an argument. */
const MAX_VALUES = 50;
/** How long a server may take to fill in a prompt or to give a resource. */
const READ_TIMEOUT_MS = 120_000;

/** @param {Api} api */
export function createOffers(api) {
  return {
    /**
     * @returns {Promise<ServerPrompt[]>}
     * @throws {ApiError}
     */
    async listPrompts() {
      return items(fields(await api.json('GET', 'prompts'))['data']).slice(0, MAX_OFFERS).map(fields).map(readPrompt)
        .filter(({ name, server }) => name !== '' && server !== '');
    },

    /**
     * @param {ServerPrompt} prompt
     * @param {Readonly<Record<string, string>>} values
     * @param {Asker} ask
     * @returns {Promise<Part[]>}
     * @throws {ApiError}
     */
    async getPrompt({ server, name }, values, ask) {
      return promptParts(await read(api, 'prompts/get', { server, name, arguments: values }, ask));
    },

    /**
     * @returns {Promise<Resources>}
     * @throws {ApiError}
     */
    async listResources() {
      const answer = fields(await api.json('GET', 'resources'));
      const list = [...items(answer['data']), ...items(answer['templates'])].slice(0, MAX_OFFERS).map(fields).map(readOffer)
        .filter(({ uri, server }) => uri !== '' && server !== '');
      const errors = items(answer['errors']).map(fields).map(({ server, message }) => ({ server: string(server), message: string(message) }));
      return { list, errors };
    },

    /**
     * @param {string} server
     * @param {string} uri
     * @param {Asker} ask
     * @returns {Promise<Part[]>}
     * @throws {ApiError}
     */
    async readResource(server, uri, ask) {
      const { contents } = await read(api, 'resources/read', { server, uri }, ask);
      return items(contents).slice(0, MAX_PARTS).flatMap((one) => resourcePart(fields(one)) ?? []);
    },

    /**
     * @param {Unfinished} wanted
     * @returns {Promise<string[]>}
     * @throws {ApiError}
     */
    async complete(wanted) {
      const { values } = fields(await api.json('POST', 'prompts/complete', { body: wanted }));
      return items(values).filter((one) => typeof one === 'string').slice(0, MAX_VALUES);
    },
  };
}

/**
 * What a server gives, after the person has answered what it asks first.
 *
 * @param {Api} api
 * @param {string} path
 * @param {Fields} what
 * @param {Asker} ask
 * @returns {Promise<Fields>}
 * @throws {ApiError} also for a server that asks again and again
 */
async function read(api, path, what, ask) {
  let more = {};
  for (let turn = 0; turn <= MAX_QUESTIONS; turn += 1) {
    const answer = fields(await api.json('POST', path, { body: { ...what, ...more }, timeoutMs: READ_TIMEOUT_MS }));
    const asked = answer['input_required'];
    if (asked === undefined) return answer;
    more = await answersTo(fields(asked), ask);
  }
  throw new ApiError({ code: 'tool_asks' });
}

/**
 * The words of a prompt as one text, and what comes with them. It is sent as
 * the person's own message: what it lays into the model's mouth is a quotation.
 *
 * @param {Fields} answer
 * @returns {Part[]}
 */
function promptParts({ messages }) {
  /** @type {string[]} */
  const words = [];
  /** @type {Part[]} */
  const parts = [];
  for (const message of items(messages).slice(0, MAX_PARTS).map(fields)) {
    const content = message['content'];
    for (const part of readResult({ content: Array.isArray(content) ? content : [content] }).result) {
      if (part.kind !== 'text') parts.push(part);
      else words.push(message['role'] === 'assistant' ? part.text.replace(/^/gm, '> ') : part.text);
    }
  }
  return [{ kind: 'text', text: words.join('\n\n') }, ...parts];
}

/** @param {Fields} one @returns {ServerPrompt} */
function readPrompt({ server, name, title, description, arguments: given }) {
  const told = string(description) || string(title);
  return {
    server: string(server), name: string(name).slice(0, MAX_NAME_CHARS * 2), text: told.slice(0, MAX_DESCRIPTION_CHARS),
    places: items(given).map(fields).map((one) => ({
      name: string(one['name']), title: plainName(string(one['title']) || string(one['name']), MAX_NAME_CHARS),
      description: string(one['description']).slice(0, MAX_DESCRIPTION_CHARS), required: one['required'] === true,
    })).filter(({ name }) => name !== ''),
  };
}

/** @param {Fields} one @returns {Resource} */
function readOffer({ server, uri, uri_template: template, name, title, description, mime_type: type, size }) {
  const address = string(uri) || string(template);
  return {
    server: string(server), uri: address, title: plainName(string(title) || string(name) || address, MAX_NAME_CHARS),
    description: string(description).slice(0, MAX_DESCRIPTION_CHARS), type: string(type).slice(0, MAX_NAME_CHARS),
    size: amount(size) ?? 0,
    places: string(uri) === '' ? placesOfTemplate(address) : [],
  };
}
