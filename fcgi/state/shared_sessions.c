/* SPDX-License-Identifier: MIT */
/* The lists of sessions and of networks, a bucket a user. */
#include "config.h"

#include <string.h>

#include "confab/state/shared_sessions.h"

#include "shared_cells.h"
#include "shared_file.h"

#define NETWORK_NEW 1 /* v[3]: there were others before it */

/* What the values of a session's cell are. */
struct session_cell {
	unsigned char id[SHARED_SESSION_LEN];
	uint64_t issued; /* ms, then 16 bits of the generation */
	unsigned char network[SHARED_NETWORK_LEN];
	uint8_t agent; /* its highest bit: a new network */
	uint32_t first, seen;
};

#define AGENT_NEW 0x80

_Static_assert(sizeof(struct session_cell) ==
	SHARED_CELL_VALUES * sizeof(uint64_t),
    "a session fits into a cell");

static void
pack(const struct shared_session *s, struct shared_cell *c)
{
	struct session_cell in;

	memset(&in, 0, sizeof(in));
	memcpy(in.id, s->id, sizeof(in.id));
	in.issued = s->issued << 16 | s->generation;
	memcpy(in.network, s->network, sizeof(in.network));
	in.agent = (uint8_t)((s->agent & ~AGENT_NEW) |
	    (s->new_network ? AGENT_NEW : 0));
	in.first = s->first;
	in.seen = s->seen;
	memcpy(c->v, &in, sizeof(in));
}

static void
unpack(const struct shared_cell *c, struct shared_session *s)
{
	struct session_cell in;

	memcpy(&in, c->v, sizeof(in));
	memset(s, 0, sizeof(*s));
	memcpy(s->id, in.id, sizeof(s->id));
	s->issued = in.issued >> 16;
	s->generation = (uint16_t)in.issued;
	memcpy(s->network, in.network, sizeof(s->network));
	s->new_network = (in.agent & AGENT_NEW) != 0;
	s->agent = in.agent & (AGENT_NEW - 1);
	s->first = in.first;
	s->seen = in.seen;
}

/* When a cell was used last. */
static uint64_t
session_used(const struct shared_cell *c)
{
	struct shared_session s;

	unpack(c, &s);
	return s.seen;
}

static uint64_t
network_used(const struct shared_cell *c)
{
	return c->v[2];
}

/* A user's bucket, while the lock is held. */
struct bucket {
	uint64_t key[2];
	struct shared_cell cells[SHARED_WAYS_MAX];
	size_t n, first;
};

static void
load(struct shared_file *f, enum shared_table t, const char *user,
    struct bucket *b)
{
	shared_file_key(f, t, user, strlen(user), b->key);
	b->n = shared_file_bucket(f, t, b->key, b->cells, &b->first);
}

static bool
is_of(const struct shared_cell *c, const uint64_t key[2])
{
	return c->key[0] == key[0] && c->key[1] == key[1];
}

/* How many cells the user of this one has. */
static size_t
share(const struct bucket *b, const struct shared_cell *c)
{
	size_t n = 0;

	for (size_t i = 0; i < b->n; i++)
		if (is_of(&b->cells[i], c->key))
			n++;
	return n;
}

/* Where another cell goes: to an empty place, else to that of the fullest
 * user's which was used longest ago. */
static size_t
room(const struct bucket *b, uint64_t (*used)(const struct shared_cell *))
{
	size_t best = 0, most = 0;

	for (size_t i = 0; i < b->n; i++) {
		size_t n;

		if (b->cells[i].key[0] == 0)
			return i;
		n = share(b, &b->cells[i]);
		if (n > most ||
		    (n == most && used(&b->cells[i]) < used(&b->cells[best]))) {
			most = n;
			best = i;
		}
	}
	return best;
}

/* The place of a session; b->n when it is not listed. */
static size_t
find_session(const struct bucket *b, const unsigned char *id)
{
	size_t i;

	for (i = 0; i < b->n; i++)
		if (is_of(&b->cells[i], b->key) &&
		    memcmp(b->cells[i].v, id, SHARED_SESSION_LEN) == 0)
			break;
	return i;
}

static void
stage(struct shared_file *f, const struct bucket *b, size_t i,
    const struct shared_session *s)
{
	struct shared_cell c;

	memset(&c, 0, sizeof(c));
	c.key[0] = b->key[0];
	c.key[1] = b->key[1];
	pack(s, &c);
	shared_file_stage(f, b->first + i, &c);
}

void
shared_sessions_put(struct shared_state *st, const char *user,
    const struct shared_session *s)
{
	struct shared_file *f = shared_state_file(st);
	struct bucket b;
	size_t i;

	if (shared_file_begin(f) != 0)
		return;
	load(f, SHARED_SESSIONS, user, &b);
	i = find_session(&b, s->id);
	stage(f, &b, i < b.n ? i : room(&b, session_used), s);
	shared_file_end(f);
}

