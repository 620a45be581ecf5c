/* SPDX-License-Identifier: MIT */
/*
 * GET api/tokens: the access tokens of who asks; POST: a new one; DELETE
 * api/tokens/ID: the end of one.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "confab/api/route.h"
#include "confab/base/crypto.h"
#include "confab/base/json.h"
#include "confab/base/log.h"
#include "confab/identity/own_tokens.h"

/* A script's token is not to make or end others, nor to know of them. */
static bool
is_person(struct route_call *c)
{
	if (c->session.via != SESSION_BEARER)
		return true;
	route_fail(c, 400, "invalid_request",
	    "Access tokens are made and seen by people.");
	return false;
}

static void
moment(struct buf *b, const char *name, int64_t t)
{
	buf_printf(b, ",\"%s\":", name);
	if (t > 0)
		buf_printf(b, "%lld", (long long)t);
	else
		buf_puts(b, "null");
}

static void
put(struct route_call *c, const struct access_token *t)
{
	struct buf *b = &c->response->body;
	struct own_use use;

	own_use_of(c->service->identity->state, t->id, &use);
	buf_printf(b, "{\"id\":\"%s\",\"label\":", t->id);
	buf_json(b, t->label, strlen(t->label));
	moment(b, "created", t->created);
	moment(b, "expires_at", t->expires);
	moment(b, "last_used", use.at);
	buf_puts(b, ",\"network\":");
	if (use.network[0] != '\0')
		buf_json(b, use.network, strlen(use.network));
	else
		buf_puts(b, "null");
	buf_putc(b, ',');
	token_limits_json(&t->limits, b);
	buf_putc(b, '}');
}

void
api_tokens(struct route_call *c)
{
	const struct config *config = c->settings->config;
	struct buf *b = &c->response->body;
	struct access_tokens all = { 0 };
	char cause[CONFIG_ERROR_MAX];
	const char *comma = "";

	if (!is_person(c))
		return;
	if (config->tokens_file != NULL &&
	    access_tokens_read(config->tokens_file, &all, cause) != 0) {
		log_msg(LOG_LEVEL_ERROR, "%s", cause);
		route_fail(c, 500, "internal_error",
		    "The tokens cannot be read; the administrator's log says "
		    "why.");
		return;
	}
	buf_puts(b, "{\"tokens\":[");
	for (size_t i = 0; i < all.n; i++)
		if (strcmp(all.list[i].user, c->session.user) == 0) {
			buf_puts(b, comma);
			put(c, &all.list[i]);
			comma = ",";
		}
	buf_printf(b, "],\"max\":%u,\"lifetime_seconds\":%u}",
	    config->tokens_file != NULL ? config->own_tokens : 0,
	    config->own_tokens_lifetime);
	access_tokens_clear(&all);
}

static bool
invalid(struct route_call *c, const char *name, const char *wrong)
{
	struct api_error err;

	(void)api_error_set(&err, 400, "invalid_request", "\"%s\" %s.", name,
	    wrong);
	(void)snprintf(err.param, sizeof(err.param), "%s", name);
	response_error(c->response, &err);
	return false;
}

/* A member that is a whole number, 0 where it is absent. */
static bool
number(struct route_call *c, struct json_object *body, const char *name,
    int64_t *out)
{
	struct json_object *v = json_get(body, name);

	*out = 0;
	if (v == NULL)
		return true;
	if (!json_object_is_type(v, json_type_int) ||
	    (*out = json_object_get_int64(v)) < 0 ||
	    *out > TOKEN_LIMITS_NUMBER_MAX)
		return invalid(c, name, "must be a number of at least 0");
	return true;
}

/* A member that is a list of texts, each taken by `add`. */
static bool
list(struct route_call *c, struct json_object *body, const char *name,
    struct token_limits *l,
    const char *(*add)(struct token_limits *, const char *))
{
	struct json_object *v = json_get(body, name), *one;
	const char *wrong = NULL;

	if (v == NULL)
		return true;
	if (!json_object_is_type(v, json_type_array))
		return invalid(c, name, "must be a list of texts");
	for (size_t i = 0; wrong == NULL && i < json_object_array_length(v);
	     i++) {
		one = json_object_array_get_idx(v, i);
		if (!json_object_is_type(one, json_type_string) ||
		    strlen(json_object_get_string(one)) !=
			(size_t)json_object_get_string_len(one))
			wrong = "must be a list of texts";
		else
			wrong = add(l, json_object_get_string(one));
	}
	return wrong == NULL || invalid(c, name, wrong);
}

static bool
read_token(struct route_call *c, struct json_object *body,
    struct access_token *t)
{
	struct json_object *flag = json_get(body, "read_only");
	int64_t requests, tokens;
	const char *label;
	size_t len;

	memset(t, 0, sizeof(*t));
	label = route_string(c, body, "label", true, &len);
	if (label == NULL)
		return false;
	if (len > ACCESS_TOKEN_LABEL_MAX || strlen(label) != len)
		return invalid(c, "label", "has 1 to 64 bytes");
	memcpy(t->label, label, len);
	if (flag != NULL && !json_object_is_type(flag, json_type_boolean))
		return invalid(c, "read_only", "must be true or false");
	t->limits.read_only = flag != NULL && json_object_get_boolean(flag);
	if (!number(c, body, "expires_at", &t->expires) ||
	    !number(c, body, "requests_per_minute", &requests) ||
	    !number(c, body, "tokens_per_day", &tokens) ||
	    !list(c, body, "models", &t->limits, token_limits_add_model) ||
	    !list(c, body, "networks", &t->limits, token_limits_add_network))
		return false;
	t->limits.requests_per_minute = (uint64_t)requests;
	t->limits.tokens_per_day = (uint64_t)tokens;
	return true;
}

/* Shows the new one: here and nowhere else. */
static void
make(struct route_call *c, const struct login_proof *proof,
    struct access_token *t)
{
	char text[ACCESS_TOKEN_MAX + 1];
	struct session_input in;
	struct api_error err;

	route_session_input(c, &in);
	if (own_tokens_make(c->service->identity, c->settings, &in, &c->session,
		proof, t, text, &err) != 0) {
		response_error(c->response, &err);
		return;
	}
	buf_printf(&c->response->body, "{\"id\":\"%s\",\"token\":\"%s\"}",
	    t->id, text);
	crypto_wipe(text, sizeof(text));
}

void
api_token_make(struct route_call *c)
{
	struct login_proof proof = { 0 };
	struct json_object *body;
	struct access_token t;

	if (!is_person(c))
		return;
	body = route_json(c);
	if (body == NULL)
		return;
	proof.name = c->session.user;
	proof.name_len = strlen(c->session.user);
	/* The session was opened with the second factor. */
	proof.in_session = true;
	if (c->settings->config->auth == AUTH_PASSWORD)
		proof.password = route_string(c, body, "password", true,
		    &proof.password_len);
	if ((c->settings->config->auth != AUTH_PASSWORD ||
		proof.password != NULL) &&
	    read_token(c, body, &t))
		make(c, &proof, &t);
	json_wipe(body);
}

void
api_token_end(struct route_call *c)
{
	struct session_input in;
	struct api_error err;

	if (!is_person(c))
		return;
	route_session_input(c, &in);
	if (own_tokens_end(c->settings, &in, &c->session, c->rest, &err) != 0)
		response_error(c->response, &err);
	else
		c->response->status = 204;
}
