/* SPDX-License-Identifier: MIT */
/*
 * The relay: loop threads, the queue into each, and the way in and out.
 *
 * A stream with a key belongs to the loop that its key hashes to, so that
 * whoever resumes or stops it is sent there without asking the others. Calls of
 * a tool belong to the loop of their user and server, whose session they share.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "confab/base/crypto.h"
#include "confab/base/encode.h"
#include "confab/system/thread.h"
#include "confab/upstream/upstream.h"

#include "claim.h"
#include "client.h"
#include "elsewhere.h"
#include "job_refuse.h"
#include "kin.h"
#include "model_lists.h"
#include "relay_loop.h"
#include "stream.h"
#include "stream_state.h"
#include "stream_table.h"
#include "stream_users.h"

#define DRAIN_LAST 2000 /* ms for clients to take the last event */

struct relay_job_node {
	struct relay_job_node *next;
	struct relay_job job;
};

/* ---- The end of a loop ---------------------------------------------------- */

static void
discard_all(uv_timer_t *timer)
{
	struct relay_loop *l = timer->data;

	while (l->streams != NULL)
		stream_discard(l->streams);
	uv_stop(&l->base.uv);
}

static void
abort_all(uv_timer_t *timer)
{
	struct relay_loop *l = timer->data;
	struct stream *s, *next;
	struct api_error err;

	(void)api_error_set(&err, 503, "shutting_down",
	    "The server is about to restart.");
	err.retry_after = 1;
	for (s = l->streams; s != NULL; s = next) {
		next = s->next;
		stream_finish(s, METRICS_CAUSE_SHUTDOWN, &err);
	}
	uv_timer_start(timer, discard_all, DRAIN_LAST, 0);
}

static void
begin_drain(struct relay_loop *l, unsigned ms)
{
	struct stream *s, *next;

	l->draining = true;
	/* Those that wait for a client to come back: none can. */
	for (s = l->streams; s != NULL; s = next) {
		next = s->next;
		if (s->out.clients == NULL)
			stream_discard(s);
	}
	uv_timer_start(&l->drain_timer, abort_all, ms, 0);
}

/* Called after every turn of the loop. */
static void
on_turn(uv_check_t *check)
{
	struct relay_loop *l = check->data;

	atomic_store_explicit(&l->turned, true, memory_order_relaxed);
	if (l->draining && l->streams == NULL && l->base.works == 0 &&
	    l->asks == NULL && l->finds == NULL)
		uv_stop(&l->base.uv);
}

static void
on_wake(uv_async_t *wake)
{
	struct relay_loop *l = wake->data;
	struct relay_job_node *jobs, *next;
	bool stop, refresh, refresh_tools;
	unsigned ms;

	pthread_mutex_lock(&l->lock);
	jobs = l->jobs;
	l->jobs = NULL;
	l->jobs_tail = &l->jobs;
	l->n_jobs = 0;
	refresh = l->refresh;
	l->refresh = false;
	refresh_tools = l->refresh_tools;
	l->refresh_tools = false;
	stop = l->stop;
	ms = l->drain_ms;
	pthread_mutex_unlock(&l->lock);
	if (refresh)
		model_lists_refresh(l->relay->lists);
	if (refresh_tools)
		tool_servers_refresh(l->relay->tools);
	if (stop && !l->draining)
		begin_drain(l, ms);
	for (; jobs != NULL; jobs = next) {
		next = jobs->next;
		relay_loop_do(l, &jobs->job);
		free(jobs);
	}
	elsewhere_wake(l);
	upstream_pool_run(l->upstreams);
}

static void
close_handle(uv_handle_t *handle, void *arg)
{
	(void)arg;
	if (uv_is_closing(handle))
		return;
	/* A poll without data is a client that never took its last bytes. */
	if (handle->type == UV_POLL && handle->data == NULL)
		client_close((struct client *)handle);
	else
		uv_close(handle, NULL);
}

