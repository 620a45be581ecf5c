/* SPDX-License-Identifier: MIT */
/*
 * One line of the users file. Pure; for users.c.
 */
#ifndef CONFAB_IDENTITY_USERS_LINE_H
#define CONFAB_IDENTITY_USERS_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "confab/identity/users.h"

/* Whether it can be a stored hash: `$` and argon2's and bcrypt's alphabets. */
bool users_hash_valid(const char *s, size_t len);

/*
 * Reads a line without its newline. Returns 0, or -1 with what is wrong in
 * `cause`: never the text that stands in a hash's place.
 */
int users_line_parse(const char *s, size_t len, struct users_entry *u,
    char *cause, size_t cause_size);

/* Appends the line with its newline. Returns 0, or -1 as buf_append() does. */
int users_line_write(const struct users_entry *u, struct buf *out);

#endif
