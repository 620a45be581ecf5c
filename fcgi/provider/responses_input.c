/* SPDX-License-Identifier: MIT */
/*
 * OpenAI's Responses API: the messages of a request, each one item or several.
 * They are written straight into the body, since a picture may be large.
 */
#include "config.h"

#include <string.h>

#include "responses.h"

struct writer {
	struct buf *out;
	struct api_error *err;
	bool any;     /* an item has been written */
	bool refused; /* err tells */
};

/* A list of parts that is begun with its first one. */
struct parts {
	struct writer *w;
	const char *role; /* of the message; NULL: of a call's result */
	bool any;
};

static void
open_item(struct writer *w)
{
	if (w->any)
		buf_putc(w->out, ',');
	w->any = true;
}

static void
put_raw(struct writer *w, struct json_object *item)
{
	open_item(w);
	json_write(w->out, item);
}

static void
open_part(struct parts *parts)
{
	struct buf *out = parts->w->out;

	if (parts->any) {
		buf_putc(out, ',');
	} else if (parts->role != NULL) {
		open_item(parts->w);
		buf_printf(out, "{\"role\":\"%s\",\"content\":[", parts->role);
	}
	parts->any = true;
}

/* What the model said is another type of text than what was said to it. */
static void
put_text(struct parts *parts, const char *s, size_t len)
{
	bool said =
	    parts->role != NULL && strcmp(parts->role, "assistant") == 0;

	if (len == 0)
		return;
	open_part(parts);
	buf_printf(parts->w->out,
	    "{\"type\":\"%s\",\"text\":", said ? "output_text" : "input_text");
	buf_json(parts->w->out, s, len);
	buf_putc(parts->w->out, '}');
}

static void
put_refusal(struct parts *parts, const char *s, size_t len)
{
	open_part(parts);
	buf_puts(parts->w->out, "{\"type\":\"refusal\",\"refusal\":");
	buf_json(parts->w->out, s, len);
	buf_putc(parts->w->out, '}');
}

static void
put_image(struct parts *parts, struct json_object *image)
{
	struct buf *out = parts->w->out;
	struct json_object *detail = json_get(image, "detail");

	if (json_str(image, "url", NULL) == NULL)
		return;
	open_part(parts);
	buf_puts(out, "{\"type\":\"input_image\",\"image_url\":");
	json_write(out, json_get(image, "url"));
	if (detail != NULL) {
		buf_puts(out, ",\"detail\":");
		json_write(out, detail);
	}
	buf_putc(out, '}');
}

/* A data: URL, also of bare base64. */
static void
put_data(struct buf *out, const char *data, size_t len)
{
	struct buf url;

	if (strncmp(data, "data:", 5) == 0) {
		buf_json(out, data, len);
		return;
	}
	buf_init(&url, PROVIDER_BODY_MAX);
	buf_puts(&url, "data:application/pdf;base64,");
	buf_append(&url, data, len);
	buf_json(out, buf_str(&url), url.len);
	if (!buf_ok(&url))
		out->failed = true;
	buf_free(&url);
}

/* A file's data has a name here. */
static void
put_file(struct parts *parts, struct json_object *file)
{
	struct buf *out = parts->w->out;
	const char *data, *name, *id, *url;
	size_t len, name_len;

	data = json_str(file, "file_data", &len);
	id = json_str(file, "file_id", NULL);
	url = json_str(file, "file_url", NULL);
	name = json_str(file, "filename", &name_len);
	if (data == NULL && id == NULL && url == NULL)
		return;
	open_part(parts);
	buf_puts(out, "{\"type\":\"input_file\",");
	if (data != NULL) {
		buf_puts(out, "\"filename\":");
		buf_json(out, name != NULL ? name : "file.pdf",
		    name != NULL ? name_len : 8);
		buf_puts(out, ",\"file_data\":");
		put_data(out, data, len);
	} else if (id != NULL) {
		buf_puts(out, "\"file_id\":");
		buf_json(out, id, strlen(id));
	} else {
		buf_puts(out, "\"file_url\":");
		buf_json(out, url, strlen(url));
	}
	buf_putc(out, '}');
}

static void
put_part(struct parts *parts, struct json_object *part)
{
	const char *type = json_str(part, "type", NULL), *text;
	struct writer *w = parts->w;
	size_t len;

	if (type == NULL)
		return;
	if ((text = json_str(part, "refusal", &len)) != NULL) {
		put_refusal(parts, text, len);
	} else if ((text = json_str(part, "text", &len)) != NULL) {
		put_text(parts, text, len);
	} else if (strcmp(type, "image_url") == 0) {
		put_image(parts, json_get(part, "image_url"));
	} else if (strcmp(type, "file") == 0) {
		put_file(parts, json_get(part, "file"));
	} else if (strcmp(type, "input_audio") == 0) {
		open_part(parts);
		json_write(w->out, part);
	} else if (!w->refused) {
		w->refused = true;
		(void)provider_refuse(w->err, "messages",
		    "may not have parts of this type for this model");
	}
}

