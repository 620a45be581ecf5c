/* SPDX-License-Identifier: MIT */
/*
 * The strict check of a JSON text (RFC 8259): one pass, no memory, no
 * recursion. It runs over every event of every stream, so strings, which are
 * most of the bytes, are skipped eight at a time.
 */
#include "config.h"

#include <stdint.h>
#include <string.h>

#include "confab/base/json.h"
#include "confab/base/utf8.h"

#define ONES 0x0101010101010101ULL
#define HIGHS 0x8080808080808080ULL

/* What may come next at the place where the scan stands. */
enum expect {
	EXPECT_VALUE,
	EXPECT_FIRST_ITEM, /* a value or ']' */
	EXPECT_FIRST_NAME, /* a name or '}' */
	EXPECT_NAME,
	EXPECT_MORE, /* ',' or the end of the container */
	EXPECT_END   /* nothing but white space */
};

struct scan {
	const unsigned char *p, *end;
	size_t depth, max;
	size_t values;
	bool wide;
	uint64_t objects[JSON_DEPTH_MAX / 64]; /* bit set: an object */
};

static inline uint64_t
zero_bytes(uint64_t v)
{
	return (v - ONES) & ~v & HIGHS;
}

/*
 * The first byte from p on that a string cannot just contain: a quote, a
 * backslash, a control or a byte of a longer UTF-8 sequence. The borrow of
 * the subtractions may only flag bytes above a true hit, so a word without a
 * flag is clean and the byte loop finds the exact place.
 */
static const unsigned char *
skip_plain(const unsigned char *p, const unsigned char *end)
{
	while (end - p >= 8) {
		uint64_t v, hit;

		memcpy(&v, p, sizeof(v));
		hit = (v & HIGHS) | ((v - ONES * 0x20) & ~v & HIGHS);
		hit |= zero_bytes(v ^ ONES * '"');
		hit |= zero_bytes(v ^ ONES * '\\');
		if (hit != 0)
			break;
		p += 8;
	}
	while (p < end && *p >= 0x20 && *p < 0x80 && *p != '"' && *p != '\\')
		p++;
	return p;
}

