/* SPDX-License-Identifier: MIT */
/* A password becomes a session: throttled, rationed, compared, recorded. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "confab/base/crypto.h"
#include "confab/base/log.h"
#include "confab/base/utf8.h"
#include "confab/identity/audit.h"
#include "confab/identity/credentials.h"
#include "confab/identity/identity.h"
#include "confab/identity/login.h"
#include "confab/identity/password.h"
#include "confab/identity/throttle.h"

#include "hash_slots.h"

#define BUSY_AGAIN 1   /* s after which a full queue is tried again */
#define MEMORY_AGAIN 5 /* s after which memory is hoped for */

/* One attempt, with all that the steps need of it. */
struct attempt {
	struct identity *id;
	struct settings *settings;
	const struct session_input *in;
	char name[USERS_NAME_MAX + 1];
	const char *password;
	size_t password_len;
	struct users_entry user; /* once the password was right */
};

/*
 * Starts an attempt. A name that nobody can have becomes the empty one, which
 * nobody has: it costs what an unknown one does, and is counted.
 */
static void
start(struct attempt *a, struct identity *id, struct settings *s,
    const struct session_input *in, const char *name, size_t name_len)
{
	memset(a, 0, sizeof(*a));
	a->id = id;
	a->settings = s;
	a->in = in;
	if (users_name_valid(name, name_len))
		memcpy(a->name, name, name_len);
}

static int
busy(struct api_error *err, unsigned again)
{
	api_error_set(err, 503, "busy",
	    "Too many people are signing in at this moment.");
	err->retry_after = again;
	return -1;
}

/* Tells why a right password does not open the door. */
static int
explain(enum credentials_result r, struct api_error *err)
{
	switch (r) {
	case CREDENTIALS_DISABLED:
		return api_error_set(err, 403, "account_disabled",
		    "This account is disabled.");
	case CREDENTIALS_EXPIRED:
		return api_error_set(err, 403, "account_expired",
		    "This account has expired.");
	default:
		return api_error_set(err, 403, "password_change_required",
		    "A new password must be set first.");
	}
}

/* Compares, and settles what the attempt was counted as. A slot is held. */
static int
compare(struct attempt *a, bool to_change, struct api_error *err)
{
	const struct config *c = a->settings->config;
	struct shared_state *st = a->id->state;
	const char *address = a->in->address;
	enum credentials_result r;

	if (throttle_login_begin(st, &c->throttle, address, a->name, err) !=
	    0) {
		audit_log(AUDIT_LOGIN_REFUSED, address, a->name, NULL);
		return -1;
	}
	r = credentials_verify(a->settings->credentials, &c->password, a->name,
	    a->password, a->password_len, a->in->now, &a->user);
	switch (r) {
	case CREDENTIALS_NO_MEMORY:
		throttle_login_undo(st, &c->throttle, address, a->name);
		log_msg(LOG_LEVEL_ERROR, "out of memory for a password's hash");
		return busy(err, MEMORY_AGAIN);
	case CREDENTIALS_WRONG:
		audit_log(AUDIT_LOGIN_FAILED, address, a->name, NULL);
		throttle_login_bad(st, address, a->name);
		return api_error_set(err, 401, "invalid_credentials",
		    "The user name or the password is wrong.");
	default:
		throttle_login_good(st, &c->throttle, address, a->name);
	}
	if (r == CREDENTIALS_OK || (r == CREDENTIALS_CHANGE && to_change))
		return 0;
	explain(r, err);
	audit_log(AUDIT_LOGIN_FAILED, address, a->name, err->code);
	return -1;
}

/* Stores the password at the cost that is configured now. A slot is held. */
static void
rehash(struct attempt *a)
{
	const struct config *c = a->settings->config;
	char hash[USERS_HASH_MAX + 1], cause[CONFIG_ERROR_MAX];

	if (!password_outdated(&c->password, a->user.hash) ||
	    password_hash(&c->password, a->password, a->password_len, hash) !=
		0)
		return;
	if (credentials_store(a->settings->credentials, a->name, a->user.hash,
		hash, true, cause) == CREDENTIALS_STORED)
		audit_log(AUDIT_REHASH, a->in->address, a->name, NULL);
	else
		log_msg(LOG_LEVEL_WARN, "a password keeps its old hash: %s",
		    cause);
	crypto_wipe(hash, sizeof(hash));
}

