/* SPDX-License-Identifier: MIT */
/** The life of an answer, step by step, to the millisecond. */

import assert from 'node:assert/strict';
import test from 'node:test';

import {
  BACKOFF_MAX_MS, BACKOFF_MS, CONNECT_SILENCE_MS, GIVE_UP_MS, PROBE_MS, SILENCE_MS, SUSPECT_MS, backoff, createMachine,
  step,
} from '../../static/net/answer-machine.js';

/** A machine with a clock; `say` returns what it wants done. */
function machine(options = {}) {
  const self = {
    now: 1000,
    state: createMachine({ canResume: true, ...options }),
    say(type, fields = {}) {
      const { state, commands } = step(self.state, { type, now: self.now, ...fields }, () => 1);
      self.state = state;
      return commands;
    },
    chunk: (id, delta, more = {}) => self.say('event', {
      id: String(id), data: JSON.stringify({ choices: [{ delta }], ...more }),
    }),
    fail: (code, status = 0, more = {}) => self.say('failed', {
      error: { code, type: '', message: '', status, param: null, retryAt: null, ...more },
    }),
    /** to the point where it reads */
    reading() {
      self.say('start');
      self.say('opened');
      return self;
    },
  };
  return self;
}

const kinds = (commands) => commands.map((command) => command.do);
const ending = (commands) => {
  const end = commands.find((command) => command.do === 'end');
  return end === undefined ? undefined : [end.status, end.error?.code ?? null];
};
const statusOf = (commands) => commands.find((command) => command.do === 'progress')?.progress.status;

test('an answer in which the model refuses is a refusal, with its words', () => {
  const m = machine().reading();
  assert.deepEqual(m.chunk(1, { refusal: 'I will not' }), [
    { do: 'progress', progress: { status: 'answering', lastEventId: '1', deltas: [{ kind: 'text', text: 'I will not' }] } },
  ]);
  m.chunk(2, { refusal: ' do that.' });
  m.say('event', { id: '3', data: '{"choices":[{"delta":{},"finish_reason":"stop"}]}' });
  assert.deepEqual(ending(m.say('event', { id: '4', data: '[DONE]' })), ['refused', null]);
});

test('a good answer: connecting, waiting, thinking, answering, complete', () => {
  const m = machine();
  assert.deepEqual(m.say('start'), [
    { do: 'post' }, { do: 'watch', ms: CONNECT_SILENCE_MS }, { do: 'progress', progress: { status: 'connecting' } },
  ]);
  assert.deepEqual(m.say('opened'), [{ do: 'watch', ms: SILENCE_MS }, { do: 'progress', progress: { status: 'waiting' } }]);
  assert.equal(statusOf(m.chunk(1, { role: 'assistant', content: '' })), 'waiting');
  assert.equal(statusOf(m.chunk(2, { reasoning_content: 'hm' })), 'thinking');
  assert.deepEqual(m.chunk(3, { content: 'Yes' }), [
    { do: 'progress', progress: { status: 'answering', lastEventId: '3', deltas: [{ kind: 'text', text: 'Yes' }] } },
  ]);
  m.say('event', { id: '4', data: '{"choices":[{"delta":{},"finish_reason":"stop"}]}' });
  m.say('event', { id: '5', data: '{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}}' });
  const commands = m.say('event', { id: '6', data: '[DONE]' });
  assert.deepEqual(kinds(commands), ['end'], 'nothing to abort: the stream is read to its end');
  assert.deepEqual(ending(commands), ['complete', null]);
  assert.deepEqual(m.say('closed'), []);
  assert.deepEqual(m.say('stop'), []);
});

test('[DONE] after a length limit or a filter says so', () => {
  for (const [reason, status] of [['length', 'length'], ['content_filter', 'refused'], ['tool_calls', 'complete']]) {
    const m = machine().reading();
    m.say('event', { id: '1', data: JSON.stringify({ choices: [{ delta: { content: 'x' }, finish_reason: reason }] }) });
    assert.deepEqual(ending(m.say('event', { id: '2', data: '[DONE]' })), [status, null]);
  }
});

