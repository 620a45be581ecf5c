/* SPDX-License-Identifier: MIT */
/*
 * Model lists: OpenAI's form, which everybody extends in a way of their own, and
 * those of Anthropic, Ollama, Google, Cloudflare, Azure, LM Studio and GitHub.
 */
#include "config.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

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
		"context_window", "max_context_length", "max_input_tokens",
		"inputTokenLimit", "n_ctx", "max_tokens_in" };
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
	m->max_output_tokens = provider_list_number(item, "outputTokenLimit",
	    m->max_output_tokens);
}

/* What a model says that it takes: a set, 0 where it says nothing. */
static unsigned
read_input(struct json_object *item)
{
	struct json_object *capabilities = json_get(item, "capabilities");
	struct json_object *lists[] = { json_get(json_get(item, "architecture"),
					    "input_modalities"),
		json_get(item, "input_modalities"),
		json_get(item, "supported_input_modalities"), capabilities };
	struct json_object *v = json_get(capabilities, "vision");
	const char *type = json_str(item, "type", NULL);
	unsigned input = 0;
	size_t i;

	if (v == NULL)
		v = json_get(json_get(capabilities, "image_input"),
		    "supported");
	if (v == NULL)
		v = json_get(item, "supports_image_in");
	if (json_object_is_type(v, json_type_boolean))
		return INPUT_TEXT |
		    (json_object_get_boolean(v) ? INPUT_IMAGE : 0);
	if (type != NULL && strcmp(type, "vlm") == 0)
		return INPUT_TEXT | INPUT_IMAGE;
	for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		if (!json_object_is_type(lists[i], json_type_array))
			continue;
		input |= INPUT_TEXT;
		if (has_word(lists[i], "image") ||
		    has_word(lists[i], "vision") ||
		    has_word(lists[i], "multimodal"))
			input |= INPUT_IMAGE;
		if (has_word(lists[i], "audio"))
			input |= INPUT_AUDIO;
		if (has_word(lists[i], "file") || has_word(lists[i], "pdf"))
			input |= INPUT_FILE;
	}
	return input;
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

/* The text of a value as a struct has it, without const; borrowed. NULL: it
 * could not be an id. */
static char *
text_of(struct json_object *v)
{
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

static char *
borrow(struct json_object *item, const char *name)
{
	return text_of(json_get(item, name));
}

/* An id that only a machine reads: another name is the model's. */
static bool
is_machine_id(const char *id)
{
	size_t i, dashes = 0;

	if (strstr(id, "://") != NULL)
		return true;
	for (i = 0; id[i] != '\0'; i++) {
		if (id[i] == '-')
			dashes++;
		else if (strchr("0123456789abcdef", id[i]) == NULL)
			return false;
	}
	return i == 36 && dashes == 4; /* a UUID */
}

/* The id under whatever name; Google's has a folder before it. */
static char *
find_id(struct json_object *item)
{
	static const char *const names[] = { "id", "model", "name", "key",
		"slug", "model_id" };
	static const char folder[] = "models/";
	char *id = NULL;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char *s = borrow(item, names[i]);

		if (s == NULL)
			continue;
		if (id == NULL)
			id = s;
		if (is_machine_id(s))
			continue;
		id = s;
		break;
	}
	if (id != NULL && strncmp(id, folder, sizeof(folder) - 1) == 0)
		id += sizeof(folder) - 1;
	return id;
}

static char *
find_name(struct json_object *item, const char *id)
{
	static const char *const names[] = { "display_name", "displayName",
		"friendly_name", "name" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char *s = borrow(item, names[i]);

		if (s != NULL && strcmp(s, id) != 0 &&
		    strncmp(s, "models/", 7) != 0)
			return s;
	}
	return NULL;
}

/* Seconds since 1970, as a number or a date. */
static int64_t
find_created(struct json_object *item)
{
	static const char *const names[] = { "created", "created_at",
		"modified_at", "createdAt" };
	struct tm tm;
	const char *s;
	uint64_t n;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (json_object_is_type(json_get(item, names[i]),
			json_type_int) &&
		    provider_count(json_get(item, names[i]), &n))
			return (int64_t)(n < 1000000000000 ? n : n / 1000);
		s = json_str(item, names[i], NULL);
		memset(&tm, 0, sizeof(tm));
		if (s == NULL ||
		    sscanf(s, "%4d-%2d-%2d", &tm.tm_year, &tm.tm_mon,
			&tm.tm_mday) != 3)
			continue;
		tm.tm_year -= 1900;
		tm.tm_mon--;
		if (tm.tm_year >= 70 && tm.tm_mon >= 0 && tm.tm_mon < 12)
			return (int64_t)timegm(&tm);
	}
	return 0;
}

static int
read_item(const struct provider_kind *kind, const struct config_provider *p,
    struct json_object *item, provider_model_fn add, void *arg)
{
	struct config_model m;

	memset(&m, 0, sizeof(m));
	if (json_object_is_type(item, json_type_string)) {
		m.id = text_of(item);
		return m.id != NULL && provider_list_offers(p, NULL, m.id)
		    ? add(arg, &m)
		    : 0;
	}
	m.id = find_id(item);
	if (m.id == NULL || !provider_list_offers(p, item, m.id))
		return 0;
	m.name = find_name(item, m.id);
	m.created = find_created(item);
	read_lengths(item, &m);
	m.input = read_input(item);
	if (kind->list_item != NULL)
		kind->list_item(item, &m);
	return add(arg, &m);
}

/* The list itself, under whatever name; NULL: there is none. */
static struct json_object *
find_list(struct json_object *root)
{
	static const char *const names[] = { "data", "models", "result",
		"value", "items", "publisherModels" };
	size_t i;

	if (json_object_is_type(root, json_type_array))
		return root;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct json_object *v = json_get(root, names[i]);

		if (json_object_is_type(v, json_type_array))
			return v;
	}
	/* One level down: {"result":{"models":[...]}} */
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct json_object *v = json_get(root, names[i]);

		if (json_object_is_type(v, json_type_object) && v != root)
			return find_list(v);
	}
	return NULL;
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
	list = find_list(root);
	if (json_object_is_type(list, json_type_array)) {
		rc = 0;
		for (i = 0; rc == 0 && i < json_object_array_length(list); i++)
			rc = read_item(kind, p,
				 json_object_array_get_idx(list, i), add,
				 arg) != 0
			    ? -1
			    : 0;
		read_cursor(root, after);
	}
	json_object_put(root);
	return rc;
}