static int
hex_value(unsigned char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* At a backslash. */
static enum json_result
scan_escape(struct scan *s)
{
	unsigned code = 0;
	int i, v;

	if (s->end - s->p < 2)
		return JSON_SYNTAX;
	if (s->p[1] != 'u') {
		if (memchr("\"\\/bfnrt", s->p[1], 8) == NULL)
			return JSON_SYNTAX;
		s->p += 2;
		return JSON_OK;
	}
	if (s->end - s->p < 6)
		return JSON_SYNTAX;
	for (i = 2; i < 6; i++) {
		v = hex_value(s->p[i]);
		if (v < 0)
			return JSON_SYNTAX;
		code = code << 4 | (unsigned)v;
	}
	if (code == 0)
		return JSON_NUL;
	s->p += 6;
	return JSON_OK;
}

/* A run of bytes of 0x80 and above must be UTF-8 as a whole. */
static enum json_result
scan_utf8(struct scan *s)
{
	const unsigned char *q = s->p;
	size_t n, good;

	while (q < s->end && *q >= 0x80)
		q++;
	n = (size_t)(q - s->p);
	good = utf8_valid_prefix((const char *)s->p, n);
	s->p += good;
	return good == n ? JSON_OK : JSON_UTF8;
}

/* At the opening quote. */
static enum json_result
scan_string(struct scan *s)
{
	enum json_result r = JSON_OK;

	s->p++;
	while (r == JSON_OK) {
		s->p = skip_plain(s->p, s->end);
		if (s->p == s->end)
			return JSON_SYNTAX;
		if (*s->p == '"') {
			s->p++;
			return JSON_OK;
		}
		if (*s->p == '\\')
			r = scan_escape(s);
		else if (*s->p >= 0x80)
			r = scan_utf8(s);
		else
			r = JSON_SYNTAX;
	}
	return r;
}

bool
json_check_string(const char *text, size_t len)
{
	enum json_result r = JSON_OK;
	struct scan s;

	s.p = (const unsigned char *)text;
	s.end = s.p + len;
	while (r == JSON_OK) {
		s.p = skip_plain(s.p, s.end);
		if (s.p == s.end)
			return true;
		if (*s.p == '\\')
			r = scan_escape(&s);
		else if (*s.p >= 0x80)
			r = scan_utf8(&s);
		else
			return false;
	}
	return false;
}

bool
json_is_plain(const char *text, size_t len)
{
	const unsigned char *p = (const unsigned char *)text;

	return skip_plain(p, p + len) == p + len;
}

/* One or more digits. */
static enum json_result
scan_digits(struct scan *s)
{
	const unsigned char *start = s->p;

	while (s->p < s->end && *s->p >= '0' && *s->p <= '9')
		s->p++;
	return s->p > start ? JSON_OK : JSON_SYNTAX;
}

/* At a point or an exponent. */
static enum json_result
scan_fraction(struct scan *s)
{
	if (*s->p == '.') {
		s->p++;
		if (scan_digits(s) != JSON_OK)
			return JSON_SYNTAX;
	}
	if (s->p < s->end && (*s->p | 0x20) == 'e') {
		s->p++;
		if (s->p < s->end && (*s->p == '+' || *s->p == '-'))
			s->p++;
		return scan_digits(s);
	}
	return JSON_OK;
}

/* True for digits (without a leading zero) above what 64 bits hold. */
static bool
is_wide(const unsigned char *digits, size_t n, bool negative)
{
	const char *most;

	most = negative ? "9223372036854775808" : "18446744073709551615";
	if (n != strlen(most))
		return n > strlen(most);
	return memcmp(digits, most, n) > 0;
}

static enum json_result
scan_number(struct scan *s)
{
	const unsigned char *digits;
	bool negative = *s->p == '-';

	if (negative)
		s->p++;
	digits = s->p;
	if (s->p < s->end && *s->p == '0')
		s->p++;
	else if (scan_digits(s) != JSON_OK)
		return JSON_SYNTAX;
	if (s->p < s->end && (*s->p == '.' || (*s->p | 0x20) == 'e'))
		return scan_fraction(s);
	if (is_wide(digits, (size_t)(s->p - digits), negative))
		s->wide = true;
	return JSON_OK;
}

static enum json_result
scan_word(struct scan *s, const char *word, size_t len)
{
	if ((size_t)(s->end - s->p) < len || memcmp(s->p, word, len) != 0)
		return JSON_SYNTAX;
	s->p += len;
	return JSON_OK;
}

static bool
in_object(const struct scan *s)
{
	size_t i = s->depth - 1;

	return (s->objects[i / 64] >> (i % 64) & 1) != 0;
}

static enum json_result
open_container(struct scan *s, bool object)
{
	uint64_t bit;

	if (s->depth >= s->max)
		return JSON_DEPTH;
	bit = (uint64_t)1 << (s->depth % 64);
	if (object)
		s->objects[s->depth / 64] |= bit;
	else
		s->objects[s->depth / 64] &= ~bit;
	s->depth++;
	s->p++;
	return JSON_OK;
}

static enum expect
close_container(struct scan *s)
{
	s->p++;
	return --s->depth == 0 ? EXPECT_END : EXPECT_MORE;
}

/* A value begins at p; `next` becomes what may follow it. */
static enum json_result
scan_value(struct scan *s, enum expect *next)
{
	*next = s->depth == 0 ? EXPECT_END : EXPECT_MORE;
	s->values++;
	switch (*s->p) {
	case '"':
		return scan_string(s);
	case '{':
		*next = EXPECT_FIRST_NAME;
		return open_container(s, true);
	case '[':
		*next = EXPECT_FIRST_ITEM;
		return open_container(s, false);
	case 't':
		return scan_word(s, "true", 4);
	case 'f':
		return scan_word(s, "false", 5);
	case 'n':
		return scan_word(s, "null", 4);
	default:
		if (*s->p == '-' || (*s->p >= '0' && *s->p <= '9'))
			return scan_number(s);
		return JSON_SYNTAX;
	}
}

static void
skip_space(struct scan *s)
{
	while (s->p < s->end &&
	    (*s->p == ' ' || *s->p == '\n' || *s->p == '\t' || *s->p == '\r'))
		s->p++;
}

/* A name and its colon. */
static enum json_result
scan_name(struct scan *s)
{
	enum json_result r;

	if (*s->p != '"')
		return JSON_SYNTAX;
	r = scan_string(s);
	if (r != JSON_OK)
		return r;
	skip_space(s);
	if (s->p == s->end || *s->p != ':')
		return JSON_SYNTAX;
	s->p++;
	return JSON_OK;
}

/* After a value inside a container. */
static enum json_result
scan_more(struct scan *s, enum expect *next)
{
	bool object = in_object(s);

	if (*s->p == ',') {
		s->p++;
		*next = object ? EXPECT_NAME : EXPECT_VALUE;
		return JSON_OK;
	}
	if (*s->p != (object ? '}' : ']'))
		return JSON_SYNTAX;
	*next = close_container(s);
	return JSON_OK;
}

/* One step of the scan, at a byte that is not white space. */
static enum json_result
scan_step(struct scan *s, enum expect *next)
{
	switch (*next) {
	case EXPECT_FIRST_NAME:
		if (*s->p == '}') {
			*next = close_container(s);
			return JSON_OK;
		}
		*next = EXPECT_VALUE;
		return scan_name(s);
	case EXPECT_NAME:
		*next = EXPECT_VALUE;
		return scan_name(s);
	case EXPECT_FIRST_ITEM:
		if (*s->p == ']') {
			*next = close_container(s);
			return JSON_OK;
		}
		return scan_value(s, next);
	case EXPECT_VALUE:
		return scan_value(s, next);
	case EXPECT_MORE:
		return scan_more(s, next);
	case EXPECT_END:
		break;
	}
	return JSON_SYNTAX;
}

enum json_result
json_check_facts(const char *text, size_t len, size_t depth,
    struct json_facts *facts)
{
	struct scan s;
	enum expect next = EXPECT_VALUE;
	enum json_result r = JSON_OK;

	s.p = (const unsigned char *)text;
	s.end = s.p + len;
	s.depth = 0;
	s.max = depth < JSON_DEPTH_MAX ? depth : JSON_DEPTH_MAX;
	memset(s.objects, 0, sizeof(s.objects));
	s.values = 0;
	s.wide = false;
	while (r == JSON_OK) {
		skip_space(&s);
		if (s.p == s.end)
			break;
		r = scan_step(&s, &next);
	}
	if (r == JSON_OK && next != EXPECT_END)
		r = JSON_SYNTAX;
	facts->at = (size_t)(s.p - (const unsigned char *)text);
	facts->values = s.values;
	facts->wide = s.wide;
	return r;
}

enum json_result
json_check(const char *text, size_t len, size_t depth, size_t *at)
{
	struct json_facts facts;
	enum json_result r;

	r = json_check_facts(text, len, depth, &facts);
	if (at != NULL)
		*at = facts.at;
	return r;
}
