/* SPDX-License-Identifier: MIT */
/*
 * OpenAI's chat completions and everything that calls itself compatible:
 * Azure, Ollama, llama.cpp, vLLM, OpenRouter, Groq and others. Requests pass
 * nearly as they came; answers are passed as they are where that is plain, and
 * brought into one form where servers differ.
 */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "kind.h"

static const char object_name[] = "chat.completion.chunk";

/* ---- The request ---- */

static void
put_member(struct buf *out, const char *name, struct json_object *v)
{
	if (out->len > 1)
		buf_putc(out, ',');
	buf_json(out, name, strlen(name));
	buf_putc(out, ':');
	json_write(out, v);
}

/* True for the members that are written anew. */
static bool
is_ours(const char *name)
{
	static const char *const names[] = { "model", "stream",
		"stream_options", "max_tokens", "max_completion_tokens" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(names[i], name) == 0)
			return true;
	}
	return false;
}

static void
put_stream(const struct config_provider *p, const struct chat_request *req,
    struct buf *out)
{
	if (!req->stream)
		return;
	buf_puts(out, ",\"stream\":true");
	if (p->include_usage)
		buf_puts(out, ",\"stream_options\":{\"include_usage\":true}");
}

static int
openai_body(const struct config_provider *p, const struct config_model *model,
    const struct chat_request *req, struct buf *out, struct api_error *err)
{
	const char *name =
	    model->upstream != NULL ? model->upstream : model->id;
	struct json_object_iterator it, end;
	struct json_object *limit;

	(void)err;
	buf_puts(out, "{\"model\":");
	buf_json(out, name, strlen(name));
	it = json_object_iter_begin(req->root);
	end = json_object_iter_end(req->root);
	while (!json_object_iter_equal(&it, &end)) {
		struct json_object *v = json_object_iter_peek_value(&it);

		name = json_object_iter_peek_name(&it);
		if (v != NULL && !is_ours(name))
			put_member(out, name, v);
		json_object_iter_next(&it);
	}
	limit = json_get(req->root, "max_completion_tokens");
	if (limit == NULL)
		limit = json_get(req->root, "max_tokens");
	if (limit != NULL)
		put_member(out, p->token_limit_field, limit);
	put_stream(p, req, out);
	return buf_putc(out, '}');
}

/* ---- Text and reasoning ---- */

/* Appends the text of one part in whatever form: a string, or an object with
 * "text", "thinking", "summary" or "content". */
static void
append_part(struct json_object *part, struct buf *out, unsigned level)
{
	static const char *const names[] = { "text", "thinking", "summary",
		"content" };
	size_t i;

	if (json_object_is_type(part, json_type_string)) {
		buf_append(out, json_object_get_string(part),
		    (size_t)json_object_get_string_len(part));
	} else if (json_object_is_type(part, json_type_array) && level < 3) {
		for (i = 0; i < json_object_array_length(part); i++)
			append_part(json_object_array_get_idx(part, i), out,
			    level + 1);
	} else if (json_object_is_type(part, json_type_object) && level < 3) {
		for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
			struct json_object *v = json_get(part, names[i]);

			if (v != NULL) {
				append_part(v, out, level + 1);
				return;
			}
		}
	}
}

static bool
is_thinking(struct json_object *part)
{
	const char *type = json_str(part, "type", NULL);

	return type != NULL &&
	    (strcmp(type, "thinking") == 0 || strcmp(type, "reasoning") == 0);
}

/* Content that is an array of parts (Mistral) becomes text and reasoning. */
static int
split_content(struct json_object *delta, struct buf *reasoning)
{
	struct json_object *parts = json_get(delta, "content");
	struct buf text;
	size_t i;
	int rc;

	if (parts == NULL || json_object_is_type(parts, json_type_string))
		return 0;
	buf_init(&text, reasoning->max);
	if (json_object_is_type(parts, json_type_array)) {
		for (i = 0; i < json_object_array_length(parts); i++) {
			struct json_object *part =
			    json_object_array_get_idx(parts, i);

			append_part(part, is_thinking(part) ? reasoning : &text,
			    0);
		}
	}
	rc = buf_ok(&text)
	    ? provider_add_string(delta, "content", buf_str(&text), text.len)
	    : -1;
	buf_free(&text);
	return rc;
}

/* Reasoning under any of its names becomes reasoning_content. */
static int
normalise_delta(struct json_object *delta)
{
	static const char *const names[] = { "reasoning_content", "reasoning",
		"reasoning_details", "thinking" };
	struct buf text;
	size_t i;
	int rc;

	buf_init(&text, PROVIDER_CHUNK_MAX);
	rc = split_content(delta, &text);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (text.len == 0)
			append_part(json_get(delta, names[i]), &text, 0);
		json_object_object_del(delta, names[i]);
	}
	if (!buf_ok(&text))
		rc = -1;
	if (rc == 0 && text.len > 0)
		rc = provider_add_string(delta, "reasoning_content", text.data,
		    text.len);
	buf_free(&text);
	return rc;
}

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
	    json_type_array);
}

