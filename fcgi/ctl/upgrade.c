/* SPDX-License-Identifier: MIT */
/* What confabctl asks a master for: upgrade, a new generation of the worker, while
 * the old one ends its streams; drain, no new streams. */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "confab/base/clock.h"
#include "confab/system/generation.h"
#include "confab/system/unix_socket.h"

#include "ctl.h"

#define ANSWER_WAIT 90000    /* ms; a master gives up on a worker after 60 s */
#define DRAIN_WAIT 604800000 /* ms */
#define ANSWER_MAX 512

/* Returns the connection, or -1 when it has said why not. */
static int
reach(const char *path)
{
	struct sockaddr_un sa;
	int fd;

	if (unix_socket_address(&sa, path) == -1) {
		ctl_fail(CTL_FAILED,
		    "%s: a socket's path has at most %zu bytes", path,
		    sizeof(sa.sun_path) - 1);
		return -1;
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd != -1 &&
	    connect(fd, (const struct sockaddr *)&sa, sizeof(sa)) == 0)
		return fd;
	ctl_fail(CTL_MISSING, "%s: %s; does the worker run, and with --master?",
	    path, strerror(errno));
	if (fd != -1)
		close(fd);
	return -1;
}

/* One line of printable characters, or "" when none comes in time. */
static void
hear(int fd, uint64_t wait, char *out, size_t size)
{
	uint64_t until = clock_mono_ms() + wait, now;
	struct pollfd p = { .fd = fd, .events = POLLIN };
	size_t len = 0;
	ssize_t n;

	while (len < size - 1 && (now = clock_mono_ms()) < until &&
	    poll(&p, 1, (int)(until - now)) == 1 &&
	    (n = recv(fd, out + len, size - 1 - len, 0)) > 0) {
		len += (size_t)n;
		if (memchr(out, '\n', len) != NULL)
			break;
	}
	out[len] = '\0';
	out[strcspn(out, "\n")] = '\0';
	ctl_plain(out);
}

static int
ask(const char *path, const char *word, uint64_t wait)
{
	char answer[ANSWER_MAX];
	int fd = reach(path);

	if (fd == -1)
		return CTL_MISSING;
	if (send(fd, word, strlen(word), MSG_NOSIGNAL) == -1)
		answer[0] = '\0';
	else
		hear(fd, wait, answer, sizeof(answer));
	close(fd);
	if (strncmp(answer, "ok ", 3) == 0) {
		puts(answer + 3);
		return CTL_OK;
	}
	if (strncmp(answer, "failed ", 7) == 0)
		return ctl_fail(CTL_FAILED, "%s", answer + 7);
	return ctl_fail(CTL_FAILED, "%s: the master has not answered", path);
}

/* Asks the master of an instance. */
static int
ask_instance(struct ctl *ctl, const char *instance, const char *word,
    uint64_t wait)
{
	char path[PATH_MAX];

	if (!generation_control(ctl->config->runtime_dir, instance, path,
		sizeof(path)))
		return ctl_fail(CTL_CONFIG, "%s: too long",
		    ctl->config->runtime_dir);
	return ask(path, word, wait);
}

static bool
read_instance(struct ctl *ctl, const char **instance)
{
	*instance = "";
	return !(ctl_option(ctl, "--instance", instance) &&
		   *instance == NULL) &&
	    ctl_arguments(ctl, 0, 0);
}

int
ctl_upgrade(struct ctl *ctl)
{
	const char *instance;
	int rc;

	if (!read_instance(ctl, &instance))
		return ctl_usage("upgrade [--instance NAME]");
	/* What the new worker would end for is said here, in full. */
	rc = ctl_check(ctl);
	if (rc != CTL_OK)
		return rc;
	return ask_instance(ctl, instance, "upgrade\n", ANSWER_WAIT);
}

int
ctl_drain(struct ctl *ctl)
{
	const char *instance;
	int rc;

	if (!read_instance(ctl, &instance))
		return ctl_usage("drain [--instance NAME]");
	rc = ctl_config(ctl);
	if (rc != CTL_OK)
		return rc;
	/* Streams take what they take: a week is as long as any may. */
	return ask_instance(ctl, instance, "drain\n", DRAIN_WAIT);
}
