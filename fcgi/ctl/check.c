/* SPDX-License-Identifier: MIT */
/* confabctl check: what a start of the worker would say of the files. */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "confab/base/buf.h"
#include "confab/base/files.h"
#include "confab/identity/access_tokens.h"
#include "confab/identity/credentials.h"
#include "confab/identity/keyring.h"
#include "confab/identity/passkeys.h"
#include "confab/identity/password.h"
#include "confab/identity/users_edit.h"
#include "confab/state/shared_state.h"
#include "confab/system/sandbox.h"
#include "confab/tool/servers.h"
#include "confab/upstream/ask.h"

#include "ctl.h"

#define DUMP_MAX (1024 * 1024)

#define ONLINE_WAIT 20000 /* ms for all providers, and for all tool servers */

static const char usage[] = "check [--dump | --online]";

static void
warn(const char *path, const char *what)
{
	fprintf(stderr, "confabctl: warning: %s: %s\n", path, what);
}

/* What is allowed but hardly meant. */
static void
warn_users(const char *path, const struct users *users)
{
	struct stat st;

	if (stat(path, &st) == 0 && (st.st_mode & S_IROTH) != 0)
		warn(path, "everybody can read the hashes; mode 0640 is meant");
	if (users_count(users) == 0)
		warn(path, "has no user; \"confabctl user add\" makes one");
	for (size_t i = 0; i < users_count(users); i++)
		if (!password_readable(users_at(users, i)->hash)) {
			warn(path,
			    "has a hash that is unreadable or too costly; "
			    "\"confabctl user list\" shows whose");
			break;
		}
}

static int
check_users(const struct ctl *ctl, bool online)
{
	const struct config *c = ctl->config;
	char err[CONFIG_ERROR_MAX];
	struct users *users = NULL;
	struct buf text;

	/* Of others only who asks the engine hears. */
	if (c->state.users == USERS_VALKEY ? !online
					   : c->auth == AUTH_REMOTE_USER &&
		    access(c->users_file, F_OK) != 0)
		return CTL_OK;
	buf_init(&text, USERS_FILE_MAX);
	if (users_edit_read(c, &text, err) == 0)
		users = users_parse(users_edit_name(c), buf_str(&text),
		    text.len, err);
	buf_wipe(&text);
	if (users == NULL)
		return ctl_wrong(ctl, err);
	warn_users(users_edit_name(c), users);
	users_free(users);
	return CTL_OK;
}

static int
check_secret(const struct ctl *ctl)
{
	const struct config *c = ctl->config;
	char err[CONFIG_ERROR_MAX];
	struct keyring *keys;

	if (c->auth == AUTH_REMOTE_USER && access(c->secret_file, F_OK) != 0)
		return CTL_OK;
	keys = keyring_load(c->secret_file, config_worker(c), err);
	if (keys == NULL)
		return ctl_wrong(ctl, err);
	keyring_free(keys);
	return CTL_OK;
}

static int
check_tokens(const struct ctl *ctl)
{
	const struct config *c = ctl->config;
	char err[CONFIG_ERROR_MAX];
	struct access_tokens tokens;

	if (c->tokens_file == NULL)
		return CTL_OK;
	if (access_tokens_read(c->tokens_file, &tokens, err) != 0)
		return ctl_wrong(ctl, err);
	access_tokens_clear(&tokens);
	return CTL_OK;
}

static int
check_passkeys(const struct config *c)
{
	char err[CONFIG_ERROR_MAX];
	struct buf text;
	int code = CTL_OK;

	if (c->passkeys_file == NULL || access(c->passkeys_file, F_OK) != 0)
		return CTL_OK;
	buf_init(&text, PASSKEYS_FILE_MAX);
	if (file_read(c->passkeys_file, &text, err) != 0 ||
	    passkeys_check(c->passkeys_file, buf_str(&text), text.len, err) !=
		0)
		code = ctl_fail(CTL_CONFIG, "%s", err);
	buf_free(&text);
	return code;
}

/* Is there a folder that files can be put into, or one to make it in? */
static bool
folder_usable(const char *folder)
{
	char above[PATH_MAX];
	char *slash;

	if (access(folder, W_OK | X_OK) == 0)
		return true;
	if (errno != ENOENT)
		return false;
	snprintf(above, sizeof(above), "%s", folder);
	slash = strrchr(above, '/');
	if (slash != NULL)
		slash[slash == above ? 1 : 0] = '\0';
	return slash != NULL && access(above, W_OK | X_OK) == 0;
}

