/* SPDX-License-Identifier: MIT */
/** How the kinds of providers have a model call tools. */

/** @param {unknown[]} events @returns {string} */
const eventsOf = (events) => events.map((one) => `data: ${typeof one === 'string' ? one : JSON.stringify(one)}\n\n`).join('');

/** @typedef {{id: string, name: string, given: object}} Call */

/** How an answer that calls tools looks on the wire. @satisfies {Record<string, (calls: Call[]) => string>} */
export const CALLING = {
  openai: (calls) => eventsOf([
    ...calls.map(({ id, name, given }, index) => ({ id: 'c', object: 'chat.completion.chunk', choices: [{ index: 0, finish_reason: null, delta: {
      tool_calls: [{ index, id, type: 'function', function: { name, arguments: JSON.stringify(given) } }] } }] })),
    { id: 'c', object: 'chat.completion.chunk', choices: [{ index: 0, delta: {}, finish_reason: 'tool_calls' }] }, '[DONE]']),
  openai_responses: (calls) => eventsOf([
    { type: 'response.output_item.done', output_index: 0, item: { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'gAAA' } },
    ...calls.map(({ id, name, given }, index) => ({ type: 'response.output_item.done', output_index: index + 1, item: {
      type: 'function_call', call_id: id, name, arguments: JSON.stringify(given) } })),
    { type: 'response.completed', response: { status: 'completed', output: [], usage: {} } }]),
  anthropic: (calls) => eventsOf([
    { type: 'message_start', message: { id: 'm', usage: {} } },
    { type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'Hm.' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature: 'c2ln' } },
    { type: 'content_block_stop', index: 0 },
    ...calls.flatMap(({ id, name, given }, i) => [
      { type: 'content_block_start', index: i + 1, content_block: { type: 'tool_use', id, name, input: {} } },
      { type: 'content_block_delta', index: i + 1, delta: { type: 'input_json_delta', partial_json: JSON.stringify(given) } },
      { type: 'content_block_stop', index: i + 1 }]),
    { type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: {} }, { type: 'message_stop' }]),
};
