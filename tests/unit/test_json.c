/* SPDX-License-Identifier: MIT */
/*
 * The strict check against accepted and refused texts, and what the parser
 * keeps of them.
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
#include "confab/base/json.h"

struct sample {
	const char *s;
	size_t len;
	enum json_result want;
};

#define S(text, want)                        \
	{                                    \
		text, sizeof(text) - 1, want \
	}

/* In the manner of the public JSON test suites: structure, numbers, strings. */
static const struct sample good[] = { S("[]", JSON_OK), S("{}", JSON_OK),
	S("\"\"", JSON_OK), S(" [ ] ", JSON_OK), S("\t\r\n{ }\n", JSON_OK),
	S("null", JSON_OK), S("true", JSON_OK), S("false", JSON_OK),
	S("0", JSON_OK), S("-0", JSON_OK), S("12", JSON_OK), S("-1", JSON_OK),
	S("[0]", JSON_OK), S("[-0.5]", JSON_OK), S("[1e5]", JSON_OK),
	S("[1E+5]", JSON_OK), S("[1e-5]", JSON_OK), S("[0e0]", JSON_OK),
	S("[1.0]", JSON_OK), S("[123.456789]", JSON_OK),
	S("[-123123.0e-12]", JSON_OK), S("[0.4e006]", JSON_OK),
	S("[null,true,false]", JSON_OK), S("[1,null,null,2]", JSON_OK),
	S("[[],[[]]]", JSON_OK), S("[{}]", JSON_OK), S("{\"a\":1}", JSON_OK),
	S("{\"\":0}", JSON_OK), S("{ \"a\" : [ ] , \"b\" : { } }", JSON_OK),
	S("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", JSON_OK),
	S("\"\\u0060\\u012a\\u12AB\"", JSON_OK),
	S("\"\\uD801\\udc37\"", JSON_OK), S("\"\\ud800\"", JSON_OK),
	S("\"\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80\"", JSON_OK),
	S("\"\x7f\"", JSON_OK), S("\"\xf4\x8f\xbf\xbf\"", JSON_OK),
	S("{\"\xc3\xa9\":\"\xe2\x80\xa8\"}", JSON_OK),
	S("{\"a\":{\"a\":{\"a\":[{\"a\":1},{\"a\":1}]}}}", JSON_OK) };

