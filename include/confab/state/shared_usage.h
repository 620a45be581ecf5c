/* SPDX-License-Identifier: MIT */
/*
 * What each user has used: requests, tokens and cost, a day and a model, and
 * the sums that budgets are compared with. Numbers and names, never content.
 *
 * The tables are bounded: rows of the oldest day go where a bucket is full, and
 * none is told that is older than SHARED_USAGE_DAYS. Rows are of this host; the
 * sums are of all hosts that tell each other.
 */
#ifndef CONFAB_STATE_SHARED_USAGE_H
#define CONFAB_STATE_SHARED_USAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "confab/state/shared_state.h"

#define SHARED_USAGE_DAYS 62	  /* this one included */
#define SHARED_USAGE_ROWS 16384	  /* of a day, a user and a model each */
#define SHARED_USAGE_NAME_MAX 160 /* bytes of a name; of a longer one these */
#define SHARED_USAGE_BUDGETS 4096 /* users whose sums are known */

/* A row. Days are numbered since 1970, in UTC; cost is in millionths. */
struct shared_usage {
	char user[SHARED_USAGE_NAME_MAX + 1];  /* "" where it is not known */
	char model[SHARED_USAGE_NAME_MAX + 1]; /* any more */
	uint64_t day, requests, prompt, completion, cost;
};

/* What a user has used of the month (counted since 1970) and of the day. */
struct shared_budget {
	uint64_t month_tokens, month_cost, day_cost;
};

/* Adds one request of `user` to `model`, with what it used, to their row and to the
 * user's sums; names are of the caller, `u` has day and numbers. */
void shared_usage_add(struct shared_state *st, const char *user,
    const char *model, const struct shared_usage *u);

/*
 * Calls `each` for every row of `since` and later, in no order, without a lock
 * held. Returns 0, or -1 when the file cannot be used.
 */
int shared_usage_each(struct shared_state *st, uint64_t since, uint64_t today,
    void (*each)(void *arg, const struct shared_usage *row), void *arg);

/* The user's sums at that day. All UINT64_MAX when the file cannot be used: who
 * has a limit is then at its end. */
void shared_usage_budget(struct shared_state *st, const char *user,
    uint64_t day, struct shared_budget *out);

#endif
