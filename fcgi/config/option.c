/* SPDX-License-Identifier: MIT */
/*
 * Checking, storing and writing the value of one option by its table entry.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "confab/base/buf.h"
#include "confab/config/option.h"

#define NEAR_MAX 3 /* edits between a mistyped and a meant name */
#define NAME_MAX_LEN 40

_Static_assert(sizeof(enum config_auth) == sizeof(unsigned) &&
	sizeof(enum log_level) == sizeof(unsigned),
    "a choice is stored as an unsigned");

const struct config_option *
config_option_find(const struct config_section *s, const char *name)
{
	size_t i;

	for (i = 0; i < s->n; i++) {
		if (strcmp(s->options[i].name, name) == 0)
			return &s->options[i];
	}
	return NULL;
}

/* Levenshtein's distance; a name too long for the table is far away. */
static size_t
distance(const char *a, const char *b)
{
	size_t row[NAME_MAX_LEN + 1], la = strlen(a), lb = strlen(b);
	size_t i, j, diagonal, up, best;

	if (la > NAME_MAX_LEN || lb > NAME_MAX_LEN)
		return NAME_MAX_LEN;
	for (j = 0; j <= lb; j++)
		row[j] = j;
	for (i = 1; i <= la; i++) {
		diagonal = row[0];
		row[0] = i;
		for (j = 1; j <= lb; j++) {
			up = row[j];
			best = diagonal + (a[i - 1] != b[j - 1]);
			if (up + 1 < best)
				best = up + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
			diagonal = up;
		}
	}
	return row[lb];
}

static void
nearer(const char *name, const char *candidate, const char **best,
    size_t *least)
{
	size_t d = distance(name, candidate);

	if (d < *least && d < strlen(candidate)) {
		*least = d;
		*best = candidate;
	}
}

const char *
config_option_nearest(const struct config_section *s, const char *name)
{
	const char *best = NULL;
	size_t i, least = NEAR_MAX + 1;

	for (i = 0; i < s->n; i++)
		nearer(name, s->options[i].name, &best, &least);
	for (i = 1; i < CONFIG_SECTIONS; i++) {
		const struct config_section *in = config_sections[i].in;

		if (s == (in != NULL ? in : CONFIG_TOP))
			nearer(name, config_sections[i].name, &best, &least);
	}
	return best;
}

/* The number that a text means for an option, in the option's own unit. */
static bool
read_number(const struct config_option *o, const char *value, uint64_t *v)
{
	bool flag = false, good;
	size_t i;

	switch (o->type) {
	case OPTION_BOOL:
		good = config_value_bool(value, &flag);
		*v = flag;
		return good;
	case OPTION_UINT:
	case OPTION_UINT64:
	case OPTION_COUNT:
		good = config_value_number(value, v);
		break;
	case OPTION_MONEY:
		good = config_value_money(value, v);
		break;
	case OPTION_SIZE:
		good = config_value_size(value, v);
		break;
	case OPTION_MS:
		good = config_value_time(value, v);
		break;
	case OPTION_SECONDS:
		good = config_value_time(value, v) && *v % 1000 == 0;
		break;
	case OPTION_MODE:
		good = config_value_mode(value, v);
		break;
	default:
		for (i = 0; i <= o->max; i++) {
			if (strcmp(o->words[i], value) == 0) {
				*v = i;
				return true;
			}
		}
		return false;
	}
	return good && *v >= o->min && *v <= o->max;
}

static bool
is_string(const struct config_option *o)
{
	return o->type == OPTION_STRING || o->type == OPTION_PATH ||
	    o->type == OPTION_LIST;
}

bool
config_option_valid(const struct config_option *o, const char *value)
{
	uint64_t v;

	if (!is_string(o))
		return read_number(o, value, &v);
	if (o->type == OPTION_PATH && value[0] == '\0')
		return false;
	return o->valid == NULL || o->valid(value);
}

static void
range(const struct config_option *o, char *out, size_t size, const char *what,
    void (*put)(char *, size_t, uint64_t))
{
	char min[32], max[32];

	put(min, sizeof(min), o->min);
	put(max, sizeof(max), o->max);
	snprintf(out, size, "%s from %s to %s", what, min, max);
}

