/* SPDX-License-Identifier: MIT */
/* Signatures, by libcrypto's one-shot verification. */
#include "config.h"

#include <string.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "confab/base/signature.h"

#define HEAD_MAX 27

/*
 * A SubjectPublicKeyInfo (RFC 5280, section 4.1) up to the key itself. Keys are
 * read from this form because it is the one that all versions of libcrypto
 * know, and because reading it looks whether a point is on its curve.
 */
static const struct kind {
	size_t head_len, key_len;
	unsigned char head[HEAD_MAX];
} kinds[] = {
	[SIGNATURE_ES256] = { 27, 64,
	    { 0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d,
		0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03,
		0x01, 0x07, 0x03, 0x42, 0x00, 0x04 } },
	[SIGNATURE_EDDSA] = { 12, 32,
	    { 0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21,
		0x00 } },
};

size_t
signature_key_len(enum signature_kind kind)
{
	return kinds[kind].key_len;
}

static EVP_PKEY *
read_key(enum signature_kind kind, const unsigned char *key)
{
	const struct kind *k = &kinds[kind];
	unsigned char text[HEAD_MAX + SIGNATURE_KEY_MAX];
	const unsigned char *p = text;

	memcpy(text, k->head, k->head_len);
	memcpy(text + k->head_len, key, k->key_len);
	return d2i_PUBKEY(NULL, &p, (long)(k->head_len + k->key_len));
}

bool
signature_key_valid(enum signature_kind kind,
    const unsigned char key[SIGNATURE_KEY_MAX])
{
	EVP_PKEY *pkey = read_key(kind, key);

	EVP_PKEY_free(pkey);
	return pkey != NULL;
}

bool
signature_good(enum signature_kind kind,
    const unsigned char key[SIGNATURE_KEY_MAX], const unsigned char *signature,
    size_t signature_len, const unsigned char *data, size_t len)
{
	/* Ed25519 has its digest in itself. */
	const EVP_MD *digest = kind == SIGNATURE_ES256 ? EVP_sha256() : NULL;
	EVP_PKEY *pkey = read_key(kind, key);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool good = pkey != NULL && ctx != NULL &&
	    EVP_DigestVerifyInit(ctx, NULL, digest, NULL, pkey) == 1 &&
	    EVP_DigestVerify(ctx, signature, signature_len, data, len) == 1;

	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(pkey);
	return good;
}
