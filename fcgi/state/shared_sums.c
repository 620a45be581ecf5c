/* SPDX-License-Identifier: MIT */
/* What budgets are compared with. */
#include "config.h"

#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "shared_ends.h"
#include "shared_sums.h"

#define DAY_MS UINT64_C(86400000)
#define MINUTE 60 /* s */
#define MINUTE_MS UINT64_C(60000)

static bool
is_monthly(enum shared_sum sum)
{
	return sum == SHARED_SUM_MONTH_TOKENS || sum == SHARED_SUM_MONTH_COST;
}

static uint64_t
month_of(uint64_t at)
{
	time_t t = (time_t)at;
	struct tm tm;

	return gmtime_r(&t, &tm) != NULL
	    ? (uint64_t)(tm.tm_year - 70) * 12 + (uint64_t)tm.tm_mon
	    : 0;
}

uint64_t
shared_sum_period(enum shared_sum sum, uint64_t at)
{
	if (sum == SHARED_SUM_REQUESTS)
		return at / MINUTE;
	return is_monthly(sum) ? month_of(at) : at / SHARED_DAY;
}

/* A day after its end, or a minute: hosts' clocks differ. */
uint64_t
shared_sum_expires(enum shared_sum sum, uint64_t period)
{
	struct tm next = { .tm_mday = 2 };

	if (sum == SHARED_SUM_REQUESTS)
		return (period + 2) * MINUTE_MS;
	if (!is_monthly(sum))
		return (period + 2) * DAY_MS;
	next.tm_year = 70 + (int)((period + 1) / 12);
	next.tm_mon = (int)((period + 1) % 12);
	return (uint64_t)timegm(&next) * 1000;
}

static uint64_t
pack(enum shared_sum sum, uint64_t period)
{
	return (uint64_t)sum << 32 | (period & UINT32_MAX);
}

enum shared_sum
shared_sum_which(const struct shared_cell *c, uint64_t *period)
{
	*period = c->v[SUM_WHICH] & UINT32_MAX;
	return (enum shared_sum)(c->v[SUM_WHICH] >> 32);
}

uint64_t
shared_sum_value(const struct shared_cell *c)
{
	return shared_plus(c->v[SUM_HERE], c->v[SUM_ELSEWHERE]);
}

/* Of a bucket that is full the smallest goes, those of the past before. */
static uint64_t
worth(const struct shared_cell *c, uint64_t at)
{
	uint64_t period;
	enum shared_sum sum = shared_sum_which(c, &period);

	return period == shared_sum_period(sum, at) ? shared_sum_value(c) >> 1
						    : 0;
}

void
shared_sum_find(struct shared_file *f, const uint64_t user[2],
    enum shared_sum sum, uint64_t at, struct shared_place *p)
{
	uint64_t text[3] = { user[0], user[1], sum }, k[2];
	uint64_t which = pack(sum, shared_sum_period(sum, at));

	shared_file_key(f, SHARED_SUMS, text, sizeof(text), k);
	shared_cells_find(f, SHARED_SUMS, k, worth, at, p);
	if (p->found && p->cell.v[SUM_WHICH] == which)
		return;
	shared_cells_claim(p, k);
	p->cell.v[SUM_WHICH] = which;
	memcpy(p->cell.v + SUM_USER, user, SHARED_ID_LEN);
}

void
shared_sum_put(struct shared_file *f, const uint64_t user[2],
    enum shared_sum sum, uint64_t day, uint64_t amount)
{
	struct shared_place p;

	if (amount == 0)
		return;
	shared_sum_find(f, user, sum, day * SHARED_DAY, &p);
	p.cell.v[SUM_HERE] = shared_plus(p.cell.v[SUM_HERE], amount);
	shared_file_stage(f, p.index, &p.cell);
	shared_facts_count(f);
}

void
shared_sum_add(struct shared_state *st, const char *user, enum shared_sum sum,
    uint64_t day, uint64_t amount)
{
	struct shared_file *f = shared_state_file(st);
	uint64_t u[2];

	if (amount == 0 || shared_user_id(user, u) != 0 ||
	    shared_file_begin(f) != 0)
		return;
	shared_sum_put(f, u, sum, day, amount);
	shared_file_end(f);
	shared_facts_added(st);
}

uint64_t
shared_sum_request(struct shared_file *f, const uint64_t user[2],
    unsigned limit, uint64_t wall)
{
	struct shared_place p;

	shared_sum_find(f, user, SHARED_SUM_REQUESTS, wall / 1000, &p);
	if (shared_sum_value(&p.cell) >= limit)
		return MINUTE_MS - wall % MINUTE_MS;
	p.cell.v[SUM_HERE]++;
	shared_file_stage(f, p.index, &p.cell);
	shared_facts_count(f);
	return 0;
}

uint64_t
shared_sum_of(struct shared_state *st, const char *user, enum shared_sum sum,
    uint64_t day)
{
	struct shared_file *f = shared_state_file(st);
	struct shared_place p;
	uint64_t u[2];

	if (shared_user_id(user, u) != 0 || shared_file_begin(f) != 0)
		return UINT64_MAX;
	shared_sum_find(f, u, sum, day * SHARED_DAY, &p);
	shared_file_end(f);
	return shared_sum_value(&p.cell);
}
