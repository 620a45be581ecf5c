/* SPDX-License-Identifier: MIT */
/*
 * A folder of a test program's own.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "temp_folder.h"

#define DEPTH 8 /* folders that are open at a time */

char temp_folder[TEMP_PATH_MAX];

int
temp_folder_make(void **state)
{
	(void)state;
	(void)snprintf(temp_folder, sizeof(temp_folder),
	    "/tmp/confab-test-XXXXXX");
	return mkdtemp(temp_folder) != NULL ? 0 : -1;
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

int
temp_folder_remove(void **state)
{
	(void)state;
	return nftw(temp_folder, remove_one, DEPTH, FTW_DEPTH | FTW_PHYS);
}

void
temp_path(char out[TEMP_PATH_MAX], const char *name)
{
	int n = snprintf(out, TEMP_PATH_MAX, "%s/%s", temp_folder, name);

	assert_in_range(n, 1, TEMP_PATH_MAX - 1);
}

void
temp_put_bytes(const char *path, const void *bytes, size_t len, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, mode);

	assert_true(fd >= 0);
	assert_int_equal(fchmod(fd, mode), 0);
	assert_int_equal(write(fd, bytes, len), len);
	assert_int_equal(close(fd), 0);
}

void
temp_put(const char *path, const char *text, mode_t mode)
{
	temp_put_bytes(path, text, strlen(text), mode);
}
