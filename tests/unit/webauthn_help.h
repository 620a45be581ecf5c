/* SPDX-License-Identifier: MIT */
/*
 * For the tests of passkeys: the vectors of the specification, read from
 * webauthn-vectors.txt beside this, and each step tried with one of them.
 */
#ifndef CONFAB_TEST_WEBAUTHN_HELP_H
#define CONFAB_TEST_WEBAUTHN_HELP_H

#include <stddef.h>
#include <stdint.h>

#include "confab/identity/webauthn.h"

#define BYTES_MAX 4096

struct bytes {
	unsigned char data[BYTES_MAX];
	size_t len;
};

/* One section of the file. */
struct vector {
	char name[64];
	struct bytes made_challenge, made_data, made_object;
	struct bytes used_challenge, used_data, used_auth, used_signature;
};

extern struct vector *vectors;
extern size_t n_vectors;
extern struct webauthn_new vector_made; /* by vector_make() */
extern uint32_t vector_count;		/* by vector_use() */

/* A group's set-up and its end. */
int vectors_read(void **state);
int vectors_drop(void **state);

/* Skips the test where the program was built without libcbor. */
void need_libcbor(void);

struct webauthn_bytes bytes_of(const struct bytes *b);

/* What the vectors were made for, with this challenge. */
struct webauthn_expect vector_expect(const struct bytes *challenge);

/* Registers, and signs in with the key that was registered last. */
enum webauthn_result vector_make(const struct vector *v);
enum webauthn_result vector_use(const struct vector *v);

/* The first one, registered: it is changed by many. */
struct vector vector_plain(void);

#endif