static void *
run(void *arg)
{
	struct relay_loop *l = arg;

	uv_run(&l->base.uv, UV_RUN_DEFAULT);
	/* Answers come from another thread. */
	while (l->finds != NULL)
		uv_run(&l->base.uv, UV_RUN_ONCE);
	if (l->index == 0) {
		model_lists_stop(l->relay->lists);
		tool_servers_stop(l->relay->tools);
	}
	kin_end(l);
	tool_desk_free(l->desk);
	/* What runs on the thread pool uses what is freed next. */
	while (l->base.works > 0)
		uv_run(&l->base.uv, UV_RUN_ONCE);
	upstream_pool_free(l->upstreams);
	uv_walk(&l->base.uv, close_handle, NULL);
	/* Once more, for the close callbacks, and for what libuv's threads
	 * still do for us: they write into what is freed next. */
	uv_run(&l->base.uv, UV_RUN_DEFAULT);
	(void)uv_loop_close(&l->base.uv);
	return NULL;
}

/* ---- From other threads --------------------------------------------------- */

static int
loop_start(struct relay_loop *l, struct relay *r, unsigned index)
{
	int rc;

	l->relay = r;
	l->index = index;
	l->jobs_tail = &l->jobs;
	pthread_mutex_init(&l->lock, NULL);
	if (uv_loop_init(&l->base.uv) != 0)
		return -1;
	if (uv_async_init(&l->base.uv, &l->wake, on_wake) != 0)
		return -1;
	l->wake.data = l;
	uv_timer_init(&l->base.uv, &l->drain_timer);
	l->drain_timer.data = l;
	claim_trim_init(l);
	elsewhere_init(l);
	l->start_source = source_start;
	uv_check_init(&l->base.uv, &l->turn);
	l->turn.data = l;
	uv_check_start(&l->turn, on_turn);
	l->upstreams = upstream_pool_new(&l->base);
	if (l->upstreams == NULL)
		return -1;
	l->desk = tool_desk_new(&l->base, l->upstreams, index);
	if (l->desk == NULL)
		return -1;
	if (index == 0 && r->kin.number > 0 &&
	    kin_listen(l, r->kin.heirs) == -1)
		return -1;
	if (index == 0) {
		model_lists_start(r->lists, &l->base, l->upstreams);
		tool_servers_start(r->tools, &l->base, l->upstreams);
	}
	rc = thread_start(&l->thread, NULL, run, l);
	errno = rc;
	return rc == 0 ? 0 : -1;
}

/* The engine is there (again). */
static void
on_linked(void *arg)
{
	struct relay *r = arg;

	for (unsigned i = 0; i < r->n_loops; i++)
		elsewhere_forgot(&r->loops[i]);
}

/* Without one, nobody is told that a key was never here. */
static void
make_name(struct relay *r)
{
	unsigned char random[RELAY_NAME_MAX / 2];

	if (r->hooks.alone && crypto_random(random, sizeof(random)) == 0)
		encode_hex(r->name, random, sizeof(random));
}

const char *
relay_name(const struct relay *r)
{
	return r->name;
}

struct relay *
relay_start(unsigned loops, const struct relay_hooks *hooks)
{
	struct relay *r;
	unsigned i;

	r = calloc(1, sizeof(*r));
	if (r == NULL)
		return NULL;
	r->hooks = *hooks;
	if (hooks->kin != NULL)
		r->kin = *hooks->kin;
	make_name(r);
	r->users = stream_users_new();
	r->lists = model_lists_new();
	r->tools = tool_servers_new();
	r->loops = calloc(loops, sizeof(*r->loops));
	if (r->users == NULL || r->lists == NULL || r->tools == NULL ||
	    r->loops == NULL)
		goto fail;
	for (i = 0; i < loops; i++) {
		if (loop_start(&r->loops[i], r, i) == -1)
			goto fail;
		r->n_loops++;
	}
	engine_on_linked(r->hooks.engine, on_linked, r);
	return r;

fail:
	relay_stop(r, 0);
	errno = ENOMEM;
	return NULL;
}

