/* SPDX-License-Identifier: MIT */
/*
 * Who makes a request, and the life of a session: login, renewal, end.
 *
 * No session depends on a list. The cookie says it all and is signed; what
 * ended before its time is in the shared state, and the user's line and the
 * keys are looked at with each check, so an end counts at once, in every
 * process. What a person sees of their sessions is own_sessions.h.
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
#include "confab/identity/token_limits.h"

#define SESSION_COOKIE_MAX 512 /* of a Set-Cookie value */
#define SESSION_SKEW 60	       /* s that an issuer's clock may be ahead */
#define SESSION_RENEW_PART 20  /* renewed after idle/20 s, at most an hour */
#define SESSION_TOKEN_MAX 16   /* of an access token's id */
#define SESSION_NEWS_MAX 4
#define SESSION_NETWORK_MAX 24 /* of a network's prefix as text */

struct identity;
struct users_entry;

/* Bytes of REMOTE_GROUPS; of more, no group is taken. */
#define SESSION_GROUPS_MAX 16384

/* What a request says of itself; each may be NULL. Only what the web server
 * sets: REMOTE_USER, REMOTE_GROUPS and REMOTE_ADDR, never a header of like
 * name. */
struct session_input {
	const char *cookie;	   /* HTTP_COOKIE */
	const char *authorization; /* HTTP_AUTHORIZATION */
	const char *remote_user;   /* REMOTE_USER */
	const char *remote_groups; /* REMOTE_GROUPS: of that user */
	const char *address;	   /* REMOTE_ADDR */
	const char *user_agent;	   /* HTTP_USER_AGENT; believed by nobody */
	int64_t now;		   /* clock_wall(); seconds since 1970 */
};

enum session_via { SESSION_COOKIE, SESSION_BEARER, SESSION_REMOTE_USER };

/* A login from a network that the user had not been seen in. */
struct session_news {
	char network[SESSION_NETWORK_MAX]; /* "192.0.2.0/24" */
	const char *browser, *system;	   /* "Firefox", "Linux"; may be NULL */
	int64_t at;			   /* s since 1970 */
};

struct session_info {
	char user[TOKEN_USER_MAX + 1];
	enum session_via via; /* SESSION_BEARER needs no cross-site check */
	unsigned char id[TOKEN_SESSION_LEN]; /* zero without a cookie */
	int64_t ends_ms;		     /* the cookie's absolute end */
	char token[SESSION_TOKEN_MAX + 1];   /* its id; "" without a token */
	struct token_limits limits;	     /* of the token */
	config_group_set groups;	     /* that the user is in now */
	int64_t expires_at; /* s since 1970, as api/session says it; 0:
				 * it has no end that we know */
	/* A Set-Cookie value to send with the answer; "" for none. */
	char set_cookie[SESSION_COOKIE_MAX];
	/* Of one that has just begun: whether it comes from a network that was
	 * never seen, and which others there were since the last login from
	 * here. */
	bool new_network;
	size_t n_news;
	struct session_news news[SESSION_NEWS_MAX];
};

/*
 * Says who makes the request: by the cookie; without a good one by an access
 * token; with auth = remote_user by REMOTE_USER instead of the cookie. A
 * session that has aged gets a new cookie in out->set_cookie. Returns 0, or
 * -1 with err: 401 not_authenticated, and without a cookie also 403
 * account_disabled, account_expired or password_change_required.
 */
int session_authenticate(struct identity *id, struct settings *s,
    const struct session_input *in, struct session_info *out,
    struct api_error *err);

/*
 * Ends this session, or all of the user's. out->set_cookie of `session` is
 * filled with the cookie that removes the browser's. Returns 0, or -1 with
 * err (400 invalid_request for one that no cookie carries).
 */
int session_logout(struct identity *id, struct settings *s,
    const struct session_input *in, struct session_info *session,
    bool everywhere, struct api_error *err);

/*
 * Begins a session of a user who has proved to be this one. Used by attempt.c.
 * Returns 0, or -1 with err.
 */
int session_issue(struct identity *id, struct settings *s,
    const struct users_entry *user, const struct session_input *in,
    struct session_info *out, struct api_error *err);

/*
 * Ends all of the user's sessions but this one, which goes on under another
 * number until the time that it had: `session` gets its cookie. Returns 0, or
 * -1 with err, as session_logout().
 */
int session_end_others(struct identity *id, struct settings *s,
    const struct session_input *in, struct session_info *session,
    struct api_error *err);

#endif
