/* SPDX-License-Identifier: MIT */
/*
 * What the link says to the engine, and what becomes of the answers, which
 * come in the order of what was said. For link.c.
 */
#ifndef CONFAB_ENGINE_TELL_H
#define CONFAB_ENGINE_TELL_H

#include <stdbool.h>
#include <stdint.h>

#include "conn.h"
#include "link.h"

#define TELL_MAX 2048 /* requests under way; more wait where they are */

struct told;

struct link {
	struct engine *engine;
	struct conn *out, *in;
	char place[CONN_PLACE_MAX]; /* where it is, as far as is known */
	char channel[CONN_KEY_MAX];
	char name[64];	/* of this link, for the epoch that it may begin */
	char epoch[64]; /* of the engine: another one has lost all */
	struct shared_scan *scan;
	bool all;	   /* the scan goes through the file now */
	uint64_t version;  /* of the facts that were told */
	struct told *told; /* TELL_MAX of them, in a ring */
	size_t first, n;
	uint64_t answered, spoken; /* when either connection last said a word */
	uint64_t beat, pruned;
	char cause[CONN_CAUSE_MAX], said[CONN_CAUSE_MAX];
};

/* Returns 0, or -1: out of memory. */
int tell_init(struct link *l);
void tell_free(struct link *l);

/* Makes a key of the engine's, of two parts behind the prefix. */
void tell_key(const struct link *l, char out[CONN_KEY_MAX], const char *kind,
    const char *name);

/* Everything is to be told from its begin, with what nobody was told. 0 or
 * -1. */
int tell_begin(struct link *l);

/* Puts what is new, as far as there is room. */
void tell_new(struct link *l);

/* Who has waited too long for where a stream is, is told that nobody knows.
 * Returns the ms until that is so of the next one, at most `most`. */
uint64_t tell_late(struct link *l, uint64_t now, uint64_t most);

/* At the end: what waits to be said, and that this host is gone. */
void tell_last(struct link *l);

/* Each second; with `prune`, what has expired goes. */
void tell_beat(struct link *l, bool prune);

/* The answer to what was said first. Returns 0, or -1 with l->cause. */
int tell_answer(struct link *l, const struct conn_reply *r);

/* Nothing more will be answered. */
void tell_drop(struct link *l);

#endif
