/* SPDX-License-Identifier: MIT */
/*
 * Tests of capped buffers.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "confab/base/buf.h"

static void
test_empty(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 10);
	assert_string_equal(buf_str(&b), "");
	assert_true(buf_ok(&b));
	assert_int_equal(buf_append(&b, NULL, 0), 0);
	assert_int_equal(b.len, 0);
	buf_consume(&b, 0);
	buf_free(&b);
	buf_free(&b);
}

/* Every length up to the limit fits, none beyond; failure is sticky and
 * leaves what was there. */
static void
test_limit(void **state)
{
	char text[300];
	struct buf b;
	size_t max;

	(void)state;
	memset(text, 'x', sizeof(text));
	for (max = 0; max < 260; max++) {
		buf_init(&b, max);
		assert_int_equal(buf_append(&b, text, max), 0);
		assert_int_equal(b.len, max);
		assert_int_equal(strlen(buf_str(&b)), max);
		assert_true(b.cap <= max + 1);
		assert_int_equal(buf_putc(&b, 'y'), -1);
		assert_false(buf_ok(&b));
		assert_int_equal(b.len, max);
		assert_int_equal(buf_append(&b, "", 0), -1);
		buf_reset(&b);
		assert_true(buf_ok(&b));
		assert_int_equal(b.len, 0);
		buf_free(&b);
	}
}

static void
test_growth_by_ones(void **state)
{
	struct buf b;
	size_t i;

	(void)state;
	buf_init(&b, 1000);
	for (i = 0; i < 1000; i++) {
		assert_int_equal(buf_putc(&b, (char)('a' + i % 26)), 0);
		assert_int_equal(b.data[b.len], 0);
	}
	for (i = 0; i < 1000; i++)
		assert_int_equal(b.data[i], 'a' + (int)(i % 26));
	assert_int_equal(buf_putc(&b, 'z'), -1);
	buf_free(&b);
}

static void
test_huge(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, SIZE_MAX);
	assert_int_equal(buf_puts(&b, "x"), 0);
	assert_int_equal(buf_reserve(&b, SIZE_MAX), -1);
	buf_reset(&b);
	assert_int_equal(buf_reserve(&b, SIZE_MAX - 1), -1);
	buf_free(&b);
}

static void
test_printf(void **state)
{
	struct buf b;
	size_t max;

	(void)state;
	for (max = 0; max < 12; max++) {
		buf_init(&b, max);
		buf_puts(&b, max >= 2 ? "ab" : "");
		if (max >= 9) {
			assert_int_equal(buf_printf(&b, "%s-%d", "cd", 1234),
			    0);
			assert_string_equal(buf_str(&b), "abcd-1234");
		} else {
			assert_int_equal(buf_printf(&b, "%s-%d", "cd", 1234),
			    -1);
			assert_string_equal(buf_str(&b), max >= 2 ? "ab" : "");
			assert_false(buf_ok(&b));
		}
		buf_free(&b);
	}
}

static void
test_json(void **state)
{
	static const char odd[] = "\"\\/\b\f\n\r\t\x01\x1f\x7f";
	struct buf b;

	(void)state;
	buf_init(&b, 1000);
	assert_int_equal(buf_json(&b, odd, sizeof(odd) - 1), 0);
	assert_string_equal(buf_str(&b),
	    "\"\\\"\\\\/\\u0008\\u000c\\n\\r\\t\\u0001\\u001f\\u007f\"");
	buf_reset(&b);
	assert_int_equal(buf_json(&b, "a\0b", 3), 0);
	assert_string_equal(buf_str(&b), "\"a\\u0000b\"");
	buf_reset(&b);
	/* Not UTF-8: one replacement for each maximal part. */
	assert_int_equal(buf_json(&b, "\xff\xe2\x82z\xed\xa0\x80", 7), 0);
	assert_string_equal(buf_str(&b),
	    "\"\xef\xbf\xbd\xef\xbf\xbdz"
	    "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
	buf_reset(&b);
	assert_int_equal(buf_json(&b, "\xc3\xa9\xf0\x9f\x98\x80", 6), 0);
	assert_string_equal(buf_str(&b), "\"\xc3\xa9\xf0\x9f\x98\x80\"");
	buf_free(&b);
}

static void
test_json_limit(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 9);
	assert_int_equal(buf_json(&b, "abcdefg", 7), 0);
	buf_reset(&b);
	assert_int_equal(buf_json(&b, "abcdefgh", 8), -1);
	assert_false(buf_ok(&b));
	buf_reset(&b);
	assert_int_equal(buf_json(&b, "ab\x01", 3), -1);
	buf_free(&b);
}

static void
test_consume(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 20);
	buf_puts(&b, "hello world");
	buf_consume(&b, 6);
	assert_string_equal(buf_str(&b), "world");
	assert_int_equal(b.len, 5);
	buf_consume(&b, 5);
	assert_string_equal(buf_str(&b), "");
	assert_int_equal(buf_append(&b, "0123456789012345678\n", 20), 0);
	buf_free(&b);
}

static void
test_steal(void **state)
{
	struct buf b;
	size_t len;
	char *s;

	(void)state;
	buf_init(&b, 20);
	buf_puts(&b, "mine");
	s = buf_steal(&b, &len);
	assert_int_equal(len, 4);
	assert_string_equal(s, "mine");
	assert_int_equal(b.len, 0);
	assert_int_equal(buf_puts(&b, "yours"), 0);
	assert_string_equal(s, "mine");
	free(s);
	buf_wipe(&b);
	assert_null(b.data);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_growth_by_ones),
		cmocka_unit_test(test_huge),
		cmocka_unit_test(test_printf),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_json_limit),
		cmocka_unit_test(test_consume),
		cmocka_unit_test(test_steal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
