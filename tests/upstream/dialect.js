/* SPDX-License-Identifier: MIT */
/**
 * How each completion API puts the same things on the wire: a piece of text,
 * of reasoning, the end, the usage. Pure: values in, events out.
 */

/**
 * @typedef {object} Answer what is known of the answer under way
 * @property {string} id
 * @property {string} model
 * @property {number} created
 * @property {boolean} opened
 * @property {'thinking' | 'text' | null} block open block (Anthropic)
 * @property {number} index number of the open block (Anthropic)
 * @property {boolean} wantsUsage
 * @property {string} [reason] why it ends (Responses)
 * @property {[number, number]} [tokens] what it cost (Responses)
 */

/**
 * @typedef {object} WireEvent
 * @property {string} [event] the event's name
 * @property {unknown} data a value to be written as JSON, or a string as is
 */

/** @param {Answer} answer @param {unknown[]} choices @param {object} [more] */
function chunk(answer, choices, more = {}) {
  return {
    data: {
      id: answer.id,
      object: 'chat.completion.chunk',
      created: answer.created,
      model: answer.model,
      choices,
      ...more,
    },
  };
}

/** @param {Answer} answer @param {object} delta */
const deltaChunk = (answer, delta) =>
  chunk(answer, [{ index: 0, delta, finish_reason: null }]);

export const openai = {
  /** @param {Answer} answer @returns {WireEvent[]} */
  open(answer) {
    return [deltaChunk(answer, { role: 'assistant', content: '' })];
  },
  /** @param {Answer} answer @param {string} text @returns {WireEvent[]} */
  text(answer, text) {
    return [deltaChunk(answer, { content: text })];
  },
  /**
   * @param {Answer} answer @param {string} text
   * @param {string} [as] the field's name
   * @returns {WireEvent[]}
   */
  reasoning(answer, text, as = 'reasoning_content') {
    if (as === 'reasoning_details') {
      const details = [{ type: 'reasoning.text', text, index: 0 }];
      return [deltaChunk(answer, { reasoning_details: details })];
    }
    return [deltaChunk(answer, { [as]: text })];
  },
  /** @param {Answer} answer @param {string} reason @returns {WireEvent[]} */
  finish(answer, reason) {
    return [chunk(answer, [{ index: 0, delta: {}, finish_reason: reason }])];
  },
  /**
   * @param {Answer} answer @param {[number, number]} tokens in, out
   * @param {string} [as] where it is put: openai | groq | inline
   * @returns {WireEvent[]}
   */
  usage(answer, [input, output], as = 'openai') {
    const usage = {
      prompt_tokens: input,
      completion_tokens: output,
      total_tokens: input + output,
    };
    if (as === 'groq') {
      return [chunk(answer, [{ index: 0, delta: {}, finish_reason: null }],
        { x_groq: { id: 'req_1', usage } })];
    }
    if (as === 'inline') {
      return [chunk(answer, [{ index: 0, delta: { content: '' },
        finish_reason: null }], { usage })];
    }
    return [chunk(answer, [], { usage })];
  },
  /** @param {Answer} _answer @returns {WireEvent[]} */
  done(_answer) {
    return [{ data: '[DONE]' }];
  },
  /**
   * The same answer to a request without `stream`.
   * @param {Answer} answer
   * @param {{text: string, reasoning: string, finish: string,
   *   usage: [number, number]}} whole
   */
  whole(answer, whole) {
    const message = { role: 'assistant', content: whole.text };
    return {
      id: answer.id,
      object: 'chat.completion',
      created: answer.created,
      model: answer.model,
      choices: [{
        index: 0,
        message: whole.reasoning
          ? { ...message, reasoning_content: whole.reasoning }
          : message,
        finish_reason: whole.finish,
      }],
      usage: {
        prompt_tokens: whole.usage[0],
        completion_tokens: whole.usage[1],
        total_tokens: whole.usage[0] + whole.usage[1],
      },
    };
  },
};

/** @param {string} name @param {object} [more] @returns {WireEvent} */
const named = (name, more = {}) =>
  ({ event: name, data: { type: name, ...more } });

/** @param {Answer} answer @param {'thinking' | 'text'} kind */
function anthropicBlock(answer, kind) {
  if (answer.block === kind) return [];
  const events = anthropicClose(answer);
  answer.block = kind;
  answer.index += 1;
  events.push(named('content_block_start', {
    index: answer.index,
    content_block: kind === 'text'
      ? { type: 'text', text: '' }
      : { type: 'thinking', thinking: '', signature: '' },
  }));
  return events;
}

/** @param {Answer} answer */
function anthropicClose(answer) {
  /** @type {WireEvent[]} */
  const events = [];
  if (answer.block === 'thinking') {
    events.push(named('content_block_delta', {
      index: answer.index,
      delta: { type: 'signature_delta', signature: 'c2lnbmF0dXJl' },
    }));
  }
  if (answer.block) {
    events.push(named('content_block_stop', { index: answer.index }));
  }
  answer.block = null;
  return events;
}

