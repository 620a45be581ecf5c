/* SPDX-License-Identifier: MIT */
/*
 * The users file, kept in the engine for all hosts: one text under one key with
 * its digest beside it, read and written as a user of the engine's that may do
 * nothing else, and there nobody else may. What is in the text is of no matter here.
 *
 * A worker follows it on a thread of its own, which keeps a copy in the runtime
 * directory; that is what everybody on the host reads, also while the engine is
 * away. A change is made to the text that the engine has, and stored only when
 * nobody has stored another one meanwhile; who makes it waits for the engine,
 * CONN_WAIT (conn.h) for each step.
 */
#ifndef CONFAB_ENGINE_USERS_H
#define CONFAB_ENGINE_USERS_H

#include <stdbool.h>
#include <stddef.h>

#include "confab/base/buf.h"
#include "confab/config/config.h"

#define ENGINE_USERS_MAX (16 * 1024 * 1024) /* bytes of the text */
#define ENGINE_USERS_LOOK 250 /* ms between looks whether it has changed */
#define ENGINE_USERS_TRIES 8  /* of a change that others are quicker than */

struct engine_users;
struct engine_users_edit;

enum engine_users_result {
	ENGINE_USERS_STORED,
	ENGINE_USERS_STALE, /* somebody else was quicker; nothing was stored */
	ENGINE_USERS_FAILED
};

/* Writes the copy's path. Returns 0, or -1: it is too long. */
int engine_users_path(const struct config *c, char *out, size_t size);

/*
 * Reads the text to change it; `text`, which the caller has made, gets it, and
 * "" where the engine has none. Returns what engine_users_edit_end() frees, or
 * NULL with a line in `err`.
 */
struct engine_users_edit *engine_users_edit(const struct config *c,
    struct buf *text, char err[CONFIG_ERROR_MAX]);

/* Does the engine have any? */
bool engine_users_edit_has(const struct engine_users_edit *e);

/* Stores another text in its place, in one step. Not stored: a line in `err`. */
enum engine_users_result engine_users_edit_commit(struct engine_users_edit *e,
    const struct buf *text, char err[CONFIG_ERROR_MAX]);
void engine_users_edit_end(struct engine_users_edit *e);

/* Brings the copy up to date, for a worker. Returns 0, or -1 with a line. */
int engine_users_refresh(const struct config *c, char err[CONFIG_ERROR_MAX]);

/*
 * Follows the text where the configuration keeps it in the engine, else *out is
 * NULL; looks once before it returns. Whether the engine is there does not
 * matter. Returns 0, or -1 with a line in `err`.
 */
int engine_users_start(struct config *c, struct engine_users **out,
    char err[CONFIG_ERROR_MAX]);
void engine_users_stop(struct engine_users *u);

/* Whether the users are known here: once the engine was there, for good. True of
 * NULL. */
bool engine_users_known(const struct engine_users *u);

/* Whether the engine said what it has when it was last asked. True of NULL. */
bool engine_users_up(const struct engine_users *u);

#endif