/* What the worker writes: penalties and ended sessions, changed passwords. */
static void
warn_folders(const struct config *c)
{
	char err[CONFIG_ERROR_MAX], folder[PATH_MAX], file[PATH_MAX + 8];
	char *slash;

	if (!folder_usable(c->runtime_dir)) {
		(void)file_error(err, c->runtime_dir, "cannot be written");
		warn("runtime_dir", err);
	}
	snprintf(file, sizeof(file), "%s/%s", c->runtime_dir,
	    SHARED_STATE_FILE);
	if (access(file, F_OK) == 0 && access(file, R_OK | W_OK) != 0) {
		(void)file_error(err, file, "cannot be written");
		warn("runtime_dir", err);
	}
	snprintf(folder, sizeof(folder), "%s", c->users_file);
	slash = strrchr(folder, '/');
	if (slash != NULL)
		slash[slash == folder ? 1 : 0] = '\0';
	if (c->auth == AUTH_PASSWORD && c->state.users == USERS_FILE &&
	    access(folder, W_OK | X_OK) != 0)
		warn(folder,
		    "cannot be written: nobody can change the password");
}

/*
 * Started by root, it looks at the files as the user that the worker becomes,
 * since what root can read says little.
 */
static int
become_worker(struct ctl *ctl)
{
	char err[CONFIG_ERROR_MAX];

	if (geteuid() != 0 || ctl->config->user == NULL)
		return CTL_OK;
	if (sandbox_drop_user(ctl->config, err) != 0)
		return ctl_fail(CTL_FAILED, "%s", err);
	ctl->as_user = strdup(ctl->config->user);
	config_free(ctl->config);
	ctl->config = NULL;
	return ctl_config(ctl);
}

static int
dump(const struct config *c)
{
	struct buf out;
	int code = CTL_OK;

	buf_init(&out, DUMP_MAX);
	if (config_dump(c, &out) != 0 ||
	    fwrite(buf_str(&out), 1, out.len, stdout) != out.len ||
	    fflush(stdout) != 0)
		code = ctl_fail(CTL_FAILED, "the output was not written");
	buf_wipe(&out);
	return code;
}

/* Asks what is outside of this host, as the worker would. */
static int
check_online(struct config *c)
{
	struct buf out;
	int bad, silent, code = CTL_OK;

	buf_init(&out, DUMP_MAX);
	silent = upstream_ask_lists(c, ONLINE_WAIT, &out);
	bad = tool_servers_ask(c, ONLINE_WAIT, &out);
	fputs(buf_str(&out), stdout);
	(void)fflush(stdout);
	buf_free(&out);
	if (bad < 0 || silent < 0)
		return ctl_fail(CTL_FAILED, "out of memory");
	if (silent > 0)
		code = ctl_fail(CTL_FAILED,
		    "%d of the providers cannot be used: they list no models",
		    silent);
	if (bad > 0)
		code = ctl_fail(CTL_FAILED,
		    "%d of the tool servers cannot be used", bad);
	return code;
}

int
ctl_check(struct ctl *ctl)
{
	bool dumping = ctl_option(ctl, "--dump", NULL);
	bool online = ctl_option(ctl, "--online", NULL);
	int code, worst = CTL_OK;

	if (!ctl_arguments(ctl, 0, 0) || (dumping && online))
		return ctl_usage(usage);
	if ((code = ctl_config(ctl)) != CTL_OK ||
	    (code = become_worker(ctl)) != CTL_OK)
		return code;
	if (dumping)
		return dump(ctl->config);
	/* All of them, so that one run shows all that is wrong. */
	if ((code = check_users(ctl, online)) != CTL_OK)
		worst = code;
	if ((code = check_secret(ctl)) != CTL_OK)
		worst = code;
	if ((code = check_tokens(ctl)) != CTL_OK)
		worst = code;
	if ((code = check_passkeys(ctl->config)) != CTL_OK)
		worst = code;
	warn_folders(ctl->config);
	if (online && (code = check_online(ctl->config)) != CTL_OK)
		worst = code;
	if (worst == CTL_OK)
		printf("%s: ok\n", ctl->config_path);
	return worst;
}
