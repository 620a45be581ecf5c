/* SPDX-License-Identifier: MIT */
/*
 * What a user has used up of a day and of a month: a cell for each sum, with
 * what was used on this host and, as far as it is known, on the others. For
 * this room.
 */
#ifndef CONFAB_STATE_SHARED_SUMS_H
#define CONFAB_STATE_SHARED_SUMS_H

#include <stdint.h>

#include "confab/state/shared_facts.h"

#include "shared_cells.h"
#include "shared_file.h"

/* v of a sum's cell: which sum of which period, and what it is. */
enum { SUM_WHICH, SUM_HERE, SUM_ELSEWHERE, SUM_USER };

#define SHARED_DAY 86400 /* s */

/* The number since 1970, in UTC, of the minute, day or month that has `at` (s
 * since 1970) in it. */
uint64_t shared_sum_period(enum shared_sum sum, uint64_t at);

/* The sum of a cell, and its period. */
enum shared_sum shared_sum_which(const struct shared_cell *c, uint64_t *period);

/* What all hosts have used, by a cell. */
uint64_t shared_sum_value(const struct shared_cell *c);

/* The cell of a user's sum of the period that has `at` in it, or the place for
 * one, with nothing in it. The lock is held. */
void shared_sum_find(struct shared_file *f, const uint64_t user[2],
    enum shared_sum sum, uint64_t at, struct shared_place *p);

/*
 * Counts a request, unless all hosts have had `limit` in this minute of the clock:
 * then returns what is left of it, in ms. The lock is held.
 */
uint64_t shared_sum_request(struct shared_file *f, const uint64_t user[2],
    unsigned limit, uint64_t wall);

/* Adds to what was used here. With the lock held; shared_facts_added() is the
 * caller's when it is gone. */
void shared_sum_put(struct shared_file *f, const uint64_t user[2],
    enum shared_sum sum, uint64_t day, uint64_t amount);

/* The same by itself. */
void shared_sum_add(struct shared_state *st, const char *user,
    enum shared_sum sum, uint64_t day, uint64_t amount);

/* One sum, by itself; UINT64_MAX when the file cannot be used. */
uint64_t shared_sum_of(struct shared_state *st, const char *user,
    enum shared_sum sum, uint64_t day);

#endif
