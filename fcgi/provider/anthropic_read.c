/* SPDX-License-Identifier: MIT */
/*
 * Anthropic's Messages API: a stream of named events, brought into OpenAI's
 * form.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "anthropic.h"

/* What one event is read with. */
struct reading {
	struct provider_writer w;
	struct anthropic_state *s; /* the reader's */
};

/* ---- Chunks ---- */

void
anthropic_release(void *state)
{
	struct anthropic_state *s = state;

	buf_free(&s->thought);
	buf_free(&s->signature);
	buf_free(&s->input);
	json_object_put(s->other);
	json_object_put(s->whole);
}

/* Emits a piece of text under `name`; an empty one is nothing. */
static enum provider_result
put_text(const struct reading *g, const char *name, struct json_object *from,
    const char *member)
{
	const char *s;
	size_t len;

	s = json_str(from, member, &len);
	return provider_delta_text(&g->w, name, s, s != NULL ? len : 0);
}

/* A call begins: its id and name. */
static enum provider_result
put_call(const struct reading *g, struct json_object *event,
    struct json_object *block)
{
	struct json_object *input = json_get(block, "input");

	g->s->call_block = json_object_get_int64(json_get(event, "index"));
	json_object_put(g->s->whole);
	g->s->whole = json_object_is_type(input, json_type_object) ||
		(json_object_is_type(input, json_type_string) &&
		    json_object_get_string_len(input) > 0)
	    ? json_object_get(input)
	    : json_object_new_object();
	if (g->s->whole == NULL)
		return provider_no_memory(g->w.err);
	return provider_delta_call(&g->w, g->s->n_calls++, block, "id");
}

/* The end of a call whose arguments came with its beginning, and in no piece
 * after it: as proxies send them, and all where there are none. */
static enum provider_result
end_call(const struct reading *g)
{
	struct json_object *input = g->s->whole, *from;
	enum provider_result result;
	struct buf text;

	if (input == NULL)
		return PROVIDER_MORE;
	g->s->whole = NULL;
	from = json_object_new_object();
	buf_init(&text, PROVIDER_CHUNK_MAX);
	if (json_object_is_type(input, json_type_string))
		buf_append(&text, json_object_get_string(input),
		    (size_t)json_object_get_string_len(input));
	else
		(void)json_write(&text, input);
	if (from == NULL || !buf_ok(&text) ||
	    provider_add_string(from, "json", text.data, text.len) != 0)
		result = provider_no_memory(g->w.err);
	else
		result = provider_delta_arguments(&g->w, g->s->n_calls - 1,
		    from, "json");
	buf_free(&text);
	json_object_put(from);
	json_object_put(input);
	return result;
}

/* A piece of a call's arguments, or of another block's input. */
static enum provider_result
put_arguments(const struct reading *g, struct json_object *event,
    struct json_object *delta)
{
	const char *s;
	size_t len;

	s = json_str(delta, "partial_json", &len);
	if (g->s->other != NULL) {
		if (s != NULL && g->s->grows[0] == '\0')
			buf_append(&g->s->input, s, len);
		return PROVIDER_MORE;
	}
	if (s != NULL && len > 0) {
		json_object_put(g->s->whole);
		g->s->whole = NULL;
	}
	if (g->s->n_calls == 0 ||
	    g->s->call_block != json_object_get_int64(json_get(event, "index")))
		return PROVIDER_MORE;
	return provider_delta_arguments(&g->w, g->s->n_calls - 1, delta,
	    "partial_json");
}

/* ---- Thoughts, as they must come back ---- */

/* Forgets the thought before and begins one; its text is kept as JSON has it. */
static void
begin_thought(const struct reading *g, struct json_object *block)
{
	struct anthropic_state *st = g->s;
	const char *s;
	size_t len;

	buf_free(&st->thought);
	buf_free(&st->signature);
	buf_init(&st->thought, ANTHROPIC_THOUGHT_MAX);
	buf_init(&st->signature, ANTHROPIC_THOUGHT_MAX);
	anthropic_escape(&st->thought, block, "thinking");
	s = json_str(block, "signature", &len);
	if (s != NULL)
		buf_append(&st->signature, s, len);
}

/* The end of a block: a thought that was signed goes out once more, whole. */
static enum provider_result
end_thought(const struct reading *g, struct json_object *event)
{
	struct anthropic_state *st = g->s;
	enum provider_result result = PROVIDER_MORE;
	struct buf item;

	if (st->signature.len > 0 && buf_ok(&st->thought) &&
	    buf_ok(&st->signature)) {
		buf_init(&item, PROVIDER_CHUNK_MAX);
		anthropic_detail(&item, &st->thought, &st->signature,
		    json_object_get_int64(json_get(event, "index")));
		result = provider_delta_item(&g->w, "reasoning_details", &item);
		buf_free(&item);
	}
	buf_free(&st->thought);
	buf_free(&st->signature);
	return result;
}

