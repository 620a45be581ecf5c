/* SPDX-License-Identifier: MIT */
/** The Chromium that the tests drive. */

import { chromium } from 'playwright-core';

/**
 * Starts it: the shell without a window, which draws the same pages for half
 * the processor time of the whole browser. $CHROMIUM names another one.
 * @param {string[]} [args]  more of its options
 */
export const launchChromium = (args = []) => chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium-headless-shell',
  args: ['--no-sandbox', ...args],
});
