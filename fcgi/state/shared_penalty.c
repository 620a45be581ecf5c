/* SPDX-License-Identifier: MIT */
/*
 * Penalties. Who failed more than once keeps the place until it is forgotten.
 * What a full bucket has no place for, and the single failures that make place
 * for others, are counted in common, one counter a bucket: its penalty is that
 * of everybody who would be in the bucket and is not.
 */
#include "config.h"

#include <string.h>

#include "confab/state/shared_facts.h"
#include "confab/state/shared_state.h"

#include "shared_cells.h"
#include "shared_file.h"
#include "shared_layout.h"

/* v of a cell. */
enum {
	FAILURES,
	LAST,  /* when the last was */
	UNTIL, /* when the penalty ends */
	FORGET /* when all of it is forgotten */
};

struct tables {
	enum shared_table keys;
	enum shared_table common; /* a cell for each bucket of `keys` */
};

static const struct tables tables[] = {
	[SHARED_PENALTY_ADDRESS] = { SHARED_PENALTIES_ADDRESS,
	    SHARED_COMMON_ADDRESS },
	[SHARED_PENALTY_USER] = { SHARED_PENALTIES_USER, SHARED_COMMON_USER },
	[SHARED_PENALTY_KNOWN] = { SHARED_PENALTIES_KNOWN,
	    SHARED_COMMON_KNOWN },
};

static uint64_t
worth(const struct shared_cell *c, uint64_t now)
{
	if (now >= c->v[FORGET])
		return 0;
	/* The number of failures decides; of equals, the older goes. */
	return (c->v[FAILURES] < 0xffff ? c->v[FAILURES] : 0xffff) << 44 |
	    (c->v[LAST] & 0xfffffffffff);
}

static uint64_t
least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t
length_of(const struct shared_penalty_rule *r, uint64_t failures)
{
	uint64_t length = r->delay;

	if (failures <= r->free)
		return 0;
	for (uint64_t i = r->free + 1; i < failures; i++) {
		if (length >= r->delay_max / 2)
			return r->delay_max;
		length *= 2;
	}
	return least(length, r->delay_max);
}

/* No penalty has no end: who read the clock before the failure was counted
 * must not be told to wait for the moment of it. */
static uint64_t
end_of(uint64_t since, uint64_t length)
{
	return length > 0 ? since + length : 0;
}

static bool
is_live(const struct shared_cell *c, uint64_t mono)
{
	return c->key[0] != 0 && mono < c->v[FORGET];
}

static uint64_t
left_of(const struct shared_cell *c, uint64_t mono)
{
	return is_live(c, mono) && c->v[UNTIL] > mono ? c->v[UNTIL] - mono : 0;
}

/* Counts one failure more in a cell that is somebody's. */
static uint64_t
count(struct shared_cell *c, const struct shared_penalty_rule *r,
    uint64_t longest, uint64_t mono)
{
	uint64_t length;

	if (c->v[FAILURES] < UINT32_MAX)
		c->v[FAILURES]++;
	c->v[LAST] = mono;
	length = least(length_of(r, c->v[FAILURES]), longest);
	c->v[UNTIL] = end_of(mono, length);
	c->v[FORGET] = mono + (length > r->forget ? length : r->forget);
	return length;
}

/* What stands for a key on all hosts. */
static int
name_of(enum shared_penalty kind, const void *key, size_t len, uint64_t id[2])
{
	static const char *const labels[] = {
		[SHARED_PENALTY_ADDRESS] = "penalty address",
		[SHARED_PENALTY_USER] = "penalty user",
		[SHARED_PENALTY_KNOWN] = "penalty known",
	};

	return shared_id(labels[kind], key, len, id);
}

int
shared_penalty_id(enum shared_penalty kind, const void *key, size_t len,
    unsigned char id[SHARED_ID_LEN])
{
	uint64_t name[2];

	if (name_of(kind, key, len, name) != 0)
		return -1;
	memcpy(id, name, SHARED_ID_LEN);
	return 0;
}

/* The counter of the bucket that a place is in. */
static void
common_of(struct shared_file *f, const struct tables *t,
    const struct shared_place *p, struct shared_place *out)
{
	size_t bucket = (p->index - shared_table_start(t->keys)) /
	    shared_tables[t->keys].ways;

	shared_file_cell(f, t->common, bucket, &out->cell, &out->index);
	out->found = out->cell.key[0] != 0;
}

uint64_t
shared_state_penalty(struct shared_state *st, enum shared_penalty kind,
    const void *key, size_t len, uint64_t mono)
{
	struct shared_file *f = shared_state_file(st);
	const struct tables *t = &tables[kind];
	struct shared_place p, common;
	uint64_t id[2], k[2], left = 0;

	/* Nobody who cannot be asked about may guess. */
	if (name_of(kind, key, len, id) != 0 || shared_file_begin(f) != 0)
		return SHARED_PENALTY_COMMON_MAX;
	shared_file_key(f, t->keys, id, sizeof(id), k);
	shared_cells_find(f, t->keys, k, worth, mono, &p);
	if (p.found) {
		left = left_of(&p.cell, mono);
	} else if (is_live(&p.cell, mono)) {
		common_of(f, t, &p, &common);
		left = left_of(&common.cell, mono);
	}
	shared_file_end(f);
	return left;
}

