/* SPDX-License-Identifier: MIT */
/*
 * CBOR (RFC 8949) as authenticators write it (CTAP 2.1, section 8): item after
 * item out of bytes, by libcbor's decoder that allocates nothing. Lengths that
 * are not said beforehand, tags, and nesting deeper than WEBAUTHN_CBOR_DEPTH are
 * refused. Pure. For webauthn.c.
 */
#ifndef CONFAB_IDENTITY_WEBAUTHN_CBOR_H
#define CONFAB_IDENTITY_WEBAUTHN_CBOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WEBAUTHN_CBOR_DEPTH 8

enum webauthn_cbor_kind {
	WEBAUTHN_CBOR_NONE,
	WEBAUTHN_CBOR_INT,
	WEBAUTHN_CBOR_BYTES,
	WEBAUTHN_CBOR_TEXT,
	WEBAUTHN_CBOR_ARRAY,
	WEBAUTHN_CBOR_MAP,
	WEBAUTHN_CBOR_OTHER /* true, false, null, undefined, a float */
};

struct webauthn_cbor_item {
	enum webauthn_cbor_kind kind;
	int64_t value;		   /* of a number */
	const unsigned char *data; /* of a string, within what is read */
	size_t len; /* bytes of a string, items of an array, pairs
				    * of a map */
};

/* What is still to be read. */
struct webauthn_cbor {
	const unsigned char *data;
	size_t len;
};

/* Was the program built with libcbor? */
bool webauthn_cbor_available(void);

/* Takes an item; of an array or a map its head alone. False when there is none,
 * or one that is refused. */
bool webauthn_cbor_next(struct webauthn_cbor *in,
    struct webauthn_cbor_item *out);

/* Takes an item with all that is in it. */
bool webauthn_cbor_skip(struct webauthn_cbor *in);

#endif
