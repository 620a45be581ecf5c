/* SPDX-License-Identifier: MIT */
/*
 * The start of a stream: is there room?
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "stream.h"
#include "stream_private.h"
#include "stream_users.h"

static struct stream *
stream_new(struct relay_loop *l, struct relay_job *job)
{
	struct stream *s;

	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return NULL;
	s->loop = l;
	s->user = stream_users_get(l->relay->users, job->user);
	if (job->key[0] != '\0')
		s->key = strdup(job->key);
	if (s->user == NULL || (job->key[0] != '\0' && s->key == NULL)) {
		if (s->user != NULL)
			stream_users_put(l->relay->users, s->user);
		free(s->key);
		free(s);
		return NULL;
	}
	event_ring_init(&s->ring);
	buf_init(&s->answer, CLIENT_OUT_MAX);
	uv_timer_init(&l->base.uv, &s->timer);
	s->chat = job->chat;
	job->chat = NULL;
	s->settings = job->settings;
	job->settings = NULL;
	s->catalog = job->catalog;
	job->catalog = NULL;
	s->entry = job->entry;
	s->request = job->request;
	job->request = NULL;
	s->is_stream = s->chat->stream;
	s->started = loop_now(&l->base);
	s->last_write = s->started;
	stream_list(s);
	return s;
}

/* Is there room for one more stream of this user? */
static int
check_room(const struct stream *s, struct api_error *err)
{
	const struct config_limits *lim = stream_limits(s);
	struct relay *r = s->loop->relay;

	if (atomic_load(&s->user->open) >= lim->streams_per_user) {
		(void)api_error_set(err, 429, "stream_limit",
		    "Only %u answers may be under way at a time.",
		    lim->streams_per_user);
		err->retry_after = 5;
		return -1;
	}
	if (atomic_load(&r->streams) >= lim->streams) {
		(void)api_error_set(err, 503, "busy",
		    "The server is at its limit of open answers.");
		err->retry_after = 5;
		return -1;
	}
	if (atomic_load(&r->ring_bytes) > lim->ring_total) {
		(void)api_error_set(err, 503, "ring_limit",
		    "The server's memory for answers is full.");
		err->retry_after = 5;
		return -1;
	}
	return 0;
}

void
stream_open(struct relay_loop *l, struct relay_job *job)
{
	struct api_error err;
	struct stream *s;

	s = stream_new(l, job);
	if (s == NULL) {
		(void)api_error_no_memory(&err);
		stream_refuse(l, job, &err);
		return;
	}
	if (check_room(s, &err) == -1) {
		/* It was never open: nothing to count or log. */
		s->ended = true;
		stream_discard(s);
		stream_refuse(l, job, &err);
		return;
	}
	atomic_fetch_add(&l->relay->streams, 1);
	atomic_fetch_add(&s->user->open, 1);
	metrics_stream_started();
	if (!stream_client_add(s, job, 0)) {
		stream_finish(s, METRICS_CAUSE_CLIENT_GONE, NULL);
		return;
	}
	stream_call(s);
	stream_timer_arm(s);
}
