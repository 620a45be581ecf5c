/* SPDX-License-Identifier: MIT */
/*
 * Tool calls as OpenAI streams them: a call has an index of its own, its first
 * piece an id, a type and a name, and its arguments are text. Others leave the
 * index or the id out, give every call the same index, or send arguments as an
 * object.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "openai.h"

static uint64_t
hash(const char *s)
{
	uint64_t h = UINT64_C(14695981039346656037);

	for (; *s != '\0'; s++)
		h = (h ^ (unsigned char)*s) * UINT64_C(1099511628211);
	return h | 1;
}

/* The call that has that id; where several have, by the server's index. One with
 * a name and an index of its own is another. */
static struct openai_call *
find_id(struct openai_state *st, int64_t choice, int64_t given, uint64_t id,
    bool named)
{
	struct openai_call *found = NULL, *c;
	size_t i;

	for (i = st->n_calls; id != 0 && i-- > 0;) {
		c = &st->calls[i];
		if (c->choice != choice || c->id != id)
			continue;
		if (c->given == given)
			return c;
		if (found == NULL && (!named || given == -1 || c->given == -1))
			found = c;
	}
	return found;
}

/* The last known call that fits, or NULL: what comes is a new one. */
static struct openai_call *
find(struct openai_state *st, int64_t choice, int64_t given, uint64_t id,
    bool named)
{
	struct openai_call *known = find_id(st, choice, given, id, named);
	size_t i;

	if (known != NULL)
		return known;
	/* A name begins a call, unless it belongs to one without an id. */
	if (id != 0 && named)
		given = given == -1 ? -2 : given;
	if (id == 0 && named && given == -1)
		return NULL;
	for (i = st->n_calls; i-- > 0;) {
		struct openai_call *c = &st->calls[i];

		if (c->choice != choice || (given != -1 && c->given != given))
			continue;
		return id != 0 && named && c->id != 0 ? NULL : c;
	}
	return NULL;
}

static struct openai_call *
add(struct openai_state *st, int64_t choice, int64_t given)
{
	struct openai_call *more, *c;
	unsigned ours = 0;
	size_t i;

	if (st->n_calls == OPENAI_CALLS_MAX)
		return NULL;
	if ((st->n_calls & (st->n_calls - 1)) == 0) {
		more = realloc(st->calls,
		    (st->n_calls > 0 ? 2 * st->n_calls : 1) * sizeof(*more));
		if (more == NULL)
			return NULL;
		st->calls = more;
	}
	for (i = 0; i < st->n_calls; i++)
		ours += st->calls[i].choice == choice;
	c = &st->calls[st->n_calls++];
	c->choice = choice;
	c->given = given;
	c->id = 0;
	c->ours = ours;
	return c;
}

/* Some send the function's members beside it. */
static int
wrap_function(struct json_object *call)
{
	static const char *const names[] = { "name", "arguments" };
	struct json_object *f, *v;
	size_t i;

	if (json_get(call, "function") != NULL ||
	    json_get(call, "name") == NULL)
		return 0;
	f = json_object_new_object();
	if (provider_add(call, "function", f) != 0)
		return -1;
	for (i = 0; i < 2; i++) {
		v = json_get(call, names[i]);
		if (v != NULL &&
		    provider_add(f, names[i], json_object_get(v)) != 0)
			return -1;
		json_object_object_del(call, names[i]);
	}
	return 0;
}

static int
set_arguments(struct json_object *f, bool whole)
{
	struct json_object *v = json_get(f, "arguments");
	struct buf text;
	int rc = -1;

	if (json_object_is_type(v, json_type_string) &&
	    (!whole || json_object_get_string_len(v) > 0))
		return 0;
	if (v == NULL || json_object_is_type(v, json_type_string)) {
		if (whole)
			return provider_add_string(f, "arguments", "{}", 2);
		json_object_object_del(f, "arguments");
		return 0;
	}
	buf_init(&text, PROVIDER_CHUNK_MAX);
	if (json_write(&text, v) == 0)
		rc = provider_add_string(f, "arguments", text.data, text.len);
	buf_free(&text);
	return rc;
}

/* True when an id names no call: there is none, or another call has it. */
static bool
is_unfit(const struct openai_state *st, const struct openai_call *c,
    const char *id)
{
	size_t i;

	if (id == NULL || id[0] == '\0' || strcmp(id, "null") == 0)
		return true;
	for (i = 0; i < st->n_calls; i++) {
		if (&st->calls[i] != c && st->calls[i].choice == c->choice &&
		    st->calls[i].id == c->id)
			return true;
	}
	return false;
}

/* What the first piece of a call must have. */
static int
set_begin(struct openai_state *st, const struct openai_call *c,
    struct json_object *call)
{
	const char *id = json_str(call, "id", NULL);
	const char *type = json_str(call, "type", NULL);
	char made[48];

	if (is_unfit(st, c, id)) {
		(void)snprintf(made, sizeof(made), "call_%08x_%u", st->seed,
		    c->ours);
		if (provider_add_string(call, "id", made, strlen(made)) != 0)
			return -1;
	}
	if ((type == NULL || type[0] == '\0') &&
	    json_get(call, "function") != NULL)
		return provider_add_string(call, "type", "function", 8);
	return 0;
}

/* A name ends where a marker of the model's own language begins, which some
 * servers leave behind it: no tool has such a name. */
static int
trim_name(struct json_object *f)
{
	const char *name = json_str(f, "name", NULL), *mark;

	mark = name != NULL ? strstr(name, "<|") : NULL;
	return mark == NULL || mark == name
	    ? 0
	    : provider_add_string(f, "name", name, (size_t)(mark - name));
}

static int
shape(struct openai_state *st, int64_t choice, struct json_object *call,
    bool whole)
{
	struct json_object *v = json_get(call, "index"), *f;
	const char *id = json_str(call, "id", NULL), *name;
	int64_t given = -1;
	struct openai_call *c = NULL;
	uint64_t n;
	bool begins;

	if (wrap_function(call) != 0)
		return -1;
	f = json_get(call, "function");
	if (trim_name(f) != 0)
		return -1;
	name = json_str(f, "name", NULL);
	if (provider_count(v, &n))
		given = (int64_t)n;
	if (!whole)
		c = find(st, choice, given,
		    id != NULL && id[0] != '\0' ? hash(id) : 0,
		    name != NULL && name[0] != '\0');
	begins = c == NULL;
	if (begins)
		c = add(st, choice, given);
	if (c == NULL)
		return -1;
	if (id != NULL && id[0] != '\0')
		c->id = hash(id);
	if (begins && set_begin(st, c, call) != 0)
		return -1;
	if (!begins && (id == NULL || id[0] == '\0'))
		json_object_object_del(call, "id");
	if (json_object_is_type(f, json_type_object)) {
		if (set_arguments(f, whole) != 0)
			return -1;
		if (!begins && (name == NULL || name[0] == '\0'))
			json_object_object_del(f, "name");
	}
	if (whole)
		return 0;
	return provider_add(call, "index", json_object_new_uint64(c->ours));
}

int
openai_calls(struct openai_state *st, int64_t choice, struct json_object *calls,
    bool whole)
{
	size_t i;

	for (i = 0; i < json_object_array_length(calls); i++) {
		struct json_object *call = json_object_array_get_idx(calls, i);

		if (json_object_is_type(call, json_type_object) &&
		    shape(st, choice, call, whole) != 0)
			return -1;
	}
	return 0;
}
