/* SPDX-License-Identifier: MIT */
/* What the processes of a host know in common, table by table. */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "confab/state/shared_state.h"

#include "shared_cells.h"
#include "shared_ends.h"
#include "shared_file.h"
#include "shared_sums.h"

#define REQUEST_WINDOW 60000 /* ms that requests are counted for */

struct shared_state {
	struct shared_file *file;
	/* Who tells other hosts; NULL: nobody does. */
	void (*changed)(void *);
	void *changed_arg;
	uint64_t apart; /* ms between the clocks of hosts */
};

struct shared_state *
shared_state_open(const char *dir, char err[CONFIG_ERROR_MAX])
{
	struct shared_state *st;
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/%s", dir, SHARED_STATE_FILE) >=
	    (int)sizeof(path)) {
		snprintf(err, CONFIG_ERROR_MAX, "%.200s: too long", dir);
		return NULL;
	}
	if (mkdir(dir, 0700) != 0 && errno != EEXIST) {
		snprintf(err, CONFIG_ERROR_MAX, "%.400s: cannot be made: %s",
		    dir, strerror(errno));
		return NULL;
	}
	st = calloc(1, sizeof(*st));
	if (st == NULL) {
		snprintf(err, CONFIG_ERROR_MAX, "%.400s: out of memory", dir);
		return NULL;
	}
	st->file = shared_file_open(path, err);
	if (st->file == NULL) {
		free(st);
		return NULL;
	}
	return st;
}

void
shared_state_close(struct shared_state *st)
{
	if (st == NULL)
		return;
	shared_file_close(st->file);
	free(st);
}

struct shared_file *
shared_state_file(struct shared_state *st)
{
	return st->file;
}

/* ---- What other hosts must know ------------------------------------------ */

void
shared_facts_watch(struct shared_state *st, void (*changed)(void *), void *arg,
    uint64_t apart)
{
	st->changed = changed;
	st->changed_arg = arg;
	st->apart = apart;
}

uint64_t
shared_facts_apart(const struct shared_state *st)
{
	return st->apart;
}

void
shared_facts_count(struct shared_file *f)
{
	struct shared_cell c;
	size_t index;

	shared_file_cell(f, SHARED_CHANGES, 0, &c, &index);
	c.key[0] = 1;
	c.v[0]++;
	shared_file_stage(f, index, &c);
}

void
shared_facts_added(struct shared_state *st)
{
	if (st->changed != NULL)
		st->changed(st->changed_arg);
}

static uint64_t
since(uint64_t then, uint64_t now)
{
	return now > then ? now - then : 0;
}

/* ---- Known addresses: v = time of the last login ------------------------ */

static uint64_t
oldest_goes(const struct shared_cell *c, uint64_t now)
{
	(void)now;
	return c->v[0];
}

void
shared_state_known_add(struct shared_state *st, const void *key, size_t len,
    uint64_t wall)
{
	struct shared_place p;
	uint64_t k[2];

	if (shared_file_begin(st->file) != 0)
		return;
	shared_file_key(st->file, SHARED_KNOWN, key, len, k);
	shared_cells_find(st->file, SHARED_KNOWN, k, oldest_goes, wall, &p);
	shared_cells_claim(&p, k);
	p.cell.v[0] = wall;
	shared_file_stage(st->file, p.index, &p.cell);
	shared_file_end(st->file);
}

bool
shared_state_known(struct shared_state *st, const void *key, size_t len)
{
	struct shared_place p;
	uint64_t k[2];

	if (shared_file_begin(st->file) != 0)
		return false;
	shared_file_key(st->file, SHARED_KNOWN, key, len, k);
	shared_cells_find(st->file, SHARED_KNOWN, k, oldest_goes, 0, &p);
	shared_file_end(st->file);
	return p.found;
}

/* ---- Requests: v = begin of the minute, count --------------------------- */

uint64_t
shared_state_request(struct shared_state *st, const char *user, unsigned limit,
    uint64_t mono, uint64_t wall)
{
	uint64_t k[2], id[2], wait = 0;
	struct shared_place p;
	bool all = st->changed != NULL && wall != 0;

	if ((all && shared_user_id(user, id) != 0) ||
	    shared_file_begin(st->file) != 0)
		return REQUEST_WINDOW;
	shared_file_key(st->file, SHARED_REQUESTS, user, strlen(user), k);
	shared_cells_find(st->file, SHARED_REQUESTS, k, oldest_goes, mono, &p);
	if (!p.found || since(p.cell.v[0], mono) >= REQUEST_WINDOW) {
		shared_cells_claim(&p, k);
		p.cell.v[0] = mono;
	}
	if (p.cell.v[1] >= limit)
		wait = REQUEST_WINDOW - since(p.cell.v[0], mono);
	else if (all)
		wait = shared_sum_request(st->file, id, limit, wall);
	if (wait == 0) {
		p.cell.v[1]++;
		shared_file_stage(st->file, p.index, &p.cell);
	}
	shared_file_end(st->file);
	if (all && wait == 0)
		shared_facts_added(st);
	return wait;
}

/* ---- Tokens ---------------------------------------------------------------- */

uint64_t
shared_state_tokens(struct shared_state *st, const char *user, uint64_t day)
{
	return shared_sum_of(st, user, SHARED_SUM_TOKENS, day);
}

void
shared_state_tokens_add(struct shared_state *st, const char *user, uint64_t day,
    uint64_t tokens)
{
	shared_sum_add(st, user, SHARED_SUM_TOKENS, day, tokens);
}

/* ---- Codes of second factors: v = the step that was used last ------------ */

/* One of the future was used before the clock was set back. It keeps nobody
 * out until that time comes again. */
static bool
is_ahead(const struct shared_cell *c, uint64_t now)
{
	return c->v[0] > now + SHARED_CODE_WINDOW;
}

static uint64_t
code_worth(const struct shared_cell *c, uint64_t now)
{
	return is_ahead(c, now) ? 0 : c->v[0] >> 1;
}

/* May the code take this place? None is made by forgetting what may come
 * again. */
static bool
may_use(const struct shared_place *p, uint64_t step, uint64_t now)
{
	uint64_t last = p->cell.v[0];

	if (p->found)
		return step > last || (is_ahead(&p->cell, now) && step != last);
	return p->cell.key[0] == 0 || is_ahead(&p->cell, now) ||
	    last + SHARED_CODE_WINDOW < now;
}

bool
shared_state_use_code(struct shared_state *st, const void *key, size_t len,
    uint64_t step, uint64_t now)
{
	struct shared_place p;
	uint64_t k[2];
	bool fresh;

	if (shared_file_begin(st->file) != 0)
		return false;
	shared_file_key(st->file, SHARED_CODES, key, len, k);
	shared_cells_find(st->file, SHARED_CODES, k, code_worth, now, &p);
	fresh = may_use(&p, step, now);
	if (fresh) {
		shared_cells_claim(&p, k);
		p.cell.v[0] = step;
		shared_file_stage(st->file, p.index, &p.cell);
	}
	shared_file_end(st->file);
	return fresh;
}