/* Puts what has grown behind what the block began with. */
static int
set_grown(struct anthropic_state *st)
{
	struct buf text;
	const char *had;
	size_t len;
	int rc;

	had = json_str(st->other, st->grows, &len);
	buf_init(&text, PROVIDER_CHUNK_MAX);
	buf_append(&text, had, had != NULL ? len : 0);
	buf_append(&text, buf_str(&st->input), st->input.len);
	rc = buf_ok(&text) ? provider_add_string(st->other, st->grows,
				 buf_str(&text), text.len)
			   : -1;
	buf_free(&text);
	return rc;
}

/* The end of a block that was neither text, thought nor call. */
static enum provider_result
end_other(const struct reading *g)
{
	struct anthropic_state *st = g->s;
	enum provider_result result = PROVIDER_MORE;
	struct json_object *input;
	int rc = buf_ok(&st->input) ? 0 : -1;

	if (st->grows[0] != '\0')
		rc = rc != 0 ? rc : set_grown(st);
	else if (st->input.len > 0 &&
	    json_parse_loose(st->input.data, st->input.len, JSON_DEPTH_DEFAULT,
		&input) == JSON_OK)
		rc = provider_add(st->other, "input", input);
	result = rc != 0
	    ? provider_no_memory(g->w.err)
	    : provider_delta_value(&g->w, "content_parts", st->other);
	buf_free(&st->input);
	json_object_put(st->other);
	st->other = NULL;
	return result;
}

/* ---- Events ---- */

static enum provider_result
on_message_start(const struct reading *g, struct json_object *event)
{
	struct json_object *message = json_get(event, "message");
	const char *id = json_str(message, "id", NULL);

	provider_usage_read(&g->w.r->usage, json_get(message, "usage"));
	if (g->w.r->id == NULL)
		g->w.r->id = strdup(id != NULL ? id : "msg");
	if (g->w.r->id == NULL || provider_delta_begin(&g->w, g->w.r->id) != 0)
		return provider_no_memory(g->w.err);
	return provider_delta_role(&g->w);
}

static enum provider_result
on_block_start(const struct reading *g, struct json_object *event)
{
	struct json_object *block = json_get(event, "content_block");
	const char *type = json_str(block, "type", NULL);

	if (type == NULL)
		return PROVIDER_MORE;
	if (strcmp(type, "tool_use") == 0)
		return put_call(g, event, block);
	if (strcmp(type, "text") == 0)
		return put_text(g, "content", block, "text");
	if (strcmp(type, "thinking") == 0) {
		begin_thought(g, block);
		return put_text(g, "reasoning_content", block, "thinking");
	}
	if (strcmp(type, "redacted_thinking") == 0) {
		struct buf item;
		enum provider_result result;

		buf_init(&item, PROVIDER_CHUNK_MAX);
		anthropic_redacted(&item, block,
		    json_object_get_int64(json_get(event, "index")));
		result = provider_delta_item(&g->w, "reasoning_details", &item);
		buf_free(&item);
		return result;
	}
	/* A tool of the provider's own, or something newer: it goes out whole. */
	json_object_put(g->s->other);
	g->s->other = json_object_get(block);
	g->s->grows[0] = '\0';
	buf_free(&g->s->input);
	buf_init(&g->s->input, PROVIDER_CHUNK_MAX);
	return PROVIDER_MORE;
}

/* A piece of a block of a kind that is not known here: the text that grows is
 * gathered, all else is put in. */
static enum provider_result
put_other(const struct reading *g, struct json_object *delta)
{
	struct anthropic_state *st = g->s;
	const char *more;
	size_t len;

	if (st->other == NULL)
		return PROVIDER_MORE;
	json_object_object_foreach(delta, name, v)
	{
		if (v == NULL || strcmp(name, "type") == 0)
			continue;
		more = json_str(delta, name, &len);
		if (more != NULL && st->grows[0] == '\0' &&
		    strlen(name) < sizeof(st->grows))
			(void)snprintf(st->grows, sizeof(st->grows), "%s",
			    name);
		if (more != NULL && strcmp(st->grows, name) == 0)
			buf_append(&st->input, more, len);
		else if (provider_add(st->other, name, json_object_get(v)) != 0)
			return provider_no_memory(g->w.err);
	}
	return PROVIDER_MORE;
}

static enum provider_result
put_citation(const struct reading *g, struct json_object *delta)
{
	struct json_object *citation = json_get(delta, "citation");
	enum provider_result result;
	struct buf item;

	if (!json_object_is_type(citation, json_type_object) ||
	    json_object_object_length(citation) == 0)
		return PROVIDER_MORE;
	buf_init(&item, PROVIDER_CHUNK_MAX);
	anthropic_citation(&item, citation);
	result = provider_delta_item(&g->w, "annotations", &item);
	buf_free(&item);
	return result;
}

