/* SPDX-License-Identifier: MIT */
/*
 * The socket that the worker serves.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "confab/gateway/listen.h"
#include "confab/system/unix_socket.h"

#define PASSED_FIRST 3 /* systemd's first descriptor */

/* The name of the socket that this process has made. */
static struct {
	char path[sizeof(((struct sockaddr_un *)NULL)->sun_path)];
	dev_t dev;
	ino_t ino;
} made;

static int fail(char err[CONFIG_ERROR_MAX], const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static int
fail(char err[CONFIG_ERROR_MAX], const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(err, CONFIG_ERROR_MAX, fmt, ap);
	va_end(ap);
	return -1;
}

/* Makes room for a socket at a path where one of a dead process may lie. */
static int
clear_path(const struct sockaddr_un *sa, char err[CONFIG_ERROR_MAX])
{
	if (unix_socket_clear(sa) == 0)
		return 0;
	switch (errno) {
	case EEXIST:
		return fail(err, "%s: exists and is no socket", sa->sun_path);
	case EADDRINUSE:
		return fail(err, "%s: another process serves this socket",
		    sa->sun_path);
	default:
		return fail(err, "%s: %s", sa->sun_path, strerror(errno));
	}
}

/* Below /run, a folder of our own is gone after each boot: it is made again. */
static void
make_folder(const char *path)
{
	char *folder = strdup(path);
	char *slash = folder != NULL ? strrchr(folder, '/') : NULL;

	if (slash != NULL && slash != folder) {
		*slash = '\0';
		/* That it is there, or cannot be, bind() tells. */
		(void)mkdir(folder, 0755);
	}
	free(folder);
}

static int
give_to_group(const char *path, const char *name, char err[CONFIG_ERROR_MAX])
{
	struct group *gr;

	if (name == NULL)
		return 0;
	gr = getgrnam(name);
	if (gr == NULL)
		return fail(err, "socket_group \"%s\": no such group", name);
	if (lchown(path, (uid_t)-1, gr->gr_gid) == -1)
		return fail(err, "%s: group %s: %s", path, name,
		    strerror(errno));
	return 0;
}

static int
open_unix(const char *path, unsigned mode, const char *group,
    char err[CONFIG_ERROR_MAX])
{
	struct sockaddr_un sa;
	struct stat st;
	mode_t old;
	int fd, rc;

	if (unix_socket_address(&sa, path) == -1)
		return fail(err, "%s: a socket's path has at most %zu bytes",
		    path, sizeof(sa.sun_path) - 1);
	make_folder(path);
	if (clear_path(&sa, err) == -1)
		return -1;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return fail(err, "socket: %s", strerror(errno));
	/* Nobody gets in before mode and group are as they should be. */
	old = umask(0777);
	rc = bind(fd, (const struct sockaddr *)&sa, sizeof(sa));
	umask(old);
	if (rc == -1) {
		(void)fail(err, "%s: %s", path, strerror(errno));
		close(fd);
		return -1;
	}
	if (give_to_group(path, group, err) == -1)
		goto undo;
	if (chmod(path, (mode_t)mode) == -1 ||
	    listen(fd, LISTEN_BACKLOG) == -1 || lstat(path, &st) == -1) {
		(void)fail(err, "%s: %s", path, strerror(errno));
		goto undo;
	}
	memcpy(made.path, path, strlen(path) + 1);
	made.dev = st.st_dev;
	made.ino = st.st_ino;
	return fd;

undo:
	(void)unlink(path);
	close(fd);
	return -1;
}

/* Splits "HOST:PORT"; the port begins after the last colon. */
static int
split(const char *where, char *host, size_t size, const char **port)
{
	const char *colon = strrchr(where, ':');
	size_t n;

	if (colon == NULL || colon == where || colon[1] == '\0')
		return -1;
	n = (size_t)(colon - where);
	*port = colon + 1;
	if (where[0] == '[' && where[n - 1] == ']') {
		where++;
		n -= 2;
	}
	if (n >= size)
		return -1;
	memcpy(host, where, n);
	host[n] = '\0';
	return 0;
}

static int
bind_address(const struct addrinfo *ai)
{
	int fd, on = 1;

	fd = socket(ai->ai_family, ai->ai_socktype | SOCK_CLOEXEC,
	    ai->ai_protocol);
	if (fd == -1)
		return -1;
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (bind(fd, ai->ai_addr, ai->ai_addrlen) == 0 &&
	    listen(fd, LISTEN_BACKLOG) == 0)
		return fd;
	close(fd);
	return -1;
}

static int
open_tcp(const char *where, char err[CONFIG_ERROR_MAX])
{
	struct addrinfo hints, *list, *ai;
	char host[256];
	const char *port;
	int fd = -1, rc;

	if (split(where, host, sizeof(host), &port) == -1)
		return fail(err,
		    "listen \"%s\": must be unix:PATH or HOST:PORT", where);
	memset(&hints, 0, sizeof(hints));
	hints.ai_socktype = SOCK_STREAM;
	hints.ai_flags = AI_PASSIVE;
	rc = getaddrinfo(strcmp(host, "*") == 0 ? NULL : host, port, &hints,
	    &list);
	if (rc != 0)
		return fail(err, "listen \"%s\": %s", where, gai_strerror(rc));
	for (ai = list; ai != NULL && fd == -1; ai = ai->ai_next)
		fd = bind_address(ai);
	if (fd == -1)
		(void)fail(err, "listen \"%s\": %s", where, strerror(errno));
	freeaddrinfo(list);
	return fd;
}

int
listen_open(const char *where, unsigned mode, const char *group,
    char err[CONFIG_ERROR_MAX])
{
	if (strncmp(where, "unix:", 5) == 0)
		return open_unix(where + 5, mode, group, err);
	return open_tcp(where, err);
}

static bool
is_listening(int fd)
{
	socklen_t len = sizeof(int);
	int on = 0;

	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &on, &len) == 0 &&
	    on != 0;
}

