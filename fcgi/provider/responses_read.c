/* SPDX-License-Identifier: MIT */
/*
 * OpenAI's Responses API: a stream of typed events, and a whole answer, brought
 * into the form of chat completions. An answer is a list of items; what of an
 * item has not come in pieces is taken from it when it is done, and what has
 * not come in items from the end, so that servers that send less are read too.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "responses.h"

/* What one event is read with. */
struct reading {
	struct provider_writer w;
	struct responses_state *s; /* the reader's */
};

void
responses_release(void *state)
{
	free(((struct responses_state *)state)->calls);
}

static int64_t
number(struct json_object *obj, const char *name)
{
	return json_object_get_int64(json_get(obj, name));
}

/* Moves to the item that an event is about. */
static void
turn_to(const struct reading *g, int64_t item)
{
	if (g->s->item == item)
		return;
	g->s->item = item;
	g->s->part = 0;
}

/* The bit of the item under way. */
static uint64_t
bit(const struct reading *g)
{
	int64_t i = g->s->item;

	return UINT64_C(1) << (i < 0 ? 0 : i > 63 ? 63 : i);
}

/* ---- Text and thoughts ---- */

static enum provider_result
put_text(const struct reading *g, const char *name, struct json_object *from,
    const char *member)
{
	const char *s;
	size_t len;

	s = json_str(from, member, &len);
	if (s == NULL || len == 0)
		return PROVIDER_MORE;
	g->s->text |= bit(g);
	return provider_delta_text(&g->w, name, s, len);
}

/* Between the parts of a summary there is a blank line. */
static enum provider_result
put_thought(const struct reading *g, struct json_object *from,
    const char *member, int64_t part)
{
	struct responses_state *st = g->s;
	const char *s;
	size_t len;

	s = json_str(from, member, &len);
	if (s == NULL || len == 0)
		return PROVIDER_MORE;
	if ((st->thought & bit(g)) != 0 && st->part != part &&
	    provider_delta_text(&g->w, "reasoning_content", "\n\n", 2) !=
		PROVIDER_MORE)
		return PROVIDER_FAILED;
	st->thought |= bit(g);
	st->part = part;
	return provider_delta_text(&g->w, "reasoning_content", s, len);
}

/* {"type":T,...} as {"type":T,T:{...}} */
static enum provider_result
put_note(const struct reading *g, struct json_object *note)
{
	const char *type = json_str(note, "type", NULL);
	enum provider_result result;
	struct buf item;

	if (type == NULL)
		return PROVIDER_MORE;
	g->s->notes |= bit(g);
	buf_init(&item, PROVIDER_CHUNK_MAX);
	buf_puts(&item, "{\"type\":");
	buf_json(&item, type, strlen(type));
	buf_putc(&item, ',');
	buf_json(&item, type, strlen(type));
	buf_putc(&item, ':');
	json_write(&item, note);
	buf_putc(&item, '}');
	result = provider_delta_item(&g->w, "annotations", &item);
	buf_free(&item);
	return result;
}

/* ---- Items that are done ---- */

static enum provider_result
end_call(const struct reading *g, struct json_object *item, int64_t index)
{
	struct responses_call *call;

	if (responses_call_begin(&g->w, g->s, item, index, &call) !=
	    PROVIDER_MORE)
		return PROVIDER_FAILED;
	return call->argued
	    ? PROVIDER_MORE
	    : responses_call_argue(&g->w, g->s, call, item, "arguments");
}

/* A part of a message: what did not come in pieces. */
static enum provider_result
end_part(const struct reading *g, struct json_object *part, bool text,
    bool notes)
{
	struct json_object *list = json_get(part, "annotations");
	size_t i;

	if (text &&
	    (put_text(g, "content", part, "text") != PROVIDER_MORE ||
		put_text(g, "refusal", part, "refusal") != PROVIDER_MORE))
		return PROVIDER_FAILED;
	if (!notes || !json_object_is_type(list, json_type_array))
		return PROVIDER_MORE;
	for (i = 0; i < json_object_array_length(list); i++) {
		if (put_note(g, json_object_array_get_idx(list, i)) !=
		    PROVIDER_MORE)
			return PROVIDER_FAILED;
	}
	return PROVIDER_MORE;
}

