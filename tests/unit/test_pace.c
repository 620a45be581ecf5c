/* SPDX-License-Identifier: MIT */
/*
 * The pace: where a text may be cut, and how long the pauses are.
 */
#include "config.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "confab/base/codepoint.h"

#include "demo/pace.h"

/* Compares the pieces of `text` with a NULL-terminated list. */
static void
check_pieces(const char *text, const char *const *want)
{
	size_t len = strlen(text), at = 0;
	struct pace_piece p;

	while ((p = pace_next(text, len, at, PACE_HUMAN)).len > 0) {
		assert_non_null(*want);
		assert_int_equal(p.len, strlen(*want));
		assert_memory_equal(text + at, *want, p.len);
		want++;
		at += p.len;
	}
	assert_null(*want);
	assert_int_equal(at, len);
}

#define PIECES(text, ...) \
	check_pieces(text, (const char *const[]){ __VA_ARGS__, NULL })

static void
test_words(void **state)
{
	(void)state;
	PIECES("", NULL);
	PIECES("Hello, big world!", "Hello", ",", " big", " world", "!");
	PIECES("a\n\n- b  ", "a", "\n\n-", " b", "  ");
	PIECES("x**y**", "x", "**", "y", "**");
	PIECES("\xC3\xA4rger \xD0\xB4\xD0\xB0", "\xC3\xA4rger",
	    " \xD0\xB4\xD0\xB0");
}

static void
test_scripts_without_spaces(void **state)
{
	(void)state;
	PIECES("\xE4\xBD\xA0\xE5\xA5\xBD\xE3\x80\x82", "\xE4\xBD\xA0",
	    "\xE5\xA5\xBD", "\xE3\x80\x82");
	/* KA with a separate voicing mark is one character. */
	PIECES("\xE3\x81\x8B\xE3\x82\x99\xE3\x81\x8B",
	    "\xE3\x81\x8B\xE3\x82\x99", "\xE3\x81\x8B");
}

static void
test_graphemes(void **state)
{
	(void)state;
	/* e with acute, then a family and a flag: joiners and pairs hold. */
	PIECES("e\xCC\x81 x", "e\xCC\x81", " x");
	PIECES("\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA7\xF0\x9F\x91\xA7",
	    "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA7", "\xF0\x9F\x91\xA7");
	PIECES("\xF0\x9F\x91\x8B\xF0\x9F\x8F\xBD!",
	    "\xF0\x9F\x91\x8B\xF0\x9F\x8F\xBD", "!");
	PIECES("\xF0\x9F\x87\xAA\xF0\x9F\x87\xBA\xF0\x9F\x87\xAA"
	       "\xF0\x9F\x87\xBA",
	    "\xF0\x9F\x87\xAA\xF0\x9F\x87\xBA",
	    "\xF0\x9F\x87\xAA\xF0\x9F\x87\xBA");
	PIECES("\xE2\x9D\xA4\xEF\xB8\x8F", "\xE2\x9D\xA4\xEF\xB8\x8F");
}

static void
test_long_word(void **state)
{
	char text[1000];
	size_t at = 0;

	(void)state;
	memset(text, 'a', sizeof(text));
	while (at < sizeof(text)) {
		struct pace_piece p =
		    pace_next(text, sizeof(text), at, PACE_FAST);

		assert_in_range(p.len, 1, PACE_PIECE_MAX);
		at += p.len;
	}
}

static void
test_limit_falls_between_characters(void **state)
{
	char text[PACE_PIECE_MAX + 8];
	size_t n;

	(void)state;
	/* A two-byte letter and its mark at every place around the limit. */
	for (n = PACE_PIECE_MAX - 5; n <= PACE_PIECE_MAX; n++) {
		struct pace_piece p;

		memset(text, 'a', n);
		memcpy(text + n,
		    "\xC3\xA4\xCC\x81"
		    "b",
		    5);
		p = pace_next(text, n + 5, 0, PACE_HUMAN);
		assert_true(p.len <= n || p.len >= n + 4);
	}
}

static void
test_endless_marks_are_cut(void **state)
{
	char text[4 * PACE_GRAPHEME_MAX];
	struct pace_piece p;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(text); i += 2)
		memcpy(text + i, "\xCC\x81", 2);
	text[0] = 'a';
	text[1] = 'a';
	p = pace_next(text, sizeof(text), 0, PACE_HUMAN);
	assert_in_range(p.len, 2, PACE_PIECE_MAX + PACE_GRAPHEME_MAX);
	assert_int_equal((unsigned char)text[p.len], 0xCC);
}

