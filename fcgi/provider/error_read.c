/* SPDX-License-Identifier: MIT */
/*
 * Finding the error in what a provider sent, and what it says, in the many
 * forms that APIs and the gateways before them have for one.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "error.h"

#define NESTED_MAX 3 /* errors within errors that are read */

/* Null, false, 0, "" and {} are ways to say that there is no error. */
static bool
says_something(struct json_object *v)
{
	switch (json_object_get_type(v)) {
	case json_type_null:
		return false;
	case json_type_boolean:
		return json_object_get_boolean(v) != 0;
	case json_type_string:
		return json_object_get_string_len(v) > 0;
	case json_type_object:
		return json_object_object_length(v) > 0;
	case json_type_array:
		return json_object_array_length(v) > 0;
	default:
		return json_object_get_double(v) != 0;
	}
}

static bool
string_is(struct json_object *obj, const char *name, const char *value)
{
	const char *s = json_str(obj, name, NULL);

	return s != NULL && strcmp(s, value) == 0;
}

/* True for what has an answer in it, whatever else. */
static bool
is_answer(struct json_object *root)
{
	static const char *const names[] = { "choices", "content", "output",
		"delta" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (json_get(root, names[i]) != NULL)
			return true;
	}
	return false;
}

/* A code that stands for an HTTP status, as a number or as text. */
static int
status_of(struct json_object *obj)
{
	static const char *const names[] = { "code", "status", "status_code",
		"statusCode", "http_status", "http_code", "error_code" };
	uint64_t n;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (provider_count(json_get(obj, names[i]), &n) && n >= 400 &&
		    n <= 599)
			return (int)n;
	}
	return 0;
}

/* Some put the status beside the error. */
static void
take_status(struct json_object *root, struct json_object *error)
{
	int status = status_of(root);

	if (status != 0 && json_object_is_type(error, json_type_object) &&
	    status_of(error) == 0)
		(void)provider_add(error, "status_code",
		    json_object_new_int(status));
}

struct json_object *
provider_error_find(struct json_object *root)
{
	struct json_object *e;
	uint64_t n;

	/* Google's compatible API puts its error into an array. */
	if (json_object_is_type(root, json_type_array))
		root = json_object_array_get_idx(root, 0);
	if (!json_object_is_type(root, json_type_object))
		return NULL;
	e = json_get(root, "error");
	if (says_something(e)) {
		/* {"error":"...","message":"..."}, {"error":true,"message":.} */
		if (!json_object_is_type(e, json_type_object) &&
		    json_str(root, "message", NULL) != NULL)
			return root;
		take_status(root, e);
		return e;
	}
	e = json_get(json_get(root, "x_groq"), "error");
	if (says_something(e))
		return e;
	if (string_is(root, "object", "error") ||
	    string_is(root, "type", "error"))
		return root;
	if (is_answer(root))
		return NULL;
	e = json_get(root, "errors");
	if (says_something(e))
		return e;
	e = json_get(root, "detail");
	if (says_something(e))
		return e;
	e = json_get(root, "base_resp");
	if (provider_count(json_get(e, "status_code"), &n) && n != 0)
		return e;
	if (json_str(root, "message", NULL) != NULL &&
	    (status_of(root) != 0 || says_something(json_get(root, "code"))))
		return root;
	return says_something(json_get(root, "error_msg")) ? root : NULL;
}

/* ---- What it says ---- */

/* Python's and JavaScript's words for nothing are none. */
static void
copy_word(struct json_object *obj, const char *name, char *out, size_t size)
{
	const char *s = json_str(obj, name, NULL);

	if (s == NULL || out[0] != '\0' || strcasecmp(s, "none") == 0 ||
	    strcasecmp(s, "null") == 0)
		return;
	(void)snprintf(out, size, "%s", s);
}

static void read_at(struct json_object *, struct provider_said *, unsigned);

/* A text may be JSON with an error in it once more. */
static void
read_words(const char *s, size_t len, struct provider_said *said,
    unsigned level)
{
	struct json_object *inner = NULL, *e;

	while (len > 0 && strchr(" \t\r\n", *s) != NULL) {
		s++;
		len--;
	}
	if (len > 0 && (*s == '{' || *s == '[') && level < NESTED_MAX &&
	    json_parse_loose(s, len, JSON_DEPTH_DEFAULT, &inner) == JSON_OK) {
		size_t before = said->message.len;

		e = provider_error_find(inner);
		read_at(e != NULL ? e : inner, said, level + 1);
		json_object_put(inner);
		if (said->message.len > before)
			return;
	}
	if (said->message.len > 0 && len > 0)
		buf_puts(&said->message, ": ");
	buf_append(&said->message, s, len);
}

