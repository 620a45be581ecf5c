/* SPDX-License-Identifier: MIT */
/*
 * The master's socket for confabctl.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "confab/master/master.h"

#include "control.h"

#define WORD "upgrade\n"

static bool
make_address(struct sockaddr_un *sa, const char *path)
{
	memset(sa, 0, sizeof(*sa));
	sa->sun_family = AF_UNIX;
	if (strlen(path) >= sizeof(sa->sun_path)) {
		errno = ENAMETOOLONG;
		return false;
	}
	memcpy(sa->sun_path, path, strlen(path) + 1);
	return true;
}

/* True when the name may be taken; one of a dead master is removed. */
static bool
clear(const struct sockaddr_un *sa)
{
	struct stat st;
	bool live;
	int fd;

	if (lstat(sa->sun_path, &st) == -1)
		return errno == ENOENT;
	if (!S_ISSOCK(st.st_mode)) {
		errno = EEXIST;
		return false;
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1)
		return false;
	live = connect(fd, (const struct sockaddr *)sa, sizeof(*sa)) == 0 ||
	    errno == EAGAIN;
	close(fd);
	if (live) {
		errno = EADDRINUSE;
		return false;
	}
	return unlink(sa->sun_path) == 0;
}

int
control_open(const char *path)
{
	struct sockaddr_un sa;
	mode_t old;
	int fd, rc;

	if (!make_address(&sa, path) || !clear(&sa))
		return -1;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1)
		return -1;
	old = umask(0177);
	rc = bind(fd, (const struct sockaddr *)&sa, sizeof(sa));
	umask(old);
	if (rc == 0 && listen(fd, MASTER_CLIENTS_MAX) == 0)
		return fd;
	rc = errno;
	close(fd);
	errno = rc;
	return -1;
}

void
control_remove(int fd, const char *path)
{
	struct sockaddr_un sa;
	int other;

	if (fd == -1)
		return;
	close(fd);
	/* A name that is live now is another master's. */
	if (!make_address(&sa, path))
		return;
	other = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (other == -1)
		return;
	if (connect(other, (const struct sockaddr *)&sa, sizeof(sa)) == -1 &&
	    errno == ECONNREFUSED)
		(void)unlink(path);
	close(other);
}

int
control_accept(int fd)
{
	return accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
}

int
control_read(int fd)
{
	char word[MASTER_WORD_MAX];
	ssize_t n = recv(fd, word, sizeof(word), 0);

	if (n == -1)
		return errno == EAGAIN || errno == EINTR ? 0 : -1;
	/* So short a word comes in one piece. */
	return n == sizeof(WORD) - 1 && memcmp(word, WORD, (size_t)n) == 0 ? 1
									   : -1;
}

void
control_answer(int fd, const char *line)
{
	(void)send(fd, line, strlen(line), MSG_NOSIGNAL | MSG_DONTWAIT);
	close(fd);
}
