/* SPDX-License-Identifier: MIT */
/*
 * Validation of chat completion requests: what a provider, the catalogue and
 * the relay may rely on afterwards.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "confab/base/buf.h"
#include "confab/base/json.h"
#include "confab/config/config.h"

#include "chat_request_part.h"
#include "tool_schema.h"

#define MODEL_MAX 512 /* bytes of a model's name */
#define N_MAX 128     /* answers to one request */
#define STOP_MAX 16   /* stop sequences */
#define TOOLS_MAX 512
#define TOOL_NAME_MAX 256

enum value_type { V_BOOL, V_INT, V_NUMBER, V_STRING, V_OBJECT, V_ARRAY };

/* The members that have one type and, where a number, a range. */
static const struct member {
	const char *name;
	enum value_type type;
	double min, max;
} members[] = { { "stream", V_BOOL, 0, 0 },
	{ "stream_options", V_OBJECT, 0, 0 }, { "temperature", V_NUMBER, 0, 2 },
	{ "top_p", V_NUMBER, 0, 1 }, { "presence_penalty", V_NUMBER, -2, 2 },
	{ "frequency_penalty", V_NUMBER, -2, 2 },
	{ "max_tokens", V_INT, 1, 1e9 },
	{ "max_completion_tokens", V_INT, 1, 1e9 }, { "n", V_INT, 1, N_MAX },
	{ "seed", V_INT, -1e300, 1e300 }, { "logprobs", V_BOOL, 0, 0 },
	{ "top_logprobs", V_INT, 0, 20 }, { "logit_bias", V_OBJECT, 0, 0 },
	{ "response_format", V_OBJECT, 0, 0 },
	{ "tools", V_ARRAY, 0, TOOLS_MAX },
	{ "parallel_tool_calls", V_BOOL, 0, 0 },
	{ "reasoning_effort", V_STRING, 0, 0 }, { "user", V_STRING, 0, 0 } };

static const char *const type_names[] = { [V_BOOL] = "a boolean",
	[V_INT] = "an integer",
	[V_NUMBER] = "a number",
	[V_STRING] = "a string",
	[V_OBJECT] = "an object",
	[V_ARRAY] = "an array" };

/* Where the validation stands, for the error's param. */
struct place {
	struct api_error *err;
	size_t message, part;
};

static int
refuse(struct api_error *err, const char *param, const char *what)
{
	api_error_set(err, 400, "invalid_request", "%s %s.", param, what);
	(void)snprintf(err->param, sizeof(err->param), "%.*s",
	    (int)sizeof(err->param) - 1, param);
	return -1;
}

static int
refuse_message(const struct place *at, const char *member, const char *what)
{
	char param[2 * API_ERROR_PARAM_MAX];

	(void)snprintf(param, sizeof(param), "messages[%zu]%s", at->message,
	    member);
	return refuse(at->err, param, what);
}

static int
refuse_part(const struct place *at, const char *member, const char *what)
{
	char path[API_ERROR_PARAM_MAX / 2];

	(void)snprintf(path, sizeof(path), ".content[%zu]%s", at->part, member);
	return refuse_message(at, path, what);
}

static bool
has_type(struct json_object *v, enum value_type type)
{
	switch (type) {
	case V_BOOL:
		return json_object_is_type(v, json_type_boolean);
	case V_INT:
		return json_object_is_type(v, json_type_int);
	case V_NUMBER:
		return json_object_is_type(v, json_type_int) ||
		    json_object_is_type(v, json_type_double);
	case V_STRING:
		return json_object_is_type(v, json_type_string);
	case V_OBJECT:
		return json_object_is_type(v, json_type_object);
	case V_ARRAY:
		break;
	}
	return json_object_is_type(v, json_type_array);
}

/* A null is as good as no member: SDKs send it for what is not set. */
static int
check_member(struct json_object *root, const struct member *m,
    struct api_error *err)
{
	struct json_object *v = json_get(root, m->name);
	char text[80];
	double n;

	if (v == NULL)
		return 0;
	if (!has_type(v, m->type)) {
		(void)snprintf(text, sizeof(text), "must be %s",
		    type_names[m->type]);
		return refuse(err, m->name, text);
	}
	if (m->type == V_ARRAY)
		n = (double)json_object_array_length(v);
	else if (m->type == V_INT || m->type == V_NUMBER)
		n = json_object_get_double(v);
	else
		return 0;
	if (n >= m->min && n <= m->max)
		return 0;
	(void)snprintf(text, sizeof(text),
	    m->type == V_ARRAY ? "must have from %.0f to %.0f items"
			       : "must be from %.0f to %.0f",
	    m->min, m->max);
	return refuse(err, m->name, text);
}

