/* SPDX-License-Identifier: MIT */
/* confabctl user import, export: users from a file into the engine that hosts
 * share, and back. */
#include "config.h"

#include <unistd.h>

#include "confab/base/files.h"
#include "confab/identity/users.h"
#include "confab/identity/users_edit.h"

#include "ctl.h"

#define FILE_MODE 0640

static const char usage[] = "user import|export [FILE] [--replace]";

/* What both are told. */
struct move {
	const char *file;
	bool replace;
};

static int
read_arguments(struct ctl *ctl, struct move *m)
{
	int code;

	m->replace = ctl_option(ctl, "--replace", NULL);
	if (!ctl_arguments(ctl, 0, 1))
		return ctl_usage(usage);
	if ((code = ctl_config(ctl)) != CTL_OK)
		return code;
	if (ctl->config->state.users == USERS_FILE)
		return ctl_fail(CTL_CONFIG,
		    "%s: the users are in a file: section state has no "
		    "\"users = valkey\"",
		    ctl->config_path);
	m->file = ctl->argc > 0 ? ctl->argv[0] : ctl->config->users_file;
	return CTL_OK;
}

/* Are these users, and how many? Returns CTL_OK. */
static int
count(const char *name, const struct buf *text, size_t *n)
{
	char err[CONFIG_ERROR_MAX];
	struct users *users = users_parse(name, buf_str(text), text->len, err);

	if (users == NULL)
		return ctl_fail(CTL_FAILED, "%s", err);
	*n = users_count(users);
	users_free(users);
	return CTL_OK;
}

/* Puts the text in the place of what there is, which must be nothing or given
 * up. */
static int
put(struct users_edit *e, const struct move *m, const struct buf *text,
    const char *where)
{
	char err[CONFIG_ERROR_MAX];

	if (e->file.text.len > 0 && !m->replace)
		return ctl_fail(CTL_EXISTS,
		    "%s: there are users already; --replace puts these in "
		    "their place",
		    where);
	if (users_edit_commit(e, text, err) != USERS_EDIT_STORED)
		return ctl_fail(CTL_FAILED, "%s", err);
	return CTL_OK;
}

int
ctl_user_import(struct ctl *ctl)
{
	char err[CONFIG_ERROR_MAX];
	struct users_edit e;
	struct move m;
	struct buf text;
	size_t n = 0;
	int code;

	if ((code = read_arguments(ctl, &m)) != CTL_OK)
		return code;
	buf_init(&text, USERS_FILE_MAX);
	if (file_read_of(m.file, config_worker(ctl->config), &text, err) != 0)
		code = ctl_fail(CTL_FAILED, "%s", err);
	else if ((code = count(m.file, &text, &n)) == CTL_OK && n == 0)
		code = ctl_fail(CTL_MISSING, "%s: there are no users", m.file);
	if (code == CTL_OK &&
	    users_edit_begin(&e, ctl->config, FILE_MODE, err) != 0)
		code = ctl_fail(CTL_FAILED, "%s", err);
	else if (code == CTL_OK) {
		code = put(&e, &m, &text, users_edit_name(ctl->config));
		users_edit_end(&e);
	}
	if (code == CTL_OK)
		ctl_audit(AUDIT_USER, "", "all of a file put into the engine");
	buf_wipe(&text);
	return code;
}

int
ctl_user_export(struct ctl *ctl)
{
	char err[CONFIG_ERROR_MAX];
	struct users_edit e;
	struct move m;
	struct buf text;
	size_t n;
	int code;

	if ((code = read_arguments(ctl, &m)) != CTL_OK)
		return code;
	buf_init(&text, USERS_FILE_MAX);
	if (users_edit_read(ctl->config, &text, err) != 0)
		code = ctl_fail(CTL_FAILED, "%s", err);
	else
		code = count(users_edit_name(ctl->config), &text, &n);
	if (code == CTL_OK &&
	    users_edit_begin_file(&e, m.file, FILE_MODE, err) != 0)
		code = ctl_fail(CTL_FAILED, "%s", err);
	else if (code == CTL_OK) {
		code = put(&e, &m, &text, m.file);
		if (code == CTL_OK && e.made)
			code = ctl_give(ctl->config, m.file) == 0 ? CTL_OK
								  : CTL_FAILED;
		users_edit_end(&e);
	}
	if (code == CTL_OK)
		ctl_audit(AUDIT_USER, "", "all of the engine put into a file");
	buf_wipe(&text);
	return code;
}
