/* SPDX-License-Identifier: MIT */
/* An attempt to prove who one is: counted before it is looked at. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "confab/base/crypto.h"
#include "confab/base/log.h"
#include "confab/identity/audit.h"
#include "confab/identity/credentials.h"
#include "confab/identity/identity.h"
#include "confab/identity/throttle.h"

#include "attempt.h"
#include "hash_slots.h"

#define BUSY_AGAIN 1   /* s after which a full queue is tried again */
#define MEMORY_AGAIN 5 /* s after which memory is hoped for */

/*
 * A name that nobody can have becomes the empty one, which nobody has: it costs
 * what an unknown one does, and is counted.
 */
void
attempt_start(struct attempt *a, struct identity *id, struct settings *s,
    const struct session_input *in, const struct login_proof *proof,
    enum attempt_purpose purpose)
{
	memset(a, 0, sizeof(*a));
	a->id = id;
	a->settings = s;
	a->in = in;
	a->proof = proof;
	a->purpose = purpose;
	if (users_name_valid(proof->name, proof->name_len))
		memcpy(a->name, proof->name, proof->name_len);
}

static int
busy(struct api_error *err, unsigned again)
{
	api_error_set(err, 503, "busy",
	    "Too many people are signing in at this moment.");
	err->retry_after = again;
	return -1;
}

int
attempt_busy(struct api_error *err)
{
	return busy(err, MEMORY_AGAIN);
}

/* Is there a login here, and is this one no penalty's? */
static int
look(struct attempt *a, struct api_error *err)
{
	const struct config *c = a->settings->config;

	if (c->auth != AUTH_PASSWORD || a->settings->credentials == NULL ||
	    a->settings->keyring == NULL)
		return api_error_set(err, 404, "not_found",
		    "Passwords are not used here.");
	if (identity_check(a->id, err) != 0)
		return -1;
	if (throttle_login_check(a->id->state, a->in->address, a->name, err) ==
	    0)
		return 0;
	audit_log(AUDIT_LOGIN_REFUSED, a->in->address, a->name, NULL);
	return -1;
}

/* Takes a slot, after a look at the penalties. */
int
attempt_enter(struct attempt *a, struct api_error *err)
{
	if (look(a, err) != 0)
		return -1;
	if (hash_slots_take(a->id->slots) != 0) {
		audit_log(AUDIT_LOGIN_BUSY, a->in->address, a->name, NULL);
		return busy(err, BUSY_AGAIN);
	}
	return 0;
}

static int
begin(struct attempt *a, struct api_error *err)
{
	if (throttle_login_begin(a->id, &a->settings->config->throttle,
		a->in->address, a->name, err) == 0)
		return 0;
	audit_log(AUDIT_LOGIN_REFUSED, a->in->address, a->name, NULL);
	return -1;
}

int
attempt_count(struct attempt *a, struct api_error *err)
{
	return look(a, err) == 0 ? begin(a, err) : -1;
}

int
attempt_wrong(struct attempt *a, const char *detail, struct api_error *err)
{
	audit_log(AUDIT_LOGIN_FAILED, a->in->address, a->name, detail);
	throttle_login_bad(a->id->state, a->in->address, a->name);
	if (a->proof->password == NULL)
		return api_error_set(err, 401, "invalid_passkey",
		    "This passkey is not good here, or came too late.");
	return api_error_set(err, 401, "invalid_credentials",
	    a->proof->passkey.id.s != NULL
		? "The user name, the password or the passkey is wrong."
		: a->proof->code != NULL
		? "The user name, the password or the code is wrong."
		: "The user name or the password is wrong.");
}

/* It is neither good nor bad: nothing was counted. */
static void
undo(struct attempt *a)
{
	throttle_login_undo(a->id, &a->settings->config->throttle,
	    a->in->address, a->name);
}

static int
good(struct attempt *a)
{
	throttle_login_good(a->id, &a->settings->config->throttle,
	    a->in->address, a->name);
	return 0;
}

int
attempt_failed(struct attempt *a, struct api_error *err)
{
	undo(a);
	return api_error_set(err, 500, "internal_error",
	    "The second factor could not be checked; the administrator's log "
	    "says why.");
}

/* The password was right: asks for the second factor, where there is one. */
static int
check_factor(struct attempt *a, struct api_error *err)
{
	const struct login_proof *proof = a->proof;
	const char *why;

	if (a->purpose == ATTEMPT_SETUP && a->user.factor.set) {
		undo(a);
		return api_error_set(err, 409, "second_factor_exists",
		    "There is a second factor already; it must be removed "
		    "first.");
	}
	/* The code and the passkey of a setup are those of the new one. */
	if (proof->in_session ||
	    ((a->purpose == ATTEMPT_SETUP || a->purpose == ATTEMPT_ADD) &&
		!second_factor_has(&a->user)))
		return good(a);
	a->factor = second_factor_check(a->id, a->settings, &a->user, proof,
	    a->in->now, &why);
	switch (a->factor) {
	case SECOND_FACTOR_ASKED:
		undo(a);
		audit_log(AUDIT_FACTOR_ASKED, a->in->address, a->name, NULL);
		return api_error_set(err, 401, "second_factor_required",
		    "The second factor is needed, too.");
	case SECOND_FACTOR_WRONG:
		return attempt_wrong(a, why, err);
	case SECOND_FACTOR_FAILED:
		return attempt_failed(a, err);
	case SECOND_FACTOR_SPENT:
		/* Not only logins spend one. */
		audit_log(AUDIT_FACTOR, a->in->address, a->name,
		    "recovery code used");
		return good(a);
	default:
		return good(a);
	}
}

