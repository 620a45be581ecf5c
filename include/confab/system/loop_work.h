/* SPDX-License-Identifier: MIT */
/*
 * Work that takes too long for a loop, or may block: it is done on libuv's
 * thread pool, and the loop is told when it is done. A loop does not end
 * before its work has.
 */
#ifndef CONFAB_SYSTEM_LOOP_WORK_H
#define CONFAB_SYSTEM_LOOP_WORK_H

#include <uv.h>

struct loop;

struct loop_work {
	uv_work_t request; /* first */
	struct loop *loop;
	void (*run)(struct loop_work *w);  /* on the pool */
	void (*done)(struct loop_work *w); /* on the loop; may free w */
};

/* Starts it; `w` lies in what its owner allocated and stays there until `done`
 * is called. Returns 0, or -1 when it was not started. */
int loop_work_start(struct loop *l, struct loop_work *w,
    void (*run)(struct loop_work *w), void (*done)(struct loop_work *w));

#endif
