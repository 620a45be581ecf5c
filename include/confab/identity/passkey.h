/* SPDX-License-Identifier: MIT */
/*
 * Passkeys asked and answered: a question for a browser, and what comes back,
 * as an api has it. The verdict is webauthn.h's; here are the user, the stored
 * key, the time, and that each question is answered once.
 */
#ifndef CONFAB_IDENTITY_PASSKEY_H
#define CONFAB_IDENTITY_PASSKEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "confab/base/encode.h"
#include "confab/identity/passkeys.h"
#include "confab/identity/settings.h"

struct identity;

#define PASSKEY_TIME 300       /* s that there are to answer a question */
#define PASSKEY_ANSWERS_MAX 20 /* of one user's that are looked at a minute */
#define PASSKEY_CHALLENGE_TEXT 64
#define PASSKEY_HANDLE_TEXT 43

struct passkey_text {
	const char *s; /* NULL: it was not said */
	size_t len;
};

/* What a browser says: base64url, but the two last. */
struct passkey_answer {
	struct passkey_text id; /* .s NULL: there is no answer at all */
	struct passkey_text challenge, client_data;
	struct passkey_text authenticator_data, signature, user_handle;
	struct passkey_text attestation; /* of a new one */
	char site[WEBAUTHN_RP_MAX + 1];	 /* the request's host; "": none */
	const char *origin;		 /* the request's; "": not told */
};

enum passkey_purpose { PASSKEY_CREATE, PASSKEY_SECOND, PASSKEY_ALONE };

enum passkey_verdict {
	PASSKEY_GOOD,  /* and used up */
	PASSKEY_BAD,   /* `why` says in what way, for the log */
	PASSKEY_FAILED /* it cannot be told; the log says why */
};

/* Are passkeys used here? The program can read them, the configuration has a
 * file for them, and second factors are used. */
bool passkey_used(const struct config *c);

/* A question; `user` is "" for PASSKEY_ALONE. `now`: s since 1970. 0 or -1. */
int passkey_question(struct settings *s, enum passkey_purpose purpose,
    const char *user, int64_t now, char out[PASSKEY_CHALLENGE_TEXT + 1]);

/* By what an authenticator knows a user of the site. 0 or -1. */
int passkey_handle(const char *site, const char *user,
    char out[PASSKEY_HANDLE_TEXT + 1]);

/* Whose passkey the answer names: 1 with `out`, 0 when nobody's, -1 when that
 * cannot be told; the log says why. */
int passkey_named(struct settings *s, const struct passkey_answer *a,
    struct passkey *out);

/* Is it an answer to PASSKEY_SECOND or PASSKEY_ALONE of this user? */
enum passkey_verdict passkey_check(struct identity *id, struct settings *s,
    enum passkey_purpose purpose, const struct users_entry *u,
    const struct passkey_answer *a, int64_t now, const char **why);

/* Is it a new one of this user? Fills id, key, counter and site of `out`. With
 * `verified` its owner must have been asked for. */
enum passkey_verdict passkey_take(struct identity *id, struct settings *s,
    const char *user, const struct passkey_answer *a, bool verified,
    int64_t now, struct passkey *out, const char **why);

#endif
