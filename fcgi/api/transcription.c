/* SPDX-License-Identifier: MIT */
/*
 * POST api/audio/transcriptions: what is said in a sound file, in OpenAI's form.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "confab/api/route.h"
#include "confab/provider/transcription.h"

#include "route_relay.h"

/* Puts the form in the provider's words: here and not on the relay's loop,
 * because a recording is megabytes. */
static int
put_request(struct route_call *c, struct relay_job *job, struct api_error *err)
{
	const struct config *config = c->settings->config;
	const struct buf *body = &c->request->body;

	job->request = calloc(1, sizeof(*job->request));
	if (job->request == NULL)
		return api_error_no_memory(err);
	if (provider_transcription_request(config->transcriber,
		config->transcription_model, c->request->content_type,
		buf_str(body), body->len, job->request, &job->format,
		err) == -1)
		return -1;
	route_tell_ignored(job);
	return 0;
}

void
api_transcription(struct route_call *c)
{
	const struct config *config = c->settings->config;
	struct relay_job job;
	struct api_error err;

	/* Nor do those see it who may not use it, or a token that is for other
	 * models. */
	if (!config_may_transcribe(config, c->session.groups) ||
	    !token_limits_model(&c->session.limits,
		config->transcription_model)) {
		route_fail(c, 404, "no_transcription",
		    "This server turns no speech into text.");
		return;
	}
	if (!route_job(c, RELAY_CHAT, c->request->idempotency_key, &job))
		return;
	job.speech = true;
	if (route_claim_bytes(c, &job, &err) == -1 ||
	    route_mark(c, &job, &err) == -1 ||
	    put_request(c, &job, &err) == -1 || route_may_ask(c, &err) == -1) {
		relay_job_free(&job);
		response_error(c->response, &err);
		return;
	}
	/* It is in the request now; two of it need not wait. */
	buf_wipe(&c->request->body);
	route_tell_budget(c, &job);
	route_hand_over(c, &job);
}
