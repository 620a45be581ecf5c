/* SPDX-License-Identifier: MIT */
/* A person's access tokens: made, used, ended. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "confab/base/crypto.h"
#include "confab/base/log.h"
#include "confab/identity/audit.h"
#include "confab/identity/identity.h"
#include "confab/identity/own_tokens.h"
#include "confab/state/shared_uses.h"

#include "confab/base/address.h"
#include "attempt.h"
#include "hash_slots.h"

void
own_tokens_used(struct identity *id, const struct session_input *in,
    const char *token)
{
	unsigned char network[SHARED_NETWORK_LEN];

	(void)address_prefix(in->address, network);
	shared_uses_note(id->state, token, network, in->now);
}

void
own_use_of(struct shared_state *st, const char *token, struct own_use *out)
{
	unsigned char network[SHARED_NETWORK_LEN];

	memset(out, 0, sizeof(*out));
	if (shared_uses_find(st, token, &out->at, network))
		(void)address_prefix_text(network, out->network);
	else
		out->at = 0;
}

/* Is the password the user's? Counted as one of a login is. */
static int
check_password(struct identity *id, struct settings *s,
    const struct session_input *in, const struct login_proof *proof,
    struct api_error *err)
{
	struct attempt a;
	int rc;

	attempt_start(&a, id, s, in, proof, ATTEMPT_LOGIN);
	rc = attempt_enter(&a, err);
	if (rc == 0) {
		rc = attempt_compare(&a, err);
		hash_slots_give(id->slots);
	}
	crypto_wipe(&a, sizeof(a));
	return rc;
}

static int
invalid(struct api_error *err, const char *param, const char *text)
{
	api_error_set(err, 400, "invalid_request", "%s", text);
	snprintf(err->param, sizeof(err->param), "%s", param);
	return -1;
}

int
own_tokens_make(struct identity *id, struct settings *s,
    const struct session_input *in, const struct session_info *session,
    const struct login_proof *proof, struct access_token *t,
    char text[ACCESS_TOKEN_MAX + 1], struct api_error *err)
{
	const struct config *c = s->config;
	char cause[CONFIG_ERROR_MAX], detail[64];

	if (c->own_tokens == 0 || c->tokens_file == NULL)
		return api_error_set(err, 404, "not_found",
		    "Access tokens are made by the administrator here.");
	if (!users_name_valid(t->label, strlen(t->label)))
		return invalid(err, "label",
		    "A label has 1 to 64 bytes without colons and control "
		    "characters.");
	if (t->expires <= in->now ||
	    t->expires - in->now > c->own_tokens_lifetime)
		return invalid(err, "expires_at",
		    "A token has an expiry, which is not further away than "
		    "own_tokens_lifetime.");
	if (c->auth == AUTH_PASSWORD &&
	    check_password(id, s, in, proof, err) != 0)
		return -1;
	memcpy(t->user, session->user, sizeof(t->user));
	t->created = in->now;
	switch (
	    access_tokens_new(c->tokens_file, t, c->own_tokens, text, cause)) {
	case ACCESS_TOKENS_DONE:
		snprintf(detail, sizeof(detail), "%s made", t->id);
		audit_log(AUDIT_TOKEN, in->address, t->user, detail);
		return 0;
	case ACCESS_TOKENS_FULL:
		return api_error_set(err, 409, "tokens_full",
		    "You have as many access tokens as are allowed (%u).",
		    c->own_tokens);
	default:
		log_msg(LOG_LEVEL_ERROR, "no token was made: %s", cause);
		return api_error_set(err, 500, "internal_error",
		    "The token could not be stored; the administrator's log "
		    "says why.");
	}
}

int
own_tokens_end(struct settings *s, const struct session_input *in,
    const struct session_info *session, const char *id, struct api_error *err)
{
	char cause[CONFIG_ERROR_MAX], detail[64];
	struct access_token t;

	if (s->config->tokens_file == NULL)
		return api_error_set(err, 404, "token_not_found",
		    "There is no such access token.");
	switch (access_tokens_revoke(s->config->tokens_file, id, session->user,
	    &t, cause)) {
	case ACCESS_TOKENS_DONE:
		snprintf(detail, sizeof(detail), "%s revoked", t.id);
		audit_log(AUDIT_TOKEN, in->address, t.user, detail);
		return 0;
	case ACCESS_TOKENS_NONE:
		return api_error_set(err, 404, "token_not_found",
		    "There is no such access token.");
	default:
		log_msg(LOG_LEVEL_ERROR, "no token was revoked: %s", cause);
		return api_error_set(err, 500, "internal_error",
		    "The token could not be ended; the administrator's log "
		    "says why.");
	}
}