/* ---- The stream ---- */

/* What was found in one chunk. */
struct chunk {
	struct json_object *root;
	struct json_object *usage; /* a reference of its own */
	struct json_object *error; /* borrowed */
	bool content, finished;
	size_t n_choices;
};

/* The delta of a choice: some servers send a message, or a bare text. */
static int
find_delta(struct json_object *choice, struct json_object **delta)
{
	struct json_object *v = json_get(choice, "delta");
	const char *text;
	size_t len;

	if (!json_object_is_type(v, json_type_object))
		v = json_get(choice, "message");
	if (json_object_is_type(v, json_type_object)) {
		*delta = v;
		if (json_get(choice, "delta") == v)
			return 0;
		return provider_add(choice, "delta", json_object_get(v));
	}
	v = json_object_new_object();
	*delta = v;
	if (provider_add(choice, "delta", v) != 0)
		return -1;
	text = json_str(choice, "text", &len);
	return text == NULL ? 0 : provider_add_string(v, "content", text, len);
}

/* Takes the usage that an object has away from it. */
static void
take_usage(struct chunk *c, struct json_object *from)
{
	struct json_object *v = json_get(from, "usage");

	if (json_object_is_type(v, json_type_object)) {
		json_object_put(c->usage);
		c->usage = json_object_get(v);
	}
	json_object_object_del(from, "usage");
}

static int
normalise_choice(struct chunk *c, struct json_object *choice)
{
	const char *reason = json_str(choice, "finish_reason", NULL);
	struct json_object *delta, *v;

	v = provider_error_find(choice);
	if (v == NULL && reason != NULL && strcmp(reason, "error") == 0)
		v = choice;
	if (v != NULL && c->error == NULL)
		c->error = v;
	take_usage(c, choice);
	if (find_delta(choice, &delta) != 0 || normalise_delta(delta) != 0)
		return -1;
	if (has_text(delta))
		c->content = true;
	if (reason != NULL && reason[0] != '\0') {
		const char *to = provider_finish_reason(reason);

		c->finished = true;
		if (strcmp(to, reason) != 0)
			return provider_add_string(choice, "finish_reason", to,
			    strlen(to));
	}
	return 0;
}

/* Brings a chunk into form. Returns 0, or -1 when out of memory. */
static int
normalise(struct chunk *c)
{
	struct json_object *choices = json_get(c->root, "choices"), *choice;
	struct json_object *groq = json_get(c->root, "x_groq");
	size_t i;

	c->error = provider_error_find(c->root);
	if (json_object_is_type(groq, json_type_object))
		take_usage(c, groq);
	take_usage(c, c->root);
	if (!json_object_is_type(choices, json_type_array))
		return 0;
	c->n_choices = json_object_array_length(choices);
	for (i = 0; i < c->n_choices; i++) {
		choice = json_object_array_get_idx(choices, i);
		if (json_object_is_type(choice, json_type_object) &&
		    normalise_choice(c, choice) != 0)
			return -1;
	}
	if (json_str(c->root, "object", NULL) == NULL)
		return provider_add_string(c->root, "object", object_name,
		    sizeof(object_name) - 1);
	return 0;
}

/* Keeps usage for the end, in a chunk of its own. */
static int
keep_usage(struct provider_reader *r, const struct chunk *c)
{
	struct json_object *chunk, *created = json_get(c->root, "created");
	struct json_object *usage = c->usage;
	const char *id = json_str(c->root, "id", NULL);
	const char *model = json_str(c->root, "model", NULL);

	provider_usage_read(&r->usage, usage);
	if (!r->want_usage)
		return 0;
	if (json_get(usage, "prompt_tokens") == NULL)
		usage = provider_usage_json(&r->usage);
	else
		usage = json_object_get(usage);
	chunk = provider_chunk(id != NULL ? id : "chatcmpl",
	    json_object_get_int64(created), model != NULL ? model : r->model_id,
	    json_object_new_array());
	if (chunk == NULL) {
		json_object_put(usage);
		return -1;
	}
	json_object_put(r->usage_chunk);
	r->usage_chunk = chunk;
	return provider_add(chunk, "usage", usage);
}

static enum provider_result
read_chunk(struct provider_reader *r, struct chunk *c, provider_emit_fn emit,
    void *arg, struct api_error *err)
{
	if (normalise(c) != 0 || (c->usage != NULL && keep_usage(r, c) != 0))
		return provider_no_memory(err);
	if (c->finished)
		r->finished = true;
	if (c->error != NULL)
		return provider_error_fill(r->p, c->error, err);
	if (c->n_choices == 0)
		return PROVIDER_MORE; /* Azure's filter results, or usage */
	json_object_object_del(c->root, "x_groq");
	return provider_emit(c->root, emit, arg, c->content, err);
}

