/* SPDX-License-Identifier: MIT */
/*
 * Answers that are over before their body is: the rest is waited for a little,
 * for the sake of the connection; or is not sent at all, by servers that keep
 * the connection open and tell no end.
 */
#include "config.h"

#include "confab/system/loop.h"

#include "pool.h"
#include "private.h"

/* Ends the transfers whose time is over. An end may end others: the next to be
 * looked at is unlink_transfer()'s to mend. */
static void
end_due(struct shard *s, uint64_t now)
{
	struct transfer *t;

	for (s->walk = s->transfers; (t = s->walk) != NULL;) {
		s->walk = t->next;
		if (!(t->lingering || (t->expecting && !t->held)) ||
		    t->until > now || t->doomed)
			continue;
		if (t->lingering) {
			transfer_cancel(t);
		} else {
			transfer_expect_more(t);
			t->on_done(t, CURLE_OK);
		}
	}
}

static void
on_timer(uv_timer_t *timer)
{
	struct upstream_pool *p = timer->data;
	uint64_t now = loop_now(p->loop);
	unsigned i;

	for (i = 0; i < p->n_shards; i++)
		end_due(p->shards[i], now);
	if (p->ending == 0)
		uv_timer_stop(timer);
}

/* One more waits. */
static void
begin(struct upstream_pool *p)
{
	if (p->ending++ == 0)
		uv_timer_start(&p->ending_timer, on_timer, UPSTREAM_LINGER / 2,
		    UPSTREAM_LINGER / 2);
}

void
transfer_linger(struct transfer *t)
{
	struct upstream_pool *p = t->shard->pool;

	transfer_expect_more(t);
	t->lingering = true;
	t->until = loop_now(p->loop) + UPSTREAM_LINGER;
	transfer_keep(t);
	begin(p);
}

void
transfer_expect_end(struct transfer *t, unsigned ms)
{
	struct upstream_pool *p = t->shard->pool;
	uint64_t until = loop_now(p->loop) + ms;

	if (t->lingering)
		return;
	if (!t->expecting || until < t->until)
		t->until = until;
	if (t->expecting)
		return;
	t->expecting = true;
	begin(p);
}

void
transfer_expect_more(struct transfer *t)
{
	if (!t->expecting)
		return;
	t->expecting = false;
	t->shard->pool->ending--;
}

void
transfer_hold(struct transfer *t, bool paused)
{
	t->held = paused;
	if (t->expecting && !paused)
		t->until = loop_now(t->shard->pool->loop) + UPSTREAM_TAIL;
}