static const struct sample bad[] = { S("", JSON_SYNTAX), S(" ", JSON_SYNTAX),
	S("[", JSON_SYNTAX), S("]", JSON_SYNTAX), S("{", JSON_SYNTAX),
	S("}", JSON_SYNTAX), S("[}", JSON_SYNTAX), S("{]", JSON_SYNTAX),
	S("[1", JSON_SYNTAX), S("[1,", JSON_SYNTAX), S("[1,]", JSON_SYNTAX),
	S("[,1]", JSON_SYNTAX), S("[,]", JSON_SYNTAX), S("[1,,2]", JSON_SYNTAX),
	S("[1 2]", JSON_SYNTAX), S("[1]]", JSON_SYNTAX), S("[1]x", JSON_SYNTAX),
	S("[] []", JSON_SYNTAX), S("{} #", JSON_SYNTAX),
	S("[1]/**/", JSON_SYNTAX), S("//\n[]", JSON_SYNTAX),
	S("{a:1}", JSON_SYNTAX), S("{'a':1}", JSON_SYNTAX),
	S("{\"a\"}", JSON_SYNTAX), S("{\"a\":}", JSON_SYNTAX),
	S("{\"a\" 1}", JSON_SYNTAX), S("{\"a\":1,}", JSON_SYNTAX),
	S("{,\"a\":1}", JSON_SYNTAX), S("{\"a\":1 \"b\":2}", JSON_SYNTAX),
	S("{1:1}", JSON_SYNTAX), S("{\"a\"::1}", JSON_SYNTAX),
	S("{\"a\":1,,\"b\":2}", JSON_SYNTAX), S("{null:1}", JSON_SYNTAX),
	S("{[]:1}", JSON_SYNTAX), S("{\"a\":\"b\"}}", JSON_SYNTAX),
	S("[\"a\":1]", JSON_SYNTAX), S("nul", JSON_SYNTAX),
	S("nulll", JSON_SYNTAX), S("True", JSON_SYNTAX), S("TRUE", JSON_SYNTAX),
	S("tru", JSON_SYNTAX), S("NaN", JSON_SYNTAX), S("[NaN]", JSON_SYNTAX),
	S("[Infinity]", JSON_SYNTAX), S("[-Infinity]", JSON_SYNTAX),
	S("[-NaN]", JSON_SYNTAX), S("inf", JSON_SYNTAX),
	S("undefined", JSON_SYNTAX), S("-", JSON_SYNTAX), S("+1", JSON_SYNTAX),
	S("[-01]", JSON_SYNTAX), S("[01]", JSON_SYNTAX), S("00", JSON_SYNTAX),
	S("[-]", JSON_SYNTAX), S("[--1]", JSON_SYNTAX), S("[.1]", JSON_SYNTAX),
	S("[-.1]", JSON_SYNTAX), S("[1.]", JSON_SYNTAX),
	S("[1.e1]", JSON_SYNTAX), S("[1e]", JSON_SYNTAX),
	S("[1e+]", JSON_SYNTAX), S("[1eE2]", JSON_SYNTAX),
	S("[1.5.5]", JSON_SYNTAX), S("[0x1F]", JSON_SYNTAX),
	S("[1_000]", JSON_SYNTAX), S("[1 000]", JSON_SYNTAX),
	S("[1+2]", JSON_SYNTAX), S("[\xef\xbc\x91]", JSON_SYNTAX),
	S("\"", JSON_SYNTAX), S("\"a", JSON_SYNTAX), S("a\"", JSON_SYNTAX),
	S("\"\\\"", JSON_SYNTAX), S("\"\\a\"", JSON_SYNTAX),
	S("\"\\x00\"", JSON_SYNTAX), S("\"\\U0041\"", JSON_SYNTAX),
	S("\"\\u\"", JSON_SYNTAX), S("\"\\u12\"", JSON_SYNTAX),
	S("\"\\u12g4\"", JSON_SYNTAX), S("\"\\\0\"", JSON_SYNTAX),
	S("\"\\u12", JSON_SYNTAX), S("\"\\", JSON_SYNTAX),
	S("\"a\nb\"", JSON_SYNTAX), S("\"a\tb\"", JSON_SYNTAX),
	S("\"a\0b\"", JSON_SYNTAX), S("\"a\x1f\"", JSON_SYNTAX),
	S("\"0123456789abc\x01\"", JSON_SYNTAX), S("'a'", JSON_SYNTAX),
	S("[\f]", JSON_SYNTAX), S("[\xc2\xa0]", JSON_SYNTAX),
	S("\xef\xbb\xbf{}", JSON_SYNTAX), S("\0", JSON_SYNTAX),
	S("[]\0", JSON_SYNTAX), S("[1]\f", JSON_SYNTAX),
	S("\"\\u0000\"", JSON_NUL), S("{\"\\u0000a\":1}", JSON_NUL),
	S("\"\x80\"", JSON_UTF8), S("\"\xff\"", JSON_UTF8),
	S("\"\xc0\xaf\"", JSON_UTF8), S("\"\xe0\x80\xaf\"", JSON_UTF8),
	S("\"\xed\xa0\x80\"", JSON_UTF8), S("\"\xf4\x90\x80\x80\"", JSON_UTF8),
	S("\"\xc3\"", JSON_UTF8), S("\"\xe2\x82\"", JSON_UTF8),
	S("{\"\xe9\":1}", JSON_UTF8) };

/* In memory of exactly its size, so that a sanitizer sees an overread. */
static enum json_result
check_exact(const char *s, size_t len, enum json_result *parsed)
{
	struct json_object *v;
	enum json_result r;
	char *copy = malloc(len + (len == 0));

	assert_non_null(copy);
	memcpy(copy, s, len);
	r = json_check(copy, len, JSON_DEPTH_DEFAULT, NULL);
	*parsed = json_parse(copy, len, JSON_DEPTH_DEFAULT, &v);
	json_object_put(v);
	free(copy);
	return r;
}

static void
test_samples(void **state)
{
	enum json_result r, parsed;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		r = check_exact(good[i].s, good[i].len, &parsed);
		if (r != JSON_OK || parsed != JSON_OK)
			fail_msg("refused: %s", good[i].s);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		r = check_exact(bad[i].s, bad[i].len, &parsed);
		if (r != bad[i].want || parsed != bad[i].want)
			fail_msg("%s: %d, parsed %d", bad[i].s, r, parsed);
	}
}

