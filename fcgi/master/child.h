/* SPDX-License-Identifier: MIT */
/*
 * Starting a generation of the worker, and what it says.
 */
#ifndef CONFAB_MASTER_CHILD_H
#define CONFAB_MASTER_CHILD_H

#include "state.h"

/*
 * Starts the program that argv names, with what the next generation inherits
 * (generation.h). Returns its place, or NULL with errno when there is none or it
 * cannot be made.
 */
struct child *child_start(struct state *s, char *const argv[]);

/* The one in a phase, the newest if there are several; or NULL. */
struct child *child_find(struct state *s, enum child_phase phase);

/* How many there are in a phase; CHILD_NONE: places that are free. */
unsigned child_count(const struct state *s, enum child_phase phase);

/*
 * Reads one thing that it has said, without waiting. Returns false when there
 * is none now. "STATUS=" is kept in why, and when it was heard noted.
 */
bool child_hear(struct child *c, char *out, size_t size);

/* Writes how one has ended: waitpid(2)'s status, in words. */
void child_describe(int status, char *out, size_t size);

/* It has ended: its descriptors are closed, its place is free. */
void child_forget(struct child *c);

#endif
