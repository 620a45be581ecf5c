/* SPDX-License-Identifier: MIT */
/*
 * UTF-8 (RFC 3629): validation and repair. Pure.
 */
#ifndef CONFAB_UTF8_H
#define CONFAB_UTF8_H

#include <stdbool.h>
#include <stddef.h>

struct buf;

/* The length of the longest valid prefix of s[0..len). */
size_t utf8_valid_prefix(const char *s, size_t len);

/* True when all of s[0..len) is valid. */
bool utf8_valid(const char *s, size_t len);

/*
 * Appends s[0..len) with every maximal invalid part replaced by one U+FFFD,
 * as the WHATWG decoder does. Returns 0, or -1 when `out` is full.
 */
int utf8_repair(struct buf *out, const char *s, size_t len);

#endif