void
shared_sessions_seen(struct shared_state *st, const char *user,
    const struct shared_session *s)
{
	struct shared_file *f = shared_state_file(st);
	struct shared_session now;
	struct bucket b;
	size_t i;

	if (shared_file_begin(f) != 0)
		return;
	load(f, SHARED_SESSIONS, user, &b);
	i = find_session(&b, s->id);
	if (i == b.n)
		stage(f, &b, room(&b, session_used), s);
	else {
		unpack(&b.cells[i], &now);
		/* A clock that was set back is followed, too. */
		if (s->seen - now.seen >= SHARED_SEEN_EVERY ||
		    memcmp(now.network, s->network, sizeof(now.network)) != 0) {
			now.seen = s->seen;
			memcpy(now.network, s->network, sizeof(now.network));
			stage(f, &b, i, &now);
		}
	}
	shared_file_end(f);
}

void
shared_sessions_drop(struct shared_state *st, const char *user,
    const unsigned char *id)
{
	static const struct shared_cell empty;
	struct shared_file *f = shared_state_file(st);
	struct bucket b;
	size_t left = 0;

	/* As many as fit into a change, until none is left. */
	do {
		if (shared_file_begin(f) != 0)
			return;
		load(f, SHARED_SESSIONS, user, &b);
		left = 0;
		for (size_t i = 0; i < b.n; i++)
			if (is_of(&b.cells[i], b.key) &&
			    (id == NULL ||
				memcmp(b.cells[i].v, id, SHARED_SESSION_LEN) ==
				    0) &&
			    left++ < SHARED_STAGED_MAX)
				shared_file_stage(f, b.first + i, &empty);
		shared_file_end(f);
	} while (left > SHARED_STAGED_MAX);
}

size_t
shared_sessions_list(struct shared_state *st, const char *user,
    struct shared_session out[SHARED_SESSIONS_MAX])
{
	struct shared_file *f = shared_state_file(st);
	struct bucket b;
	size_t n = 0;

	if (shared_file_begin(f) != 0)
		return 0;
	load(f, SHARED_SESSIONS, user, &b);
	for (size_t i = 0; i < b.n && n < SHARED_SESSIONS_MAX; i++)
		if (is_of(&b.cells[i], b.key))
			unpack(&b.cells[i], &out[n++]);
	shared_file_end(f);
	return n;
}

/* ---- Networks: v = network and agent, first, last, whether it was new ---- */

static void
unpack_network(const struct shared_cell *c, struct shared_network *n)
{
	unsigned char text[sizeof(c->v[0])];

	memcpy(text, &c->v[0], sizeof(text));
	memcpy(n->network, text, SHARED_NETWORK_LEN);
	n->agent = text[SHARED_NETWORK_LEN];
	n->first = c->v[1];
	n->last = c->v[2];
}

/* Puts one among the news, which are in order of their times. */
static void
insert(struct shared_network news[SHARED_NEWS_MAX], size_t *n,
    const struct shared_network *one)
{
	size_t i = *n;

	while (i > 0 && news[i - 1].first < one->first)
		i--;
	if (i == SHARED_NEWS_MAX)
		return;
	if (*n < SHARED_NEWS_MAX)
		(*n)++;
	memmove(&news[i + 1], &news[i], (*n - i - 1) * sizeof(news[0]));
	news[i] = *one;
}

/* From when on networks are news to a login from the one of cell `at`. */
static uint64_t
news_since(const struct bucket *b, size_t at)
{
	uint64_t since = 0;

	if (at < b->n)
		return b->cells[at].v[2];
	for (size_t i = 0; i < b->n; i++)
		if (is_of(&b->cells[i], b->key) &&
		    b->cells[i].v[1] != b->cells[i].v[2] &&
		    b->cells[i].v[2] > since)
			since = b->cells[i].v[2];
	return since;
}

bool
shared_networks_login(struct shared_state *st, const char *user,
    const unsigned char network[SHARED_NETWORK_LEN], uint8_t agent,
    uint64_t wall, struct shared_network news[SHARED_NEWS_MAX], size_t *n)
{
	struct shared_file *f = shared_state_file(st);
	struct shared_network one;
	struct shared_cell c;
	struct bucket b;
	size_t at, others = 0;
	uint64_t since;
	bool is_new;

	*n = 0;
	if (shared_file_begin(f) != 0)
		return false;
	load(f, SHARED_NETWORKS, user, &b);
	at = b.n;
	for (size_t i = 0; i < b.n; i++) {
		if (!is_of(&b.cells[i], b.key))
			continue;
		if (memcmp(&b.cells[i].v[0], network, SHARED_NETWORK_LEN) == 0)
			at = i;
		else
			others++;
	}
	since = news_since(&b, at);
	for (size_t i = 0; i < b.n; i++)
		if (i != at && is_of(&b.cells[i], b.key) &&
		    b.cells[i].v[3] == NETWORK_NEW && b.cells[i].v[1] > since) {
			unpack_network(&b.cells[i], &one);
			insert(news, n, &one);
		}
	is_new = at == b.n && others > 0;
	if (at < b.n)
		c = b.cells[at];
	else {
		memset(&c, 0, sizeof(c));
		c.key[0] = b.key[0];
		c.key[1] = b.key[1];
		memcpy(&c.v[0], network, SHARED_NETWORK_LEN);
		memcpy((unsigned char *)&c.v[0] + SHARED_NETWORK_LEN, &agent,
		    1);
		c.v[1] = wall;
		c.v[3] = is_new ? NETWORK_NEW : 0;
		at = room(&b, network_used);
	}
	c.v[2] = wall;
	shared_file_stage(f, b.first + at, &c);
	shared_file_end(f);
	return is_new;
}
