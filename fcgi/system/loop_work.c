/* SPDX-License-Identifier: MIT */
/*
 * Work on libuv's thread pool, counted.
 */
#include "config.h"

#include "confab/system/loop.h"
#include "confab/system/loop_work.h"

static void
on_pool(uv_work_t *request)
{
	struct loop_work *w = (struct loop_work *)request;

	w->run(w);
}

static void
on_loop(uv_work_t *request, int status)
{
	struct loop_work *w = (struct loop_work *)request;

	(void)status; /* nobody cancels it */
	w->loop->works--;
	w->done(w);
}

int
loop_work_start(struct loop *l, struct loop_work *w,
    void (*run)(struct loop_work *w), void (*done)(struct loop_work *w))
{
	w->loop = l;
	w->run = run;
	w->done = done;
	if (uv_queue_work(&l->uv, &w->request, on_pool, on_loop) != 0)
		return -1;
	l->works++;
	return 0;
}
