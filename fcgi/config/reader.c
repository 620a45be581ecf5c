/* SPDX-License-Identifier: MIT */
/*
 * The first mistake of a configuration, and where its options stood.
 */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "confab/base/utf8.h"

#include "reader.h"

/* What is quoted from the file must not break the line, nor be half a
 * character. */
static void
make_printable(char *s)
{
	bool valid = utf8_valid(s, strlen(s));

	for (; *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;

		if (c < 0x20 || c == 0x7f || (c >= 0x80 && !valid))
			*s = '?';
	}
}

int
config_fail(struct config_reader *r, unsigned line, const char *fmt, ...)
{
	va_list ap;
	size_t n = 0;

	if (r->err[0] != '\0')
		return -1;
	if (line != 0)
		n = (size_t)snprintf(r->err, CONFIG_ERROR_MAX,
		    "%.200s:%u: ", r->path, line);
	else
		n = (size_t)snprintf(r->err, CONFIG_ERROR_MAX,
		    "%.200s: ", r->path);
	va_start(ap, fmt);
	(void)vsnprintf(r->err + n, CONFIG_ERROR_MAX - n, fmt, ap);
	va_end(ap);
	make_printable(r->err);
	return -1;
}

int
config_remember(struct config_reader *r, const void *object, const char *option,
    unsigned line)
{
	struct config_place *grown;
	size_t cap;

	if (r->n_places == r->places_cap) {
		cap = r->places_cap == 0 ? 64 : 2 * r->places_cap;
		grown = reallocarray(r->places, cap, sizeof(*grown));
		if (grown == NULL)
			return config_fail(r, 0, "out of memory");
		r->places = grown;
		r->places_cap = cap;
	}
	r->places[r->n_places].object = object;
	r->places[r->n_places].option = option;
	r->places[r->n_places].line = line;
	r->n_places++;
	return 0;
}

unsigned
config_line(const struct config_reader *r, const void *object,
    const char *option)
{
	size_t i;

	for (i = 0; i < r->n_places; i++) {
		const struct config_place *p = &r->places[i];

		if (p->object != object)
			continue;
		if (option == NULL
			? p->option == NULL
			: p->option != NULL && strcmp(p->option, option) == 0)
			return p->line;
	}
	return 0;
}
