/* SPDX-License-Identifier: MIT */
/*
 * Claims to memory, by user and in all.
 */
#include "config.h"

#include <assert.h>
#include <stdlib.h>

#include "confab/relay/relay.h"
#include "confab/system/trim.h"

#include "claim.h"
#include "policy.h"
#include "relay_loop.h"
#include "stream_users.h"

struct relay_claim {
	struct relay *relay;
	struct stream_user *user; /* counted reference */
	size_t bytes;
};

int
relay_claim(struct relay *r, const struct config_limits *l, const char *user,
    size_t bytes, struct relay_claim **out, struct api_error *err)
{
	struct relay_claim *c;
	size_t of_user, of_all;

	*out = NULL;
	c = malloc(sizeof(*c));
	if (c == NULL)
		return api_error_no_memory(err);
	c->relay = r;
	c->bytes = bytes;
	c->user = stream_users_get(r->users, user);
	if (c->user == NULL) {
		free(c);
		return api_error_no_memory(err);
	}
	of_user = atomic_fetch_add(&c->user->claimed, bytes) + bytes;
	of_all = atomic_fetch_add(&r->claimed, bytes) + bytes;
	if (policy_claim(of_user, of_all, l, err) == 0) {
		*out = c;
		return 0;
	}
	relay_claim_free(c);
	return -1;
}

void
relay_claim_free(struct relay_claim *c)
{
	if (c == NULL)
		return;
	assert(atomic_load(&c->user->claimed) >= c->bytes);
	assert(atomic_load(&c->relay->claimed) >= c->bytes);
	atomic_fetch_sub(&c->user->claimed, c->bytes);
	atomic_fetch_sub(&c->relay->claimed, c->bytes);
	atomic_fetch_add(&c->relay->freed, c->bytes);
	stream_users_put(c->relay->users, c->user);
	free(c);
}

/* ---- Back to the system ---------------------------------------------------- */

static struct relay_loop *
loop_of(struct loop_work *w)
{
	return (struct relay_loop *)w->loop;
}

static void
trim(struct loop_work *w)
{
	(void)w;
	trim_heap();
}

static void
trim_done(struct loop_work *w)
{
	loop_of(w)->trimming = false;
	/* What has come since. */
	claim_trim_look(loop_of(w));
}

static void
on_timer(uv_timer_t *timer)
{
	struct relay_loop *l = timer->data;

	atomic_store(&l->relay->freed, 0);
	l->trimming = loop_work_start(&l->base, &l->trim, trim, trim_done) == 0;
}

void
claim_trim_init(struct relay_loop *l)
{
	uv_timer_init(&l->base.uv, &l->trim_timer);
	l->trim_timer.data = l;
}

void
claim_trim_look(struct relay_loop *l)
{
	const struct relay *r = l->relay;

	if (!l->trimming && !l->draining &&
	    !uv_is_active((uv_handle_t *)&l->trim_timer) &&
	    policy_trim(atomic_load(&r->freed), atomic_load(&r->claimed)))
		uv_timer_start(&l->trim_timer, on_timer, CLAIM_TRIM_DELAY, 0);
}
