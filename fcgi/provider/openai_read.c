/* SPDX-License-Identifier: MIT */
/*
 * OpenAI's chunks. They are passed as they are where that is plain, and brought
 * into one form where servers differ.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "openai.h"

#define ROLES_TOLD 32 /* choices of a stream that are given a role */

static const char object_name[] = "chat.completion.chunk";

void
openai_release(void *state)
{
	struct openai_state *st = state;

	free(st->calls);
}

/* ---- One chunk ---- */

/* What was found in one chunk. */
struct chunk {
	struct provider_reader *r;
	struct json_object *root;
	struct json_object *usage;     /* a reference of its own */
	struct provider_usage choices; /* summed over the choices */
	struct json_object *error;     /* borrowed */
	bool content;
	size_t n_choices;
};

static bool
has_text(struct json_object *delta)
{
	static const char *const names[] = { "content", "reasoning_content",
		"refusal" };
	size_t i, len;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (json_str(delta, names[i], &len) != NULL && len > 0)
			return true;
	}
	return json_object_is_type(json_get(delta, "tool_calls"),
		   json_type_array) ||
	    json_get(delta, "images") != NULL ||
	    json_get(delta, "content_parts") != NULL;
}

/* The delta of a choice: some servers send a message, or a bare text; or, beside
 * the delta, the message so far. */
static int
find_delta(struct json_object *choice, struct json_object **delta)
{
	struct json_object *v = json_get(choice, "delta"), *text;

	*delta = v;
	if (json_object_is_type(v, json_type_object)) {
		json_object_object_del(choice, "message");
		return 0;
	}
	v = json_get(choice, "message");
	if (json_object_is_type(v, json_type_object)) {
		*delta = v;
		if (provider_add(choice, "delta", json_object_get(v)) != 0)
			return -1;
		json_object_object_del(choice, "message");
		return 0;
	}
	text = json_object_is_type(json_get(choice, "delta"), json_type_string)
	    ? json_get(choice, "delta")
	    : json_get(choice, "text");
	text = json_object_get(text);
	v = json_object_new_object();
	*delta = v;
	if (provider_add(choice, "delta", v) != 0) {
		json_object_put(text);
		return -1;
	}
	return text == NULL ? 0 : provider_add(v, "content", text);
}

/* Takes the usage that an object has away from it. */
static void
take_usage(struct chunk *c, struct json_object *from)
{
	struct json_object *v = json_get(from, "usage");

	if (json_object_is_type(v, json_type_array))
		v = json_object_array_get_idx(v, 0);
	if (json_object_is_type(v, json_type_object)) {
		json_object_put(c->usage);
		c->usage = json_object_get(v);
	}
	json_object_object_del(from, "usage");
}

/* The usage of one choice of several is a part of the whole. */
static void
add_choice_usage(struct chunk *c, struct json_object *choice)
{
	struct provider_usage u;
	struct json_object *v = json_get(choice, "usage");

	if (!json_object_is_type(v, json_type_object))
		return;
	memset(&u, 0, sizeof(u));
	provider_usage_read(&u, v);
	if (u.prompt > c->choices.prompt)
		c->choices.prompt = u.prompt;
	c->choices.completion += u.completion;
	take_usage(c, choice);
}

/* What the splitter of thoughts still holds, when the text is over. */
static int
flush_think(struct provider_reader *r, struct json_object *delta)
{
	struct buf text, thought;
	const char *had;
	size_t len;
	int rc = 0;

	if (r->think.state == PROVIDER_THINK_OFF)
		return 0;
	buf_init(&text, PROVIDER_CHUNK_MAX);
	buf_init(&thought, PROVIDER_CHUNK_MAX);
	had = json_str(delta, "content", &len);
	if (had != NULL)
		buf_append(&text, had, len);
	had = json_str(delta, "reasoning_content", &len);
	if (had != NULL)
		buf_append(&thought, had, len);
	provider_think_end(&r->think, &thought, &text);
	if (!buf_ok(&text) || !buf_ok(&thought) ||
	    (text.len > 0 &&
		provider_add_string(delta, "content", text.data, text.len) !=
		    0) ||
	    (thought.len > 0 &&
		provider_add_string(delta, "reasoning_content", thought.data,
		    thought.len) != 0))
		rc = -1;
	buf_free(&text);
	buf_free(&thought);
	return rc;
}

static void
find_choice_error(struct chunk *c, struct json_object *choice,
    enum provider_end end)
{
	struct json_object *v = provider_error_find(choice);

	if (v == NULL && end == PROVIDER_END_ERROR)
		v = choice;
	if (v != NULL && c->error == NULL)
		c->error = v;
}

/* The first delta of a choice says whose words these are; some servers leave
 * that out, or have another word for it, and clients then lose what follows. */
static int
tell_role(struct openai_state *st, struct json_object *delta, int64_t at)
{
	uint32_t bit = at >= 0 && at < ROLES_TOLD ? (uint32_t)1 << at : 0;
	const char *role = json_str(delta, "role", NULL);

	if (role == NULL && (st->roles & bit) == bit)
		return 0;
	st->roles |= bit;
	return role != NULL && strcmp(role, "assistant") == 0
	    ? 0
	    : provider_add_string(delta, "role", "assistant", 9);
}

