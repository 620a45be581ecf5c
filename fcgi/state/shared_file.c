/* SPDX-License-Identifier: MIT */
/* The file that processes share: the lock, what is staged, damage. */
#include "config.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "confab/base/clock.h"
#include "confab/base/crypto.h"
#include "confab/base/log.h"
#include "confab/base/siphash.h"

#include "shared_file.h"
#include "shared_format.h"
#include "shared_layout.h"
#include "shared_map.h"

struct shared_file {
	struct shared_map map;	    /* header, then cells */
	bool damaged;		    /* a cell was found whose sum is wrong */
	bool voided;		    /* and all sessions were ended for it */
	uint64_t last_void;	    /* the latest time seen in the file */
	char boot[SHARED_BOOT_LEN]; /* the one that this process lives in */
	size_t n_staged;
	uint64_t staged_index[SHARED_STAGED_MAX];
	struct shared_cell staged[SHARED_STAGED_MAX];
};

static struct shared_header *
header(const struct shared_file *f)
{
	return f->map.data;
}

/* The cell that is in force, staged or not; empty when it is damaged. */
static struct shared_cell
void_cell(const struct shared_file *f)
{
	size_t index = shared_table_start(SHARED_VOID);
	struct shared_cell c = *shared_format_cell(header(f), index);

	for (size_t i = 0; i < f->n_staged; i++)
		if (f->staged_index[i] == index)
			c = f->staged[i];
	if (c.key[0] == 0 || c.sum != shared_format_sum(header(f), index, &c))
		memset(&c, 0, sizeof(c));
	c.key[0] = 1;
	return c;
}

static uint64_t
void_time(const struct shared_file *f)
{
	return void_cell(f).v[SHARED_VOID_TIME];
}

void
shared_file_void_raise(struct shared_file *f, int which, uint64_t time)
{
	struct shared_cell c = void_cell(f);

	if (c.v[which] >= time)
		return;
	c.v[which] = time;
	shared_file_stage(f, shared_table_start(SHARED_VOID), &c);
}

/* Makes all sessions void that were issued until now, also ahead of the clock. */
static void
void_all(struct shared_file *f)
{
	uint64_t now = (uint64_t)clock_wall_ms() + 1, last = void_time(f);
	uint64_t issued = void_cell(f).v[SHARED_VOID_ISSUED];

	if (f->voided)
		return;
	f->voided = true;
	/* Twice in a moment, the second time is later. */
	if (last < f->last_void)
		last = f->last_void;
	if (last < issued && issued < now + SHARED_VOID_AHEAD_MAX)
		last = issued;
	shared_file_void_raise(f, SHARED_VOID_TIME,
	    now > last ? now : last + 1);
	shared_file_void_raise(f, SHARED_VOID_MADE, now);
}

static void
commit(struct shared_file *f)
{
	if (f->n_staged == 0)
		return;
	shared_format_change(header(f), f->staged_index, f->staged,
	    f->n_staged);
	f->n_staged = 0;
}

/*
 * Makes the mapped file a new, empty one. What it may have known of ended
 * sessions is lost, so all sessions issued until now are void.
 */
static int
rebuild(struct shared_file *f)
{
	unsigned char seed[SIPHASH_KEY_LEN];

	if (crypto_random(seed, sizeof(seed)) != 0)
		return -1;
	shared_format_blank(header(f), seed, f->boot);
	f->n_staged = 0;
	f->voided = false;
	void_all(f);
	commit(f);
	shared_format_seal(header(f));
	shared_map_release(&f->map);
	return 0;
}

/* At a new boot the monotonic times mean nothing any more. */
static void
new_boot(struct shared_file *f)
{
	struct shared_header *h = header(f);

	if (memcmp(f->boot, h->fixed.boot, sizeof(f->boot)) == 0)
		return;
	for (int t = 0; t < SHARED_TABLES; t++)
		if (shared_tables[t].mono)
			shared_format_clear(h,
			    shared_table_start((enum shared_table)t),
			    shared_tables[t].cells);
	memcpy(h->fixed.boot, f->boot, sizeof(f->boot));
	shared_format_seal(h);
}

/* Locks, and makes the file a valid one with nothing left to do. */
static int
acquire(struct shared_file *f, char err[CONFIG_ERROR_MAX])
{
	bool fresh;

	if (shared_map_lock(&f->map, &fresh, err) != 0)
		return -1;
	f->n_staged = 0;
	f->damaged = f->voided = false;
	if (shared_format_good(header(f)) && shared_format_recover(header(f))) {
		new_boot(f);
		return 0;
	}
	if (!fresh)
		log_msg(LOG_LEVEL_WARN,
		    "%s: damaged or of another version; made anew, all "
		    "sessions end",
		    f->map.path);
	if (rebuild(f) == 0)
		return 0;
	snprintf(err, CONFIG_ERROR_MAX, "%.400s: no random bytes", f->map.path);
	shared_map_unlock(&f->map);
	return -1;
}

int
shared_file_begin(struct shared_file *f)
{
	char err[CONFIG_ERROR_MAX];

	if (acquire(f, err) == 0)
		return 0;
	log_msg(LOG_LEVEL_ERROR, "%s", err);
	return -1;
}

