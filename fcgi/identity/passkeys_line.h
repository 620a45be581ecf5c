/* SPDX-License-Identifier: MIT */
/* One line of the passkeys file. Pure; for passkeys.c. */
#ifndef CONFAB_IDENTITY_PASSKEYS_LINE_H
#define CONFAB_IDENTITY_PASSKEYS_LINE_H

#include "confab/identity/passkeys.h"

struct buf;

/* Reads a line without its newline. Returns NULL, or what is wrong with it. */
const char *passkeys_line_parse(const char *s, size_t len, struct passkey *k);

/* Appends the line with its newline. */
void passkeys_line_write(const struct passkey *k, struct buf *out);

#endif