test('[DONE] after a reason that is none, or none that is known, is no complete end', () => {
  for (const [reason, code] of [[null, 'finish_none'], ['', 'finish_none'], [undefined, 'finish_none'],
    ['pause_turn', 'finish_paused'], ['recitation', 'finish_unknown'], ['RECITATION', 'finish_unknown'],
    ['abort', 'finish_unknown'], ['insufficient_system_resource', 'finish_unknown'],
    ['malformed_function_call', 'finish_unknown']]) {
    const m = machine().reading();
    m.say('event', { id: '1', data: JSON.stringify({ choices: [{ delta: { content: 'x' }, finish_reason: reason }] }) });
    const commands = m.say('event', { id: '2', data: '[DONE]' });
    assert.deepEqual(ending(commands), ['interrupted', code], String(reason));
    assert.equal(commands.at(-1).error.message, reason ?? '', 'the provider\'s word');
  }
});

test('an error event ends it, as what it is', () => {
  for (const [code, status] of [['upstream_error', 'failed'], ['silence_timeout', 'failed'],
    ['content_filter', 'refused'], ['stopped', 'stopped'], ['upstream_closed', 'interrupted'],
    ['shutting_down', 'interrupted'], ['', 'failed']]) {
    const m = machine().reading();
    m.chunk(1, { content: 'Half' });
    const commands = m.say('event', { id: '2', data: JSON.stringify({ error: { code, message: 'why' } }) });
    assert.deepEqual(ending(commands), [status, code || 'upstream_error']);
    assert.equal(commands.at(-1).error.message, 'why');
  }
});

test('what is no chunk ends it', () => {
  const m = machine().reading();
  const commands = m.say('event', { id: '1', data: '{"choi' });
  assert.deepEqual(kinds(commands), ['abort', 'cancel', 'end']);
  assert.deepEqual(ending(commands), ['failed', 'bad_answer']);
});

test('an end without [DONE] is never complete', () => {
  const m = machine({ canResume: false }).reading();
  m.chunk(1, { content: 'Half' }, {});
  m.say('event', { id: '2', data: '{"choices":[{"delta":{},"finish_reason":"stop"}]}' });
  assert.deepEqual(ending(m.say('closed')), ['interrupted', 'cut_off']);
});

test('a lost connection is resumed after the last event, and repeated events are dropped', () => {
  const m = machine().reading();
  m.chunk(1, { content: 'a' });
  m.chunk(2, { content: 'b' });
  const lost = m.fail('network');
  assert.deepEqual(lost, [
    { do: 'abort' }, { do: 'wait', ms: BACKOFF_MS },
    { do: 'progress', progress: { status: 'reconnecting', reconnect: { attempt: 1, at: 1000 + BACKOFF_MS } } },
  ]);
  m.now += BACKOFF_MS;
  assert.deepEqual(m.say('due').slice(0, 1), [{ do: 'resume', lastEventId: '2' }]);
  assert.equal(statusOf(m.say('opened')), 'answering', 'as before the loss');
  assert.deepEqual(m.chunk(1, { content: 'a' }), []);
  assert.deepEqual(m.chunk(2, { content: 'b' }), []);
  assert.equal(m.chunk(3, { content: 'c' })[0].progress.deltas[0].text, 'c');
  assert.deepEqual(m.chunk(3, { content: 'c' }), []);
  assert.equal(m.chunk(10, { content: 'd' })[0].progress.deltas[0].text, 'd', 'numbers, not words');
});

test('events without ids, and ids that are no numbers', () => {
  const m = machine().reading();
  const texts = ['a', 'a', 'b', 'b'].map((id) => m.chunk(id, { content: id }).length);
  assert.deepEqual(texts, [1, 0, 1, 0]);
  assert.equal(m.chunk('', { content: 'x' }).length, 1);
  assert.equal(m.state.lastEventId, 'b');
});