static enum provider_result
end_message(const struct reading *g, struct json_object *item)
{
	struct json_object *content = json_get(item, "content");
	bool text = (g->s->text & bit(g)) == 0;
	bool notes = (g->s->notes & bit(g)) == 0;
	size_t i;

	if (json_object_is_type(content, json_type_string))
		return text ? put_text(g, "content", item, "content")
			    : PROVIDER_MORE;
	if (!json_object_is_type(content, json_type_array))
		return PROVIDER_MORE;
	for (i = 0; i < json_object_array_length(content); i++) {
		if (end_part(g, json_object_array_get_idx(content, i), text,
			notes) != PROVIDER_MORE)
			return PROVIDER_FAILED;
	}
	return PROVIDER_MORE;
}

/* The texts of a thought, from its summary or its content. */
static enum provider_result
put_summary(const struct reading *g, struct json_object *list)
{
	size_t i;

	if ((g->s->thought & bit(g)) != 0 ||
	    !json_object_is_type(list, json_type_array))
		return PROVIDER_MORE;
	for (i = 0; i < json_object_array_length(list); i++) {
		if (put_thought(g, json_object_array_get_idx(list, i), "text",
			(int64_t)i) != PROVIDER_MORE)
			return PROVIDER_FAILED;
	}
	return PROVIDER_MORE;
}

/* A thought is done: what of it must come back. */
static enum provider_result
end_thought(const struct reading *g, struct json_object *item, int64_t index)
{
	enum provider_result result;
	struct json_object *id = json_get(item, "id");
	const char *data;
	struct buf detail;
	size_t len;

	if (put_summary(g, json_get(item, "summary")) != PROVIDER_MORE ||
	    put_summary(g, json_get(item, "content")) != PROVIDER_MORE)
		return PROVIDER_FAILED;
	data = json_str(item, "encrypted_content", &len);
	if (data == NULL || len == 0)
		return PROVIDER_MORE;
	buf_init(&detail, PROVIDER_CHUNK_MAX);
	buf_puts(&detail, "{\"type\":\"reasoning.encrypted\",\"data\":");
	buf_json(&detail, data, len);
	if (id != NULL) {
		buf_puts(&detail, ",\"id\":");
		json_write(&detail, id);
	}
	buf_printf(&detail,
	    ",\"format\":\"" RESPONSES_FORMAT "\",\"index\":%" PRId64 "}",
	    index);
	g->s->details = true;
	result = provider_delta_item(&g->w, "reasoning_details", &detail);
	buf_free(&detail);
	return result;
}

static enum provider_result
end_picture(const struct reading *g, struct json_object *item)
{
	const char *format = json_str(item, "output_format", NULL), *data;
	size_t len;

	data = json_str(item, "result", &len);
	return provider_delta_picture(&g->w, format != NULL ? format : "png",
	    data, data != NULL ? len : 0);
}

static enum provider_result
end_item(const struct reading *g, struct json_object *item, int64_t index)
{
	const char *type = json_str(item, "type", NULL);

	if (type == NULL)
		return PROVIDER_MORE;
	turn_to(g, index);
	if (strcmp(type, "message") == 0)
		return end_message(g, item);
	if (strcmp(type, "function_call") == 0)
		return end_call(g, item, index);
	if (strcmp(type, "reasoning") == 0)
		return end_thought(g, item, index);
	if (strcmp(type, "image_generation_call") == 0)
		return end_picture(g, item);
	/* A tool of the provider's own, or something newer. */
	return provider_delta_value(&g->w, "content_parts", item);
}

/* ---- The answer ---- */

static int
begin_answer(const struct reading *g, struct json_object *response)
{
	const char *id = json_str(response, "id", NULL);

	g->w.r->created = number(response, "created_at");
	if (g->w.r->id == NULL)
		g->w.r->id = strdup(id != NULL ? id : "resp");
	return g->w.r->id != NULL ? provider_delta_begin(&g->w, g->w.r->id)
				  : -1;
}