/* No prefix of a container is a text; every offset of the error is inside. */
static void
test_prefixes(void **state)
{
	static const char text[] = "{\"a\":[1,-2.5e3,true,null,\"\\u00e9\xc3"
				   "\xa9\\n\"],\"b\":{\"c\":[]}}";
	enum json_result r, parsed;
	size_t i, at;

	(void)state;
	for (i = 0; i < sizeof(text) - 1; i++) {
		r = check_exact(text, i, &parsed);
		assert_true(r != JSON_OK && parsed != JSON_OK);
		(void)json_check(text, i, 8, &at);
		assert_true(at <= i);
	}
	assert_int_equal(check_exact(text, i, &parsed), JSON_OK);
}

/* A special byte at every place of a long string is found. */
static void
test_every_offset(void **state)
{
	static const char special[] = "\"\\\x01\x1f\x80\xff\n";
	char text[64];
	size_t i, k;

	(void)state;
	for (k = 0; k < sizeof(special) - 1; k++) {
		for (i = 1; i < sizeof(text) - 2; i++) {
			memset(text, 'x', sizeof(text));
			text[0] = text[sizeof(text) - 1] = '"';
			text[i] = special[k];
			assert_int_not_equal(json_check(text, sizeof(text), 4,
						 NULL),
			    JSON_OK);
		}
	}
	memset(text + 1, 0x7f, sizeof(text) - 2);
	assert_int_equal(json_check(text, sizeof(text), 1, NULL), JSON_OK);
}

static void
test_depth(void **state)
{
	size_t n = 100000, i;
	struct json_object *v;
	char *text = malloc(2 * n);

	(void)state;
	assert_non_null(text);
	memset(text, '[', n);
	memset(text + n, ']', n);
	assert_int_equal(json_check(text, 2 * n, SIZE_MAX, NULL), JSON_DEPTH);
	for (i = 1; i <= JSON_DEPTH_MAX; i += 73) {
		assert_int_equal(json_check(text + n - i, 2 * i, i, NULL),
		    JSON_OK);
		assert_int_equal(json_check(text + n - i, 2 * i, i - 1, NULL),
		    JSON_DEPTH);
		assert_int_equal(json_parse(text + n - i, 2 * i, i, &v),
		    JSON_OK);
		json_object_put(v);
	}
	free(text);
}

static void
test_duplicates(void **state)
{
	static const char *const texts[] = { "{\"a\":1,\"a\":1}",
		"{\"a\":1,\"b\":2,\"\\u0061\":3}",
		"[[{\"x\":{\"y\":1,\"y\":{}}}]]", "{\"\":1,\"\":2}",
		"{\"a\":{\"b\":1},\"a\":{}}" };
	struct json_object *v;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(json_check(texts[i], strlen(texts[i]), 8,
				     NULL),
		    JSON_OK);
		assert_int_equal(json_parse(texts[i], strlen(texts[i]), 8, &v),
		    JSON_DUPLICATE);
		assert_null(v);
	}
}

static void
test_wide_integers(void **state)
{
	static const struct {
		const char *s;
		enum json_result want;
	} t[] = { { "[18446744073709551615]", JSON_OK },
		{ "[18446744073709551616]", JSON_RANGE },
		{ "[99999999999999999999]", JSON_RANGE },
		{ "[-9223372036854775808]", JSON_OK },
		{ "[-9223372036854775809]", JSON_RANGE },
		{ "[1e400]", JSON_OK },
		{ "[123456789012345678901234567890.0]", JSON_OK } };
	struct json_object *v;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		assert_int_equal(json_parse(t[i].s, strlen(t[i].s), 8, &v),
		    t[i].want);
		json_object_put(v);
	}
}

static void
test_round_trip(void **state)
{
	static const char text[] =
	    "{\"a\":[1,-2,1.50,1e5,true,false,null],"
	    "\"\":\"q\\\" b\\\\ n\\n \xc3\xa9 /\",\"o\":{},\"l\":[]}";
	struct json_object *v;
	struct buf b;
	size_t len;

	(void)state;
	assert_int_equal(json_parse(text, sizeof(text) - 1, 8, &v), JSON_OK);
	buf_init(&b, 4096);
	assert_int_equal(json_write(&b, v), 0);
	assert_string_equal(buf_str(&b), text);
	assert_string_equal(json_str(v, "", &len), "q\" b\\ n\n \xc3\xa9 /");
	assert_int_equal(len, strlen("q\" b\\ n\n \xc3\xa9 /"));
	assert_null(json_str(v, "a", NULL));
	assert_null(json_get(v, "none"));
	assert_null(json_get(json_get(v, "a"), "a"));
	buf_free(&b);
	buf_init(&b, 10);
	assert_int_equal(json_write(&b, v), -1);
	buf_free(&b);
	json_object_put(v);
}

