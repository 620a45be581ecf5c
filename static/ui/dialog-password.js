// SPDX-License-Identifier: MIT
// The dialog in which a password is changed.

import { render } from '../vendor/lit-html/lit-html.js';
import { passwordForm } from './password.js';

/** @type {import('./dialogs.js').DialogMaker} */
export function passwordDialog(ctx, close) {
  let problem = '';
  /** @type {HTMLElement | null} */
  let place = null;
  /** An error from before the dialog was opened is not about it. */
  const stale = ctx.state().session.error;

  function draw() {
    if (!place) return;
    const { session } = ctx.state();
    const error = session.error === stale ? null : session.error;
    render(passwordForm(ctx, { ...session, error }, problem, (found) => {
      problem = found;
      draw();
    }, (done) => done && close()), place);
  }

  return {
    title: 'password.title',
    small: true,
    update(_state, body) {
      place = body;
      draw();
    },
  };
}
