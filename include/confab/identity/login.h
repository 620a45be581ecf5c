/* SPDX-License-Identifier: MIT */
/*
 * A password becomes a session: throttled, rationed, compared, recorded.
 */
#ifndef CONFAB_IDENTITY_LOGIN_H
#define CONFAB_IDENTITY_LOGIN_H

#include <stddef.h>

#include "confab/identity/session.h"

/*
 * Checks a password and starts a session; writes the audit line. `name` and
 * `password` have lengths because they may be anything. Returns 0 with a
 * session whose set_cookie is filled, or -1 with err: 401 invalid_credentials,
 * 403 account_disabled, account_expired or password_change_required (only
 * when the password was right), 429 too_many_attempts, 503 busy (the last two
 * with retry_after), 404 not_found with auth = remote_user.
 */
int login_password(struct identity *id, struct settings *s,
    const struct session_input *in, const char *name, size_t name_len,
    const char *password, size_t password_len, struct session_info *out,
    struct api_error *err);

/*
 * Changes a password and starts a new session; all others of the user end.
 * `name` is the session's user or, after password_change_required, what the
 * login was tried with. Errors as login_password(), 400 weak_password with
 * param "new" for a password that will not do, and 409 password_conflict
 * when the user's line was changed between the comparison and the store.
 */
int login_change_password(struct identity *id, struct settings *s,
    const struct session_input *in, const char *name, size_t name_len,
    const char *current, size_t current_len, const char *new_password,
    size_t new_len, struct session_info *out, struct api_error *err);

#endif
