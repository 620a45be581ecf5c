/* SPDX-License-Identifier: MIT */
/**
 * Inside the sandboxed frame: becomes the page that somebody wants to see. The
 * page sends this file's text, as that of frame-run.js.
 */

(/** @param {{markup: string}} order */
  ({ markup }) => {
    document.open();
    document.write(markup);
    document.close();
  }
);
