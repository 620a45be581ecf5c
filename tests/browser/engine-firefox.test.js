/* SPDX-License-Identifier: MIT */
/** The page in Firefox, as the distribution ships it. */

import { Firefox } from './engines.js';
import { walk } from './engine-steps.js';

walk('Firefox', Firefox);
