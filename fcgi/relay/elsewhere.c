/* SPDX-License-Identifier: MIT */
/*
 * Asking which host has a stream, and telling which are here.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "confab/base/crypto.h"
#include "confab/relay/job.h"

#include "elsewhere.h"
#include "outlet.h"
#include "relay_loop.h"
#include "stream_state.h"
#include "stream_users.h"

/* A job that waits for an answer; or for that of the first one of its key. */
struct find {
	struct find *next, **at; /* of the loop, or of the first one */
	struct find *next_done;
	struct find *waiters;
	struct relay_loop *loop;
	struct relay_job job;
	struct engine_stream stream;
	struct engine_place place;
};

static struct engine *
engine_of(const struct relay_loop *l)
{
	return l->relay->hooks.engine;
}

/* Returns 0, or -1: libcrypto is out of memory. */
static int
name_stream(struct engine_stream *out, const char *user, const char *key,
    const unsigned char digest[RELAY_DIGEST_LEN])
{
	unsigned char sum[CRYPTO_SHA256_LEN];
	char text[RELAY_USER_MAX + RELAY_KEY_MAX + 2];
	size_t n = strlen(user) + 1, k = strlen(key);

	_Static_assert(RELAY_DIGEST_LEN == SHARED_ID_LEN,
	    "a request's digest is sent as it is");
	memcpy(text, user, n);
	memcpy(text + n, key, k);
	memcpy(out->digest, digest, sizeof(out->digest));
	if (crypto_sha256(sum, text, n + k) == -1)
		return -1;
	memcpy(out->id, sum, sizeof(out->id));
	return 0;
}

static void
link_find(struct find **list, struct find *f)
{
	f->at = list;
	f->next = *list;
	if (f->next != NULL)
		f->next->at = &f->next;
	*list = f;
}

static void
unlink_find(struct find *f)
{
	*f->at = f->next;
	if (f->next != NULL)
		f->next->at = f->at;
}

/* On the link's thread. */
static void
on_place(void *arg, const struct engine_place *p)
{
	struct find *f = arg;
	struct relay_loop *l = f->loop;

	f->place = *p;
	pthread_mutex_lock(&l->lock);
	f->next_done = l->found;
	l->found = f;
	pthread_mutex_unlock(&l->lock);
	uv_async_send(&l->wake);
}

/* The job that waits for a claim of the same key, or NULL. */
static struct find *
find_claim(const struct relay_loop *l, const struct relay_job *job)
{
	struct find *f;

	for (f = l->finds; f != NULL; f = f->next)
		if (f->job.op == RELAY_CHAT &&
		    strcmp(f->job.key, job->key) == 0 &&
		    strcmp(f->job.user, job->user) == 0)
			return f;
	return NULL;
}

/* Takes a job over. */
static struct find *
find_new(struct relay_loop *l, struct relay_job *job)
{
	struct find *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return NULL;
	f->loop = l;
	f->job = *job;
	memset(job, 0, sizeof(*job));
	job->client.fd = -1;
	return f;
}

bool
elsewhere_join(struct relay_loop *l, struct relay_job *job)
{
	struct find *first = find_claim(l, job), *f;

	if (first == NULL || (f = find_new(l, job)) == NULL)
		return false;
	link_find(&first->waiters, f);
	return true;
}

/* Waits for an answer. False when nobody can be asked. */
static bool
wait_for(struct relay_loop *l, struct find *f)
{
	link_find(&l->finds, f);
	if (engine_find_stream(engine_of(l), &f->stream,
		f->job.op == RELAY_CHAT, on_place, f))
		return true;
	unlink_find(f);
	/* It is told what is opened without being asked. */
	if (f->job.op == RELAY_CHAT)
		(void)engine_hold_stream(engine_of(l), &f->stream);
	return false;
}

bool
elsewhere_ask(struct relay_loop *l, struct relay_job *job)
{
	struct engine_stream stream;
	struct find *f;

	if (job->placed || job->passed || job->key[0] == '\0' ||
	    !engine_has_streams(engine_of(l)))
		return false;
	job->placed = true;
	job->place.where = ENGINE_UNKNOWN;
	if (name_stream(&stream, job->user, job->key, job->digest) == -1 ||
	    (f = find_new(l, job)) == NULL)
		return false;
	f->stream = stream;
	if (wait_for(l, f))
		return true;
	*job = f->job;
	free(f);
	return false;
}

void
elsewhere_hold(struct relay_loop *l, const struct relay_job *job)
{
	struct engine_stream stream;

	if (job->key[0] != '\0' && engine_has_streams(engine_of(l)) &&
	    name_stream(&stream, job->user, job->key, job->digest) == 0)
		(void)engine_hold_stream(engine_of(l), &stream);
}

