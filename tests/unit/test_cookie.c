/* SPDX-License-Identifier: MIT */
/* One cookie out of headers as browsers, proxies and attackers write them. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "identity/cookie.h"

#define NAME "__Host-confab"

static void
test_headers(void **state)
{
	static const struct {
		const char *header;
		int found;
		const char *value;
	} samples[] = {
		{ "__Host-confab=abc", 1, "abc" },
		{ "a=b; __Host-confab=abc; c=d", 1, "abc" },
		{ "a=b;__Host-confab=abc;c=d", 1, "abc" },
		{ "  __Host-confab=abc \t", 1, "abc" },
		{ "x; ;; =; __Host-confab=a=b", 1, "a=b" },
		{ "__Host-confab=", 1, "" },
		{ "", 0, NULL },
		{ ";", 0, NULL },
		{ "__Host-confab", 0, NULL },
		{ "__Host-confab2=abc", 0, NULL },
		{ "x__Host-confab=abc", 0, NULL },
		{ "__host-confab=abc", 0, NULL },
		{ "a=__Host-confab=abc", 0, NULL },
		{ "a=\"x; __Host-confab=abc\"", -1, NULL },
		{ "__Host-confab =abc", 0, NULL },
		{ "__Host-confab=abc; __Host-confab=abc", -1, NULL },
		{ "__Host-confab=abc; a=b; __Host-confab=", -1, NULL },
		{ "__Host-confab=a b", -1, NULL },
		{ "__Host-confab=\"abc\"", -1, NULL },
		{ "__Host-confab=a,b", -1, NULL },
		{ "__Host-confab=a\\b", -1, NULL },
		{ "__Host-confab=a\x7f", -1, NULL },
		{ "__Host-confab=a\xc3\xa4", -1, NULL },
		{ "\xff\xfe; __Host-confab=abc", 1, "abc" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		const char *value;
		size_t len;
		int found = cookie_find(samples[i].header,
		    strlen(samples[i].header), NAME, &value, &len);

		if (found != samples[i].found)
			print_message("%s\n", samples[i].header);
		assert_int_equal(found, samples[i].found);
		if (found == 1) {
			assert_int_equal(len, strlen(samples[i].value));
			assert_memory_equal(value, samples[i].value, len);
		}
	}
}

static void
test_bounds(void **state)
{
	size_t len = COOKIE_HEADER_MAX;
	char *header = malloc(len + 1);
	const char *value;
	size_t value_len;

	(void)state;
	assert_non_null(header);
	memset(header, ';', len + 1);
	memcpy(header + len - 16, "; " NAME "=", 16);
	assert_int_equal(cookie_find(header, len, NAME, &value, &value_len), 1);
	assert_int_equal(cookie_find(header, len + 1, NAME, &value, &value_len),
	    -1);
	assert_int_equal(cookie_find("=x", 2, "", &value, &value_len), -1);
	/* A NUL is a byte like any other that a value may not have. */
	assert_int_equal(cookie_find(NAME "=a\0b", 17, NAME, &value,
			     &value_len),
	    -1);
	free(header);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_headers),
		cmocka_unit_test(test_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
