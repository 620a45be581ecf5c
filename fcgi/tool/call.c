/* SPDX-License-Identifier: MIT */
/* What is asked for: the request, the tool or the server, whether it may be. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "confab/base/crypto.h"
#include "confab/base/encode.h"
#include "confab/base/json.h"

#include "call.h"
#include "message.h"

struct tool_call *
tool_call_ref(struct tool_call *c)
{
	atomic_fetch_add(&c->refs, 1);
	return c;
}

void
tool_call_unref(struct tool_call *c)
{
	if (c == NULL || atomic_fetch_sub(&c->refs, 1) > 0)
		return;
	json_object_put(c->root);
	tool_list_put(c->list);
	tool_server_put(c->server);
	config_free(c->config);
	free(c->user);
	free(c);
}

static int
bad(struct api_error *err, const char *param, const char *what)
{
	(void)api_error_set(err, 400, "invalid_request", "\"%s\" must be %s.",
	    param, what);
	(void)snprintf(err->param, sizeof(err->param), "%s", param);
	return -1;
}

/* ---- The request --------------------------------------------------------------*/

static int
parse(struct tool_call *c, const char *body, size_t len, struct api_error *err)
{
	enum json_result r;

	r = json_parse(body, len, c->config->limits.json_depth, &c->root);
	if (r == JSON_NO_MEMORY)
		return api_error_no_memory(err);
	if (r != JSON_OK)
		return api_error_set(err, 400, "invalid_json", "The body %s.",
		    json_result_str(r));
	if (!json_object_is_type(c->root, json_type_object))
		return api_error_set(err, 400, "invalid_request",
		    "The body must be a JSON object.");
	return 0;
}

/* A member that must be an object where it is there. */
static int
take_object(struct tool_call *c, const char *name, struct json_object **out,
    struct api_error *err)
{
	*out = json_get(c->root, name);
	if (*out != NULL && !json_object_is_type(*out, json_type_object))
		return bad(err, name, "an object");
	return 0;
}

static int
take_members(struct tool_call *c, struct api_error *err)
{
	struct json_object *v = json_get(c->root, "stream");

	if (v != NULL && !json_object_is_type(v, json_type_boolean))
		return bad(err, "stream", "true or false");
	c->stream = json_object_get_boolean(v);
	if (take_object(c, "arguments", &c->arguments, err) == -1 ||
	    take_object(c, "input_responses", &c->responses, err) == -1)
		return -1;
	c->state = json_str(c->root, "request_state", &c->state_len);
	if (c->state == NULL && json_get(c->root, "request_state") != NULL)
		return bad(err, "request_state", "a string");
	return 0;
}

/* A person was asked before the call could be made at all; it is made now, or
 * never. */
static int
take_anew(struct tool_call *c, struct api_error *err)
{
	const char *action;

	if (c->responses != NULL) {
		json_object_object_foreach(c->responses, key, answer)
		{
			(void)key;
			action = json_str(answer, "action", NULL);
			if (action == NULL || strcmp(action, "accept") != 0)
				return api_error_set(err, 409, "tool_declined",
				    "The tool server has been denied what it "
				    "asks for first.");
		}
	}
	c->responses = NULL;
	c->state = NULL;
	return 0;
}

/* The loop and the token of LOOP.TOKEN. Returns the loop, or -1. */
static int
read_state(const char *state, unsigned char token[TOOL_TOKEN_LEN])
{
	char *dot;
	long n = strtol(state, &dot, 10);

	if (dot == state || *dot != '.' || n < 0 || n > 255 ||
	    decode_hex(token, TOOL_TOKEN_LEN, dot + 1, strlen(dot + 1)) !=
		TOOL_TOKEN_LEN)
		return -1;
	return (int)n;
}

/* A state of ours names a call that waits on a loop. One of a server whose era
 * is not known just now may be: then nothing is called anew. */
static int
take_state(struct tool_call *c, struct api_error *err)
{
	unsigned char token[TOOL_TOKEN_LEN];
	struct tool_facts facts;

	if (c->state == NULL)
		return 0;
	if (strcmp(c->state, TOOL_STATE_ANEW) == 0)
		return take_anew(c, err);
	tool_server_facts(c->server, &facts);
	if (facts.era == TOOL_ERA_MODERN)
		return 0;
	c->loop = read_state(c->state, token);
	if (c->loop == -1 && facts.era == TOOL_ERA_UNKNOWN)
		return 0;
	if (c->loop == -1)
		return tool_call_gone(err);
	if (tool_call_name(c, token, c->name) == -1)
		return api_error_no_memory(err);
	return 0;
}

