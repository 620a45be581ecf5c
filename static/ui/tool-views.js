// SPDX-License-Identifier: MIT
// What is seldom wanted of a call of a tool, loaded when it is: what its server asks, and results that are more than words.

export { createInquiries } from './tool-inquiry.js';
export { dataView, resultView } from './tool-results.js';
