/* SPDX-License-Identifier: MIT */
/*
 * Anthropic's Messages API: the request's options. What the API cannot express
 * is refused, not dropped.
 */
#include "config.h"

#include <inttypes.h>
#include <string.h>

#include "anthropic.h"

/* max_tokens must be sent; this, where neither client nor model has one. */
#define MAX_TOKENS_DEFAULT 8192

/* From this version on sampling parameters are refused. */
static const char no_sampling[] = "2026-10-21";

/* ---- What cannot be expressed ---- */

static int
check_expressible(struct json_object *root, struct api_error *err)
{
	static const char *const names[] = { "presence_penalty",
		"frequency_penalty", "logit_bias", "logprobs", NULL };
	const char *format;

	if (provider_refuse_members(root, names, err) != 0)
		return -1;
	format = json_str(json_get(root, "response_format"), "type", NULL);
	if (format != NULL && strcmp(format, "text") != 0 &&
	    strcmp(format, "json_schema") != 0)
		return provider_refuse(err, "response_format.type",
		    "must be text or json_schema for this model");
	return 0;
}

/* A sampling parameter: passed on, or left out where it says nothing. */
static int
put_sampling(struct json_object *root, bool allowed, const char *name,
    double neutral, struct buf *out, struct api_error *err)
{
	struct json_object *v = json_get(root, name);
	double n = json_object_get_double(v);

	if (v == NULL)
		return 0;
	if (!allowed) {
		if (n >= neutral && n <= 1)
			return 0;
		return provider_refuse(err, name,
		    "cannot be set for this model");
	}
	if (neutral <= 1 && n > 1)
		return provider_refuse(err, name,
		    "must be at most 1 for this model");
	buf_printf(out, ",\"%s\":", name);
	return json_write(out, v);
}

static int
put_samplings(const struct config_provider *p, struct json_object *root,
    struct buf *out, struct api_error *err)
{
	bool allowed = strcmp(p->anthropic_version, no_sampling) < 0;

	if (put_sampling(root, allowed, "temperature", 1, out, err) != 0 ||
	    put_sampling(root, allowed, "top_p", 0.99, out, err) != 0)
		return -1;
	/* No value of top_k is neutral. */
	return put_sampling(root, allowed, "top_k", 2, out, err);
}

/* ---- Options ---- */

static void
put_max_tokens(const struct config_model *model, struct json_object *root,
    struct buf *out)
{
	struct json_object *v = json_get(root, "max_completion_tokens");
	int64_t n = MAX_TOKENS_DEFAULT;

	if (v == NULL)
		v = json_get(root, "max_tokens");
	if (v != NULL)
		n = json_object_get_int64(v);
	else if (model->max_output_tokens > 0)
		n = model->max_output_tokens;
	buf_printf(out, ",\"max_tokens\":%" PRId64, n);
}

static void
put_stop(struct json_object *root, struct buf *out)
{
	struct json_object *stop = json_get(root, "stop");

	if (stop == NULL)
		return;
	buf_puts(out, ",\"stop_sequences\":");
	if (json_object_is_type(stop, json_type_string))
		buf_putc(out, '[');
	json_write(out, stop);
	if (json_object_is_type(stop, json_type_string))
		buf_putc(out, ']');
}

static const char *
effort_of(const char *reasoning_effort)
{
	static const char *const known[] = { "low", "medium", "high", "xhigh",
		"max" };
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcmp(known[i], reasoning_effort) == 0)
			return known[i];
	}
	return strcmp(reasoning_effort, "minimal") == 0 ? "low" : NULL;
}

/*
 * reasoning_effort asks for thinking as current models have it; the API's own
 * member "thinking" is passed as it is, for those that have it otherwise.
 */
static int
put_thinking(struct json_object *root, struct buf *out, struct api_error *err)
{
	struct json_object *thinking = json_get(root, "thinking"), *schema;
	const char *asked = json_str(root, "reasoning_effort", NULL);
	const char *effort = asked != NULL ? effort_of(asked) : NULL;
	bool none = asked != NULL && strcmp(asked, "none") == 0;

	if (asked != NULL && effort == NULL && !none)
		return provider_refuse(err, "reasoning_effort",
		    "must be none, minimal, "
		    "low, medium, high, xhigh or max for this model");
	if (thinking != NULL) {
		buf_puts(out, ",\"thinking\":");
		json_write(out, thinking);
	} else if (asked != NULL) {
		buf_printf(out, ",\"thinking\":{\"type\":\"%s\"}",
		    none ? "disabled" : "adaptive");
	}
	schema =
	    json_get(json_get(json_get(root, "response_format"), "json_schema"),
		"schema");
	if (effort == NULL && schema == NULL)
		return 0;
	buf_puts(out, ",\"output_config\":{");
	if (effort != NULL)
		buf_printf(out, "\"effort\":\"%s\"", effort);
	if (schema != NULL) {
		buf_printf(out,
		    "%s\"format\":{\"type\":\"json_schema\",\"schema\":",
		    effort != NULL ? "," : "");
		json_write(out, schema);
		buf_putc(out, '}');
	}
	return buf_putc(out, '}');
}

