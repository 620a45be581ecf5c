/* SPDX-License-Identifier: MIT */
/*
 * Fuzzer: any text as a token, and any fields under a good signature. Aborts
 * when one is taken that was not made by token_make(), letter for letter.
 */
#include "config.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "confab/base/crypto.h"
#include "confab/base/encode.h"
#include "confab/identity/token.h"
#include "fuzz.h"

#define MAC_LEN CRYPTO_SHA256_LEN
#define RAW_MAX 512

static const struct token_key keys[] = {
	{ "k1", { 1 } },
	{ "k2", { 2 } },
};

/* A token that is taken is written again as it was. */
static void
check_text(const char *text, size_t len)
{
	static const struct token_fields zero;
	char again[TOKEN_TEXT_MAX + 1];
	const struct token_key *key;
	struct token_fields t;
	int n;

	if (token_open(text, len, keys, 2, &t) != TOKEN_OK) {
		check(memcmp(&t, &zero, sizeof(t)) == 0);
		return;
	}
	check(strnlen(t.user, sizeof(t.user)) <= TOKEN_USER_MAX);
	key = strcmp(t.key_id, keys[0].id) == 0 ? &keys[0] : &keys[1];
	n = token_make(&t, key, again);
	check(n > 0 && (size_t)n == len && memcmp(again, text, len) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned char raw[RAW_MAX];
	char text[2 * RAW_MAX];
	size_t len;

	check_text((const char *)data, size);
	if (size > sizeof(raw) - MAC_LEN)
		return 0;
	if (size > 0)
		memcpy(raw, data, size);
	check(crypto_hmac(raw + size, keys[0].key, TOKEN_KEY_LEN,
		  "confab session 1", raw, size) == 0);
	len = encode_base64url(text, raw, size + MAC_LEN);
	check_text(text, len);
	return 0;
}
