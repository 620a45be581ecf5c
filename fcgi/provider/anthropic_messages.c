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
	const char *role; /* of the message being written; NULL: none */
	bool first_message, first_block;
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

static void
put_image(struct writer *w, struct json_object *part)
{
	const char *url, *comma, *semicolon;
	size_t len;

	url = json_str(json_get(part, "image_url"), "url", &len);
	if (url == NULL)
		return;
	open_block(w, "user");
	buf_puts(w->out, "{\"type\":\"image\",\"source\":{\"type\":");
	semicolon = memchr(url, ';', len);
	comma = memchr(url, ',', len);
	if (strncmp(url, "data:", 5) == 0 && semicolon != NULL &&
	    comma != NULL && semicolon < comma) {
		buf_puts(w->out, "\"base64\",\"media_type\":");
		buf_json(w->out, url + 5, (size_t)(semicolon - url - 5));
		buf_puts(w->out, ",\"data\":");
		buf_json(w->out, comma + 1, (size_t)(url + len - comma - 1));
	} else {
		buf_puts(w->out, "\"url\",\"url\":");
		buf_json(w->out, url, len);
	}
	buf_puts(w->out, "}}");
}

static void
put_part(struct writer *w, const char *role, struct json_object *part)
{
	const char *text;
	size_t len;

	text = json_str(part, "text", &len);
	if (text == NULL)
		text = json_str(part, "refusal", &len);
	if (text != NULL)
		put_text(w, role, text, len);
	else
		put_image(w, part);
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

static void
put_result(struct writer *w, struct json_object *message)
{
	struct json_object *content = json_get(message, "content");
	struct writer inner = { .out = w->out,
		.role = "user",
		.first_block = true };

	open_block(w, "user");
	buf_puts(w->out, "{\"type\":\"tool_result\",\"tool_use_id\":");
	json_write(w->out, json_get(message, "tool_call_id"));
	buf_puts(w->out, ",\"content\":[");
	put_content(&inner, "user", content, false);
	buf_puts(w->out, "]}");
}

static bool
is_system(const char *role)
{
	return strcmp(role, "system") == 0 || strcmp(role, "developer") == 0;
}

int
anthropic_messages(struct json_object *messages, struct buf *out,
    struct api_error *err)
{
	struct writer w = { .out = out, .first_message = true };
	size_t i, n = json_object_array_length(messages);

	buf_puts(out, ",\"messages\":[");
	for (i = 0; i < n; i++) {
		struct json_object *m = json_object_array_get_idx(messages, i);
		const char *role = json_str(m, "role", NULL);

		if (role == NULL || is_system(role))
			continue;
		if (strcmp(role, "tool") == 0) {
			put_result(&w, m);
			continue;
		}
		role = strcmp(role, "assistant") == 0 ? "assistant" : "user";
		put_content(&w, role, json_get(m, "content"),
		    i + 1 == n && strcmp(role, "assistant") == 0);
		put_calls(&w, json_get(m, "tool_calls"));
	}
	if (w.role == NULL)
		return provider_refuse(err, "messages",
		    "must have a user message");
	return buf_puts(out, "]}]");
}

void
anthropic_system(struct json_object *messages, struct buf *out)
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
	if (w.first_block)
		out->len = before;
	else
		buf_putc(out, ']');
}
