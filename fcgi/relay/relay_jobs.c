/* SPDX-License-Identifier: MIT */
/*
 * What a loop does with a job: which stream it is for, and where that is.
 */
#include "config.h"

#include <string.h>
#include <unistd.h>

#include "confab/relay/job.h"

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

	(void)api_error_set(&err, 404, "stream_not_found",
	    "There is no such stream.");
	stream_refuse(l, job, &err);
}

/*
 * A call of a tool that goes on with one that waited is on that one's loop and
 * not on its key's. So who asks for a stream that is not where its key says is
 * sent on to the other loops. Returns false when all of them were asked.
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
 * generations. */
static void
look_elsewhere(struct relay_loop *l, struct relay_job *job)
{
	if (ask_next(l, job))
		return;
	if (job->guest)
		kin_pass(job);
	else if (!kin_ask(l, job))
		refuse_unknown(l, job);
}

static void
do_chat(struct relay_loop *l, struct relay_job *job)
{
	struct policy_asked asked = { .draining = l->draining };
	struct stream *s = NULL;
	struct api_error err;

	if (job->key[0] != '\0') {
		s = stream_find(l, job->user, job->key);
		asked.found = s != NULL;
		asked.same = s != NULL &&
		    memcmp(s->digest, job->digest, RELAY_DIGEST_LEN) == 0;
		asked.forgotten =
		    s == NULL && stream_forgotten(l, job->user, job->key);
	}
	switch (policy_chat(&asked, &err)) {
	case POLICY_ATTACH:
		attach(s, job, 0);
		break;
	case POLICY_OPEN:
		if (job->guest)
			kin_pass(job);
		else if (job->key[0] == '\0' || !kin_ask(l, job))
			stream_open(l, job);
		break;
	case POLICY_REFUSE:
	default:
		if (job->guest && !asked.found && !asked.forgotten)
			kin_pass(job);
		else if (kin_take(job))
			stream_refuse(l, job, &err);
		else
			drop_client(job);
	}
}

static void
do_stop(struct relay_loop *l, struct relay_job *job)
{
	struct stream *s = stream_find(l, job->user, job->key);
	struct api_error err;

	if (s == NULL) {
		look_elsewhere(l, job);
		return;
	}
	if (!kin_take(job)) {
		drop_client(job);
		return;
	}
	(void)api_error_set(&err, 409, "stopped", "The answer was stopped.");
	if (s->out.ended)
		stream_discard(s);
	else
		stream_finish(s, METRICS_CAUSE_STOPPED, &err);
	outlet_empty(&l->base, job->client, job->extra_headers);
	job->client.fd = -1;
}

void
relay_loop_do(struct relay_loop *l, struct relay_job *job)
{
	struct stream *s;

	switch (job->op) {
	case RELAY_CHAT:
		do_chat(l, job);
		break;
	case RELAY_RESUME:
		s = stream_find(l, job->user, job->key);
		if (s != NULL)
			attach(s, job, job->last_event_id);
		else
			look_elsewhere(l, job);
		break;
	case RELAY_STOP:
	default:
		do_stop(l, job);
	}
	relay_job_free(job);
}
