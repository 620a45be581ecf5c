/* SPDX-License-Identifier: MIT */
/* Names of local sockets. */
#include "config.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "confab/system/unix_socket.h"

int
unix_socket_address(struct sockaddr_un *sa, const char *path)
{
	memset(sa, 0, sizeof(*sa));
	sa->sun_family = AF_UNIX;
	if (strlen(path) >= sizeof(sa->sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(sa->sun_path, path, strlen(path) + 1);
	return 0;
}

bool
unix_socket_is_dead(const struct sockaddr_un *sa)
{
	bool dead;
	int fd;

	/* A full queue is no reason to wait: EAGAIN says that it is alive. */
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1)
		return false;
	dead = connect(fd, (const struct sockaddr *)sa, sizeof(*sa)) == -1 &&
	    errno == ECONNREFUSED;
	close(fd);
	return dead;
}

int
unix_socket_clear(const struct sockaddr_un *sa)
{
	struct stat st;

	if (lstat(sa->sun_path, &st) == -1)
		return errno == ENOENT ? 0 : -1;
	if (!S_ISSOCK(st.st_mode)) {
		errno = EEXIST;
		return -1;
	}
	if (!unix_socket_is_dead(sa)) {
		errno = EADDRINUSE;
		return -1;
	}
	return unlink(sa->sun_path);
}
