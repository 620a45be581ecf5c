/* SPDX-License-Identifier: MIT */
/**
 * The store: holds the state, applies actions, tells its subscribers once a
 * frame, however many actions came in between.
 *
 * @typedef {import('./types.js').State} State
 * @typedef {import('./types.js').Action} Action
 */

/**
 * @typedef {object} Store
 * @property {() => State} getState  the state as it is now, ahead of any notification
 * @property {(action: Action) => void} dispatch  applies at once, notifies later
 * @property {(listener: (state: State, previous: State) => void) => () => void} subscribe
 *   the listener gets the state and the one of its last call; returns the unsubscriber
 * @property {() => void} flush  notifies now, when a notification is due
 */

/**
 * Makes a store.
 *
 * A listener that throws does not keep the others from being called.
 * An action dispatched by a listener is applied at once and notified next time.
 *
 * @param {State} initialState
 * @param {object} options
 * @param {(state: State, action: Action) => State} options.reduce  pure
 * @param {(run: () => void) => void} options.schedule  calls `run` once, at the
 *   next frame; must not call it at once
 * @param {(error: unknown) => void} [options.onError]  gets what a listener throws;
 *   without, it becomes an unhandled rejection, so that it reaches the console
 * @returns {Store}
 */
export function createStore(initialState, { reduce, schedule, onError = (error) => void Promise.reject(error) }) {
  let state = initialState;
  let notified = initialState;
  let due = false;
  /** @type {Set<(state: State, previous: State) => void>} */
  const listeners = new Set();

  function flush() {
    due = false;
    if (state === notified) return;
    const previous = notified;
    const current = state;
    notified = current;
    for (const listener of [...listeners]) {
      if (!listeners.has(listener)) continue;
      try {
        listener(current, previous);
      } catch (error) {
        onError(error);
      }
    }
  }

  return {
    getState: () => state,
    dispatch(action) {
      const next = reduce(state, action);
      if (next === state) return;
      state = next;
      if (due) return;
      due = true;
      schedule(() => {
        if (due) flush();
      });
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    flush() {
      if (due) flush();
    },
  };
}
