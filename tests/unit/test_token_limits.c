/* SPDX-License-Identifier: MIT */
/* Limits of access tokens: their form, and what they let through. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "confab/base/buf.h"
#include "confab/identity/token_limits.h"

static const char *
parse(struct token_limits *l, const char *text)
{
	return token_limits_parse(l, text, strlen(text));
}

/* What was written is read as the same again. */
static void
test_round_trip(void **state)
{
	struct token_limits l, again;
	const char *wrong = NULL;
	struct buf text;
	char *p;

	(void)state;
	memset(&l, 0, sizeof(l));
	memset(&again, 0, sizeof(again));
	assert_null(token_limits_add_model(&l, "llama3:8b"));
	assert_null(token_limits_add_model(&l, "a,b%c"));
	assert_null(token_limits_add_model(&l, "gpt-*"));
	assert_null(token_limits_add_network(&l, "192.0.2.0/24"));
	assert_null(token_limits_add_network(&l, "2001:db8::1"));
	assert_null(parse(&l, "read-only=yes"));
	assert_null(parse(&l, "requests=30"));
	assert_null(parse(&l, "tokens=1000000000000"));
	buf_init(&text, 4096);
	token_limits_write(&l, &text);
	assert_string_equal(buf_str(&text),
	    ":read-only=yes:requests=30:tokens=1000000000000"
	    ":models=llama3%3A8b,a%2Cb%25c,gpt-*"
	    ":networks=192.0.2.0/24,2001%3Adb8%3A%3A1");
	for (p = strtok(text.data, ":"); p != NULL && wrong == NULL;
	     p = strtok(NULL, ":"))
		wrong = parse(&again, p);
	assert_null(wrong);
	assert_memory_equal(&l, &again, sizeof(l));
	buf_reset(&text);
	token_limits_json(&l, &text);
	assert_string_equal(buf_str(&text),
	    "\"read_only\":true,\"requests_per_minute\":30,"
	    "\"tokens_per_day\":1000000000000,"
	    "\"models\":[\"llama3:8b\",\"a,b%c\",\"gpt-*\"],"
	    "\"networks\":[\"192.0.2.0/24\",\"2001:db8::1\"]");
	buf_free(&text);
}

static void
test_refused(void **state)
{
	static const char *const bad[] = { "", "read-only", "read-only=no",
		"read-only=", "requests=0", "requests=-1", "requests=1x",
		"requests=", "tokens=1000000000001", "tokens=99999999999999999",
		"models=", "models=,", "models=a,", "models=a,,b", "models=,a",
		"models=a%3", "models=a%3a", "models=a%41", "models=a%00",
		"networks=", "networks=192.0.2.1/24", "networks=192.0.2.0/33",
		"networks=192.0.2.0/", "networks=192.0.2.0/024",
		"networks=192.0.2/24", "networks=example.org",
		"networks=2001%3Adb8%3A%3A1/32", "networks=%3A%3A/129",
		"groups=a", "Models=a" };
	char text[2 * TOKEN_LIMITS_LIST_MAX] = "models=";
	struct token_limits l;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		memset(&l, 0, sizeof(l));
		if (parse(&l, bad[i]) == NULL)
			fail_msg("%s", bad[i]);
	}
	memset(&l, 0, sizeof(l));
	assert_null(parse(&l, "models=a"));
	assert_non_null(parse(&l, "models=b"));
	/* Full to the last byte, and one too many. */
	for (int i = 0; i < 255; i++)
		assert_null(token_limits_add_model(&l, "b"));
	assert_int_equal(strlen(l.models), TOKEN_LIMITS_LIST_MAX);
	assert_non_null(token_limits_add_model(&l, "c"));
	assert_int_equal(strlen(l.models), TOKEN_LIMITS_LIST_MAX);
	memset(text + 7, 'x', 300);
	memset(&l, 0, sizeof(l));
	assert_non_null(parse(&l, text));
}

static void
test_applied(void **state)
{
	struct token_limits l;

	(void)state;
	memset(&l, 0, sizeof(l));
	assert_true(token_limits_model(&l, "anything"));
	assert_true(token_limits_network(&l, "unix:"));
	assert_null(parse(&l, "models=gpt-*,llama3%3A8b"));
	assert_true(token_limits_model(&l, "gpt-5"));
	assert_true(token_limits_model(&l, "llama3:8b"));
	assert_false(token_limits_model(&l, "llama3:70b"));
	assert_false(token_limits_model(&l, "x-gpt-5"));
	assert_false(token_limits_model(&l, ""));
	assert_null(parse(&l,
	    "networks=192.0.2.0/25,198.51.100.7,2001%3Adb8%3A%3A/33"));
	assert_true(token_limits_network(&l, "192.0.2.127"));
	assert_false(token_limits_network(&l, "192.0.2.128"));
	assert_true(token_limits_network(&l, "::ffff:192.0.2.1"));
	assert_true(token_limits_network(&l, "198.51.100.7"));
	assert_false(token_limits_network(&l, "198.51.100.8"));
	assert_true(token_limits_network(&l, "2001:db8:7fff::1"));
	assert_false(token_limits_network(&l, "2001:db8:8000::1"));
	/* What is no address is not in any network. */
	assert_false(token_limits_network(&l, "unix:"));
	assert_false(token_limits_network(&l, ""));
	assert_false(token_limits_network(&l, NULL));
	memset(&l, 0, sizeof(l));
	assert_null(parse(&l, "networks=0.0.0.0/0"));
	assert_true(token_limits_network(&l, "203.0.113.9"));
	assert_false(token_limits_network(&l, "2001:db8::1"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_applied),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
