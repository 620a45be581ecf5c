/* SPDX-License-Identifier: MIT */
/*
 * Usage: v of a row = day and requests, prompt, completion, cost, references to
 * two names; of a part of a name = day of its last use and length, 32 bytes.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "confab/state/shared_usage.h"

#include "shared_cells.h"
#include "shared_ends.h"
#include "shared_file.h"
#include "shared_layout.h"
#include "shared_sums.h"

#define PART 32	     /* bytes of a name in a cell */
#define AT_A_TIME 32 /* rows that are copied under one lock */

/* Cells that are staged for a name; for a row, four sums and their count. */
#define NAME_CELLS (SHARED_USAGE_NAME_MAX / PART)
#define ROW_CELLS 6

_Static_assert(SHARED_USAGE_NAME_MAX % PART == 0, "a name is whole parts");
_Static_assert(NAME_CELLS <= SHARED_STAGED_MAX &&
	ROW_CELLS <= SHARED_STAGED_MAX,
    "they fit into one change");

enum { ROW_DAY, ROW_PROMPT, ROW_COMPLETION, ROW_COST, ROW_NAMES };

/* ---- Names ------------------------------------------------------------------ */

static uint64_t
last_use(const struct shared_cell *c, uint64_t now)
{
	(void)now;
	return c->v[0] >> 32;
}

/* The key of a further part of a name, by that of its first. */
static void
part_key(struct shared_file *f, const uint64_t first[2], size_t i,
    uint64_t key[2])
{
	uint64_t text[3] = { first[0], first[1], i };

	shared_file_key(f, SHARED_NAMES, text, sizeof(text), key);
}

/* Stages one part, unless it is there, of that day. Returns its index. */
static size_t
put_part(struct shared_file *f, const uint64_t key[2], const char *name,
    size_t len, size_t i, uint64_t day)
{
	size_t n = len - i * PART < PART ? len - i * PART : PART;
	struct shared_place p;
	uint64_t head = day << 32 | len;

	shared_cells_find(f, SHARED_NAMES, key, last_use, day, &p);
	if (!p.found || p.cell.v[0] != head) {
		shared_cells_claim(&p, key);
		p.cell.v[0] = head;
		memcpy(&p.cell.v[1], name + i * PART, n);
		shared_file_stage(f, p.index, &p.cell);
	}
	return p.index;
}

/* What a row has of a name, which is put where it is not: its place, and a part of
 * its key, which is another one when the place was given away. */
static uint32_t
put_name(struct shared_file *f, const char *kind, const char *name,
    uint64_t day)
{
	char text[SHARED_USAGE_NAME_MAX + 8];
	size_t len = strnlen(name, SHARED_USAGE_NAME_MAX);
	uint64_t first[2], key[2];
	size_t at;
	int n;

	n = snprintf(text, sizeof(text), "%s%.*s", kind, (int)len, name);
	shared_file_key(f, SHARED_NAMES, text, (size_t)n, first);
	at = put_part(f, first, name, len, 0, day);
	for (size_t i = 1; i * PART < len; i++) {
		part_key(f, first, i, key);
		(void)put_part(f, key, name, len, i, day);
	}
	at -= shared_table_start(SHARED_NAMES);
	return (uint32_t)(at + 1) << 16 | (uint32_t)(first[0] & 0xffff);
}

/* Reads the name that a row refers to; "" when it is not there any more. With
 * the lock held. */
static void
read_name(struct shared_file *f, uint32_t ref,
    char out[SHARED_USAGE_NAME_MAX + 1])
{
	struct shared_cell first;
	struct shared_place p;
	uint64_t key[2];
	size_t len, index;

	out[0] = '\0';
	if (ref >> 16 == 0 ||
	    (ref >> 16) - 1 >= shared_file_cells(SHARED_NAMES))
		return;
	shared_file_cell(f, SHARED_NAMES, (ref >> 16) - 1, &first, &index);
	len = (size_t)(first.v[0] & 0xffffffff);
	if (first.key[0] == 0 || (first.key[0] & 0xffff) != (ref & 0xffff) ||
	    len > SHARED_USAGE_NAME_MAX)
		return;
	memcpy(out, &first.v[1], PART);
	for (size_t i = 1; i * PART < len; i++) {
		part_key(f, first.key, i, key);
		shared_cells_find(f, SHARED_NAMES, key, last_use, 0, &p);
		if (!p.found) {
			out[0] = '\0';
			return;
		}
		memcpy(out + i * PART, &p.cell.v[1], PART);
	}
	out[len] = '\0';
}

/* ---- Rows -------------------------------------------------------------------- */

static uint64_t
row_worth(const struct shared_cell *c, uint64_t now)
{
	(void)now;
	return c->v[ROW_DAY] >> 32;
}

