/* SPDX-License-Identifier: MIT */
/*
 * Anthropic's Messages API: the messages of a request. They are translated one
 * by one and written straight into the body, since a picture may be large.
 */
#include "config.h"

#include <string.h>

#include "anthropic.h"

struct writer {
	struct buf *out;
	struct api_error *err;
	const char *role; /* of the message being written; NULL: none */
	bool first_message, first_block;
	bool markable; /* the last block may have a mark for the cache */
	bool refused;  /* err tells */
};

static void
open_message(struct writer *w, const char *role)
{
	if (w->role != NULL && strcmp(w->role, role) == 0)
		return; /* roles must alternate: one message more of it */
	if (w->role != NULL)
		buf_puts(w->out, "]}");
	if (!w->first_message)
		buf_putc(w->out, ',');
	w->first_message = false;
	w->first_block = true;
	w->role = role;
	buf_puts(w->out, "{\"role\":");
	buf_json(w->out, role, strlen(role));
	buf_puts(w->out, ",\"content\":[");
}

static void
open_block(struct writer *w, const char *role)
{
	open_message(w, role);
	if (!w->first_block)
		buf_putc(w->out, ',');
	w->first_block = false;
	w->markable = true;
}

/* Marks the block that has just been written. */
static void
mark(struct writer *w, struct json_object *value)
{
	if (!w->markable || w->out->len == 0 ||
	    w->out->data[w->out->len - 1] != '}')
		return;
	buf_truncate(w->out, w->out->len - 1);
	buf_puts(w->out, ",\"cache_control\":");
	if (value != NULL)
		json_write(w->out, value);
	else
		buf_puts(w->out, "{\"type\":\"ephemeral\"}");
	buf_putc(w->out, '}');
	w->markable = false;
}

/* A block of the API's own, as it is. */
static void
put_raw(struct writer *w, const char *role, struct json_object *block)
{
	open_block(w, role);
	json_write(w->out, block);
	w->markable = false;
}

/* The length without the white space at the end. */
static size_t
trimmed(const char *s, size_t len)
{
	while (len > 0 && memchr(" \t\r\n", s[len - 1], 4) != NULL)
		len--;
	return len;
}

/*
 * A text block with nothing but white space is refused by the API; an answer
 * that was stopped early can be one, and must not end the conversation.
 */
static void
put_text(struct writer *w, const char *role, const char *s, size_t len)
{
	if (trimmed(s, len) == 0)
		return;
	open_block(w, role);
	buf_puts(w->out, "{\"type\":\"text\",\"text\":");
	buf_json(w->out, s, len);
	buf_putc(w->out, '}');
}

/* "source":{...} of a data: URL, of bare base64 of `type`, or of an address. */
static void
put_source(struct buf *out, const char *url, size_t len, const char *type)
{
	const char *semicolon = memchr(url, ';', len);
	const char *comma = memchr(url, ',', len), *from = url + 5;

	buf_puts(out, "\"source\":{\"type\":");
	if (len > 5 && strncmp(url, "data:", 5) == 0 && semicolon != NULL &&
	    comma != NULL && semicolon < comma) {
		size_t n = (size_t)(semicolon - from);

		buf_puts(out, "\"base64\",\"media_type\":");
		if (n == 9 && memcmp(from, "image/jpg", 9) == 0)
			buf_puts(out, "\"image/jpeg\"");
		else
			buf_json(out, from, n);
		buf_puts(out, ",\"data\":");
		buf_json(out, comma + 1, (size_t)(url + len - comma - 1));
	} else if (strncmp(url, "http", 4) == 0 &&
	    memmem(url, len, "://", 3) != NULL) {
		buf_puts(out, "\"url\",\"url\":");
		buf_json(out, url, len);
	} else {
		buf_printf(out,
		    "\"base64\",\"media_type\":\"%s\",\"data\":", type);
		buf_json(out, url, len);
	}
	buf_putc(out, '}');
}

static void
put_image(struct writer *w, struct json_object *part)
{
	const char *url;
	size_t len;

	url = json_str(json_get(part, "image_url"), "url", &len);
	if (url == NULL)
		return;
	open_block(w, "user");
	buf_puts(w->out, "{\"type\":\"image\",");
	put_source(w->out, url, len, "image/png");
	buf_putc(w->out, '}');
}