/* Puts a job into a loop's queue, or answers it. */
void
relay_loop_queue(struct relay_loop *l, struct relay_job *job)
{
	struct relay_job_node *node;
	bool full;

	node = malloc(sizeof(*node));
	if (node == NULL) {
		job_refuse(job);
		return;
	}
	node->next = NULL;
	node->job = *job;
	pthread_mutex_lock(&l->lock);
	full = l->n_jobs >= RELAY_QUEUE_MAX;
	if (!full) {
		*l->jobs_tail = node;
		l->jobs_tail = &node->next;
		l->n_jobs++;
	}
	pthread_mutex_unlock(&l->lock);
	if (full) {
		free(node);
		job_refuse(job);
		return;
	}
	uv_async_send(&l->wake);
}

void
relay_submit(struct relay *r, struct relay_job *job)
{
	const char *shares =
	    job->tool != NULL ? tool_call_shares(job->tool) : NULL;
	unsigned n;

	if (job->tool != NULL && tool_call_loop(job->tool) >= 0)
		n = (unsigned)tool_call_loop(job->tool);
	else if (shares != NULL)
		n = (unsigned)(stream_hash(job->user, shares) % r->n_loops);
	else if (job->key[0] != '\0')
		n = (unsigned)(stream_hash(job->user, job->key) % r->n_loops);
	else
		n = atomic_fetch_add(&r->next_loop, 1);
	relay_loop_queue(&r->loops[n % r->n_loops], job);
}

void
relay_reload(struct relay *r, struct settings *s)
{
	struct relay_loop *l = &r->loops[0];

	model_lists_follow(r->lists, s);
	tool_servers_follow(r->tools, s->config);
	pthread_mutex_lock(&l->lock);
	l->refresh = true;
	l->refresh_tools = true;
	pthread_mutex_unlock(&l->lock);
	uv_async_send(&l->wake);
}

bool
relay_ready(const struct relay *r)
{
	return model_lists_ready(r->lists);
}

struct tool_servers *
relay_tools(struct relay *r)
{
	return r->tools;
}

void
relay_refresh_tools(struct relay *r)
{
	struct relay_loop *l = &r->loops[0];

	pthread_mutex_lock(&l->lock);
	l->refresh_tools = true;
	pthread_mutex_unlock(&l->lock);
	uv_async_send(&l->wake);
}

static void
stop_loop(struct relay_loop *l, unsigned ms)
{
	pthread_mutex_lock(&l->lock);
	l->stop = true;
	l->drain_ms = ms;
	pthread_mutex_unlock(&l->lock);
	uv_async_send(&l->wake);
}

void
relay_stop(struct relay *r, unsigned ms)
{
	unsigned i;

	engine_on_linked(r->hooks.engine, NULL, NULL);
	for (i = 0; i < r->n_loops; i++)
		stop_loop(&r->loops[i], ms);
	for (i = 0; i < r->n_loops; i++) {
		pthread_join(r->loops[i].thread, NULL);
		pthread_mutex_destroy(&r->loops[i].lock);
	}
	free(r->loops);
	model_lists_free(r->lists);
	tool_servers_free(r->tools);
	stream_users_free(r->users);
	free(r);
}

void
relay_refuse(struct relay *r)
{
	atomic_store(&r->refuses, true);
}

unsigned
relay_streams(const struct relay *r)
{
	return atomic_load(&r->streams);
}

unsigned
relay_kept(const struct relay *r)
{
	unsigned n = atomic_load(&r->listed);

	for (unsigned i = 0; i < r->n_loops; i++)
		n += tool_desk_waiting(r->loops[i].desk);
	return n;
}

size_t
relay_queued(const struct relay *r)
{
	size_t n = 0;
	unsigned i;

	for (i = 0; i < r->n_loops; i++) {
		pthread_mutex_lock(&r->loops[i].lock);
		n += r->loops[i].n_jobs;
		pthread_mutex_unlock(&r->loops[i].lock);
	}
	return n;
}

bool
relay_alive(struct relay *r)
{
	bool alive = true;
	unsigned i;

	for (i = 0; i < r->n_loops; i++) {
		if (!atomic_exchange(&r->loops[i].turned, false))
			alive = false;
		/* Have it turn before the next look. */
		uv_async_send(&r->loops[i].wake);
	}
	return alive;
}

size_t
relay_ring_bytes(const struct relay *r)
{
	return atomic_load(&r->ring_bytes);
}
