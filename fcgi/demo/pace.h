/* SPDX-License-Identifier: MIT */
/*
 * Cuts a text into token-like pieces and tells when each is due, so that a
 * built-in answer streams as a model's does. Pure, and without a state of its
 * own: the caller keeps the offset that it has reached, and the same text
 * always goes in the same pieces at the same pace.
 */
#ifndef CONFAB_DEMO_PACE_H
#define CONFAB_DEMO_PACE_H

#include <stddef.h>
#include <stdint.h>

#define PACE_PIECE_MAX 24     /* bytes after which a piece takes no more */
#define PACE_GRAPHEME_MAX 256 /* bytes at which even marks are cut off */

enum pace_speed {
	PACE_HUMAN, /* 25 to 45 pieces a second */
	PACE_SLOW,  /* 2 to 4, after a long first wait */
	PACE_BRISK, /* 75 to 125, as today's fast models */
	PACE_FAST   /* about 400 */
};

struct pace_piece {
	size_t len;	   /* bytes; 0 at the end of the text */
	uint32_t delay_us; /* microseconds to wait before it */
};

/*
 * The piece that starts at text[offset], offset <= len; the next one starts
 * at offset + piece.len, and all of them are the whole text.
 *
 * A piece is a word or a few punctuation marks with the white space before
 * it, or one character of a script without spaces. A UTF-8 sequence (RFC 3629)
 * is never cut, nor are marks, joiners and skin tones from their base while the
 * whole stays below PACE_GRAPHEME_MAX. Bytes that are not UTF-8 pass through.
 */
struct pace_piece pace_next(const char *text, size_t len, size_t offset,
    enum pace_speed speed);

#endif
