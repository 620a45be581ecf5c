// SPDX-License-Identifier: MIT
// The way out: a sign-out deletes all chats, so it asks first where there are some.

import { selectHasSomethingToLose } from '../core/selectors.js';

/**
 * Ends the session, or all of them; where chats would be lost, asks first.
 * @param {import('./context.js').Context} ctx
 * @param {boolean} everywhere
 */
export function leave({ actions, state }, everywhere) {
  if (selectHasSomethingToLose(state())) actions.setUi({ dialog: everywhere ? 'signOutAll' : 'signOut' });
  else void (everywhere ? actions.signOutEverywhere() : actions.signOut());
}
