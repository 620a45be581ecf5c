/* SPDX-License-Identifier: MIT */
/*
 * Is the code that came with a right password one of the user's second factor?
 * For this room.
 */
#ifndef CONFAB_IDENTITY_SECOND_FACTOR_H
#define CONFAB_IDENTITY_SECOND_FACTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "confab/identity/login.h"
#include "confab/identity/settings.h"
#include "confab/identity/users.h"

struct identity;

enum second_factor_result {
	SECOND_FACTOR_NONE,    /* the user has none that is asked for */
	SECOND_FACTOR_GOOD,    /* a code, which is used up now */
	SECOND_FACTOR_SPENT,   /* a recovery code, which is no more */
	SECOND_FACTOR_PASSKEY, /* a passkey besides the password */
	SECOND_FACTOR_ALONE,   /* a passkey instead of it */
	SECOND_FACTOR_ASKED,   /* no code was given */
	SECOND_FACTOR_WRONG,   /* no code of now, or one that was used */
	SECOND_FACTOR_FAILED   /* it cannot be told; the log says why */
};

/* Looks at the code or the passkey that was given, if any, and uses it up.
 * `now`: s since 1970. *why says for the log what was wrong. */
enum second_factor_result second_factor_check(struct identity *id,
    struct settings *s, const struct users_entry *u,
    const struct login_proof *proof, int64_t now, const char **why);

/* Uses up a code of this secret. False for a wrong one and a used one. */
bool second_factor_use(struct identity *id,
    const unsigned char secret[USERS_TOTP_LEN], const char *code, size_t len,
    int64_t now);

/* Has the user any second factor? */
bool second_factor_has(const struct users_entry *u);

/* Must this user set up a second factor before anything else? */
bool second_factor_due(const struct config *c, const struct users_entry *u);

#endif
