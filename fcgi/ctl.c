/* SPDX-License-Identifier: MIT */
/* What confabctl's commands share: arguments, passwords, messages. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "confab/crypto.h"
#include "confab/ctl.h"
#include "confab/log.h"
#include "confab/password.h"
#include "confab/utf8.h"

int
ctl_fail(enum ctl_exit code, const char *fmt, ...)
{
	va_list ap;

	fputs("confabctl: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	return code;
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

	if (ctl->config == NULL)
		ctl->config = config_read(ctl->config_path, err);
	if (ctl->config == NULL)
		return ctl_fail(CTL_CONFIG, "%s", err);
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
		if (arg[len] == '\0') {
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

/* Reads up to a newline, byte by byte: what follows is not ours. */
static int
read_line(int fd, char *out, size_t size, size_t *len)
{
	size_t n = 0;

	for (;;) {
		char c;
		ssize_t got = read(fd, &c, 1);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 || (got == 0 && n == 0))
			return -1;
		if (got == 0 || c == '\n')
			break;
		if (n + 1 == size) {
			errno = E2BIG;
			return -1;
		}
		out[n++] = c;
	}
	if (n > 0 && out[n - 1] == '\r')
		n--;
	out[n] = '\0';
	*len = n;
	return 0;
}

/* Asks on the terminal, with the echo off while it is answered. */
static int
ask(int tty, const char *prompt, char *out, size_t size, size_t *len)
{
	struct termios old, quiet;
	int rc;

	if (tcgetattr(tty, &old) != 0)
		return -1;
	quiet = old;
	quiet.c_lflag &= (tcflag_t) ~(ECHO | ECHONL);
	if (tcsetattr(tty, TCSAFLUSH, &quiet) != 0)
		return -1;
	dprintf(tty, "%s: ", prompt);
	rc = read_line(tty, out, size, len);
	(void)tcsetattr(tty, TCSAFLUSH, &old);
	dprintf(tty, "\n");
	return rc;
}

static int
ask_twice(int tty, const char *prompt, bool confirm, char *out, size_t size,
    size_t *len)
{
	char again[PASSWORD_MAX + 2];
	size_t again_len = 0;
	int rc = ask(tty, prompt, out, size, len);

	if (rc == 0 && confirm) {
		rc = ask(
		    tty, "The same again", again, sizeof(again), &again_len);
		if (rc == 0 &&
		    (again_len != *len || memcmp(again, out, *len) != 0)) {
			ctl_fail(CTL_FAILED, "the two differ");
			crypto_wipe(again, sizeof(again));
			return -1;
		}
		crypto_wipe(again, sizeof(again));
	}
	if (rc != 0)
		ctl_fail(CTL_FAILED, "no password was read");
	return rc;
}

/* Will it do as a new one? */
static int
check_new(const char *password, size_t len)
{
	if (len < PASSWORD_MIN || len > PASSWORD_MAX) {
		ctl_fail(CTL_FAILED, "a password has %d to %d bytes",
		    PASSWORD_MIN, PASSWORD_MAX);
		return -1;
	}
	if (!utf8_valid(password, len) || memchr(password, '\0', len) != NULL) {
		ctl_fail(CTL_FAILED, "a password is UTF-8 text");
		return -1;
	}
	return 0;
}

int
ctl_password(
    const char *prompt, bool confirm, char *out, size_t size, size_t *len)
{
	int rc, tty;

	if (isatty(STDIN_FILENO)) {
		tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
		rc = ask_twice(tty >= 0 ? tty : STDIN_FILENO, prompt, confirm,
		    out, size, len);
		if (tty >= 0)
			close(tty);
	} else {
		rc = read_line(STDIN_FILENO, out, size, len);
		if (rc != 0)
			ctl_fail(CTL_FAILED,
			    "no password on standard input, or one longer "
			    "than %d bytes",
			    PASSWORD_MAX);
	}
	if (rc == 0 && confirm)
		rc = check_new(out, *len);
	if (rc != 0)
		crypto_wipe(out, size);
	return rc;
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
		ctl_fail(
		    CTL_FAILED, "%s: there is no user \"%s\"", path, c->user);
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
