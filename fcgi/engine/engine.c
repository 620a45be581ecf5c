/* SPDX-License-Identifier: MIT */
/* What requests ask of the engine, and how long they wait. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "confab/base/clock.h"
#include "confab/base/crypto.h"
#include "confab/base/encode.h"
#include "confab/engine/engine.h"
#include "confab/system/thread.h"

#include "link.h"
#include "tls.h"

void
engine_wake(struct engine *e)
{
	const uint64_t one = 1;
	ssize_t n = write(e->wake, &one, sizeof(one));

	(void)n; /* a counter that is full wakes, too */
}

static void
on_changed(void *arg)
{
	struct engine *e = arg;

	atomic_store(&e->changed, true);
	engine_wake(e);
}

static void
free_secret(char *secret)
{
	if (secret != NULL)
		crypto_wipe(secret, strlen(secret));
	free(secret);
}

static void
engine_free(struct engine *e)
{
	for (size_t i = 0; i < e->n; i++)
		free(e->queue[(e->first + i) % ENGINE_QUEUE_MAX]);
	while (e->sentinel.n > 0)
		free(e->sentinel.servers[--e->sentinel.n]);
	free(e->sentinel.master);
	free(e->sentinel.user);
	free_secret(e->sentinel.password);
	engine_free_opens(e);
	tls_free(e->tls);
	free(e->place);
	free(e->user);
	free_secret(e->password);
	free(e->prefix);
	free(e->host);
	if (e->wake >= 0)
		close(e->wake);
	pthread_cond_destroy(&e->done);
	pthread_mutex_destroy(&e->lock);
	free(e);
}

static int
copy(char **out, const char *text)
{
	*out = text != NULL ? strdup(text) : NULL;
	return text == NULL || *out != NULL ? 0 : -1;
}

/* Returns 0, or -1: out of memory. */
static int
copy_sentinel(struct engine *e, const struct config_sentinel *c)
{
	struct sentinel *s = &e->sentinel;

	while (s->n < c->servers.n) {
		if (copy(&s->servers[s->n], c->servers.words[s->n]) != 0)
			return -1;
		s->n++;
	}
	s->tls = e->tls;
	return copy(&s->master, c->master) == 0 &&
		copy(&s->user, c->user) == 0 &&
		copy(&s->password, c->password) == 0
	    ? 0
	    : -1;
}

/* What TLS needs, where places ask for it. Returns 0, or -1 with a line. */
static int
prepare_tls(struct engine *e, const struct config_state *c,
    char err[CONFIG_ERROR_MAX])
{
	const char *place =
	    c->valkey != NULL ? c->valkey : c->sentinel.servers.words[0];
	char cause[CONN_CAUSE_MAX];

	if (strncmp(place, CONFIG_TLS, strlen(CONFIG_TLS)) != 0)
		return 0;
	e->tls = tls_new(c->ca_file, cause);
	if (e->tls != NULL)
		return 0;
	snprintf(err, CONFIG_ERROR_MAX, "state: TLS: %s", cause);
	return -1;
}

static struct engine *
engine_new(const struct config_state *c, struct shared_state *st,
    char err[CONFIG_ERROR_MAX])
{
	struct engine *e = calloc(1, sizeof(*e));
	unsigned char random[8];
	pthread_condattr_t attr;

	snprintf(err, CONFIG_ERROR_MAX, "state: out of memory");
	if (e == NULL)
		return NULL;
	pthread_mutex_init(&e->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&e->done, &attr);
	pthread_condattr_destroy(&attr);
	e->state = st;
	e->refuse = c->on_loss == ON_LOSS_REFUSE;
	atomic_store(&e->away_since, clock_mono_ms());
	e->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (crypto_random(random, sizeof(random)) == -1) {
		engine_free(e);
		return NULL;
	}
	encode_hex(e->incarnation, random, sizeof(random));
	if (e->wake >= 0 && prepare_tls(e, c, err) == 0 &&
	    copy_sentinel(e, &c->sentinel) == 0 &&
	    copy(&e->place, c->valkey) == 0 && copy(&e->user, c->user) == 0 &&
	    copy(&e->password, c->password) == 0 &&
	    copy(&e->prefix, c->prefix) == 0 && copy(&e->host, c->host) == 0)
		return e;
	engine_free(e);
	return NULL;
}

int
engine_start(const struct config *c, struct shared_state *st,
    struct engine **out, char err[CONFIG_ERROR_MAX])
{
	struct engine *e;
	int rc;

