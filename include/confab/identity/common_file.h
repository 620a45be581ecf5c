/* SPDX-License-Identifier: MIT */
/*
 * Lists of passwords that are known to everybody, as files of one a line: that of
 * the distribution and the site's own (password { lists }). They are read through
 * when a password is set, which is seldom, so nothing of them is kept.
 */
#ifndef CONFAB_IDENTITY_COMMON_FILE_H
#define CONFAB_IDENTITY_COMMON_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "confab/config/config.h"

#define COMMON_FILE_MAX (64 * 1024 * 1024) /* bytes that are looked at */
#define COMMON_FILE_LINE 1024 /* bytes of a line; a longer one is none */

/* Is the password in one of the lists, in whatever case? One that is not there
 * has nothing in it; one that cannot be read is told of in the log. */
bool common_file_has(const struct config_password *p, const char *password,
    size_t len);

#endif
