/* SPDX-License-Identifier: MIT */
/*
 * The link: one thread, one connection for what is asked and told, one for
 * what is heard. Whatever goes wrong with either, both are closed, and the
 * link begins again: it listens, catches up, tells all that the shared state
 * has, and only then counts as up.
 */
#include "config.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "confab/base/clock.h"
#include "confab/base/log.h"

#include "conn.h"
#include "link.h"
#include "message.h"
#include "tell.h"

#define BEAT 1000     /* ms between looks at the engine and the file */
#define SILENCE 3000  /* ms without an answer after which it is away */
#define PRUNE 60000   /* ms between removals of what has expired */
#define AGAIN_MIN 100 /* ms until the next try to connect; doubles */
#define AGAIN_MAX 3000
#define PAGE 500 /* ends that are caught up at a time */
#define PAGE_TEXT "500"

static void
listen_to(struct link *l, const char *text, size_t len)
{
	struct engine *e = l->engine;
	struct message m;

	if (!message_read(text, len, &m))
		return;
	atomic_fetch_add(&e->heard, 1);
	switch (m.kind) {
	case MESSAGE_FACT:
		shared_facts_take(e->state, &m.fact, (uint64_t)clock_wall_ms());
		break;
	case MESSAGE_RAISE:
		shared_penalty_raise(e->state, m.penalty, m.id, m.failures,
		    m.length, m.keep, clock_mono_ms());
		break;
	case MESSAGE_OPEN:
		engine_open_total(e, m.id, m.count);
		break;
	case MESSAGE_LOWER:
		shared_penalty_lower(e->state, m.penalty, m.id, m.failures,
		    m.length, clock_mono_ms());
		break;
	}
}

/* One page of the set of ends, from its `at`th member on. Returns how many
 * members it had, or -1. */
static int
catch_up_page(struct link *l, size_t at)
{
	char key[CONN_KEY_MAX], from[24], skip[24], text[2 * MESSAGE_MAX];
	const char *argv[] = { "ZRANGEBYSCORE", key, from, "+inf", "WITHSCORES",
		"LIMIT", skip, PAGE_TEXT };
	struct conn_reply r;
	size_t n;

	tell_key(l, key, "ended", "");
	snprintf(from, sizeof(from), "%" PRId64, clock_wall_ms());
	snprintf(skip, sizeof(skip), "%zu", at);
	if (conn_call(l->out, 8, argv, &r) != 0)
		return -1;
	n = r.n;
	for (size_t i = 0; i + 1 < n; i += 2) {
		int len = snprintf(text, sizeof(text), "%s %s",
		    conn_item(&r, i), conn_item(&r, i + 1));

		if (len > 0 && (size_t)len < sizeof(text))
			listen_to(l, text, (size_t)len);
	}
	conn_reply_free(&r);
	return (int)(n / 2);
}

static int
catch_up(struct link *l)
{
	size_t at = 0;
	int n;

	do {
		n = catch_up_page(l, at);
		if (n < 0)
			return -1;
		at += (size_t)n;
	} while (n == PAGE && !atomic_load(&l->engine->stop));
	return 0;
}

/* Finds out whether it is the engine that it was, or begins one: since the time
 * in its epoch it has all that hosts have ended. */
static int
know_epoch(struct link *l)
{
	char key[CONN_KEY_MAX];
	const char *set[] = { "SET", key, l->name, "NX", "EX", "86400" };
	const char *get[] = { "GET", key };
	struct conn_reply r;

	tell_key(l, key, "epoch", "");
	if (conn_call(l->out, 6, set, &r) != 0)
		return -1;
	conn_reply_free(&r);
	if (conn_call(l->out, 2, get, &r) != 0)
		return -1;
	if (l->epoch[0] != '\0' && strcmp(l->epoch, r.text) != 0)
		log_msg(LOG_LEVEL_WARN,
		    "state: the engine has lost what it had; it is told again "
		    "what this host knows");
	snprintf(l->epoch, sizeof(l->epoch), "%.*s", (int)sizeof(l->epoch) - 1,
	    r.text);
	conn_reply_free(&r);
	return 0;
}

/* Connects to the engine, wherever it is now. Returns 0, or -1 with the cause in
 * l->cause. */
static int
connect_both(struct link *l)
{
	struct engine *e = l->engine;
	const struct conn_peer peer = {
		.place = l->place,
		.user = e->user,
		.password = e->password,
		.tls = e->tls,
	};

	if (e->place == NULL &&
	    sentinel_find(&e->sentinel, &e->stop, l->place, l->cause) != 0)
		return -1;
	l->out = conn_open(&peer, l->cause);
	if (l->out == NULL)
		return -1;
	if (e->place == NULL && sentinel_confirm(l->out, l->cause) != 0)
		return -1;
	l->in = conn_open(&peer, l->cause);
	return l->in != NULL ? 0 : -1;
}

/* Connects, and exchanges what happened meanwhile. Returns 0, or -1 with the
 * cause in l->cause. */
static int
begin(struct link *l)
{
	struct engine *e = l->engine;

	if (connect_both(l) != 0)
		return -1;
	/* First listening, then reading what was: nothing is missed. */
	snprintf(l->name, sizeof(l->name),
	    "%" PRId64 "-%016" PRIx64 "-%" PRIx64, clock_wall_ms(),
	    shared_facts_host(e->state), clock_mono_us());
	if (conn_subscribe(l->in, l->channel) != 0 || know_epoch(l) != 0 ||
	    catch_up(l) != 0 || tell_begin(l) != 0) {
		conn_cause(l->out, l->in, l->cause);
		return -1;
	}
	shared_facts_complete(e->state, strtoull(l->epoch, NULL, 10));
	l->answered = l->spoken = clock_mono_ms();
	return 0;
}

