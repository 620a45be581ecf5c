/* SPDX-License-Identifier: MIT */
/*
 * What a master is, as a text that lives through an exec: a line each, a word
 * and its values. A later program may add lines and values at the end of lines;
 * what it does not know it passes over. Pure.
 */
#ifndef CONFAB_MASTER_STATE_H
#define CONFAB_MASTER_STATE_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "confab/system/generation.h"

#define STATE_CHILDREN_MAX (GENERATION_ELDERS_MAX + 2)
#define STATE_TEXT_MAX (2 * PATH_MAX + 1024)

enum child_phase {
	CHILD_NONE, /* this place is free */
	CHILD_STARTING,
	CHILD_SERVING,
	CHILD_RETIRED
};

/* A generation of the worker. */
struct child {
	enum child_phase phase;
	unsigned number;
	pid_t pid;
	int told;	/* what it says */
	int ask;	/* where it is asked by newer ones */
	uint64_t heard; /* when it said something last; clock_mono_ms() */
	uint64_t since; /* when it was started, or began to serve */
	bool mute;	/* it has closed that, and is about to end */
	char why[256];	/* what it said of its failure */
};

struct state {
	int listen;
	bool own;
	bool syslog;
	char socket[PATH_MAX];
	int control; /* listens for confabctl; -1: nowhere */
	char control_path[PATH_MAX];
	unsigned last; /* number of the newest generation */
	struct child children[STATE_CHILDREN_MAX];
};

/* Returns 0, or -1 when it does not fit. */
int state_write(const struct state *s, char *out, size_t size);

/* Returns 0, or -1 when that is no state. */
int state_read(struct state *s, const char *text);

#endif
