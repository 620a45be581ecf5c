/* SPDX-License-Identifier: MIT */
/*
 * POST api/chat/completions: a chat completion, streamed or whole.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "confab/api/route.h"
#include "confab/provider/chat_request.h"

#include "route_relay.h"

/* The model that is asked for. */
static int
choose_model(struct route_call *c, struct relay_job *job, struct api_error *err)
{
	const struct chat_request *chat = job->chat;
	const char *param = NULL;

	if (!route_find_model(c, job, chat->model)) {
		(void)api_error_set(err, 404, "model_not_found",
		    "There is no such model here.");
		param = "model";
	} else if (chat->has_image && job->entry->model.input != 0 &&
	    (job->entry->model.input & INPUT_IMAGE) == 0) {
		(void)api_error_set(err, 400, "invalid_request",
		    "This model takes no images.");
		param = "messages";
	}
	if (param == NULL)
		return 0;
	(void)snprintf(err->param, sizeof(err->param), "%s", param);
	return -1;
}

/*
 * Puts the request in the provider's words: here and not on the relay's loop,
 * because a request with pictures is megabytes of JSON.
 */
static int
put_request(struct relay_job *job, struct api_error *err)
{
	const struct catalog_entry *e = job->entry;

	job->request = calloc(1, sizeof(*job->request));
	if (job->request == NULL)
		return api_error_no_memory(err);
	if (provider_chat_request(e->provider, &e->model, job->chat,
		job->request, err) == -1)
		return -1;
	route_tell_ignored(job);
	return 0;
}

void
api_chat(struct route_call *c)
{
	const struct buf *body = &c->request->body;
	struct relay_job job;
	struct api_error err;

	if (!route_job(c, RELAY_CHAT, c->request->idempotency_key, &job))
		return;
	if (route_claim(c, &job, &err) == -1 || route_mark(c, &job, &err) == -1)
		goto fail;
	job.chat = chat_request_parse(buf_str(body), body->len,
	    &c->settings->config->limits, &err);
	if (job.chat == NULL)
		goto fail;
	route_want_models(c, job.chat->model);
	job.catalog = settings_catalog(c->settings);
	if (choose_model(c, &job, &err) == -1 ||
	    put_request(&job, &err) == -1 || route_may_ask(c, &err) == -1)
		goto fail;
	route_tell_budget(c, &job);
	route_hand_over(c, &job);
	return;

fail:
	relay_job_free(&job);
	response_error(c->response, &err);
}
