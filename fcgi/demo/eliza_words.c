/* SPDX-License-Identifier: MIT */
/*
 * Room where a message becomes words; see confab/eliza_words.h.
 */
#include "config.h"

#include <string.h>

#include "confab/base/codepoint.h"

#include "eliza_words.h"

#define ELLIPSIS "\xE2\x80\xA6"
#define ELLIPSIS_LEN (sizeof(ELLIPSIS) - 1)
#define REPLACEMENT "\xEF\xBF\xBD"
#define REPLACEMENT_LEN (sizeof(REPLACEMENT) - 1)

enum kind {
	KIND_WORD,	 /* part of a word */
	KIND_APOSTROPHE, /* part of a word, but not at its ends */
	KIND_SPACE,	 /* between words */
	KIND_COMMA,	 /* ends a clause */
	KIND_STOP,	 /* ends a sentence */
	KIND_NOTHING	 /* as if it were not there */
};

/* The word that is being read, and what the letters so far looked like. */
struct reader {
	struct eliza_sentence *st;
	size_t start; /* of the open word in st->text */
	bool open;
	bool cut;   /* the open word is over its limit */
	bool opens; /* the next word opens a sentence */
	size_t words;
	size_t capitals, smalls, foreign;
};

static bool
is_digit(unsigned char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_alnum(unsigned char c)
{
	return is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* `prev` and `next` are the bytes around it, 0 at the ends. */
static enum kind
kind_ascii(unsigned char c, unsigned char prev, unsigned char next)
{
	bool within = (is_alnum(prev) || prev >= 0x80) &&
	    (is_alnum(next) || next >= 0x80);

	if (is_alnum(c))
		return KIND_WORD;
	switch (c) {
	case '.':
	case ':':
		if (is_digit(prev) && is_digit(next))
			return KIND_WORD;
		return KIND_STOP;
	case ',':
		if (is_digit(prev) && is_digit(next))
			return KIND_WORD;
		return KIND_COMMA;
	case '!':
	case '?':
	case ';':
	case '\n':
	case '\r':
		return KIND_STOP;
	case '-':
		return within ? KIND_WORD : KIND_COMMA;
	case '/':
	case '=':
	case '@':
		return within ? KIND_WORD : KIND_SPACE;
	case '\'':
		return KIND_APOSTROPHE;
	case '%':
	case '&':
	case '+':
		return KIND_WORD;
	default:
		return KIND_SPACE;
	}
}

static enum kind
kind_foreign(uint32_t cp)
{
	switch (cp) {
	case 0x2018: /* quotation marks that serve as apostrophes */
	case 0x2019:
	case 0x02BC:
		return KIND_APOSTROPHE;
	case 0x00A1: /* inverted marks open a sentence */
	case 0x00BF:
	case 0x00AB: /* quotation marks */
	case 0x00BB:
	case 0x201A:
	case 0x201B:
	case 0x201C:
	case 0x201D:
	case 0x201E:
	case 0x201F:
	case 0x2039:
	case 0x203A:
	case 0x3008:
	case 0x3009:
	case 0x300A:
	case 0x300B:
	case 0x300C:
	case 0x300D:
	case 0x300E:
	case 0x300F:
		return KIND_SPACE;
	case 0x2013: /* dashes */
	case 0x2014:
	case 0x060C: /* Arabic, ideographic and full-width commas */
	case 0x3001:
	case 0xFF0C:
		return KIND_COMMA;
	case 0x2026: /* ellipsis */
	case 0x061B: /* Arabic semicolon, question mark and full stop */
	case 0x061F:
	case 0x06D4:
	case 0x0964: /* danda */
	case 0x3002: /* ideographic full stop */
	case 0xFF01:
	case 0xFF0E:
	case 0xFF1A:
	case 0xFF1B:
	case 0xFF1F:
	case 0x2028:
	case 0x2029:
		return KIND_STOP;
	default:
		if (codepoint_is_space(cp))
			return KIND_SPACE;
		if (codepoint_is_hidden(cp))
			return KIND_NOTHING;
		return KIND_WORD;
	}
}

static void
count_letter(struct reader *r, uint32_t cp)
{
	if (cp >= 'A' && cp <= 'Z')
		r->capitals++;
	else if (cp >= 'a' && cp <= 'z')
		r->smalls++;
	else if (codepoint_is_foreign_letter(cp))
		r->foreign++;
}

/* Takes the apostrophes off the end; drops a word that was nothing else. */
static void
close_word(struct reader *r)
{
	struct eliza_sentence *st = r->st;
	struct eliza_word *w = &st->words[st->n];

	if (!r->open)
		return;
	r->open = false;
	while (st->used > r->start && st->text[st->used - 1] == '\'')
		st->used--;
	if (st->used == r->start)
		return;
	if (r->cut) {
		memcpy(st->text + st->used, ELLIPSIS, ELLIPSIS_LEN);
		st->used += ELLIPSIS_LEN;
	}
	w->s = st->text + r->start;
	w->len = st->used - r->start;
	w->opens = r->opens;
	r->opens = false;
	r->words++;
	st->n++;
}

/* A row of delimiters is one; a full stop outweighs a comma. */
static void
add_delimiter(struct reader *r, enum kind kind)
{
	struct eliza_sentence *st = r->st;

	close_word(r);
	if (kind == KIND_STOP)
		r->opens = true;
	if (st->n == 0 || st->n == ELIZA_WORDS_MAX ||
	    st->words[st->n - 1].len == 0)
		return;
	st->words[st->n].s = "";
	st->words[st->n].len = 0;
	st->words[st->n].opens = false;
	st->n++;
}

/* Adds to the open word, or opens one. False when there is no more room. */
static bool
add_to_word(struct reader *r, const char *s, size_t len)
{
	struct eliza_sentence *st = r->st;

	if (!r->open) {
		if (st->n == ELIZA_WORDS_MAX)
			return false;
		r->start = st->used;
		r->open = true;
		r->cut = false;
	}
	if (r->cut)
		return true;
	if (st->used + len + ELLIPSIS_LEN > sizeof(st->text))
		return false;
	if (st->used - r->start + len + ELLIPSIS_LEN > ELIZA_WORD_MAX) {
		r->cut = true;
		return true;
	}
	memcpy(st->text + st->used, s, len);
	st->used += len;
	return true;
}

/* Takes one character at msg[i]. False when the sentence is full. */
static bool
take(struct reader *r, const char *msg, size_t len, size_t i, size_t *step)
{
	enum kind kind;
	uint32_t cp;

	*step = codepoint_next(msg + i, len - i, &cp);
	if (cp == CODEPOINT_INVALID)
		return add_to_word(r, REPLACEMENT, REPLACEMENT_LEN);
	if (cp < 0x80)
		kind = kind_ascii((unsigned char)cp,
		    i > 0 ? (unsigned char)msg[i - 1] : 0,
		    i + 1 < len ? (unsigned char)msg[i + 1] : 0);
	else
		kind = kind_foreign(cp);
	switch (kind) {
	case KIND_WORD:
		count_letter(r, cp);
		return add_to_word(r, msg + i, *step);
	case KIND_APOSTROPHE:
		return !r->open || add_to_word(r, "'", 1);
	case KIND_SPACE:
		close_word(r);
		return true;
	case KIND_COMMA:
	case KIND_STOP:
		add_delimiter(r, kind);
		return true;
	case KIND_NOTHING:
		break;
	}
	return true;
}

void
eliza_read(struct eliza_sentence *st, const char *msg, size_t len)
{
	struct reader r = { .st = st, .opens = true };
	size_t i, step;

	st->used = 0;
	st->n = 0;
	if (len > ELIZA_MESSAGE_MAX) {
		len = ELIZA_MESSAGE_MAX;
		/* Not within a sequence, which would then look broken. */
		for (i = 0; i < 3 && ((unsigned char)msg[len] & 0xC0) == 0x80;
		     i++)
			len--;
	}
	for (i = 0; i < len; i += step) {
		if (!take(&r, msg, len, i, &step))
			break;
	}
	close_word(&r);
	st->shouting = r.words > 1 && r.capitals > 0 && r.smalls == 0;
	st->foreign = r.foreign > r.capitals + r.smalls;
}

/* The IBM 7094's BCD code: a character's place is its code, \1 is none. */
static const char bcd[] = "0123456789\1='\1\1\1"
			  "+ABCDEFGHI\1.)\1\1\1"
			  "-JKLMNOPQR\1$*\1\1\1"
			  " /STUVWXYZ\1,(\1\1\1";
#define BCD_DASH 040 /* also for what the code lacks */

unsigned
eliza_hash(const struct eliza_word *w, unsigned bits)
{
	size_t start = w->len == 0 ? 0 : (w->len - 1) / 6 * 6;
	uint64_t cell = 0;
	size_t i;

	for (i = start; i < start + 6; i++) {
		char c = i < w->len ? w->s[i] : ' ';
		const char *place;

		if (c >= 'a' && c <= 'z')
			c = (char)(c - 'a' + 'A');
		place = memchr(bcd, c, sizeof(bcd) - 1);
		cell = cell << 6 |
		    (place != NULL ? (uint64_t)(place - bcd) : BCD_DASH);
	}
	cell &= UINT64_C(0x7FFFFFFFF); /* the top bit is the sign */
	return (unsigned)(cell * cell >> (35 - bits / 2)) & ((1u << bits) - 1);
}
