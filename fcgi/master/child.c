/* SPDX-License-Identifier: MIT */
/*
 * A generation of the worker, as the master sees it.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "confab/base/clock.h"
#include "confab/master/master.h"

#include "child.h"
#include "exec.h"

#define ABOVE 64   /* descriptors beyond all that a generation inherits */
#define CANNOT 127 /* the exit code of what could not be executed */

struct child *
child_find(struct state *s, enum child_phase phase)
{
	struct child *c, *found = NULL;

	for (c = s->children; c < s->children + STATE_CHILDREN_MAX; c++)
		if (c->phase == phase &&
		    (found == NULL || c->number > found->number))
			found = c;
	return found;
}

unsigned
child_count(const struct state *s, enum child_phase phase)
{
	unsigned n = 0;

	for (unsigned i = 0; i < STATE_CHILDREN_MAX; i++)
		n += s->children[i].phase == phase;
	return n;
}

/* The sockets on which those before are asked, the newest first. */
static unsigned
list_elders(const struct state *s, int asks[GENERATION_ELDERS_MAX])
{
	unsigned n = 0, below = s->last + 1;
	const struct child *c, *next;

	while (n < GENERATION_ELDERS_MAX) {
		next = NULL;
		for (c = s->children; c < s->children + STATE_CHILDREN_MAX; c++)
			if ((c->phase == CHILD_SERVING ||
				c->phase == CHILD_RETIRED) &&
			    c->number < below &&
			    (next == NULL || c->number > next->number))
				next = c;
		if (next == NULL)
			break;
		asks[n++] = next->ask;
		below = next->number;
	}
	return n;
}

/* Puts descriptors where a generation looks for them. */
static bool
place(const int *fds, int n)
{
	int high[GENERATION_ELDERS_MAX + 3], i;

	for (i = 0; i < n; i++) {
		high[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, ABOVE);
		if (high[i] == -1)
			return false;
	}
	for (i = 0; i < n; i++)
		if (dup2(high[i], GENERATION_FIRST_FD + i) == -1)
			return false;
	return true;
}

static _Noreturn void
become_worker(const struct generation *g, const int *fds, int n,
    char *const argv[])
{
	char text[GENERATION_TEXT_MAX], why[MASTER_WORD_MAX];
	sigset_t none;

	generation_text(g, text);
	sigemptyset(&none);
	if (place(fds, n) && setenv(GENERATION_ENV, text, 1) == 0 &&
	    unsetenv(MASTER_ENV) == 0 && unsetenv("NOTIFY_SOCKET") == 0 &&
	    unsetenv("WATCHDOG_PID") == 0) {
		(void)sigprocmask(SIG_SETMASK, &none, NULL);
		exec_program(argv);
	}
	(void)snprintf(why, sizeof(why), "STATUS=%s: %s", argv[0],
	    strerror(errno));
	(void)send(GENERATION_FIRST_FD + 1, why, strlen(why), MSG_NOSIGNAL);
	_exit(CANNOT);
}

static struct child *
fill(struct child *c, unsigned number, pid_t pid, int told, int ask)
{
	memset(c, 0, sizeof(*c));
	c->phase = CHILD_STARTING;
	c->number = number;
	c->pid = pid;
	c->told = told;
	c->ask = ask;
	c->since = c->heard = clock_mono_ms();
	return c;
}

struct child *
child_start(struct state *s, char *const argv[])
{
	struct generation g = { .number = s->last + 1, .own = s->own };
	int fds[GENERATION_ELDERS_MAX + 3], tell[2], ask[2], error;
	struct child *c = child_find(s, CHILD_NONE);
	pid_t pid;

	if (c == NULL) {
		errno = EAGAIN;
		return NULL;
	}
	g.n_elders = list_elders(s, fds + 3);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, tell) == -1)
		return NULL;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ask) == -1)
		goto fail;
	fds[0] = s->listen;
	fds[1] = tell[1];
	fds[2] = ask[1];
	pid = fork();
	if (pid == 0)
		become_worker(&g, fds, 3 + (int)g.n_elders, argv);
	error = errno;
	close(tell[1]);
	close(ask[1]);
	if (pid != -1) {
		s->last++;
		return fill(c, g.number, pid, tell[0], ask[0]);
	}
	close(ask[0]);
	close(tell[0]);
	errno = error;
	return NULL;

fail:
	error = errno;
	close(tell[0]);
	close(tell[1]);
	errno = error;
	return NULL;
}

bool
child_hear(struct child *c, char *out, size_t size)
{
	ssize_t n = recv(c->told, out, size - 1, MSG_DONTWAIT);

	if (n <= 0)
		return false;
	out[n] = '\0';
	c->heard = clock_mono_ms();
	/* It goes into a line of the log and of an answer. */
	for (char *p = out; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' && *p != '\n')
			*p = '?';
	if (strncmp(out, "STATUS=", 7) == 0) {
		out[strcspn(out, "\n")] = '\0';
		(void)snprintf(c->why, sizeof(c->why), "%s", out + 7);
	}
	return true;
}

void
child_forget(struct child *c)
{
	close(c->told);
	close(c->ask);
	memset(c, 0, sizeof(*c));
	c->phase = CHILD_NONE;
}

void
child_describe(int status, char *out, size_t size)
{
	if (WIFSIGNALED(status))
		(void)snprintf(out, size, "ended by signal %d",
		    WTERMSIG(status));
	else
		(void)snprintf(out, size, "ended with code %d",
		    WEXITSTATUS(status));
}
