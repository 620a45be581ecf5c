/* SPDX-License-Identifier: MIT */
/*
 * What confabctl says to the master: a connection a question, one line each way.
 */
#ifndef CONFAB_MASTER_CONTROL_H
#define CONFAB_MASTER_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "confab/master/master.h"

enum control_word {
	CONTROL_NONE,
	CONTROL_GONE,
	CONTROL_UPGRADE,
	CONTROL_DRAIN
};

/* Who waits for a generation, or for the end of a drain. */
#define CONTROL_GENERATIONS (UINT32_MAX - 1) /* whichever that is */
#define CONTROL_ALL UINT32_MAX		     /* and those that drain */

struct control_client {
	int fd;		/* -1: this place is free */
	uint32_t want;	/* it waits for that generation; 0: it has not asked;
			 * CONTROL_ALL: for the end of a drain */
	uint64_t until; /* when it must have asked; clock_mono_ms() */
};

struct control_clients {
	struct control_client at[MASTER_CLIENTS_MAX];
};

/* Makes the socket, for its own user alone. One that nobody listens on is
 * replaced. Returns it, or -1 with errno: EADDRINUSE when another master has it.
 */
int control_open(const char *path);

/* Removes its name, when the socket is still ours. */
void control_remove(int fd, const char *path);

void control_init(struct control_clients *c);

/* Takes the next connection, if there is one and a place. Never waits. */
void control_accept(struct control_clients *c, int fd, uint64_t now);

/* Reads what one wants that has not asked. One that wants something else is
 * gone, and closed. */
enum control_word control_read(struct control_client *client);

/* Answers and closes those that wait for this generation, or one before it. */
void control_answer(struct control_clients *c, uint32_t number,
    const char *line);

/* The same for those that wait for the end of a drain. */
void control_answer_drain(struct control_clients *c, const char *line);

/* Closes those that have not asked in their time. */
void control_due(struct control_clients *c, uint64_t now);

/* For another program, which knows of none: closes them, and forgets them. */
void control_close(struct control_clients *c);

#endif
