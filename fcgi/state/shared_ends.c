/* SPDX-License-Identifier: MIT */
/* Sessions that ended before their time. */
#include "config.h"

#include <string.h>

#include "shared_ends.h"

int
shared_user_id(const char *user, uint64_t id[2])
{
	return shared_id("user", user, strlen(user), id);
}

static uint64_t
oldest_goes(const struct shared_cell *c, uint64_t now)
{
	(void)now;
	return c->v[USER_TIME];
}

static void
find_user(struct shared_file *f, const uint64_t user[2], struct shared_place *p,
    uint64_t key[2])
{
	shared_file_key(f, SHARED_BEFORE, user, SHARED_ID_LEN, key);
	shared_cells_find(f, SHARED_BEFORE, key, oldest_goes, 0, p);
}

static bool
end_user(struct shared_file *f, const uint64_t user[2], uint64_t time,
    uint64_t wall, uint64_t expires, bool again)
{
	struct shared_place p;
	uint64_t key[2], before;

	find_user(f, user, &p, key);
	if (p.found) {
		before = p.cell.v[USER_TIME];
		if (before < time)
			p.cell.v[USER_TIME] = time;
		else if (again)
			p.cell.v[USER_TIME] = before + 1;
		else
			return false;
		if (p.cell.v[USER_EXPIRES] < expires)
			p.cell.v[USER_EXPIRES] = expires;
	} else {
		/* A full bucket: the oldest end becomes one for everybody. */
		if (p.cell.key[0] != 0 && p.cell.v[USER_EXPIRES] > wall) {
			before = p.cell.v[USER_TIME] + 1;
			shared_file_void_raise(f, SHARED_VOID_TIME, before);
			shared_file_void_raise(f, SHARED_VOID_ENDS, before);
		}
		shared_cells_claim(&p, key);
		p.cell.v[USER_TIME] = time;
		p.cell.v[USER_EXPIRES] = expires;
		memcpy(p.cell.v + USER_ID, user, SHARED_ID_LEN);
	}
	shared_file_stage(f, p.index, &p.cell);
	shared_facts_count(f);
	return true;
}

bool
shared_end_user(struct shared_file *f, const uint64_t user[2], uint64_t time,
    uint64_t wall, uint64_t expires)
{
	return end_user(f, user, time, wall, expires, false);
}

/* Ends a user's sessions of until now: later than the end before, and than
 * whatever was issued since. */
static void
end_user_now(struct shared_file *f, const uint64_t user[2], uint64_t time,
    uint64_t wall, uint64_t expires)
{
	uint64_t all = shared_file_void(f);

	/* No session was issued before that time, some were at it. */
	(void)end_user(f, user, time < all ? all : time, wall, expires, true);
}

/* Of the cells, the first of the user who has most of them. */
static size_t
fullest_user(const struct shared_cell *cells, size_t n)
{
	size_t best = 0, best_count = 0;

	for (size_t i = 0; i < n; i++) {
		size_t count = 0;

		for (size_t j = 0; j < n; j++)
			if (memcmp(cells[j].v + SESSION_USER,
				cells[i].v + SESSION_USER, SHARED_ID_LEN) == 0)
				count++;
		if (count > best_count) {
			best_count = count;
			best = i;
		}
	}
	return best;
}

/* The place for one more ended session: that of one whose end nobody needs to
 * know any more, else one of the user with the most of them, who all end. */
static size_t
place_for(struct shared_file *f, const struct shared_cell *cells, size_t n,
    uint64_t wall, uint64_t expires)
{
	uint64_t user[2];
	size_t i;

	for (i = 0; i < n; i++)
		if (cells[i].key[0] == 0 || cells[i].v[SESSION_EXPIRES] < wall)
			return i;
	i = fullest_user(cells, n);
	memcpy(user, cells[i].v + SESSION_USER, sizeof(user));
	if (expires < cells[i].v[SESSION_EXPIRES])
		expires = cells[i].v[SESSION_EXPIRES];
	end_user_now(f, user, wall, wall, expires);
	return i;
}

bool
shared_end_session(struct shared_file *f, const uint64_t id[2],
    const uint64_t user[2], uint64_t wall, uint64_t expires)
{
	struct shared_cell cells[SHARED_WAYS_MAX], c;
	size_t first, n, i;
	uint64_t k[2];

	shared_file_key(f, SHARED_REVOKED, id, SHARED_SESSION_LEN, k);
	n = shared_file_bucket(f, SHARED_REVOKED, k, cells, &first);
	for (i = 0; i < n; i++)
		if (cells[i].key[0] == k[0] && cells[i].key[1] == k[1])
			return false;
	i = place_for(f, cells, n, wall, expires);
	memset(&c, 0, sizeof(c));
	memcpy(c.key, k, sizeof(k));
	c.v[SESSION_EXPIRES] = expires;
	memcpy(c.v + SESSION_USER, user, SHARED_ID_LEN);
	memcpy(c.v + SESSION_ID, id, SHARED_ID_LEN);
	shared_file_stage(f, first + i, &c);
	shared_facts_count(f);
	return true;
}

int
shared_state_revoke(struct shared_state *st,
    const unsigned char id[SHARED_SESSION_LEN], const char *user, uint64_t wall,
    uint64_t expires)
{
	struct shared_file *f = shared_state_file(st);
	uint64_t s[2], u[2];

	memcpy(s, id, sizeof(s));
	if (shared_user_id(user, u) != 0 || shared_file_begin(f) != 0)
		return -1;
	(void)shared_end_session(f, s, u, wall, expires);
	shared_file_end(f);
	shared_facts_added(st);
	return 0;
}

int
shared_state_revoke_user(struct shared_state *st, const char *user,
    uint64_t wall, uint64_t expires)
{
	struct shared_file *f = shared_state_file(st);
	uint64_t u[2];

	if (shared_user_id(user, u) != 0 || shared_file_begin(f) != 0)
		return -1;
	/* Also those that a host whose clock is ahead has issued. */
	end_user_now(f, u, wall + shared_facts_apart(st), wall, expires);
	shared_file_end(f);
	shared_facts_added(st);
	return 0;
}

bool
shared_state_revoked(struct shared_state *st,
    const unsigned char id[SHARED_SESSION_LEN], const char *user,
    uint64_t issued, uint64_t wall)
{
	struct shared_file *f = shared_state_file(st);
	struct shared_place session, end;
	uint64_t k[2], u[2], all;

	/* Who cannot be asked about is not let in. */
	if (shared_user_id(user, u) != 0 || shared_file_begin(f) != 0)
		return true;
	shared_file_key(f, SHARED_REVOKED, id, SHARED_SESSION_LEN, k);
	shared_cells_find(f, SHARED_REVOKED, k, oldest_goes, wall, &session);
	find_user(f, u, &end, k);
	all = shared_file_void(f);
	shared_file_end(f);
	return session.found || issued < all ||
	    (end.found && issued <= end.cell.v[USER_TIME]);
}

uint64_t
shared_state_issue(struct shared_state *st, const char *user, uint64_t wall)
{
	struct shared_file *f = shared_state_file(st);
	uint64_t u[2], k[2], all, time = wall;
	struct shared_place end;

	if (shared_user_id(user, u) != 0 || shared_file_begin(f) != 0)
		return wall;
	find_user(f, u, &end, k);
	all = shared_file_void(f);
	if (end.found && time <= end.cell.v[USER_TIME])
		time = end.cell.v[USER_TIME] + 1;
	if (time < all)
		time = all;
	shared_file_void_raise(f, SHARED_VOID_ISSUED, time);
	shared_file_end(f);
	return time;
}