static void
put_tool(struct json_object *tool, struct buf *out)
{
	struct json_object *f = json_get(tool, "function"), *v;

	if (f == NULL) {
		json_write(out, tool); /* one of the API's own */
		return;
	}
	buf_puts(out, "{\"name\":");
	json_write(out, json_get(f, "name"));
	v = json_get(f, "description");
	if (v != NULL) {
		buf_puts(out, ",\"description\":");
		json_write(out, v);
	}
	buf_puts(out, ",\"input_schema\":");
	v = json_get(f, "parameters");
	if (v != NULL)
		json_write(out, v);
	else
		buf_puts(out, "{\"type\":\"object\"}");
	v = json_get(tool, "cache_control");
	if (v != NULL) {
		buf_puts(out, ",\"cache_control\":");
		json_write(out, v);
	}
	buf_putc(out, '}');
}

static void
put_tool_choice(struct json_object *root, struct buf *out)
{
	struct json_object *choice = json_get(root, "tool_choice"), *name;
	struct json_object *parallel = json_get(root, "parallel_tool_calls");
	const char *s = json_object_is_type(choice, json_type_string)
	    ? json_object_get_string(choice)
	    : "auto",
		   *type = "auto";
	bool one = parallel != NULL && !json_object_get_boolean(parallel);

	name = json_get(json_get(choice, "function"), "name");
	if (choice == NULL && !one)
		return;
	if (name != NULL)
		type = "tool";
	else if (strcmp(s, "none") == 0)
		type = "none";
	else if (strcmp(s, "required") == 0)
		type = "any";
	buf_printf(out, ",\"tool_choice\":{\"type\":\"%s\"", type);
	if (name != NULL) {
		buf_puts(out, ",\"name\":");
		json_write(out, name);
	}
	if (one && strcmp(type, "none") != 0)
		buf_puts(out, ",\"disable_parallel_tool_use\":true");
	buf_putc(out, '}');
}

/* What is translated, passed, or answered above with a refusal. */
static const char *const known[] = { "model", "messages", "stream",
	"stream_options", "max_tokens", "max_completion_tokens", "temperature",
	"top_p", "top_k", "stop", "tools", "tool_choice", "parallel_tool_calls",
	"response_format", "reasoning_effort", "thinking", "user", "n",
	"presence_penalty", "frequency_penalty", "logit_bias", "logprobs",
	NULL };

static int
anthropic_body(const struct config_provider *p,
    const struct config_model *model, const struct chat_request *req,
    struct provider_request *request, struct api_error *err)
{
	struct json_object *messages = json_get(req->root, "messages");
	struct json_object *user = json_get(req->root, "user");
	struct buf *out = &request->body;
	const char *name =
	    model->upstream != NULL ? model->upstream : model->id;

	if (check_expressible(req->root, err) != 0)
		return -1;
	buf_puts(out, "{\"model\":");
	buf_json(out, name, strlen(name));
	put_max_tokens(model, req->root, out);
	if (req->stream)
		buf_puts(out, ",\"stream\":true");
	if (put_samplings(p, req->root, out, err) != 0 ||
	    put_thinking(req->root, out, err) != 0)
		return -1;
	put_stop(req->root, out);
	if (provider_put_tools(p, req->root, put_tool, request))
		put_tool_choice(req->root, out);
	if (user != NULL) {
		buf_puts(out, ",\"metadata\":{\"user_id\":");
		json_write(out, user);
		buf_putc(out, '}');
	}
	provider_put_members(p, known, req->root, request);
	anthropic_system(messages, p->cache, out);
	if (anthropic_messages(messages, p->cache, out, err) != 0)
		return -1;
	return buf_putc(out, '}');
}

static int
anthropic_headers(const struct config_provider *p, struct provider_request *out)
{
	return provider_add_header(out, "anthropic-version: %s",
	    p->anthropic_version);
}

/* Its models take pictures unless they say that they do not. */
static void
anthropic_model(struct json_object *item, struct config_model *m)
{
	m->max_output_tokens = provider_list_number(item, "max_tokens", 0);
	if (json_get(item, "capabilities") == NULL)
		m->input = INPUT_TEXT | INPUT_IMAGE;
}

const struct provider_kind provider_anthropic = {
	.config = { .name = "anthropic",
	    .key_header = "x-api-key",
	    .chat_path = "/v1/messages",
	    .models_path = "/v1/models" },
	.source = PROVIDER_SOURCE_HTTP,
	.headers = anthropic_headers,
	.body = anthropic_body,
	.read = anthropic_read,
	.state_size = sizeof(struct anthropic_state),
	.release = anthropic_release,
	.answer = anthropic_answer,
	.list_query = "limit=1000",
	.list_cursor = "after_id",
	.list_item = anthropic_model
};
