/* SPDX-License-Identifier: MIT */
/*
 * POST api/chat/completions: a chat completion, streamed or whole.
 */
#include "config.h"

#include "confab/chat_request.h"
#include "confab/route.h"
#include "confab/route_relay.h"
#include "confab/throttle.h"

/* The limits of the user that can be told before the relay is asked. */
static int
may_ask(const struct call *c, struct api_error *err)
{
	const struct config_limits *l = &c->settings->config->limits;
	struct shared_state *st = session_state();

	if (c->service->cgi &&
	    throttle_cgi_stream(st, l, c->session.user, err) == -1)
		return -1;
	return throttle_request(st, l, c->session.user, err);
}

void
api_chat(struct call *c)
{
	const struct buf *body = &c->request->body;
	struct chat_request *chat;
	struct api_error err;
	struct relay_job job;

	chat = chat_request_parse(buf_str(body), body->len,
	    &c->settings->config->limits, &err);
	if (chat == NULL) {
		response_error(c->response, &err);
		return;
	}
	if (!route_job(c, RELAY_CHAT, c->request->idempotency_key, &job)) {
		chat_request_free(chat);
		return;
	}
	if (may_ask(c, &err) == -1) {
		chat_request_free(chat);
		settings_unref(job.settings);
		response_error(c->response, &err);
		return;
	}
	route_want_models(c, chat->model);
	job.chat = chat;
	route_hand_over(c, &job);
}
