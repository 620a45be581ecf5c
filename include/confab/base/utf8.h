/* SPDX-License-Identifier: MIT */
/*
 * UTF-8 (RFC 3629): what is valid, and how much is not. Pure.
 */
#ifndef CONFAB_BASE_UTF8_H
#define CONFAB_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* The length of the longest valid prefix of s[0..len). */
size_t utf8_valid_prefix(const char *s, size_t len);

/* True when all of s[0..len) is valid. */
bool utf8_valid(const char *s, size_t len);

/*
 * The length of the maximal part at the start of s that is to be replaced by
 * one U+FFFD (WHATWG Encoding, UTF-8 decoder); s begins with an invalid
 * sequence and len is not 0.
 */
size_t utf8_bad_part(const char *s, size_t len);

#endif