/* FastAPI's list of what was wrong where. */
static void
read_where(struct json_object *item, struct provider_said *said)
{
	struct json_object *loc = json_get(item, "loc");
	size_t i, n;

	if (!json_object_is_type(loc, json_type_array) ||
	    said->param[0] != '\0')
		return;
	for (i = 0; i < json_object_array_length(loc); i++) {
		n = strlen(said->param);
		(void)snprintf(said->param + n, sizeof(said->param) - n, "%s%s",
		    n > 0 ? "." : "",
		    json_object_get_string(json_object_array_get_idx(loc, i)));
	}
}

/* Google's details: why, and when to come back. */
static void
read_details(struct json_object *list, struct provider_said *said)
{
	double seconds;
	size_t i;

	if (!json_object_is_type(list, json_type_array))
		return;
	for (i = 0; i < json_object_array_length(list); i++) {
		struct json_object *d = json_object_array_get_idx(list, i);
		const char *delay = json_str(d, "retryDelay", NULL);

		copy_word(d, "reason", said->reason, sizeof(said->reason));
		if (delay == NULL)
			continue;
		seconds = strtod(delay, NULL);
		if (seconds > 0 && seconds < 86400)
			said->retry_after = (unsigned)seconds +
			    ((double)(unsigned)seconds < seconds);
	}
}

/* The message under any of its names. True when there was one. */
static bool
read_message(struct json_object *error, struct provider_said *said,
    unsigned level)
{
	static const char *const names[] = { "message", "Message", "msg",
		"error_message", "errorMessage", "error_msg", "status_msg",
		"detail", "details", "description", "title", "error",
		"errors" };
	size_t i, before = said->message.len;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct json_object *v = json_get(error, names[i]);

		if (!says_something(v) ||
		    json_object_is_type(v, json_type_boolean) ||
		    json_object_is_type(v, json_type_int))
			continue;
		read_at(v, said, level + 1);
		if (said->message.len > before)
			return true;
	}
	return false;
}

/* What a gateway quotes of the provider behind it. */
static void
read_metadata(struct json_object *meta, struct provider_said *said,
    unsigned level)
{
	struct json_object *raw = json_get(meta, "raw"), *why;

	if (raw != NULL)
		read_at(raw, said, level + 1);
	why = json_get(meta, "reasons");
	if (says_something(why)) {
		buf_puts(&said->message, ": ");
		(void)provider_text(why, &said->message);
		(void)snprintf(said->reason, sizeof(said->reason), "flagged");
	}
}

static void
read_object(struct json_object *error, struct provider_said *said,
    unsigned level)
{
	int status = status_of(error);

	if (status != 0 && said->status == 0)
		said->status = status;
	copy_word(error, "type", said->type, sizeof(said->type));
	copy_word(error, "code", said->code, sizeof(said->code));
	copy_word(error, "status", said->reason, sizeof(said->reason));
	copy_word(error, "reason", said->reason, sizeof(said->reason));
	copy_word(error, "param", said->param, sizeof(said->param));
	copy_word(json_get(error, "innererror"), "code", said->reason,
	    sizeof(said->reason));
	read_where(error, said);
	read_details(json_get(error, "details"), said);
	(void)read_message(error, said, level);
	read_metadata(json_get(error, "metadata"), said, level);
}

static void
read_at(struct json_object *error, struct provider_said *said, unsigned level)
{
	double n;

	if (level > NESTED_MAX)
		return;
	if (json_object_is_type(error, json_type_array))
		error = json_object_array_get_idx(error, 0);
	if (json_object_is_type(error, json_type_string))
		read_words(json_object_get_string(error),
		    (size_t)json_object_get_string_len(error), said, level);
	else if (json_object_is_type(error, json_type_object))
		read_object(error, said, level);
	else if (provider_number(error, &n) && n >= 400 && n <= 599)
		said->status = (int)n;
}

void
provider_said_read(struct provider_said *said, struct json_object *error)
{
	memset(said, 0, sizeof(*said));
	buf_init(&said->message, PROVIDER_ERROR_BODY_MAX);
	read_at(error, said, 0);
}

void
provider_said_free(struct provider_said *said)
{
	buf_free(&said->message);
}