/* Why it ended, in a word that provider_end_of() knows. */
static const char *
reason_of(const struct reading *g, struct json_object *response)
{
	const char *status = json_str(response, "status", NULL);
	const char *reason =
	    json_str(json_get(response, "incomplete_details"), "reason", NULL);

	if (reason != NULL)
		return reason;
	if (status == NULL || strcmp(status, "completed") == 0)
		return g->s->n_calls > 0 ? "tool_calls" : "stop";
	return status;
}

/* An item of the end, of which nothing was said before: `before` is how things
 * stood. What came under another number, or without being done, has come. */
static enum provider_result
end_rest(const struct reading *g, struct json_object *item, int64_t index,
    const struct responses_state *before, bool all_ended)
{
	const char *type = json_str(item, "type", NULL);
	bool call = type != NULL && strcmp(type, "function_call") == 0;
	bool message = type != NULL && strcmp(type, "message") == 0;

	turn_to(g, index);
	if (message && before->text != 0)
		g->s->text |= bit(g);
	if (message && before->notes != 0)
		g->s->notes |= bit(g);
	if (before->thought != 0)
		g->s->thought |= bit(g);
	if (type != NULL && strcmp(type, "reasoning") == 0) {
		if (before->details)
			return PROVIDER_MORE;
	} else if (!call && !message &&
	    (all_ended || (before->ended & bit(g)) != 0)) {
		return PROVIDER_MORE;
	}
	return end_item(g, item, index);
}

static enum provider_result
end_answer(const struct reading *g, struct json_object *response)
{
	struct json_object *output = json_get(response, "output");
	struct responses_state before = *g->s;
	enum provider_end end;
	const char *word;
	size_t i, n = 0;

	provider_usage_read(&g->w.r->usage, json_get(response, "usage"));
	if (json_object_is_type(output, json_type_array))
		n = json_object_array_length(output);
	for (i = 0; i < n; i++) {
		if (end_rest(g, json_object_array_get_idx(output, i),
			(int64_t)i, &before,
			before.n_ended >= n) != PROVIDER_MORE)
			return PROVIDER_FAILED;
	}
	end = provider_end_of(reason_of(g, response), &word);
	return provider_delta_end(&g->w, end, word);
}

static enum provider_result
fail(const struct reading *g, struct json_object *event)
{
	struct json_object *error =
	    json_get(json_get(event, "response"), "error");

	if (error == NULL)
		error = provider_error_find(event);
	return provider_error_fill(g->w.r->p, error != NULL ? error : event,
	    g->w.err);
}

/* ---- Events ---- */

/* A text that is done, where no piece of it has come. */
static enum provider_result
on_done(const struct reading *g, struct json_object *event, const char *type,
    struct responses_call *call)
{
	bool said = (g->s->text & bit(g)) != 0;

	if (strcmp(type, "output_text.done") == 0)
		return said ? PROVIDER_MORE
			    : put_text(g, "content", event, "text");
	if (strcmp(type, "refusal.done") == 0)
		return said ? PROVIDER_MORE
			    : put_text(g, "refusal", event, "refusal");
	if (strcmp(type, "function_call_arguments.done") == 0)
		return call != NULL && call->argued
		    ? PROVIDER_MORE
		    : responses_call_argue(&g->w, g->s, call, event,
			  "arguments");
	return PROVIDER_MORE;
}

static enum provider_result
on_delta(const struct reading *g, struct json_object *event, const char *type)
{
	int64_t index = number(event, "output_index");
	struct responses_call *call;

	turn_to(g, index);
	if (strcmp(type, "output_text.delta") == 0)
		return put_text(g, "content", event, "delta");
	if (strcmp(type, "refusal.delta") == 0)
		return put_text(g, "refusal", event, "delta");
	if (strcmp(type, "reasoning_summary_text.delta") == 0)
		return put_thought(g, event, "delta",
		    number(event, "summary_index"));
	if (strcmp(type, "reasoning_text.delta") == 0)
		return put_thought(g, event, "delta",
		    number(event, "content_index"));
	if (strcmp(type, "output_text.annotation.added") == 0)
		return put_note(g, json_get(event, "annotation"));
	call = responses_call_find(g->s, index, event);
	if (strcmp(type, "function_call_arguments.delta") == 0)
		return responses_call_argue(&g->w, g->s, call, event, "delta");
	return on_done(g, event, type, call);
}

