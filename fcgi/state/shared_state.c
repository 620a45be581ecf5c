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
#include "shared_file.h"

#define REQUEST_WINDOW 60000 /* ms that requests are counted for */

struct shared_state {
	struct shared_file *file;
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

/* ---- Ended sessions: v = when it can be forgotten, the user's key ------- */
/* ---- Users' ends:    v = the time, when it can be forgotten ------------- */

/* Ends a user's sessions. The lock is held. */
static void
end_user(struct shared_file *f, const uint64_t user[2], uint64_t wall,
    uint64_t expires)
{
	uint64_t all = shared_file_void(f);
	struct shared_place p;

	/* No session was issued before that time, some were at it. */
	if (wall < all)
		wall = all;
	shared_cells_find(f, SHARED_BEFORE, user, oldest_goes, wall, &p);
	if (p.found) {
		/* Later than before, and than whatever was issued since. */
		p.cell.v[0] = p.cell.v[0] < wall ? wall : p.cell.v[0] + 1;
		if (p.cell.v[1] < expires)
			p.cell.v[1] = expires;
	} else {
		/* A full bucket: the oldest end becomes one for everybody. */
		if (p.cell.key[0] != 0 && p.cell.v[1] > wall)
			shared_file_void_raise(f, p.cell.v[0] + 1);
		shared_cells_claim(&p, user);
		p.cell.v[0] = wall;
		p.cell.v[1] = expires;
	}
	shared_file_stage(f, p.index, &p.cell);
}

/* Of the cells, the first of the user who has most of them. */
static size_t
fullest_user(const struct shared_cell *cells, size_t n)
{
	size_t best = 0, best_count = 0;

	for (size_t i = 0; i < n; i++) {
		size_t count = 0;

		for (size_t j = 0; j < n; j++)
			if (cells[j].v[1] == cells[i].v[1] &&
			    cells[j].v[2] == cells[i].v[2])
				count++;
		if (count > best_count) {
			best_count = count;
			best = i;
		}
	}
	return best;
}

int
shared_state_revoke(struct shared_state *st,
    const unsigned char id[SHARED_SESSION_LEN], const char *user, uint64_t wall,
    uint64_t expires)
{
	struct shared_cell cells[SHARED_WAYS_MAX], c;
	uint64_t k[2], u[2];
	size_t first, n, i;

	if (shared_file_begin(st->file) != 0)
		return -1;
	shared_file_key(st->file, SHARED_REVOKED, id, SHARED_SESSION_LEN, k);
	shared_file_key(st->file, SHARED_BEFORE, user, strlen(user), u);
	n = shared_file_bucket(st->file, SHARED_REVOKED, k, cells, &first);
	for (i = 0; i < n; i++)
		if (cells[i].key[0] == k[0] && cells[i].key[1] == k[1])
			goto out;
	for (i = 0; i < n; i++)
		if (cells[i].key[0] == 0 || cells[i].v[0] < wall)
			break;
	if (i == n) {
		uint64_t fullest[2];

		i = fullest_user(cells, n);
		fullest[0] = cells[i].v[1];
		fullest[1] = cells[i].v[2];
		end_user(st->file, fullest, wall,
		    expires > cells[i].v[0] ? expires : cells[i].v[0]);
	}
	memset(&c, 0, sizeof(c));
	c.key[0] = k[0];
	c.key[1] = k[1];
	c.v[0] = expires;
	c.v[1] = u[0];
	c.v[2] = u[1];
	shared_file_stage(st->file, first + i, &c);
out:
	shared_file_end(st->file);
	return 0;
}

int
shared_state_revoke_user(struct shared_state *st, const char *user,
    uint64_t wall, uint64_t expires)
{
	uint64_t u[2];

	if (shared_file_begin(st->file) != 0)
		return -1;
	shared_file_key(st->file, SHARED_BEFORE, user, strlen(user), u);
	end_user(st->file, u, wall, expires);
	shared_file_end(st->file);
	return 0;
}

bool
shared_state_revoked(struct shared_state *st,
    const unsigned char id[SHARED_SESSION_LEN], const char *user,
    uint64_t issued, uint64_t wall)
{
	struct shared_place session, end;
	uint64_t k[2], u[2], all;

	/* Who cannot be asked about is not let in. */
	if (shared_file_begin(st->file) != 0)
		return true;
	shared_file_key(st->file, SHARED_REVOKED, id, SHARED_SESSION_LEN, k);
	shared_file_key(st->file, SHARED_BEFORE, user, strlen(user), u);
	shared_cells_find(st->file, SHARED_REVOKED, k, oldest_goes, wall,
	    &session);
	shared_cells_find(st->file, SHARED_BEFORE, u, oldest_goes, wall, &end);
	all = shared_file_void(st->file);
	shared_file_end(st->file);
	return session.found || issued < all ||
	    (end.found && issued <= end.cell.v[0]);
}

uint64_t
shared_state_issue(struct shared_state *st, const char *user, uint64_t wall)
{
	uint64_t u[2], all, time = wall;
	struct shared_place end;

	if (shared_file_begin(st->file) != 0)
		return wall;
	shared_file_key(st->file, SHARED_BEFORE, user, strlen(user), u);
	shared_cells_find(st->file, SHARED_BEFORE, u, oldest_goes, wall, &end);
	all = shared_file_void(st->file);
	shared_file_end(st->file);
	if (end.found && time <= end.cell.v[0])
		time = end.cell.v[0] + 1;
	return time > all ? time : all;
}

/* ---- Requests: v = begin of the minute, count --------------------------- */

uint64_t
shared_state_request(struct shared_state *st, const char *user, unsigned limit,
    uint64_t mono)
{
	uint64_t k[2], wait = 0;
	struct shared_place p;

	if (shared_file_begin(st->file) != 0)
		return REQUEST_WINDOW;
	shared_file_key(st->file, SHARED_REQUESTS, user, strlen(user), k);
	shared_cells_find(st->file, SHARED_REQUESTS, k, oldest_goes, mono, &p);
	if (!p.found || since(p.cell.v[0], mono) >= REQUEST_WINDOW) {
		shared_cells_claim(&p, k);
		p.cell.v[0] = mono;
	}
	if (p.cell.v[1] < limit) {
		p.cell.v[1]++;
		shared_file_stage(st->file, p.index, &p.cell);
	} else
		wait = REQUEST_WINDOW - since(p.cell.v[0], mono);
	shared_file_end(st->file);
	return wait;
}

/* ---- Tokens: v = number of the day, count ------------------------------- */

static uint64_t
tokens_worth(const struct shared_cell *c, uint64_t day)
{
	return c->v[0] == day ? c->v[1] >> 1 : 0;
}

uint64_t
shared_state_tokens(struct shared_state *st, const char *user, uint64_t day)
{
	struct shared_place p;
	uint64_t k[2];

	if (shared_file_begin(st->file) != 0)
		return UINT64_MAX;
	shared_file_key(st->file, SHARED_TOKENS, user, strlen(user), k);
	shared_cells_find(st->file, SHARED_TOKENS, k, tokens_worth, day, &p);
	shared_file_end(st->file);
	return p.found && p.cell.v[0] == day ? p.cell.v[1] : 0;
}

void
shared_state_tokens_add(struct shared_state *st, const char *user, uint64_t day,
    uint64_t tokens)
{
	struct shared_place p;
	uint64_t k[2];

	if (tokens == 0 || shared_file_begin(st->file) != 0)
		return;
	shared_file_key(st->file, SHARED_TOKENS, user, strlen(user), k);
	shared_cells_find(st->file, SHARED_TOKENS, k, tokens_worth, day, &p);
	if (!p.found || p.cell.v[0] != day) {
		shared_cells_claim(&p, k);
		p.cell.v[0] = day;
	}
	p.cell.v[1] = p.cell.v[1] > UINT64_MAX - tokens ? UINT64_MAX
							: p.cell.v[1] + tokens;
	shared_file_stage(st->file, p.index, &p.cell);
	shared_file_end(st->file);
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
