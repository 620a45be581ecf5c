/* SPDX-License-Identifier: MIT */
/**
 * A server that does what a test says, behind a fetch that behaves as a
 * browser's does when it is aborted.
 */

import { PAGE_TOOLS } from '../../static/core/page-tools.js';
import { createAccount } from '../../static/net/account.js';
import { createAnswers } from '../../static/net/answers.js';
import { createApi } from '../../static/net/api.js';
import { createToolRunner } from '../../static/net/tool-runner.js';
import { MODELS, counter, makeCore } from './core-helpers.js';

const encoder = new TextEncoder();

/** One open request of the page. */
export class Call {
  constructor(url, init) {
    this.path = new URL(url).pathname.replace(/^.*\/api\//, '');
    this.method = init.method;
    this.headers = init.headers;
    this.body = init.body === undefined ? undefined : JSON.parse(init.body);
    this.signal = init.signal;
    this.keepalive = init.keepalive === true;
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    const abort = () => this.drop(new DOMException('aborted', 'AbortError'));
    if (init.signal.aborted) abort();
    init.signal.addEventListener('abort', abort);
  }

  get aborted() {
    return this.signal.aborted;
  }

  /** Answers with an event stream. */
  open() {
    const body = new ReadableStream({ start: (controller) => { this.stream = controller; } });
    this.resolve(new Response(body, { headers: { 'Content-Type': 'text/event-stream' } }));
    return this;
  }

  /** Sends text on the stream. */
  send(text) {
    this.stream.enqueue(encoder.encode(text));
    return this;
  }

  /** Sends a chunk with this text as event `id`. */
  token(id, text) {
    return this.send(`id: ${id}\ndata: ${JSON.stringify({ choices: [{ delta: { content: text } }] })}\n\n`);
  }

  /** A good end: the reason, then the mark. */
  done(id) {
    this.send(`id: ${id}\ndata: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\n`);
    this.send(`id: ${id + 1}\ndata: [DONE]\n\n`);
    this.stream.close();
    return this;
  }

  close() {
    this.stream.close();
  }

  /** The network fails. */
  drop(error = new TypeError('Failed to fetch')) {
    this.reject(error);
    try {
      this.stream?.error(error);
    } catch {
      // closed already
    }
  }

  json(value, status = 200, headers = {}) {
    this.resolve(new Response(status === 204 ? null : JSON.stringify(value), {
      status, headers: { 'Content-Type': 'application/json', ...headers },
    }));
  }

  fail(status, code, headers) {
    this.json({ error: { code, message: `${code}!`, type: 't', param: null } }, status, headers);
  }
}

/** The whole page but its views, signed in, with models. */
export function makePage({ limits = {} } = {}) {
  const core = makeCore();
  const { store, clock, frames } = core;
  const calls = [];
  const page = {
    ...core,
    calls,
    online: true,
    events: [],
    /** What a program comes to. */
    runScript: async () => ({ end: 'done', lines: [], value: '42', picture: '', cut: false }),
    /** the newest call, of a method and path when given */
    call(method, path) {
      return calls.filter((call) => (method === undefined || call.method === method) &&
        (path === undefined || call.path.startsWith(path))).at(-1);
    },
    count: (method, path) => calls.filter((call) => call.method === method && call.path.startsWith(path)).length,
    conversation: (id = store.getState().conversations.activeId) => store.getState().conversations.byId[id],
    message: (id) => Object.values(store.getState().conversations.byId)
      .map((conversation) => conversation.nodes[id]).find((message) => message !== undefined),
    /** the last answer of the active conversation */
    answer() {
      const answers = Object.values(page.conversation().nodes).filter(({ role }) => role === 'assistant');
      return answers.at(-1);
    },
    toasts: () => store.getState().ui.toasts.map(({ key }) => key),
    /** lets promises go on, then a frame */
    async settle() {
      await clock.settle();
      frames.next();
    },
    async advance(ms) {
      await clock.advance(ms);
      frames.next();
    },
    async ask(text) {
      core.actions.setDraft({ text });
      const sent = page.answers.send();
      await page.settle();
      return sent;
    },
  };
  const env = {
    now: () => clock.now,
    random: () => 1,
    isOnline: () => page.online,
    setTimer: clock.setTimer,
    clearTimer: clock.clearTimer,
  };
  const api = createApi({
    base: 'https://host.example/chat/',
    fetch: (url, init) => {
      const call = new Call(url, init);
      calls.push(call);
      return call.promise;
    },
    ...env,
  });
  page.answers = createAnswers({
    store, api, env, newId: core.newId, newKey: counter('key-'), schedule: frames.schedule,
    onUnauthorized: () => page.account.expired(),
    runTool: createToolRunner({
      api, env, limits: () => store.getState().session.limits, newKey: counter('call-'), reload: async () => void page.events.push('reload'), runScript: (code, signal) => page.runScript(code, signal),
    }),
  });
  page.account = createAccount({
    store, api, env, newId: core.newId,
    onSignedIn: () => {
      page.events.push('signedIn');
      page.answers.signedIn();
    },
    beforeSignOut: () => page.answers.leave(),
    onSignedOut: () => page.events.push('signedOut'),
  });
  store.dispatch({
    type: 'session/signedIn', user: { name: 'ann' }, expiresAt: null, auth: 'password', limits,
  });
  store.dispatch({ type: 'models/ready', list: MODELS });
  store.dispatch({ type: 'tools/ready', tools: { list: PAGE_TOOLS, errors: [] } });
  return page;
}
