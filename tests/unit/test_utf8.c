/* SPDX-License-Identifier: MIT */
/*
 * Tests of UTF-8: every sequence of up to three bytes against the table of
 * RFC 3629, and repair as the WHATWG decoder does it.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "confab/base/buf.h"
#include "confab/base/utf8.h"

/* One character of RFC 3629, section 4, written by its code point. */
static bool
is_character(const unsigned char *s, size_t len)
{
	uint32_t c;
	size_t i;

	if (len == 1)
		return s[0] < 0x80;
	for (i = 1; i < len; i++)
		if ((s[i] & 0xc0) != 0x80)
			return false;
	if (len == 2 && (s[0] & 0xe0) == 0xc0) {
		c = (s[0] & 0x1fu) << 6 | (s[1] & 0x3fu);
		return c >= 0x80;
	}
	if (len == 3 && (s[0] & 0xf0) == 0xe0) {
		c = (s[0] & 0x0fu) << 12 | (s[1] & 0x3fu) << 6 | (s[2] & 0x3fu);
		return c >= 0x800 && (c < 0xd800 || c > 0xdfff);
	}
	if (len == 4 && (s[0] & 0xf8) == 0xf0) {
		c = (s[0] & 0x07u) << 18 | (s[1] & 0x3fu) << 12 |
		    (s[2] & 0x3fu) << 6 | (s[3] & 0x3fu);
		return c >= 0x10000 && c <= 0x10ffff;
	}
	return false;
}

/* Is it made of characters alone? */
static bool
is_valid(const unsigned char *s, size_t len)
{
	size_t n;

	if (len == 0)
		return true;
	for (n = 1; n <= len && n <= 4; n++)
		if (is_character(s, n))
			return is_valid(s + n, len - n);
	return false;
}

static void
test_all_short(void **state)
{
	unsigned char s[3];
	uint32_t v;

	(void)state;
	for (v = 0; v < 1u << 24; v += (v & 0xff) < 0x78 ? 0x77 : 1) {
		s[0] = (unsigned char)(v >> 16);
		s[1] = (unsigned char)(v >> 8);
		s[2] = (unsigned char)v;
		if (utf8_valid((char *)s, 3) != is_valid(s, 3))
			fail_msg("%02x %02x %02x", s[0], s[1], s[2]);
		if (utf8_valid((char *)s, 2) != is_valid(s, 2))
			fail_msg("%02x %02x", s[0], s[1]);
	}
}

static void
test_four(void **state)
{
	static const unsigned char edges[] = { 0x00, 0x7f, 0x80, 0x8f, 0x90,
		0x9f, 0xa0, 0xbf, 0xc0, 0xff };
	unsigned char s[4];
	size_t a, b, c;
	unsigned lead;

	(void)state;
	for (lead = 0xef; lead <= 0xff; lead++)
		for (a = 0; a < sizeof(edges); a++)
			for (b = 0; b < sizeof(edges); b++)
				for (c = 0; c < sizeof(edges); c++) {
					s[0] = (unsigned char)lead;
					s[1] = edges[a];
					s[2] = edges[b];
					s[3] = edges[c];
					assert_int_equal(utf8_valid((char *)s,
							     4),
					    is_valid(s, 4));
				}
}

/* The bad byte is found at any distance, the eight-byte steps included. */
static void
test_prefix(void **state)
{
	char text[64];
	size_t at, len;

	(void)state;
	for (len = 1; len < sizeof(text); len++)
		for (at = 0; at < len; at++) {
			memset(text, 'a', sizeof(text));
			text[at] = (char)0xff;
			assert_int_equal(utf8_valid_prefix(text, len), at);
		}
	assert_int_equal(utf8_valid_prefix("", 0), 0);
	/* Cut amid a character: the whole ones before it. */
	assert_int_equal(utf8_valid_prefix("ab\xe2\x82", 4), 2);
	assert_int_equal(utf8_valid_prefix("ab\xe2\x82\xac", 5), 5);
}

static void
check_repair(const char *in, size_t len, const char *want)
{
	struct buf b;

	buf_init(&b, 200);
	assert_int_equal(buf_utf8(&b, in, len), 0);
	assert_string_equal(buf_str(&b), want);
	assert_true(utf8_valid(buf_str(&b), b.len));
	buf_free(&b);
}

#define R "\xef\xbf\xbd"

static void
test_repair(void **state)
{
	(void)state;
	check_repair("", 0, "");
	check_repair("plain", 5, "plain");
	check_repair("\x80", 1, R);
	check_repair("\xc0\x80", 2, R R);
	check_repair("a\xf1\x80\x80\xe1\x80\xc2"
		     "b\x80"
		     "c",
	    10, "a" R R R "b" R "c"); /* Unicode, table 3-11 */
	check_repair("\xed\xa0\x80", 3, R R R);
	check_repair("\xf4\x90\x80\x80", 4, R R R R);
	check_repair("\xf0\x9f\x98", 3, R);
	check_repair("\xf0\x9f\x98\x80", 4, "\xf0\x9f\x98\x80");
}

static void
test_repair_limit(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 5);
	assert_int_equal(buf_utf8(&b, "ab\xff", 3), 0);
	buf_reset(&b);
	assert_int_equal(buf_utf8(&b, "abc\xff", 4), -1);
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_short),
		cmocka_unit_test(test_four),
		cmocka_unit_test(test_prefix),
		cmocka_unit_test(test_repair),
		cmocka_unit_test(test_repair_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
