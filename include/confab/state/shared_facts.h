/* SPDX-License-Identifier: MIT */
/*
 * What of the shared state other hosts must know, and what they say of it.
 *
 * A fact names users and sessions by digests that are the same on all hosts,
 * is true whenever it is told, and may be told twice: the later end, the
 * larger count is the one that holds. So the file itself is the list of what
 * is to be told: whoever tells goes through it and says what is new, and after
 * a gap all of it.
 */
#ifndef CONFAB_STATE_SHARED_FACTS_H
#define CONFAB_STATE_SHARED_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "confab/state/shared_state.h"

#define SHARED_ID_LEN 16 /* bytes that stand for a name on all hosts */

enum shared_fact_kind {
	SHARED_FACT_SESSION, /* this session has ended */
	SHARED_FACT_USER,    /* all of a user's issued until `time` have */
	SHARED_FACT_SUM	     /* what a user used up in the period `time` */
};

/* What is summed up: for budgets of a day or of a month, and the requests of a
 * minute. */
enum shared_sum {
	SHARED_SUM_TOKENS,
	SHARED_SUM_MONTH_TOKENS,
	SHARED_SUM_COST, /* in millionths */
	SHARED_SUM_MONTH_COST,
	SHARED_SUM_REQUESTS,
	SHARED_SUM_KINDS
};

struct shared_fact {
	enum shared_fact_kind kind;
	unsigned char session[SHARED_ID_LEN]; /* of a session's end */
	unsigned char user[SHARED_ID_LEN];
	enum shared_sum sum; /* of a sum, whose `time` is a period */
	uint64_t time;	     /* ms since 1970 */
	uint64_t expires;    /* ms since 1970: when nobody needs to know */
	/* A sum: as one goes through the file, what was used on this host; as
	 * one takes the fact in, on all hosts together. */
	uint64_t count;
};

/* Somebody who tells: which facts of the file were seen. */
struct shared_scan;

/* NULL when out of memory; no more than 512 KiB. */
struct shared_scan *shared_scan_new(void);
void shared_scan_free(struct shared_scan *s);

/* Starts at the begin of the file; with `all`, as if nothing had been seen. */
void shared_scan_start(struct shared_scan *s, bool all);

/*
 * Copies up to `max` facts that are true at `wall` (ms) and were not seen.
 * Returns their number; 0 only when the file was gone through to its end, or
 * cannot be used.
 */
size_t shared_scan_next(struct shared_scan *s, struct shared_state *st,
    uint64_t wall, struct shared_fact *out, size_t max);

/*
 * A number that is another one whenever a fact was added by any process of the
 * host; 0 when the file cannot be used.
 */
uint64_t shared_facts_version(struct shared_state *st);

/* Takes in a fact of another host's. */
void shared_facts_take(struct shared_state *st, const struct shared_fact *f,
    uint64_t wall);

/*
 * All that hosts have ended since that time (ms) was taken in. Where the file
 * was made later, its sessions need not end for what one before it knew.
 */
void shared_facts_complete(struct shared_state *st, uint64_t since);

/*
 * This process tells other hosts: calls `changed` after each fact that was
 * added here, with no lock held and on any thread; it must not block. Hosts'
 * clocks may be `apart` ms from each other. Before the first other call.
 */
void shared_facts_watch(struct shared_state *st, void (*changed)(void *),
    void *arg, uint64_t apart);

/* When no host asks for a sum of that period any more, ms since 1970. */
uint64_t shared_sum_expires(enum shared_sum sum, uint64_t period);

/* A name of this file: another one when it was lost. 0 when it cannot be used. */
uint64_t shared_facts_host(struct shared_state *st);

/* What stands for a key of penalties on all hosts. Returns 0 or -1. */
int shared_penalty_id(enum shared_penalty kind, const void *key, size_t len,
    unsigned char id[SHARED_ID_LEN]);

/*
 * Another host counted: from now on the failures are at least so many, with a
 * penalty of `length` ms, forgotten after `keep` ms.
 */
void shared_penalty_raise(struct shared_state *st, enum shared_penalty kind,
    const unsigned char id[SHARED_ID_LEN], uint64_t failures, uint64_t length,
    uint64_t keep, uint64_t mono);

/* Another host forgave: the failures are at most so many, and the penalty has
 * at most `length` ms left. */
void shared_penalty_lower(struct shared_state *st, enum shared_penalty kind,
    const unsigned char id[SHARED_ID_LEN], uint64_t failures, uint64_t length,
    uint64_t mono);

#endif
