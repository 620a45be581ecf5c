/* SPDX-License-Identifier: MIT */
/*
 * The session token: what the cookie carries. Pure: no clock, no file, no
 * random bytes of its own.
 *
 * A token is the unpadded base64url (RFC 4648, section 5) of
 *
 *	version, fields, MAC
 *
 * The version is one byte. Each field is one byte of length and that many
 * bytes, in this order: key id, user, session id (16), issued (8), last seen
 * (8), expires (8), credential generation (16); times are big-endian
 * milliseconds since 1970. The MAC is HMAC-SHA256 over a fixed label and all
 * bytes before it.
 *
 * token_open() looks at no field before a key has verified the MAC, and a
 * text has exactly one spelling: a changed bit anywhere is a refusal.
 */
#ifndef CONFAB_IDENTITY_TOKEN_H
#define CONFAB_IDENTITY_TOKEN_H

#include <stddef.h>
#include <stdint.h>

#define TOKEN_USER_MAX 64 /* bytes of a user's name */
#define TOKEN_KEY_ID_MAX 16
#define TOKEN_KEY_LEN 32
#define TOKEN_SESSION_LEN 16
#define TOKEN_GENERATION_LEN 16
#define TOKEN_KEYS_MAX 16  /* keys that token_open() tries */
#define TOKEN_TEXT_MAX 235 /* characters of the longest token */

struct token_key {
	char id[TOKEN_KEY_ID_MAX + 1];
	unsigned char key[TOKEN_KEY_LEN];
};

struct token_fields {
	char key_id[TOKEN_KEY_ID_MAX + 1];
	char user[TOKEN_USER_MAX + 1];
	unsigned char session[TOKEN_SESSION_LEN];
	int64_t issued;	 /* ms since 1970; never renewed */
	int64_t seen;	 /* ms, of the last renewal */
	int64_t expires; /* ms, the absolute end */
	unsigned char generation[TOKEN_GENERATION_LEN];
};

enum token_result {
	TOKEN_OK,
	TOKEN_MALFORMED, /* no base64url, or too short or too long */
	TOKEN_FORGED,	 /* no key verifies it */
	TOKEN_INVALID	 /* well signed, but not a token of this form */
};

/*
 * Writes the token signed with `key` (t->key_id is ignored). Returns its
 * length, or -1 when a field is out of its bounds or libcrypto fails.
 */
int token_make(const struct token_fields *t, const struct token_key *key,
    char out[TOKEN_TEXT_MAX + 1]);

/*
 * Verifies text[0..len) with each of the keys and, only when one fits, reads
 * the fields into `out`. On anything but TOKEN_OK `out` is all zero.
 */
enum token_result token_open(const char *text, size_t len,
    const struct token_key *keys, size_t n_keys, struct token_fields *out);

#endif
