/* SPDX-License-Identifier: MIT */
/*
 * Least privilege: what the process gives up before it serves.
 *
 * Each of an operating system's mechanisms is in a file of its own, behind
 * these names; where the system lacks one, a line in the log says so and
 * serving goes on.
 */
#ifndef CONFAB_SYSTEM_SANDBOX_H
#define CONFAB_SYSTEM_SANDBOX_H

#include "confab/config/config.h"

/*
 * Becomes c->user and c->group when started as root; not an error otherwise.
 * Returns 0, or -1 with a line in `err`: then the caller must not go on.
 */
int sandbox_drop_user(const struct config *c, char err[CONFIG_ERROR_MAX]);

/*
 * No core dumps, no debugger, no new privileges, no files but those of the
 * configuration and of the system's resolver, libraries and certificates, no
 * system call that a web application has no business with. Call it in the
 * main thread after the sockets are bound and before any other thread exists.
 */
void sandbox_enter(const struct config *c);

/* Its first part, for programs that read secrets: no dumps, no debugger. */
void sandbox_undumpable(void);

#endif
