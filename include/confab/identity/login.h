/* SPDX-License-Identifier: MIT */
/*
 * A password becomes a session: throttled, rationed, compared, recorded. Where
 * the user has a second factor, password and code are one attempt: what fails
 * is counted once, and which of the two was wrong is in the log only.
 */
#ifndef CONFAB_IDENTITY_LOGIN_H
#define CONFAB_IDENTITY_LOGIN_H

#include <stdbool.h>
#include <stddef.h>

#include "confab/identity/passkey.h"
#include "confab/identity/session.h"

/* What somebody says who they are, with lengths because it may be anything. */
struct login_proof {
	const char *name;
	size_t name_len;
	const char *password;
	size_t password_len;
	const char *code; /* of the second factor; NULL: none was given */
	size_t code_len;
	struct passkey_answer passkey; /* in the place of a code */
	/* The request has a session of this user, which a second factor was
	 * asked for. */
	bool in_session;
};

/*
 * Checks a password and starts a session; writes the audit line. Returns 0 with
 * a session whose set_cookie is filled, or -1 with err: 401
 * invalid_credentials, 401 second_factor_required (the password was right, and
 * there was no code), 403 account_disabled, account_expired,
 * password_change_required or second_factor_setup_required (only when the
 * password was right), 429 too_many_attempts, 503 busy (the last two with
 * retry_after), 404 not_found with auth = remote_user.
 */
int login_password(struct identity *id, struct settings *s,
    const struct session_input *in, const struct login_proof *proof,
    struct session_info *out, struct api_error *err);

/*
 * Changes a password and starts a new session; all others of the user end.
 * The name is the session's user or, after password_change_required, what the
 * login was tried with. Errors as login_password(), 400 weak_password with
 * param "new" for a password that will not do, and 409 password_conflict
 * when the user's line was changed between the comparison and the store.
 * second_factor_setup_required comes with the password changed already.
 */
int login_change_password(struct identity *id, struct settings *s,
    const struct session_input *in, const struct login_proof *proof,
    const char *new_password, size_t new_len, struct session_info *out,
    struct api_error *err);

/*
 * A passkey alone becomes a session: one that its owner has made to be good so,
 * and that has asked who the person is. Errors as login_password(), but 401
 * invalid_passkey, and 404 not_found where passkeys are not used.
 */
int login_passkey(struct identity *id, struct settings *s,
    const struct session_input *in, const struct login_proof *proof,
    struct session_info *out, struct api_error *err);

#endif