/* A file, with its name and whether it is to be cited. */
static void
put_document(struct writer *w, struct json_object *part)
{
	struct json_object *file = json_get(part, "file");
	struct json_object *cite = json_get(part, "citations");
	const char *data, *name, *id;
	size_t len, name_len;

	data = json_str(file, "file_data", &len);
	if (data == NULL)
		data = json_str(file, "file_url", &len);
	id = json_str(file, "file_id", NULL);
	if (data == NULL && id == NULL)
		return;
	open_block(w, "user");
	buf_puts(w->out, "{\"type\":\"document\",");
	if (data != NULL) {
		put_source(w->out, data, len, "application/pdf");
	} else {
		buf_puts(w->out, "\"source\":{\"type\":\"file\",\"file_id\":");
		buf_json(w->out, id, strlen(id));
		buf_putc(w->out, '}');
	}
	name = json_str(file, "filename", &name_len);
	if (name != NULL) {
		buf_puts(w->out, ",\"title\":");
		buf_json(w->out, name, name_len);
	}
	if (cite != NULL) {
		buf_puts(w->out, ",\"citations\":");
		json_write(w->out, cite);
	}
	buf_putc(w->out, '}');
}

static void
put_part(struct writer *w, const char *role, struct json_object *part)
{
	const char *type = json_str(part, "type", NULL), *text;
	struct json_object *value = json_get(part, "cache_control");
	size_t len;

	if (type == NULL)
		return;
	text = json_str(part, "text", &len);
	if (text == NULL)
		text = json_str(part, "refusal", &len);
	if (strcmp(type, "thinking") == 0 ||
	    strcmp(type, "redacted_thinking") == 0) {
		put_raw(w, role, part);
	} else if (text != NULL) {
		put_text(w, role, text, len);
	} else if (strcmp(type, "image_url") == 0) {
		put_image(w, part);
	} else if (strcmp(type, "file") == 0) {
		put_document(w, part);
	} else if (!w->refused) {
		w->refused = true;
		(void)provider_refuse(w->err, "messages",
		    strcmp(type, "input_audio") == 0
			? "may not have sound for this model"
			: "may not have parts of this type for this model");
	}
	if (value != NULL)
		mark(w, value);
}

/*
 * `last` marks an answer that is to be continued: the API refuses white space
 * at its end.
 */
static void
put_content(struct writer *w, const char *role, struct json_object *content,
    bool last)
{
	size_t i, len;

	if (json_object_is_type(content, json_type_string)) {
		const char *s = json_object_get_string(content);

		len = (size_t)json_object_get_string_len(content);
		put_text(w, role, s, last ? trimmed(s, len) : len);
	} else if (json_object_is_type(content, json_type_array)) {
		for (i = 0; i < json_object_array_length(content); i++)
			put_part(w, role,
			    json_object_array_get_idx(content, i));
	}
}

/* OpenAI has a call's arguments as text, here they are an object. */
static void
put_arguments(struct buf *out, struct json_object *function)
{
	struct json_object *v = NULL;
	const char *s;
	size_t len;

	s = json_str(function, "arguments", &len);
	if (s != NULL)
		(void)json_parse_loose(s, len, JSON_DEPTH_DEFAULT, &v);
	if (json_object_is_type(v, json_type_object))
		json_write(out, v);
	else
		buf_puts(out, "{}");
	json_object_put(v);
}

static void
put_calls(struct writer *w, struct json_object *calls)
{
	size_t i, n = calls != NULL ? json_object_array_length(calls) : 0;

	for (i = 0; i < n; i++) {
		struct json_object *call = json_object_array_get_idx(calls, i);
		struct json_object *f = json_get(call, "function");

		if (f == NULL)
			continue;
		open_block(w, "assistant");
		buf_puts(w->out, "{\"type\":\"tool_use\",\"id\":");
		json_write(w->out, json_get(call, "id"));
		buf_puts(w->out, ",\"name\":");
		json_write(w->out, json_get(f, "name"));
		buf_puts(w->out, ",\"input\":");
		put_arguments(w->out, f);
		buf_putc(w->out, '}');
	}
}

/* One item of reasoning_details that came from this API. */
static void
put_detail(struct writer *w, struct json_object *d)
{
	const char *type = json_str(d, "type", NULL), *text, *s;
	const char *format = json_str(d, "format", NULL);
	size_t len, text_len;

	/* That of another API would be refused, and the question with it. */
	if (format != NULL && strncmp(format, "anthropic", 9) != 0)
		return;
	if (type != NULL && strcmp(type, "reasoning.text") == 0) {
		s = json_str(d, "signature", &len);
		text = json_str(d, "text", &text_len);
		if (s == NULL)
			return; /* the API would not take it */
		open_block(w, "assistant");
		buf_puts(w->out, "{\"type\":\"thinking\",\"thinking\":");
		buf_json(w->out, text != NULL ? text : "",
		    text != NULL ? text_len : 0);
		buf_puts(w->out, ",\"signature\":");
		buf_json(w->out, s, len);
		buf_putc(w->out, '}');
	} else if (type != NULL && strcmp(type, "reasoning.encrypted") == 0) {
		s = json_str(d, "data", &len);
		if (s == NULL)
			return;
		open_block(w, "assistant");
		buf_puts(w->out, "{\"type\":\"redacted_thinking\",\"data\":");
		buf_json(w->out, s, len);
		buf_putc(w->out, '}');
	}
	w->markable = false;
}

