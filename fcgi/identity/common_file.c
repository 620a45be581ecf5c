/* SPDX-License-Identifier: MIT */
/* Lists of passwords that everybody knows. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "confab/base/log.h"
#include "confab/identity/common_file.h"

/* The next line without its end; false at the end of what is looked at. A line
 * that is too long comes as an empty one. */
static bool
next_line(FILE *f, size_t *left, char line[COMMON_FILE_LINE], size_t *len)
{
	bool skip = false;

	for (;;) {
		if (*left == 0 || fgets(line, COMMON_FILE_LINE, f) == NULL)
			return false;
		*len = strlen(line);
		*left -= *len < *left ? *len : *left;
		if (*len > 0 && line[*len - 1] == '\n')
			break;
		if (feof(f))
			break;
		skip = true;
	}
	while (*len > 0 && (line[*len - 1] == '\n' || line[*len - 1] == '\r'))
		(*len)--;
	if (skip)
		*len = 0;
	line[*len] = '\0';
	return true;
}

/* A comment, as those lists have them, or nothing. */
static bool
is_none(const char *line, size_t len)
{
	return len == 0 || strncmp(line, "#!comment", 9) == 0;
}

static bool
has(const char *path, const char *password, size_t len)
{
	char line[COMMON_FILE_LINE];
	size_t left = COMMON_FILE_MAX, n;
	bool found = false;
	FILE *f = fopen(path, "re");

	if (f == NULL) {
		if (errno != ENOENT)
			log_msg(LOG_LEVEL_ERROR,
			    "%s: no password is looked up in it: %s", path,
			    strerror(errno));
		return false;
	}
	while (!found && next_line(f, &left, line, &n))
		found = n == len && !is_none(line, n) &&
		    strncasecmp(line, password, len) == 0;
	(void)fclose(f);
	return found;
}

bool
common_file_has(const struct config_password *p, const char *password,
    size_t len)
{
	for (size_t i = 0; i < p->lists.n; i++)
		if (has(p->lists.words[i], password, len))
			return true;
	return false;
}
