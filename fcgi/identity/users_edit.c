/* SPDX-License-Identifier: MIT */
/* The users as text: in their file, or in the engine. */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "confab/identity/users.h"
#include "confab/identity/users_edit.h"

_Static_assert(USERS_FILE_MAX == ENGINE_USERS_MAX,
    "what a file may have, the engine may have");

static bool
is_shared(const struct config *c)
{
	return c->state.users == USERS_VALKEY;
}

const char *
users_edit_name(const struct config *c)
{
	return is_shared(c) ? "the users in the engine" : c->users_file;
}

/* There are none, and there must be. */
static int
fail_none(char err[CONFIG_ERROR_MAX])
{
	snprintf(err, CONFIG_ERROR_MAX,
	    "there are no users in the engine; \"confabctl user import\" "
	    "brings "
	    "them there");
	return -1;
}

int
users_edit_read(const struct config *c, struct buf *out,
    char err[CONFIG_ERROR_MAX])
{
	struct users_edit e;
	int rc;

	if (!is_shared(c))
		return file_read(c->users_file, out, err);
	if (users_edit_begin(&e, c, 0, err) != 0)
		return -1;
	rc = buf_append(out, buf_str(&e.file.text), e.file.text.len);
	if (rc != 0)
		snprintf(err, CONFIG_ERROR_MAX, "out of memory");
	users_edit_end(&e);
	return rc;
}

int
users_edit_begin_file(struct users_edit *e, const char *path, mode_t mode,
    char err[CONFIG_ERROR_MAX])
{
	memset(e, 0, sizeof(*e));
	e->made = access(path, F_OK) != 0;
	return file_edit_begin(&e->file, path, USERS_FILE_MAX, mode, err);
}

int
users_edit_begin(struct users_edit *e, const struct config *c, mode_t mode,
    char err[CONFIG_ERROR_MAX])
{
	if (!is_shared(c))
		return users_edit_begin_file(e, c->users_file, mode, err);
	memset(e, 0, sizeof(*e));
	e->shared = true;
	e->file.fd = -1;
	buf_init(&e->file.text, USERS_FILE_MAX);
	e->engine = engine_users_edit(c, &e->file.text, err);
	if (e->engine != NULL) {
		e->made = !engine_users_edit_has(e->engine);
		if (!e->made || mode != 0)
			return 0;
		(void)fail_none(err);
	}
	users_edit_end(e);
	return -1;
}

enum users_edit_result
users_edit_commit(struct users_edit *e, const struct buf *text,
    char err[CONFIG_ERROR_MAX])
{
	if (!e->shared)
		return file_edit_commit(&e->file, text, err) == 0
		    ? USERS_EDIT_STORED
		    : USERS_EDIT_FAILED;
	switch (engine_users_edit_commit(e->engine, text, err)) {
	case ENGINE_USERS_STORED:
		return USERS_EDIT_STORED;
	case ENGINE_USERS_STALE:
		return USERS_EDIT_STALE;
	case ENGINE_USERS_FAILED:
		break;
	}
	return USERS_EDIT_FAILED;
}

void
users_edit_end(struct users_edit *e)
{
	if (e->shared) {
		engine_users_edit_end(e->engine);
		buf_wipe(&e->file.text);
	} else {
		file_edit_end(&e->file);
	}
}
