/* SPDX-License-Identifier: MIT */
/*
 * Which streams a loop has, and how a key finds its own.
 */
#include "config.h"

#include <string.h>

#include "elsewhere.h"
#include "stream_state.h"
#include "stream_table.h"
#include "stream_users.h"

uint64_t
stream_hash(const char *user, const char *key)
{
	/* FNV-1a; a NUL between the two keeps "ab"+"c" from "a"+"bc". */
	const uint64_t prime = UINT64_C(1099511628211);
	uint64_t h = UINT64_C(14695981039346656037);

	for (; *user != '\0'; user++)
		h = (h ^ (unsigned char)*user) * prime;
	h *= prime;
	for (; *key != '\0'; key++)
		h = (h ^ (unsigned char)*key) * prime;
	return h;
}

void
stream_list(struct stream *s)
{
	struct relay_loop *l = s->loop;
	struct stream **bucket;

	atomic_fetch_add(&l->relay->listed, 1);
	s->next = l->streams;
	if (s->next != NULL)
		s->next->prev = s;
	l->streams = s;
	if (s->key == NULL)
		return;
	s->hash = stream_hash(s->user->name, s->key);
	bucket = &l->table[s->hash % RELAY_LOOP_BUCKETS];
	s->next_named = *bucket;
	*bucket = s;
}

/* A key whose call was made must not make another one later. */
static void
remember(struct relay_loop *l, const struct stream *s)
{
	l->forgotten[l->forget_at] = s->hash;
	l->forget_at = (l->forget_at + 1) % RELAY_LOOP_FORGET_MAX;
}

void
stream_unlist(struct stream *s)
{
	struct relay_loop *l = s->loop;
	const struct policy_rest rest = stream_rest(s);
	struct stream **p;
	bool used;

	atomic_fetch_sub(&l->relay->listed, 1);
	if (s->prev != NULL)
		s->prev->next = s->next;
	else
		l->streams = s->next;
	if (s->next != NULL)
		s->next->prev = s->prev;
	if (s->key == NULL)
		return;
	for (p = &l->table[s->hash % RELAY_LOOP_BUCKETS]; *p != NULL;
	     p = &(*p)->next_named)
		if (*p == s) {
			*p = s->next_named;
			break;
		}
	used = policy_key_is_used(&rest, s->at.called != 0);
	if (used)
		remember(l, s);
	elsewhere_gone(s, used);
}

struct stream *
stream_find(struct relay_loop *l, const char *user, const char *key)
{
	uint64_t hash = stream_hash(user, key);
	struct stream *s;

	for (s = l->table[hash % RELAY_LOOP_BUCKETS]; s != NULL;
	     s = s->next_named)
		if (s->hash == hash && strcmp(s->key, key) == 0 &&
		    strcmp(s->user->name, user) == 0)
			return s;
	return NULL;
}

bool
stream_forgotten(struct relay_loop *l, const char *user, const char *key)
{
	uint64_t hash = stream_hash(user, key);
	size_t i;

	for (i = 0; i < RELAY_LOOP_FORGET_MAX; i++)
		if (l->forgotten[i] == hash)
			return true;
	return false;
}
