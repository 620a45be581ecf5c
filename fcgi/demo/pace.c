/* SPDX-License-Identifier: MIT */
/*
 * Room of the metronome: which bytes next, and when; see confab/pace.h.
 */
#include "config.h"

#include "confab/base/codepoint.h"

#include "pace.h"

#define ZERO_WIDTH_JOINER 0x200Du

/* What may share a piece with its like. */
enum class {
	CLASS_SPACE,
	CLASS_WORD,
	CLASS_MARK, /* ASCII punctuation */
	CLASS_ALONE /* CJK, emoji and other symbols */
};

struct rhythm {
	uint32_t first_us;  /* before the first piece */
	uint32_t base_us;   /* least pause before a later one */
	uint32_t jitter_us; /* more than that by less than this */
};

static const struct rhythm rhythms[] = {
	[PACE_HUMAN] = { 300000, 22500, 17000 },
	[PACE_SLOW] = { 2000000, 260000, 220000 },
	[PACE_BRISK] = { 200000, 8200, 4800 },
	[PACE_FAST] = { 20000, 1800, 1400 },
};

static enum class classify(uint32_t cp) {
	if (codepoint_is_space(cp)) return CLASS_SPACE;
	if (cp < 0x80) return (cp >= '0' && cp <= '9') ||
		(cp >= 'A' && cp <= 'Z') || (cp >= 'a' && cp <= 'z')
	    ? CLASS_WORD
	    : CLASS_MARK;
	if (codepoint_is_cjk(cp) ||
	    !codepoint_is_foreign_letter(cp)) return CLASS_ALONE;
	return CLASS_WORD;
}

/* Regional indicators: two of them are one flag. */
static int
is_flag_half(uint32_t cp)
{
	return cp >= 0x1F1E6 && cp <= 0x1F1FF;
}

/*
 * The end of the character that starts at text[at]: a code point with all
 * that belongs to it. *first is that code point. An extender at the very
 * start, with no base before it, is a base itself.
 */
static size_t
character_end(const char *text, size_t len, size_t at, uint32_t *first)
{
	size_t end = at + codepoint_next(text + at, len - at, first);
	int flag = is_flag_half(*first);
	int joined = 0;

	while (end < len) {
		uint32_t cp;
		size_t step = codepoint_next(text + end, len - end, &cp);

		if (end + step - at > PACE_GRAPHEME_MAX)
			break;
		if (flag && is_flag_half(cp))
			flag = 0;
		else if (!codepoint_is_extender(cp) &&
		    !(joined && classify(cp) == CLASS_ALONE))
			break;
		joined = cp == ZERO_WIDTH_JOINER;
		end += step;
	}
	return end;
}

static size_t
piece_end(const char *text, size_t len, size_t at)
{
	enum class class, kind = CLASS_SPACE;
	size_t start = at;

	while (at < len && at - start < PACE_PIECE_MAX) {
		uint32_t cp;
		size_t end = character_end(text, len, at, &cp);

		class = classify(cp);
		/* A mark on a space makes it something to be seen. */
		if (class == CLASS_SPACE && end - at > 1 && cp < 0x80)
			class = CLASS_ALONE;
		if (kind != CLASS_SPACE && class != kind)
			break;
		at = end;
		kind = class;
		if (class == CLASS_ALONE)
			break;
	}
	return at;
}

/* Knuth's multiplicative hash: spreads neighbouring offsets evenly. */
static uint32_t
spread(uint32_t n, uint32_t below)
{
	return (uint32_t)(((uint64_t)(n * UINT32_C(2654435761)) * below) >> 32);
}

struct pace_piece
pace_next(const char *text, size_t len, size_t offset, enum pace_speed speed)
{
	const struct rhythm *r = &rhythms[speed];
	struct pace_piece piece = { 0, 0 };

	if (offset >= len)
		return piece;
	piece.len = piece_end(text, len, offset) - offset;
	piece.delay_us = offset == 0
	    ? r->first_us
	    : r->base_us + spread((uint32_t)offset, r->jitter_us);
	return piece;
}