static enum provider_result
on_end(const struct reading *g, struct json_object *event)
{
	if (end_answer(g, json_get(event, "response")) != PROVIDER_MORE)
		return PROVIDER_FAILED;
	return provider_finish(g->w.r, g->w.emit, g->w.arg, g->w.err);
}

static enum provider_result
on_event(const struct reading *g, struct json_object *event, const char *type)
{
	struct json_object *item = json_get(event, "item");
	const char *kind = json_str(item, "type", NULL);
	int64_t index = number(event, "output_index");
	struct responses_call *call;

	if (strcmp(type, "error") == 0)
		return fail(g, event);
	if (strncmp(type, "response.", 9) != 0)
		return provider_error_find(event) != NULL ? fail(g, event)
							  : PROVIDER_MORE;
	type += 9;
	if (strcmp(type, "created") == 0)
		return begin_answer(g, json_get(event, "response")) == 0
		    ? provider_delta_role(&g->w)
		    : provider_no_memory(g->w.err);
	if (strcmp(type, "output_item.added") == 0) {
		turn_to(g, index);
		return kind != NULL && strcmp(kind, "function_call") == 0
		    ? responses_call_begin(&g->w, g->s, item, index, &call)
		    : PROVIDER_MORE;
	}
	if (strcmp(type, "output_item.done") == 0) {
		turn_to(g, index);
		g->s->ended |= bit(g);
		g->s->n_ended++;
		return end_item(g, item, index);
	}
	if (strcmp(type, "completed") == 0 || strcmp(type, "incomplete") == 0 ||
	    strcmp(type, "cancelled") == 0)
		return on_end(g, event);
	if (strcmp(type, "failed") == 0)
		return fail(g, event);
	return on_delta(g, event, type);
}

static bool
is_done(const struct sse_event *ev)
{
	return ev->data_len == 6 && memcmp(ev->data, "[DONE]", 6) == 0;
}

enum provider_result
responses_read(struct provider_reader *r, const struct sse_event *ev,
    provider_emit_fn emit, void *arg, struct api_error *err)
{
	struct reading g = { .w = { r, emit, arg, err }, .s = r->state };
	enum provider_result result;
	struct json_object *event;
	char type[PROVIDER_TYPE_MAX];

	if (is_done(ev))
		return PROVIDER_MORE; /* the end of the body tells */
	event = provider_event(r, ev, type, err);
	if (event == NULL)
		return PROVIDER_FAILED;
	result = on_event(&g, event, type);
	json_object_put(event);
	return result;
}

/* ---- The whole answer ---- */

/* The same as a stream that has only an end, put together. */
int
responses_answer(struct provider_reader *r, struct json_object *root,
    struct buf *out, struct api_error *err)
{
	struct provider_assembly *a;
	struct reading g = { .w = { r, provider_assembly_add, NULL, err },
		.s = r->state };
	const char *status = json_str(root, "status", NULL);
	bool want_usage = r->want_usage;
	int rc = -1;

	if (!json_object_is_type(json_get(root, "output"), json_type_array))
		return -1;
	if (status != NULL && strcmp(status, "failed") == 0) {
		(void)provider_error_fill(r->p, root, err);
		return -1;
	}
	a = provider_assembly_new(PROVIDER_CHUNK_MAX);
	if (a == NULL || begin_answer(&g, root) != 0) {
		provider_assembly_free(a);
		(void)provider_no_memory(err);
		return -1;
	}
	g.w.arg = a;
	r->want_usage = true;
	if (provider_delta_role(&g.w) == PROVIDER_MORE &&
	    end_answer(&g, root) == PROVIDER_MORE &&
	    provider_finish(r, g.w.emit, a, err) == PROVIDER_DONE)
		rc = provider_assembly_write(a, out);
	r->want_usage = want_usage;
	provider_assembly_free(a);
	return rc;
}