/* An event that is not plain. */
static enum provider_result
read_event(struct provider_reader *r, const char *s, size_t len, bool error,
    provider_emit_fn emit, void *arg, struct api_error *err)
{
	struct chunk c = { .n_choices = 0 };
	enum provider_result result;
	struct json_object *root, *e;

	switch (json_parse_loose(s, len, JSON_DEPTH_DEFAULT, &root)) {
	case JSON_OK:
		break;
	case JSON_NO_MEMORY:
		return provider_no_memory(err);
	default:
		return provider_invalid(err, "an event that is no JSON");
	}
	c.root = root;
	e = provider_error_find(root);
	if (error || (e != NULL && json_object_is_type(root, json_type_array)))
		result = provider_error_fill(r->p, e != NULL ? e : root, err);
	else if (!json_object_is_type(root, json_type_object))
		result = provider_invalid(err, "an event that is no object");
	else
		result = read_chunk(r, &c, emit, arg, err);
	json_object_put(c.usage);
	json_object_put(root);
	return result;
}

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
	struct buf chunk;
	size_t at;

	if (scan->finish)
		r->finished = true;
	if (scan->rename == NULL) {
		if (!scan->finish && scan->text != NULL)
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
	if (result == PROVIDER_MORE && !scan->finish && scan->text != NULL &&
	    scan->text > scan->rename) {
		at = (size_t)(scan->text - s) + sizeof(to) - sizeof(from);
		provider_template_learn(&r->like, s, len, scan->text,
		    scan->text_len, chunk.data, at,
		    chunk.data + at + scan->text_len,
		    chunk.len - at - scan->text_len);
	}
	buf_free(&chunk);
	return result;
}

static enum provider_result
openai_read(struct provider_reader *r, const struct sse_event *ev,
    provider_emit_fn emit, void *arg, struct api_error *err)
{
	bool error = ev->name_len == 5 && memcmp(ev->name, "error", 5) == 0;
	const char *s = ev->data;
	size_t len = ev->data_len;
	enum provider_result result;
	struct provider_scan scan;

	if (ev->name_len == 0 &&
	    provider_template_read(&r->like, s, len, emit, arg, err, &result))
		return result;
	while (len > 0 && is_blank(s[len - 1]))
		len--;
	while (len > 0 && is_blank(*s)) {
		s++;
		len--;
	}
	if (len == 0)
		return PROVIDER_MORE;
	if (len == 6 && memcmp(s, "[DONE]", 6) == 0)
		return provider_finish(r, emit, arg, err);
	if (!error && memchr(s, '\n', len) == NULL &&
	    json_check(s, len, JSON_DEPTH_DEFAULT, NULL) == JSON_OK &&
	    provider_scan_chunk(s, len, &scan))
		return emit_plain(r, s, len, &scan, emit, arg, err);
	return read_event(r, s, len, error, emit, arg, err);
}

/* ---- The whole answer ---- */

static int
answer_choice(struct json_object *choice)
{
	struct json_object *message = json_get(choice, "message");
	const char *reason = json_str(choice, "finish_reason", NULL), *to;

	if (json_object_is_type(message, json_type_object) &&
	    normalise_delta(message) != 0)
		return -1;
	if (reason == NULL)
		return 0;
	to = provider_finish_reason(reason);
	return provider_add_string(choice, "finish_reason", to, strlen(to));
}

static int
openai_answer(const char *model_id, struct json_object *root, struct buf *out,
    struct provider_usage *usage)
{
	struct json_object *choices = json_get(root, "choices");
	size_t i;

	if (!json_object_is_type(choices, json_type_array) ||
	    json_object_array_length(choices) == 0)
		return -1;
	for (i = 0; i < json_object_array_length(choices); i++) {
		struct json_object *c = json_object_array_get_idx(choices, i);

		if (!json_object_is_type(c, json_type_object) ||
		    answer_choice(c) != 0)
			return -1;
	}
	provider_usage_read(usage, json_get(json_get(root, "x_groq"), "usage"));
	provider_usage_read(usage, json_get(root, "usage"));
	if (json_str(root, "model", NULL) == NULL &&
	    provider_add_string(root, "model", model_id, strlen(model_id)) != 0)
		return -1;
	return json_write(out, root);
}

/* ---- The kind ---- */

/* OpenAI itself, and Azure, refuse the older name for their newer models. */
static const char *
token_limit_field(const char *host)
{
	static const char azure[] = ".openai.azure.com";
	size_t n = strlen(host);

	if (strcasecmp(host, "api.openai.com") == 0 ||
	    (n > sizeof(azure) &&
		strcasecmp(host + n - sizeof(azure) + 1, azure) == 0))
		return "max_completion_tokens";
	return "max_tokens";
}

const struct provider_kind provider_openai = {
	.config = { .name = "openai",
	    .key_header = "Authorization",
	    .chat_path = "/chat/completions",
	    .models_path = "/models",
	    .token_limit_field = token_limit_field },
	.source = PROVIDER_SOURCE_HTTP,
	.body = openai_body,
	.read = openai_read,
	.answer = openai_answer,
	.list_cursor = "after"
};
