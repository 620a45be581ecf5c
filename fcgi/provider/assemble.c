/* SPDX-License-Identifier: MIT */
/*
 * Between the two forms of an answer: a whole one as chunks, and chunks as a
 * whole one, for servers that send the one where the other was asked for.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kind.h"

/* ---- A whole answer as chunks ---- */

/* A message's calls have no index; a delta's do. */
static int
number_calls(struct json_object *delta)
{
	struct json_object *calls = json_get(delta, "tool_calls"), *call;
	size_t i;

	if (!json_object_is_type(calls, json_type_array))
		return 0;
	for (i = 0; i < json_object_array_length(calls); i++) {
		call = json_object_array_get_idx(calls, i);
		if (json_object_is_type(call, json_type_object) &&
		    provider_add(call, "index", json_object_new_uint64(i)) != 0)
			return -1;
	}
	return 0;
}

static int
make_chunk(struct json_object *root)
{
	static const char object[] = "chat.completion.chunk";
	struct json_object *choices = json_get(root, "choices"), *c, *m;
	size_t i;

	for (i = 0; i < json_object_array_length(choices); i++) {
		c = json_object_array_get_idx(choices, i);
		m = json_get(c, "message");
		m = m != NULL ? json_object_get(m) : json_object_new_object();
		if (provider_add(c, "delta", m) != 0 || number_calls(m) != 0)
			return -1;
		json_object_object_del(c, "message");
	}
	return provider_add_string(root, "object", object, sizeof(object) - 1);
}

enum provider_result
provider_read_whole_as_chunks(struct provider_reader *r, const char *body,
    size_t len, provider_emit_fn emit, void *arg, struct api_error *err)
{
	struct json_object *root = NULL;
	enum provider_result result;
	struct buf whole;

	buf_init(&whole, PROVIDER_CHUNK_MAX);
	if (provider_read_whole(r, body, len, &whole, err) != 0) {
		buf_free(&whole);
		return PROVIDER_FAILED;
	}
	if (json_parse_loose(whole.data, whole.len, JSON_DEPTH_MAX, &root) !=
		JSON_OK ||
	    make_chunk(root) != 0) {
		result = provider_no_memory(err);
	} else {
		/* The usage goes out in a chunk of its own. */
		r->text_bytes = 0;
		json_object_put(r->usage_json);
		r->usage_json = json_object_get(json_get(root, "usage"));
		json_object_object_del(root, "usage");
		result = provider_emit(r, root, emit, arg, true, err);
	}
	if (result == PROVIDER_MORE)
		result = provider_finish(r, emit, arg, err);
	json_object_put(root);
	buf_free(&whole);
	return result;
}

/* ---- Chunks as a whole answer ---- */

struct provider_assembly {
	struct json_object *root; /* of the first chunk; owned */
	size_t room;		  /* bytes that may still come */
};

struct provider_assembly *
provider_assembly_new(size_t max)
{
	struct provider_assembly *a = calloc(1, sizeof(*a));

	if (a != NULL)
		a->room = max;
	return a;
}

void
provider_assembly_free(struct provider_assembly *a)
{
	if (a == NULL)
		return;
	json_object_put(a->root);
	free(a);
}

/* Members whose pieces are one text; of any other text the last one counts. */
static const char *const pieces[] = { "content", "reasoning_content", "refusal",
	"arguments", "text", "summary", "input", NULL };

/* Sets member `name`, with a reference of its own. */
static int
set(struct json_object *to, const char *name, struct json_object *v)
{
	return json_object_object_add(to, name, json_object_get(v));
}

static int merge(struct json_object *to, struct json_object *from,
    unsigned level);

/* A text under way is a list of pieces beside the member, under a name that no
 * JSON of a provider has. */
#define PIECES '\x01'

static struct json_object *
joined(struct json_object *a, struct json_object *b)
{
	size_t n = (size_t)json_object_get_string_len(a);
	size_t m = (size_t)json_object_get_string_len(b);
	struct json_object *v = NULL;
	char *s = malloc(n + m + 1);

	if (s == NULL)
		return NULL;
	memcpy(s, json_object_get_string(a), n);
	memcpy(s + n, json_object_get_string(b), m);
	v = json_object_new_string_len(s, (int)(n + m));
	free(s);
	return v;
}

/* Makes one of the last two pieces while the last is not the shorter one: so
 * that a byte is copied as often as a counter has digits. `all`: of all. */