static void
test_loose(void **state)
{
	static const struct {
		const char *s, *want;
	} t[] = { { "{\"a\":1,\"a\":2}", "{\"a\":2}" },
		{ "[\"x\xff\xc3\xa9\"]", "[\"x\xef\xbf\xbd\xc3\xa9\"]" },
		{ "[\"a\\u0000b\\\\u0000\"]",
		    "[\"a\xef\xbf\xbd"
		    "b\\\\u0000\"]" },
		{ "[\"\\u0000\xff\\u0000\"]",
		    "[\"\xef\xbf\xbd\xef\xbf\xbd"
		    "\xef\xbf\xbd\"]" },
		{ "[99999999999999999999]", "[99999999999999999999]" },
		{ "[1,]", NULL }, { "[\"\xff\",]", NULL }, { "[\xff]", NULL },
		{ "[\"\\u0000\\", NULL } };
	struct json_object *v;
	struct buf b;
	size_t i;

	(void)state;
	buf_init(&b, 1000);
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		buf_reset(&b);
		if (t[i].want == NULL) {
			assert_int_equal(json_parse_loose(t[i].s,
					     strlen(t[i].s), 8, &v),
			    JSON_SYNTAX);
			assert_null(v);
			continue;
		}
		assert_int_equal(json_parse_loose(t[i].s, strlen(t[i].s), 8,
				     &v),
		    JSON_OK);
		assert_int_equal(json_write(&b, v), 0);
		assert_string_equal(buf_str(&b), t[i].want);
		json_object_put(v);
	}
	buf_free(&b);
}

/* A small text can be a large tree: its size is bounded. */
static void
test_many_values(void **state)
{
	size_t n = JSON_VALUES_MAX, i; /* with the array, one too many */
	char *text = malloc(2 * n + 1);
	struct json_object *v;

	(void)state;
	assert_non_null(text);
	text[0] = '[';
	for (i = 0; i < n; i++)
		memcpy(text + 1 + 2 * i, "0,", 2);
	text[2 * n] = ']';
	assert_int_equal(json_check(text, 2 * n + 1, 4, NULL), JSON_OK);
	assert_int_equal(json_parse(text, 2 * n + 1, 4, &v), JSON_VALUES);
	assert_null(v);
	assert_int_equal(json_parse_loose(text, 2 * n + 1, 4, &v), JSON_VALUES);
	text[2 * n - 2] = ']';
	assert_int_equal(json_parse(text, 2 * n - 1, 4, &v), JSON_OK);
	assert_int_equal(json_object_array_length(v), n - 1);
	json_object_put(v);
	free(text);
}

/* What may stand between quotes, of any length around a machine's word. */
static void
test_string_content(void **state)
{
	static const struct {
		const char *text;
		bool good;
	} t[] = { { "", true }, { "a", true }, { "1234567", true },
		{ "12345678", true }, { "123456789", true },
		{ "12345678\xc3\xa9", true }, { "1234567\\n", true },
		{ "\\uD83D\\uDE00", true }, { "\\uABCDEF", true },
		{ "\"", false }, { "12345678\"", false }, { "a\"b", false },
		{ "a\nb", false }, { "\\", false }, { "\\x", false },
		{ "\\uD83D", true }, { "\\uABCG", false }, { "\\u0000", false },
		{ "12345678\xff", false } };

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		/* From memory of exactly this size. */
		size_t len = strlen(t[i].text);
		char *copy = malloc(len + (len == 0));
		bool plain = t[i].good;

		assert_non_null(copy);
		memcpy(copy, t[i].text, len);
		if (json_check_string(copy, len) != t[i].good)
			fail_msg("%s", t[i].text);
		for (size_t k = 0; k < len; k++)
			plain =
			    plain && copy[k] != '\\' && (copy[k] & 0x80) == 0;
		if (json_is_plain(copy, len) != plain)
			fail_msg("%s", t[i].text);
		free(copy);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_samples),
		cmocka_unit_test(test_prefixes),
		cmocka_unit_test(test_string_content),
		cmocka_unit_test(test_every_offset),
		cmocka_unit_test(test_depth), cmocka_unit_test(test_duplicates),
		cmocka_unit_test(test_wide_integers),
		cmocka_unit_test(test_round_trip), cmocka_unit_test(test_loose),
		cmocka_unit_test(test_many_values) };

	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
