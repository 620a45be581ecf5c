/* SPDX-License-Identifier: MIT */
/*
 * What one loop thread of the relay owns. Everything here but the job queue and
 * the counters belongs to the loop's thread.
 */
#ifndef CONFAB_RELAY_RELAY_LOOP_H
#define CONFAB_RELAY_RELAY_LOOP_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <uv.h>

#include "confab/relay/relay.h"
#include "confab/system/generation.h"
#include "confab/system/loop.h"
#include "confab/system/loop_work.h"

#include "source.h"

#define RELAY_LOOP_BUCKETS 4096 /* of the table of named streams */
/* Ended keys remembered, to refuse a second upstream call for the same key. */
#define RELAY_LOOP_FORGET_MAX 8192

struct find;
struct kin_ask;
struct relay_job;
struct relay_job_node;
struct stream;
struct upstream_pool;
struct model_lists;
struct stream_users;

struct relay {
	struct relay_loop *loops;
	unsigned n_loops;
	atomic_bool refuses;   /* new streams */
	atomic_uint next_loop; /* for streams without a key */
	atomic_uint streams;   /* open, in all loops */
	atomic_uint listed;    /* and those that have ended and are kept */
	struct generation
	    kin; /* kin.c; a copy, whose descriptors are not ours */
	atomic_bool elder_gone[GENERATION_ELDERS_MAX]; /* or hangs */
	atomic_size_t ring_bytes;
	atomic_size_t claimed; /* bytes, by requests that wait */
	atomic_size_t freed;   /* given back since the heap was trimmed */
	struct relay_hooks hooks;
	char name[RELAY_NAME_MAX + 1];
	struct stream_users *users;
	struct model_lists *lists;  /* kept by the first loop */
	struct tool_servers *tools; /* the same */
};

struct relay_loop {
	struct loop base; /* first */
	struct relay *relay;
	unsigned index;
	uv_async_t wake;
	uv_check_t turn; /* after each turn */
	uv_timer_t drain_timer;
	pthread_t thread;

	pthread_mutex_t lock; /* guards the next nine */
	struct relay_job_node *jobs, **jobs_tail;
	size_t n_jobs;
	bool refresh; /* fetch the model lists now */
	bool refresh_tools;
	bool stop;
	unsigned drain_ms;
	struct find *found; /* elsewhere.c: answers */
	bool forgot;	    /* the engine may not know what is here */

	atomic_bool turned; /* since relay_alive() last looked */
	bool draining;
	struct stream *table[RELAY_LOOP_BUCKETS]; /* streams with a key */
	struct stream *streams; /* all of this loop, doubly linked */
	uint64_t forgotten[RELAY_LOOP_FORGET_MAX]; /* hashes of ended keys */
	size_t forget_at;
	struct upstream_pool *upstreams;
	struct tool_desk *desk;
	source_start_fn start_source;

	uv_poll_t heirs; /* of the first loop: kin.c */
	struct kin_ask *asks;
	unsigned n_asks;

	struct find *finds; /* elsewhere.c: jobs that wait */
	uv_timer_t tell_timer;

	uv_timer_t trim_timer; /* claim.c */
	struct loop_work trim;
	bool trimming;
};

/* Does a job, on its loop; what it owns is given over. */
void relay_loop_do(struct relay_loop *l, struct relay_job *job);

/* Puts a job into a loop's queue, or answers it. Any thread. */
void relay_loop_queue(struct relay_loop *l, struct relay_job *job);

#endif