static void
put_number(char *out, size_t size, uint64_t v)
{
	snprintf(out, size, "%" PRIu64, v);
}

void
config_option_allowed(const struct config_option *o, char *out, size_t size)
{
	size_t i, n = 0;

	switch (o->type) {
	case OPTION_BOOL:
		snprintf(out, size, "yes or no");
		return;
	case OPTION_UINT:
	case OPTION_UINT64:
	case OPTION_COUNT:
		range(o, out, size, "a number", put_number);
		return;
	case OPTION_MONEY:
		range(o, out, size, "an amount", config_value_put_money);
		return;
	case OPTION_SIZE:
		range(o, out, size, "a size", config_value_put_size);
		return;
	case OPTION_MS:
		range(o, out, size, "a time", config_value_put_time);
		return;
	case OPTION_SECONDS:
		range(o, out, size, "a time in whole seconds",
		    config_value_put_time);
		return;
	case OPTION_MODE:
		snprintf(out, size, "an octal mode such as 0660");
		return;
	case OPTION_CHOICE:
	case OPTION_INPUT:
		out[0] = '\0';
		for (i = 0; i <= o->max; i++) {
			n += (size_t)snprintf(out + n, size - n, "%s%s",
			    i == 0 ? "one of " : ", ", o->words[i]);
			if (n >= size)
				return;
		}
		return;
	default:
		snprintf(out, size, "%s", o->allowed);
	}
}

/* A file name as it will be opened; a credential's name stays. */
static char *
resolve(const char *dir, const char *value)
{
	char *path = NULL;

	if (value[0] == '/' || strncmp(value, "credential:", 11) == 0)
		return strdup(value);
	if (asprintf(&path, "%s/%s", dir, value) == -1)
		return NULL;
	return path;
}

static int
set_string(const struct config_option *o, char *at, const char *value,
    const char *dir)
{
	char *copy;

	copy = o->type == OPTION_PATH ? resolve(dir, value) : strdup(value);
	if (copy == NULL)
		return -1;
	memcpy(at, &copy, sizeof(copy));
	return 0;
}

static int
set_list(struct config_list *list, const char *const *values, size_t n)
{
	size_t i;

	for (i = 0; i < n && i < CONFIG_LIST_MAX; i++) {
		list->words[i] = strdup(values[i]);
		if (list->words[i] == NULL)
			return -1;
		list->n++;
	}
	return 0;
}

static void
set_number(const struct config_option *o, char *at, uint64_t v)
{
	unsigned u = (unsigned)v;
	size_t z = (size_t)v;
	bool b = v != 0;

	switch (o->type) {
	case OPTION_BOOL:
		memcpy(at, &b, sizeof(b));
		break;
	case OPTION_UINT64:
	case OPTION_MONEY:
		memcpy(at, &v, sizeof(v));
		break;
	case OPTION_SIZE:
	case OPTION_COUNT:
		memcpy(at, &z, sizeof(z));
		break;
	case OPTION_SECONDS:
		u = (unsigned)(v / 1000);
		/* fallthrough */
	default:
		memcpy(at, &u, sizeof(u));
	}
}

int
config_option_set(const struct config_option *o, void *base,
    const char *const *values, size_t n, const char *dir)
{
	char *at = (char *)base + o->offset;
	uint64_t v = 0, set = 0;
	size_t i;

	if (o->type == OPTION_LIST)
		return set_list((struct config_list *)(void *)at, values, n);
	if (n == 0)
		return 0;
	if (is_string(o))
		return set_string(o, at, values[0], dir);
	if (o->type == OPTION_INPUT) {
		for (i = 0; i < n; i++) {
			(void)read_number(o, values[i], &v);
			set |= UINT64_C(1) << v;
		}
		set_number(o, at, set);
		return 0;
	}
	(void)read_number(o, values[0], &v);
	set_number(o, at, v);
	return 0;
}

