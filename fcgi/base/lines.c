/* SPDX-License-Identifier: MIT */
/*
 * The lines of a text.
 */
#include "config.h"

#include <string.h>

#include "confab/base/lines.h"

void
lines_begin(struct lines *l, const char *text, size_t len)
{
	l->next = text;
	l->end = text + len;
	l->number = 0;
}

bool
lines_next(struct lines *l, const char **line, size_t *len)
{
	const char *stop;

	if (l->next == l->end)
		return false;
	*line = l->next;
	stop = memchr(l->next, '\n', (size_t)(l->end - l->next));
	l->next = stop != NULL ? stop + 1 : l->end;
	if (stop == NULL)
		stop = l->end;
	if (stop > *line && stop[-1] == '\r')
		stop--;
	*len = (size_t)(stop - *line);
	l->number++;
	return true;
}
