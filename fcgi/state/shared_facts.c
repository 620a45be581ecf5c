/* SPDX-License-Identifier: MIT */
/* Going through what other hosts must know, and taking in what they say. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "shared_ends.h"
#include "shared_layout.h"
#include "shared_sums.h"

#define PART 256 /* cells that one look at the file goes through */
/* Nobody's end is further ahead than this (ms), clocks that differ included: a
 * session is issued after it, at a time that no end for all would reach. */
#define AHEAD_MAX 30000

static const enum shared_table told[] = { SHARED_REVOKED, SHARED_BEFORE,
	SHARED_SUMS };

#define TOLD (sizeof(told) / sizeof(told[0]))

struct shared_scan {
	size_t table, cell; /* where to go on */
	size_t n;	    /* of `seen` */
	uint64_t seen[];    /* what was told of each cell; 0: nothing */
};

struct shared_scan *
shared_scan_new(void)
{
	struct shared_scan *s;
	size_t n = 0;

	for (size_t i = 0; i < TOLD; i++)
		n += shared_file_cells(told[i]);
	s = calloc(1, sizeof(*s) + n * sizeof(s->seen[0]));
	if (s != NULL)
		s->n = n;
	return s;
}

void
shared_scan_free(struct shared_scan *s)
{
	free(s);
}

void
shared_scan_start(struct shared_scan *s, bool all)
{
	s->table = s->cell = 0;
	if (all)
		memset(s->seen, 0, s->n * sizeof(s->seen[0]));
}

/* The fact of a cell. False when it is none that anybody needs to know. */
static bool
fact_of(enum shared_table t, const struct shared_cell *c, uint64_t wall,
    struct shared_fact *out)
{
	memset(out, 0, sizeof(*out));
	if (c->key[0] == 0)
		return false;
	switch (t) {
	case SHARED_REVOKED:
		out->kind = SHARED_FACT_SESSION;
		out->expires = c->v[SESSION_EXPIRES];
		memcpy(out->user, c->v + SESSION_USER, SHARED_ID_LEN);
		memcpy(out->session, c->v + SESSION_ID, SHARED_ID_LEN);
		break;
	case SHARED_BEFORE:
		out->kind = SHARED_FACT_USER;
		out->time = c->v[USER_TIME];
		out->expires = c->v[USER_EXPIRES];
		memcpy(out->user, c->v + USER_ID, SHARED_ID_LEN);
		break;
	default:
		out->kind = SHARED_FACT_SUM;
		out->sum = shared_sum_which(c, &out->time);
		out->expires = shared_sum_expires(out->sum, out->time);
		out->count = c->v[SUM_HERE];
		memcpy(out->user, c->v + SUM_USER, SHARED_ID_LEN);
		if (out->count == 0)
			return false;
	}
	return out->expires > wall;
}

/* What is remembered of a cell: not what others used, who know that. */
static uint64_t
mark_of(enum shared_table t, const struct shared_cell *c)
{
	if (t == SHARED_SUMS)
		return (c->key[0] ^ c->v[SUM_WHICH] << 40 ^ c->v[SUM_HERE]) | 1;
	return c->sum | 1;
}

/* Goes on through one part. The lock is held. */
static size_t
scan_part(struct shared_scan *s, struct shared_file *f, size_t start,
    uint64_t wall, struct shared_fact *out, size_t max)
{
	enum shared_table t = told[s->table];
	size_t end = shared_file_cells(t), n = 0, index;
	struct shared_cell c;

	if (end > s->cell + PART)
		end = s->cell + PART;
	for (; s->cell < end && n < max; s->cell++) {
		uint64_t *seen = &s->seen[start + s->cell], mark;

		shared_file_cell(f, t, s->cell, &c, &index);
		mark = mark_of(t, &c);
		if (*seen == mark)
			continue;
		if (fact_of(t, &c, wall, &out[n]))
			n++;
		*seen = mark;
	}
	return n;
}