/* ---- The tool -----------------------------------------------------------------*/

static int
not_found(const char *param, struct api_error *err)
{
	(void)api_error_set(err, 404, "tool_not_found",
	    "There is no such %s here.",
	    strcmp(param, "name") == 0 ? "tool" : "tool server");
	(void)snprintf(err->param, sizeof(err->param), "%s", param);
	return -1;
}

/* The server that a tool's name begins with, or NULL. */
static const struct config_tool_server *
find_server(const struct config *c, const char *name)
{
	size_t i, n;

	for (i = 0; i < c->n_tool_servers; i++) {
		n = strlen(c->tool_servers[i].name);
		if (strncmp(name, c->tool_servers[i].name, n) == 0 &&
		    strncmp(name + n, "__", 2) == 0)
			return &c->tool_servers[i];
	}
	return NULL;
}

static int
find_tool(struct tool_call *c, struct tool_servers *s, struct api_error *err)
{
	size_t len = 0;
	const char *name = json_str(c->root, "name", &len);

	if (name == NULL)
		return bad(err, "name", "a string");
	c->conf = find_server(c->config, name);
	if (c->conf == NULL || !tool_server_is_for(c->conf, c->user, c->groups))
		return not_found("name", err);
	c->server = tool_server_get(s, c->conf);
	if (c->server == NULL)
		return api_error_no_memory(err);
	c->list = tool_server_list(c->server);
	if (c->list == NULL) {
		(void)api_error_set(err, 503, "tool_unavailable",
		    "The tool server has not answered yet.");
		err->retry_after = 1;
		return -1;
	}
	c->tool = tool_list_find(c->list, name);
	if (c->tool == NULL || !tool_is_offered(c->conf, c->tool))
		return not_found("name", err);
	c->what = c->tool->own;
	if (tool_consent(c->conf, c->tool) == CONSENT_NEVER)
		return api_error_set(err, 403, "tool_denied",
		    "This tool may not be called here.");
	return 0;
}

/* What was agreed to may be something else now. A call that waits for an answer
 * is under way already. */
static int
check_digest(const struct tool_call *c, struct api_error *err)
{
	struct json_object *member = json_get(c->root, "digest");
	size_t len = 0;
	const char *digest = json_str(c->root, "digest", &len);

	if (c->tool == NULL || member == NULL || c->loop >= 0)
		return 0;
	if (digest == NULL)
		return bad(err, "digest", "a string");
	if (len == strlen(c->tool->digest) &&
	    memcmp(digest, c->tool->digest, len) == 0)
		return 0;
	/* Whose list is the older one is not known. */
	tool_server_changed(c->server);
	return tool_call_changed(err);
}

/* ---- Something else --------------------------------------------------------------*/

/* True when a server offers what is asked for, to this user. */
static bool
is_offered(const struct tool_call *c, const struct config_tool_server *s)
{
	bool prompt = c->op == TOOL_OP_PROMPT ||
	    (c->op == TOOL_OP_COMPLETE && json_get(c->root, "prompt") != NULL);
	bool app = c->op == TOOL_OP_RESOURCE &&
	    tool_is_page(json_str(c->root, "uri", NULL));

	return tool_server_is_for(s, c->user, c->groups) &&
	    (prompt ? s->prompts : s->resources || (app && s->apps));
}

/* A name that the server gives something. */
static int
take_what(struct tool_call *c, const char *member, struct api_error *err)
{
	size_t len = 0;

	c->what = json_str(c->root, member, &len);
	if (c->what == NULL || len == 0 || len > TOOL_OFFER_URI_MAX)
		return bad(err, member, "a string of 1 to 8192 bytes");
	return 0;
}

/* A value that an argument may have is asked for by a part of it. */
static int
take_completion(struct tool_call *c, struct api_error *err)
{
	struct json_object *argument = json_get(c->root, "argument");

	if (json_str(argument, "name", NULL) == NULL ||
	    json_str(argument, "value", NULL) == NULL)
		return bad(err, "argument", "an object of name and value");
	return take_what(c,
	    json_get(c->root, "prompt") != NULL ? "prompt" : "uri_template",
	    err);
}

