/* SPDX-License-Identifier: MIT */
/* Bytes as text and back, with one spelling for each value. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "confab/base/encode.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define BYTES 6

/* RFC 4648, section 10, and what the alphabets differ in. */
static const struct {
	const char *bytes;
	size_t len;
	const char *base64, *base64url, *base32, *hex;
} rows[] = {
	{ "", 0, "", "", "", "" },
	{ "f", 1, "Zg==", "Zg", "MY", "66" },
	{ "fo", 2, "Zm8=", "Zm8", "MZXQ", "666f" },
	{ "foo", 3, "Zm9v", "Zm9v", "MZXW6", "666f6f" },
	{ "foob", 4, "Zm9vYg==", "Zm9vYg", "MZXW6YQ", "666f6f62" },
	{ "fooba", 5, "Zm9vYmE=", "Zm9vYmE", "MZXW6YTB", "666f6f6261" },
	{ "foobar", 6, "Zm9vYmFy", "Zm9vYmFy", "MZXW6YTBOI", "666f6f626172" },
	{ "\0\xff\xfb\xf0", 4, "AP/78A==", "AP_78A", "AD77X4A", "00fffbf0" },
};

static void
test_written(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const unsigned char *bytes = (const void *)rows[i].bytes;
		size_t len = rows[i].len;
		char out[2 * BYTES + 1];

		assert_int_equal(encode_base64(out, bytes, len),
		    ENCODE_BASE64_LEN(len));
		assert_string_equal(out, rows[i].base64);
		assert_int_equal(encode_base64url(out, bytes, len),
		    ENCODE_BASE64URL_LEN(len));
		assert_string_equal(out, rows[i].base64url);
		assert_int_equal(encode_base32(out, bytes, len),
		    ENCODE_BASE32_LEN(len));
		assert_string_equal(out, rows[i].base32);
		assert_int_equal(encode_hex(out, bytes, len), 2 * len);
		assert_string_equal(out, rows[i].hex);
	}
}

typedef int decoder(unsigned char *, size_t, const char *, size_t);

/* Into exactly the room that is needed, and into one byte less. */
static void
check_read(decoder *decode, const char *text, const char *bytes, size_t len)
{
	unsigned char out[BYTES];

	assert_int_equal(decode(out, len, text, strlen(text)), len);
	assert_memory_equal(out, bytes, len);
	if (len > 0)
		assert_int_equal(decode(out, len - 1, text, strlen(text)), -1);
}

static void
test_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *bytes = rows[i].bytes;

		check_read(decode_base64url, rows[i].base64url, bytes,
		    rows[i].len);
		check_read(decode_base32, rows[i].base32, bytes, rows[i].len);
		check_read(decode_hex, rows[i].hex, bytes, rows[i].len);
	}
}

/* No value has a second spelling, and nothing else is read as one. */
static void
test_refused(void **state)
{
	static const struct {
		decoder *decode;
		const char *text;
		size_t len;
	} bad[] = {
		/* a digit too many */
		{ decode_base64url, "A", 1 },
		{ decode_base64url, "AAAAA", 5 },
		{ decode_base32, "A", 1 },
		{ decode_base32, "AAA", 3 },
		{ decode_base32, "AAAAAA", 6 },
		{ decode_hex, "0", 1 },
		{ decode_hex, "000", 3 },
		/* bits that stand for nothing */
		{ decode_base64url, "Zh", 2 },
		{ decode_base64url, "Zm9", 3 },
		{ decode_base32, "MZ", 2 },
		/* other alphabets */
		{ decode_base64url, "AP/7", 4 },
		{ decode_base64url, "Zg==", 4 },
		{ decode_base64url, "Zm\0v", 4 },
		{ decode_base32, "mz", 2 },
		{ decode_base32, "M1", 2 },
		{ decode_hex, "6F", 2 },
		{ decode_hex, "F6", 2 },
		{ decode_hex, "6\0", 2 },
		{ decode_hex, " 6", 2 },
	};
	unsigned char out[BYTES];

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		if (bad[i].decode(out, sizeof(out), bad[i].text, bad[i].len) !=
		    -1)
			fail_msg("%zu: %s", i, bad[i].text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_written),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