test('the waits double, have jitter and a ceiling', () => {
  assert.equal(backoff(1, () => 0), BACKOFF_MS / 2);
  assert.equal(backoff(1, () => 1), BACKOFF_MS);
  assert.equal(backoff(3, () => 1), BACKOFF_MS * 4);
  assert.equal(backoff(100, () => 1), BACKOFF_MAX_MS);
  const m = machine().reading();
  const waits = [];
  for (let i = 0; i < 4; i += 1) {
    waits.push(m.fail('network').find((command) => command.do === 'wait').ms);
    m.say('due');
  }
  assert.deepEqual(waits, [1, 2, 4, 8].map((n) => n * BACKOFF_MS));
});

test('it gives up after a while, keeping what came', () => {
  const m = machine({ graceMs: 30000 }).reading();
  m.chunk(1, { content: 'Half' });
  m.fail('network');
  m.now += GIVE_UP_MS;
  m.say('due');
  assert.equal(m.fail('network')[1].do, 'wait');
  m.now += 1;
  m.say('due');
  assert.deepEqual(ending(m.fail('network')), ['interrupted', 'network']);
});

test('a longer grace is used, and being offline does not count', () => {
  const m = machine({ graceMs: 100000 }).reading();
  m.fail('network');
  m.now += 200000;
  m.say('due');
  assert.equal(ending(m.fail('network')), undefined);
  m.say('due');
  m.now += 3600000;
  assert.equal(ending(m.fail('offline')), undefined, 'waits for the network');
});

test('a connection that held for a while starts the count anew', () => {
  const m = machine().reading();
  m.chunk(1, { content: 'a' });
  m.fail('network');
  m.now += GIVE_UP_MS;
  m.say('due');
  m.say('opened');
  m.now += 30000;
  const commands = m.say('closed');
  assert.equal(commands.at(-1).progress.reconnect.attempt, 1);
});

test('a stream that is resumed and cut again at once does not go on for ever', () => {
  const m = machine().reading();
  let ended;
  for (let i = 0; i < 100 && ended === undefined; i += 1) {
    const commands = m.say('closed');
    ended = ending(commands);
    m.now += commands.find((command) => command.do === 'wait')?.ms ?? 0;
    m.say('due');
    m.say('opened');
  }
  assert.deepEqual(ended, ['interrupted', 'cut_off']);
});

test('a stream that is gone is interrupted', () => {
  for (const [code, status] of [['stream_not_found', 404], ['events_evicted', 410], ['blocked', 403]]) {
    const m = machine().reading();
    m.chunk(1, { content: 'Half' });
    m.fail('network');
    m.say('due');
    assert.deepEqual(ending(m.fail(code, status)), ['interrupted', code]);
  }
});

test('"later" is no end for a resume, and its time is kept', () => {
  const m = machine().reading();
  m.fail('network');
  m.say('due');
  const commands = m.fail('busy', 503, { retryAt: m.now + 9000 });
  assert.equal(commands.find((command) => command.do === 'wait').ms, 9000);
});

test('a request that was never answered is sent again under its key', () => {
  const m = machine();
  m.say('start');
  assert.deepEqual(kinds(m.fail('network')), ['abort', 'wait', 'progress']);
  assert.equal(m.say('due')[0].do, 'post');
  assert.equal(statusOf(m.say('opened')), 'waiting');
});

test('where nothing can be resumed nothing is sent twice', () => {
  const m = machine({ canResume: false });
  m.say('start');
  const commands = m.fail('network');
  assert.deepEqual(kinds(commands), ['abort', 'cancel', 'end']);
  assert.deepEqual(ending(commands), ['failed', 'network']);
});