/* As libconfuse reads it back: no escape, no "${NAME}" by accident. */
static void
put_quoted(struct buf *out, const char *s)
{
	buf_putc(out, '"');
	for (; *s != '\0'; s++) {
		if (*s == '$' && s[1] == '{') {
			buf_puts(out, "\\x24");
			continue;
		}
		if (*s == '"' || *s == '\\')
			buf_putc(out, '\\');
		buf_putc(out, *s);
	}
	buf_putc(out, '"');
}

static uint64_t
get_number(const struct config_option *o, const char *at)
{
	uint64_t v;
	unsigned u;
	size_t z;
	bool b;

	switch (o->type) {
	case OPTION_BOOL:
		memcpy(&b, at, sizeof(b));
		return b;
	case OPTION_UINT64:
	case OPTION_MONEY:
		memcpy(&v, at, sizeof(v));
		return v;
	case OPTION_SIZE:
	case OPTION_COUNT:
		memcpy(&z, at, sizeof(z));
		return z;
	default:
		memcpy(&u, at, sizeof(u));
		return o->type == OPTION_SECONDS ? (uint64_t)u * 1000 : u;
	}
}

/* A set as a list: its words are in the order of their bits. */
static void
put_input(const struct config_option *o, uint64_t v, char *out, size_t size)
{
	size_t n;
	unsigned i;

	n = (size_t)snprintf(out, size, "{");
	for (i = 0; v >> i != 0 && n < size; i++) {
		if ((v >> i & 1) != 0)
			n += (size_t)snprintf(out + n, size - n, "%s%s",
			    n > 1 ? ", " : "", o->words[i]);
	}
	if (n < size)
		snprintf(out + n, size - n, "}");
}

static void
put_scalar(const struct config_option *o, uint64_t v, char *out, size_t size)
{
	switch (o->type) {
	case OPTION_BOOL:
		snprintf(out, size, "%s", v != 0 ? "yes" : "no");
		break;
	case OPTION_SIZE:
		config_value_put_size(out, size, v);
		break;
	case OPTION_MONEY:
		config_value_put_money(out, size, v);
		break;
	case OPTION_MS:
	case OPTION_SECONDS:
		config_value_put_time(out, size, v);
		break;
	case OPTION_MODE:
		snprintf(out, size, "0%03" PRIo64, v);
		break;
	case OPTION_CHOICE:
		snprintf(out, size, "%s", o->words[v]);
		break;
	case OPTION_INPUT:
		put_input(o, v, out, size);
		break;
	default:
		put_number(out, size, v);
	}
}

static void
put_list(const struct config_list *list, struct buf *out)
{
	size_t i;

	buf_putc(out, '{');
	for (i = 0; i < list->n; i++) {
		buf_puts(out, i == 0 ? "" : ", ");
		put_quoted(out, list->words[i]);
	}
	buf_putc(out, '}');
}

int
config_option_write(const struct config_option *o, const void *base,
    struct buf *out)
{
	const char *at = (const char *)base + o->offset;
	const struct config_list *list;
	const char *s;
	char text[64];

	if (o->type == OPTION_LIST) {
		list = (const struct config_list *)(const void *)at;
		if (list->n > 0)
			put_list(list, out);
	} else if (is_string(o)) {
		memcpy(&s, at, sizeof(s));
		if (s != NULL)
			put_quoted(out, s);
	} else {
		put_scalar(o, get_number(o, at), text, sizeof(text));
		buf_puts(out, text);
	}
	return buf_ok(out) ? 0 : -1;
}

void
config_section_free(const struct config_section *s, void *base)
{
	struct config_list *list;
	size_t i;
	char *value;

	for (i = 0; i < s->n; i++) {
		char *at = (char *)base + s->options[i].offset;

		if (s->options[i].type == OPTION_LIST) {
			list = (struct config_list *)(void *)at;
			while (list->n > 0)
				free(list->words[--list->n]);
		} else if (is_string(&s->options[i])) {
			memcpy(&value, at, sizeof(value));
			free(value);
			value = NULL;
			memcpy(at, &value, sizeof(value));
		}
	}
}
