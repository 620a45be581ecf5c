/* SPDX-License-Identifier: MIT */
/*
 * Passkeys: what a browser says of a new one, and of one that was used, is it
 * true? (Web Authentication Level 3, sections 7.1 and 7.2.) Pure: bytes in,
 * verdict out; who was asked, when, and whether twice, is the caller's.
 *
 * Keys are ES256 or Ed25519. What an authenticator says of its make is not
 * looked at: none is asked for ("none", section 8.7), and none would be
 * believed. Reading what a new one says takes libcbor, which is optional.
 */
#ifndef CONFAB_IDENTITY_WEBAUTHN_H
#define CONFAB_IDENTITY_WEBAUTHN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "confab/base/signature.h"

#define WEBAUTHN_ID_MAX 1023 /* bytes of a credential's id */
#define WEBAUTHN_CLIENT_DATA_MAX 4096
#define WEBAUTHN_AUTH_DATA_MAX 4096
#define WEBAUTHN_ATTESTATION_MAX (12 * 1024)
#define WEBAUTHN_SIGNATURE_MAX 256
#define WEBAUTHN_RP_MAX 253 /* characters of a site's name */

enum webauthn_result {
	WEBAUTHN_OK,
	WEBAUTHN_MALFORMED,    /* no JSON or CBOR of this form */
	WEBAUTHN_TYPE,	       /* made where one was to be used, or so */
	WEBAUTHN_CHALLENGE,    /* an answer to another question */
	WEBAUTHN_ORIGIN,       /* another site asked */
	WEBAUTHN_CROSS_ORIGIN, /* in a frame of another site */
	WEBAUTHN_RP,	       /* a key for another site */
	WEBAUTHN_NOT_PRESENT,  /* nobody touched it */
	WEBAUTHN_NOT_VERIFIED, /* it did not ask who that is */
	WEBAUTHN_FLAGS,	       /* it contradicts itself */
	WEBAUTHN_ALGORITHM,    /* neither ES256 nor Ed25519 */
	WEBAUTHN_KEY,	       /* no key, or a point off its curve */
	WEBAUTHN_SIGNATURE,
	WEBAUTHN_RESULTS
};

struct webauthn_bytes {
	const unsigned char *data;
	size_t len;
};

/* What an answer must fit. */
struct webauthn_expect {
	struct webauthn_bytes challenge;
	const char *rp_id;  /* the site's host, without a port */
	const char *origin; /* whose page it is; NULL: one of that host */
	bool verified;	    /* it must have asked who the person is */
};

struct webauthn_key {
	enum signature_kind kind;
	unsigned char bytes[SIGNATURE_KEY_MAX];
};

/* What is kept of a new one. */
struct webauthn_new {
	unsigned char id[WEBAUTHN_ID_MAX];
	size_t id_len;
	struct webauthn_key key;
	uint32_t count;
};

/* Was the program built with libcbor? */
bool webauthn_available(void);

/* What a verdict means, in some words for the log. */
const char *webauthn_result_str(enum webauthn_result r);

/*
 * A new passkey: clientDataJSON and attestationObject (section 7.1). `out` is
 * filled on WEBAUTHN_OK alone.
 */
enum webauthn_result webauthn_register(const struct webauthn_expect *expect,
    struct webauthn_bytes client_data, struct webauthn_bytes attestation,
    struct webauthn_new *out);

/*
 * One that was used: clientDataJSON, authenticatorData and signature (section
 * 7.2). *count becomes its counter on WEBAUTHN_OK.
 */
enum webauthn_result webauthn_assert(const struct webauthn_expect *expect,
    const struct webauthn_key *key, struct webauthn_bytes client_data,
    struct webauthn_bytes auth_data, struct webauthn_bytes signature,
    uint32_t *count);

/*
 * May the counter follow the one that is stored? One that does not count is
 * zero for ever, as where keys are copied between a person's devices; one that
 * went back is a copy (section 6.1.1).
 */
bool webauthn_count_fits(uint32_t stored, uint32_t count);

#endif
