/* SPDX-License-Identifier: MIT */
/* The users of a file, as a configuration that names it has them. */
#ifndef CONFAB_TESTS_USERS_HELP_H
#define CONFAB_TESTS_USERS_HELP_H

#include <stdint.h>

#include "confab/identity/credentials.h"

/* As credentials_open(). */
static inline struct credentials *
load_users(const char *path, char err[CONFIG_ERROR_MAX])
{
	/* It is only read. */
	const struct config c = { .users_file = (char *)(uintptr_t)path };

	return credentials_open(&c, false, err);
}

#endif
