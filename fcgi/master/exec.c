/* SPDX-License-Identifier: MIT */
/*
 * From one program of the master to the next.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "confab/base/log.h"
#include "confab/master/master.h"

#include "control.h"
#include "exec.h"

static bool
keep_open(int fd, bool open)
{
	return fd == -1 || fcntl(fd, F_SETFD, open ? 0 : FD_CLOEXEC) != -1;
}

static bool
keep_all(const struct state *s, bool open)
{
	bool good = keep_open(s->listen, open) && keep_open(s->control, open);

	for (int i = 0; i < STATE_CHILDREN_MAX; i++)
		if (s->children[i].phase != CHILD_NONE)
			good = keep_open(s->children[i].told, open) &&
			    keep_open(s->children[i].ask, open) && good;
	return good;
}

void
exec_program(char *const argv[])
{
	if (strchr(argv[0], '/') != NULL)
		(void)execv(argv[0], argv);
	else
		(void)execvp(argv[0], argv);
}

void
state_exec(const struct state *s, char *const argv[])
{
	static char text[STATE_TEXT_MAX];
	int error = E2BIG;

	if (state_write(s, text, sizeof(text)) == 0 &&
	    setenv(MASTER_ENV, text, 1) == 0 && keep_all(s, true)) {
		exec_program(argv);
		error = errno;
	}
	(void)keep_all(s, false);
	(void)unsetenv(MASTER_ENV);
	errno = error;
}

void
master_become(const struct master_start *start, char *const argv[])
{
	static struct state s;

	s.listen = start->listen;
	s.own = start->own;
	s.syslog = start->syslog;
	s.control = -1;
	if (snprintf(s.socket, sizeof(s.socket), "%s", start->socket) >=
		(int)sizeof(s.socket) ||
	    snprintf(s.control_path, sizeof(s.control_path), "%s",
		start->control) >= (int)sizeof(s.control_path)) {
		errno = ENAMETOOLONG;
		return;
	}
	if (start->control[0] != '\0')
		s.control = control_open(start->control);
	if (start->control[0] != '\0' && s.control == -1)
		log_msg(LOG_LEVEL_WARN,
		    "master: %s: %s; \"confabctl upgrade\" will not find it, "
		    "SIGUSR2 does",
		    start->control, strerror(errno));
	state_exec(&s, argv);
}

bool
master_is_one(void)
{
	return getenv(MASTER_ENV) != NULL;
}

int
state_inherit(struct state *s)
{
	const char *text = getenv(MASTER_ENV);

	if (text == NULL || state_read(s, text) == -1)
		return -1;
	(void)unsetenv(MASTER_ENV);
	(void)keep_all(s, false);
	return 0;
}
