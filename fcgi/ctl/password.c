/* SPDX-License-Identifier: MIT */
/* Passwords from the terminal or standard input, never from the arguments. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "confab/base/crypto.h"
#include "confab/base/utf8.h"
#include "confab/identity/password.h"

#include "ctl.h"

static const int signals[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM };
#define N_SIGNALS (sizeof(signals) / sizeof(signals[0]))

/* The signal that came while the echo was off. */
static volatile sig_atomic_t caught;

/* Reads up to a newline, byte by byte: what follows is not ours. */
static int
read_line(int fd, char *out, size_t size, size_t *len)
{
	size_t n = 0;

	for (;;) {
		char c;
		ssize_t got = read(fd, &c, 1);

		if (got < 0 && errno == EINTR && caught == 0)
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

static void
on_signal(int sig)
{
	caught = sig;
}

/*
 * Asks on the terminal, with the echo off while it is answered. A signal that
 * would end the program does so once the echo is on again.
 */
static int
ask(int tty, const char *prompt, char *out, size_t size, size_t *len)
{
	const struct sigaction wait = { .sa_handler = on_signal };
	struct sigaction before[N_SIGNALS];
	struct termios old, quiet;
	int rc = -1;

	if (tcgetattr(tty, &old) != 0)
		return -1;
	caught = 0;
	for (size_t i = 0; i < N_SIGNALS; i++)
		(void)sigaction(signals[i], &wait, &before[i]);
	quiet = old;
	quiet.c_lflag &= (tcflag_t) ~(ECHO | ECHONL);
	if (tcsetattr(tty, TCSAFLUSH, &quiet) == 0) {
		dprintf(tty, "%s: ", prompt);
		rc = read_line(tty, out, size, len);
		(void)tcsetattr(tty, TCSAFLUSH, &old);
		dprintf(tty, "\n");
	}
	for (size_t i = 0; i < N_SIGNALS; i++)
		(void)sigaction(signals[i], &before[i], NULL);
	if (caught != 0)
		(void)raise(caught);
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
		rc = ask(tty, "The same again", again, sizeof(again),
		    &again_len);
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
ctl_password(const char *prompt, bool confirm, char *out, size_t size,
    size_t *len)
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
