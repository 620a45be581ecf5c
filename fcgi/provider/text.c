/* SPDX-License-Identifier: MIT */
/*
 * Text and numbers out of values of any form: servers that are strict in what
 * they send are the exception.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kind.h"

#define NESTED_MAX 4 /* levels in which a text may be wrapped */

/* A count above this is a mistake. */
#define COUNT_MAX 1e12

static int text_at(struct json_object *, struct buf *, unsigned);

/* An object is the text that it wraps. */
static int
object_text(struct json_object *v, struct buf *out, unsigned level)
{
	static const char *const names[] = { "text", "thinking", "summary",
		"content", "value", "output_text", "reasoning", "refusal" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct json_object *inner = json_get(v, names[i]);

		if (inner != NULL)
			return text_at(inner, out, level + 1);
	}
	return json_object_object_length(v) == 0 ? 0 : -1;
}

static int
text_at(struct json_object *v, struct buf *out, unsigned level)
{
	size_t i;

	switch (json_object_get_type(v)) {
	case json_type_null:
		return 0;
	case json_type_string:
		buf_append(out, json_object_get_string(v),
		    (size_t)json_object_get_string_len(v));
		return 0;
	case json_type_array:
		if (level >= NESTED_MAX)
			return -1;
		for (i = 0; i < json_object_array_length(v); i++) {
			if (text_at(json_object_array_get_idx(v, i), out,
				level + 1) != 0)
				return -1;
		}
		return 0;
	case json_type_object:
		return level < NESTED_MAX ? object_text(v, out, level) : -1;
	case json_type_boolean:
	case json_type_double:
	case json_type_int:
		break;
	}
	json_write(out, v);
	return 0;
}

int
provider_text(struct json_object *v, struct buf *out)
{
	return text_at(v, out, 0);
}

bool
provider_number(struct json_object *v, double *out)
{
	const char *s;
	char *end;
	double n;

	switch (json_object_get_type(v)) {
	case json_type_int:
	case json_type_double:
		n = json_object_get_double(v);
		break;
	case json_type_string:
		s = json_object_get_string(v);
		n = strtod(s, &end);
		if (end == s || end[strspn(end, " ")] != '\0')
			return false;
		break;
	default:
		return false;
	}
	if (!isfinite(n))
		return false;
	*out = n;
	return true;
}

bool
provider_count(struct json_object *v, uint64_t *out)
{
	double n;

	if (!provider_number(v, &n) || n < 0)
		return false;
	*out = (uint64_t)ceil(n < COUNT_MAX ? n : COUNT_MAX);
	return true;
}
