/* SPDX-License-Identifier: MIT */
/*
 * Inside the relay: what one loop thread owns. Included by the relay's own
 * files alone (relay.c, stream*.c, client.c, upstream.c, demo_source.c,
 * model_lists.c). Everything here but the job queue and the counters belongs
 * to the loop's thread.
 */
#ifndef CONFAB_LOOP_H
#define CONFAB_LOOP_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <uv.h>

#include "confab/relay.h"

#define LOOP_BUCKETS 4096 /* of the table of named streams */
/* Ended keys remembered, to refuse a second upstream call for the same key. */
#define LOOP_FORGET_MAX 8192

struct job_node;
struct stream;
struct upstream_pool;
struct model_lists;
struct stream_users;

struct relay {
	struct loop *loops;
	unsigned n_loops;
	atomic_uint next_loop; /* for streams without a key */
	atomic_uint streams;   /* open, in all loops */
	atomic_size_t ring_bytes;
	struct relay_hooks hooks;
	struct stream_users *users;
	struct model_lists *lists; /* kept by the first loop */
};

struct loop {
	struct relay *relay;
	unsigned index;
	uv_loop_t uv;
	uv_async_t wake;
	uv_check_t turn; /* after each turn */
	uv_timer_t drain_timer;
	pthread_t thread;

	pthread_mutex_t lock; /* guards the next six */
	struct job_node *jobs, **jobs_tail;
	size_t n_jobs;
	bool refresh; /* fetch the model lists now */
	bool stop;
	unsigned drain_ms;

	atomic_bool turned; /* since relay_alive() last looked */
	bool draining;
	struct stream *table[LOOP_BUCKETS]; /* streams with a key */
	struct stream *streams; /* all of this loop, doubly linked */
	uint64_t forgotten[LOOP_FORGET_MAX]; /* hashes of ended keys */
	size_t forget_at;
	unsigned works; /* on the thread pool, not yet done */
	struct upstream_pool *upstreams;
};

/* Milliseconds of the loop's cached clock. */
static inline uint64_t
loop_now(const struct loop *l)
{
	return uv_now(&l->uv);
}

#endif