void
elsewhere_pass(struct relay_loop *l, struct relay_job *job)
{
	outlet_pass(&l->base, job->client, job->extra_headers, job->place.host,
	    job->key);
	job->client.fd = -1;
}

static void
drop(struct engine *e, const char *user, const char *key,
    const unsigned char digest[RELAY_DIGEST_LEN], bool used)
{
	struct engine_stream stream;

	if (engine_has_streams(e) &&
	    name_stream(&stream, user, key, digest) == 0)
		engine_drop_stream(e, &stream, used);
}

void
elsewhere_unclaim(struct relay_loop *l, const struct relay_job *job)
{
	/* Any other answer is about a stream that there is. */
	if (job->placed && job->op == RELAY_CHAT &&
	    (job->place.where == ENGINE_NOWHERE ||
		job->place.where == ENGINE_UNKNOWN))
		drop(engine_of(l), job->user, job->key, job->digest, false);
}

void
elsewhere_gone(const struct stream *s, bool used)
{
	drop(engine_of(s->loop), s->user->name, s->key, s->digest, used);
}

/* ---- How many are open ------------------------------------------------------ */

/* What stands for a stream's user on all hosts. Returns 0, or -1: it is not
 * counted, for there is no engine, or no memory. */
static int
name_user(const struct stream *s, unsigned char id[SHARED_ID_LEN])
{
	unsigned char sum[CRYPTO_SHA256_LEN];

	if (engine_of(s->loop) == NULL ||
	    crypto_sha256(sum, s->user->name, strlen(s->user->name)) == -1)
		return -1;
	memcpy(id, sum, SHARED_ID_LEN);
	return 0;
}

unsigned
elsewhere_open(const struct stream *s)
{
	unsigned char id[SHARED_ID_LEN];

	return name_user(s, id) == 0
	    ? engine_streams_elsewhere(engine_of(s->loop), id)
	    : 0;
}

void
elsewhere_opened(const struct stream *s)
{
	unsigned char id[SHARED_ID_LEN];

	if (name_user(s, id) == 0)
		engine_stream_opened(engine_of(s->loop), id);
}

void
elsewhere_ended(const struct stream *s)
{
	unsigned char id[SHARED_ID_LEN];

	if (name_user(s, id) == 0)
		engine_stream_closed(engine_of(s->loop), id);
}

/* ---- What has come ---------------------------------------------------------- */

/* It is done with: who has waited for the same key asks anew, or finds it. */
static void
answer(struct find *f)
{
	struct relay_loop *l = f->loop;
	struct find *w;

	unlink_find(f);
	f->job.place = f->place;
	relay_loop_do(l, &f->job);
	while ((w = f->waiters) != NULL) {
		unlink_find(w);
		relay_loop_do(l, &w->job);
		free(w);
	}
	free(f);
}

/* Tells of what is here, as far as the engine takes it. */
static void
tell(uv_timer_t *timer)
{
	struct relay_loop *l = timer->data;
	struct engine *e = engine_of(l);
	struct engine_figures figures;
	struct engine_stream stream;
	struct stream *s;

	for (s = l->streams; s != NULL; s = s->next) {
		if (s->key == NULL || s->told)
			continue;
		s->told = name_stream(&stream, s->user->name, s->key,
			      s->digest) == 0 &&
		    engine_hold_stream(e, &stream);
		if (s->told)
			continue;
		/* One that is away asks again when it is back. */
		engine_look(e, &figures);
		if (figures.up)
			uv_timer_start(timer, tell, ELSEWHERE_AGAIN, 0);
		return;
	}
}

void
elsewhere_init(struct relay_loop *l)
{
	uv_timer_init(&l->base.uv, &l->tell_timer);
	l->tell_timer.data = l;
}

void
elsewhere_wake(struct relay_loop *l)
{
	struct find *f, *next;
	struct stream *s;
	bool forgot;

	pthread_mutex_lock(&l->lock);
	f = l->found;
	l->found = NULL;
	forgot = l->forgot;
	l->forgot = false;
	pthread_mutex_unlock(&l->lock);
	for (; f != NULL; f = next) {
		next = f->next_done;
		answer(f);
	}
	if (!forgot)
		return;
	for (s = l->streams; s != NULL; s = s->next)
		s->told = false;
	uv_timer_start(&l->tell_timer, tell, 0, 0);
}

void
elsewhere_forgot(struct relay_loop *l)
{
	pthread_mutex_lock(&l->lock);
	l->forgot = true;
	pthread_mutex_unlock(&l->lock);
	uv_async_send(&l->wake);
}