size_t
shared_scan_next(struct shared_scan *s, struct shared_state *st, uint64_t wall,
    struct shared_fact *out, size_t max)
{
	struct shared_file *f = shared_state_file(st);
	size_t n = 0;

	while (n == 0 && s->table < TOLD) {
		size_t start = 0;

		for (size_t i = 0; i < s->table; i++)
			start += shared_file_cells(told[i]);
		if (shared_file_begin(f) != 0)
			return 0;
		n = scan_part(s, f, start, wall, out, max);
		shared_file_end(f);
		if (s->cell == shared_file_cells(told[s->table])) {
			s->table++;
			s->cell = 0;
		}
	}
	return n;
}

/* A number that is another one for each file. */
static uint64_t
number_of(const struct shared_file *f)
{
	uint64_t key[2];

	shared_file_key(f, SHARED_CHANGES, "", 0, key);
	return key[0];
}

uint64_t
shared_facts_version(struct shared_state *st)
{
	struct shared_file *f = shared_state_file(st);
	struct shared_cell c;
	uint64_t number;
	size_t index;

	if (shared_file_begin(f) != 0)
		return 0;
	shared_file_cell(f, SHARED_CHANGES, 0, &c, &index);
	number = number_of(f);
	shared_file_end(f);
	/* A file that was made anew has other facts. */
	return (number ^ c.v[0]) | UINT64_C(1) << 63;
}

uint64_t
shared_facts_host(struct shared_state *st)
{
	struct shared_file *f = shared_state_file(st);
	uint64_t number;

	if (shared_file_begin(f) != 0)
		return 0;
	number = number_of(f);
	shared_file_end(f);
	return number;
}

static void
take_sum(struct shared_file *f, const uint64_t user[2],
    const struct shared_fact *fact, uint64_t wall)
{
	struct shared_place p;
	uint64_t here;

	/* A cell has one period, which is now: of one before, whose sum
	 * comes again when the engine was empty, nothing is left to be known,
	 * and the next is told again when it has come. */
	if (fact->time != shared_sum_period(fact->sum, wall / 1000))
		return;
	shared_sum_find(f, user, fact->sum, wall / 1000, &p);
	/* What was used here since that sum was made is told next, and then the
	 * sum comes again. */
	here = p.cell.v[SUM_HERE];
	if (fact->count <= here ||
	    fact->count - here <= p.cell.v[SUM_ELSEWHERE])
		return;
	p.cell.v[SUM_ELSEWHERE] = fact->count - here;
	shared_file_stage(f, p.index, &p.cell);
}

void
shared_facts_take(struct shared_state *st, const struct shared_fact *fact,
    uint64_t wall)
{
	struct shared_file *f = shared_state_file(st);
	uint64_t user[2], session[2];

	memcpy(user, fact->user, sizeof(user));
	memcpy(session, fact->session, sizeof(session));
	if (fact->expires <= wall || shared_file_begin(f) != 0)
		return;
	switch (fact->kind) {
	case SHARED_FACT_SESSION:
		(void)shared_end_session(f, session, user, wall, fact->expires);
		break;
	case SHARED_FACT_USER:
		(void)shared_end_user(f, user,
		    fact->time < wall + AHEAD_MAX ? fact->time
						  : wall + AHEAD_MAX,
		    wall, fact->expires);
		break;
	case SHARED_FACT_SUM:
		take_sum(f, user, fact, wall);
		break;
	}
	shared_file_end(f);
}

void
shared_facts_complete(struct shared_state *st, uint64_t since)
{
	struct shared_file *f = shared_state_file(st);
	struct shared_cell c;
	size_t index;

	if (shared_file_begin(f) != 0)
		return;
	shared_file_cell(f, SHARED_VOID, 0, &c, &index);
	if (c.v[SHARED_VOID_MADE] > since &&
	    c.v[SHARED_VOID_TIME] > c.v[SHARED_VOID_ENDS]) {
		c.v[SHARED_VOID_TIME] = c.v[SHARED_VOID_ENDS];
		shared_file_stage(f, index, &c);
	}
	shared_file_end(f);
}
