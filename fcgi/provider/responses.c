/* SPDX-License-Identifier: MIT */
/*
 * OpenAI's Responses API: the request's options. Nothing is ever stored there:
 * what a later request needs goes out and comes back with the messages.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "responses.h"

static void
put_member(struct buf *out, const char *name, struct json_object *v)
{
	if (v == NULL)
		return;
	buf_printf(out, ",\"%s\":", name);
	json_write(out, v);
}

static int
check_expressible(struct json_object *root, struct api_error *err)
{
	static const char *const names[] = { "presence_penalty",
		"frequency_penalty", "logit_bias", "logprobs", "stop", NULL };
	const char *format;

	if (provider_refuse_members(root, names, err) != 0)
		return -1;
	format = json_str(json_get(root, "response_format"), "type", NULL);
	if (format != NULL && strcmp(format, "text") != 0 &&
	    strcmp(format, "json_object") != 0 &&
	    strcmp(format, "json_schema") != 0)
		return provider_refuse(err, "response_format.type",
		    "must be text, json_object or json_schema for this model");
	return 0;
}

/* What the text is to be like: "text":{"format":...,"verbosity":...}. */
static void
put_text(struct json_object *root, struct buf *out)
{
	struct json_object *format = json_get(root, "response_format");
	struct json_object *schema = json_get(format, "json_schema");
	struct json_object *verbosity = json_get(root, "verbosity");

	if (format == NULL && verbosity == NULL)
		return;
	buf_puts(out, ",\"text\":{");
	if (schema != NULL) {
		/* The schema's members lie beside the type here. */
		buf_puts(out, "\"format\":{\"type\":\"json_schema\"");
		if (json_get(schema, "name") == NULL)
			buf_puts(out, ",\"name\":\"answer\"");
		put_member(out, "name", json_get(schema, "name"));
		put_member(out, "description", json_get(schema, "description"));
		put_member(out, "schema", json_get(schema, "schema"));
		put_member(out, "strict", json_get(schema, "strict"));
		buf_putc(out, '}');
	} else if (format != NULL) {
		buf_puts(out, "\"format\":");
		json_write(out, format);
	}
	if (verbosity != NULL) {
		buf_puts(out,
		    format != NULL ? ",\"verbosity\":" : "\"verbosity\":");
		json_write(out, verbosity);
	}
	buf_putc(out, '}');
}

/* True for a model that is known to think; others refuse to be asked for it. */
static bool
thinks(const char *name)
{
	const char *base = strrchr(name, '/');

	base = base != NULL ? base + 1 : name;
	if (base[0] == 'o' && base[1] >= '1' && base[1] <= '9')
		return true;
	return (strncmp(base, "gpt-5", 5) == 0 &&
		   strstr(base, "-chat") == NULL) ||
	    strncmp(base, "gpt-oss", 7) == 0 || strstr(base, "codex") != NULL;
}

/*
 * Thoughts: how much, with a summary to be read, and in the form in which they
 * must come back, since nothing is stored.
 */
static void
put_reasoning(struct json_object *root, const char *name, struct buf *out)
{
	struct json_object *reasoning = json_get(root, "reasoning");
	struct json_object *effort = json_get(root, "reasoning_effort");
	bool asked =
	    json_object_is_type(reasoning, json_type_object) || effort != NULL;

	if (!asked && !thinks(name))
		return;
	if (json_object_is_type(reasoning, json_type_object)) {
		put_member(out, "reasoning", reasoning);
	} else {
		buf_puts(out, ",\"reasoning\":{\"summary\":\"auto\"");
		put_member(out, "effort", effort);
		buf_putc(out, '}');
	}
	buf_puts(out, ",\"include\":[\"reasoning.encrypted_content\"]");
}

/* A function's members lie beside the type here, and one that does not say so
 * would be strict. */
static void
put_tool(struct json_object *tool, struct buf *out)
{
	struct json_object *f = json_get(tool, "function"), *v;

	if (f == NULL) {
		json_write(out, tool); /* one of the API's own */
		return;
	}
	buf_puts(out, "{\"type\":\"function\"");
	put_member(out, "name", json_get(f, "name"));
	put_member(out, "description", json_get(f, "description"));
	v = json_get(f, "parameters");
	if (v != NULL)
		put_member(out, "parameters", v);
	else
		buf_puts(out,
		    ",\"parameters\":{\"type\":\"object\",\"properties\":{}}");
	v = json_get(f, "strict");
	if (v != NULL)
		put_member(out, "strict", v);
	else
		buf_puts(out, ",\"strict\":false");
	buf_putc(out, '}');
}

static void
put_tool_choice(struct json_object *root, struct buf *out)
{
	struct json_object *choice = json_get(root, "tool_choice"), *name;

	name = json_get(json_get(choice, "function"), "name");
	if (name != NULL) {
		buf_puts(out, ",\"tool_choice\":{\"type\":\"function\"");
		put_member(out, "name", name);
		buf_putc(out, '}');
	} else {
		put_member(out, "tool_choice", choice);
	}
	put_member(out, "parallel_tool_calls",
	    json_get(root, "parallel_tool_calls"));
}

/* What is translated, passed, answered above with a refusal, or never let
 * through. */
static const char *const known[] = { "model", "messages", "stream",
	"stream_options", "max_tokens", "max_completion_tokens", "temperature",
	"top_p", "tools", "tool_choice", "parallel_tool_calls",
	"response_format", "verbosity", "reasoning", "reasoning_effort", "user",
	"n", "presence_penalty", "frequency_penalty", "logit_bias", "logprobs",
	"stop", "store", "input", "include", "previous_response_id",
	"conversation", "background", NULL };

static int
responses_body(const struct config_provider *p,
    const struct config_model *model, const struct chat_request *req,
    struct provider_request *request, struct api_error *err)
{
	struct json_object *root = req->root, *limit;
	struct buf *out = &request->body;
	const char *name =
	    model->upstream != NULL ? model->upstream : model->id;

	if (check_expressible(root, err) != 0)
		return -1;
	buf_puts(out, "{\"model\":");
	buf_json(out, name, strlen(name));
	buf_puts(out, ",\"store\":false");
	if (req->stream)
		buf_puts(out, ",\"stream\":true");
	limit = json_get(root, "max_completion_tokens");
	put_member(out, "max_output_tokens",
	    limit != NULL ? limit : json_get(root, "max_tokens"));
	put_member(out, "temperature", json_get(root, "temperature"));
	put_member(out, "top_p", json_get(root, "top_p"));
	put_member(out, "user", json_get(root, "user"));
	put_text(root, out);
	put_reasoning(root, name, out);
	if (provider_put_tools(p, root, put_tool, request))
		put_tool_choice(root, out);
	provider_put_members(p, known, root, request);
	if (responses_input(json_get(root, "messages"), out, err) != 0)
		return -1;
	return buf_putc(out, '}');
}

const struct provider_kind provider_responses = {
	.config = { .name = "openai_responses",
	    .key_header = "Authorization",
	    .chat_path = "/responses",
	    .models_path = "/models",
	    .transcription_path = "/audio/transcriptions" },
	.source = PROVIDER_SOURCE_HTTP,
	.body = responses_body,
	.read = responses_read,
	.state_size = sizeof(struct responses_state),
	.release = responses_release,
	.answer = responses_answer,
	.list_cursor = "after"
};
