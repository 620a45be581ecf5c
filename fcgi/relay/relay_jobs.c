/* SPDX-License-Identifier: MIT */
/*
 * What a loop does with a job: which stream it is for, and where that is.
 */
#include "config.h"

#include <string.h>
#include <unistd.h>

#include "confab/relay/job.h"

#include "elsewhere.h"
#include "kin.h"
#include "policy.h"
#include "relay_loop.h"
#include "stream.h"
#include "stream_open.h"
#include "stream_state.h"
#include "stream_table.h"

static void
refuse_unknown(struct relay_loop *l, struct relay_job *job)
{
	struct api_error err;

	if (job->since && !job->used)
		(void)api_error_set(&err, 404, "stream_never",
		    "This worker never had such a stream.");
	else
		(void)api_error_set(&err, 404, "stream_not_found",
		    "There is no such stream.");
	if (job->placed)
		policy_place(job->place.where, &err);
	stream_refuse(l, job, &err);
}

/*
 * A call of a tool is on the loop of its server's session, or of the one that
 * it goes on with, and not on its key's. So who asks for a stream that is not
 * where its key says is sent on to the other loops. Returns false when all of
 * them were asked.
 */
static bool
ask_next(struct relay_loop *l, struct relay_job *job)
{
	struct relay *r = l->relay;

	if (++job->asked >= r->n_loops)
		return false;
	relay_loop_queue(&r->loops[(l->index + 1) % r->n_loops], job);
	memset(job, 0, sizeof(*job));
	job->client.fd = -1;
	return true;
}

/* A connection that is somebody else's again. */
static void
drop_client(struct relay_job *job)
{
	close(job->client.fd);
	job->client.fd = -1;
}

static void
attach(struct stream *s, struct relay_job *job, uint64_t last_id)
{
	if (kin_take(job))
		stream_attach(s, job, last_id);
	else
		drop_client(job);
}

/* There is no such stream on this loop: the others are asked, then the older
 * generations, then the other hosts. */
static void
look_elsewhere(struct relay_loop *l, struct relay_job *job)
{
	if (elsewhere_join(l, job) || ask_next(l, job))
		return;
	if (job->guest)
		kin_pass(job);
	else if (kin_ask(l, job) || elsewhere_ask(l, job))
		return;
	else if (job->placed && job->place.where == ENGINE_THERE)
		elsewhere_pass(l, job);
	else
		refuse_unknown(l, job);
}

/* True for what goes on with a call that waits for a person. */
static bool
goes_on(const struct relay_job *job)
{
	return job->answer != NULL ||
	    (job->tool != NULL && tool_call_loop(job->tool) >= 0);
}

/* What is known of a chat's key, here and from other hosts. */
static void
look_up(struct relay_loop *l, const struct relay_job *job,
    const struct stream *s, struct policy_asked *asked)
{
	/* What is here already goes on to its end. */
	asked->draining =
	    l->draining || (atomic_load(&l->relay->refuses) && !goes_on(job));
	asked->found = s != NULL;
	asked->same =
	    s != NULL && memcmp(s->digest, job->digest, RELAY_DIGEST_LEN) == 0;
	if (s != NULL || job->key[0] == '\0')
		return;
	asked->forgotten = stream_forgotten(l, job->user, job->key);
	if (!job->placed)
		return;
	asked->found = job->place.where == ENGINE_OTHER;
	asked->forgotten |= job->place.where == ENGINE_HERE ||
	    job->place.where == ENGINE_LOST || job->place.where == ENGINE_OVER;
}

/* A call that another generation asks about is not here: neither on this loop,
 * nor on the others. */
static void
pass_on(struct relay_loop *l, struct relay_job *job)
{
	if (!ask_next(l, job))
		kin_pass(job);
}

/* A newer generation asks. What a person said is for the call that waits for it
 * at this loop's desk; a new call is the newer one's. */
static void
take_or_pass(struct relay_loop *l, struct relay_job *job)
{
	if (job->answer != NULL)
		job->tool = tool_desk_answered(l->desk, job->answer);
	if (job->tool == NULL) {
		pass_on(l, job);
	} else if (kin_take(job)) {
		job->quota = tool_call_quota(job->tool);
		elsewhere_hold(l, job);
		stream_open(l, job);
	} else {
		drop_client(job);
	}
}

/* Asks whether somebody else has the key, or the call that waits for this. */
static bool
ask_others(struct relay_loop *l, struct relay_job *job)
{
	if (job->key[0] == '\0')
		return goes_on(job) && kin_ask(l, job);
	return elsewhere_join(l, job) || kin_ask(l, job) ||
	    elsewhere_ask(l, job);
}

/* A new call, unless it is somebody else's key. */
static void
open_or_ask(struct relay_loop *l, struct relay_job *job)
{
	if (job->guest)
		take_or_pass(l, job);
	else if (ask_others(l, job))
		return;
	else if (job->placed && job->place.where == ENGINE_THERE)
		elsewhere_pass(l, job);
	else
		stream_open(l, job);
}

/* No call is made; `asked` says what was found. */
static void
refuse_chat(struct relay_loop *l, struct relay_job *job,
    const struct policy_asked *asked, const struct api_error *err)
{
	elsewhere_unclaim(l, job);
	if (job->guest && !asked->found && !asked->forgotten)
		pass_on(l, job);
	else if (kin_take(job))
		stream_refuse(l, job, err);
	else
		drop_client(job);
}

static void
do_chat(struct relay_loop *l, struct relay_job *job)
{
	struct policy_asked asked = { .draining = false };
	struct stream *s = NULL;
	struct api_error err;

	if (job->key[0] != '\0')
		s = stream_find(l, job->user, job->key);
	look_up(l, job, s, &asked);
	switch (policy_chat(&asked, &err)) {
	case POLICY_ATTACH:
		attach(s, job, 0);
		break;
	case POLICY_OPEN:
		open_or_ask(l, job);
		break;
	case POLICY_REFUSE:
	default:
		refuse_chat(l, job, &asked, &err);
	}
}

static void
do_resume(struct relay_loop *l, struct relay_job *job)
{
	struct stream *s = stream_find(l, job->user, job->key);

	if (s != NULL) {
		attach(s, job, job->last_event_id);
		return;
	}
	job->used |= stream_forgotten(l, job->user, job->key);
	look_elsewhere(l, job);
}

static void
do_stop(struct relay_loop *l, struct relay_job *job)
{
	struct stream *s = stream_find(l, job->user, job->key);
	uint64_t hash = stream_hash(job->user, job->key);
	struct api_error err;

	/* A call that asks a person waits longer than its stream is kept. */
	if (s == NULL && !tool_desk_has(l->desk, job->user, hash)) {
		look_elsewhere(l, job);
		return;
	}
	if (!kin_take(job)) {
		drop_client(job);
		return;
	}
	tool_desk_stop(l->desk, job->user, hash);
	(void)api_error_set(&err, 409, "stopped", "The answer was stopped.");
	if (s != NULL && s->out.ended)
		stream_discard(s);
	else if (s != NULL)
		stream_finish(s, METRICS_CAUSE_STOPPED, &err);
	outlet_empty(&l->base, job->client, job->extra_headers);
	job->client.fd = -1;
}

void
relay_loop_do(struct relay_loop *l, struct relay_job *job)
{
	switch (job->op) {
	case RELAY_CHAT:
		do_chat(l, job);
		break;
	case RELAY_RESUME:
		do_resume(l, job);
		break;
	case RELAY_STOP:
	default:
		do_stop(l, job);
	}
	relay_job_free(job);
}