uint64_t
shared_state_fail(struct shared_state *st, enum shared_penalty kind,
    const void *key, size_t len, const struct shared_penalty_rule *r,
    uint64_t mono)
{
	static const uint64_t everybody[2] = { 1, 0 };
	struct shared_file *f = shared_state_file(st);
	const struct tables *t = &tables[kind];
	struct shared_place p, common;
	uint64_t id[2], k[2], length = 0;
	bool full, goes;

	if (name_of(kind, key, len, id) != 0 || shared_file_begin(f) != 0)
		return 0;
	shared_file_key(f, t->keys, id, sizeof(id), k);
	shared_cells_find(f, t->keys, k, worth, mono, &p);
	full = !p.found && is_live(&p.cell, mono);
	goes = full && p.cell.v[FAILURES] <= 1;
	if (full) {
		common_of(f, t, &p, &common);
		if (!is_live(&common.cell, mono))
			shared_cells_claim(&common, everybody);
		length =
		    count(&common.cell, r, SHARED_PENALTY_COMMON_MAX, mono);
		shared_file_stage(f, common.index, &common.cell);
	}
	if (!full || goes) {
		if (!p.found || !is_live(&p.cell, mono))
			shared_cells_claim(&p, k);
		length = count(&p.cell, r, UINT64_MAX, mono);
		shared_file_stage(f, p.index, &p.cell);
	}
	shared_file_end(f);
	return length;
}

void
shared_state_forgive(struct shared_state *st, enum shared_penalty kind,
    const void *key, size_t len, const struct shared_penalty_rule *r, bool all)
{
	struct shared_file *f = shared_state_file(st);
	enum shared_table t = tables[kind].keys;
	struct shared_place p;
	uint64_t id[2], k[2];

	if (name_of(kind, key, len, id) != 0 || shared_file_begin(f) != 0)
		return;
	shared_file_key(f, t, id, sizeof(id), k);
	shared_cells_find(f, t, k, worth, UINT64_MAX, &p);
	if (p.found) {
		if (all || p.cell.v[FAILURES] <= 1)
			memset(&p.cell, 0, sizeof(p.cell));
		else {
			p.cell.v[FAILURES]--;
			p.cell.v[UNTIL] = end_of(p.cell.v[LAST],
			    length_of(r, p.cell.v[FAILURES]));
		}
		shared_file_stage(f, p.index, &p.cell);
	}
	shared_file_end(f);
}

void
shared_penalty_raise(struct shared_state *st, enum shared_penalty kind,
    const unsigned char id[SHARED_ID_LEN], uint64_t failures, uint64_t length,
    uint64_t keep, uint64_t mono)
{
	struct shared_file *f = shared_state_file(st);
	enum shared_table t = tables[kind].keys;
	struct shared_place p;
	uint64_t k[2];

	if (shared_file_begin(f) != 0)
		return;
	shared_file_key(f, t, id, SHARED_ID_LEN, k);
	shared_cells_find(f, t, k, worth, mono, &p);
	if (!is_live(&p.cell, mono))
		shared_cells_claim(&p, k);
	else if (!p.found || p.cell.v[FAILURES] > failures)
		/* No place is made by forgetting who failed here. */
		goto out;
	p.cell.v[FAILURES] = failures;
	p.cell.v[LAST] = mono;
	p.cell.v[UNTIL] = end_of(mono, least(length, SHARED_PENALTY_MAX));
	p.cell.v[FORGET] = mono + least(keep, SHARED_PENALTY_KEEP_MAX);
	shared_file_stage(f, p.index, &p.cell);
out:
	shared_file_end(f);
}

void
shared_penalty_lower(struct shared_state *st, enum shared_penalty kind,
    const unsigned char id[SHARED_ID_LEN], uint64_t failures, uint64_t length,
    uint64_t mono)
{
	struct shared_file *f = shared_state_file(st);
	enum shared_table t = tables[kind].keys;
	struct shared_place p;
	uint64_t k[2];

	if (shared_file_begin(f) != 0)
		return;
	shared_file_key(f, t, id, SHARED_ID_LEN, k);
	shared_cells_find(f, t, k, worth, UINT64_MAX, &p);
	if (p.found && p.cell.v[FAILURES] > failures) {
		if (failures == 0)
			memset(&p.cell, 0, sizeof(p.cell));
		else {
			p.cell.v[FAILURES] = failures;
			p.cell.v[UNTIL] =
			    least(p.cell.v[UNTIL], end_of(mono, length));
		}
		shared_file_stage(f, p.index, &p.cell);
	}
	shared_file_end(f);
}
