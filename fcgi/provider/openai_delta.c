/* SPDX-License-Identifier: MIT */
/*
 * What one delta, or one whole message, of an answer has, brought into form.
 * Nothing in it is lost: what has no form here passes as it is.
 */
#include "config.h"

#include <string.h>

#include "openai.h"

/* What content that is no plain text turns out to have. */
struct content {
	struct buf text, reasoning;
	struct json_object *images; /* owned arrays, NULL: none */
	struct json_object *others;
};

static void
content_free(struct content *c)
{
	buf_free(&c->text);
	buf_free(&c->reasoning);
	json_object_put(c->images);
	json_object_put(c->others);
}

/* Adds a reference to `v` to an array that is made when there is none. */
static int
collect(struct json_object **list, struct json_object *v)
{
	if (*list == NULL)
		*list = json_object_new_array();
	if (*list == NULL)
		return -1;
	if (json_object_array_add(*list, json_object_get(v)) != 0) {
		json_object_put(v);
		return -1;
	}
	return 0;
}

static bool
is_any(const char *type, const char *const *names)
{
	for (; *names != NULL; names++) {
		if (strcmp(type, *names) == 0)
			return true;
	}
	return false;
}

/* One part of content that is an array. */
static int
take_part(struct content *c, struct json_object *part)
{
	static const char *const thoughts[] = { "thinking", "reasoning", NULL };
	static const char *const pictures[] = { "image_url", "image",
		"output_image", "input_image", NULL };
	const char *type = json_str(part, "type", NULL);
	size_t before = c->text.len;

	if (type != NULL && is_any(type, pictures))
		return collect(&c->images, part);
	if (type != NULL && is_any(type, thoughts) &&
	    provider_text(part, &c->reasoning) == 0)
		return 0;
	if (provider_text(part, &c->text) == 0)
		return 0;
	buf_truncate(&c->text, before);
	return collect(&c->others, part);
}

static enum provider_result
take_content(struct content *c, struct json_object *v, struct api_error *err)
{
	size_t i;

	if (!json_object_is_type(v, json_type_array))
		return provider_text(v, &c->text) == 0
		    ? PROVIDER_MORE
		    : provider_invalid(err, "content that is no text");
	for (i = 0; i < json_object_array_length(v); i++) {
		if (take_part(c, json_object_array_get_idx(v, i)) != 0)
			return provider_no_memory(err);
	}
	return PROVIDER_MORE;
}

/* Adds what is in `list` to the array that `delta` has by that name. */
static int
append_to(struct json_object *delta, const char *name, struct json_object *list)
{
	struct json_object *have = json_get(delta, name);
	size_t i;

	if (list == NULL)
		return 0;
	if (!json_object_is_type(have, json_type_array))
		return provider_add(delta, name, json_object_get(list));
	for (i = 0; i < json_object_array_length(list); i++) {
		if (collect(&have, json_object_array_get_idx(list, i)) != 0)
			return -1;
	}
	return 0;
}

/* Reasoning under any of its names; the first that says something counts. */
static int
take_reasoning(struct openai_state *st, struct json_object *delta,
    struct buf *text)
{
	static const char *const names[] = { "reasoning_content", "reasoning",
		"reasoning_text", "thinking" };
	struct json_object *v;
	struct buf one;
	size_t i;
	bool ok = true;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		buf_init(&one, PROVIDER_CHUNK_MAX);
		if (provider_text(json_get(delta, names[i]), &one) == 0) {
			if (text->len == 0)
				buf_append(text, buf_str(&one), one.len);
			json_object_object_del(delta, names[i]);
			if (text->len > 0 && st->thought == NULL)
				st->thought = names[i];
		}
		ok = ok && buf_ok(&one);
		buf_free(&one);
	}
	/* The details go on: a provider may want them back. */
	v = json_get(delta, "reasoning_details");
	buf_init(&one, PROVIDER_CHUNK_MAX);
	if (text->len == 0 && json_object_is_type(v, json_type_array)) {
		for (i = 0; i < json_object_array_length(v); i++) {
			buf_reset(&one);
			if (provider_text(json_object_array_get_idx(v, i),
				&one) == 0)
				buf_append(text, buf_str(&one), one.len);
		}
	}
	ok = ok && buf_ok(&one);
	buf_free(&one);
	if (!json_object_is_type(v, json_type_array) ||
	    json_object_array_length(v) == 0)
		json_object_object_del(delta, "reasoning_details");
	return ok && buf_ok(text) ? 0 : -1;
}

