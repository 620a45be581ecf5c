/* SPDX-License-Identifier: MIT */
/* Codes of authenticator apps: RFC 6238's vectors, and what people type. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "confab/base/encode.h"
#include "confab/identity/totp.h"

/* The secret of RFC 6238, appendix B, for SHA-1. */
static const unsigned char rfc[] = "12345678901234567890";
#define RFC_LEN 20

static void
need_liboath(void)
{
	if (!totp_available())
		skip();
}

/* Its table, of which we take the last six of eight digits. */
static const struct {
	int64_t time;
	const char *code;
} vectors[] = {
	{ 59, "287082" },
	{ 1111111109, "081804" },
	{ 1111111111, "050471" },
	{ 1234567890, "005924" },
	{ 2000000000, "279037" },
	{ 20000000000, "353130" },
};

static void
test_rfc_6238(void **state)
{
	(void)state;
	need_liboath();
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++)
		if (vectors[i].time >= 60)
			assert_int_equal(totp_match(rfc, RFC_LEN,
					     vectors[i].code, vectors[i].time),
			    vectors[i].time / TOTP_STEP);
	/* The first of them is a code of the step before, too. */
	assert_int_equal(totp_match(rfc, RFC_LEN, "287082", 60), 1);
}

/* A clock may be wrong by one step, and no more. */
static void
test_window(void **state)
{
	static const int64_t t = 1111111111; /* at the beginning of its step */

	(void)state;
	need_liboath();
	for (int64_t d = -150; d <= 150; d++) {
		uint64_t step = totp_match(rfc, RFC_LEN, "050471", t + d);
		int64_t apart =
		    (int64_t)totp_step(t + d) - (int64_t)totp_step(t);

		assert_int_equal(step,
		    apart >= -1 && apart <= 1 ? totp_step(t) : 0);
	}
	assert_int_equal(totp_match(rfc, RFC_LEN, "050472", t), 0);
	/* Machines that do not know what time it is. */
	assert_int_equal(totp_match(rfc, RFC_LEN, "755224", 0), 0);
	assert_int_equal(totp_match(rfc, RFC_LEN, "755224", -100), 0);
}

static void
test_typed(void **state)
{
	static const struct {
		const char *typed;
		enum totp_kind kind;
		const char *text;
	} samples[] = {
		{ "123456", TOTP_CODE, "123456" },
		{ "000001", TOTP_CODE, "000001" },
		{ " 123 456\t", TOTP_CODE, "123456" },
		{ "123-456", TOTP_CODE, "123456" },
		{ "", TOTP_NO_CODE, NULL },
		{ "12345", TOTP_NO_CODE, NULL },
		{ "1234567", TOTP_NO_CODE, NULL },
		{ "12345a", TOTP_NO_CODE, NULL },
		{ "+12345", TOTP_NO_CODE, NULL },
		{ "ABCD-EFGH-IJKL-MNOP", TOTP_RECOVERY, "ABCDEFGHIJKLMNOP" },
		{ "abcdefgh ijklmnop", TOTP_RECOVERY, "ABCDEFGHIJKLMNOP" },
		{ "2345672345672345", TOTP_RECOVERY, "2345672345672345" },
		{ "ABCD-EFGH-IJKL-MNO", TOTP_NO_CODE, NULL },
		{ "ABCD-EFGH-IJKL-MNOPQ", TOTP_NO_CODE, NULL },
		{ "ABCD-EFGH-IJKL-MNO1", TOTP_NO_CODE, NULL },
		{ "\xd9\xa1\xd9\xa2\xd9\xa3", TOTP_NO_CODE, NULL },
	};
	struct totp_typed t;

	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		totp_read(samples[i].typed, strlen(samples[i].typed), &t);
		assert_int_equal(t.kind, samples[i].kind);
		if (samples[i].text != NULL)
			assert_string_equal(t.text, samples[i].text);
	}
	totp_read("12345\0", 6, &t);
	assert_int_equal(t.kind, TOTP_NO_CODE);
}

