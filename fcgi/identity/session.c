/* SPDX-License-Identifier: MIT */
/* Who makes a request, and how a session begins, is renewed and ends. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "confab/base/clock.h"
#include "confab/base/crypto.h"
#include "confab/base/log.h"
#include "confab/identity/access_tokens.h"
#include "confab/identity/audit.h"
#include "confab/identity/credentials.h"
#include "confab/identity/identity.h"
#include "confab/identity/keyring.h"
#include "confab/identity/name.h"
#include "confab/identity/own_sessions.h"
#include "confab/identity/own_tokens.h"
#include "confab/identity/session.h"
#include "confab/state/shared_sessions.h"

#include "cookie.h"
#include "second_factor.h"

_Static_assert(SESSION_TOKEN_MAX == ACCESS_TOKEN_ID_MAX, "an id fits");
_Static_assert(TOKEN_SESSION_LEN == SHARED_SESSION_LEN,
    "a session has one name in a cookie and in the shared state");

#define RENEW_MAX 3600 /* s of age at which a cookie is renewed */
#define BEARER "Bearer "

static int64_t
min64(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int
not_authenticated(struct api_error *err)
{
	return api_error_set(err, 401, "not_authenticated",
	    "Sign in to do this.");
}

/* Writes the Set-Cookie value of a token and what the session says of it. */
static int
set_cookie(const struct config *c, const struct token_fields *t,
    const struct token_key *key, int64_t now, struct session_info *out)
{
	char text[TOKEN_TEXT_MAX + 1];
	int64_t end = min64(t->expires, t->seen + c->session.idle * 1000LL);
	int n = -1;

	if (token_make(t, key, text) > 0)
		n = snprintf(out->set_cookie, sizeof(out->set_cookie),
		    "%s=%s; Path=/; Max-Age=%" PRId64
		    "; Secure; HttpOnly; SameSite=Strict",
		    c->session.cookie_name, text, end / 1000 - now);
	crypto_wipe(text, sizeof(text));
	if (n < 0 || n >= (int)sizeof(out->set_cookie)) {
		out->set_cookie[0] = '\0';
		return -1;
	}
	out->expires_at = end / 1000;
	return 0;
}

static void
clear_cookie(const struct config *c, char out[SESSION_COOKIE_MAX])
{
	snprintf(out, SESSION_COOKIE_MAX,
	    "%s=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Strict",
	    c->session.cookie_name);
}

static void
from_token(const struct token_fields *t, struct session_info *out)
{
	memset(out, 0, sizeof(*out));
	memcpy(out->user, t->user, sizeof(out->user));
	memcpy(out->id, t->session, sizeof(out->id));
	out->via = SESSION_COOKIE;
	out->ends_ms = t->expires;
}

/* The groups that the user's line has. */
static config_group_set
groups_of(const struct settings *s, const struct users_entry *u)
{
	return config_groups_of(&s->config->groups, u->groups,
	    strlen(u->groups), ',');
}

/* When a session begins, in ms: at this moment of the second that `now` is. A
 * full second would be older than what this or another host ended in it. */
static uint64_t
moment(int64_t now)
{
	int64_t ms = clock_wall_ms();

	return (uint64_t)(ms / 1000 == now ? ms : now * 1000);
}

/* Makes a session that ends at `expires` (ms) at the latest. */
static int
issue(struct identity *id, struct settings *s, const struct users_entry *user,
    const struct session_input *in, int64_t expires, struct session_info *out,
    struct api_error *err)
{
	int64_t now = in->now;
	int64_t first = expires / 1000 - s->config->session.absolute;
	struct keyring_keys keys;
	struct token_fields t;
	int rc = -1;

	memset(&t, 0, sizeof(t));
	memcpy(t.user, user->name, sizeof(t.user));
	t.seen = now * 1000;
	t.issued =
	    (int64_t)shared_state_issue(id->state, user->name, moment(now));
	t.expires = expires;
	credentials_generation(user, t.generation);
	keyring_keys(s->keyring, &keys);
	if (crypto_random(t.session, sizeof(t.session)) == 0) {
		from_token(&t, out);
		out->groups = groups_of(s, user);
		rc = set_cookie(s->config, &t, &keys.keys[0], now, out);
	}
	keyring_wipe(&keys);
	if (rc != 0)
		api_error_set(err, 500, "internal_error",
		    "The session could not be made.");
	else
		own_sessions_began(id, in, &t, min64(first, now), out);
	return rc;
}

int
session_issue(struct identity *id, struct settings *s,
    const struct users_entry *user, const struct session_input *in,
    struct session_info *out, struct api_error *err)
{
	return issue(id, s, user, in,
	    (in->now + s->config->session.absolute) * 1000, out, err);
}

/* Do the times of a token, all in ms, allow it now? */
static bool
in_time(const struct config *c, const struct token_fields *t, int64_t now)
{
	int64_t idle = c->session.idle * 1000LL;
	int64_t absolute = c->session.absolute * 1000LL;

	/*
	 * `seen` tells the issuer's clock. `issued` may be a little later when
	 * the user's sessions were just ended, and says nothing of the clock.
	 */
	return t->seen <= now + SESSION_SKEW * 1000LL && now < t->expires &&
	    now - t->seen < idle && now - t->issued < absolute;
}

/* Is the user still one who has this session? Then in which groups? */
static bool
in_force(struct identity *id, struct settings *s, const struct token_fields *t,
    int64_t now, config_group_set *groups)
{
	unsigned char generation[TOKEN_GENERATION_LEN];
	struct users_entry u;
	bool good = false;

	if (s->credentials != NULL &&
	    credentials_find(s->credentials, t->user, &u)) {
		credentials_generation(&u, generation);
		good = !u.disabled && !u.must_change &&
		    !second_factor_due(s->config, &u) &&
		    (u.expires == 0 || now < u.expires) &&
		    crypto_equal(generation, t->generation, sizeof(generation));
		*groups = groups_of(s, &u);
		crypto_wipe(&u, sizeof(u));
	}
	return good &&
	    !shared_state_revoked(id->state, t->session, t->user,
		(uint64_t)t->issued, (uint64_t)now * 1000);
}

/* Gives a token that has aged, or that an older key signed, a new cookie. */
static void
renew(const struct config *c, struct token_fields *t,
    const struct token_key *newest, int64_t now, struct session_info *out)
{
	int64_t age = min64(c->session.idle / SESSION_RENEW_PART, RENEW_MAX);

	out->expires_at =
	    min64(t->expires, t->seen + c->session.idle * 1000LL) / 1000;
	if (now * 1000 - t->seen < age * 1000 &&
	    strcmp(t->key_id, newest->id) == 0)
		return;
	t->seen = now * 1000;
	/* Without a new one the old cookie goes on. */
	(void)set_cookie(c, t, newest, now, out);
}

static bool
by_cookie(struct identity *id, struct settings *s,
    const struct session_input *in, struct session_info *out)
{
	config_group_set groups = 0;
	struct keyring_keys keys;
	const char *value;
	struct token_fields t;
	size_t len;
	bool good = false;

	if (in->cookie == NULL || s->keyring == NULL ||
	    cookie_find(in->cookie, strlen(in->cookie),
		s->config->session.cookie_name, &value, &len) != 1)
		return false;
	keyring_keys(s->keyring, &keys);
	if (token_open(value, len, keys.keys, keys.n, &t) == TOKEN_OK &&
	    in_time(s->config, &t, in->now * 1000) &&
	    in_force(id, s, &t, in->now, &groups)) {
		good = true;
		from_token(&t, out);
		out->groups = groups;
		renew(s->config, &t, &keys.keys[0], in->now, out);
		own_sessions_used(id, in, &t);
	}
	keyring_wipe(&keys);
	crypto_wipe(&t, sizeof(t));
	return good;
}

/* The text of `Authorization: Bearer TEXT`, or NULL (RFC 6750, 2.1). */
static const char *
bearer(const struct session_input *in, size_t *len)
{
	const char *p = in->authorization;

	if (p == NULL || strncasecmp(p, BEARER, strlen(BEARER)) != 0)
		return NULL;
	p += strlen(BEARER);
	while (*p == ' ')
		p++;
	*len = strnlen(p, ACCESS_TOKEN_MAX + 1);
	while (*len > 0 && p[*len - 1] == ' ')
		(*len)--;
	return p;
}

static bool
find_user(struct settings *s, const char *name, struct users_entry *out)
{
	if (s->credentials == NULL)
		return false;
	return s->config->auth == AUTH_REMOTE_USER &&
		s->config->remote_user_case == CASE_FOLD
	    ? credentials_find_folded(s->credentials, name, out)
	    : credentials_find(s->credentials, name, out);
}

/*
 * May the user whom a token or the web server names do anything? With
 * auth = remote_user the users file need not know them, and has no password
 * that could be changed; it may still shut somebody out, and say more groups.
 */
static int
check_user(struct settings *s, struct session_info *who, int64_t now,
    struct api_error *err)
{
	bool remote = s->config->auth == AUTH_REMOTE_USER;
	struct users_entry u;
	int rc = 0;

	if (!find_user(s, who->user, &u))
		return remote ? 0 : not_authenticated(err);
	if (u.disabled)
		rc = api_error_set(err, 403, "account_disabled",
		    "This account is disabled.");
	else if (u.expires > 0 && now >= u.expires)
		rc = api_error_set(err, 403, "account_expired",
		    "This account has expired.");
	else if (u.must_change && !remote)
		rc = api_error_set(err, 403, "password_change_required",
		    "Sign in and set a new password first.");
	who->groups |= groups_of(s, &u);
	crypto_wipe(&u, sizeof(u));
	return rc;
}

/*
 * Puts the name of a user in the one form that counts, users' limits included.
 * False for a name that nobody can have.
 */
static bool
take_name(const struct config *c, const char *name, struct session_info *out)
{
	char folded[NAME_FOLDED_MAX + 1];
	size_t len = strlen(name);

	memset(out, 0, sizeof(*out));
	if (!users_name_valid(name, len))
		return false;
	if (c->auth == AUTH_REMOTE_USER && c->remote_user_case == CASE_FOLD) {
		if (name_fold(name, folded) != 0 ||
		    (len = strlen(folded)) > USERS_NAME_MAX)
			return false;
		name = folded;
	}
	memcpy(out->user, name, len);
	return true;
}

static int
refuse_token(const struct session_input *in, const char *user,
    const char *detail, struct api_error *err)
{
	audit_log(AUDIT_TOKEN_REFUSED, in->address, user, detail);
	return not_authenticated(err);
}

static int
by_token(struct identity *id, struct settings *s,
    const struct session_input *in, struct session_info *out,
    struct api_error *err)
{
	char cause[CONFIG_ERROR_MAX];
	struct access_token t;
	size_t len = 0;
	const char *text = bearer(in, &len);
	int found = 0;

	if (text == NULL || s->config->tokens_file == NULL)
		return not_authenticated(err);
	found = access_tokens_find(id->tokens, s->config->tokens_file, text,
	    len, &t, cause);
	if (found < 0)
		log_msg(LOG_LEVEL_ERROR, "no access token is accepted: %s",
		    cause);
	if (found <= 0)
		return refuse_token(in, NULL, NULL, err);
	if (t.expires > 0 && in->now >= t.expires)
		return refuse_token(in, t.user, "expired", err);
	/* In the words for an unknown one: whoever found it learns nothing. */
	if (!token_limits_network(&t.limits, in->address))
		return refuse_token(in, t.user, "network", err);
	if (!take_name(s->config, t.user, out))
		return not_authenticated(err);
	if (check_user(s, out, in->now, err) != 0) {
		memset(out, 0, sizeof(*out));
		return -1;
	}
	out->via = SESSION_BEARER;
	out->expires_at = t.expires;
	memcpy(out->token, t.id, sizeof(out->token));
	out->limits = t.limits;
	own_tokens_used(id, in, t.id);
	return 0;
}

/* The groups that the web server says. It said the name, too; a header of the
 * client's says neither. */
static config_group_set
remote_groups(const struct config *c, const struct session_input *in)
{
	static const char separators[] = { [SEPARATOR_COMMA] = ',',
		[SEPARATOR_SEMICOLON] = ';',
		[SEPARATOR_BAR] = '|' };
	size_t len;

	if (in->remote_groups == NULL)
		return 0;
	len = strnlen(in->remote_groups, SESSION_GROUPS_MAX + 1);
	/* A name that is cut is not another group's. */
	if (len > SESSION_GROUPS_MAX) {
		log_msg(LOG_LEVEL_WARN,
		    "REMOTE_GROUPS is longer than %d bytes: no groups are "
		    "taken from it",
		    SESSION_GROUPS_MAX);
		return 0;
	}
	return config_groups_of(&c->groups, in->remote_groups, len,
	    separators[c->remote_groups_separator]);
}

static bool
by_remote_user(const struct config *c, const struct session_input *in,
    struct session_info *out)
{
	char shown[4 * USERS_NAME_MAX];
	const char *name = in->remote_user;

	if (name == NULL || name[0] == '\0')
		return false;
	if (!name_is_plain(name, strlen(name)) || !take_name(c, name, out)) {
		log_quote(shown, sizeof(shown), name, strlen(name));
		log_msg(LOG_LEVEL_WARN,
		    "REMOTE_USER %s is not taken for a name", shown);
		return false;
	}
	out->via = SESSION_REMOTE_USER;
	out->groups = remote_groups(c, in);
	return true;
}

int
session_authenticate(struct identity *id, struct settings *s,
    const struct session_input *in, struct session_info *out,
    struct api_error *err)
{
	memset(out, 0, sizeof(*out));
	if (identity_check(id, err) != 0)
		return -1;
	if (s->config->auth == AUTH_REMOTE_USER) {
		if (!by_remote_user(s->config, in, out))
			return by_token(id, s, in, out, err);
		if (check_user(s, out, in->now, err) == 0)
			return 0;
		memset(out, 0, sizeof(*out));
		return -1;
	}
	return by_cookie(id, s, in, out) ? 0 : by_token(id, s, in, out, err);
}

int
session_logout(struct identity *id, struct settings *s,
    const struct session_input *in, struct session_info *session,
    bool everywhere, struct api_error *err)
{
	int rc;

	if (session->via != SESSION_COOKIE)
		return api_error_set(err, 400, "invalid_request",
		    "This session is not one that can be signed out of here.");
	if (everywhere)
		rc = own_sessions_end_all(id->state, s->config, session->user);
	else
		rc = shared_state_revoke(id->state, session->id, session->user,
		    (uint64_t)clock_wall_ms(), (uint64_t)session->ends_ms);
	if (rc != 0)
		return api_error_set(err, 500, "internal_error",
		    "The session could not be ended.");
	if (!everywhere)
		shared_sessions_drop(id->state, session->user, session->id);
	clear_cookie(s->config, session->set_cookie);
	audit_log(everywhere ? AUDIT_LOGOUT_ALL : AUDIT_LOGOUT, in->address,
	    session->user, NULL);
	return 0;
}

int
session_end_others(struct identity *id, struct settings *s,
    const struct session_input *in, struct session_info *session,
    struct api_error *err)
{
	int64_t ends = session->ends_ms;
	struct users_entry u;
	int rc;

	if (session->via != SESSION_COOKIE || s->credentials == NULL)
		return api_error_set(err, 400, "invalid_request",
		    "This session is not one that can be signed out of here.");
	if (!credentials_find(s->credentials, session->user, &u))
		return not_authenticated(err);
	/* All of them, also those that no list has; then this one anew. */
	if (own_sessions_end_all(id->state, s->config, u.name) != 0)
		rc = api_error_set(err, 500, "internal_error",
		    "The sessions could not be ended.");
	else
		rc = issue(id, s, &u, in, ends, session, err);
	if (rc == 0)
		audit_log(AUDIT_SESSION, in->address, u.name, "all others");
	crypto_wipe(&u, sizeof(u));
	return rc;
}