/* `i`: its place, which is its index where it has none. */
static enum provider_result
normalise_choice(struct chunk *c, struct json_object *choice, size_t i,
    struct api_error *err)
{
	struct provider_reader *r = c->r;
	struct openai_state *st = r->state;
	struct json_object *delta, *index = json_get(choice, "index");
	enum provider_result result;
	enum provider_end end;
	int64_t at = index != NULL ? json_object_get_int64(index) : (int64_t)i;

	if (index == NULL &&
	    provider_add(choice, "index", json_object_new_int64(at)) != 0)
		return provider_no_memory(err);
	add_choice_usage(c, choice);
	if (find_delta(choice, &delta) != 0 || tell_role(st, delta, at) != 0)
		return provider_no_memory(err);
	result =
	    openai_delta(st, at, delta, at == 0 ? &r->think : NULL, false, err);
	if (result != PROVIDER_MORE)
		return result;
	if (provider_end_put(choice, st->n_calls > 0, &end) != 0)
		return provider_no_memory(err);
	find_choice_error(c, choice, end);
	if (has_text(delta))
		provider_end_doubt(r, at);
	if (end != PROVIDER_END_NONE) {
		provider_end_seen(r, at);
		if (at == 0 && flush_think(r, delta) != 0)
			return provider_no_memory(err);
	}
	if (has_text(delta))
		c->content = true;
	return PROVIDER_MORE;
}

/* Brings a chunk into form. */
static enum provider_result
normalise(struct chunk *c, struct api_error *err)
{
	struct json_object *choices = json_get(c->root, "choices"), *choice;
	struct json_object *groq = json_get(c->root, "x_groq");
	enum provider_result result;
	size_t i;

	c->error = provider_error_find(c->root);
	if (json_object_is_type(groq, json_type_object))
		take_usage(c, groq);
	take_usage(c, c->root);
	if (!json_object_is_type(choices, json_type_array))
		return PROVIDER_MORE;
	c->n_choices = json_object_array_length(choices);
	for (i = 0; i < c->n_choices; i++) {
		choice = json_object_array_get_idx(choices, i);
		if (!json_object_is_type(choice, json_type_object))
			continue;
		result = normalise_choice(c, choice, i, err);
		if (result != PROVIDER_MORE)
			return result;
	}
	if (json_str(c->root, "object", NULL) == NULL &&
	    provider_add_string(c->root, "object", object_name,
		sizeof(object_name) - 1) != 0)
		return provider_no_memory(err);
	return PROVIDER_MORE;
}

/* Counts usage, and keeps it for a chunk of its own at the end. */
static int
keep_usage(struct provider_reader *r, struct chunk *c)
{
	if (c->choices.prompt > r->usage.prompt)
		r->usage.prompt = c->choices.prompt;
	if (c->choices.completion > r->usage.completion)
		r->usage.completion = c->choices.completion;
	provider_usage_read(&r->usage, c->usage);
	return provider_keep_usage(r, c->root, c->usage);
}

static enum provider_result
read_chunk(struct provider_reader *r, struct chunk *c, provider_emit_fn emit,
    void *arg, struct api_error *err)
{
	enum provider_result result = normalise(c, err);

	if (result != PROVIDER_MORE)
		return result;
	if (c->usage != NULL && keep_usage(r, c) != 0)
		return provider_no_memory(err);
	if (c->error != NULL)
		return provider_error_fill(r->p, c->error, err);
	if (c->n_choices == 0)
		return PROVIDER_MORE; /* Azure's filter results, or usage */
	json_object_object_del(c->root, "x_groq");
	return provider_emit(r, c->root, emit, arg, c->content, err);
}

void
openai_seed(struct openai_state *st, struct json_object *root)
{
	const char *id = json_str(root, "id", NULL);
	unsigned h = (unsigned)json_object_get_int64(json_get(root, "created"));

	for (; st->seed == 0 && id != NULL && *id != '\0'; id++)
		h = h * 31 + (unsigned char)*id;
	if (st->seed == 0)
		st->seed = h | 1;
}

/* An event that is not plain. */
static enum provider_result
read_event(struct provider_reader *r, const char *s, size_t len, bool error,
    provider_emit_fn emit, void *arg, struct api_error *err)
{
	struct chunk c = { .r = r };
	enum provider_result result;
	struct json_object *root, *e;

	switch (json_parse_loose(s, len, JSON_DEPTH_DEFAULT, &root)) {
	case JSON_OK:
		break;
	case JSON_NO_MEMORY:
		return provider_no_memory(err);
	default:
		return error
		    ? provider_error_words(r->p, s, len, err)
		    : provider_invalid(err, "an event that is no JSON");
	}
	c.root = root;
	e = provider_error_find(root);
	if (error || (e != NULL && json_object_is_type(root, json_type_array)))
		result = provider_error_fill(r->p, e != NULL ? e : root, err);
	else if (!json_object_is_type(root, json_type_object))
		result = provider_invalid(err, "an event that is no object");
	else {
		openai_seed(r->state, root);
		result = read_chunk(r, &c, emit, arg, err);
	}
	json_object_put(c.usage);
	json_object_put(root);
	return result;
}

