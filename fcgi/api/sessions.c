/* SPDX-License-Identifier: MIT */
/*
 * GET api/sessions: the sessions of who asks; DELETE api/sessions/ID: the end
 * of one; DELETE api/sessions: the end of all but this one.
 */
#include "config.h"

#include <string.h>

#include "confab/api/route.h"
#include "confab/base/crypto.h"
#include "confab/identity/audit.h"
#include "confab/identity/credentials.h"
#include "confab/identity/own_sessions.h"

/* "name":"value", or null. */
static void
text(struct buf *b, const char *name, const char *value)
{
	buf_printf(b, ",\"%s\":", name);
	if (value == NULL || value[0] == '\0')
		buf_puts(b, "null");
	else
		buf_json(b, value, strlen(value));
}

static void
put(struct buf *b, const struct own_session *s, bool current)
{
	buf_printf(b, "{\"id\":\"%s\",\"current\":%s", s->id,
	    current ? "true" : "false");
	text(b, "browser", s->browser);
	text(b, "system", s->system);
	text(b, "network", s->network);
	buf_printf(b,
	    ",\"new_network\":%s,\"first_seen\":%lld,\"last_seen\":%lld}",
	    s->new_network ? "true" : "false", (long long)s->first,
	    (long long)s->seen);
}

void
route_news_json(const struct session_info *session, struct buf *b)
{
	if (session->n_news == 0)
		return;
	buf_puts(b, ",\"new_networks\":[");
	for (size_t i = 0; i < session->n_news; i++) {
		const struct session_news *n = &session->news[i];

		buf_printf(b, "%s{\"at\":%lld", i > 0 ? "," : "",
		    (long long)n->at);
		text(b, "network", n->network);
		text(b, "browser", n->browser);
		text(b, "system", n->system);
		buf_putc(b, '}');
	}
	buf_putc(b, ']');
}

/* The user's line, for who came with a cookie: a script's token is not to end
 * sessions, and those of the web server's own login are not ours. */
static bool
find_user(struct route_call *c, struct users_entry *u)
{
	if (c->session.via == SESSION_COOKIE &&
	    c->settings->credentials != NULL &&
	    credentials_find(c->settings->credentials, c->session.user, u))
		return true;
	route_fail(c, 400, "invalid_request",
	    "Only who has signed in here has sessions here.");
	return false;
}

void
api_sessions(struct route_call *c)
{
	struct own_session all[OWN_SESSIONS_MAX];
	struct buf *b = &c->response->body;
	struct users_entry u;
	size_t n;

	if (!find_user(c, &u))
		return;
	n = own_sessions_list(c->service->identity->state, c->settings->config,
	    &u, c->now, all);
	buf_puts(b, "{\"sessions\":[");
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_putc(b, ',');
		put(b, &all[i],
		    memcmp(all[i].session, c->session.id,
			sizeof(c->session.id)) == 0);
	}
	buf_puts(b, "]}");
	crypto_wipe(&u, sizeof(u));
}

void
api_session_end(struct route_call *c)
{
	struct own_session ended;
	struct users_entry u;

	if (!find_user(c, &u))
		return;
	switch (own_sessions_end(c->service->identity->state,
	    c->settings->config, &u, c->rest, c->now, &ended)) {
	case 1:
		audit_log(AUDIT_SESSION, c->request->remote_addr, u.name,
		    ended.network);
		c->response->status = 204;
		break;
	case 0:
		route_fail(c, 404, "session_not_found",
		    "There is no such session any more.");
		break;
	default:
		route_fail(c, 500, "internal_error",
		    "The session could not be ended.");
	}
	crypto_wipe(&u, sizeof(u));
}

void
api_sessions_end(struct route_call *c)
{
	struct session_input in;
	struct api_error err;

	/* Instead of a cookie that the check before may have renewed. */
	buf_reset(&c->response->headers);
	route_session_input(c, &in);
	if (session_end_others(c->service->identity, c->settings, &in,
		&c->session, &err) == -1) {
		response_error(c->response, &err);
		return;
	}
	response_header(c->response, "Set-Cookie", c->session.set_cookie);
	c->response->status = 204;
}
