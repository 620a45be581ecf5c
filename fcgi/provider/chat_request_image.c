/* SPDX-License-Identifier: MIT */
/*
 * The URL of a picture in a chat request: data that is what it says, or a
 * place that the provider fetches it from.
 */
#include "config.h"

#include <string.h>

#include "confab/provider/chat_request.h"

/* Base64 (RFC 4648, section 4) with its padding. */
static bool
is_base64(const char *s, size_t len)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";
	bool table[256] = { false };
	size_t i, pad = 0;

	if (len == 0 || len % 4 != 0)
		return false;
	for (i = 0; i < sizeof(digits) - 1; i++)
		table[(unsigned char)digits[i]] = true;
	while (pad < 2 && s[len - 1 - pad] == '=')
		pad++;
	for (i = 0; i < len - pad; i++) {
		if (!table[(unsigned char)s[i]])
			return false;
	}
	return true;
}

const char *
chat_image_fault(const char *url, size_t len)
{
	static const char *const types[] = { "data:image/png;base64,",
		"data:image/jpeg;base64,", "data:image/gif;base64,",
		"data:image/webp;base64," };
	size_t i, n;

	if (len > 8 && memcmp(url, "https://", 8) == 0)
		return NULL;
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		n = strlen(types[i]);
		if (len > n && memcmp(url, types[i], n) == 0)
			return is_base64(url + n, len - n)
			    ? NULL
			    : "is not valid base64";
	}
	return "must be an https: URL or a data: URL of a PNG, JPEG, GIF or "
	       "WebP image in base64";
}
