/* SPDX-License-Identifier: MIT */
/*
 * From a text that the check has passed to json-c's tree. The reader is ours,
 * since json-c's own crashes where memory runs out, and cannot tell that a
 * name came twice.
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "confab/base/buf.h"

#include "json_build.h"

struct builder {
	const char *p, *end; /* valid JSON, so that nothing is checked */
	const char *s;	     /* the string that was read: in the text, */
	size_t s_len;	     /* or, when it had escapes, in `text` */
	struct buf text;
	bool unique; /* names must be */
};

static void
skip_space(struct builder *b)
{
	while (b->p < b->end && strchr(" \t\r\n", *b->p) != NULL)
		b->p++;
}

static unsigned
read_hex(const char *p)
{
	unsigned code = 0;
	int i;

	for (i = 0; i < 4; i++) {
		unsigned c = (unsigned char)p[i];

		code = code << 4 | (c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
	}
	return code;
}

static void
put_utf8(struct buf *out, unsigned code)
{
	char s[4];

	if (code < 0x80) {
		buf_putc(out, (char)code);
	} else if (code < 0x800) {
		s[0] = (char)(0xc0 | code >> 6);
		s[1] = (char)(0x80 | (code & 0x3f));
		buf_append(out, s, 2);
	} else if (code < 0x10000) {
		s[0] = (char)(0xe0 | code >> 12);
		s[1] = (char)(0x80 | (code >> 6 & 0x3f));
		s[2] = (char)(0x80 | (code & 0x3f));
		buf_append(out, s, 3);
	} else {
		s[0] = (char)(0xf0 | code >> 18);
		s[1] = (char)(0x80 | (code >> 12 & 0x3f));
		s[2] = (char)(0x80 | (code >> 6 & 0x3f));
		s[3] = (char)(0x80 | (code & 0x3f));
		buf_append(out, s, 4);
	}
}

/* Behind "\u"; half a surrogate pair becomes U+FFFD. */
static void
read_unicode(struct builder *b)
{
	unsigned code = read_hex(b->p), low;

	b->p += 4;
	if (code < 0xd800 || code > 0xdfff) {
		put_utf8(&b->text, code);
		return;
	}
	if (code < 0xdc00 && b->end - b->p >= 6 && b->p[0] == '\\' &&
	    b->p[1] == 'u') {
		low = read_hex(b->p + 2);
		if (low >= 0xdc00 && low <= 0xdfff) {
			b->p += 6;
			put_utf8(&b->text,
			    0x10000 + ((code - 0xd800) << 10 | (low - 0xdc00)));
			return;
		}
	}
	put_utf8(&b->text, 0xfffd);
}

/* At a backslash. */
static void
read_escape(struct builder *b)
{
	static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
	const char *at;
	char c = b->p[1];

	b->p += 2;
	if (c == 'u') {
		read_unicode(b);
		return;
	}
	at = strchr(from, c);
	buf_putc(&b->text, at != NULL ? to[at - from] : c);
}

/* At an opening quote; the content becomes b->s. No byte is searched for a
 * quote twice. */
static enum json_result
read_string(struct builder *b)
{
	const char *quote = b->p, *slash;

	buf_reset(&b->text);
	b->p++;
	for (;;) {
		if (quote < b->p)
			quote = memchr(b->p, '"', (size_t)(b->end - b->p));
		slash = memchr(b->p, '\\', (size_t)(quote - b->p));
		if (slash == NULL)
			break;
		buf_append(&b->text, b->p, (size_t)(slash - b->p));
		b->p = slash;
		read_escape(b);
	}
	b->s = b->p;
	b->s_len = (size_t)(quote - b->p);
	b->p = quote + 1;
	if (b->text.len > 0 || !buf_ok(&b->text)) {
		buf_append(&b->text, b->s, b->s_len);
		b->s = buf_str(&b->text);
		b->s_len = b->text.len;
	}
	return buf_ok(&b->text) ? JSON_OK : JSON_NO_MEMORY;
}

static enum json_result
made(struct json_object *v, struct json_object **out)
{
	*out = v;
	return v != NULL ? JSON_OK : JSON_NO_MEMORY;
}

/* A number keeps its text where that is not just an integer. */
static enum json_result
build_number(struct builder *b, struct json_object **out)
{
	const char *s;
	uint64_t u;
	int64_t i;

	buf_reset(&b->text);
	while (b->p < b->end && strchr("+-.0123456789eE", *b->p) != NULL)
		buf_putc(&b->text, *b->p++);
	if (!buf_ok(&b->text))
		return JSON_NO_MEMORY;
	s = buf_str(&b->text);
	if (strpbrk(s, ".eE") != NULL)
		return made(json_object_new_double_s(strtod(s, NULL), s), out);
	if (s[0] == '-') {
		errno = 0;
		i = strtoll(s, NULL, 10);
		return made(errno == ERANGE
			? json_object_new_double_s(strtod(s, NULL), s)
			: json_object_new_int64(i),
		    out);
	}
	errno = 0;
	u = strtoull(s, NULL, 10);
	/* Wider than 64 bits, where that is let through: its digits stay. */
	if (errno == ERANGE)
		return made(json_object_new_double_s(strtod(s, NULL), s), out);
	if (u > INT64_MAX)
		return made(json_object_new_uint64(u), out);
	return made(json_object_new_int64((int64_t)u), out);
}

static enum json_result build_value(struct builder *, struct json_object **);

static enum json_result
build_items(struct builder *b, struct json_object *array)
{
	struct json_object *v;
	enum json_result r;

	b->p++;
	for (skip_space(b); *b->p != ']'; skip_space(b)) {
		if (*b->p == ',')
			b->p++;
		r = build_value(b, &v);
		if (r == JSON_OK && json_object_array_add(array, v) != 0) {
			json_wipe(v);
			r = JSON_NO_MEMORY;
		}
		if (r != JSON_OK)
			return r;
	}
	b->p++;
	return JSON_OK;
}

/* The value of a member whose name is in `name`, which this frees. */
static enum json_result
build_member(struct builder *b, struct json_object *object, char *name)
{
	struct json_object *v = NULL;
	enum json_result r = JSON_OK;

	if (name == NULL)
		return JSON_NO_MEMORY;
	if (b->unique && json_object_object_get_ex(object, name, NULL))
		r = JSON_DUPLICATE;
	if (r == JSON_OK)
		r = build_value(b, &v);
	if (r == JSON_OK &&
	    json_object_object_add_ex(object, name, v,
		b->unique ? JSON_C_OBJECT_ADD_KEY_IS_NEW : 0) != 0) {
		json_wipe(v);
		r = JSON_NO_MEMORY;
	}
	free(name);
	return r;
}

static enum json_result
build_members(struct builder *b, struct json_object *object)
{
	enum json_result r;

	b->p++;
	for (skip_space(b); *b->p != '}'; skip_space(b)) {
		if (*b->p == ',')
			b->p++;
		skip_space(b);
		r = read_string(b);
		if (r != JSON_OK)
			return r;
		skip_space(b);
		b->p++; /* the colon */
		r = build_member(b, object, strndup(b->s, b->s_len));
		if (r != JSON_OK)
			return r;
	}
	b->p++;
	return JSON_OK;
}

static enum json_result
build_container(struct builder *b, struct json_object **out)
{
	enum json_result r;
	bool object = *b->p == '{';

	r = made(object ? json_object_new_object() : json_object_new_array(),
	    out);
	if (r == JSON_OK)
		r = object ? build_members(b, *out) : build_items(b, *out);
	if (r != JSON_OK) {
		json_wipe(*out);
		*out = NULL;
	}
	return r;
}

/* Recurses into containers: the check has bounded the depth. */
static enum json_result
build_value(struct builder *b, struct json_object **out)
{
	enum json_result r;

	*out = NULL;
	skip_space(b);
	switch (*b->p) {
	case '{':
	case '[':
		return build_container(b, out);
	case '"':
		r = read_string(b);
		if (r != JSON_OK)
			return r;
		return made(json_object_new_string_len(b->s, (int)b->s_len),
		    out);
	case 't':
		b->p += 4;
		return made(json_object_new_boolean(1), out);
	case 'f':
		b->p += 5;
		return made(json_object_new_boolean(0), out);
	case 'n':
		b->p += 4;
		return JSON_OK;
	default:
		return build_number(b, out);
	}
}

enum json_result
json_build(const char *s, size_t len, bool unique, struct json_object **out)
{
	struct builder b = { .p = s, .end = s + len, .unique = unique };
	enum json_result r;

	*out = NULL;
	if (len >= INT_MAX)
		return JSON_NO_MEMORY;
	buf_init_secret(&b.text, len);
	r = build_value(&b, out);
	buf_wipe(&b.text); /* it may have held a password */
	return r;
}
