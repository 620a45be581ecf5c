/* SPDX-License-Identifier: MIT */
/*
 * The lines of a text, one after another. Pure.
 */
#ifndef CONFAB_BASE_LINES_H
#define CONFAB_BASE_LINES_H

#include <stdbool.h>
#include <stddef.h>

struct lines {
	const char *next; /* where the next line begins */
	const char *end;
	size_t number; /* of the line given last, from 1 */
};

/* Begins with the first line of text[0..len), which must stay. */
void lines_begin(struct lines *l, const char *text, size_t len);

/*
 * Gives the next line's place and length, without its end, LF or CR LF; the
 * last one need have none. Returns false when there is no more.
 */
bool lines_next(struct lines *l, const char **line, size_t *len);

#endif