static int
check_stop(struct json_object *root, struct api_error *err)
{
	struct json_object *v = json_get(root, "stop");
	size_t i, n;

	if (v == NULL || json_object_is_type(v, json_type_string))
		return 0;
	if (!json_object_is_type(v, json_type_array))
		return refuse(err, "stop", "must be a string or an array");
	n = json_object_array_length(v);
	if (n > STOP_MAX)
		return refuse(err, "stop", "has too many items");
	for (i = 0; i < n; i++) {
		if (!json_object_is_type(json_object_array_get_idx(v, i),
			json_type_string))
			return refuse(err, "stop", "must have strings only");
	}
	return 0;
}

/* Each tool's schema is in the form that providers take, then. */
static int
check_tools(struct json_object *root, struct api_error *err)
{
	struct json_object *tools = json_get(root, "tools"), *choice;
	char param[API_ERROR_PARAM_MAX];
	size_t i, n;

	choice = json_get(root, "tool_choice");
	if (choice != NULL && !has_type(choice, V_STRING) &&
	    !has_type(choice, V_OBJECT))
		return refuse(err, "tool_choice",
		    "must be a string or an object");
	n = tools != NULL ? json_object_array_length(tools) : 0;
	for (i = 0; i < n; i++) {
		struct json_object *t = json_object_array_get_idx(tools, i);

		(void)snprintf(param, sizeof(param), "tools[%zu]", i);
		if (json_str(t, "type", NULL) == NULL)
			return refuse(err, param,
			    "must be an object with a type");
		provider_tool_schema(json_get(t, "function"));
	}
	return 0;
}

static int
check_part(struct chat_request *r, const struct place *at, const char *role,
    struct json_object *part)
{
	const char *member, *fault = chat_part_fault(r, role, part, &member);

	return fault == NULL ? 0 : refuse_part(at, member, fault);
}

static int
check_parts(struct chat_request *r, struct place *at, const char *role,
    struct json_object *parts)
{
	size_t n = json_object_array_length(parts);

	if (n == 0)
		return refuse_message(at, ".content", "must not be empty");
	for (at->part = 0; at->part < n; at->part++) {
		if (check_part(r, at, role,
			json_object_array_get_idx(parts, at->part)) != 0)
			return -1;
	}
	return 0;
}

static int
check_content(struct chat_request *r, struct place *at, const char *role,
    struct json_object *message)
{
	struct json_object *content = json_get(message, "content");

	if (json_object_is_type(content, json_type_array))
		return check_parts(r, at, role, content);
	if (content == NULL && strcmp(role, "assistant") == 0)
		return 0; /* it called a tool, or refused */
	if (!json_object_is_type(content, json_type_string))
		return refuse_message(at, ".content",
		    "must be a string or an array of parts");
	if (json_object_get_string_len(content) == 0 &&
	    strcmp(role, "user") == 0)
		return refuse_message(at, ".content", "must not be empty");
	return 0;
}

/* The calls that an assistant's message made. */
static int
check_calls(const struct place *at, struct json_object *message)
{
	struct json_object *calls = json_get(message, "tool_calls"), *f;
	size_t i, n;

	if (calls == NULL)
		return 0;
	if (!json_object_is_type(calls, json_type_array) ||
	    json_object_array_length(calls) > TOOLS_MAX)
		return refuse_message(at, ".tool_calls", "must be an array");
	n = json_object_array_length(calls);
	for (i = 0; i < n; i++) {
		struct json_object *call = json_object_array_get_idx(calls, i);

		f = json_get(call, "function");
		if (json_str(call, "id", NULL) == NULL ||
		    (f != NULL &&
			(json_str(f, "name", NULL) == NULL ||
			    json_str(f, "arguments", NULL) == NULL)))
			return refuse_message(at, ".tool_calls",
			    "must have calls with id, function.name and "
			    "function.arguments");
	}
	return 0;
}

static bool
is_role(const char *role)
{
	static const char *const roles[] = { "user", "assistant", "system",
		"developer", "tool", "function" };
	size_t i;

	for (i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
		if (strcmp(role, roles[i]) == 0)
			return true;
	}
	return false;
}

static int
check_message(struct chat_request *r, struct place *at,
    struct json_object *message)
{
	const char *role;

	if (!json_object_is_type(message, json_type_object))
		return refuse_message(at, "", "must be an object");
	role = json_str(message, "role", NULL);
	if (role == NULL || !is_role(role))
		return refuse_message(at, ".role",
		    "must be user, assistant, system, developer or tool");
	if (strcmp(role, "tool") == 0 &&
	    json_str(message, "tool_call_id", NULL) == NULL)
		return refuse_message(at, ".tool_call_id", "must be a string");
	if (check_content(r, at, role, message) != 0)
		return -1;
	return check_calls(at, message);
}

