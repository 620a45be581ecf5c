/* SPDX-License-Identifier: MIT */
/*
 * What is decided about a stream.
 */
#include "config.h"

#include <assert.h>
#include <string.h>

#include "policy.h"

#define NEVER UINT64_MAX
#define COME_BACK 5 /* s after which there may be room */

/* ---- Back-pressure -------------------------------------------------------- */

struct policy_balance
policy_balance(const struct policy_flow *f)
{
	struct policy_balance b = { f->tail, POLICY_LEAVE };
	size_t keep = f->has_key ? f->cap : 0, wait = f->cap;
	uint64_t held = f->head - f->tail, unsent = held, goal;

	assert(f->tail <= f->sent && f->sent <= f->head);
	if (f->rings_full) {
		keep = 0;
		if (wait > POLICY_RING_FLOOR)
			wait = POLICY_RING_FLOOR;
	}
	if (f->attached) {
		unsent = f->head - f->sent;
		goal = held > keep ? f->head - keep : f->tail;
		b.drop = goal < f->sent ? goal : f->sent;
	}
	if (!f->paused && unsent > wait)
		b.source = POLICY_PAUSE;
	else if (f->paused && unsent <= wait / 2)
		b.source = POLICY_RESUME;
	return b;
}

/* ---- Deadlines ------------------------------------------------------------ */

/* The source's next sign of life. */
static uint64_t
source_deadline(enum policy_due due, const struct policy_times *at,
    const struct policy_phase *phase, const struct policy_limits *limits)
{
	if (phase->ended || !phase->calling || phase->paused || !phase->tells)
		return NEVER;
	if (at->first_event == 0)
		return due == POLICY_FIRST_EVENT
		    ? at->last_event + limits->first_event
		    : NEVER;
	return due == POLICY_SILENCE ? at->last_event + limits->silence : NEVER;
}

/* When a stream without a client, or at its end, is let go. */
static uint64_t
grace_deadline(const struct policy_times *at, const struct policy_phase *phase,
    const struct policy_limits *limits)
{
	uint64_t from = at->detached;

	/* Who reads the rest has as long for it as an answer may take: one
	 * that has silently gone would hold it for ever. */
	if (phase->attached)
		return phase->ended ? at->ended + limits->total : NEVER;
	if (phase->ended && at->ended > from)
		from = at->ended;
	return from + limits->grace;
}

static uint64_t
deadline(enum policy_due due, const struct policy_times *at,
    const struct policy_phase *phase, const struct policy_limits *limits)
{
	switch (due) {
	case POLICY_RETRY:
		return at->retry != 0 ? at->retry : NEVER;
	case POLICY_TOTAL:
		return phase->ended ? NEVER : at->started + limits->total;
	case POLICY_FIRST_EVENT:
	case POLICY_SILENCE:
		return source_deadline(due, at, phase, limits);
	case POLICY_GRACE:
		return grace_deadline(at, phase, limits);
	case POLICY_COMMENT:
		return phase->attached && !phase->ended && phase->is_stream
		    ? phase->last_write + limits->heartbeat
		    : NEVER;
	case POLICY_NOTHING:
	case POLICY_DUES:
	default:
		return NEVER;
	}
}

enum policy_due
policy_due(const struct policy_times *at, const struct policy_phase *phase,
    const struct policy_limits *limits, uint64_t now)
{
	enum policy_due due;

	for (due = POLICY_RETRY; due < POLICY_DUES; due++)
		if (deadline(due, at, phase, limits) <= now)
			return due;
	return POLICY_NOTHING;
}

uint64_t
policy_wake(const struct policy_times *at, const struct policy_phase *phase,
    const struct policy_limits *limits)
{
	uint64_t next = NEVER, then;
	enum policy_due due;

	for (due = POLICY_RETRY; due < POLICY_DUES; due++) {
		then = deadline(due, at, phase, limits);
		if (then < next)
			next = then;
	}
	return next;
}

/* ---- A call that failed ---------------------------------------------------- */

