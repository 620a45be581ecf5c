/* SPDX-License-Identifier: MIT */
/* What confabctl's commands share: arguments, messages, owners. */
#include "config.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "confab/base/log.h"
#include "confab/provider/provider.h"

#include "ctl.h"

int
ctl_fail(enum ctl_exit code, const char *fmt, ...)
{
	char text[CTL_LINE_MAX];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	ctl_plain(text);
	fprintf(stderr, "confabctl: %s\n", text);
	return code;
}

void
ctl_plain(char *text)
{
	for (unsigned char *c = (unsigned char *)text; *c != '\0'; c++) {
		if ((*c < ' ' && *c != '\t') || *c == 0x7f)
			*c = '?';
		/* The other controls, U+0080 to U+009F. */
		if (c[0] == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0)
			c[0] = c[1] = '?';
	}
}

int
ctl_wrong(const struct ctl *ctl, const char *err)
{
	(void)ctl_fail(CTL_CONFIG, "%s", err);
	if (ctl->as_user != NULL && strstr(err, strerror(EACCES)) != NULL)
		(void)ctl_fail(CTL_CONFIG,
		    "the worker runs as \"%s\", who must be able to read that "
		    "file and to enter its folders; what this user alone may "
		    "read: \"chown %s FILE; chmod 600 FILE\"",
		    ctl->as_user, ctl->as_user);
	return CTL_CONFIG;
}

const char *
ctl_word(struct ctl *ctl)
{
	if (ctl->argc == 0)
		return "";
	ctl->argc--;
	return *ctl->argv++;
}

int
ctl_usage(const char *usage)
{
	fprintf(stderr, "usage: confabctl [--config FILE] %s\n", usage);
	return CTL_USAGE;
}

int
ctl_config(struct ctl *ctl)
{
	char err[CONFIG_ERROR_MAX];
	const struct config *c;

	if (ctl->config == NULL)
		ctl->config =
		    config_read(ctl->config_path, provider_kinds, err);
	c = ctl->config;
	if (c == NULL)
		return ctl_wrong(ctl, err);
	/* Before anything is made that the worker could not read. */
	if (geteuid() == 0 && c->user != NULL && getpwnam(c->user) == NULL)
		return ctl_fail(CTL_CONFIG,
		    "%s: user = %s: there is no such user; "
		    "\"systemd-sysusers\" "
		    "or \"adduser --system --group %s\" makes it",
		    ctl->config_path, c->user, c->user);
	return CTL_OK;
}

/* Takes n arguments out. */
static void
drop(struct ctl *ctl, int i, int n)
{
	for (; i + n < ctl->argc; i++)
		ctl->argv[i] = ctl->argv[i + n];
	ctl->argc -= n;
}

bool
ctl_option(struct ctl *ctl, const char *name, const char **value)
{
	size_t len = strlen(name);

	for (int i = 0; i < ctl->argc; i++) {
		const char *arg = ctl->argv[i];

		if (strcmp(arg, "--") == 0)
			break;
		if (strncmp(arg, name, len) != 0)
			continue;
		if (arg[len] == '\0' && value == NULL) {
			drop(ctl, i, 1);
			return true;
		}
		if (arg[len] == '=' && value != NULL) {
			*value = arg + len + 1;
			drop(ctl, i, 1);
			return true;
		}
		if (arg[len] == '\0' && value != NULL) {
			*value = i + 1 < ctl->argc ? ctl->argv[i + 1] : NULL;
			drop(ctl, i, *value != NULL ? 2 : 1);
			return true;
		}
	}
	return false;
}

bool
ctl_arguments(const struct ctl *ctl, int min, int max)
{
	for (int i = 0; i < ctl->argc; i++)
		if (ctl->argv[i][0] == '-')
			return false;
	return ctl->argc >= min && ctl->argc <= max;
}

void
ctl_audit(enum audit_event event, const char *user, const char *what)
{
	char detail[128];

	log_configure(LOG_TO_SYSLOG, LOG_LEVEL_NOTICE);
	snprintf(detail, sizeof(detail), "%s by uid %lu", what,
	    (unsigned long)getuid());
	audit_log(event, NULL, user, detail);
	log_configure(LOG_TO_STDERR, LOG_LEVEL_NOTICE);
}

int
ctl_give(const struct config *c, const char *path)
{
	const struct passwd *pw;
	const struct group *gr = NULL;
	gid_t gid;

	if (geteuid() != 0 || c->user == NULL)
		return 0;
	pw = getpwnam(c->user);
	if (pw == NULL) {
		ctl_fail(CTL_FAILED, "%s: there is no user \"%s\"", path,
		    c->user);
		return -1;
	}
	gid = pw->pw_gid;
	if (c->group != NULL && (gr = getgrnam(c->group)) != NULL)
		gid = gr->gr_gid;
	if (chown(path, pw->pw_uid, gid) == 0)
		return 0;
	ctl_fail(CTL_FAILED, "%s: cannot be given to \"%s\": %s", path, c->user,
	    strerror(errno));
	return -1;
}