static int
collapse(struct json_object *list, bool all)
{
	size_t n = json_object_array_length(list);

	for (; n >= 2; n--) {
		struct json_object *a = json_object_array_get_idx(list, n - 2);
		struct json_object *b = json_object_array_get_idx(list, n - 1);
		struct json_object *v;

		if (!all &&
		    json_object_get_string_len(b) <
			json_object_get_string_len(a))
			break;
		v = joined(a, b);
		if (v == NULL ||
		    json_object_array_put_idx(list, n - 2, v) != 0) {
			json_object_put(v);
			return -1;
		}
		if (json_object_array_del_idx(list, n - 1, 1) != 0)
			return -1;
	}
	return 0;
}

static int
add_piece(struct json_object *to, const char *name, struct json_object *first,
    struct json_object *v)
{
	struct json_object *list;
	char key[64];

	(void)snprintf(key, sizeof(key), "%c%s", PIECES, name);
	list = json_get(to, key);
	if (list == NULL) {
		list = json_object_new_array();
		if (provider_add(to, key, list) != 0)
			return -1;
		if (json_object_array_add(list, json_object_get(first)) != 0) {
			json_object_put(first);
			return -1;
		}
	}
	if (json_object_array_add(list, json_object_get(v)) != 0) {
		json_object_put(v);
		return -1;
	}
	return collapse(list, false);
}

/* Puts the texts of an object, and of what is in it, in their places. */
static int
fold(struct json_object *v, unsigned level)
{
	struct json_object *list, *text;
	size_t i;

	if (level > JSON_DEPTH_DEFAULT)
		return 0;
	if (json_object_is_type(v, json_type_array)) {
		for (i = 0; i < json_object_array_length(v); i++) {
			if (fold(json_object_array_get_idx(v, i), level + 1) !=
			    0)
				return -1;
		}
		return 0;
	}
	if (!json_object_is_type(v, json_type_object))
		return 0;
	for (i = 0; pieces[i] != NULL; i++) {
		char key[64];

		(void)snprintf(key, sizeof(key), "%c%s", PIECES, pieces[i]);
		list = json_get(v, key);
		if (list == NULL)
			continue;
		if (collapse(list, true) != 0)
			return -1;
		text = json_object_get(json_object_array_get_idx(list, 0));
		if (provider_add(v, pieces[i], text) != 0)
			return -1;
		json_object_object_del(v, key);
	}
	json_object_object_foreach(v, name, inner)
	{
		(void)name;
		if (fold(inner, level + 1) != 0)
			return -1;
	}
	return 0;
}

/* The item of `list` with that "index", or NULL. */
static struct json_object *
with_index(struct json_object *list, struct json_object *index)
{
	size_t i;

	for (i = 0; index != NULL && i < json_object_array_length(list); i++) {
		struct json_object *item = json_object_array_get_idx(list, i);
		struct json_object *v = json_get(item, "index");

		if (v != NULL &&
		    json_object_get_int64(v) == json_object_get_int64(index))
			return item;
	}
	return NULL;
}

static int
merge_list(struct json_object *to, struct json_object *from, unsigned level)
{
	size_t i;

	for (i = 0; i < json_object_array_length(from); i++) {
		struct json_object *v = json_object_array_get_idx(from, i);
		struct json_object *have = with_index(to, json_get(v, "index"));

		if (have != NULL) {
			if (merge(have, v, level + 1) != 0)
				return -1;
		} else if (json_object_array_add(to, json_object_get(v)) != 0) {
			json_object_put(v);
			return -1;
		}
	}
	return 0;
}

static bool
is_piece(const char *name)
{
	size_t i;

	for (i = 0; pieces[i] != NULL && strcmp(pieces[i], name) != 0; i++)
		;
	return pieces[i] != NULL;
}

static int
merge_member(struct json_object *to, const char *name, struct json_object *v,
    unsigned level)
{
	struct json_object *have = json_get(to, name);
	enum json_type type = json_object_get_type(v);

	if (v == NULL && have != NULL)
		return 0;
	if (have == NULL || json_object_get_type(have) != type ||
	    level > JSON_DEPTH_DEFAULT)
		return set(to, name, v);
	if (type == json_type_string && is_piece(name))
		return add_piece(to, name, have, v);
	if (type == json_type_array)
		return merge_list(have, v, level);
	if (type == json_type_object)
		return merge(have, v, level + 1);
	return set(to, name, v);
}

static int
merge(struct json_object *to, struct json_object *from, unsigned level)
{
	if (!json_object_is_type(to, json_type_object) ||
	    !json_object_is_type(from, json_type_object))
		return 0;
	json_object_object_foreach(from, name, v)
	{
		if (merge_member(to, name, v, level) != 0)
			return -1;
	}
	return 0;
}

