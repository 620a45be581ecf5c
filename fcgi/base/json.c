/* SPDX-License-Identifier: MIT */
/*
 * JSON values: json-c's tree behind our own check and reader, and a writer that
 * puts it straight into a buffer.
 */
#include "config.h"

#include <inttypes.h>
#include <stdint.h>
#include <string.h>

#include <openssl/crypto.h>

#include "confab/base/buf.h"
#include "confab/base/utf8.h"

#include "json_build.h"

const char *
json_result_str(enum json_result r)
{
	switch (r) {
	case JSON_OK:
		return "is valid JSON";
	case JSON_SYNTAX:
		return "is not valid JSON";
	case JSON_DEPTH:
		return "is nested too deeply";
	case JSON_DUPLICATE:
		return "has the same name twice in one object";
	case JSON_NUL:
		return "has the character U+0000";
	case JSON_UTF8:
		return "is not valid UTF-8";
	case JSON_VALUES:
		return "has too many values";
	case JSON_RANGE:
		return "has a number that is too large";
	case JSON_NO_MEMORY:
		break;
	}
	return "does not fit into memory";
}

enum json_result
json_parse(const char *s, size_t len, size_t depth, struct json_object **out)
{
	struct json_facts facts;
	enum json_result r;

	*out = NULL;
	r = json_check_facts(s, len, depth, &facts);
	if (r != JSON_OK)
		return r;
	if (facts.values > JSON_VALUES_MAX)
		return JSON_VALUES;
	if (facts.wide)
		return JSON_RANGE;
	return json_build(s, len, true, out);
}

/* Appends valid UTF-8 with every escaped U+0000 replaced. */
static int
replace_nul(struct buf *out, const char *s, size_t len)
{
	const char *p = s, *end = s + len, *from = s;

	while ((p = memchr(p, '\\', (size_t)(end - p))) != NULL) {
		if (end - p >= 6 && memcmp(p, "\\u0000", 6) == 0) {
			buf_append(out, from, (size_t)(p - from));
			buf_puts(out, "\xef\xbf\xbd");
			p += 6;
			from = p;
		} else {
			p += end - p >= 2 ? 2 : 1;
		}
	}
	return buf_append(out, from, (size_t)(end - from));
}

static int
repair(struct buf *out, const char *s, size_t len)
{
	struct buf text;
	int rc;

	if (utf8_valid(s, len))
		return replace_nul(out, s, len);
	buf_init(&text, 3 * len);
	rc = buf_utf8(&text, s, len);
	if (rc == 0)
		rc = replace_nul(out, text.data, text.len);
	buf_free(&text);
	return rc;
}

enum json_result
json_parse_loose(const char *s, size_t len, size_t depth,
    struct json_object **out)
{
	struct json_facts facts;
	enum json_result r;
	struct buf text;

	*out = NULL;
	buf_init(&text, 3 * len);
	r = json_check_facts(s, len, depth, &facts);
	if (r == JSON_UTF8 || r == JSON_NUL) {
		r = JSON_NO_MEMORY;
		if (repair(&text, s, len) == 0) {
			s = text.data;
			len = text.len;
			r = json_check_facts(s, len, depth, &facts);
		}
	}
	if (r == JSON_OK && facts.values > JSON_VALUES_MAX)
		r = JSON_VALUES;
	if (r == JSON_OK)
		r = json_build(s, len, false, out);
	buf_free(&text);
	return r;
}

struct json_object *
json_get(struct json_object *obj, const char *name)
{
	struct json_object *v;

	if (!json_object_is_type(obj, json_type_object) ||
	    !json_object_object_get_ex(obj, name, &v))
		return NULL;
	return v;
}

const char *
json_str(struct json_object *obj, const char *name, size_t *len)
{
	struct json_object *v = json_get(obj, name);

	if (!json_object_is_type(v, json_type_string))
		return NULL;
	if (len != NULL)
		*len = (size_t)json_object_get_string_len(v);
	return json_object_get_string(v);
}

static int json_write_at(struct buf *, struct json_object *, size_t);

static int
write_array(struct buf *out, struct json_object *v, size_t depth)
{
	size_t i, n = json_object_array_length(v);

	buf_putc(out, '[');
	for (i = 0; i < n; i++) {
		if (i > 0)
			buf_putc(out, ',');
		json_write_at(out, json_object_array_get_idx(v, i), depth + 1);
	}
	return buf_putc(out, ']');
}

static int
write_object(struct buf *out, struct json_object *v, size_t depth)
{
	struct json_object_iterator it = json_object_iter_begin(v);
	struct json_object_iterator end = json_object_iter_end(v);
	const char *name, *comma = "";

	buf_putc(out, '{');
	while (!json_object_iter_equal(&it, &end)) {
		name = json_object_iter_peek_name(&it);
		buf_puts(out, comma);
		buf_json(out, name, strlen(name));
		buf_putc(out, ':');
		json_write_at(out, json_object_iter_peek_value(&it), depth + 1);
		json_object_iter_next(&it);
		comma = ",";
	}
	return buf_putc(out, '}');
}

/*
 * json-c's own writer would keep a second copy of a large text in the tree.
 * Depth is bounded by what was parsed or built.
 */
static int
json_write_at(struct buf *out, struct json_object *v, size_t depth)
{
	const char *number;

	if (depth > JSON_DEPTH_MAX + 8) {
		out->failed = true;
		return -1;
	}
	switch (json_object_get_type(v)) {
	case json_type_null:
		return buf_puts(out, "null");
	case json_type_boolean:
		return buf_puts(out,
		    json_object_get_boolean(v) ? "true" : "false");
	case json_type_string:
		return buf_json(out, json_object_get_string(v),
		    (size_t)json_object_get_string_len(v));
	case json_type_array:
		return write_array(out, v, depth);
	case json_type_object:
		return write_object(out, v, depth);
	case json_type_int:
		if (json_object_get_int64(v) < 0)
			return buf_printf(out, "%" PRId64,
			    json_object_get_int64(v));
		return buf_printf(out, "%" PRIu64, json_object_get_uint64(v));
	case json_type_double:
		break;
	}
	number = json_object_to_json_string_ext(v, JSON_C_TO_STRING_PLAIN);
	if (number == NULL)
		out->failed = true;
	return number != NULL ? buf_puts(out, number) : -1;
}

int
json_write(struct buf *out, struct json_object *v)
{
	return json_write_at(out, v, 0);
}

static void
wipe(struct json_object *v)
{
	if (json_object_is_type(v, json_type_string)) {
		/* The bytes are json-c's own, and not constant. */
		OPENSSL_cleanse((void *)(uintptr_t)json_object_get_string(v),
		    (size_t)json_object_get_string_len(v));
	} else if (json_object_is_type(v, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(v); i++)
			wipe(json_object_array_get_idx(v, i));
	} else if (json_object_is_type(v, json_type_object)) {
		json_object_object_foreach(v, name, member)
		{
			(void)name;
			wipe(member);
		}
	}
}

void
json_wipe(struct json_object *v)
{
	wipe(v);
	json_object_put(v);
}