/* Tells why a right password does not open the door. */
static int
explain(struct attempt *a, enum credentials_result r, struct api_error *err)
{
	/* Without the second factor it is not yet known who this is. */
	if (second_factor_has(&a->user) && a->factor != SECOND_FACTOR_ALONE)
		undo(a);
	else
		(void)good(a);
	switch (r) {
	case CREDENTIALS_DISABLED:
		api_error_set(err, 403, "account_disabled",
		    "This account is disabled.");
		break;
	case CREDENTIALS_EXPIRED:
		api_error_set(err, 403, "account_expired",
		    "This account has expired.");
		break;
	case CREDENTIALS_UNINVITED:
		api_error_set(err, 403, "invitation_over",
		    "This invitation is over.");
		break;
	default:
		api_error_set(err, 403, "password_change_required",
		    "A new password must be set first.");
	}
	audit_log(AUDIT_LOGIN_FAILED, a->in->address, a->name, err->code);
	return -1;
}

int
attempt_compare(struct attempt *a, struct api_error *err)
{
	const struct config *c = a->settings->config;
	enum credentials_result r;

	if (begin(a, err) != 0)
		return -1;
	r = credentials_verify(a->settings->credentials, &c->password, a->name,
	    a->proof->password, a->proof->password_len, a->in->now, &a->user);
	switch (r) {
	case CREDENTIALS_NO_MEMORY:
		undo(a);
		log_msg(LOG_LEVEL_ERROR, "out of memory for a password's hash");
		return attempt_busy(err);
	case CREDENTIALS_WRONG:
		return attempt_wrong(a, NULL, err);
	case CREDENTIALS_OK:
		return check_factor(a, err);
	case CREDENTIALS_CHANGE:
		if (a->purpose == ATTEMPT_PASSWORD)
			return check_factor(a, err);
		return explain(a, r, err);
	default:
		return explain(a, r, err);
	}
}

int
attempt_may_enter(struct attempt *a, struct api_error *err)
{
	enum credentials_result r = credentials_state(&a->user, a->in->now);

	return r == CREDENTIALS_OK ? good(a) : explain(a, r, err);
}

int
attempt_prove(struct attempt *a, struct api_error *err)
{
	int rc;

	if (a->settings->config->second_factor == SECOND_FACTOR_OFF)
		return api_error_set(err, 404, "not_found",
		    "Second factors are not used here.");
	if (attempt_enter(a, err) != 0)
		return -1;
	rc = attempt_compare(a, err);
	hash_slots_give(a->id->slots);
	return rc;
}

void
attempt_record(const struct attempt *a, const struct session_info *session)
{
	static const char *const how[] = {
		[SECOND_FACTOR_GOOD] = "second factor",
		[SECOND_FACTOR_PASSKEY] = "passkey",
		[SECOND_FACTOR_ALONE] = "passkey alone",
		[SECOND_FACTOR_FAILED] = NULL,
	};
	char detail[96] = "";

	if (a->factor == SECOND_FACTOR_SPENT)
		snprintf(detail, sizeof(detail), "recovery code, %u left",
		    a->user.factor.n_recovery);
	else if (how[a->factor] != NULL)
		snprintf(detail, sizeof(detail), "%s", how[a->factor]);
	if (session->new_network)
		snprintf(detail + strlen(detail),
		    sizeof(detail) - strlen(detail), "%snew network",
		    detail[0] != '\0' ? ", " : "");
	audit_log(AUDIT_LOGIN, a->in->address, a->name,
	    detail[0] != '\0' ? detail : NULL);
}

int
attempt_session(struct attempt *a, struct session_info *out,
    struct api_error *err)
{
	const struct users_entry before = a->user;
	const struct users_entry *now = &a->user;

	/* One that was set up meanwhile was not asked for. */
	if (!credentials_find(a->settings->credentials, a->name, &a->user) ||
	    now->factor.set != before.factor.set ||
	    memcmp(now->factor.secret, before.factor.secret,
		sizeof(before.factor.secret)) != 0 ||
	    now->n_passkeys != before.n_passkeys ||
	    memcmp(now->passkeys, before.passkeys, sizeof(before.passkeys)) !=
		0)
		return api_error_set(err, 401, "not_authenticated",
		    "Sign in to do this.");
	if (second_factor_due(a->settings->config, &a->user))
		return api_error_set(err, 403, "second_factor_setup_required",
		    "A second factor must be set up first.");
	return session_issue(a->id, a->settings, &a->user, a->in, out, err);
}

int
attempt_stored(int result, const char *what, const char *cause,
    struct api_error *err)
{
	if (result == CREDENTIALS_STORED)
		return 0;
	/* Whose change came first is the one that counts: this one was made by
	 * somebody who had not seen it. */
	if (result == CREDENTIALS_STORE_STALE)
		return api_error_set(err, 409, "password_conflict",
		    "The account was changed at the same moment. Sign in "
		    "again.");
	log_msg(LOG_LEVEL_ERROR, "%s was not stored: %s", what, cause);
	return api_error_set(err, 500, "internal_error",
	    "The change could not be stored; the administrator's log says "
	    "why.");
}