static int
check_messages(struct chat_request *r, const struct config_limits *limits,
    struct api_error *err)
{
	struct json_object *messages = json_get(r->root, "messages");
	struct place at = { .err = err };
	char text[80];

	if (!json_object_is_type(messages, json_type_array))
		return refuse(err, "messages", "must be an array");
	r->n_messages = json_object_array_length(messages);
	if (r->n_messages == 0)
		return refuse(err, "messages", "must not be empty");
	if (r->n_messages > limits->messages) {
		(void)snprintf(text, sizeof(text),
		    "must have at most %zu messages", limits->messages);
		return refuse(err, "messages", text);
	}
	for (at.message = 0; at.message < r->n_messages; at.message++) {
		if (check_message(r, &at,
			json_object_array_get_idx(messages, at.message)) != 0)
			return -1;
	}
	return 0;
}

/* A flag of ours, which no provider is told of; another's may be an object. */
static void
take_search(struct chat_request *r)
{
	struct json_object *v = json_get(r->root, "web_search");

	if (!json_object_is_type(v, json_type_boolean))
		return;
	r->web_search = json_object_get_boolean(v) != 0;
	json_object_object_del(r->root, "web_search");
}

static int
check_options(struct chat_request *r, struct api_error *err)
{
	struct json_object *usage;
	size_t i;

	for (i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		if (check_member(r->root, &members[i], err) != 0)
			return -1;
	}
	if (check_stop(r->root, err) != 0 || check_tools(r->root, err) != 0)
		return -1;
	usage = json_get(json_get(r->root, "stream_options"), "include_usage");
	if (usage != NULL && !json_object_is_type(usage, json_type_boolean))
		return refuse(err, "stream_options.include_usage",
		    "must be a boolean");
	r->stream = json_object_get_boolean(json_get(r->root, "stream")) != 0;
	r->include_usage = json_object_get_boolean(usage) != 0;
	r->answers = 1;
	if (json_get(r->root, "n") != NULL)
		r->answers =
		    (unsigned)json_object_get_int(json_get(r->root, "n"));
	take_search(r);
	return 0;
}

static int
check_request(struct chat_request *r, const struct config_limits *limits,
    struct api_error *err)
{
	size_t len = 0;

	if (!json_object_is_type(r->root, json_type_object))
		return api_error_set(err, 400, "invalid_request",
		    "The body must be a JSON object.");
	r->model = json_str(r->root, "model", &len);
	if (r->model == NULL || len == 0)
		return refuse(err, "model", "must be the name of a model");
	if (len > MODEL_MAX)
		return refuse(err, "model", "is too long");
	if (check_options(r, err) != 0)
		return -1;
	return check_messages(r, limits, err);
}

struct chat_request *
chat_request_parse(const char *body, size_t len,
    const struct config_limits *limits, struct api_error *err)
{
	struct chat_request *r;
	enum json_result result;

	r = calloc(1, sizeof(*r));
	if (r == NULL) {
		api_error_no_memory(err);
		return NULL;
	}
	result = json_parse(body, len, limits->json_depth, &r->root);
	if (result == JSON_NO_MEMORY)
		api_error_no_memory(err);
	else if (result != JSON_OK)
		api_error_set(err, 400, "invalid_json", "The body %s.",
		    json_result_str(result));
	else if (check_request(r, limits, err) == 0)
		return r;
	chat_request_free(r);
	return NULL;
}

void
chat_request_free(struct chat_request *r)
{
	if (r == NULL)
		return;
	json_object_put(r->root);
	free(r);
}

/* A message's text parts, one a line. */
static int
append_text(struct json_object *content, struct buf *out)
{
	const char *text, *line = "";
	size_t i, n, len;

	if (json_object_is_type(content, json_type_string))
		return buf_append(out, json_object_get_string(content),
		    (size_t)json_object_get_string_len(content));
	if (!json_object_is_type(content, json_type_array))
		return 0;
	n = json_object_array_length(content);
	for (i = 0; i < n; i++) {
		text = json_str(json_object_array_get_idx(content, i), "text",
		    &len);
		if (text == NULL)
			continue;
		buf_puts(out, line);
		buf_append(out, text, len);
		line = "\n";
	}
	return buf_ok(out) ? 0 : -1;
}

int
chat_request_text(const struct chat_request *r, const char *role, size_t i,
    struct buf *out)
{
	struct json_object *messages = json_get(r->root, "messages"), *m;
	const char *is;
	size_t k;

	for (k = 0; k < r->n_messages; k++) {
		m = json_object_array_get_idx(messages, k);
		is = json_str(m, "role", NULL);
		if (is == NULL || strcmp(is, role) != 0 || i-- > 0)
			continue;
		return append_text(json_get(m, "content"), out);
	}
	return -1;
}
