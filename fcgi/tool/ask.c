/* SPDX-License-Identifier: MIT */
/* Asking every server once, for a program that has no loop. */
#include "config.h"

#include <uv.h>

#include "confab/system/loop.h"
#include "confab/tool/servers.h"
#include "confab/upstream/upstream.h"

#include "servers.h"

#define LOOK 20 /* ms between two looks whether all have answered */

struct asking {
	struct loop loop;
	uv_timer_t timer;
	struct tool_servers *servers;
	uint64_t until; /* ms, of the loop */
};

static void
on_look(uv_timer_t *timer)
{
	struct asking *a = timer->data;

	if (tool_servers_ready(a->servers, true) ||
	    loop_now(&a->loop) >= a->until)
		uv_stop(&a->loop.uv);
}

static void
close_handle(uv_handle_t *handle, void *arg)
{
	(void)arg;
	if (!uv_is_closing(handle))
		uv_close(handle, NULL);
}

/* Runs the loop until all have answered, or the time is over. */
static int
run(struct asking *a, struct config *c, unsigned ms)
{
	struct upstream_pool *pool = upstream_pool_new(&a->loop);

	if (pool == NULL)
		return -1;
	tool_servers_start(a->servers, &a->loop, pool);
	tool_servers_want_offers(a->servers);
	tool_servers_follow(a->servers, c);
	tool_servers_refresh(a->servers);
	a->until = loop_now(&a->loop) + ms;
	uv_timer_init(&a->loop.uv, &a->timer);
	a->timer.data = a;
	uv_timer_start(&a->timer, on_look, 0, LOOK);
	uv_run(&a->loop.uv, UV_RUN_DEFAULT);
	tool_servers_stop(a->servers);
	while (a->loop.works > 0)
		uv_run(&a->loop.uv, UV_RUN_ONCE);
	upstream_pool_free(pool);
	uv_walk(&a->loop.uv, close_handle, NULL);
	uv_run(&a->loop.uv, UV_RUN_DEFAULT);
	return 0;
}

int
tool_servers_ask(struct config *c, unsigned ms, struct buf *out)
{
	struct asking a = { .servers = tool_servers_new() };
	int bad = -1;

	if (a.servers != NULL && uv_loop_init(&a.loop.uv) == 0) {
		if (run(&a, c, ms) == 0)
			bad = (int)tool_servers_tell(a.servers, c, out);
		(void)uv_loop_close(&a.loop.uv);
	}
	tool_servers_free(a.servers);
	return bad;
}
