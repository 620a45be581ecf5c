/* SPDX-License-Identifier: MIT */
/*
 * GET api/session: who is signed in, until when, and the limits that the page
 * must know.
 */
#include "config.h"

#include <string.h>

#include "confab/api/route.h"
#include "confab/base/crypto.h"
#include "confab/identity/credentials.h"
#include "confab/identity/passkey.h"

#include "route_relay.h"
#include "confab/tool/servers.h"

static const char *
auth_name(const struct route_call *c)
{
	return c->settings->config->auth == AUTH_REMOTE_USER ? "remote_user"
							     : "password";
}

/* What the page must know of second factors: whether they are used, whether the
 * person has one, how many recovery codes are left, and how many passkeys. */
static void
factor_json(struct route_call *c)
{
	static const char *const modes[] = { "off", "optional", "required" };
	const struct config *config = c->settings->config;
	struct buf *b = &c->response->body;
	struct users_entry u;

	if (config->auth != AUTH_PASSWORD ||
	    !credentials_find(c->settings->credentials, c->session.user, &u))
		return;
	buf_printf(b,
	    ",\"second_factor\":{\"mode\":\"%s\",\"set\":%s,"
	    "\"recovery_codes\":%u",
	    modes[config->second_factor], u.factor.set ? "true" : "false",
	    u.factor.n_recovery);
	if (passkey_used(config))
		buf_printf(b, ",\"passkeys\":%u", u.n_passkeys);
	buf_putc(b, '}');
	crypto_wipe(&u, sizeof(u));
}

/* The administrator's words for the empty conversation. */
static void
welcome_json(const struct config_welcome *w, struct buf *b)
{
	buf_puts(b, "{\"language\":");
	buf_json(b, w->language, strlen(w->language));
	buf_puts(b, ",\"text\":");
	buf_json(b, w->text != NULL ? w->text : "",
	    w->text != NULL ? strlen(w->text) : 0);
	buf_puts(b, ",\"suggestions\":[");
	for (size_t i = 0; i < w->suggestions.n; i++) {
		const char *title = w->suggestions.words[i], *text;
		size_t len;

		text = config_suggestion(title, &len);
		buf_puts(b, i > 0 ? ",{\"title\":" : "{\"title\":");
		buf_json(b, title, len);
		buf_puts(b, ",\"text\":");
		buf_json(b, text, strlen(text));
		buf_putc(b, '}');
	}
	buf_puts(b, "]}");
}

static void
welcomes_json(const struct config *config, struct buf *b)
{
	for (size_t i = 0; i < config->n_welcomes; i++) {
		buf_puts(b, i > 0 ? "," : ",\"welcome\":[");
		welcome_json(&config->welcomes[i], b);
	}
	if (config->n_welcomes > 0)
		buf_putc(b, ']');
}

void
route_session_json(struct route_call *c)
{
	const struct config_limits *l = &c->settings->config->limits;
	const struct config_timeouts *t = &c->settings->config->timeouts;
	struct buf *b = &c->response->body;
	const struct config_quota q =
	    config_quota_of(c->settings->config, c->session.groups);
	bool resume = !c->service->cgi && t->grace > 0;
	char budget[ROUTE_BUDGET_MAX];

	if (route_budget(c, budget))
		response_header(c->response, "Confab-Budget", budget);
	buf_puts(b, "{\"user\":{\"name\":");
	buf_json(b, c->session.user, strlen(c->session.user));
	buf_puts(b, "},\"expires_at\":");
	if (c->session.expires_at > 0)
		buf_printf(b, "%lld", (long long)c->session.expires_at);
	else
		buf_puts(b, "null");
	buf_printf(b, ",\"auth\":\"%s\"", auth_name(c));
	buf_printf(b, ",\"transcription\":%s",
	    config_may_transcribe(c->settings->config, c->session.groups)
		? "true"
		: "false");
	if (tool_servers_prompts(c->settings->config, c->session.user,
		c->session.groups))
		buf_puts(b, ",\"prompts\":true");
	if (tool_servers_resources(c->settings->config, c->session.user,
		c->session.groups))
		buf_puts(b, ",\"resources\":true");
	factor_json(c);
	route_news_json(&c->session, b);
	if (c->settings->config->tokens_file != NULL)
		buf_puts(b, ",\"tokens\":true");
	if (c->settings->config->model_titles)
		buf_puts(b, ",\"titles\":true");
	welcomes_json(c->settings->config, b);
	buf_printf(b,
	    ",\"limits\":{\"max_body_bytes\":%zu,"
	    "\"max_messages\":%zu,\"streams_per_user\":%u,"
	    "\"requests_per_minute\":%u,\"tokens_per_day\":%llu,"
	    "\"resume\":%s,\"grace_seconds\":%u,\"ring_bytes\":%zu",
	    l->body, l->messages, q.streams_per_user, q.requests_per_minute,
	    (unsigned long long)q.tokens_per_day, resume ? "true" : "false",
	    resume ? t->grace / 1000 : 0, resume ? l->ring_per_stream : 0);
	if (resume && c->service->relay != NULL &&
	    relay_name(c->service->relay)[0] != '\0')
		buf_printf(b, ",\"worker\":\"%s\"",
		    relay_name(c->service->relay));
	buf_puts(b, "}}");
}

/* Nobody is signed in; the page asks with probe=1 for an answer that is no
 * error, because browsers write every error of a fetch to the console. */
static void
nobody(struct route_call *c, const struct api_error *err)
{
	struct buf *b = &c->response->body;
	char probe[4];

	if (err->status == 401 &&
	    request_query(c->request, "probe", probe, sizeof(probe)) &&
	    strcmp(probe, "1") == 0) {
		buf_printf(b, "{\"user\":null,\"auth\":\"%s\"%s}", auth_name(c),
		    passkey_used(c->settings->config) ? ",\"passkeys\":true"
						      : "");
		return;
	}
	response_error(c->response, err);
	/* One more member: whether a password form makes sense. */
	buf_truncate(b, b->len - 1);
	buf_printf(b, ",\"auth\":\"%s\"}", auth_name(c));
}

void
api_session(struct route_call *c)
{
	struct session_input in;
	struct api_error err;

	route_session_input(c, &in);
	if (session_authenticate(c->service->identity, c->settings, &in,
		&c->session, &err) == -1) {
		nobody(c, &err);
		return;
	}
	if (c->session.set_cookie[0] != '\0')
		response_header(c->response, "Set-Cookie",
		    c->session.set_cookie);
	route_session_json(c);
}
