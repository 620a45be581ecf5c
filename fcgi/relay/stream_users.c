/* SPDX-License-Identifier: MIT */
/*
 * What each user has open in this process.
 */
#include "config.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "stream_users.h"

#define BUCKETS 256

/* An entry lives while a stream holds it: the table needs no limit of its
 * own beside that of streams. */
struct stream_users {
	pthread_mutex_t lock;
	struct stream_user *bucket[BUCKETS];
};

struct stream_users *
stream_users_new(void)
{
	struct stream_users *t;

	t = calloc(1, sizeof(*t));
	if (t != NULL)
		pthread_mutex_init(&t->lock, NULL);
	return t;
}

void
stream_users_free(struct stream_users *t)
{
	struct stream_user *u, *next;
	size_t i;

	if (t == NULL)
		return;
	for (i = 0; i < BUCKETS; i++)
		for (u = t->bucket[i]; u != NULL; u = next) {
			next = u->next;
			free(u);
		}
	pthread_mutex_destroy(&t->lock);
	free(t);
}

static size_t
bucket_of(const char *name)
{
	uint32_t h = 2166136261u;

	for (; *name != '\0'; name++)
		h = (h ^ (unsigned char)*name) * 16777619u;
	return h % BUCKETS;
}

struct stream_user *
stream_users_get(struct stream_users *t, const char *name)
{
	struct stream_user *u, **head;
	size_t len = strlen(name) + 1;

	head = &t->bucket[bucket_of(name)];
	pthread_mutex_lock(&t->lock);
	for (u = *head; u != NULL; u = u->next)
		if (strcmp(u->name, name) == 0)
			break;
	if (u == NULL && (u = calloc(1, sizeof(*u) + len)) != NULL) {
		memcpy(u->name, name, len);
		u->next = *head;
		*head = u;
	}
	if (u != NULL)
		u->refs++;
	pthread_mutex_unlock(&t->lock);
	return u;
}

void
stream_users_put(struct stream_users *t, struct stream_user *u)
{
	struct stream_user **p;

	pthread_mutex_lock(&t->lock);
	if (--u->refs == 0) {
		for (p = &t->bucket[bucket_of(u->name)]; *p != u;
		     p = &(*p)->next)
			continue;
		*p = u->next;
		free(u);
	}
	pthread_mutex_unlock(&t->lock);
}
