/* SPDX-License-Identifier: MIT */
/*
 * An event loop: libuv's, with a count of the work that its thread pool still
 * does for it (loop_work.h). Everything on it belongs to its one thread.
 */
#ifndef CONFAB_SYSTEM_LOOP_H
#define CONFAB_SYSTEM_LOOP_H

#include <stdint.h>

#include <uv.h>

struct loop {
	uv_loop_t uv;
	unsigned works; /* on the thread pool, not yet done */
};

/* Milliseconds of the loop's cached clock. */
static inline uint64_t
loop_now(const struct loop *l)
{
	return uv_now(&l->uv);
}

#endif