/* Any bytes: progress, the end is reached, no valid sequence is cut. */
static void
test_any_bytes(void **state)
{
	unsigned seed = 1;
	char text[600];
	size_t i, round;

	(void)state;
	for (round = 0; round < 200; round++) {
		size_t at = 0, edge = 0;

		for (i = 0; i < sizeof(text); i++) {
			seed = seed * 1103515245u + 12345u;
			text[i] = (char)(seed >> 16);
		}
		while (at < sizeof(text)) {
			struct pace_piece p =
			    pace_next(text, sizeof(text), at, PACE_HUMAN);

			assert_in_range(p.len, 1,
			    PACE_PIECE_MAX + PACE_GRAPHEME_MAX);
			at += p.len;
			while (edge < at) {
				uint32_t cp;

				edge += codepoint_next(text + edge,
				    sizeof(text) - edge, &cp);
			}
			assert_int_equal(edge, at);
		}
		assert_int_equal(at, sizeof(text));
		assert_int_equal(pace_next(text, at, at, PACE_HUMAN).len, 0);
	}
}

static double
pieces_per_second(const char *text, enum pace_speed speed)
{
	size_t len = strlen(text), at, n = 0;
	struct pace_piece p;
	double us = 0;

	p = pace_next(text, len, 0, speed);
	for (at = p.len; at < len; at += p.len) {
		struct pace_piece again = pace_next(text, len, at, speed);

		p = pace_next(text, len, at, speed);
		assert_int_equal(p.delay_us, again.delay_us);
		us += p.delay_us;
		n++;
	}
	return (double)n * 1e6 / us;
}

static void
test_pace(void **state)
{
	static const char text[] =
	    "The quick brown fox jumps over the lazy "
	    "dog; then it sits down, looks back, and wonders why, of all "
	    "dogs, this one never gets up to run after it any more.";
	struct pace_piece p;
	size_t at = 0;
	double rate;

	(void)state;
	while ((p = pace_next(text, sizeof(text) - 1, at, PACE_HUMAN)).len) {
		if (at > 0)
			assert_in_range(p.delay_us, 1000000 / 45, 1000000 / 25);
		at += p.len;
	}
	rate = pieces_per_second(text, PACE_HUMAN);
	assert_true(rate > 25 && rate < 45);
	rate = pieces_per_second(text, PACE_SLOW);
	assert_true(rate > 2 && rate < 4);
	rate = pieces_per_second(text, PACE_BRISK);
	assert_true(rate > 75 && rate < 125);
	rate = pieces_per_second(text, PACE_FAST);
	assert_true(rate > 300 && rate < 600);
}

static void
test_codepoints(void **state)
{
	static const struct {
		const char *s;
		size_t len, takes;
		uint32_t cp;
	} known[] = {
		{ "", 0, 0, CODEPOINT_INVALID },
		{ "a", 1, 1, 'a' },
		{ "\xC3\xA4", 2, 2, 0xE4 },
		{ "\xE2\x82\xAC", 3, 3, 0x20AC },
		{ "\xF0\x9F\x98\x80", 4, 4, 0x1F600 },
		{ "\xF4\x8F\xBF\xBF", 4, 4, 0x10FFFF },
		{ "\xC0\x80", 2, 1, CODEPOINT_INVALID },
		{ "\xE0\x80\x80", 3, 1, CODEPOINT_INVALID },
		{ "\xED\xA0\x80", 3, 1, CODEPOINT_INVALID },
		{ "\xF4\x90\x80\x80", 4, 1, CODEPOINT_INVALID },
		{ "\xF5\x80", 2, 1, CODEPOINT_INVALID },
		{ "\x80", 1, 1, CODEPOINT_INVALID },
		{ "\xE2\x82", 2, 2, CODEPOINT_INVALID },
		{ "\xF0\x9F\x98"
		  "a",
		    4, 3, CODEPOINT_INVALID },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		uint32_t cp;

		assert_int_equal(codepoint_next(known[i].s, known[i].len, &cp),
		    known[i].takes);
		assert_int_equal(cp, known[i].cp);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_scripts_without_spaces),
		cmocka_unit_test(test_graphemes),
		cmocka_unit_test(test_long_word),
		cmocka_unit_test(test_limit_falls_between_characters),
		cmocka_unit_test(test_endless_marks_are_cut),
		cmocka_unit_test(test_any_bytes),
		cmocka_unit_test(test_pace),
		cmocka_unit_test(test_codepoints),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
