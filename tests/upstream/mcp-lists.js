/* SPDX-License-Identifier: MIT */
/** What the scripted server of tools has, as it lists it. */

/** @typedef {any} Json */

/** Tools of the usual list. @type {Json[]} */
export const TOOLS = [
  { name: 'echo', description: 'Says it again.', inputSchema: { type: 'object',
    properties: { text: { type: 'string' } } },
  annotations: { readOnlyHint: true, openWorldHint: false } },
  { name: 'act', title: 'Do as told', inputSchema: { type: 'object' } },
  { name: 'odd näme/' + 'x'.repeat(80), inputSchema: { type: 'object' } },
  { name: 'region', inputSchema: { type: 'object', properties: {
    where: { type: 'string', 'x-mcp-header': 'Region' },
    deep: { type: 'object', properties: {
      n: { type: 'integer', 'x-mcp-header': 'Deep' } } } } } },
  { name: 'wrong', inputSchema: { type: 'object', properties: {
    n: { type: 'number', 'x-mcp-header': 'N' } } } },
];

/** What a server has besides tools, as it lists it. @type {Json} */
export const OFFERS = {
  prompts: [
    { name: 'plain', description: 'Says hello.' },
    { name: 'review', title: 'Review code', arguments: [
      { name: 'language', required: true, description: 'Which one' },
      { name: 'näme' }, { name: '' }, 7] },
    { name: '' }, { title: 'nameless' }, null],
  resources: [
    { uri: 'note://1', name: 'one', title: 'Note 1', mimeType: 'text/plain',
      size: 5 },
    { uri: 'note://ünï', name: 'odd', size: -1 },
    { name: 'nowhere' }, { uri: 'x'.repeat(9000), name: 'far' }],
  resourceTemplates: [{ uriTemplate: 'note://{id}', name: 'a note' }],
};
