/* SPDX-License-Identifier: MIT */
/*
 * Addresses that are somebody else's word. Pure.
 */
#ifndef CONFAB_UPSTREAM_WEB_H
#define CONFAB_UPSTREAM_WEB_H

#define UPSTREAM_WEB_URL_MAX 8192 /* bytes of an address */

/*
 * The whole address that `text` is, seen from `base` (RFC 3986, section 5; NULL:
 * it must be whole): of http or https, without a fragment and without a name
 * or password before its host. The caller's to free; NULL: it is none, or too
 * long, or memory is short.
 */
char *upstream_web_url(const char *base, const char *text);

/* The same with `query` (NAME=VALUE) added, VALUE encoded. */
char *upstream_web_query(const char *url, const char *query);

#endif