/* Arguments of a prompt are texts. */
static int
check_texts(const struct tool_call *c, struct api_error *err)
{
	if (c->arguments == NULL)
		return 0;
	json_object_object_foreach(c->arguments, key, value)
	{
		(void)key;
		if (!json_object_is_type(value, json_type_string))
			return bad(err, "arguments", "an object of strings");
	}
	return 0;
}

static int
find_offer(struct tool_call *c, struct tool_servers *s, struct api_error *err)
{
	const char *name = json_str(c->root, "server", NULL);
	size_t i;

	if (name == NULL)
		return bad(err, "server", "a string");
	for (i = 0; i < c->config->n_tool_servers; i++)
		if (strcmp(c->config->tool_servers[i].name, name) == 0)
			c->conf = &c->config->tool_servers[i];
	if (c->conf == NULL || !is_offered(c, c->conf))
		return not_found("server", err);
	c->server = tool_server_get(s, c->conf);
	if (c->server == NULL)
		return api_error_no_memory(err);
	if (check_texts(c, err) == -1)
		return -1;
	if (c->op == TOOL_OP_COMPLETE)
		return take_completion(c, err);
	return take_what(c, c->op == TOOL_OP_PROMPT ? "name" : "uri", err);
}

/* Whose session the call may use: one of the same login alone. */
static int
make_owner(struct tool_call *c, const struct tool_asker *who,
    struct api_error *err)
{
	struct buf text;
	int rc;

	buf_init(&text, 4096);
	buf_append(&text, who->user, strlen(who->user) + 1);
	buf_append(&text, who->login, who->login_len);
	rc = buf_ok(&text) ? crypto_sha256(c->owner, text.data, text.len) : -1;
	buf_free(&text);
	return rc == 0 ? 0 : api_error_no_memory(err);
}

_Static_assert(TOOL_OWNER_LEN == CRYPTO_SHA256_LEN,
    "a session's owner is told by a digest");

struct tool_call *
tool_call_new(struct tool_servers *s, struct config *config,
    const struct tool_asker *who, enum tool_op op, const char *body, size_t len,
    struct api_error *err)
{
	struct tool_call *c;

	c = calloc(1, sizeof(*c));
	if (c == NULL) {
		(void)api_error_no_memory(err);
		return NULL;
	}
	c->config = config_ref(config);
	c->loop = -1;
	c->op = op;
	c->user = strdup(who->user);
	c->groups = who->groups;
	if (c->user == NULL)
		(void)api_error_no_memory(err);
	else if (parse(c, body, len, err) == 0 && take_members(c, err) == 0 &&
	    make_owner(c, who, err) == 0 &&
	    (op == TOOL_OP_CALL ? find_tool : find_offer)(c, s, err) == 0 &&
	    take_state(c, err) == 0 && check_digest(c, err) == 0)
		return c;
	tool_call_unref(c);
	return NULL;
}

/* ---- What is told -------------------------------------------------------------*/

int
tool_call_gone(struct api_error *err)
{
	return api_error_set(err, 410, "tool_gone",
	    "This call does not wait for an answer any more; whether it has "
	    "acted is not known.");
}

int
tool_call_changed(struct api_error *err)
{
	return api_error_set(err, 409, "tool_changed",
	    "The tool has changed; look at it again.");
}

const char *
tool_call_page(const struct tool_call *c)
{
	return c->tool != NULL ? c->tool->ui : NULL;
}

bool
tool_call_streams(const struct tool_call *c)
{
	return c->stream;
}

int
tool_call_loop(const struct tool_call *c)
{
	return c->loop;
}

void
tool_call_known_as(struct tool_call *c, uint64_t stream)
{
	c->stream_hash = stream;
}

const char *
tool_call_shares(const struct tool_call *c)
{
	return c->conf->kind == TOOL_KIND_SEARXNG ? NULL : c->conf->name;
}

struct config_quota
tool_call_quota(const struct tool_call *c)
{
	return config_quota_of(c->config, c->groups);
}

struct config_patience
tool_call_patience(const struct tool_call *c)
{
	const struct config_tool_limits *l = &c->conf->limits;
	struct config_patience p = { l->first_event, l->silence, l->total };

	return p;
}

struct tool_call_facts
tool_call_facts(const struct tool_call *c)
{
	/* An address may have words of a person in it. */
	const char *what =
	    c->op == TOOL_OP_CALL ? c->what : tool_call_method(c);
	struct tool_call_facts f = { c->conf->name, what, c->sent, c->received,
		c->is_error };

	return f;
}
