/* SPDX-License-Identifier: MIT */
/*
 * For the tests of the configuration.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config_help.h"

char config_path[TEMP_PATH_MAX], config_error[CONFIG_ERROR_MAX];

int
config_group_begin(void **state)
{
	if (temp_folder_make(state) != 0)
		return -1;
	temp_path(config_path, "c.conf");
	return 0;
}

void
write_file(const char *name, const char *text, size_t len, mode_t mode)
{
	char at[TEMP_PATH_MAX];

	temp_path(at, name);
	temp_put_bytes(at, text, len, mode);
}

static struct config *
read_text(const char *text)
{
	write_file("c.conf", text, strlen(text), 0644);
	return config_read(config_path, provider_kinds, config_error);
}

struct config *
good(const char *text)
{
	struct config *c = read_text(text);

	if (c == NULL)
		fail_msg("refused: %s", config_error);
	assert_string_equal(config_error, "");
	return c;
}

void
bad(const char *text, unsigned line, const char *words)
{
	char where[128], *list = strdup(words), *w, *next = list;
	struct config *c = read_text(text);

	if (c != NULL)
		fail_msg("accepted: %s", text);
	if (line == 0)
		snprintf(where, sizeof(where), "%s: ", config_path);
	else
		snprintf(where, sizeof(where), "%s:%u: ", config_path, line);
	if (strncmp(config_error, where, strlen(where)) != 0)
		fail_msg("wanted %s in: %s", where, config_error);
	while ((w = strsep(&next, "|")) != NULL) {
		if (strstr(config_error, w) == NULL)
			fail_msg("wanted \"%s\" in: %s", w, config_error);
	}
	assert_null(strchr(config_error, '\n'));
	free(list);
}
