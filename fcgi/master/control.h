/* SPDX-License-Identifier: MIT */
/*
 * What confabctl says to the master: a connection a question, one line each way.
 */
#ifndef CONFAB_MASTER_CONTROL_H
#define CONFAB_MASTER_CONTROL_H

#include <stdbool.h>
#include <stddef.h>

/* Makes the socket, for its own user alone. One that nobody listens on is
 * replaced. Returns it, or -1 with errno: EADDRINUSE when another master has it.
 */
int control_open(const char *path);

/* Removes its name, when the socket is still ours. */
void control_remove(int fd, const char *path);

/* The next connection, or -1. Never waits. */
int control_accept(int fd);

/* Reads what it wants. 1: "upgrade"; 0: not yet; -1: it is gone, or wants
 * something else. */
int control_read(int fd);

/* Answers and closes. */
void control_answer(int fd, const char *line);

#endif
