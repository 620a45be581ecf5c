/* SPDX-License-Identifier: MIT */
/* Tokens: round trips, every changed bit, keys, and forms that nobody makes. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "confab/base/crypto.h"
#include "confab/base/encode.h"
#include "confab/identity/token.h"

static const struct token_key keys[] = {
	{ "new1", { 1, 2, 3, 4, 5, 6, 7, 8 } },
	{ "old1", { 9, 8, 7, 6, 5, 4, 3, 2 } },
	{ "old2", { 42 } },
};

static struct token_fields
sample(void)
{
	struct token_fields t;

	memset(&t, 0, sizeof(t));
	strcpy(t.user,
	    "al\xc3\xaf"
	    "ce");
	for (int i = 0; i < TOKEN_SESSION_LEN; i++) {
		t.session[i] = (unsigned char)(7 * i);
		t.generation[i] = (unsigned char)(200 - i);
	}
	t.issued = 1700000000123;
	t.seen = 1700000001456;
	t.expires = 1702592000123;
	return t;
}

static void
test_round_trip(void **state)
{
	struct token_fields t = sample(), back;
	char text[TOKEN_TEXT_MAX + 1];
	int len = token_make(&t, &keys[0], text);

	(void)state;
	assert_int_equal(len, strlen(text));
	assert_int_equal(token_open(text, (size_t)len, keys, 3, &back),
	    TOKEN_OK);
	assert_string_equal(back.key_id, "new1");
	assert_string_equal(back.user, t.user);
	assert_memory_equal(back.session, t.session, sizeof(t.session));
	assert_memory_equal(back.generation, t.generation,
	    sizeof(t.generation));
	assert_int_equal(back.issued, t.issued);
	assert_int_equal(back.seen, t.seen);
	assert_int_equal(back.expires, t.expires);
}

static void
test_longest(void **state)
{
	struct token_fields t = sample(), back;
	struct token_key key = { "0123456789abcdef", { 1 } };
	char text[TOKEN_TEXT_MAX + 1];

	(void)state;
	memset(t.user, 'u', TOKEN_USER_MAX);
	assert_int_equal(token_make(&t, &key, text), TOKEN_TEXT_MAX);
	assert_int_equal(token_open(text, TOKEN_TEXT_MAX, &key, 1, &back),
	    TOKEN_OK);
	assert_int_equal(strlen(back.user), TOKEN_USER_MAX);
}

static void
test_every_bit(void **state)
{
	struct token_fields t = sample(), back;
	char text[TOKEN_TEXT_MAX + 1];
	size_t len = (size_t)token_make(&t, &keys[0], text);
	static const struct token_fields zero;

	(void)state;
	for (size_t i = 0; i < len; i++)
		for (int bit = 0; bit < 8; bit++) {
			text[i] = (char)(text[i] ^ (1 << bit));
			assert_int_not_equal(token_open(text, len, keys, 3,
						 &back),
			    TOKEN_OK);
			assert_memory_equal(&back, &zero, sizeof(zero));
			text[i] = (char)(text[i] ^ (1 << bit));
		}
	assert_int_equal(token_open(text, len, keys, 3, &back), TOKEN_OK);
}

static void
test_cut_and_grown(void **state)
{
	struct token_fields t = sample(), back;
	char text[TOKEN_TEXT_MAX + 8];
	size_t len = (size_t)token_make(&t, &keys[0], text);

	(void)state;
	for (size_t n = 0; n < len; n++)
		assert_int_not_equal(token_open(text, n, keys, 3, &back),
		    TOKEN_OK);
	memcpy(text + len, "AAAA", 5);
	for (size_t n = 1; n <= 4; n++)
		assert_int_not_equal(token_open(text, len + n, keys, 3, &back),
		    TOKEN_OK);
	/* A form that other base64 readers would take. */
	text[len] = '=';
	assert_int_not_equal(token_open(text, len + 1, keys, 3, &back),
	    TOKEN_OK);
}

static void
test_keys(void **state)
{
	struct token_fields t = sample(), back;
	char text[TOKEN_TEXT_MAX + 1];
	size_t len = (size_t)token_make(&t, &keys[1], text);

	(void)state;
	assert_int_equal(token_open(text, len, keys, 3, &back), TOKEN_OK);
	assert_string_equal(back.key_id, "old1");
	assert_int_equal(token_open(text, len, keys, 1, &back), TOKEN_FORGED);
	assert_int_equal(token_open(text, len, keys, 0, &back), TOKEN_FORGED);
}

/* Signs bytes of our choice, as nothing but a bug could. */
static enum token_result
open_signed(const unsigned char *fields, size_t len)
{
	unsigned char raw[256];
	char text[512];
	struct token_fields back;
	size_t n;

	memcpy(raw, fields, len);
	assert_int_equal(crypto_hmac(raw + len, keys[0].key, TOKEN_KEY_LEN,
			     "confab session 1", fields, len),
	    0);
	n = encode_base64url(text, raw, len + 32);
	return token_open(text, n, keys, 3, &back);
}

