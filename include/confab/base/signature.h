/* SPDX-License-Identifier: MIT */
/*
 * Signatures of others' keys, verified by libcrypto. Pure.
 */
#ifndef CONFAB_BASE_SIGNATURE_H
#define CONFAB_BASE_SIGNATURE_H

#include <stdbool.h>
#include <stddef.h>

enum signature_kind {
	SIGNATURE_ES256, /* ECDSA over P-256 with SHA-256, in DER (SEC 1) */
	SIGNATURE_EDDSA	 /* Ed25519 (RFC 8032) */
};

#define SIGNATURE_KEY_MAX 64 /* bytes of a public key */

/* The bytes of a key of this kind: x and y of the point, or the encoded one. */
size_t signature_key_len(enum signature_kind kind);

/* Is it a key? A point that is not on its curve is none. */
bool signature_key_valid(enum signature_kind kind,
    const unsigned char key[SIGNATURE_KEY_MAX]);

/* Did the key's owner sign data[0..len)? False, too, when memory is short. */
bool signature_good(enum signature_kind kind,
    const unsigned char key[SIGNATURE_KEY_MAX], const unsigned char *signature,
    size_t signature_len, const unsigned char *data, size_t len);

#endif