/* Blocks that go back as they came, from a list of a message. */
static void
put_blocks(struct writer *w, struct json_object *list)
{
	size_t i;

	if (!json_object_is_type(list, json_type_array))
		return;
	for (i = 0; i < json_object_array_length(list); i++) {
		struct json_object *block = json_object_array_get_idx(list, i);

		if (json_str(block, "type", NULL) != NULL)
			put_raw(w, "assistant", block);
	}
}

/* What came with an answer and must go back before its text and calls. */
static void
put_thoughts(struct writer *w, struct json_object *message)
{
	struct json_object *list = json_get(message, "reasoning_details");
	size_t i;

	if (!json_object_is_type(list, json_type_array)) {
		put_blocks(w, json_get(message, "thinking_blocks"));
		return;
	}
	for (i = 0; i < json_object_array_length(list); i++)
		put_detail(w, json_object_array_get_idx(list, i));
}

static void
put_result(struct writer *w, struct json_object *message)
{
	struct json_object *content = json_get(message, "content");
	struct writer inner = { .out = w->out,
		.err = w->err,
		.role = "user",
		.first_block = true };

	open_block(w, "user");
	buf_puts(w->out, "{\"type\":\"tool_result\",\"tool_use_id\":");
	json_write(w->out, json_get(message, "tool_call_id"));
	buf_puts(w->out, ",\"content\":[");
	put_content(&inner, "user", content, false);
	buf_puts(w->out, "]}");
	w->refused = w->refused || inner.refused;
}

static bool
is_system(const char *role)
{
	return strcmp(role, "system") == 0 || strcmp(role, "developer") == 0;
}

/* Where the stable head ends: before the newest question. */
static size_t
head_end(struct json_object *messages, size_t n)
{
	while (n > 0) {
		const char *role =
		    json_str(json_object_array_get_idx(messages, n - 1), "role",
			NULL);

		n--;
		if (role != NULL && strcmp(role, "user") == 0)
			break;
	}
	return n;
}

static void
put_message(struct writer *w, struct json_object *m, bool last)
{
	const char *role = json_str(m, "role", NULL);

	if (role == NULL || is_system(role))
		return;
	if (strcmp(role, "tool") == 0) {
		put_result(w, m);
		return;
	}
	role = strcmp(role, "assistant") == 0 ? "assistant" : "user";
	if (strcmp(role, "assistant") == 0)
		put_thoughts(w, m);
	put_content(w, role, json_get(m, "content"),
	    last && strcmp(role, "assistant") == 0);
	if (strcmp(role, "assistant") == 0)
		put_blocks(w, json_get(m, "content_parts"));
	put_calls(w, json_get(m, "tool_calls"));
}

int
anthropic_messages(struct json_object *messages, bool cache, struct buf *out,
    struct api_error *err)
{
	struct writer w = { .out = out, .err = err, .first_message = true };
	size_t i, n = json_object_array_length(messages);
	size_t end = cache ? head_end(messages, n) : 0;

	buf_puts(out, ",\"messages\":[");
	for (i = 0; i < n; i++) {
		put_message(&w, json_object_array_get_idx(messages, i),
		    i + 1 == n);
		if (i + 1 == end)
			mark(&w, NULL);
	}
	if (w.refused)
		return -1;
	if (w.role == NULL)
		return provider_refuse(err, "messages",
		    "must have a user message");
	return buf_puts(out, "]}]");
}

void
anthropic_system(struct json_object *messages, bool cache, struct buf *out)
{
	struct writer w = { .out = out, .role = "system", .first_block = true };
	size_t i, before = out->len;

	buf_puts(out, ",\"system\":[");
	for (i = 0; i < json_object_array_length(messages); i++) {
		struct json_object *m = json_object_array_get_idx(messages, i);
		const char *role = json_str(m, "role", NULL);

		if (role != NULL && is_system(role))
			put_content(&w, "system", json_get(m, "content"),
			    false);
	}
	if (w.first_block) {
		out->len = before;
		return;
	}
	if (cache)
		mark(&w, NULL);
	buf_putc(out, ']');
}
