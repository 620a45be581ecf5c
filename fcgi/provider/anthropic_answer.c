/* SPDX-License-Identifier: MIT */
/*
 * Anthropic's Messages API: the answer, as a stream of named events or whole,
 * brought into OpenAI's form.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "anthropic.h"

/* What one event is read with. */
struct reading {
	struct provider_reader *r;
	struct anthropic_state *s; /* r's */
	provider_emit_fn emit;
	void *arg;
	struct api_error *err;
};

static void
read_count(struct json_object *usage, const char *name, uint64_t *out)
{
	struct json_object *v = json_get(usage, name);

	if (json_object_is_type(v, json_type_int) &&
	    json_object_get_int64(v) >= 0)
		*out = json_object_get_uint64(v);
}

/*
 * Counts are cumulative and may be missing or null later on. What went into
 * and came out of the cache is counted apart from input_tokens.
 */
static void
read_usage(struct provider_usage *u, struct json_object *usage)
{
	uint64_t made = 0, fresh = 0;

	read_count(usage, "output_tokens", &u->completion);
	read_count(json_get(usage, "output_tokens_details"), "thinking_tokens",
	    &u->reasoning);
	if (json_get(usage, "input_tokens") == NULL)
		return;
	read_count(usage, "input_tokens", &fresh);
	read_count(usage, "cache_creation_input_tokens", &made);
	read_count(usage, "cache_read_input_tokens", &u->cached);
	u->prompt = fresh + made + u->cached;
}

static const char *
finish_reason(const char *stop_reason)
{
	/* Its other names are known there. */
	return provider_finish_reason(stop_reason);
}

/* ---- Chunks ---- */

void
anthropic_release(void *state)
{
	struct anthropic_state *s = state;

	free(s->head);
}

static int
begin_chunks(const struct reading *g, const char *id)
{
	struct buf head;

	buf_init(&head, 4096);
	buf_puts(&head, "{\"id\":");
	buf_json(&head, id, strlen(id));
	buf_puts(&head,
	    ",\"object\":\"chat.completion.chunk\",\"created\":0,\"model\":");
	buf_json(&head, g->r->model_id, strlen(g->r->model_id));
	buf_puts(&head, ",\"choices\":[");
	if (!buf_ok(&head)) {
		buf_free(&head);
		return -1;
	}
	free(g->s->head);
	g->s->head = buf_steal(&head, NULL);
	return 0;
}

/* Emits a chunk of the head and what follows "choices":[ */
static enum provider_result
put_rest(const struct reading *g, const char *open, const struct buf *rest,
    const char *close, bool content)
{
	enum provider_result result = PROVIDER_MORE;
	struct buf text;

	if (g->s->head == NULL && begin_chunks(g, "msg") != 0)
		return provider_no_memory(g->err);
	buf_init(&text, PROVIDER_CHUNK_MAX);
	buf_puts(&text, g->s->head);
	buf_puts(&text, open);
	buf_append(&text, rest->data, rest->len);
	buf_puts(&text, close);
	if (!buf_ok(&text) || !buf_ok(rest)) {
		result = provider_no_memory(g->err);
	} else if (g->emit(g->arg, text.data, text.len, content) != 0) {
		result = provider_not_passed(g->err);
	}
	buf_free(&text);
	return result;
}

/* Emits a chunk whose choice has these members. */
static enum provider_result
put_chunk(const struct reading *g, const struct buf *members, bool content)
{
	return put_rest(g, "{\"index\":0,", members, "}]}", content);
}

/* Emits a piece of text under `name`; an empty one is nothing. */
static enum provider_result
put_text(const struct reading *g, const char *name, struct json_object *from,
    const char *member)
{
	enum provider_result result;
	struct buf members;
	const char *s;
	size_t len;

	s = json_str(from, member, &len);
	if (s == NULL || len == 0)
		return PROVIDER_MORE;
	buf_init(&members, PROVIDER_CHUNK_MAX);
	buf_printf(&members, "\"delta\":{\"%s\":", name);
	buf_json(&members, s, len);
	buf_puts(&members, "},\"finish_reason\":null");
	result = put_chunk(g, &members, true);
	buf_free(&members);
	return result;
}

static void
put_json_string(struct buf *out, struct json_object *obj, const char *name)
{
	const char *s;
	size_t len;

	s = json_str(obj, name, &len);
	buf_json(out, s != NULL ? s : "", s != NULL ? len : 0);
}

/* A call begins: its id and name. */
static enum provider_result
put_call(const struct reading *g, struct json_object *event,
    struct json_object *block)
{
	enum provider_result result;
	struct buf members;

	g->s->call_block = json_object_get_int64(json_get(event, "index"));
	buf_init(&members, PROVIDER_CHUNK_MAX);
	buf_printf(&members, "\"delta\":{\"tool_calls\":[{\"index\":%u,\"id\":",
	    g->s->n_calls++);
	put_json_string(&members, block, "id");
	buf_puts(&members, ",\"type\":\"function\",\"function\":{\"name\":");
	put_json_string(&members, block, "name");
	buf_puts(&members, ",\"arguments\":\"\"}}]},\"finish_reason\":null");
	result = put_chunk(g, &members, true);
	buf_free(&members);
	return result;
}

