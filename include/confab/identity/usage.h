/* SPDX-License-Identifier: MIT */
/*
 * What people use, and how near they are to their budgets (config_quota): a
 * request is refused at the end of one, and told of from USAGE_WARN on.
 */
#ifndef CONFAB_IDENTITY_USAGE_H
#define CONFAB_IDENTITY_USAGE_H

#include <stdint.h>

#include "confab/base/api_error.h"
#include "confab/config/config.h"
#include "confab/state/shared_usage.h"

#define USAGE_WARN 80 /* % of a budget */
#define USAGE_BUDGETS 4

/* A budget that somebody has. */
struct usage_budget {
	const char *name; /* as in confab.conf */
	uint64_t limit, used;
	bool is_cost; /* in millionths; else tokens */
};

/* Notes what an answer has used, for the user, the access token ("": none), and
 * the list of all uses. */
void usage_note(struct shared_state *st, const char *user, const char *model,
    const char *token, uint64_t prompt, uint64_t completion, uint64_t cost);

/* The budgets that the user has, of at most USAGE_BUDGETS. Returns how many. */
size_t usage_budgets(struct shared_state *st, const struct config_quota *q,
    const char *user, int64_t now, struct usage_budget out[USAGE_BUDGETS]);

/* How much of it is used, in %; 100 and more: all. */
unsigned usage_percent(const struct usage_budget *b);

/*
 * Is there something left of the budgets of months and of costs? Returns 0, or
 * -1 with 429 budget_limit and the time until a new day or month begins.
 */
int usage_check(struct shared_state *st, const struct config_quota *q,
    const char *user, int64_t now, struct api_error *err);

struct buf;

/* Appends the budgets as an array of JSON. */
void usage_budgets_json(struct shared_state *st, const struct config_quota *q,
    const char *user, int64_t now, struct buf *out);

/* Appends an amount of millionths as a JSON number. */
void usage_cost_json(uint64_t cost, struct buf *out);

/* Appends the model, requests, tokens and cost (null: none is known) of a row as
 * members of an object that has others before them. */
void usage_counts_json(const struct shared_usage *u, struct buf *out);

/* Appends a day (since 1970) as YYYY-MM-DD. */
void usage_day_write(uint64_t day, struct buf *out);

#endif
