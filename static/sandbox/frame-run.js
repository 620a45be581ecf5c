/* SPDX-License-Identifier: MIT */
/**
 * Inside the sandboxed frame: runs a program in a thread and gives the page
 * what comes of it. The page sends this file's text, whose value is the
 * function that it is; nothing here may import.
 *
 * The thread is not trusted: it is ended at the first message too many, and
 * what it says is checked by the page.
 */

(/**
  * @param {{worker: string, code: string, ms: number, messages: number, most: number}} order
  *   the text of worker-run.js; the program; limits of time, messages and characters
  */
  ({ worker, code, ms, messages, most }) => {
    /** @type {unknown[]} */
    const lines = [];
    let room = most;
    let count = 0;
    const address = URL.createObjectURL(new Blob([worker], { type: 'text/javascript' }));
    const thread = new Worker(address);
    const timer = setTimeout(() => finish({ end: 'slow' }), ms);

    /** @param {object} outcome */
    function finish(outcome) {
      clearTimeout(timer);
      thread.onmessage = null;
      thread.onerror = null;
      thread.terminate();
      URL.revokeObjectURL(address);
      parent.postMessage({ value: '', picture: '', cut: room < 0 || count > messages, lines, ...outcome }, '*');
    }

    thread.onmessage = ({ data }) => {
      count += 1;
      if (count > messages + 1) finish({ end: 'failed', value: 'Too much output.', cut: true });
      else if (typeof data?.line === 'string') {
        room -= data.line.length;
        if (room >= 0) lines.push(data.line);
      } else {
        finish({ end: data?.end, value: data?.value, picture: data?.picture, cut: data?.cut });
      }
    };
    thread.onerror = (event) => {
      event.preventDefault();
      finish({ end: 'failed', value: event.message ?? '' });
    };
    thread.postMessage({ code, messages, most });
  }
);
