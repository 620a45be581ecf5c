/* SPDX-License-Identifier: MIT */
/*
 * The few things of libcrypto that the rest needs, each in one call.
 */
#ifndef CONFAB_BASE_CRYPTO_H
#define CONFAB_BASE_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>

#define CRYPTO_SHA256_LEN 32

/* Fills `out` with unpredictable bytes. Returns 0, or -1: then use nothing. */
int crypto_random(void *out, size_t len);

/* SHA-256 (FIPS 180-4). Returns 0 or -1. */
int crypto_sha256(unsigned char out[CRYPTO_SHA256_LEN], const void *data,
    size_t len);

/* HMAC-SHA256 (RFC 2104) over label (with its NUL), then data. 0 or -1. */
int crypto_hmac(unsigned char out[CRYPTO_SHA256_LEN], const void *key,
    size_t key_len, const char *label, const void *data, size_t len);

/* Compares in a time that depends on `len` only. */
bool crypto_equal(const void *a, const void *b, size_t len);

/* Overwrites what the compiler may not leave out. */
void crypto_wipe(void *p, size_t len);

#endif