static void
put_content(struct parts *parts, struct json_object *content)
{
	size_t i;

	if (json_object_is_type(content, json_type_string)) {
		put_text(parts, json_object_get_string(content),
		    (size_t)json_object_get_string_len(content));
	} else if (json_object_is_type(content, json_type_array)) {
		for (i = 0; i < json_object_array_length(content); i++)
			put_part(parts, json_object_array_get_idx(content, i));
	}
}

/* Thoughts of this API go back before what followed from them. */
static void
put_thoughts(struct writer *w, struct json_object *list)
{
	struct json_object *d, *id;
	const char *format, *data;
	size_t i, len;

	if (!json_object_is_type(list, json_type_array))
		return;
	for (i = 0; i < json_object_array_length(list); i++) {
		d = json_object_array_get_idx(list, i);
		format = json_str(d, "format", NULL);
		data = json_str(d, "data", &len);
		if (format == NULL || strcmp(format, RESPONSES_FORMAT) != 0 ||
		    data == NULL)
			continue;
		open_item(w);
		buf_puts(w->out, "{\"type\":\"reasoning\"");
		id = json_get(d, "id");
		if (id != NULL) {
			buf_puts(w->out, ",\"id\":");
			json_write(w->out, id);
		}
		buf_puts(w->out, ",\"summary\":[],\"encrypted_content\":");
		buf_json(w->out, data, len);
		buf_putc(w->out, '}');
	}
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
		open_item(w);
		buf_puts(w->out, "{\"type\":\"function_call\",\"call_id\":");
		json_write(w->out, json_get(call, "id"));
		buf_puts(w->out, ",\"name\":");
		json_write(w->out, json_get(f, "name"));
		buf_puts(w->out, ",\"arguments\":");
		json_write(w->out, json_get(f, "arguments"));
		buf_putc(w->out, '}');
	}
}

/* Other items of an answer, which go back as they came. */
static void
put_items(struct writer *w, struct json_object *list)
{
	size_t i;

	if (!json_object_is_type(list, json_type_array))
		return;
	for (i = 0; i < json_object_array_length(list); i++) {
		struct json_object *item = json_object_array_get_idx(list, i);

		if (json_str(item, "type", NULL) != NULL)
			put_raw(w, item);
	}
}

static void
put_result(struct writer *w, struct json_object *message)
{
	struct json_object *content = json_get(message, "content");
	struct parts parts = { .w = w };

	open_item(w);
	buf_puts(w->out, "{\"type\":\"function_call_output\",\"call_id\":");
	json_write(w->out, json_get(message, "tool_call_id"));
	buf_puts(w->out, ",\"output\":");
	if (json_object_is_type(content, json_type_array)) {
		buf_putc(w->out, '[');
		put_content(&parts, content);
		buf_putc(w->out, ']');
	} else {
		json_write(w->out, content);
	}
	buf_putc(w->out, '}');
}

static const char *
role_of(const char *role)
{
	static const char *const same[] = { "system", "developer",
		"assistant" };
	size_t i;

	for (i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		if (strcmp(role, same[i]) == 0)
			return same[i];
	}
	return "user";
}

static void
put_message(struct writer *w, struct json_object *m)
{
	const char *role = json_str(m, "role", NULL), *refusal;
	struct parts parts = { .w = w };
	bool said;
	size_t len;

	if (role == NULL)
		return;
	if (strcmp(role, "tool") == 0) {
		put_result(w, m);
		return;
	}
	parts.role = role_of(role);
	said = strcmp(parts.role, "assistant") == 0;
	if (said) {
		put_thoughts(w, json_get(m, "reasoning_details"));
		put_items(w, json_get(m, "content_parts"));
	}
	put_content(&parts, json_get(m, "content"));
	refusal = said ? json_str(m, "refusal", &len) : NULL;
	if (refusal != NULL)
		put_refusal(&parts, refusal, len);
	if (parts.any)
		buf_puts(w->out, "]}");
	if (said)
		put_calls(w, json_get(m, "tool_calls"));
}

int
responses_input(struct json_object *messages, struct buf *out,
    struct api_error *err)
{
	struct writer w = { .out = out, .err = err };
	size_t i;

	buf_puts(out, ",\"input\":[");
	for (i = 0; i < json_object_array_length(messages); i++)
		put_message(&w, json_object_array_get_idx(messages, i));
	if (w.refused)
		return -1;
	if (!w.any)
		return provider_refuse(err, "messages",
		    "must have a user message");
	return buf_putc(out, ']');
}
