/* SPDX-License-Identifier: MIT */
/*
 * UTF-8 (RFC 3629): what is valid, and how much is not.
 */
#include "config.h"

#include <stdint.h>
#include <string.h>

#include "confab/base/utf8.h"

/*
 * Looks at the sequence at s. Returns its length when it is valid; else 0,
 * with *bad the length of the maximal part to replace (WHATWG Encoding,
 * UTF-8 decoder: the lead byte and the continuations that could go with it).
 */
static size_t
sequence(const unsigned char *s, size_t len, size_t *bad)
{
	unsigned char lower = 0x80, upper = 0xbf;
	size_t need, i;

	*bad = 1;
	if (s[0] < 0x80)
		return 1;
	if (s[0] >= 0xc2 && s[0] <= 0xdf) {
		need = 1;
	} else if (s[0] >= 0xe0 && s[0] <= 0xef) {
		need = 2;
		if (s[0] == 0xe0)
			lower = 0xa0;
		if (s[0] == 0xed)
			upper = 0x9f;
	} else if (s[0] >= 0xf0 && s[0] <= 0xf4) {
		need = 3;
		if (s[0] == 0xf0)
			lower = 0x90;
		if (s[0] == 0xf4)
			upper = 0x8f;
	} else {
		return 0;
	}
	for (i = 1; i <= need; i++) {
		if (i >= len || s[i] < lower || s[i] > upper)
			return 0;
		*bad = i + 1;
		lower = 0x80;
		upper = 0xbf;
	}
	return need + 1;
}

/* The length of the ASCII run at the start, eight bytes at a time. */
static size_t
ascii_run(const char *s, size_t len)
{
	size_t i = 0;
	uint64_t w;

	while (len - i >= sizeof(w)) {
		memcpy(&w, s + i, sizeof(w));
		if ((w & UINT64_C(0x8080808080808080)) != 0)
			break;
		i += sizeof(w);
	}
	while (i < len && (unsigned char)s[i] < 0x80)
		i++;
	return i;
}

size_t
utf8_valid_prefix(const char *s, size_t len)
{
	size_t i, n, bad;

	for (i = ascii_run(s, len); i < len; i += ascii_run(s + i, len - i)) {
		n = sequence((const unsigned char *)s + i, len - i, &bad);
		if (n == 0)
			break;
		i += n;
	}
	return i;
}

bool
utf8_valid(const char *s, size_t len)
{
	return utf8_valid_prefix(s, len) == len;
}

size_t
utf8_bad_part(const char *s, size_t len)
{
	size_t bad;

	(void)sequence((const unsigned char *)s, len, &bad);
	return bad;
}
