/* SPDX-License-Identifier: MIT */
/** What the site of a release's files is: for who makes them and for who reads them. */

export const PASSWORD = 'a long password of theirs';

/** Files that the configurations name, and whose words do not matter. */
export const KEYS = ['one.key', 'tools.token', 'engine.password', 'engine-users.password'];

/** All that it has in files, beside its configurations. */
export const SITE = ['people', 'signing', 'tokens', 'passkeys', ...KEYS];

/**
 * A text with its folder and its provider's port in their places.
 * @param {string} text @param {string} dir @param {number} port
 */
export const fill = (text, dir, port) => text.replaceAll('@dir@', dir).replaceAll('@port@', String(port));
