/* SPDX-License-Identifier: MIT */
/* One cookie out of a Cookie header. */
#include "config.h"

#include <stdbool.h>
#include <string.h>

#include "cookie.h"

static bool
is_space(char c)
{
	return c == ' ' || c == '\t';
}

/* cookie-octet of RFC 6265, section 4.1.1. */
static bool
is_octet(char c)
{
	unsigned char u = (unsigned char)c;

	return u > 0x20 && u < 0x7f && u != '"' && u != ',' && u != ';' &&
	    u != '\\';
}

/* Is pair[0..len), without spaces around it, "name=..."? */
static bool
is_named(const char *pair, size_t len, const char *name, size_t name_len)
{
	return len > name_len && memcmp(pair, name, name_len) == 0 &&
	    pair[name_len] == '=';
}

int
cookie_find(const char *header, size_t len, const char *name,
    const char **value, size_t *value_len)
{
	size_t name_len = strlen(name);
	const char *p = header, *end = header + len;
	int found = 0;

	*value = NULL;
	*value_len = 0;
	if (len > COOKIE_HEADER_MAX || name_len == 0 ||
	    name_len > COOKIE_NAME_MAX)
		return -1;
	while (p < end) {
		const char *next = memchr(p, ';', (size_t)(end - p));
		const char *stop = next != NULL ? next : end;

		while (p < stop && is_space(*p))
			p++;
		while (stop > p && is_space(stop[-1]))
			stop--;
		if (is_named(p, (size_t)(stop - p), name, name_len)) {
			if (found)
				return -1;
			found = 1;
			*value = p + name_len + 1;
			*value_len = (size_t)(stop - *value);
		}
		if (next == NULL)
			break;
		p = next + 1;
	}
	for (size_t i = 0; i < *value_len; i++)
		if (!is_octet((*value)[i]))
			return -1;
	return found;
}