/* A descriptor that systemd passed, checked to be meant for us. */
static int
from_systemd(void)
{
	const char *pid = getenv("LISTEN_PID"), *fds = getenv("LISTEN_FDS");
	int fd = -1;

	if (pid != NULL && fds != NULL &&
	    strtol(pid, NULL, 10) == (long)getpid() &&
	    strtol(fds, NULL, 10) >= 1)
		fd = PASSED_FIRST;
	(void)unsetenv("LISTEN_PID");
	(void)unsetenv("LISTEN_FDS");
	(void)unsetenv("LISTEN_FDNAMES");
	return fd;
}

int
listen_passed(void)
{
	int fd;

	fd = from_systemd();
	if (fd == -1)
		fd = STDIN_FILENO;
	return listen_use(fd);
}

int
listen_use(int fd)
{
	int flags;

	if (!is_listening(fd))
		return -1;
	(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	flags = fcntl(fd, F_GETFL);
	if (flags != -1)
		(void)fcntl(fd, F_SETFL, flags & ~O_NONBLOCK);
	return fd;
}

void
listen_adopt(const char *path)
{
	struct stat st;

	made.path[0] = '\0';
	if (strlen(path) >= sizeof(made.path) || lstat(path, &st) == -1)
		return;
	memcpy(made.path, path, strlen(path) + 1);
	made.dev = st.st_dev;
	made.ino = st.st_ino;
}

const char *
listen_made(void)
{
	return made.path;
}

void
listen_forget(void)
{
	struct stat st;

	if (made.path[0] != '\0' && lstat(made.path, &st) == 0 &&
	    S_ISSOCK(st.st_mode) && st.st_dev == made.dev &&
	    st.st_ino == made.ino)
		(void)unlink(made.path);
	made.path[0] = '\0';
}
