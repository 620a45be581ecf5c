/* SPDX-License-Identifier: MIT */
/*
 * Model lists: OpenAI's form, which everybody extends in a way of their own,
 * and Anthropic's pages.
 */
#include "config.h"

#include <limits.h>
#include <string.h>

#include "kind.h"

#define MODEL_ID_MAX 256

unsigned
provider_list_number(struct json_object *obj, const char *name, unsigned was)
{
	struct json_object *v = json_get(obj, name);
	int64_t n = json_object_is_type(v, json_type_int) ||
		json_object_is_type(v, json_type_double) ||
		json_object_is_type(v, json_type_string)
	    ? json_object_get_int64(v)
	    : 0;

	return n > 0 && n <= INT_MAX ? (unsigned)n : was;
}

static bool
has_word(struct json_object *list, const char *word)
{
	size_t i;

	if (!json_object_is_type(list, json_type_array))
		return false;
	for (i = 0; i < json_object_array_length(list); i++) {
		struct json_object *v = json_object_array_get_idx(list, i);

		if (json_object_is_type(v, json_type_string) &&
		    strcmp(json_object_get_string(v), word) == 0)
			return true;
	}
	return false;
}

/* vLLM, Groq and OpenRouter, LM Studio, Mistral, llama.cpp, Anthropic. */
static void
read_lengths(struct json_object *item, struct config_model *m)
{
	static const char *const names[] = { "max_model_len", "context_length",
		"context_window", "max_context_length", "max_input_tokens" };
	struct json_object *meta = json_get(item, "meta");
	struct json_object *top = json_get(item, "top_provider");
	size_t i;

	m->context_length = provider_list_number(meta, "n_ctx_train", 0);
	m->context_length =
	    provider_list_number(meta, "n_ctx", m->context_length);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		m->context_length =
		    provider_list_number(item, names[i], m->context_length);
	m->context_length =
	    provider_list_number(top, "context_length", m->context_length);
	m->max_output_tokens =
	    provider_list_number(top, "max_completion_tokens", 0);
	m->max_output_tokens = provider_list_number(item,
	    "max_completion_tokens", m->max_output_tokens);
	m->max_output_tokens = provider_list_number(item, "max_output_tokens",
	    m->max_output_tokens);
}

/* True when the model says that it takes pictures. */
static bool
takes_images(struct json_object *item)
{
	struct json_object *capabilities = json_get(item, "capabilities");
	struct json_object *v;

	v = json_get(capabilities, "vision");
	if (v == NULL)
		v = json_get(json_get(capabilities, "image_input"),
		    "supported");
	if (json_object_is_type(v, json_type_boolean))
		return json_object_get_boolean(v) != 0;
	return has_word(json_get(json_get(item, "architecture"),
			    "input_modalities"),
		   "image") ||
	    has_word(json_get(item, "input_modalities"), "image") ||
	    has_word(capabilities, "vision") ||
	    has_word(capabilities, "multimodal");
}

static bool
is_id(const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if ((unsigned char)s[i] < 0x20 || s[i] == 0x7f)
			return false;
	}
	return len > 0 && len <= MODEL_ID_MAX;
}

/* A string of the item as a struct has it, without const; borrowed. */
static char *
borrow(struct json_object *item, const char *name)
{
	struct json_object *v = json_get(item, name);
	union {
		const char *from;
		char *to;
	} u;

	if (!json_object_is_type(v, json_type_string) ||
	    !is_id(json_object_get_string(v),
		(size_t)json_object_get_string_len(v)))
		return NULL;
	u.from = json_object_get_string(v);
	return u.to;
}

static int
read_item(const struct provider_kind *kind, struct json_object *item,
    provider_model_fn add, void *arg)
{
	struct config_model m;

	memset(&m, 0, sizeof(m));
	m.id = borrow(item, "id");
	if (m.id == NULL)
		return 0;
	m.name = borrow(item, "display_name");
	if (m.name == NULL)
		m.name = borrow(item, "name");
	read_lengths(item, &m);
	m.input = INPUT_TEXT;
	if (takes_images(item))
		m.input |= INPUT_IMAGE;
	if (kind->list_item != NULL)
		kind->list_item(item, &m);
	return add(arg, &m);
}

static void
read_cursor(struct json_object *root, struct buf *after)
{
	const char *last;
	size_t len;

	buf_reset(after);
	if (!json_object_get_boolean(json_get(root, "has_more")))
		return;
	last = json_str(root, "last_id", &len);
	if (last != NULL && is_id(last, len))
		buf_append(after, last, len);
}

int
provider_list_read(const struct config_provider *p, const char *body,
    size_t len, provider_model_fn add, void *arg, struct buf *after)
{
	const struct provider_kind *kind =
	    (const struct provider_kind *)p->kind;
	struct json_object *root, *list;
	int rc = -1;
	size_t i;

	buf_reset(after);
	if (json_parse_loose(body, len, JSON_DEPTH_DEFAULT, &root) != JSON_OK)
		return -1;
	/* Together.ai sends the bare array. */
	list = json_object_is_type(root, json_type_array)
	    ? root
	    : json_get(root, "data");
	if (json_object_is_type(list, json_type_array)) {
		rc = 0;
		for (i = 0; rc == 0 && i < json_object_array_length(list); i++)
			rc = read_item(kind, json_object_array_get_idx(list, i),
				 add, arg) != 0
			    ? -1
			    : 0;
		read_cursor(root, after);
	}
	json_object_put(root);
	return rc;
}
