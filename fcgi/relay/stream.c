/* SPDX-License-Identifier: MIT */
/*
 * The life of a stream: call, events, end.
 *
 * A stream may end at any depth of a callback, because a client's connection
 * or an upstream's bytes can tell so at any write. It is freed by its timer's
 * close callback, on a later turn of the loop; until then `closing` tells
 * those further up the stack that it is over.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "confab/relay/job.h"
#include "confab/upstream/upstream.h"

#include "stream.h"
#include "stream_private.h"
#include "stream_users.h"

/* Unsent bytes a stream may hold when its user's or the process's rings are
 * full. */
#define RING_FLOOR (16 * 1024)

/* ---- Accounts ------------------------------------------------------------ */

/* Carries changes of what the ring holds into the limits. */
static void
account(struct stream *s)
{
	struct relay *r = s->loop->relay;
	size_t held = s->ring.held;

	if (held == s->counted)
		return;
	/* Unsigned arithmetic: a shrinking ring adds a negative number. */
	atomic_fetch_add(&s->user->ring_bytes, held - s->counted);
	atomic_fetch_add(&r->ring_bytes, held - s->counted);
	s->counted = held;
}

static bool
rings_are_full(const struct stream *s)
{
	return atomic_load(&s->user->ring_bytes) >
	    stream_limits(s)->ring_per_user ||
	    atomic_load(&s->loop->relay->ring_bytes) >
	    stream_limits(s)->ring_total;
}

/* The position of the client that is furthest ahead; without one, of the
 * oldest event: nothing has been sent to anybody. */
static uint64_t
furthest(const struct stream *s)
{
	const struct client *c;
	uint64_t off = s->ring.tail;

	for (c = s->clients; c != NULL; c = c->next)
		if (c->off > off)
			off = c->off;
	return off;
}

/*
 * Drops what nobody can ask for any more, and holds the source back while too
 * much waits to be sent.
 */
static void
balance(struct stream *s)
{
	uint64_t sent = furthest(s);
	size_t unsent = (size_t)(s->ring.head - sent);
	size_t keep = stream_limits(s)->ring_per_stream, wait = keep;

	if (s->key == NULL)
		keep = 0;
	if (rings_are_full(s)) {
		keep = 0;
		wait = wait < RING_FLOOR ? wait : RING_FLOOR;
	}
	if (s->clients == NULL) {
		/* Only a stream with a key gets here; all of it may be asked
		 * for, so nothing is dropped. */
		unsent = s->ring.bytes;
	} else if (s->ring.bytes > keep) {
		uint64_t goal = s->ring.head - keep;

		event_ring_drop(&s->ring, goal < sent ? goal : sent);
	}
	account(s);
	if (s->source.ops == NULL)
		return;
	if (!s->paused && unsent > wait) {
		s->paused = true;
		s->source.ops->pause(s->source.self);
	} else if (s->paused && unsent <= wait / 2) {
		s->paused = false;
		s->last_event = loop_now(&s->loop->base);
		s->source.ops->resume(s->source.self);
	}
}

/* ---- The source ---------------------------------------------------------- */

static const struct upstream_handler handler = { stream_chunk, stream_flush,
	stream_answer, stream_end };

static void
cancel_source(struct stream *s)
{
	const struct stream_source_ops *ops = s->source.ops;

	s->source.ops = NULL;
	if (ops != NULL)
		ops->cancel(s->source.self);
}

void
stream_call(struct stream *s)
{
	struct upstream_call call;
	struct api_error err;

	memset(&call, 0, sizeof(call));
	call.loop = &s->loop->base;
	call.config = s->settings->config;
	call.provider = s->entry->provider;
	call.model = &s->entry->model;
	call.model_id = s->entry->id;
	call.chat = s->chat;
	call.request = s->request;
	call.limits = stream_limits(s);
	call.connect_ms = s->settings->config->timeouts.connect;
	call.usage = &s->usage;
	s->patience =
	    config_patience(call.config, call.provider, call.model);
	s->called = loop_now(&s->loop->base);
	s->last_event = s->called;
	s->retry_at = 0;
	s->tries++;
	s->paused = false;
	s->source.ops = stream_source_ops(call.provider);
	s->source.self =
	    s->source.ops->start(s->loop, &call, &handler, s, &err);
	relay_request_free(s->request);
	s->request = NULL;
	if (s->source.self == NULL) {
		s->source.ops = NULL;
		stream_finish(s, METRICS_CAUSE_UPSTREAM, &err);
	}
}

int
stream_chunk(void *arg, const char *json, size_t len, bool content)
{
	struct stream *s = arg;

	if (s->ended)
		return -1;
	if (s->first_event == 0) {
		s->first_event = loop_now(&s->loop->base);
		metrics_first_event(s->first_event - s->started);
		/* It was processed: there is no second try. */
		chat_request_free(s->chat);
		s->chat = NULL;
	}
	if (content)
		s->content++;
	if (event_ring_add(&s->ring, json, len) == -1)
		return -1;
	return 0;
}

void
stream_flush(void *arg)
{
	struct stream *s = arg;

	s->last_event = loop_now(&s->loop->base);
	stream_clients_send(s);
	if (!s->closing)
		balance(s);
}

void
stream_answer(void *arg, struct buf *json)
{
	struct stream *s = arg;

	buf_free(&s->answer);
	s->answer = *json;
	buf_init(json, 0);
}

/*
 * A call that the provider certainly did nothing for may be made again: soon,
 * when that was a connection or the provider named a short time, else to the
 * model's fallback. Returns true when that will be done.
 */
