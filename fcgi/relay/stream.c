/* SPDX-License-Identifier: MIT */
/*
 * The life of a stream: call, events, time limits, end. What is to be done is
 * asked of policy.c and done here.
 *
 * A stream may end at any depth of a callback, because a client's connection
 * or an upstream's bytes can tell so at any write. It is freed by its timer's
 * close callback, on a later turn of the loop; until then `closing` tells
 * those further up the stack that it is over.
 *
 * A token only notes the time; the timer is set to the earliest deadline as
 * it stood when it was set, and looks again when it fires. So a stream of a
 * thousand tokens moves its timer a few times, not a thousand.
 */
#include "config.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "confab/relay/job.h"

#include "claim.h"
#include "elsewhere.h"
#include "stream.h"
#include "stream_call.h"
#include "stream_report.h"
#include "stream_state.h"
#include "stream_table.h"
#include "stream_users.h"

static void on_timer(uv_timer_t *timer);

static uint64_t
now_of(const struct stream *s)
{
	return loop_now(&s->loop->base);
}

/* ---- Time ---------------------------------------------------------------- */

static struct policy_phase
phase_of(const struct stream *s)
{
	struct policy_phase p = { .is_stream = s->out.events,
		/* A provider that was asked for a whole answer thinks in
		 * silence; a tool does not know what it was asked for. */
		.tells = s->out.events || s->tool != NULL,
		.calling = s->source.ops != NULL,
		.paused = s->paused,
		.attached = s->out.clients != NULL,
		.ended = s->out.ended,
		.last_write = s->out.last_write };

	return p;
}

static struct policy_limits
limits_of(const struct stream *s)
{
	struct policy_limits l = { .first_event = s->patience.first_event,
		.silence = s->patience.silence,
		.total = s->patience.total,
		.heartbeat = stream_timeouts(s)->heartbeat,
		.grace = stream_timeouts(s)->grace };

	return l;
}

/* Sets the timer to the next of the stream's deadlines. */
static void
arm(struct stream *s)
{
	const struct policy_phase phase = phase_of(s);
	const struct policy_limits limits = limits_of(s);
	uint64_t now = now_of(s), next;

	if (s->closing)
		return;
	next = policy_wake(&s->at, &phase, &limits);
	uv_timer_start(&s->timer, on_timer, next > now ? next - now : 0, 0);
}

/* ---- Accounts ------------------------------------------------------------ */