static void
test_secret_and_uri(void **state)
{
	unsigned char secret[USERS_TOTP_LEN];
	char text[TOTP_SECRET_TEXT + 1], uri[TOTP_URI_MAX], name[65];

	(void)state;
	totp_secret_text(rfc, text);
	assert_string_equal(text, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
	assert_int_equal(totp_read_secret(text, 32, secret), 0);
	assert_memory_equal(secret, rfc, sizeof(secret));
	assert_int_equal(totp_read_secret(text, 31, secret), -1);
	assert_int_equal(totp_read_secret("gezdgnbvgy3tqojqgezdgnbvgy3tqojq",
			     32, secret),
	    -1);
	totp_uri(rfc, "chat.example.org", "J\xc3\xb6rg M.", uri);
	assert_string_equal(uri,
	    "otpauth://totp/chat.example.org:J%C3%B6rg%20M."
	    "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
	    "&issuer=chat.example.org");
	/* The longest name, each byte of it escaped, is whole. */
	memset(name, '%', 64);
	name[64] = '\0';
	totp_uri(rfc, "a", name, uri);
	assert_non_null(strstr(uri, "%25?secret="));
	assert_string_equal(strrchr(uri, '='), "=a");
}

static void
test_recovery(void **state)
{
	char texts[USERS_RECOVERY_MAX][TOTP_RECOVERY_SHOWN + 1];
	struct users_factor f = { .set = true }, other = { .set = true };
	unsigned char digest[USERS_DIGEST_LEN];
	struct totp_typed t;

	(void)state;
	memcpy(f.secret, rfc, sizeof(f.secret));
	assert_int_equal(totp_new_recovery(&f, texts), 0);
	assert_int_equal(f.n_recovery, USERS_RECOVERY_MAX);
	for (int i = 0; i < USERS_RECOVERY_MAX; i++) {
		totp_read(texts[i], strlen(texts[i]), &t);
		assert_int_equal(t.kind, TOTP_RECOVERY);
		assert_int_equal(totp_recovery_digest(&f, t.text, digest), 0);
		assert_memory_equal(digest, f.recovery[i], sizeof(digest));
		for (int j = 0; j < i; j++)
			assert_string_not_equal(texts[i], texts[j]);
	}
	/* Of another second factor it is another one. */
	assert_int_equal(totp_recovery_digest(&other, t.text, digest), 0);
	assert_memory_not_equal(digest, f.recovery[9], sizeof(digest));
}

/* RFC 4648, section 10, without its padding; each value has one spelling. */
static void
test_base32(void **state)
{
	static const char *const samples[][2] = { { "", "" }, { "f", "MY" },
		{ "fo", "MZXQ" }, { "foo", "MZXW6" }, { "foob", "MZXW6YQ" },
		{ "fooba", "MZXW6YTB" }, { "foobar", "MZXW6YTBOI" } };
	static const char *const bad[] = { "M", "MZX", "MZXW6Y", "MZ", "my",
		"MY======", "M1", "M Y" };
	unsigned char bytes[8];
	char text[16];

	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		const char *plain = samples[i][0], *coded = samples[i][1];

		encode_base32(text, (const unsigned char *)plain,
		    strlen(plain));
		assert_string_equal(text, coded);
		assert_int_equal(decode_base32(bytes, sizeof(bytes), coded,
				     strlen(coded)),
		    strlen(plain));
		assert_memory_equal(bytes, plain, strlen(plain));
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(decode_base32(bytes, sizeof(bytes), bad[i],
				     strlen(bad[i])),
		    -1);
	assert_int_equal(decode_base32(bytes, 5, "MZXW6YTBOI", 10), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rfc_6238),
		cmocka_unit_test(test_window),
		cmocka_unit_test(test_typed),
		cmocka_unit_test(test_secret_and_uri),
		cmocka_unit_test(test_recovery),
		cmocka_unit_test(test_base32),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
