/* SPDX-License-Identifier: MIT */
/* Random bytes, digests, MACs and wiping, by libcrypto. */
#include "config.h"

#include <limits.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "confab/base/crypto.h"

#define LABEL_AND_DATA_MAX 1024

int
crypto_random(void *out, size_t len)
{
	if (len > INT_MAX || RAND_bytes(out, (int)len) != 1)
		return -1;
	return 0;
}

int
crypto_sha256(unsigned char out[CRYPTO_SHA256_LEN], const void *data,
    size_t len)
{
	return EVP_Digest(data, len, out, NULL, EVP_sha256(), NULL) == 1 ? 0
									 : -1;
}

int
crypto_hmac(unsigned char out[CRYPTO_SHA256_LEN], const void *key,
    size_t key_len, const char *label, const void *data, size_t len)
{
	unsigned char text[LABEL_AND_DATA_MAX];
	size_t label_len = strlen(label) + 1;
	unsigned out_len = 0;
	const unsigned char *done;

	if (key_len > INT_MAX || label_len > sizeof(text) ||
	    len > sizeof(text) - label_len)
		return -1;
	memcpy(text, label, label_len);
	if (len > 0)
		memcpy(text + label_len, data, len);
	done = HMAC(EVP_sha256(), key, (int)key_len, text, label_len + len, out,
	    &out_len);
	OPENSSL_cleanse(text, label_len + len);
	return done != NULL && out_len == CRYPTO_SHA256_LEN ? 0 : -1;
}

bool
crypto_equal(const void *a, const void *b, size_t len)
{
	return CRYPTO_memcmp(a, b, len) == 0;
}

void
crypto_wipe(void *p, size_t len)
{
	OPENSSL_cleanse(p, len);
}
