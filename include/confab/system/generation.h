/* SPDX-License-Identifier: MIT */
/*
 * Generations: a worker that a master (master.h) has started, beside older ones
 * that serve their streams to the end.
 *
 * What a generation needs it inherits, and has no name in the file system: the
 * socket to serve, one to tell the master (what sd_notify(3) says), one on which
 * newer generations ask for streams, and one to ask each of the older ones. The
 * variable CONFAB_GENERATION says which descriptors these are, in a form that a
 * later program may only add to, because the master may be of another version.
 */
#ifndef CONFAB_SYSTEM_GENERATION_H
#define CONFAB_SYSTEM_GENERATION_H

#include <stdbool.h>
#include <stddef.h>

/* Older generations beside the one that serves. */
#define GENERATION_ELDERS_MAX 8
#define GENERATION_ENV "CONFAB_GENERATION"
#define GENERATION_FIRST_FD 3 /* the socket to serve; the others follow */
#define GENERATION_TEXT_MAX 64
#define GENERATION_NUMBER_MAX 999999999 /* what is read as nine digits */

struct generation {
	unsigned number; /* from 1; 0: there is no master */
	bool own;	 /* nobody but the master's workers serves the socket */
	int listen;
	int master;
	int heirs;			   /* newer ones ask here */
	int elders[GENERATION_ELDERS_MAX]; /* the newest first */
	unsigned n_elders;
};

/*
 * Takes what a master has left for this process: true, with every descriptor
 * closed at the next exec and the variable gone; the caller has them now. False
 * when there is none, or not what it should be; then number is 0.
 */
bool generation_inherit(struct generation *g);

/* The value of the variable. */
void generation_text(const struct generation *g, char out[GENERATION_TEXT_MAX]);

/*
 * Where the master of that instance (NULL or "": the only one) listens for
 * "confabctl upgrade". False when the name is too long.
 */
bool generation_control(const char *runtime_dir, const char *instance,
    char *out, size_t size);

/* Closes what a generation holds of others; the socket is not touched. */
void generation_close(struct generation *g);

#endif