/* Counts a table's damaged cells; with `clear`, empties them. */
static size_t
damaged_cells(struct shared_file *f, enum shared_table t, bool clear)
{
	size_t start = shared_table_start(t), n = 0;

	for (size_t i = start; i < start + shared_tables[t].cells; i++)
		if (shared_format_cell(header(f), i)->sum !=
		    shared_format_sum(header(f), i,
			shared_format_cell(header(f), i))) {
			if (clear)
				shared_format_clear(header(f), i, 1);
			n++;
		}
	return n;
}

/*
 * Empties every damaged cell: where there is one, there are often more, and
 * finding them one by one would end the sessions again and again.
 */
static void
scrub(struct shared_file *f)
{
	size_t n = 0;

	/* Sessions end before what might have ended some of them goes. */
	for (int t = 0; t < SHARED_TABLES; t++)
		if (shared_tables[t].voids &&
		    damaged_cells(f, (enum shared_table)t, false) > 0)
			void_all(f);
	commit(f);
	for (int t = 0; t < SHARED_TABLES; t++)
		n += damaged_cells(f, (enum shared_table)t, true);
	shared_map_release(&f->map);
	log_msg(LOG_LEVEL_WARN, "%s: dropped %zu damaged entries%s",
	    f->map.path, n, f->voided ? "; all sessions end" : "");
}

void
shared_file_end(struct shared_file *f)
{
	commit(f);
	if (f->damaged)
		scrub(f);
	shared_map_unlock(&f->map);
}

struct shared_file *
shared_file_open(const char *path, char err[CONFIG_ERROR_MAX])
{
	struct shared_file *f = calloc(1, sizeof(*f));

	if (f == NULL ||
	    shared_map_init(&f->map, path, SHARED_FORMAT_SIZE) != 0) {
		snprintf(err, CONFIG_ERROR_MAX, "%.400s: out of memory", path);
		free(f);
		return NULL;
	}
	shared_boot_id(f->boot);
	if (acquire(f, err) != 0) {
		shared_file_close(f);
		return NULL;
	}
	shared_map_unlock(&f->map);
	return f;
}

void
shared_file_close(struct shared_file *f)
{
	if (f == NULL)
		return;
	shared_map_free(&f->map);
	free(f);
}

void
shared_file_key(const struct shared_file *f, enum shared_table t,
    const void *data, size_t len, uint64_t key[2])
{
	unsigned char seed[SIPHASH_KEY_LEN];

	memcpy(seed, header(f)->fixed.seed, sizeof(seed));
	seed[0] ^= (unsigned char)(2 * (int)t + 1);
	key[0] = siphash(seed, data, len) | 1;
	seed[1] ^= 1;
	key[1] = siphash(seed, data, len);
}

void
shared_file_stage(struct shared_file *f, size_t index,
    const struct shared_cell *cell)
{
	size_t i = 0;

	while (i < f->n_staged && f->staged_index[i] != index)
		i++;
	assert(i < SHARED_STAGED_MAX);
	if (i == f->n_staged)
		f->n_staged++;
	f->staged_index[i] = index;
	f->staged[i] = *cell;
	f->staged[i].sum = shared_format_sum(header(f), index, cell);
}

int
shared_file_room(struct shared_file *f, size_t n)
{
	assert(n <= SHARED_STAGED_MAX);
	if (SHARED_STAGED_MAX - f->n_staged >= n)
		return 0;
	shared_file_end(f);
	return shared_file_begin(f);
}

/* Copies one cell: what is staged for it, else what is in the file. */
static void
load(struct shared_file *f, enum shared_table t, size_t index,
    struct shared_cell *out)
{
	static const struct shared_cell empty;

	for (size_t i = 0; i < f->n_staged; i++)
		if (f->staged_index[i] == index) {
			*out = f->staged[i];
			return;
		}
	*out = *shared_format_cell(header(f), index);
	if (out->sum == shared_format_sum(header(f), index, out))
		return;
	*out = empty;
	f->damaged = true;
	if (shared_tables[t].voids)
		void_all(f);
}

size_t
shared_file_bucket(struct shared_file *f, enum shared_table t,
    const uint64_t key[2], struct shared_cell cells[SHARED_WAYS_MAX],
    size_t *first)
{
	size_t ways = shared_tables[t].ways;
	size_t buckets = shared_tables[t].cells / ways;

	*first = shared_table_start(t) + key[1] % buckets * ways;
	for (size_t i = 0; i < ways; i++)
		load(f, t, *first + i, &cells[i]);
	return ways;
}

size_t
shared_file_cells(enum shared_table t)
{
	return shared_tables[t].cells;
}

void
shared_file_cell(struct shared_file *f, enum shared_table t, size_t i,
    struct shared_cell *out, size_t *index)
{
	*index = shared_table_start(t) + i;
	load(f, t, *index, out);
}

uint64_t
shared_file_void(struct shared_file *f)
{
	struct shared_cell c;
	size_t index;

	shared_file_cell(f, SHARED_VOID, 0, &c, &index);
	/* Damage to it has made load() stage a new one. */
	f->last_void = void_time(f);
	return f->last_void;
}
