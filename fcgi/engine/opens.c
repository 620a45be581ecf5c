/* SPDX-License-Identifier: MIT */
/* How many streams each user has open: here, and as far as is known elsewhere. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "confab/engine/streams.h"

#include "link.h"

/* A user with streams here, or with some that the engine still counts. */
struct open_user {
	struct open_user *next, *next_untold;
	unsigned char id[SHARED_ID_LEN];
	unsigned here, elsewhere;
	bool untold; /* on that list */
};

/* The place of a user's entry, or of the one that it would get. */
static struct open_user **
find(struct engine *e, const unsigned char id[SHARED_ID_LEN])
{
	struct open_user **p = &e->opens[id[0] % ENGINE_OPENS];

	while (*p != NULL && memcmp((*p)->id, id, SHARED_ID_LEN) != 0)
		p = &(*p)->next;
	return p;
}

static void
untell(struct engine *e, struct open_user *u)
{
	if (u->untold)
		return;
	u->untold = true;
	u->next_untold = e->untold;
	e->untold = u;
}

void
engine_stream_opened(struct engine *e, const unsigned char id[SHARED_ID_LEN])
{
	struct open_user **p, *u;

	if (e == NULL)
		return;
	pthread_mutex_lock(&e->lock);
	p = find(e, id);
	if (*p == NULL && (*p = calloc(1, sizeof(**p))) != NULL)
		memcpy((*p)->id, id, SHARED_ID_LEN);
	u = *p;
	if (u != NULL) {
		u->here++;
		untell(e, u);
	}
	pthread_mutex_unlock(&e->lock);
	engine_wake(e);
}

void
engine_stream_closed(struct engine *e, const unsigned char id[SHARED_ID_LEN])
{
	struct open_user *u;

	if (e == NULL)
		return;
	pthread_mutex_lock(&e->lock);
	u = *find(e, id);
	/* One that had no memory for an entry was never counted. */
	if (u != NULL && u->here > 0) {
		u->here--;
		untell(e, u);
	}
	pthread_mutex_unlock(&e->lock);
	engine_wake(e);
}

unsigned
engine_streams_elsewhere(struct engine *e,
    const unsigned char id[SHARED_ID_LEN])
{
	struct open_user *u;
	unsigned n = 0;

	if (e == NULL || !atomic_load(&e->up))
		return 0;
	pthread_mutex_lock(&e->lock);
	u = *find(e, id);
	if (u != NULL && u->elsewhere > 0) {
		n = u->elsewhere;
		untell(e, u);
	}
	pthread_mutex_unlock(&e->lock);
	if (n > 0)
		engine_wake(e);
	return n;
}

bool
engine_take_open(struct engine *e, unsigned char id[SHARED_ID_LEN],
    unsigned *here)
{
	struct open_user **p, *u;

	pthread_mutex_lock(&e->lock);
	u = e->untold;
	if (u != NULL) {
		e->untold = u->next_untold;
		u->untold = false;
		memcpy(id, u->id, SHARED_ID_LEN);
		*here = u->here;
	}
	if (u != NULL && u->here == 0) {
		p = find(e, id);
		*p = u->next;
		free(u);
	}
	pthread_mutex_unlock(&e->lock);
	return u != NULL;
}

void
engine_untell_opens(struct engine *e)
{
	pthread_mutex_lock(&e->lock);
	for (size_t i = 0; i < ENGINE_OPENS; i++)
		for (struct open_user *u = e->opens[i]; u != NULL;
		     u = u->next) {
			u->elsewhere = 0;
			untell(e, u);
		}
	pthread_mutex_unlock(&e->lock);
}

void
engine_open_total(struct engine *e, const unsigned char id[SHARED_ID_LEN],
    uint64_t total)
{
	struct open_user *u;

	pthread_mutex_lock(&e->lock);
	u = *find(e, id);
	if (u != NULL) {
		total = total > u->here ? total - u->here : 0;
		u->elsewhere =
		    total < ENGINE_OPEN_MAX ? (unsigned)total : ENGINE_OPEN_MAX;
	}
	pthread_mutex_unlock(&e->lock);
}

void
engine_free_opens(struct engine *e)
{
	struct open_user *next;

	for (size_t i = 0; i < ENGINE_OPENS; i++)
		for (struct open_user *u = e->opens[i]; u != NULL; u = next) {
			next = u->next;
			free(u);
		}
}
