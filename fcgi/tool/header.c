/* SPDX-License-Identifier: MIT */
/* Arguments in headers: found in a schema, taken from a call, encoded. */
#include "config.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "confab/base/buf.h"
#include "confab/base/encode.h"
#include "confab/base/json.h"

#include "header.h"

#define MARK "x-mcp-header"
#define FORM_BEGIN "=?base64?"
#define FORM_END "?="
#define SAFE_INTEGER INT64_C(9007199254740991) /* of JavaScript */

/* A schema being walked; the names on the way to where it stands. */
struct walk {
	struct tool_params *params;
	const char *names[JSON_DEPTH_MAX];
	const char *why; /* NULL: all is well */
};

static void walk_schema(struct walk *, struct json_object *, size_t depth,
    bool reachable);

void
tool_params_free(struct tool_params *p)
{
	size_t i, k;

	for (i = 0; i < p->n; i++) {
		for (k = 0; k < p->items[i].depth; k++)
			free(p->items[i].path[k]);
		free(p->items[i].path);
		free(p->items[i].header);
	}
	free(p->items);
	p->items = NULL;
	p->n = 0;
}

/* RFC 9110, section 5.6.2. */
static bool
is_token(const char *s, size_t len)
{
	return len > 0 && len <= TOOL_HEADER_NAME_MAX && strlen(s) == len &&
	    s[strspn(s,
		"!#$%&'*+-.^_`|~0123456789"
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")] ==
	    '\0';
}

static bool
is_known(const struct tool_params *p, const char *header)
{
	size_t i;

	for (i = 0; i < p->n; i++)
		if (strcasecmp(p->items[i].header, header) == 0)
			return true;
	return false;
}

static bool
is_primitive(struct json_object *schema)
{
	size_t len;
	const char *type = json_str(schema, "type", &len);

	return type != NULL &&
	    (strcmp(type, "string") == 0 || strcmp(type, "integer") == 0 ||
		strcmp(type, "boolean") == 0);
}

/* Returns 0 or -1: no memory; what there is then is freed with the rest. */
static int
copy_param(struct tool_param *to, const struct walk *w, size_t depth,
    const char *header)
{
	to->header = strdup(header);
	to->path = calloc(depth, sizeof(*to->path));
	if (to->header == NULL || to->path == NULL)
		return -1;
	while (to->depth < depth) {
		to->path[to->depth] = strdup(w->names[to->depth]);
		if (to->path[to->depth] == NULL)
			return -1;
		to->depth++;
	}
	return 0;
}

/* One place that is marked. */
static void
take_mark(struct walk *w, struct json_object *schema, size_t depth,
    bool reachable)
{
	struct tool_params *p = w->params;
	size_t len = 0;
	const char *header = json_str(schema, MARK, &len);

	if (header == NULL || !is_token(header, len))
		w->why = "x-mcp-header is no name of a header";
	else if (!reachable || depth == 0)
		w->why = "x-mcp-header is where no value can be found";
	else if (!is_primitive(schema))
		w->why = "x-mcp-header marks no string, integer or boolean";
	else if (is_known(p, header))
		w->why = "x-mcp-header names a header twice";
	else if (p->n >= TOOL_PARAMS_MAX)
		w->why = "x-mcp-header is there too often";
	else if (copy_param(&p->items[p->n++], w, depth, header) == -1)
		w->why = "out of memory";
}

/* Whatever is not reached by "properties" alone: schemas may be in it. */
static void
walk_other(struct walk *w, struct json_object *v, size_t depth)
{
	size_t i;

	if (json_object_is_type(v, json_type_object)) {
		walk_schema(w, v, depth, false);
	} else if (json_object_is_type(v, json_type_array)) {
		for (i = 0; i < json_object_array_length(v); i++)
			walk_other(w, json_object_array_get_idx(v, i), depth);
	}
}

/* An object of which each member is a schema. */
static void
walk_named(struct walk *w, struct json_object *v, size_t depth, bool reachable)
{
	if (!json_object_is_type(v, json_type_object))
		return;
	json_object_object_foreach(v, name, child)
	{
		if (depth >= JSON_DEPTH_MAX || w->why != NULL)
			return;
		w->names[depth] = name;
		walk_schema(w, child, depth + 1, reachable);
	}
}

static bool
is_any(const char *name, const char *const *names)
{
	for (; *names != NULL; names++)
		if (strcmp(name, *names) == 0)
			return true;
	return false;
}

/* The text has a bounded depth, and so has this. */
static void
walk_schema(struct walk *w, struct json_object *schema, size_t depth,
    bool reachable)
{
	static const char *const named[] = { "$defs", "definitions",
		"patternProperties", "dependentSchemas", NULL };
	static const char *const data[] = { MARK, "default", "const", "enum",
		"examples", NULL };

	if (!json_object_is_type(schema, json_type_object) || w->why != NULL)
		return;
	if (json_object_object_get_ex(schema, MARK, NULL))
		take_mark(w, schema, depth, reachable);
	json_object_object_foreach(schema, key, child)
	{
		if (strcmp(key, "properties") == 0)
			walk_named(w, child, depth, reachable);
		else if (is_any(key, named))
			walk_named(w, child, depth, false);
		else if (!is_any(key, data))
			walk_other(w, child, depth);
	}
}

const char *
tool_params_read(struct tool_params *p, struct json_object *schema)
{
	struct walk w;

	memset(&w, 0, sizeof(w));
	w.params = p;
	p->n = 0;
	p->items = calloc(TOOL_PARAMS_MAX, sizeof(*p->items));
	if (p->items == NULL)
		return "out of memory";
	walk_schema(&w, schema, 0, true);
	if (w.why != NULL || p->n == 0)
		tool_params_free(p);
	return w.why;
}

void
tool_params_strip(const struct tool_params *p, struct json_object *schema)
{
	struct json_object *v;
	size_t i, k;

	for (i = 0; i < p->n; i++) {
		v = schema;
		for (k = 0; k < p->items[i].depth; k++)
			v = json_get(json_get(v, "properties"),
			    p->items[i].path[k]);
		json_object_object_del(v, MARK);
	}
}

/* The value as text, before it is encoded. */
static int
value_text(struct json_object *v, struct buf *out)
{
	double d;
	int64_t n;

	switch (json_object_get_type(v)) {
	case json_type_string:
		return buf_append(out, json_object_get_string(v),
		    (size_t)json_object_get_string_len(v));
	case json_type_boolean:
		return buf_puts(out,
		    json_object_get_boolean(v) ? "true" : "false");
	case json_type_int:
		n = json_object_get_int64(v);
		if (n < -SAFE_INTEGER || n > SAFE_INTEGER)
			return -1;
		return buf_printf(out, "%" PRId64, n);
	case json_type_double:
		/* 42.0 is an integer to a schema. */
		d = json_object_get_double(v);
		if (!(d >= -(double)SAFE_INTEGER &&
			d <= (double)SAFE_INTEGER) ||
		    d != (double)(int64_t)d)
			return -1;
		return buf_printf(out, "%" PRId64, (int64_t)d);
	default:
		return -1;
	}
}

int
tool_param_value(const struct tool_param *p, struct json_object *arguments,
    struct buf *out)
{
	struct json_object *v = arguments;
	struct buf text;
	size_t i;
	int rc;

	for (i = 0; i < p->depth && v != NULL; i++)
		v = json_get(v, p->path[i]);
	if (v == NULL)
		return 0;
	buf_init(&text, TOOL_HEADER_VALUE_MAX);
	rc = value_text(v, &text);
	if (rc == 0)
		rc = tool_header_value(out, buf_str(&text), text.len);
	buf_free(&text);
	return rc == 0 ? 1 : -1;
}

static bool
looks_encoded(const char *s, size_t len)
{
	const size_t begin = sizeof(FORM_BEGIN) - 1, end = sizeof(FORM_END) - 1;

	return len >= begin + end && memcmp(s, FORM_BEGIN, begin) == 0 &&
	    memcmp(s + len - end, FORM_END, end) == 0;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool
is_plain(const char *s, size_t len)
{
	size_t i;

	if (len > 0 && (is_blank(s[0]) || is_blank(s[len - 1])))
		return false;
	for (i = 0; i < len; i++)
		if (s[i] != '\t' && (s[i] < 0x20 || s[i] > 0x7e))
			return false;
	return !looks_encoded(s, len);
}

int
tool_header_value(struct buf *out, const char *s, size_t len)
{
	char *text;

	if (is_plain(s, len))
		return buf_append(out, s, len);
	text = malloc(ENCODE_BASE64_LEN(len) + 1);
	if (text == NULL)
		return -1;
	encode_base64(text, (const unsigned char *)s, len);
	buf_puts(out, FORM_BEGIN);
	buf_puts(out, text);
	free(text);
	return buf_puts(out, FORM_END);
}