/* Takes a slot, after a look at the penalties; the caller gives it back. */
static int
enter(struct attempt *a, struct api_error *err)
{
	const struct config *c = a->settings->config;

	if (c->auth != AUTH_PASSWORD || a->settings->credentials == NULL ||
	    a->settings->keyring == NULL)
		return api_error_set(err, 404, "not_found",
		    "Passwords are not used here.");
	if (throttle_login_check(a->id->state, a->in->address, a->name, err) !=
	    0) {
		audit_log(AUDIT_LOGIN_REFUSED, a->in->address, a->name, NULL);
		return -1;
	}
	if (hash_slots_take(a->id->slots) != 0) {
		audit_log(AUDIT_LOGIN_BUSY, a->in->address, a->name, NULL);
		return busy(err, BUSY_AGAIN);
	}
	return 0;
}

int
login_password(struct identity *id, struct settings *s,
    const struct session_input *in, const char *name, size_t name_len,
    const char *password, size_t password_len, struct session_info *out,
    struct api_error *err)
{
	struct attempt a;
	int rc;

	start(&a, id, s, in, name, name_len);
	a.password = password;
	a.password_len = password_len;
	if (enter(&a, err) != 0)
		return -1;
	rc = compare(&a, false, err);
	if (rc == 0)
		rehash(&a);
	hash_slots_give(id->slots);
	/* Looked up again: the session belongs to the line as it is now. */
	if (rc == 0 && !credentials_find(s->credentials, a.name, &a.user))
		rc = api_error_set(err, 401, "invalid_credentials",
		    "The user name or the password is wrong.");
	if (rc == 0)
		rc = session_issue(id, s, &a.user, in->now, out, err);
	if (rc == 0)
		audit_log(AUDIT_LOGIN, in->address, a.name, NULL);
	crypto_wipe(&a, sizeof(a));
	return rc;
}

/* Will this do as a new password? Returns 0, or -1 with err. */
static int
check_new(const struct attempt *a, const char *new_password, size_t len,
    struct api_error *err)
{
	const char *why = NULL;

	if (len < PASSWORD_MIN)
		why = "A password has at least 8 characters.";
	else if (len > PASSWORD_MAX)
		why = "A password has at most 1024 bytes.";
	else if (!utf8_valid(new_password, len) ||
	    memchr(new_password, '\0', len) != NULL)
		why = "A password is text.";
	else if (len == a->password_len &&
	    memcmp(new_password, a->password, len) == 0)
		why = "The new password is the old one.";
	else if (len == strlen(a->name) &&
	    memcmp(new_password, a->name, len) == 0)
		why = "The password is the user's name.";
	if (why == NULL)
		return 0;
	api_error_set(err, 400, "weak_password", "%s", why);
	snprintf(err->param, sizeof(err->param), "new");
	return -1;
}

/* Hashes and stores the new password. A slot is held. */
static int
store(struct attempt *a, const char *new_password, size_t len,
    struct api_error *err)
{
	const struct config *c = a->settings->config;
	char hash[USERS_HASH_MAX + 1], cause[CONFIG_ERROR_MAX];
	enum credentials_store_result r;

	if (password_hash(&c->password, new_password, len, hash) != 0)
		return busy(err, MEMORY_AGAIN);
	r = credentials_store(a->settings->credentials, a->name, a->user.hash,
	    hash, false, cause);
	crypto_wipe(hash, sizeof(hash));
	if (r == CREDENTIALS_STORED)
		return 0;
	/* Whose change came first is the one that counts: this one was made by
	 * somebody who had not seen it. */
	if (r == CREDENTIALS_STORE_STALE)
		return api_error_set(err, 409, "password_conflict",
		    "The account was changed at the same moment. Sign in "
		    "again.");
	log_msg(LOG_LEVEL_ERROR, "a new password was not stored: %s", cause);
	return api_error_set(err, 500, "internal_error",
	    "The new password could not be stored; the administrator's log "
	    "says why.");
}

int
login_change_password(struct identity *id, struct settings *s,
    const struct session_input *in, const char *name, size_t name_len,
    const char *current, size_t current_len, const char *new_password,
    size_t new_len, struct session_info *out, struct api_error *err)
{
	struct attempt a;
	int rc;

	start(&a, id, s, in, name, name_len);
	a.password = current;
	a.password_len = current_len;
	if (check_new(&a, new_password, new_len, err) != 0 ||
	    enter(&a, err) != 0)
		return -1;
	rc = compare(&a, true, err);
	if (rc == 0)
		rc = store(&a, new_password, new_len, err);
	hash_slots_give(id->slots);
	if (rc == 0)
		audit_log(AUDIT_PASSWORD, in->address, a.name, NULL);
	if (rc == 0 && !credentials_find(s->credentials, a.name, &a.user))
		rc = api_error_set(err, 401, "not_authenticated",
		    "Sign in to do this.");
	if (rc == 0)
		rc = session_issue(id, s, &a.user, in->now, out, err);
	crypto_wipe(&a, sizeof(a));
	return rc;
}
