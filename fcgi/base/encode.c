/* SPDX-License-Identifier: MIT */
/* Bytes as text and back: base64 and base64url, base32, hexadecimal. */
#include "config.h"

#include <limits.h>
#include <stdint.h>
#include <string.h>

#include "confab/base/encode.h"

static const char base64url[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
static const char base64[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char base32[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
static const char hex[] = "0123456789abcdef";

/* The value of a digit, or -1. The alphabets have no NUL in them. */
static int
digit(const char *alphabet, char c)
{
	const char *p = c != '\0' ? strchr(alphabet, c) : NULL;

	return p != NULL ? (int)(p - alphabet) : -1;
}

/* Writes digits of `width` bits each. */
static size_t
encode(const char *alphabet, unsigned width, char *out,
    const unsigned char *data, size_t len)
{
	uint32_t bits = 0, mask = (1U << width) - 1;
	unsigned n_bits = 0;
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		bits = (bits << 8) | data[i];
		n_bits += 8;
		while (n_bits >= width) {
			n_bits -= width;
			out[n++] = alphabet[(bits >> n_bits) & mask];
		}
	}
	if (n_bits > 0)
		out[n++] = alphabet[(bits << (width - n_bits)) & mask];
	out[n] = '\0';
	return n;
}

size_t
encode_base64url(char *out, const unsigned char *data, size_t len)
{
	return encode(base64url, 6, out, data, len);
}

size_t
encode_base64(char *out, const unsigned char *data, size_t len)
{
	size_t n = encode(base64, 6, out, data, len);

	while (n % 4 != 0)
		out[n++] = '=';
	out[n] = '\0';
	return n;
}

size_t
encode_base32(char *out, const unsigned char *data, size_t len)
{
	return encode(base32, 5, out, data, len);
}

size_t
encode_hex(char *out, const unsigned char *data, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		out[2 * i] = hex[data[i] >> 4];
		out[2 * i + 1] = hex[data[i] & 15];
	}
	out[2 * len] = '\0';
	return 2 * len;
}

/* Reads digits of `width` bits each. */
static int
decode(const char *alphabet, unsigned width, unsigned char *out, size_t size,
    const char *text, size_t len)
{
	uint32_t bits = 0;
	unsigned n_bits = 0;
	size_t n = 0;

	if (len > INT_MAX)
		return -1;
	for (size_t i = 0; i < len; i++) {
		int v = digit(alphabet, text[i]);

		if (v < 0)
			return -1;
		bits = (bits << width) | (uint32_t)v;
		n_bits += width;
		if (n_bits >= 8) {
			n_bits -= 8;
			if (n == size)
				return -1;
			out[n++] = (unsigned char)(bits >> n_bits);
		}
	}
	/* The same bytes must not have a second spelling: no digit too many, no
	 * bit that stands for nothing. */
	if (n_bits >= width || (bits & ((1U << n_bits) - 1)) != 0)
		return -1;
	return (int)n;
}

int
decode_base64url(unsigned char *out, size_t size, const char *text, size_t len)
{
	return decode(base64url, 6, out, size, text, len);
}

int
decode_base32(unsigned char *out, size_t size, const char *text, size_t len)
{
	return decode(base32, 5, out, size, text, len);
}

int
decode_hex(unsigned char *out, size_t size, const char *text, size_t len)
{
	if (len % 2 != 0 || len / 2 > size || len / 2 > INT_MAX)
		return -1;
	for (size_t i = 0; i < len / 2; i++) {
		int high = digit(hex, text[2 * i]);
		int low = digit(hex, text[2 * i + 1]);

		if (high < 0 || low < 0)
			return -1;
		out[i] = (unsigned char)(high << 4 | low);
	}
	return (int)(len / 2);
}
