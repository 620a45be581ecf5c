/* SPDX-License-Identifier: MIT */
/*
 * OpenAI's forms, into which every answer is brought: chunks, usage, finish
 * reasons.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "kind.h"

const char *
provider_finish_reason(const char *reason)
{
	static const struct {
		const char *from, *to;
	} known[] = { { "stop", "stop" }, { "length", "length" },
		{ "content_filter", "content_filter" },
		{ "tool_calls", "tool_calls" },
		{ "function_call", "tool_calls" }, { "tool_use", "tool_calls" },
		{ "max_tokens", "length" }, { "MAX_TOKENS", "length" },
		{ "max_output_tokens", "length" }, { "model_length", "length" },
		{ "model_context_window_exceeded", "length" },
		{ "safety", "content_filter" }, { "SAFETY", "content_filter" },
		{ "refusal", "content_filter" },
		{ "sensitive", "content_filter" } };
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcmp(known[i].from, reason) == 0)
			return known[i].to;
	}
	return "stop";
}

static void
read_count(struct json_object *usage, const char *name, uint64_t *out)
{
	struct json_object *v = json_get(usage, name);

	if (json_object_is_type(v, json_type_int) &&
	    json_object_get_int64(v) >= 0)
		*out = json_object_get_uint64(v);
}

void
provider_usage_read(struct provider_usage *u, struct json_object *usage)
{
	read_count(usage, "input_tokens", &u->prompt);
	read_count(usage, "prompt_tokens", &u->prompt);
	read_count(usage, "output_tokens", &u->completion);
	read_count(usage, "completion_tokens", &u->completion);
	read_count(json_get(usage, "prompt_tokens_details"), "cached_tokens",
	    &u->cached);
	read_count(json_get(usage, "completion_tokens_details"),
	    "reasoning_tokens", &u->reasoning);
}

int
provider_add(struct json_object *obj, const char *name, struct json_object *v)
{
	if (v == NULL || json_object_object_add(obj, name, v) != 0) {
		json_object_put(v);
		return -1;
	}
	return 0;
}

int
provider_add_string(struct json_object *obj, const char *name, const char *s,
    size_t len)
{
	return provider_add(obj, name, json_object_new_string_len(s, (int)len));
}

/* Adds {"NAME": n} under `name` of a usage object. */
static int
add_detail(struct json_object *usage, const char *name, const char *detail,
    uint64_t n)
{
	struct json_object *o = json_object_new_object();

	if (o == NULL ||
	    provider_add(o, detail, json_object_new_uint64(n)) != 0) {
		json_object_put(o);
		return -1;
	}
	return provider_add(usage, name, o);
}

struct json_object *
provider_usage_json(const struct provider_usage *u)
{
	struct json_object *o = json_object_new_object();

	if (o == NULL ||
	    provider_add(o, "prompt_tokens",
		json_object_new_uint64(u->prompt)) != 0 ||
	    provider_add(o, "completion_tokens",
		json_object_new_uint64(u->completion)) != 0 ||
	    provider_add(o, "total_tokens",
		json_object_new_uint64(u->prompt + u->completion)) != 0 ||
	    add_detail(o, "prompt_tokens_details", "cached_tokens",
		u->cached) != 0 ||
	    add_detail(o, "completion_tokens_details", "reasoning_tokens",
		u->reasoning) != 0) {
		json_object_put(o);
		return NULL;
	}
	return o;
}

struct json_object *
provider_chunk(const char *id, int64_t created, const char *model_id,
    struct json_object *choices)
{
	static const char object[] = "chat.completion.chunk";
	struct json_object *o = json_object_new_object();

	if (o == NULL || choices == NULL ||
	    provider_add_string(o, "id", id, strlen(id)) != 0 ||
	    provider_add_string(o, "object", object, sizeof(object) - 1) != 0 ||
	    provider_add(o, "created", json_object_new_int64(created)) != 0 ||
	    provider_add_string(o, "model", model_id, strlen(model_id)) != 0) {
		json_object_put(choices);
		json_object_put(o);
		return NULL;
	}
	if (provider_add(o, "choices", choices) != 0) {
		json_object_put(o);
		return NULL;
	}
	return o;
}

enum provider_result
provider_emit(struct json_object *chunk, provider_emit_fn emit, void *arg,
    bool content, struct api_error *err)
{
	enum provider_result result = PROVIDER_MORE;
	struct buf text;

	buf_init(&text, PROVIDER_CHUNK_MAX);
	if (json_write(&text, chunk) != 0) {
		result = provider_no_memory(err);
	} else if (emit(arg, text.data, text.len, content) != 0) {
		result = provider_not_passed(err);
	}
	buf_free(&text);
	return result;
}

enum provider_result
provider_finish(struct provider_reader *r, provider_emit_fn emit, void *arg,
    struct api_error *err)
{
	struct json_object *chunk = r->usage_chunk;
	enum provider_result result = PROVIDER_MORE;

	r->usage_chunk = NULL;
	if (r->want_usage && chunk != NULL)
		result = provider_emit(chunk, emit, arg, false, err);
	json_object_put(chunk);
	return result == PROVIDER_MORE ? PROVIDER_DONE : result;
}
