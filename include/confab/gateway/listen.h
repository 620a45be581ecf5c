/* SPDX-License-Identifier: MIT */
/*
 * The socket that the worker serves: made by us, passed by systemd, or on
 * standard input as spawn-fcgi and mod_fcgid pass it.
 */
#ifndef CONFAB_GATEWAY_LISTEN_H
#define CONFAB_GATEWAY_LISTEN_H

#include "confab/config/config.h"

/* Connections that wait: nginx's connect() to a unix socket fails at once
 * beyond that. */
#define LISTEN_BACKLOG 4096

/*
 * Makes the socket that `where` names: "unix:PATH" (its folder is made when
 * missing, a stale one of ours is replaced, a live one is an error) with `mode`
 * and `group` (NULL: the process's), or "HOST:PORT", "[V6]:PORT", "*:PORT".
 * Close-on-exec. Returns the descriptor, or -1 with a line in `err`.
 */
int listen_open(const char *where, unsigned mode, const char *group,
    char err[CONFIG_ERROR_MAX]);

/*
 * The socket that was passed: the first of systemd's (sd_listen_fds(3)), else
 * standard input when it is a listening socket. -1 when there is none.
 */
int listen_passed(void);

/* Makes a socket that was passed as the worker needs it: close-on-exec, and
 * accepting waits. Returns it, or -1 when it does not listen. */
int listen_use(int fd);

/* Takes over the name of a socket that this process has made before it became
 * another program; listen_forget() then removes it. */
void listen_adopt(const char *path);

/* The path of the unix socket that listen_open() made, or "". */
const char *listen_made(void);

/* Removes the path of the unix socket that listen_open() made, if any, so that
 * nobody new finds it; one that another process has put there since is left
 * alone. The descriptor stays open. */
void listen_forget(void);

#endif