const ANTHROPIC_REASON = /** @type {Record<string, string>} */ ({
  stop: 'end_turn', length: 'max_tokens', content_filter: 'refusal',
  tool_calls: 'tool_use',
});

export const anthropic = {
  /** @param {Answer} answer @returns {WireEvent[]} */
  open(answer) {
    return [
      named('message_start', {
        message: {
          id: answer.id, type: 'message', role: 'assistant', content: [],
          model: answer.model, stop_reason: null, stop_sequence: null,
          usage: { input_tokens: 7, output_tokens: 1 },
        },
      }),
      named('ping'),
    ];
  },
  /** @param {Answer} answer @param {string} text @returns {WireEvent[]} */
  text(answer, text) {
    return [
      ...anthropicBlock(answer, 'text'),
      named('content_block_delta',
        { index: answer.index, delta: { type: 'text_delta', text } }),
    ];
  },
  /** @param {Answer} answer @param {string} text @returns {WireEvent[]} */
  reasoning(answer, text) {
    return [
      ...anthropicBlock(answer, 'thinking'),
      named('content_block_delta', {
        index: answer.index,
        delta: { type: 'thinking_delta', thinking: text },
      }),
    ];
  },
  /** @param {Answer} answer @param {string} reason @returns {WireEvent[]} */
  finish(answer, reason) {
    return [
      ...anthropicClose(answer),
      named('message_delta', {
        delta: {
          stop_reason: ANTHROPIC_REASON[reason] ?? reason,
          stop_sequence: null,
        },
        usage: { output_tokens: 5 },
      }),
    ];
  },
  /** @param {Answer} _answer @param {[number, number]} tokens */
  usage(_answer, [input, output]) {
    return [named('message_delta', {
      delta: {}, usage: { input_tokens: input, output_tokens: output },
    })];
  },
  /** @param {Answer} _answer @returns {WireEvent[]} */
  done(_answer) {
    return [named('message_stop')];
  },
  /**
   * @param {Answer} answer
   * @param {{text: string, reasoning: string, finish: string,
   *   usage: [number, number]}} whole
   */
  whole(answer, whole) {
    const content = [];
    if (whole.reasoning) {
      content.push({ type: 'thinking', thinking: whole.reasoning,
        signature: 'c2lnbmF0dXJl' });
    }
    content.push({ type: 'text', text: whole.text });
    return {
      id: answer.id, type: 'message', role: 'assistant', content,
      model: answer.model,
      stop_reason: ANTHROPIC_REASON[whole.finish] ?? whole.finish,
      stop_sequence: null,
      usage: { input_tokens: whole.usage[0], output_tokens: whole.usage[1] },
    };
  },
};

/** The end of an answer of the Responses API. @param {Answer} answer */
function responsesEnd({ id, model, created, reason = 'stop', tokens = [7, 5] }) {
  const cut = { length: 'max_output_tokens' }[reason]
    ?? (/^(?:stop|tool_calls)$/.test(reason) ? null : reason);
  const [input, output] = tokens;
  return {
    id, object: 'response', created_at: created, model, error: null,
    status: cut ? 'incomplete' : 'completed',
    incomplete_details: cut && { reason: cut },
    output: /** @type {object[]} */ ([]),
    usage: { input_tokens: input, output_tokens: output,
      total_tokens: input + output },
  };
}

export const responses = {
  /** @param {Answer} answer @returns {WireEvent[]} */
  open(answer) {
    const response = { ...responsesEnd(answer), status: 'in_progress' };
    return [named('response.created', { response }),
      named('response.in_progress', { response })];
  },
  /** @param {Answer} answer @param {string} delta @returns {WireEvent[]} */
  text(answer, delta) {
    return [named('response.output_text.delta', { delta, content_index: 0,
      output_index: answer.block ? 1 : 0 })];
  },
  /** @param {Answer} answer @param {string} delta @returns {WireEvent[]} */
  reasoning(answer, delta) {
    answer.block = 'thinking';
    return [named('response.reasoning_summary_text.delta',
      { delta, output_index: 0, summary_index: 0 })];
  },
  /** @param {Answer} answer @param {string} reason @returns {WireEvent[]} */
  finish(answer, reason) {
    answer.reason = reason;
    return [];
  },
  /** @param {Answer} answer @param {[number, number]} tokens */
  usage(answer, tokens) {
    answer.tokens = tokens;
    return [];
  },
  /** @param {Answer} answer @returns {WireEvent[]} */
  done(answer) {
    const response = responsesEnd(answer);
    return [named(`response.${response.status}`, { response })];
  },
  /**
   * @param {Answer} answer
   * @param {{text: string, reasoning: string, finish: string,
   *   usage: [number, number]}} whole
   */
  whole(answer, { text, reasoning, finish, usage }) {
    const response = responsesEnd({ ...answer, reason: finish, tokens: usage });
    if (reasoning) {
      response.output.push({ type: 'reasoning', id: 'rs_1',
        summary: [{ type: 'summary_text', text: reasoning }] });
    }
    response.output.push({ type: 'message', role: 'assistant',
      content: [{ type: 'output_text', text, annotations: [] }] });
    return response;
  },
};
