/* SPDX-License-Identifier: MIT */
/*
 * Access tokens that a person makes, where the administrator allows it
 * (own_tokens in confab.conf): with the password again, because a token outlives
 * the session that made it, and never for longer than own_tokens_lifetime.
 */
#ifndef CONFAB_IDENTITY_OWN_TOKENS_H
#define CONFAB_IDENTITY_OWN_TOKENS_H

#include "confab/identity/access_tokens.h"
#include "confab/identity/login.h"

struct shared_state;

/* The last use of a token. */
struct own_use {
	int64_t at;			   /* s since 1970; 0: none is known */
	char network[SESSION_NETWORK_MAX]; /* "192.0.2.0/24"; "": none */
};

/* What is known of the use of the token of that id. */
void own_use_of(struct shared_state *st, const char *token,
    struct own_use *out);

/* Notes that a token is used. For session.c. */
void own_tokens_used(struct identity *id, const struct session_input *in,
    const char *token);

/*
 * Makes the token that `t` describes (label, expiry, limits) for the session's
 * user; `proof` has the password, and is not looked at where the web server
 * signs people in. `text` is the only copy. Returns 0, or -1 with err: 404
 * not_found where none may be made, 400 invalid_request, 409 tokens_full, and
 * those of login_password() for a wrong password.
 */
int own_tokens_make(struct identity *id, struct settings *s,
    const struct session_input *in, const struct session_info *session,
    const struct login_proof *proof, struct access_token *t,
    char text[ACCESS_TOKEN_MAX + 1], struct api_error *err);

/* Ends one of the session's user. Returns 0, or -1 with err: 404
 * token_not_found. */
int own_tokens_end(struct settings *s, const struct session_input *in,
    const struct session_info *session, const char *id, struct api_error *err);

#endif
