/* SPDX-License-Identifier: MIT */
/*
 * A folder of a test program's own, and the small files in it.
 */
#ifndef CONFAB_TEST_TEMP_FOLDER_H
#define CONFAB_TEST_TEMP_FOLDER_H

#include <stddef.h>
#include <sys/types.h>

#define TEMP_PATH_MAX 96 /* bytes of a name in it, the NUL included */

/* The folder's name, once it is made. */
extern char temp_folder[TEMP_PATH_MAX];

/* The first and the last step of a group of tests (CMFixtureFunction): makes
 * the folder; removes it and all that is in it. */
int temp_folder_make(void **state);
int temp_folder_remove(void **state);

/* Writes the name of a file of the folder to `out`. */
void temp_path(char out[TEMP_PATH_MAX], const char *name);

/* Replaces the file by one of these bytes and this mode; fails the test where
 * that fails. */
void temp_put_bytes(const char *path, const void *bytes, size_t len,
    mode_t mode);
void temp_put(const char *path, const char *text, mode_t mode);

#endif
