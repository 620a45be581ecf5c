/* SPDX-License-Identifier: MIT */
/*
 * The master's socket for confabctl.
 */
#include "config.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "confab/master/master.h"
#include "confab/system/unix_socket.h"

#include "control.h"

#define WORD "upgrade\n"

int
control_open(const char *path)
{
	struct sockaddr_un sa;
	mode_t old;
	int fd, rc;

	if (unix_socket_address(&sa, path) == -1 ||
	    unix_socket_clear(&sa) == -1)
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

	if (fd == -1)
		return;
	close(fd);
	/* A name that is live now is another master's. */
	if (unix_socket_address(&sa, path) == 0 && unix_socket_is_dead(&sa))
		(void)unlink(path);
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