enum policy_try
policy_try_again(const struct policy_failure *f, uint64_t *delay)
{
	unsigned asked = f->err->retry_after;
	bool soon = strcmp(f->err->code, "upstream_unreachable") == 0 ||
	    (asked > 0 && asked <= POLICY_RETRY_AFTER_MAX);

	*delay = 0;
	if (!f->unprocessed || f->answered || f->draining)
		return POLICY_GIVE_UP;
	if (soon && f->tries < POLICY_TRIES_MAX) {
		*delay =
		    asked > 0 ? (uint64_t)asked * 1000 : POLICY_RETRY_DELAY;
		return POLICY_AGAIN;
	}
	if (f->fallback && f->fallbacks < POLICY_FALLBACKS_MAX)
		return POLICY_FALLBACK;
	return POLICY_GIVE_UP;
}

enum metrics_cause
policy_cause(const struct api_error *err)
{
	if (strstr(err->code, "_too_large") != NULL)
		return METRICS_CAUSE_LIMIT;
	if (strstr(err->code, "_timeout") != NULL)
		return METRICS_CAUSE_TIMEOUT;
	if (strcmp(err->code, "internal_error") == 0)
		return METRICS_CAUSE_INTERNAL;
	return METRICS_CAUSE_UPSTREAM;
}

/* ---- When nobody is attached ----------------------------------------------- */

enum policy_left
policy_left(const struct policy_rest *r)
{
	bool may_return = r->has_key && r->grace > 0 && !r->draining;

	if (!r->ended)
		return may_return ? POLICY_WAIT : POLICY_FINISH;
	if (!may_return || (r->failed && !r->had_events) ||
	    r->cause == METRICS_CAUSE_STOPPED ||
	    r->cause == METRICS_CAUSE_CLIENT_GONE)
		return POLICY_DISCARD;
	return POLICY_WAIT;
}

bool
policy_key_is_used(const struct policy_rest *r, bool called)
{
	return called &&
	    (r->acts || !r->failed || r->had_events ||
		r->cause == METRICS_CAUSE_STOPPED);
}

/* ---- Who may open and attach ----------------------------------------------- */

int
policy_room(const struct policy_load *load, const struct config_limits *l,
    struct api_error *err)
{
	if (load->user_streams >= load->user_may)
		(void)api_error_set(err, 429, "stream_limit",
		    "Only %u answers may be under way at a time.",
		    load->user_may);
	else if (load->streams >= l->streams)
		(void)api_error_set(err, 503, "busy",
		    "The server is at its limit of open answers.");
	else if (load->ring_bytes > l->ring_total)
		(void)api_error_set(err, 503, "ring_limit",
		    "The server's memory for answers is full.");
	else
		return 0;
	err->retry_after = COME_BACK;
	return -1;
}

int
policy_claim(size_t of_user, size_t of_all, const struct config_limits *l,
    struct api_error *err)
{
	if (of_user > l->pending_per_user)
		(void)api_error_set(err, 429, "pending_limit",
		    "Your requests that wait for an answer take all the memory "
		    "that one user may have (pending_per_user).");
	else if (of_all > l->pending_total)
		(void)api_error_set(err, 503, "pending_limit",
		    "Requests that wait for an answer take all the memory that "
		    "there is for them (pending_total).");
	else
		return 0;
	err->retry_after = COME_BACK;
	return -1;
}

bool
policy_trim(size_t freed, size_t claimed)
{
	return freed >= (claimed == 0 ? POLICY_TRIM_IDLE : POLICY_TRIM_BUSY);
}

enum policy_chat
policy_chat(const struct policy_asked *a, struct api_error *err)
{
	if (a->found && a->same)
		return POLICY_ATTACH;
	if (a->found) {
		(void)api_error_set(err, 422, "idempotency_key_reused",
		    "This Idempotency-Key belongs to another request.");
	} else if (a->draining) {
		(void)api_error_set(err, 503, "shutting_down",
		    "The server is about to restart.");
		err->retry_after = 1;
	} else if (a->forgotten) {
		(void)api_error_set(err, 409, "idempotency_key_used",
		    "This Idempotency-Key has had its answer, which is not "
		    "kept any more.");
	} else {
		return POLICY_OPEN;
	}
	return POLICY_REFUSE;
}

void
policy_place(enum engine_where where, struct api_error *err)
{
	if (where == ENGINE_LOST) {
		(void)api_error_set(err, 404, "stream_lost",
		    "The server that had this stream is gone.");
	} else if (where == ENGINE_UNKNOWN) {
		(void)api_error_set(err, 503, "hosts_away",
		    "This server cannot ask the others at this moment.");
		err->retry_after = 1;
	}
}