static void
test_signed_nonsense(void **state)
{
	unsigned char raw[256];
	struct token_fields t = sample();
	char text[TOKEN_TEXT_MAX + 1];
	size_t len = (size_t)token_make(&t, &keys[0], text);
	size_t fields =
	    (size_t)decode_base64url(raw, sizeof(raw), text, len) - 32;

	(void)state;
	assert_int_equal(open_signed(raw, fields), TOKEN_OK);
	/* Every prefix, a byte more, another version, any field's length. */
	for (size_t n = 1; n < fields; n++)
		assert_int_equal(open_signed(raw, n), TOKEN_INVALID);
	raw[fields] = 0;
	assert_int_equal(open_signed(raw, fields + 1), TOKEN_INVALID);
	raw[0] = 2;
	assert_int_equal(open_signed(raw, fields), TOKEN_INVALID);
	raw[0] = 1;
	raw[1]++;
	assert_int_equal(open_signed(raw, fields), TOKEN_INVALID);
	raw[1]--;
	raw[1 + 1 + 4 + 1 + 2] = 0; /* a NUL in the user's name */
	assert_int_equal(open_signed(raw, fields), TOKEN_INVALID);
}

static void
test_refused_input(void **state)
{
	struct token_fields t = sample();
	struct token_key key = keys[0];
	char text[TOKEN_TEXT_MAX + 1];

	(void)state;
	t.user[0] = '\0';
	assert_int_equal(token_make(&t, &key, text), -1);
	t = sample();
	t.expires = -1;
	assert_int_equal(token_make(&t, &key, text), -1);
	t = sample();
	key.id[0] = '\0';
	assert_int_equal(token_make(&t, &key, text), -1);
}

static void
test_base64url(void **state)
{
	unsigned char data[64], back[64];
	char text[128];

	(void)state;
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (unsigned char)(i * 37 + 11);
	for (size_t n = 0; n <= sizeof(data); n++) {
		size_t len = encode_base64url(text, data, n);

		assert_int_equal(len, ENCODE_BASE64URL_LEN(n));
		assert_int_equal(decode_base64url(back, sizeof(back), text,
				     len),
		    n);
		assert_memory_equal(back, data, n);
		if (n > 0)
			assert_int_equal(decode_base64url(back, n - 1, text,
					     len),
			    -1);
	}
	/* RFC 4648, section 10, in this alphabet. */
	assert_int_equal(encode_base64url(text, (const unsigned char *)"fooba",
			     5),
	    7);
	assert_string_equal(text, "Zm9vYmE");
	/* Unused bits that are set, and characters of other alphabets. */
	assert_int_equal(decode_base64url(back, 64, "Zm9vYmF", 7), -1);
	assert_int_equal(decode_base64url(back, 64, "Zm+v", 4), -1);
	assert_int_equal(decode_base64url(back, 64, "Zm9vY", 5), -1);
	assert_int_equal(decode_base64url(back, 64, "Zg==", 4), -1);
}

static void
test_hex(void **state)
{
	unsigned char back[4];
	char text[9];

	(void)state;
	encode_hex(text, (const unsigned char *)"\x00\xff\x1a", 3);
	assert_string_equal(text, "00ff1a");
	assert_int_equal(decode_hex(back, 4, "00ff1a", 6), 3);
	assert_memory_equal(back, "\x00\xff\x1a", 3);
	assert_int_equal(decode_hex(back, 4, "00FF", 4), -1);
	assert_int_equal(decode_hex(back, 4, "0", 1), -1);
	assert_int_equal(decode_hex(back, 2, "001122", 6), -1);
}

/* More than may be tried, or be a token, is not looked at. */
static void
test_bounds(void **state)
{
	struct token_key many[TOKEN_KEYS_MAX + 1];
	char text[TOKEN_TEXT_MAX + 2];
	struct token_fields t = sample(), back;
	int len;

	(void)state;
	memset(many, 0, sizeof(many));
	for (size_t i = 0; i < TOKEN_KEYS_MAX + 1; i++)
		many[i] = keys[0];
	t.issued = t.seen = t.expires = 0;
	len = token_make(&t, &keys[0], text);
	assert_true(len > 0);
	assert_int_equal(token_open(text, (size_t)len, many, TOKEN_KEYS_MAX,
			     &back),
	    TOKEN_OK);
	assert_int_equal(token_open(text, (size_t)len, many, TOKEN_KEYS_MAX + 1,
			     &back),
	    TOKEN_MALFORMED);
	memset(text, 'A', sizeof(text));
	assert_int_equal(token_open(text, TOKEN_TEXT_MAX + 1, keys, 3, &back),
	    TOKEN_MALFORMED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_longest),
		cmocka_unit_test(test_every_bit),
		cmocka_unit_test(test_cut_and_grown),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_signed_nonsense),
		cmocka_unit_test(test_refused_input),
		cmocka_unit_test(test_base64url),
		cmocka_unit_test(test_hex),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