static bool
try_again(struct stream *s, const struct api_error *err)
{
	const struct catalog_entry *other;
	uint64_t now = loop_now(&s->loop->base), delay = STREAM_RETRY_DELAY;
	bool soon;

	if (s->chat == NULL || s->ended || s->loop->draining)
		return false;
	soon = strcmp(err->code, "upstream_unreachable") == 0 ||
	    (err->retry_after > 0 &&
		err->retry_after <= STREAM_RETRY_AFTER_MAX);
	if (soon && s->tries < STREAM_TRIES_MAX) {
		if (err->retry_after > 0)
			delay = (uint64_t)err->retry_after * 1000;
		delay += uv_hrtime() / 1000 % STREAM_RETRY_DELAY;
		s->retry_at = now + delay;
		metrics_upstream_retry();
		stream_timer_arm(s);
		return true;
	}
	if (s->entry->model.fallback == NULL)
		return false;
	other = catalog_find(s->catalog, s->entry->model.fallback);
	if (other == NULL || s->fallbacks >= STREAM_TRIES_MAX)
		return false;
	s->fallbacks++;
	s->entry = other;
	s->tries = 0;
	s->retry_at = now;
	metrics_upstream_retry();
	stream_timer_arm(s);
	return true;
}

static enum metrics_cause
cause_of(const struct api_error *err)
{
	if (strstr(err->code, "_too_large") != NULL)
		return METRICS_CAUSE_LIMIT;
	if (strstr(err->code, "_timeout") != NULL)
		return METRICS_CAUSE_TIMEOUT;
	if (strcmp(err->code, "internal_error") == 0)
		return METRICS_CAUSE_INTERNAL;
	return METRICS_CAUSE_UPSTREAM;
}

void
stream_end(void *arg, const struct api_error *err, bool unprocessed)
{
	struct stream *s = arg;

	s->source.ops = NULL;
	if (err == NULL) {
		stream_finish(s, METRICS_CAUSE_DONE, NULL);
		return;
	}
	if (unprocessed && s->first_event == 0 && try_again(s, err))
		return;
	stream_finish(s, cause_of(err), err);
}

/* ---- The end ------------------------------------------------------------- */

/* Puts the end into the ring where events have been seen or promised. */
static void
write_end(struct stream *s, const struct api_error *err)
{
	const struct client *c;
	bool promised = s->ring.next_id > 1;
	struct buf json;

	if (!s->is_stream)
		return;
	if (s->cause == METRICS_CAUSE_DONE)
		(void)event_ring_add(&s->ring, "[DONE]", 6);
	if (err == NULL)
		return;
	for (c = s->clients; c != NULL; c = c->next)
		if (c->committed)
			promised = true;
	if (!promised)
		return;
	buf_init(&json, 4 * API_ERROR_MESSAGE_MAX + 512);
	if (api_error_json(&json, err) == 0)
		(void)event_ring_add(&s->ring, json.data, json.len);
	buf_free(&json);
}

void
stream_finish(struct stream *s, enum metrics_cause cause,
    const struct api_error *err)
{
	if (s->ended)
		return;
	cancel_source(s);
	s->ended = true;
	s->ended_at = loop_now(&s->loop->base);
	s->cause = cause;
	s->retry_at = 0;
	if (err != NULL && (s->err = malloc(sizeof(*err))) != NULL)
		*s->err = *err;
	stream_report(s);
	write_end(s, err);
	account(s);
	chat_request_free(s->chat);
	s->chat = NULL;
	stream_clients_send(s);
	stream_settle(s);
}

/* True when an ended stream is kept for a client that comes back. */
static bool
is_kept(const struct stream *s)
{
	/* A failure before the first event is told once and forgotten: the
	 * same key may try again. */
	return s->key != NULL && !s->loop->draining &&
	    s->settings->config->timeouts.grace > 0 &&
	    (s->err == NULL || s->ring.next_id > 1) &&
	    s->cause != METRICS_CAUSE_STOPPED &&
	    s->cause != METRICS_CAUSE_CLIENT_GONE;
}

void
stream_settle(struct stream *s)
{
	if (s->closing)
		return;
	if (s->clients == NULL && s->detached == 0)
		s->detached = loop_now(&s->loop->base);
	if (s->clients == NULL && !s->ended &&
	    (s->key == NULL || s->settings->config->timeouts.grace == 0 ||
		s->loop->draining)) {
		stream_finish(s, METRICS_CAUSE_CLIENT_GONE, NULL);
		return;
	}
	if (s->clients == NULL && s->ended && !is_kept(s)) {
		stream_discard(s);
		return;
	}
	if (!s->ended)
		balance(s);
	stream_timer_arm(s);
}

static void
free_stream(uv_handle_t *timer)
{
	struct stream *s = (struct stream *)timer;

	event_ring_free(&s->ring);
	buf_free(&s->answer);
	chat_request_free(s->chat);
	relay_request_free(s->request);
	catalog_unref(s->catalog);
	settings_unref(s->settings);
	free(s->err);
	free(s->key);
	free(s);
}

void
stream_discard(struct stream *s)
{
	struct relay *r = s->loop->relay;

	if (s->closing)
		return;
	s->closing = true;
	cancel_source(s);
	if (!s->ended) {
		s->ended = true;
		s->cause = METRICS_CAUSE_SHUTDOWN;
		stream_report(s);
	}
	stream_clients_close(s);
	stream_unlist(s);
	event_ring_free(&s->ring);
	account(s);
	stream_users_put(r->users, s->user);
	s->user = NULL;
	uv_close((uv_handle_t *)&s->timer, free_stream);
}