	*out = NULL;
	if (c->state.valkey == NULL && c->state.sentinel.servers.n == 0)
		return 0;
	e = engine_new(&c->state, st, err);
	if (e == NULL)
		return -1;
	shared_facts_watch(st, on_changed, e, ENGINE_APART);
	rc = thread_start(&e->thread, NULL, link_run, e);
	if (rc != 0) {
		snprintf(err, CONFIG_ERROR_MAX, "state: no thread: %s",
		    strerror(rc));
		shared_facts_watch(st, NULL, NULL, 0);
		engine_free(e);
		return -1;
	}
	*out = e;
	return 0;
}

void
engine_stop(struct engine *e)
{
	if (e == NULL)
		return;
	atomic_store(&e->stop, true);
	engine_wake(e);
	pthread_join(e->thread, NULL);
	shared_facts_watch(e->state, NULL, NULL, 0);
	engine_free(e);
}

/* ---- Failures that the engine has not heard of ---------------------------- */

/* That of a login; the lock is held. */
static struct unsent *
find_unsent(struct engine *e, const struct engine_try *t)
{
	for (size_t i = 0; i < e->n_unsent; i++) {
		struct engine_try *o = &e->unsent[i].about;

		if (o->has_address == t->has_address &&
		    memcmp(o->user, t->user, sizeof(o->user)) == 0 &&
		    memcmp(o->address, t->address, sizeof(o->address)) == 0)
			return &e->unsent[i];
	}
	return NULL;
}

static void
add_unsent(struct engine *e, const struct engine_try *t, unsigned count)
{
	struct unsent *u = find_unsent(e, t);

	if (u != NULL)
		u->count += count;
	else if (e->n_unsent < ENGINE_UNSENT_MAX) {
		u = &e->unsent[e->n_unsent++];
		u->about = *t;
		u->count = count;
	} else
		atomic_fetch_add(&e->forgotten, 1);
}

static void
drop_unsent(struct engine *e, struct unsent *u)
{
	*u = e->unsent[--e->n_unsent];
}

/* What the engine would have done, to what it does not know of. */
static void
settle_unsent(struct engine *e, const struct question *q)
{
	struct unsent *u;

	switch (q->op) {
	case QUESTION_BEGIN:
		add_unsent(e, &q->about, 1);
		break;
	case QUESTION_ADD:
		add_unsent(e, &q->about, q->count);
		break;
	case QUESTION_GOOD:
	case QUESTION_UNDO:
		u = find_unsent(e, &q->about);
		if (u != NULL && (q->op == QUESTION_GOOD || u->count <= 1))
			drop_unsent(e, u);
		else if (u != NULL)
			u->count--;
		break;
	default:
		break;
	}
}

bool
engine_take_unsent(struct engine *e, struct unsent *out)
{
	bool some;

	pthread_mutex_lock(&e->lock);
	some = e->n_unsent > 0;
	if (some) {
		*out = e->unsent[e->n_unsent - 1];
		e->n_unsent--;
	}
	pthread_mutex_unlock(&e->lock);
	return some;
}

/* ---- Questions ------------------------------------------------------------ */

struct question *
engine_next(struct engine *e)
{
	struct question *q = NULL;

	pthread_mutex_lock(&e->lock);
	if (e->n > 0) {
		q = e->queue[e->first];
		e->first = (e->first + 1) % ENGINE_QUEUE_MAX;
		e->n--;
	}
	pthread_mutex_unlock(&e->lock);
	return q;
}

void
engine_found(struct engine *e, struct question *q, const struct engine_place *p)
{
	engine_place_fn fn = q->found;

	if (fn == NULL)
		return;
	if (p->where == ENGINE_THERE)
		atomic_fetch_add(&e->elsewhere, 1);
	else if (p->where == ENGINE_LOST)
		atomic_fetch_add(&e->lost, 1);
	q->found = NULL;
	fn(q->arg, p);
}

/* The lock is held. */
static void
finish(struct engine *e, struct question *q, bool answered, uint64_t answer)
{
	if (!answered)
		settle_unsent(e, q);
	if (!q->waited) {
		free(q);
		return;
	}
	q->done = true;
	q->answered = answered;
	q->answer = answer;
	pthread_cond_broadcast(&e->done);
}

void
engine_answered(struct engine *e, struct question *q, uint64_t answer)
{
	atomic_store(&e->late, false);
	pthread_mutex_lock(&e->lock);
	finish(e, q, true, answer);
	pthread_mutex_unlock(&e->lock);
}