/* Takes thoughts out of the text. */
static int
split(struct content *c, struct provider_think *think, bool whole)
{
	struct buf text = c->text, thought;

	buf_init(&thought, PROVIDER_CHUNK_MAX);
	buf_init(&c->text, PROVIDER_CHUNK_MAX);
	if (c->reasoning.len > 0)
		think->state =
		    think->held.len > 0 ? think->state : PROVIDER_THINK_OFF;
	if (!buf_ok(&text) ||
	    provider_think_feed(think, buf_str(&text), text.len, &thought,
		&c->text) != 0)
		c->text.failed = true;
	if (whole)
		provider_think_end(think, &thought, &c->text);
	if (!buf_ok(&thought))
		c->reasoning.failed = true;
	buf_append(&c->reasoning, buf_str(&thought), thought.len);
	buf_free(&thought);
	buf_free(&text);
	return buf_ok(&c->text) && buf_ok(&c->reasoning) ? 0 : -1;
}

/* Puts back what was taken out of a delta. */
static int
put_content(struct json_object *delta, struct content *c, bool replace)
{
	if (!buf_ok(&c->text) || !buf_ok(&c->reasoning))
		return -1;
	if (replace &&
	    provider_add_string(delta, "content", buf_str(&c->text),
		c->text.len) != 0)
		return -1;
	if (c->reasoning.len > 0 &&
	    provider_add_string(delta, "reasoning_content", c->reasoning.data,
		c->reasoning.len) != 0)
		return -1;
	if (append_to(delta, "images", c->images) != 0)
		return -1;
	return append_to(delta, "content_parts", c->others);
}

/* The calls; some send one that is no list. A provider that checks what goes back
 * with a call wants the thoughts before it under its own name for them, which is
 * told once, with the first call. */
static int
take_calls(struct openai_state *st, int64_t choice, struct json_object *delta,
    bool whole)
{
	struct json_object *calls = json_get(delta, "tool_calls"), *list = NULL;
	const char *name = st->thought;

	if (json_object_is_type(calls, json_type_object)) {
		if (collect(&list, calls) != 0 ||
		    provider_add(delta, "tool_calls", list) != 0)
			return -1;
		calls = list;
	}
	if (!json_object_is_type(calls, json_type_array) ||
	    json_object_array_length(calls) == 0)
		return 0;
	if (name != NULL && !st->told) {
		st->told = true;
		if (provider_add_string(delta, "reasoning_name", name,
			strlen(name)) != 0)
			return -1;
	}
	return openai_calls(st, choice, calls, whole);
}

enum provider_result
openai_delta(struct openai_state *st, int64_t choice, struct json_object *delta,
    struct provider_think *think, bool whole, struct api_error *err)
{
	struct json_object *v = json_get(delta, "content");
	bool thinks = think != NULL && think->state != PROVIDER_THINK_OFF;
	bool replace =
	    v != NULL && (thinks || !json_object_is_type(v, json_type_string));
	enum provider_result result = PROVIDER_MORE;
	struct content c = { .images = NULL };

	buf_init(&c.text, PROVIDER_CHUNK_MAX);
	buf_init(&c.reasoning, PROVIDER_CHUNK_MAX);
	if (replace)
		result = take_content(&c, v, err);
	if (result == PROVIDER_MORE &&
	    (take_reasoning(st, delta, &c.reasoning) != 0 ||
		(thinks && replace && split(&c, think, whole) != 0) ||
		put_content(delta, &c, replace) != 0 ||
		take_calls(st, choice, delta, whole) != 0))
		result = provider_no_memory(err);
	content_free(&c);
	return result;
}