static enum provider_result
on_block_delta(const struct reading *g, struct json_object *event)
{
	struct json_object *delta = json_get(event, "delta");
	const char *type = json_str(delta, "type", NULL), *s;
	size_t len;

	if (type == NULL)
		return PROVIDER_MORE;
	if (strcmp(type, "text_delta") == 0)
		return put_text(g, "content", delta, "text");
	if (strcmp(type, "thinking_delta") == 0) {
		anthropic_escape(&g->s->thought, delta, "thinking");
		return put_text(g, "reasoning_content", delta, "thinking");
	}
	if (strcmp(type, "input_json_delta") == 0)
		return put_arguments(g, event, delta);
	if (strcmp(type, "signature_delta") == 0) {
		s = json_str(delta, "signature", &len);
		if (s != NULL)
			buf_append(&g->s->signature, s, len);
		return PROVIDER_MORE;
	}
	if (strcmp(type, "citations_delta") == 0)
		return put_citation(g, delta);
	return put_other(g, delta);
}

static enum provider_result
on_message_delta(const struct reading *g, struct json_object *event)
{
	const char *reason =
	    json_str(json_get(event, "delta"), "stop_reason", NULL);
	const char *word;
	enum provider_end end = provider_end_of(reason, &word);

	provider_usage_read(&g->w.r->usage, json_get(event, "usage"));
	if (end == PROVIDER_END_NONE)
		return PROVIDER_MORE;
	if (end_call(g) == PROVIDER_FAILED)
		return PROVIDER_FAILED;
	if (end == PROVIDER_END_ERROR)
		return provider_error_fill(g->w.r->p, event, g->w.err);
	return provider_delta_end(&g->w, end, word);
}

static enum provider_result
on_event(const struct reading *g, struct json_object *event, const char *type)
{
	struct json_object *error;

	if (strcmp(type, "content_block_delta") == 0)
		return on_block_delta(g, event);
	if (strcmp(type, "content_block_start") == 0)
		return on_block_start(g, event);
	if (strcmp(type, "message_start") == 0)
		return on_message_start(g, event);
	if (strcmp(type, "message_delta") == 0)
		return on_message_delta(g, event);
	if (strcmp(type, "content_block_stop") == 0) {
		if (g->s->other != NULL)
			return end_other(g);
		return end_call(g) == PROVIDER_FAILED ? PROVIDER_FAILED
						      : end_thought(g, event);
	}
	if (strcmp(type, "message_stop") == 0)
		return provider_finish(g->w.r, g->w.emit, g->w.arg, g->w.err);
	error = provider_error_find(event);
	if (error != NULL || strcmp(type, "error") == 0)
		return provider_error_fill(g->w.r->p,
		    error != NULL ? error : event, g->w.err);
	return PROVIDER_MORE; /* ping, newer ones */
}

/*
 * A piece of text is written straight from the event, which is learnt. Returns
 * false when it is something else.
 */
static bool
read_piece(const struct reading *g, const struct sse_event *ev,
    enum provider_result *result)
{
	static const char tail[] = "\"},\"finish_reason\":null}]}";
	const char *text;
	struct buf head;
	size_t len;
	bool reasoning;

	if (g->w.r->head == NULL ||
	    json_check(ev->data, ev->data_len, JSON_DEPTH_DEFAULT, NULL) !=
		JSON_OK ||
	    !provider_scan_delta(ev->data, ev->data_len, &text, &len,
		&reasoning))
		return false;
	*result = PROVIDER_MORE;
	if (len == 0)
		return true;
	g->w.r->text_bytes += len;
	provider_end_doubt(g->w.r, 0);
	if (reasoning)
		buf_append(&g->s->thought, text, len);
	buf_init(&head, PROVIDER_CHUNK_MAX);
	buf_puts(&head, g->w.r->head);
	buf_printf(&head, "{\"index\":0,\"delta\":{\"%s\":\"",
	    reasoning ? "reasoning_content" : "content");
	if (!buf_ok(&head)) {
		*result = provider_no_memory(g->w.err);
		return true;
	}
	*result = provider_template_emit(head.data, head.len, text, len, tail,
	    sizeof(tail) - 1, g->w.emit, g->w.arg, g->w.err);
	provider_template_learn(&g->w.r->like, ev->data, ev->data_len, text,
	    len, head.data, head.len, tail, sizeof(tail) - 1);
	g->w.r->like.copy = reasoning ? &g->s->thought : NULL;
	buf_free(&head);
	return true;
}

enum provider_result
anthropic_read(struct provider_reader *r, const struct sse_event *ev,
    provider_emit_fn emit, void *arg, struct api_error *err)
{
	struct reading g = { .w = { r, emit, arg, err }, .s = r->state };
	enum provider_result result;
	struct json_object *event;
	char type[PROVIDER_TYPE_MAX];

	if (read_piece(&g, ev, &result))
		return result;

	event = provider_event(r, ev, type, err);
	if (event == NULL)
		return PROVIDER_FAILED;
	result = on_event(&g, event, type);
	json_object_put(event);
	return result;
}
