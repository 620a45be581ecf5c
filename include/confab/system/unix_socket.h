/* SPDX-License-Identifier: MIT */
/*
 * A local socket's name in the file system: unix(7). The name of a process that
 * has died stays, and keeps the next one from taking it.
 */
#ifndef CONFAB_SYSTEM_UNIX_SOCKET_H
#define CONFAB_SYSTEM_UNIX_SOCKET_H

#include <stdbool.h>
#include <sys/un.h>

/* The address of a name. Returns 0, or -1 with ENAMETOOLONG. */
int unix_socket_address(struct sockaddr_un *sa, const char *path);

/* True only where it is certain that nobody listens there: not where that
 * cannot be asked, nor where nothing is. */
bool unix_socket_is_dead(const struct sockaddr_un *sa);

/*
 * Makes room at a name, where the socket of a dead process may lie. Returns 0, or
 * -1 with errno: EEXIST, what is there is no socket; EADDRINUSE, somebody
 * listens, or may; else that of lstat() or unlink().
 */
int unix_socket_clear(const struct sockaddr_un *sa);

#endif