/* A piece of a call's arguments. Other blocks have such pieces too. */
static enum provider_result
put_arguments(const struct reading *g, struct json_object *event,
    struct json_object *delta)
{
	enum provider_result result;
	struct buf members;

	if (g->s->n_calls == 0 ||
	    g->s->call_block != json_object_get_int64(json_get(event, "index")))
		return PROVIDER_MORE;
	buf_init(&members, PROVIDER_CHUNK_MAX);
	buf_printf(&members,
	    "\"delta\":{\"tool_calls\":[{\"index\":%u,"
	    "\"function\":{\"arguments\":",
	    g->s->n_calls - 1);
	put_json_string(&members, delta, "partial_json");
	buf_puts(&members, "}}]},\"finish_reason\":null");
	result = put_chunk(g, &members, true);
	buf_free(&members);
	return result;
}

/* ---- Events ---- */

static enum provider_result
on_message_start(const struct reading *g, struct json_object *event)
{
	struct json_object *message = json_get(event, "message");
	const char *id = json_str(message, "id", NULL);
	enum provider_result result;
	struct buf members;

	read_usage(&g->r->usage, json_get(message, "usage"));
	if (begin_chunks(g, id != NULL ? id : "msg") != 0)
		return provider_no_memory(g->err);
	buf_init(&members, 128);
	buf_puts(&members,
	    "\"delta\":{\"role\":\"assistant\","
	    "\"content\":\"\"},\"finish_reason\":null");
	result = put_chunk(g, &members, false);
	buf_free(&members);
	return result;
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
	if (strcmp(type, "thinking") == 0)
		return put_text(g, "reasoning_content", block, "thinking");
	return PROVIDER_MORE;
}

static enum provider_result
on_block_delta(const struct reading *g, struct json_object *event)
{
	struct json_object *delta = json_get(event, "delta");
	const char *type = json_str(delta, "type", NULL);

	if (type == NULL)
		return PROVIDER_MORE;
	if (strcmp(type, "text_delta") == 0)
		return put_text(g, "content", delta, "text");
	if (strcmp(type, "thinking_delta") == 0)
		return put_text(g, "reasoning_content", delta, "thinking");
	if (strcmp(type, "input_json_delta") == 0)
		return put_arguments(g, event, delta);
	return PROVIDER_MORE; /* signatures, citations */
}

static enum provider_result
on_message_delta(const struct reading *g, struct json_object *event)
{
	const char *reason =
	    json_str(json_get(event, "delta"), "stop_reason", NULL);
	enum provider_result result;
	struct buf members;

	read_usage(&g->r->usage, json_get(event, "usage"));
	if (reason == NULL)
		return PROVIDER_MORE;
	g->r->finished = true;
	buf_init(&members, 128);
	buf_printf(&members, "\"delta\":{},\"finish_reason\":\"%s\"",
	    finish_reason(reason));
	result = put_chunk(g, &members, false);
	buf_free(&members);
	return result;
}

static enum provider_result
on_message_stop(const struct reading *g)
{
	struct provider_reader *r = g->r;
	struct json_object *usage;
	enum provider_result result;
	struct buf text;

	if (!r->want_usage)
		return PROVIDER_DONE;
	usage = provider_usage_json(&r->usage);
	if (usage == NULL)
		return provider_no_memory(g->err);
	buf_init(&text, PROVIDER_CHUNK_MAX);
	json_write(&text, usage);
	result = put_rest(g, "],\"usage\":", &text, "}", false);
	buf_free(&text);
	json_object_put(usage);
	return result == PROVIDER_MORE ? PROVIDER_DONE : result;
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
	if (strcmp(type, "message_stop") == 0)
		return on_message_stop(g);
	error = provider_error_find(event);
	if (error != NULL || strcmp(type, "error") == 0)
		return provider_error_fill(g->r->p,
		    error != NULL ? error : event, g->err);
	return PROVIDER_MORE; /* ping, content_block_stop, newer ones */
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

	if (g->s->head == NULL ||
	    json_check(ev->data, ev->data_len, JSON_DEPTH_DEFAULT, NULL) !=
		JSON_OK ||
	    !provider_scan_delta(ev->data, ev->data_len, &text, &len,
		&reasoning))
		return false;
	*result = PROVIDER_MORE;
	if (len == 0)
		return true;
	buf_init(&head, PROVIDER_CHUNK_MAX);
	buf_puts(&head, g->s->head);
	buf_printf(&head, "{\"index\":0,\"delta\":{\"%s\":\"",
	    reasoning ? "reasoning_content" : "content");
	if (!buf_ok(&head)) {
		*result = provider_no_memory(g->err);
		return true;
	}
	*result = provider_template_emit(head.data, head.len, text, len, tail,
	    sizeof(tail) - 1, g->emit, g->arg, g->err);
	provider_template_learn(&g->r->like, ev->data, ev->data_len, text, len,
	    head.data, head.len, tail, sizeof(tail) - 1);
	buf_free(&head);
	return true;
}