test('answers of the server before the stream are final', () => {
  for (const [code, status] of [['stream_limit', 429], ['busy', 503], ['unavailable', 502], ['blocked', 403],
    ['model_not_found', 404], ['body_too_large', 413], ['upstream_error', 502]]) {
    const m = machine();
    m.say('start');
    assert.deepEqual(ending(m.fail(code, status)), ['failed', code]);
  }
  for (const [code, status, ended] of [['content_filter', 400, 'refused'], ['stopped', 409, 'stopped'],
    ['upstream_closed', 502, 'failed'], ['shutting_down', 503, 'failed']]) {
    const m = machine();
    m.say('start');
    assert.deepEqual(ending(m.fail(code, status)), [ended, code]);
  }
});

test('a gateway without a server behind it is waited for once something was lost', () => {
  const m = machine();
  m.say('start');
  m.fail('network');
  m.say('due');
  assert.equal(ending(m.fail('unavailable', 502)), undefined);
});

test('a login is asked for before the request and in the middle', () => {
  const first = machine();
  first.say('start');
  assert.deepEqual(first.fail('not_authenticated', 401), [{ do: 'hold' }]);
  assert.equal(first.say('signedIn')[0].do, 'post');
  const middle = machine().reading();
  middle.chunk(5, { content: 'Half' });
  middle.fail('network');
  middle.say('due');
  assert.deepEqual(kinds(middle.fail('not_authenticated', 401)), ['hold']);
  assert.deepEqual(middle.say('signedIn')[0], { do: 'resume', lastEventId: '5' });
});

test('stop works in every phase, and tells the server whenever it may have begun', () => {
  const phases = {
    idle: [() => {}, ['abort', 'end']],
    connecting: [(m) => m.say('start'), ['abort', 'cancel', 'end']],
    waiting: [(m) => m.reading(), ['abort', 'cancel', 'end']],
    answering: [(m) => m.reading().chunk(1, { content: 'x' }), ['abort', 'cancel', 'end']],
    lost: [(m) => m.reading().fail('network'), ['abort', 'cancel', 'end']],
    resuming: [(m) => { m.reading().fail('network'); m.say('due'); }, ['abort', 'cancel', 'end']],
    held: [(m) => { m.say('start'); m.fail('not_authenticated', 401); }, ['abort', 'end']],
  };
  for (const [name, [prepare, expected]] of Object.entries(phases)) {
    const m = machine();
    prepare(m);
    const commands = m.say('stop');
    assert.deepEqual(kinds(commands), expected, name);
    assert.deepEqual(ending(commands), ['stopped', null], name);
    for (const input of ['opened', 'closed', 'due', 'silent', 'wake', 'signedIn', 'stop', 'start']) {
      assert.deepEqual(m.say(input), [], `${input} after ${name}`);
    }
    assert.deepEqual(m.chunk(9, { content: 'late' }), []);
  }
});

test('silence is not loss: comments keep it alive', () => {
  const m = machine().reading();
  for (let i = 0; i < 20; i += 1) {
    m.now += 15000;
    m.say('alive');
  }
  m.now += SILENCE_MS - 1;
  assert.deepEqual(m.say('silent'), [{ do: 'watch', ms: 1 }]);
  m.now += 1;
  assert.deepEqual(kinds(m.say('silent')), ['abort', 'wait', 'progress']);
});

test('before the first sign of life it is more patient', () => {
  const m = machine();
  m.say('start');
  m.now += CONNECT_SILENCE_MS - 5;
  assert.deepEqual(m.say('silent'), [{ do: 'watch', ms: 5 }]);
  m.now += 5;
  assert.deepEqual(kinds(m.say('silent')), ['abort', 'wait', 'progress']);
});

test('waking up resumes at once', () => {
  const m = machine().reading();
  m.fail('offline');
  assert.equal(m.say('wake')[0].do, 'resume');
  assert.deepEqual(m.say('due'), [], 'the wait that was under way is void');
});