/* ---- Plain chunks ---- */

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/*
 * Emits an event that is a chunk as it stands, or with its reasoning renamed,
 * and learns from it what the next one probably looks like.
 */
static enum provider_result
emit_plain(struct provider_reader *r, const char *s, size_t len,
    const struct provider_scan *scan, provider_emit_fn emit, void *arg,
    struct api_error *err)
{
	static const char from[] = "reasoning", to[] = "reasoning_content";
	enum provider_result result = PROVIDER_FAILED;
	bool learn = !scan->finish && scan->text != NULL;
	struct openai_state *st = r->state;
	struct buf chunk;
	size_t at;

	if (scan->content && r->answers <= 1)
		provider_end_doubt(r, 0);
	if (scan->finish)
		provider_end_seen(r, 0);
	if (scan->reasoning && st->thought == NULL)
		st->thought = scan->rename == NULL ? to : from;
	r->text_bytes += scan->bytes;
	if (scan->rename == NULL) {
		if (learn)
			provider_template_learn(&r->like, s, len, scan->text,
			    scan->text_len, NULL, 0, NULL, 0);
		return emit(arg, s, len, scan->content) == 0
		    ? PROVIDER_MORE
		    : provider_not_passed(err);
	}
	buf_init(&chunk, PROVIDER_CHUNK_MAX);
	buf_append(&chunk, s, (size_t)(scan->rename - s));
	buf_puts(&chunk, to);
	at = (size_t)(scan->rename - s) + sizeof(from) - 1;
	buf_append(&chunk, s + at, len - at);
	if (!buf_ok(&chunk))
		result = provider_no_memory(err);
	else if (emit(arg, chunk.data, chunk.len, scan->content) == 0)
		result = PROVIDER_MORE;
	else
		result = provider_not_passed(err);
	if (result == PROVIDER_MORE && learn && scan->text > scan->rename) {
		at = (size_t)(scan->text - s) + sizeof(to) - sizeof(from);
		provider_template_learn(&r->like, s, len, scan->text,
		    scan->text_len, chunk.data, at,
		    chunk.data + at + scan->text_len,
		    chunk.len - at - scan->text_len);
	}
	buf_free(&chunk);
	return result;
}

/* True when what a scan found needs nothing that only the slow way does. */
static bool
is_plain(struct provider_reader *r, const struct provider_scan *scan)
{
	const struct openai_state *st = r->state;

	if (scan->finish &&
	    (st->n_calls > 0 || r->answers > 1 ||
		r->think.state != PROVIDER_THINK_OFF))
		return false;
	if (scan->bytes == 0)
		return true;
	if (r->think.state != PROVIDER_THINK_OFF && scan->text == NULL)
		return false;
	return provider_think_skips(&r->think, scan->text, scan->text_len,
	    scan->reasoning);
}

/* True when a plain chunk is not the first, or has a role. */
static bool
has_role(struct openai_state *st, const char *s, size_t len)
{
	static const char name[] = "\"role\":";
	const char *end = s + len, *at;

	if (st->roles != 0)
		return true;
	at = memmem(s, len, name, sizeof(name) - 1);
	if (at == NULL)
		return false;
	for (at += sizeof(name) - 1; at < end && is_blank(*at); at++)
		;
	if (at < end && *at == '"') /* else it is null */
		st->roles = 1;
	return st->roles != 0;
}

/* The terminal marker; some quote it, or send it as an event without data. */
static bool
is_done(const char *s, size_t len)
{
	return (len == 6 && strncasecmp(s, "[DONE]", 6) == 0) ||
	    (len == 8 && memcmp(s, "\"[DONE]\"", 8) == 0);
}

enum provider_result
openai_read(struct provider_reader *r, const struct sse_event *ev,
    provider_emit_fn emit, void *arg, struct api_error *err)
{
	bool error = ev->name_len == 5 && memcmp(ev->name, "error", 5) == 0;
	const char *s = ev->data;
	size_t len = ev->data_len;
	struct provider_scan scan;

	while (len > 0 && is_blank(s[len - 1]))
		len--;
	while (len > 0 && is_blank(*s)) {
		s++;
		len--;
	}
	if (len == 0)
		return PROVIDER_MORE;
	if (is_done(s, len))
		return provider_finish(r, emit, arg, err);
	if (!error && memchr(s, '\n', len) == NULL &&
	    json_check(s, len, JSON_DEPTH_DEFAULT, NULL) == JSON_OK &&
	    provider_scan_chunk(s, len, &scan) && is_plain(r, &scan) &&
	    has_role(r->state, s, len))
		return emit_plain(r, s, len, &scan, emit, arg, err);
	return read_event(r, s, len, error, emit, arg, err);
}
