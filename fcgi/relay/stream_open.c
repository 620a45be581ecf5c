/* SPDX-License-Identifier: MIT */
/*
 * The start of a stream: is there room?
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "confab/relay/job.h"

#include "elsewhere.h"
#include "stream.h"
#include "stream_open.h"
#include "stream_state.h"
#include "stream_table.h"
#include "stream_users.h"

static void
on_clients_changed(void *arg)
{
	stream_settle(arg);
}

static bool
is_streamed(const struct relay_job *job)
{
	if (job->tool != NULL)
		return tool_call_streams(job->tool);
	return !job->speech && job->chat->stream;
}

/*
 * A stream for a job, on its loop's lists, without a client or a call. Takes
 * over chat, settings, catalogue, request and claim. NULL when out of memory,
 * with the job left as it was.
 */
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
	memcpy(s->digest, job->digest, sizeof(s->digest));
	outlet_init(&s->out, &l->base, is_streamed(job), on_clients_changed, s);
	if (job->speech)
		s->out.answer_type = provider_transcription_type(job->format);
	uv_timer_init(&l->base.uv, &s->timer);
	s->tool = job->tool;
	job->tool = NULL;
	s->speech = job->speech;
	s->format = job->format;
	s->chat = job->chat;
	job->chat = NULL;
	s->settings = job->settings;
	job->settings = NULL;
	s->catalog = job->catalog;
	job->catalog = NULL;
	s->entry = job->entry;
	s->no_fallback = job->no_fallback;
	memcpy(s->token, job->token, sizeof(s->token));
	s->request = job->request;
	job->request = NULL;
	s->claim = job->claim;
	job->claim = NULL;
	s->at.started = loop_now(&l->base);
	stream_list(s);
	return s;
}

void
stream_open(struct relay_loop *l, struct relay_job *job)
{
	struct policy_load load;
	struct api_error err;
	struct stream *s;

	s = stream_new(l, job);
	if (s == NULL) {
		(void)api_error_no_memory(&err);
		elsewhere_unclaim(l, job);
		stream_refuse(l, job, &err);
		return;
	}
	load.user_may = job->quota.streams_per_user;
	load.user_streams = atomic_load(&s->user->open) + elsewhere_open(s);
	load.streams = atomic_load(&l->relay->streams);
	load.ring_bytes = atomic_load(&l->relay->ring_bytes);
	if (policy_room(&load, stream_limits(s), &err) == -1) {
		/* It was never open: nothing to count or log. */
		s->out.ended = true;
		stream_discard(s);
		stream_refuse(l, job, &err);
		return;
	}
	stream_begin(s, job);
}
