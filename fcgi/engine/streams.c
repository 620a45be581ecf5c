/* SPDX-License-Identifier: MIT */
/* Which host has which stream: what the relay asks and says. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "confab/base/clock.h"
#include "confab/engine/streams.h"

#include "link.h"

bool
engine_has_streams(const struct engine *e)
{
	return e != NULL && e->host != NULL;
}

static bool
put(struct engine *e, enum question_op op, const struct engine_stream *s,
    engine_place_fn fn, void *arg)
{
	struct question q = { .op = op, .found = fn, .arg = arg };

	memcpy(q.id, s->id, sizeof(q.id));
	memcpy(q.digest, s->digest, sizeof(q.digest));
	return engine_put(e, &q);
}

bool
engine_find_stream(struct engine *e, const struct engine_stream *s, bool claim,
    engine_place_fn fn, void *arg)
{
	return engine_has_streams(e) && !atomic_load(&e->late) &&
	    put(e, claim ? QUESTION_CLAIM : QUESTION_FIND, s, fn, arg);
}

bool
engine_hold_stream(struct engine *e, const struct engine_stream *s)
{
	return engine_has_streams(e) && put(e, QUESTION_HOLD, s, NULL, NULL);
}

void
engine_drop_stream(struct engine *e, const struct engine_stream *s, bool used)
{
	if (engine_has_streams(e))
		(void)put(e, used ? QUESTION_OVER : QUESTION_DROP, s, NULL,
		    NULL);
}

void
engine_on_linked(struct engine *e, void (*fn)(void *arg), void *arg)
{
	if (e == NULL)
		return;
	pthread_mutex_lock(&e->lock);
	e->linked = fn;
	e->linked_arg = arg;
	pthread_mutex_unlock(&e->lock);
}
