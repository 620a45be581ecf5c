/* SPDX-License-Identifier: MIT */
/*
 * Questions to passkeys. A challenge is signed and says what it is for, for
 * whom and until when, so that asking costs no memory and nobody can fill a
 * table by asking; one that was answered is remembered by all processes until
 * it is over. For this room.
 */
#ifndef CONFAB_IDENTITY_CHALLENGE_H
#define CONFAB_IDENTITY_CHALLENGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "confab/base/encode.h"

struct keyring;
struct shared_state;

#define CHALLENGE_LEN 48   /* bytes */
#define CHALLENGE_TIME 300 /* s that there are to answer it */
#define CHALLENGE_TEXT ENCODE_BASE64URL_LEN(CHALLENGE_LEN)

enum challenge_purpose {
	CHALLENGE_CREATE, /* a new passkey of this user */
	CHALLENGE_SECOND, /* one of this user, besides the password */
	CHALLENGE_ALONE	  /* one of anybody, instead of the password */
};

/* Makes one; `user` is "" for CHALLENGE_ALONE. `now`: s since 1970. 0 or -1. */
int challenge_make(struct keyring *k, enum challenge_purpose purpose,
    const char *user, int64_t now, unsigned char out[CHALLENGE_LEN]);

/* Is it one that was made so, and not over? */
bool challenge_good(struct keyring *k, enum challenge_purpose purpose,
    const char *user, int64_t now, const unsigned char c[CHALLENGE_LEN]);

/* Uses up one that is good: true once, in all processes of the host. */
bool challenge_use(struct shared_state *st, int64_t now,
    const unsigned char c[CHALLENGE_LEN]);

#endif