enum provider_result
anthropic_read(struct provider_reader *r, const struct sse_event *ev,
    provider_emit_fn emit, void *arg, struct api_error *err)
{
	struct reading g = { .r = r,
		.s = r->state,
		.emit = emit,
		.arg = arg,
		.err = err };
	enum provider_result result;
	struct json_object *event;
	char name[32];
	const char *type;

	if (provider_template_read(&r->like, ev->data, ev->data_len, emit, arg,
		err, &result) ||
	    read_piece(&g, ev, &result))
		return result;

	switch (json_parse_loose(ev->data, ev->data_len, JSON_DEPTH_DEFAULT,
	    &event)) {
	case JSON_OK:
		break;
	case JSON_NO_MEMORY:
		return provider_no_memory(err);
	default:
		return provider_invalid(err, "an event that is no JSON");
	}
	(void)snprintf(name, sizeof(name), "%.*s",
	    ev->name_len < sizeof(name) ? (int)ev->name_len : 0, ev->name);
	type = json_str(event, "type", NULL);
	if (json_object_is_type(event, json_type_object))
		result = on_event(&g, event, type != NULL ? type : name);
	else
		result = provider_invalid(err, "an event that is no object");
	json_object_put(event);
	return result;
}

/* ---- The whole answer ---- */

struct message {
	struct buf text, reasoning, calls;
	unsigned n_calls;
};

static void
take_call(struct message *m, struct json_object *block)
{
	struct json_object *input = json_get(block, "input");
	struct buf arguments;

	buf_init(&arguments, m->calls.max);
	if (input != NULL)
		json_write(&arguments, input);
	else
		buf_puts(&arguments, "{}");
	buf_puts(&m->calls, m->n_calls++ > 0 ? ",{\"id\":" : "{\"id\":");
	put_json_string(&m->calls, block, "id");
	buf_puts(&m->calls, ",\"type\":\"function\",\"function\":{\"name\":");
	put_json_string(&m->calls, block, "name");
	buf_puts(&m->calls, ",\"arguments\":");
	buf_json(&m->calls, buf_str(&arguments), arguments.len);
	buf_puts(&m->calls, "}}");
	if (!buf_ok(&arguments))
		m->calls.failed = true;
	buf_free(&arguments);
}

static void
take_block(struct message *m, struct json_object *block)
{
	const char *type = json_str(block, "type", NULL), *s;
	size_t len;

	if (type == NULL)
		return;
	if (strcmp(type, "tool_use") == 0) {
		take_call(m, block);
	} else if (strcmp(type, "text") == 0) {
		s = json_str(block, "text", &len);
		if (s != NULL)
			buf_append(&m->text, s, len);
	} else if (strcmp(type, "thinking") == 0) {
		s = json_str(block, "thinking", &len);
		if (s != NULL)
			buf_append(&m->reasoning, s, len);
	}
}

static void
put_answer(const struct message *m, const char *model_id,
    struct json_object *root, const struct provider_usage *u, struct buf *out)
{
	const char *reason = json_str(root, "stop_reason", NULL);
	struct json_object *usage = provider_usage_json(u);

	buf_puts(out, "{\"id\":");
	put_json_string(out, root, "id");
	buf_puts(out,
	    ",\"object\":\"chat.completion\",\"created\":0,\"model\":");
	buf_json(out, model_id, strlen(model_id));
	buf_puts(out,
	    ",\"choices\":[{\"index\":0,\"message\":{\"role\":"
	    "\"assistant\",\"content\":");
	if (m->text.len > 0 || m->n_calls == 0)
		buf_json(out, buf_str(&m->text), m->text.len);
	else
		buf_puts(out, "null");
	if (m->reasoning.len > 0) {
		buf_puts(out, ",\"reasoning_content\":");
		buf_json(out, m->reasoning.data, m->reasoning.len);
	}
	if (m->n_calls > 0)
		buf_printf(out, ",\"tool_calls\":[%s]", buf_str(&m->calls));
	buf_printf(out, "},\"finish_reason\":\"%s\"}],\"usage\":",
	    reason != NULL ? finish_reason(reason) : "stop");
	if (usage != NULL)
		json_write(out, usage);
	else
		out->failed = true;
	buf_putc(out, '}');
	json_object_put(usage);
}

int
anthropic_answer(const char *model_id, struct json_object *root,
    struct buf *out, struct provider_usage *usage)
{
	struct json_object *content = json_get(root, "content");
	struct message m = { .n_calls = 0 };
	size_t i;

	if (!json_object_is_type(content, json_type_array))
		return -1;
	buf_init(&m.text, out->max);
	buf_init(&m.reasoning, out->max);
	buf_init(&m.calls, out->max);
	for (i = 0; i < json_object_array_length(content); i++)
		take_block(&m, json_object_array_get_idx(content, i));
	read_usage(usage, json_get(root, "usage"));
	put_answer(&m, model_id, root, usage, out);
	if (!buf_ok(&m.text) || !buf_ok(&m.reasoning) || !buf_ok(&m.calls))
		out->failed = true;
	buf_free(&m.text);
	buf_free(&m.reasoning);
	buf_free(&m.calls);
	return buf_ok(out) ? 0 : -1;
}
