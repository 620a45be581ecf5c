/* SPDX-License-Identifier: MIT */
/** The page in WebKitGTK, as the distribution ships it. */

import { WebKit } from './engine-webkit.js';
import { walk } from './engine-steps.js';

walk('WebKitGTK', WebKit);