test('on waking up, a connection that was silent must show that it lives', () => {
  const m = machine().reading();
  m.now += SUSPECT_MS - 1;
  assert.deepEqual(m.say('wake'), []);
  m.now += 1;
  assert.deepEqual(m.say('wake'), [{ do: 'watch', ms: PROBE_MS }]);
  m.now += PROBE_MS;
  assert.deepEqual(kinds(m.say('silent')), ['abort', 'wait', 'progress']);
  const alive = machine().reading();
  alive.now += SUSPECT_MS;
  alive.say('wake');
  alive.now += 100;
  alive.say('alive');
  alive.now += PROBE_MS - 100;
  assert.equal(alive.say('silent')[0].do, 'watch', 'it did');
});

test('a stream that the server has is resumed from the start of the machine', () => {
  const m = machine({ lastEventId: '17', accepted: true });
  assert.deepEqual(m.say('start')[0], { do: 'resume', lastEventId: '17' });
  m.say('opened');
  assert.deepEqual(m.chunk(17, { content: 'old' }), []);
  assert.equal(m.chunk(18, { content: 'new' })[0].progress.deltas[0].text, 'new');
});

test('what an answer is at follows from what says something, and not from what stands beside it', () => {
  const statusOfLast = (delta) => {
    const m = machine().reading();
    m.chunk(1, { reasoning_content: 'hm' });
    return statusOf(m.chunk(2, delta));
  };
  assert.equal(statusOfLast({ content: 'a' }), 'answering');
  assert.equal(statusOfLast({ images: [{ image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } }] }), 'answering');
  assert.equal(statusOfLast({ content: [{ type: 'odd', x: 1 }] }), 'thinking');
  assert.equal(statusOfLast({ annotations: [{ type: 'url_citation', url_citation: { url: 'https://a.example/', title: 'A' } }] }), 'thinking');
  assert.equal(statusOfLast({ audio: { data: '<' } }), 'thinking', 'a notice is no word');
  assert.equal(statusOfLast({}), 'thinking');
});

test('a chunk that says nothing adds nothing', () => {
  const m = machine().reading();
  assert.deepEqual(m.chunk(1, {}), [{ do: 'progress', progress: { status: m.state.status, lastEventId: '1' } }]);
});

test('an event is passed over when it is known to have come', () => {
  const m = machine().reading();
  const taken = (id) => m.chunk(id, { content: 'a' }).length > 0;
  assert.deepEqual(['', ''].map(taken), [true, true], 'without ids nothing is known');
  assert.deepEqual(['x', 'x', 'y', '', '1e3', '7', '7', '6', '8'].map(taken), [true, false, true, true, true, true, false, false, true]);
});

test('an error while it is read is an end, and the server is told; one to a resume interrupts', () => {
  const reading = machine().reading().fail('event_too_large');
  assert.deepEqual(kinds(reading), ['cancel', 'end']);
  assert.deepEqual(ending(reading), ['failed', 'event_too_large']);
  const m = machine().reading();
  m.fail('network');
  m.say('due');
  const resumed = m.fail('stream_not_found', 404);
  assert.deepEqual(kinds(resumed), ['end']);
  assert.deepEqual(ending(resumed), ['interrupted', 'stream_not_found']);
});

test('a connection that held for five seconds begins to count anew', () => {
  const attempt = (ms) => {
    const m = machine().reading();
    for (const held of [0, ms]) {
      m.now += held;
      m.fail('network');
      if (held === 0) {
        m.say('due');
        m.say('opened');
      }
      if (ms === 0) break;
    }
    return m.state.attempt;
  };
  assert.equal(attempt(4999), 2);
  assert.equal(attempt(5000), 1);
});

test('a page that wakes looks after what it reads, and nothing else', () => {
  const m = machine();
  m.say('start');
  m.now += SUSPECT_MS;
  assert.deepEqual(m.say('wake'), []);
  m.say('opened');
  m.now += SUSPECT_MS - 1;
  assert.deepEqual(m.say('wake'), []);
  m.now += 1;
  assert.deepEqual(m.say('wake'), [{ do: 'watch', ms: PROBE_MS }]);
  m.fail('not_authenticated', 401);
  m.now += GIVE_UP_MS;
  assert.deepEqual(m.say('silent'), [], 'nor is one that waits for a login taken for lost');
});
