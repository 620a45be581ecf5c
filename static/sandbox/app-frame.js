/* SPDX-License-Identifier: MIT */
/**
 * The frame that an app of a tool server is drawn in: without an origin, under
 * the policy that the worker gives for that server (api/tools/frame). What is
 * heard from it is a stranger's.
 */

/**
 * @typedef {object} AppFrame
 * @property {HTMLIFrameElement} element
 * @property {(message: unknown) => void} post
 * @property {() => void} close
 *
 * @param {object} options
 * @param {string} options.server
 * @param {string} options.title  for who cannot see it
 * @param {Element} options.place
 * @param {() => void} options.ready  the frame waits for its document; again when it was made anew
 * @param {(data: unknown) => void} options.hear
 * @returns {AppFrame}
 */
export function openAppFrame({ server, title, place, ready, hear }) {
  const element = document.createElement('iframe');
  // Forms are for the app's own scripts; its policy lets none go anywhere.
  element.setAttribute('sandbox', 'allow-scripts allow-forms');
  element.referrerPolicy = 'no-referrer';
  element.className = 'app-frame';
  element.title = title;
  element.src = new URL(`api/tools/frame/${encodeURIComponent(server)}`, document.baseURI).href;
  /** @param {MessageEvent} event */
  const take = ({ source, data }) => {
    // A frame within it is another window, and nobody here.
    if (source === null || source !== element.contentWindow) return;
    if (data === 'ready') ready();
    else hear(data);
  };
  addEventListener('message', take);
  place.append(element);
  return {
    element,
    post: (message) => element.contentWindow?.postMessage(message, '*'),
    close() {
      removeEventListener('message', take);
      element.remove();
    },
  };
}
