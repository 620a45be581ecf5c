/* SPDX-License-Identifier: MIT */
/**
 * The link policy: which addresses of a model's text may become links or
 * images, and how a link says where it goes. Pure.
 */
import { MAX_DATA_IMAGE, MAX_URL } from './limits.js';

/**
 * @typedef {object} SafeLink
 * @property {string} href   what the link opens
 * @property {string} where  host, mail address, or path: what the reader is told
 */

/**
 * A path of this site. Nothing in it can be taken for a scheme or a host, by a
 * URL parser or by a reader; the page itself (`#`, `?`) is no destination.
 */
const RELATIVE = /^(?!\/\/)[\p{L}\p{N}./_~%-][^:\\\p{C}]*$/u;

const DATA_IMAGE = /^data:image\/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/]+={0,2}$/;

/**
 * Percent-encodes what a URL may not hold, and leaves escapes as they are.
 *
 * @param {string} href
 * @returns {string | null} null for text that is not well-formed UTF-16
 */
export function encodeHref(href) {
  try {
    return encodeURI(href).replace(/%25/g, '%');
  } catch {
    return null;
  }
}

/**
 * Decides whether an address may become a link: absolute http, https and
 * mailto, and paths of this site. The decision is made on what the URL parser makes of the text,
 * as a browser would, so spaces, tabs, newlines and control characters inside
 * a scheme cannot smuggle another one past it.
 *
 * @param {string} href
 * @returns {SafeLink | null} null: show the text without a link
 */
export function safeLink(href) {
  if (href.length > MAX_URL) return null;
  const encoded = encodeHref(href.trim());
  if (encoded && RELATIVE.test(href.trim())) return { href: encoded, where: readable(encoded) };
  if (!encoded || !/^(?:https?:\/\/|mailto:)/i.test(encoded)) return null;
  let url;
  try {
    url = new URL(encoded);
  } catch {
    return null;
  }
  if (url.protocol === 'mailto:') {
    if (!url.pathname.includes('@')) return null;
    return { href: url.href, where: readable(url.pathname) };
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return null;
  // A name before the host only serves to pass one host off as another.
  if (url.username || url.password) return null;
  return { href: encoded, where: url.host };
}

/**
 * @param {string} text
 * @returns {string}
 */
function readable(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * Decides whether an image's address may be shown at once: small enough
 * `data:` URLs of raster types, which ask no server.
 *
 * @param {string} href
 * @returns {boolean}
 */
export function isInlineImage(href) {
  return href.length <= MAX_DATA_IMAGE && DATA_IMAGE.test(href);
}

/**
 * Whether the visible text of a link already tells its destination.
 *
 * @param {string} text
 * @param {SafeLink} link
 * @returns {boolean}
 */
export function tellsWhere(text, link) {
  return text.toLowerCase().includes(link.where.toLowerCase());
}
