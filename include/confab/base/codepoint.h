/* SPDX-License-Identifier: MIT */
/*
 * Single code points: reads one from UTF-8 (RFC 3629) and tells what kind it
 * is. Pure; needs no locale and no tables of Unicode's size, so the kinds are
 * by block and meant for cutting and echoing text, not for typography.
 */
#ifndef CONFAB_BASE_CODEPOINT_H
#define CONFAB_BASE_CODEPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CODEPOINT_INVALID 0x110000u /* what no text can hold */

/*
 * Reads the code point at s[0..len). Returns the bytes it takes, 1 to 4, or 0
 * when len is 0. For bytes that are not UTF-8, *cp is CODEPOINT_INVALID and
 * the return value the length of the maximal invalid part, as buf_utf8()
 * sees it.
 */
size_t codepoint_next(const char *s, size_t len, uint32_t *cp);

/* White space of any script, line breaks and control characters. */
bool codepoint_is_space(uint32_t cp);

/* Invisible: zero width, direction controls, tags; not the two joiners. */
bool codepoint_is_hidden(uint32_t cp);

/* Belongs to the character before it: a combining mark, variation selector,
 * joiner, skin tone. */
bool codepoint_is_extender(uint32_t cp);

/* Of a script written without spaces, one character about one token. */
bool codepoint_is_cjk(uint32_t cp);

/* A letter outside ASCII, as opposed to a symbol, emoji or punctuation. */
bool codepoint_is_foreign_letter(uint32_t cp);

#endif