/* Carries changes of what the ring holds into the limits. */
static void
account(struct stream *s)
{
	struct relay *r = s->loop->relay;
	size_t held = s->out.ring.held;

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

/*
 * Drops what nobody can ask for any more, and holds the source back while too
 * much waits to be sent.
 */
static void
balance(struct stream *s)
{
	struct event_ring *ring = &s->out.ring;
	const struct policy_flow flow = { .cap =
					      stream_limits(s)->ring_per_stream,
		.tail = ring->tail,
		.head = ring->head,
		.sent = outlet_furthest(&s->out),
		.attached = s->out.clients != NULL,
		.has_key = s->key != NULL,
		.rings_full = rings_are_full(s),
		.paused = s->paused };
	const struct policy_balance b = policy_balance(&flow);

	event_ring_drop(ring, b.drop);
	account(s);
	if (s->source.ops == NULL || b.source == POLICY_LEAVE)
		return;
	s->paused = b.source == POLICY_PAUSE;
	if (s->paused) {
		s->source.ops->pause(s->source.self);
	} else {
		s->at.last_event = now_of(s);
		s->source.ops->resume(s->source.self);
	}
}

/* The request will not be needed again. */
static void
drop_request(struct stream *s)
{
	chat_request_free(s->chat);
	s->chat = NULL;
	relay_request_free(s->request);
	s->request = NULL;
	if (s->claim != NULL) {
		relay_claim_free(s->claim);
		s->claim = NULL;
		claim_trim_look(s->loop);
	}
}

/* ---- The source ---------------------------------------------------------- */

/* A normalised chunk has come. */
static int
on_chunk(void *arg, const char *json, size_t len, bool content)
{
	struct stream *s = arg;

	if (s->out.ended)
		return -1;
	if (s->at.first_event == 0) {
		s->at.first_event = now_of(s);
		if (s->tool == NULL)
			metrics_first_event(s->at.first_event - s->at.started);
		/* It was processed: there is no second try. */
		drop_request(s);
	}
	if (content)
		s->content++;
	return event_ring_add(&s->out.ring, json, len);
}

static void
on_flush(void *arg)
{
	struct stream *s = arg;

	s->at.last_event = now_of(s);
	outlet_send(&s->out);
	if (!s->closing)
		balance(s);
}

static void
on_answer(void *arg, struct buf *json)
{
	struct stream *s = arg;

	buf_free(&s->out.answer);
	s->out.answer = *json;
	buf_init(json, 0);
}

/* Makes a failed call again, or that of the model's fallback, when that may be
 * done. Returns true when it will be. */
static bool
try_again(struct stream *s, const struct api_error *err, bool unprocessed)
{
	const char *name = s->entry != NULL && !s->no_fallback
	    ? s->entry->model.fallback
	    : NULL;
	const struct catalog_entry *other =
	    name != NULL ? catalog_find(s->catalog, name) : NULL;
	const struct policy_failure f = { .err = err,
		.unprocessed = unprocessed && s->chat != NULL,
		.answered = s->at.first_event != 0,
		.draining = s->loop->draining,
		.fallback = other != NULL,
		.tries = s->tries,
		.fallbacks = s->fallbacks };
	uint64_t delay;

	switch (policy_try_again(&f, &delay)) {
	case POLICY_AGAIN:
		delay += uv_hrtime() / 1000 % POLICY_RETRY_DELAY;
		break;
	case POLICY_FALLBACK:
		s->fallbacks++;
		s->entry = other;
		s->tries = 0;
		break;
	case POLICY_GIVE_UP:
	default:
		return false;
	}
	s->at.retry = now_of(s) + delay;
	metrics_upstream_retry();
	arm(s);
	return true;
}

static void
on_end(void *arg, const struct api_error *err, bool unprocessed)
{
	struct stream *s = arg;

	s->source.ops = NULL;
	if (err == NULL)
		stream_finish(s, METRICS_CAUSE_DONE, NULL);
	else if (s->out.ended || !try_again(s, err, unprocessed))
		stream_finish(s, policy_cause(err), err);
}

static const struct upstream_handler handler = { on_chunk, on_flush, on_answer,
	on_end };

/* Makes the upstream call, or makes it again. */
static void
make_call(struct stream *s)
{
	struct api_error err;
	int rc;

	assert(s->source.ops == NULL);
	s->at.called = now_of(s);
	s->at.last_event = s->at.called;
	s->at.retry = 0;
	s->tries++;
	s->paused = false;
	rc = stream_call(s, &handler, &err);
	if (rc == -1)
		stream_finish(s, METRICS_CAUSE_UPSTREAM, &err);
}

/* ---- What is due ---------------------------------------------------------- */

/* Says it of an answer, or of a call of a tool. */
static void
timed_out(struct stream *s, const char *code, const char *answer,
    const char *call)
{
	struct api_error err;

	if (s->tool != NULL)
		(void)api_error_set(&err, 504, code,
		    "The tool %s; whether it has acted is not known.", call);
	else
		(void)api_error_set(&err, 504, code, "%s", answer);
	stream_finish(s, METRICS_CAUSE_TIMEOUT, &err);
}

static void
do_due(struct stream *s, enum policy_due due)
{
	switch (due) {
	case POLICY_RETRY:
		make_call(s);
		break;
	case POLICY_TOTAL:
		timed_out(s, "total_timeout",
		    "The answer took longer than this server allows.",
		    "took longer than this server allows");
		break;
	case POLICY_FIRST_EVENT:
		timed_out(s, "first_event_timeout",
		    "The provider took too long to begin its answer.",
		    "took too long to say anything");
		break;
	case POLICY_SILENCE:
		timed_out(s, "silence_timeout",
		    "The provider fell silent in the middle of its answer.",
		    "fell silent in the middle of its answer");
		break;
	case POLICY_GRACE:
		if (s->out.ended)
			stream_discard(s);
		else
			stream_finish(s, METRICS_CAUSE_CLIENT_GONE, NULL);
		break;
	case POLICY_COMMENT:
		outlet_comment(&s->out);
		break;
	case POLICY_NOTHING:
	case POLICY_DUES:
	default:
		break;
	}
}

static void
on_timer(uv_timer_t *timer)
{
	struct stream *s = (struct stream *)timer;
	struct policy_limits limits;
	struct policy_phase phase;

	if (s->closing)
		return;
	limits = limits_of(s);
	phase = phase_of(s);
	do_due(s, policy_due(&s->at, &phase, &limits, now_of(s)));
	arm(s);
}

/* ---- Clients --------------------------------------------------------------- */

void
stream_settle(struct stream *s)
{
	struct policy_rest rest;

	if (s->closing)
		return;
	if (s->out.clients == NULL) {
		if (s->at.detached == 0)
			s->at.detached = now_of(s);
		rest = stream_rest(s);
		switch (policy_left(&rest)) {
		case POLICY_FINISH:
			stream_finish(s, METRICS_CAUSE_CLIENT_GONE, NULL);
			return;
		case POLICY_DISCARD:
			stream_discard(s);
			return;
		case POLICY_WAIT:
		default:
			break;
		}
	}
	if (!s->out.ended)
		balance(s);
	arm(s);
}

static int
add_client(struct stream *s, struct relay_job *job, uint64_t off)
{
	int rc = outlet_attach(&s->out, job->client, job->extra_headers, off);

	job->client.fd = -1;
	if (rc == 0)
		s->at.detached = 0;
	return rc;
}

void
stream_attach(struct stream *s, struct relay_job *job, uint64_t last_id)
{
	struct api_error err;
	uint64_t off = 0;

	if (s->out.events && !event_ring_seek(&s->out.ring, last_id, &off)) {
		if (last_id >= s->out.ring.next_id)
			(void)api_error_set(&err, 400, "invalid_request",
			    "Last-Event-ID names an event that has not been.");
		else
			(void)api_error_set(&err, 410, "events_evicted",
			    "These events are not kept any more.");
		stream_refuse(s->loop, job, &err);
		return;
	}
	metrics_stream_resumed();
	if (add_client(s, job, off) == -1)
		return;
	outlet_send(&s->out);
	stream_settle(s);
}

void
stream_refuse(struct relay_loop *l, struct relay_job *job,
    const struct api_error *err)
{
	outlet_refuse(&l->base, job->client, job->extra_headers, err);
	job->client.fd = -1;
}

/* ---- The beginning ---------------------------------------------------------- */

void
stream_begin(struct stream *s, struct relay_job *job)
{
	atomic_fetch_add(&s->loop->relay->streams, 1);
	atomic_fetch_add(&s->user->open, 1);
	elsewhere_opened(s);
	metrics_stream_started();
	if (add_client(s, job, 0) == -1) {
		stream_finish(s, METRICS_CAUSE_CLIENT_GONE, NULL);
		return;
	}
	make_call(s);
	arm(s);
}

/* ---- The end ------------------------------------------------------------- */

void
stream_finish(struct stream *s, enum metrics_cause cause,
    const struct api_error *err)
{
	if (s->out.ended)
		return;
	source_cancel(&s->source);
	s->at.ended = now_of(s);
	s->at.retry = 0;
	s->cause = cause;
	stream_report(s, err);
	outlet_end(&s->out, cause == METRICS_CAUSE_DONE, err);
	account(s);
	drop_request(s);
	outlet_send(&s->out);
	stream_settle(s);
}

static void
free_stream(uv_handle_t *timer)
{
	struct stream *s = (struct stream *)timer;

	outlet_free(&s->out);
	drop_request(s);
	tool_call_unref(s->tool);
	catalog_unref(s->catalog);
	settings_unref(s->settings);
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
	source_cancel(&s->source);
	if (!s->out.ended) {
		s->out.ended = true;
		s->cause = METRICS_CAUSE_SHUTDOWN;
		stream_report(s, NULL);
	}
	outlet_close(&s->out);
	stream_unlist(s);
	event_ring_free(&s->out.ring);
	account(s);
	stream_users_put(r->users, s->user);
	s->user = NULL;
	uv_close((uv_handle_t *)&s->timer, free_stream);
}
