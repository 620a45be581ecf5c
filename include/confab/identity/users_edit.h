/* SPDX-License-Identifier: MIT */
/*
 * The users as text, wherever the configuration keeps them: in users_file, or in
 * the engine that hosts share (confab/engine/users.h). Read, and changed so that
 * no two changes lose each other.
 */
#ifndef CONFAB_IDENTITY_USERS_EDIT_H
#define CONFAB_IDENTITY_USERS_EDIT_H

#include <stdbool.h>

#include "confab/base/files.h"
#include "confab/config/config.h"
#include "confab/engine/users.h"

struct users_edit {
	bool shared;		/* in the engine, else in the file */
	bool made;		/* there were none before */
	struct files_edit file; /* its text is what there is now */
	struct engine_users_edit *engine;
};

enum users_edit_result {
	USERS_EDIT_STORED,
	USERS_EDIT_STALE, /* somebody else was quicker: begin again */
	USERS_EDIT_FAILED
};

/* What messages call them: the file, or "the users in the engine". */
const char *users_edit_name(const struct config *c);

/* Appends them to `out`, as they are now. Returns 0, or -1 with a line. */
int users_edit_read(const struct config *c, struct buf *out,
    char err[CONFIG_ERROR_MAX]);

/*
 * Reads them into `e->file.text`, to be changed. With a `mode` a file is made
 * when there is none, and the engine may have none; with 0 there must be some.
 * Returns 0, or -1 with a line in `err` and nothing to end.
 */
int users_edit_begin(struct users_edit *e, const struct config *c, mode_t mode,
    char err[CONFIG_ERROR_MAX]);

/* The same of a file that no configuration names. */
int users_edit_begin_file(struct users_edit *e, const char *path, mode_t mode,
    char err[CONFIG_ERROR_MAX]);

/* Replaces them in one step. Not stored: a line in `err`. */
enum users_edit_result users_edit_commit(struct users_edit *e,
    const struct buf *text, char err[CONFIG_ERROR_MAX]);
void users_edit_end(struct users_edit *e);

#endif
