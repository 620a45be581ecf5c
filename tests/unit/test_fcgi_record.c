/* SPDX-License-Identifier: MIT */
/*
 * Tests of FastCGI records: what we send, and the head of a request.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "confab/gateway/fcgi_record.h"

#define BEGIN "\1\1\0\1\0\10\0\0\0\1\0\0\0\0\0\0"
#define PARAMS "\1\4\0\1\0\6\2\0\1\3AabcXX"
#define END "\1\4\0\1\0\0\0\0"
#define STDIN_ "\1\5\0\1\0\0\0\0"

static size_t head_len;

static enum fcgi_head
head(const char *bytes, size_t len)
{
	return fcgi_record_head((const unsigned char *)bytes, len, &head_len);
}

static void
test_stdout(void **state)
{
	unsigned char out[FCGI_RECORD_HEADER];
	const unsigned char want[] = { 1, 6, 0x12, 0x34, 0xff, 0xf8, 0, 0 };

	(void)state;
	fcgi_record_stdout(out, 0x1234, FCGI_RECORD_MAX);
	assert_memory_equal(out, want, sizeof(want));
}

static void
test_end(void **state)
{
	unsigned char out[FCGI_RECORD_END];
	const unsigned char want[] = { 1, 6, 0, 7, 0, 0, 0, 0, 1, 3, 0, 7, 0, 8,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0 };

	(void)state;
	fcgi_record_end(out, 7);
	assert_memory_equal(out, want, sizeof(want));
}

static void
test_head_in_any_piece(void **state)
{
	static const char bytes[] = BEGIN PARAMS PARAMS END STDIN_;
	size_t whole = sizeof(bytes) - 1 - (sizeof(STDIN_) - 1), len;

	(void)state;
	for (len = 0; len < whole; len++)
		assert_int_equal(head(bytes, len), FCGI_HEAD_MORE);
	for (; len < sizeof(bytes); len++) {
		assert_int_equal(head(bytes, len), FCGI_HEAD_WHOLE);
		assert_int_equal(head_len, whole);
	}
}

static void
test_head_bad(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
	} bad[] = {
#define BAD(text) { text, sizeof(text) - 1 }
		BAD("G"),			       /* "GET /" */
		BAD("\2\1\0\1\0\10\0\0"),	       /* a version */
		BAD("\1\4\0\1\0\0\0\0"),	       /* no BEGIN */
		BAD("\1\11\0\0\0\0\0\0"),	       /* GET_VALUES */
		BAD("\1\1\0\0\0\10\0\0"),	       /* null id */
		BAD("\1\1\0\1\0\0\0\0"),	       /* an empty BEGIN */
		BAD("\1\1\0\1\0\10\1\0"),	       /* a padded BEGIN */
		BAD(BEGIN "\1\4\0\1\0\0\1\0"),	       /* a padded end */
		BAD(BEGIN BEGIN), BAD(BEGIN STDIN_),   /* no PARAMS */
		BAD(BEGIN PARAMS "\1\11\0\0\0\0\0\0"), /* amid PARAMS */
		BAD(BEGIN PARAMS "\1\2\0\1\0\0\0\0"),  /* ABORT */
		BAD(BEGIN "\1\4\0\2\0\0\0\0"),	       /* another's */
#undef BAD
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(head(bad[i].bytes, bad[i].len), FCGI_HEAD_BAD);
}

static void
test_params_fit(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		bool fits;
	} t[] = {
#define FIT(text, fits) { text, sizeof(text) - 1, fits }
		FIT(BEGIN END, true),
		FIT(BEGIN PARAMS END, true),
		FIT(BEGIN PARAMS PARAMS END, true),
		/* A pair over three records, its long length cut, too. */
		FIT(BEGIN "\1\4\0\1\0\3\0\0\200\0\0"
			  "\1\4\0\1\0\3\1\0\1\1nX\1\4\0\1\0\1\0\0v" END,
		    true),
		FIT(BEGIN "\1\4\0\1\0\2\0\0\0\0" END, true),
		FIT(BEGIN "\1\4\0\1\0\1\0\0\0" END, false),
		FIT(BEGIN "\1\4\0\1\0\1\0\0\200" END, false),
		FIT(BEGIN "\1\4\0\1\0\5\0\0\1\3Aab" END, false),
		FIT(BEGIN "\1\4\0\1\0\7\0\0\1\3Aabcd" END, false),
		/* What makes libfcgi ask for 4 GiB. */
		FIT(BEGIN "\1\4\0\1\0\10\0\0"
			  "\377\377\377\376\377\377\377\376" END,
		    false),
#undef FIT
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		/* From memory of exactly this size. */
		unsigned char *head_copy = malloc(t[i].len);

		memcpy(head_copy, t[i].bytes, t[i].len);
		assert_int_equal(fcgi_record_head(head_copy, t[i].len,
				     &head_len),
		    FCGI_HEAD_WHOLE);
		if (fcgi_record_params_fit(head_copy) != t[i].fits)
			fail_msg("case %zu", i);
		free(head_copy);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stdout),
		cmocka_unit_test(test_end),
		cmocka_unit_test(test_head_in_any_piece),
		cmocka_unit_test(test_head_bad),
		cmocka_unit_test(test_params_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