void
engine_lost(struct engine *e, struct question *q)
{
	const struct engine_place unknown = { .where = ENGINE_UNKNOWN };

	engine_found(e, q, &unknown);
	pthread_mutex_lock(&e->lock);
	finish(e, q, false, 0);
	pthread_mutex_unlock(&e->lock);
}

/* Waits for an answer, but not for long. The lock is held. */
static bool
wait_for(struct engine *e, struct question *q)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += ENGINE_WAIT * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000L;
	until.tv_nsec %= 1000000000L;
	while (!q->done)
		if (pthread_cond_timedwait(&e->done, &e->lock, &until) ==
		    ETIMEDOUT)
			break;
	if (q->done)
		return q->answered;
	/* The link frees it when the answer comes after all. */
	q->waited = false;
	atomic_store(&e->late, true);
	atomic_fetch_add(&e->unanswered, 1);
	return false;
}

/* The lock is held, and there is room. */
static void
enqueue(struct engine *e, struct question *q)
{
	e->queue[(e->first + e->n++) % ENGINE_QUEUE_MAX] = q;
	engine_wake(e);
}

bool
engine_put(struct engine *e, const struct question *text)
{
	struct question *q = malloc(sizeof(*q));
	bool room;

	if (q == NULL)
		return false;
	*q = *text;
	q->asked = clock_mono_ms();
	pthread_mutex_lock(&e->lock);
	room = atomic_load(&e->up) && e->n < ENGINE_QUEUE_MAX;
	if (room)
		enqueue(e, q);
	pthread_mutex_unlock(&e->lock);
	if (!room)
		free(q);
	return room;
}

/*
 * Puts a question. With `waits`, true when it was answered in time. A failure
 * that cannot be told now is kept.
 */
static bool
ask(struct engine *e, const struct question *text, bool waits, uint64_t *answer)
{
	struct question *q = malloc(sizeof(*q));
	bool answered = false;

	pthread_mutex_lock(&e->lock);
	if (q == NULL || !atomic_load(&e->up) || e->n == ENGINE_QUEUE_MAX) {
		settle_unsent(e, text);
		free(q);
		pthread_mutex_unlock(&e->lock);
		return false;
	}
	*q = *text;
	q->waited = waits && !atomic_load(&e->late);
	enqueue(e, q);
	if (q->waited) {
		answered = wait_for(e, q);
		*answer = q->done ? q->answer : 0;
		if (q->done)
			free(q);
	}
	pthread_mutex_unlock(&e->lock);
	return answered;
}

uint64_t
engine_login_begin(struct engine *e, const struct engine_try *t)
{
	const struct question q = { .op = QUESTION_BEGIN, .about = *t };
	uint64_t wait = 0;

	if (e == NULL || !ask(e, &q, true, &wait))
		return 0;
	/* Whatever it says, no longer than can be configured. */
	return wait < SHARED_PENALTY_MAX ? wait : SHARED_PENALTY_MAX;
}

void
engine_login_end(struct engine *e, const struct engine_try *t, bool good)
{
	const struct question q = {
		.op = good ? QUESTION_GOOD : QUESTION_UNDO,
		.about = *t,
	};

	if (e != NULL)
		(void)ask(e, &q, false, NULL);
}

bool
engine_use_code(struct engine *e, const unsigned char id[SHARED_ID_LEN],
    uint64_t step)
{
	struct question q = { .op = QUESTION_CODE, .step = step };
	uint64_t good = 1;

	if (e == NULL)
		return true;
	memcpy(q.id, id, sizeof(q.id));
	return !ask(e, &q, true, &good) || good != 0;
}

bool
engine_refuses(const struct engine *e)
{
	return e != NULL && e->refuse && !atomic_load(&e->up);
}

void
engine_look(const struct engine *e, struct engine_figures *out)
{
	uint64_t since;

	memset(out, 0, sizeof(*out));
	if (e == NULL)
		return;
	out->configured = true;
	out->up = atomic_load(&e->up);
	since = atomic_load(&e->away_since);
	if (since != 0 && !out->up)
		out->away_ms = clock_mono_ms() - since;
	out->losses = atomic_load(&e->losses);
	out->told = atomic_load(&e->told);
	out->heard = atomic_load(&e->heard);
	out->unanswered = atomic_load(&e->unanswered);
	out->forgotten = atomic_load(&e->forgotten);
	out->elsewhere = atomic_load(&e->elsewhere);
	out->lost = atomic_load(&e->lost);
}
