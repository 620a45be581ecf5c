/* SPDX-License-Identifier: MIT */
/*
 * Who makes a request, and the life of a session: login, renewal, end.
 *
 * The server keeps no list of sessions. The cookie says it all and is signed;
 * what ended before its time is in the shared state, and the user's line and
 * the keys are looked at with each check, so an end counts at once, in every
 * process.
 */
#ifndef CONFAB_IDENTITY_SESSION_H
#define CONFAB_IDENTITY_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "confab/base/api_error.h"
#include "confab/config/config.h"
#include "confab/identity/settings.h"
#include "confab/identity/token.h"

#define SESSION_COOKIE_MAX 512 /* of a Set-Cookie value */
#define SESSION_SKEW 60	       /* s that an issuer's clock may be ahead */
#define SESSION_RENEW_PART 20  /* renewed after idle/20 s, at most an hour */

struct shared_state;
struct user;

/* What a request says of itself; each may be NULL. Only what the web server
 * sets: REMOTE_USER and REMOTE_ADDR, never a header of like name. */
struct session_input {
	const char *cookie;	   /* HTTP_COOKIE */
	const char *authorization; /* HTTP_AUTHORIZATION */
	const char *remote_user;   /* REMOTE_USER */
	const char *address;	   /* REMOTE_ADDR */
	int64_t now;		   /* clock_wall(); seconds since 1970 */
};

enum session_via { SESSION_COOKIE, SESSION_BEARER, SESSION_REMOTE_USER };

struct session {
	char user[TOKEN_USER_MAX + 1];
	enum session_via via; /* SESSION_BEARER needs no cross-site check */
	unsigned char id[TOKEN_SESSION_LEN]; /* zero without a cookie */
	int64_t ends_ms;		     /* the cookie's absolute end */
	int64_t expires_at; /* s since 1970, as api/session says it; 0:
				 * it has no end that we know */
	/* A Set-Cookie value to send with the answer; "" for none. */
	char set_cookie[SESSION_COOKIE_MAX];
};

/*
 * Opens the shared state and sets the number of hashing slots; with `cgi` they
 * are common to all CGI processes. Once a process, before the first request.
 * Returns 0, or -1 with a line in `err`.
 */
int session_start(const struct config *c, bool cgi, char err[CONFIG_ERROR_MAX]);

/* Takes over what a reload has changed of the number of hashing slots. */
void session_reload(const struct config *c);
void session_stop(void);

/* This process's shared state; NULL before session_start(). */
struct shared_state *session_state(void);

/*
 * Says who makes the request: by the cookie; without a good one by an access
 * token; with auth = remote_user by REMOTE_USER instead of the cookie. A
 * session that has aged gets a new cookie in out->set_cookie. Returns 0, or
 * -1 with err: 401 not_authenticated, and without a cookie also 403
 * account_disabled, account_expired or password_change_required.
 */
int session_authenticate(struct settings *s, const struct session_input *in,
    struct session *out, struct api_error *err);

/*
 * Checks a password and starts a session; writes the audit line. `name` and
 * `password` have lengths because they may be anything. Returns 0 with a
 * session whose set_cookie is filled, or -1 with err: 401 invalid_credentials,
 * 403 account_disabled, account_expired or password_change_required (only
 * when the password was right), 429 too_many_attempts, 503 busy (the last two
 * with retry_after), 404 not_found with auth = remote_user.
 */
int session_login(struct settings *s, const struct session_input *in,
    const char *name, size_t name_len, const char *password,
    size_t password_len, struct session *out, struct api_error *err);

/*
 * Changes a password and starts a new session; all others of the user end.
 * `name` is the session's user or, after password_change_required, what the
 * login was tried with. Errors as session_login(), and 400 weak_password
 * with param "new" for a password that will not do.
 */
int session_change_password(struct settings *s, const struct session_input *in,
    const char *name, size_t name_len, const char *current, size_t current_len,
    const char *new_password, size_t new_len, struct session *out,
    struct api_error *err);

/*
 * Ends this session, or all of the user's. out->set_cookie of `session` is
 * filled with the cookie that removes the browser's. Returns 0, or -1 with
 * err (400 invalid_request for one that no cookie carries).
 */
int session_logout(struct settings *s, const struct session_input *in,
    struct session *session, bool everywhere, struct api_error *err);

/*
 * Begins a session of a user whose password was right. Used by login.c.
 * Returns 0, or -1 with err.
 */
int session_issue(struct settings *s, const struct user *user, int64_t now,
    struct session *out, struct api_error *err);

/* The Set-Cookie value that removes the cookie. */
void session_clear_cookie(const struct config *c, char out[SESSION_COOKIE_MAX]);

#endif