int
provider_assembly_add(void *assembly, const char *json, size_t len,
    bool content)
{
	struct provider_assembly *a = assembly;
	struct json_object *chunk;
	int rc = -1;

	(void)content;
	if (len > a->room ||
	    json_parse_loose(json, len, JSON_DEPTH_MAX, &chunk) != JSON_OK)
		return -1;
	a->room -= len;
	if (a->root == NULL) {
		a->root = chunk;
		return 0;
	}
	rc = merge(a->root, chunk, 0);
	json_object_put(chunk);
	return rc;
}

/* A delta becomes a message. */
static int
make_message(struct json_object *choice)
{
	struct json_object *m = json_get(choice, "delta"), *calls, *call;
	size_t i;

	if (!json_object_is_type(m, json_type_object))
		m = json_object_new_object();
	else
		m = json_object_get(m);
	if (provider_add(choice, "message", m) != 0)
		return -1;
	json_object_object_del(choice, "delta");
	calls = json_get(m, "tool_calls");
	if (json_object_is_type(calls, json_type_array)) {
		for (i = 0; i < json_object_array_length(calls); i++) {
			call = json_object_array_get_idx(calls, i);
			if (json_object_is_type(call, json_type_object))
				json_object_object_del(call, "index");
		}
	}
	if (json_get(m, "content") == NULL &&
	    json_object_object_add(m, "content", NULL) != 0)
		return -1;
	if (json_get(m, "role") != NULL)
		return 0;
	return provider_add_string(m, "role", "assistant", 9);
}

int
provider_assembly_write(struct provider_assembly *a, struct buf *out)
{
	static const char object[] = "chat.completion";
	struct json_object *choices = json_get(a->root, "choices");
	size_t i;

	if (!json_object_is_type(choices, json_type_array) ||
	    fold(choices, 0) != 0)
		return -1;
	for (i = 0; i < json_object_array_length(choices); i++) {
		struct json_object *c = json_object_array_get_idx(choices, i);

		if (!json_object_is_type(c, json_type_object) ||
		    make_message(c) != 0)
			return -1;
	}
	if (provider_add_string(a->root, "object", object,
		sizeof(object) - 1) != 0)
		return -1;
	return json_write(out, a->root);
}

/* ---- Chunks without events ---- */

struct gathering {
	struct provider_reader *r;
	struct provider_assembly *a;
	struct api_error *err;
	enum provider_result result;
};

/* One chunk, of an event stream's. */
static bool
gather(struct gathering *g, const char *s, size_t len)
{
	const struct sse_event ev = { .data = s, .data_len = len, .name = "" };

	g->result =
	    provider_read(g->r, &ev, provider_assembly_add, g->a, g->err);
	return g->result == PROVIDER_MORE;
}

static void
gather_list(struct gathering *g, struct json_object *list)
{
	struct buf text;
	size_t i;
	bool more = true;

	for (i = 0; more && i < json_object_array_length(list); i++) {
		buf_init(&text, PROVIDER_CHUNK_MAX);
		more =
		    json_write(&text, json_object_array_get_idx(list, i)) == 0;
		if (more)
			more = gather(g, text.data, text.len);
		else
			g->result = provider_no_memory(g->err);
		buf_free(&text);
	}
}

static void
gather_lines(struct gathering *g, const char *s, size_t len)
{
	const char *end = s + len, *eol;
	bool more = true;

	for (; more && s < end; s = eol + 1) {
		eol = memchr(s, '\n', (size_t)(end - s));
		if (eol == NULL)
			eol = end;
		if (eol > s && strchr(" \r", *s) == NULL)
			more = gather(g, s, (size_t)(eol - s));
	}
}

int
provider_read_pieces(struct provider_reader *r, const char *body, size_t len,
    struct json_object *list, struct buf *out, struct api_error *err)
{
	struct gathering g = { r, provider_assembly_new(PROVIDER_CHUNK_MAX),
		err, PROVIDER_MORE };
	int rc = -1;

	if (g.a == NULL) {
		(void)provider_no_memory(err);
		return -1;
	}
	if (list != NULL)
		gather_list(&g, list);
	else
		gather_lines(&g, body, len);
	if (g.result == PROVIDER_MORE)
		g.result =
		    provider_read_end(r, provider_assembly_add, g.a, err);
	if (g.result == PROVIDER_DONE)
		rc = provider_assembly_write(g.a, out);
	provider_assembly_free(g.a);
	return rc;
}