static void
end(struct link *l)
{
	struct question *q;

	atomic_store(&l->engine->up, false);
	tell_drop(l);
	while ((q = engine_next(l->engine)) != NULL)
		engine_lost(l->engine, q);
	conn_close(l->out);
	conn_close(l->in);
	l->out = l->in = NULL;
}

/* What is done each second. Returns 0 or -1. */
static int
beat(struct link *l, uint64_t now)
{
	if (now - l->answered > SILENCE || now - l->spoken > SILENCE) {
		snprintf(l->cause, sizeof(l->cause), "it does not answer");
		return -1;
	}
	if (now - l->beat < BEAT)
		return 0;
	l->beat = now;
	tell_beat(l, now - l->pruned >= PRUNE);
	if (now - l->pruned >= PRUNE)
		l->pruned = now;
	conn_ping(l->in);
	return 0;
}

/* Waits for anything to do. */
static void
wait_for(struct link *l)
{
	struct pollfd p[3] = {
		{ l->engine->wake, POLLIN, 0 },
		{ conn_fd(l->out), conn_events(l->out), 0 },
		{ conn_fd(l->in), conn_events(l->in), 0 },
	};
	uint64_t count;

	if (poll(p, 3, (int)tell_late(l, clock_mono_ms(), BEAT)) <= 0)
		return;
	if (p[0].revents != 0 &&
	    read(l->engine->wake, &count, sizeof(count)) < 0)
		return;
}

/* Does what is to be done now. Returns 0, or -1 with the cause. */
static int
turn(struct link *l)
{
	const atomic_bool *stop = &l->engine->stop;
	struct conn_reply r;
	int rc = 0;

	tell_new(l);
	if (conn_write(l->out) != 0 || conn_write(l->in) != 0)
		goto fail;
	/* A server may have something to say without an end. */
	while (!atomic_load(stop) && (rc = conn_next(l->out, &r)) > 0) {
		l->answered = clock_mono_ms();
		rc = tell_answer(l, &r);
		conn_reply_free(&r);
		if (rc != 0)
			return -1;
	}
	if (rc < 0)
		goto fail;
	while (!atomic_load(stop) && (rc = conn_next(l->in, &r)) > 0) {
		l->spoken = clock_mono_ms();
		if (r.n == 3 && strcmp(conn_item(&r, 0), "message") == 0)
			listen_to(l, conn_item(&r, 2),
			    strlen(conn_item(&r, 2)));
		conn_reply_free(&r);
	}
	if (rc >= 0)
		return 0;
fail:
	conn_cause(l->out, l->in, l->cause);
	return -1;
}

/* It is there (again). */
static void
tell_linked(struct engine *e)
{
	atomic_store(&e->away_since, 0);
	atomic_store(&e->late, false);
	atomic_store(&e->up, true);
	pthread_mutex_lock(&e->lock);
	if (e->linked != NULL)
		e->linked(e->linked_arg);
	pthread_mutex_unlock(&e->lock);
}

/* Says goodbye, as far as it is heard without waiting. */
static void
leave(struct link *l)
{
	tell_last(l);
	(void)conn_write(l->out);
}

/* From a begin to whatever ends it. */
static void
serve(struct link *l)
{
	struct engine *e = l->engine;

	log_msg(LOG_LEVEL_NOTICE, "state: the engine at %s is there", l->place);
	tell_linked(e);
	while (!atomic_load(&e->stop)) {
		wait_for(l);
		if (turn(l) != 0 || beat(l, clock_mono_ms()) != 0)
			break;
	}
	if (atomic_load(&e->stop)) {
		leave(l);
		return;
	}
	atomic_store(&e->away_since, clock_mono_ms());
	atomic_fetch_add(&e->losses, 1);
}

/* Says why it is away, each cause once. */
static void
complain(struct link *l)
{
	if (strcmp(l->cause, l->said) == 0)
		return;
	memcpy(l->said, l->cause, sizeof(l->said));
	log_msg(LOG_LEVEL_WARN,
	    "state: the engine at %s is away: %s; this host goes on with what "
	    "it knows",
	    l->place, l->cause);
}

/* Waits before the next try. */
static void
pause_for(struct link *l, uint64_t ms)
{
	uint64_t until = clock_mono_ms() + ms, now, count;
	struct pollfd p = { l->engine->wake, POLLIN, 0 };

	while (
	    (now = clock_mono_ms()) < until && !atomic_load(&l->engine->stop)) {
		if (poll(&p, 1, (int)(until - now)) > 0 &&
		    read(p.fd, &count, sizeof(count)) < 0)
			return;
	}
}

void *
link_run(void *arg)
{
	struct link l = { .engine = arg };
	uint64_t again = AGAIN_MIN;

	snprintf(l.place, sizeof(l.place), "%s",
	    l.engine->place != NULL ? l.engine->place : "the sentinels");
	if (tell_init(&l) != 0) {
		log_msg(LOG_LEVEL_ERROR, "state: no link: out of memory");
		return NULL;
	}
	while (!atomic_load(&l.engine->stop)) {
		if (begin(&l) == 0) {
			again = AGAIN_MIN;
			l.said[0] = '\0';
			serve(&l);
		}
		end(&l);
		if (atomic_load(&l.engine->stop))
			break;
		complain(&l);
		pause_for(&l, again);
		again = again * 2 < AGAIN_MAX ? again * 2 : AGAIN_MAX;
	}
	tell_free(&l);
	return NULL;
}