static void
add_row(struct shared_file *f, uint64_t names, const struct shared_usage *u)
{
	uint64_t text[2] = { names, u->day }, key[2];
	struct shared_place p;

	shared_file_key(f, SHARED_USAGE, text, sizeof(text), key);
	shared_cells_find(f, SHARED_USAGE, key, row_worth, u->day, &p);
	if (!p.found) {
		shared_cells_claim(&p, key);
		p.cell.v[ROW_DAY] = u->day << 32;
		p.cell.v[ROW_NAMES] = names;
	}
	if ((p.cell.v[ROW_DAY] & 0xffffffff) < 0xffffffff)
		p.cell.v[ROW_DAY]++;
	p.cell.v[ROW_PROMPT] = shared_plus(p.cell.v[ROW_PROMPT], u->prompt);
	p.cell.v[ROW_COMPLETION] =
	    shared_plus(p.cell.v[ROW_COMPLETION], u->completion);
	p.cell.v[ROW_COST] = shared_plus(p.cell.v[ROW_COST], u->cost);
	shared_file_stage(f, p.index, &p.cell);
}

static void
add_sums(struct shared_file *f, const char *user, const struct shared_usage *u)
{
	uint64_t tokens = shared_plus(u->prompt, u->completion), id[2];

	if (shared_user_id(user, id) != 0)
		return;
	shared_sum_put(f, id, SHARED_SUM_TOKENS, u->day, tokens);
	shared_sum_put(f, id, SHARED_SUM_MONTH_TOKENS, u->day, tokens);
	shared_sum_put(f, id, SHARED_SUM_COST, u->day, u->cost);
	shared_sum_put(f, id, SHARED_SUM_MONTH_COST, u->day, u->cost);
}

/* One change, where the day's names are there already. */
void
shared_usage_add(struct shared_state *st, const char *user, const char *model,
    const struct shared_usage *u)
{
	struct shared_file *f = shared_state_file(st);
	uint64_t names;

	if (shared_file_begin(f) != 0)
		return;
	names = (uint64_t)put_name(f, "u:", user, u->day) << 32;
	if (shared_file_room(f, NAME_CELLS) != 0)
		return;
	names |= put_name(f, "m:", model, u->day);
	if (shared_file_room(f, ROW_CELLS) != 0)
		return;
	add_row(f, names, u);
	add_sums(f, user, u);
	shared_file_end(f);
	shared_facts_added(st);
}

/* Copies the rows of some cells. Returns how many, or -1. */
static int
copy_rows(struct shared_file *f, size_t from, uint64_t since, uint64_t today,
    struct shared_usage out[AT_A_TIME])
{
	struct shared_cell c;
	size_t index;
	int n = 0;

	if (shared_file_begin(f) != 0)
		return -1;
	for (size_t i = from;
	     i < from + AT_A_TIME && i < shared_file_cells(SHARED_USAGE); i++) {
		struct shared_usage *u = &out[n];

		shared_file_cell(f, SHARED_USAGE, i, &c, &index);
		if (c.key[0] == 0 || c.v[ROW_DAY] >> 32 < since ||
		    (c.v[ROW_DAY] >> 32) + SHARED_USAGE_DAYS <= today)
			continue;
		u->day = c.v[ROW_DAY] >> 32;
		u->requests = c.v[ROW_DAY] & 0xffffffff;
		u->prompt = c.v[ROW_PROMPT];
		u->completion = c.v[ROW_COMPLETION];
		u->cost = c.v[ROW_COST];
		read_name(f, (uint32_t)(c.v[ROW_NAMES] >> 32), u->user);
		read_name(f, (uint32_t)c.v[ROW_NAMES], u->model);
		n++;
	}
	shared_file_end(f);
	return n;
}

int
shared_usage_each(struct shared_state *st, uint64_t since, uint64_t today,
    void (*each)(void *arg, const struct shared_usage *row), void *arg)
{
	struct shared_file *f = shared_state_file(st);
	struct shared_usage rows[AT_A_TIME];

	for (size_t i = 0; i < shared_file_cells(SHARED_USAGE);
	     i += AT_A_TIME) {
		int n = copy_rows(f, i, since, today, rows);

		if (n < 0)
			return -1;
		for (int k = 0; k < n; k++)
			each(arg, &rows[k]);
	}
	return 0;
}

void
shared_usage_budget(struct shared_state *st, const char *user, uint64_t day,
    struct shared_budget *out)
{
	struct shared_file *f = shared_state_file(st);
	const struct {
		enum shared_sum sum;
		uint64_t *value;
	} all[] = {
		{ SHARED_SUM_MONTH_TOKENS, &out->month_tokens },
		{ SHARED_SUM_COST, &out->day_cost },
		{ SHARED_SUM_MONTH_COST, &out->month_cost },
	};
	struct shared_place p;
	uint64_t id[2];
	bool good = shared_user_id(user, id) == 0 && shared_file_begin(f) == 0;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		*all[i].value = UINT64_MAX;
		if (!good)
			continue;
		shared_sum_find(f, id, all[i].sum, day * SHARED_DAY, &p);
		*all[i].value = shared_sum_value(&p.cell);
	}
	if (good)
		shared_file_end(f);
}
