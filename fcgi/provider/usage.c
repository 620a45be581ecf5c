/* SPDX-License-Identifier: MIT */
/*
 * What an answer has cost, in whatever form a provider says so. Counts are
 * taken to be cumulative: the largest that was seen counts.
 */
#include "config.h"

#include <string.h>

#include "kind.h"

#define MILLION 1e6
#define COST_MAX 1e6	  /* of one answer: more is a mistake */
#define BYTES_PER_TOKEN 4 /* about, where nobody counted */
#define ROLE_MAX 16	  /* bytes of what may be one */

static void
take_most(struct json_object *from, const char *name, uint64_t *out)
{
	uint64_t n;

	if (provider_count(json_get(from, name), &n) && n > *out)
		*out = n;
}

/* Takes the most that any of these names says. */
static void
take_any(struct json_object *from, const char *const *names, uint64_t *out)
{
	for (; *names != NULL; names++)
		take_most(from, *names, out);
}

/* Anthropic counts what went into and came out of its cache apart. */
static void
take_prompt(struct json_object *usage, struct provider_usage *u)
{
	static const char *const names[] = { "prompt_tokens",
		"promptTokenCount", "prompt_eval_count", "prompt_token_count",
		NULL };
	uint64_t fresh = 0, made = 0, read = 0;

	take_any(usage, names, &u->prompt);
	take_most(usage, "input_tokens", &fresh);
	take_most(usage, "cache_creation_input_tokens", &made);
	take_most(usage, "cache_read_input_tokens", &read);
	if (fresh + made + read > u->prompt)
		u->prompt = fresh + made + read;
	if (read > u->cached)
		u->cached = read;
}

static void
take_details(struct json_object *usage, struct provider_usage *u)
{
	static const char *const cached[] = { "cached_tokens",
		"prompt_cache_hit_tokens", "cachedContentTokenCount", NULL };
	static const char *const reasoning[] = { "reasoning_tokens",
		"thoughtsTokenCount", "thinking_tokens", NULL };
	static const char *const in[] = { "prompt_tokens_details",
		"input_tokens_details" };
	static const char *const of[] = { "completion_tokens_details",
		"output_tokens_details" };
	size_t i;

	take_any(usage, cached, &u->cached);
	take_any(usage, reasoning, &u->reasoning);
	for (i = 0; i < 2; i++) {
		take_any(json_get(usage, in[i]), cached, &u->cached);
		take_any(json_get(usage, of[i]), reasoning, &u->reasoning);
	}
}

/* What some gateways say that it costs. */
static void
take_cost(struct json_object *usage, struct provider_usage *u)
{
	double cost;

	if (!provider_number(json_get(usage, "cost"), &cost) ||
	    !(cost > 0 && cost < COST_MAX))
		return;
	if ((uint64_t)(cost * MILLION + 0.5) > u->cost)
		u->cost = (uint64_t)(cost * MILLION + 0.5);
}

void
provider_usage_read(struct provider_usage *u, struct json_object *usage)
{
	static const char *const names[] = { "completion_tokens",
		"output_tokens", "candidatesTokenCount", "eval_count",
		"completion_token_count", "generated_tokens", NULL };
	static const char *const totals[] = { "total_tokens", "totalTokenCount",
		NULL };
	uint64_t total = 0;

	take_prompt(usage, u);
	take_any(usage, names, &u->completion);
	take_details(usage, u);
	take_cost(usage, u);
	take_any(usage, totals, &total);
	/* A total alone must not be for nothing. */
	if (total > u->prompt + u->completion)
		u->completion = total - u->prompt;
}

bool
provider_usage_known(const struct provider_usage *u)
{
	return u->prompt > 0 || u->completion > 0;
}

void
provider_usage_estimate(struct provider_usage *u, uint64_t asked,
    uint64_t text_bytes)
{
	if (u->completion == 0 && text_bytes > 0) {
		u->completion =
		    (text_bytes + BYTES_PER_TOKEN - 1) / BYTES_PER_TOKEN;
		u->estimated = true;
	}
	if (u->prompt == 0 && asked > 0) {
		u->prompt = (asked + BYTES_PER_TOKEN - 1) / BYTES_PER_TOKEN;
		u->estimated = true;
	}
}

/* Sets a detail of `usage`, in an object of that name. */
static int
put_detail(struct json_object *usage, const char *name, const char *detail,
    uint64_t n)
{
	struct json_object *o = json_get(usage, name);

	if (json_object_is_type(o, json_type_object))
		return provider_add(o, detail, json_object_new_uint64(n));
	o = json_object_new_object();
	if (o == NULL ||
	    provider_add(o, detail, json_object_new_uint64(n)) != 0) {
		json_object_put(o);
		return -1;
	}
	return provider_add(usage, name, o);
}

/* The names by which an API of another form tells what is set below. */
static void
drop_others(struct json_object *o)
{
	static const char *const names[] = { "input_tokens", "output_tokens",
		"cache_creation_input_tokens", "cache_read_input_tokens",
		"input_tokens_details", "output_tokens_details" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		json_object_object_del(o, names[i]);
}

int
provider_usage_put(struct json_object *o, const struct provider_usage *u)
{
	drop_others(o);
	if (provider_add(o, "prompt_tokens",
		json_object_new_uint64(u->prompt)) != 0 ||
	    provider_add(o, "completion_tokens",
		json_object_new_uint64(u->completion)) != 0 ||
	    provider_add(o, "total_tokens",
		json_object_new_uint64(u->prompt + u->completion)) != 0 ||
	    put_detail(o, "prompt_tokens_details", "cached_tokens",
		u->cached) != 0 ||
	    put_detail(o, "completion_tokens_details", "reasoning_tokens",
		u->reasoning) != 0)
		return -1;
	return u->estimated
	    ? provider_add(o, "estimated", json_object_new_boolean(1))
	    : 0;
}

struct json_object *
provider_usage_json(const struct provider_usage *u)
{
	struct json_object *o = json_object_new_object();

	if (o != NULL && provider_usage_put(o, u) != 0) {
		json_object_put(o);
		return NULL;
	}
	return o;
}

/* Whose words they are is none of the words. */
static bool
is_role(const char *name, struct json_object *v)
{
	return strcmp(name, "role") == 0 &&
	    json_object_is_type(v, json_type_string) &&
	    json_object_get_string_len(v) <= ROLE_MAX;
}

/* Bytes of text in a value; a file in it is no text. */
static uint64_t
text_bytes(struct json_object *v, unsigned level)
{
	uint64_t n = 0;
	size_t i;

	if (level > JSON_DEPTH_MAX)
		return 0;
	switch (json_object_get_type(v)) {
	case json_type_string:
		if (strncmp(json_object_get_string(v), "data:", 5) == 0)
			return 0;
		return (uint64_t)json_object_get_string_len(v);
	case json_type_array:
		for (i = 0; i < json_object_array_length(v); i++)
			n += text_bytes(json_object_array_get_idx(v, i),
			    level + 1);
		return n;
	case json_type_object: {
		json_object_object_foreach(v, name, inner)
		{
			if (!is_role(name, inner))
				n += text_bytes(inner, level + 1);
		}
		return n;
	}
	default:
		return 0;
	}
}

uint64_t
provider_text_bytes(struct json_object *v)
{
	return text_bytes(v, 0);
}

uint64_t
provider_asked(const struct chat_request *req)
{
	return text_bytes(json_get(req->root, "messages"), 0) +
	    text_bytes(json_get(req->root, "tools"), 0);
}
