/* SPDX-License-Identifier: MIT */
/*
 * POST api/chat/completions: a chat completion, streamed or whole.
 */
#include "config.h"

#include "confab/chat_request.h"
#include "confab/route.h"
#include "confab/route_relay.h"
#include "confab/throttle.h"

void
api_chat(struct call *c)
{
	const struct config_limits *limits = &c->settings->config->limits;
	const struct buf *body = &c->request->body;
	struct chat_request *chat;
	struct api_error err;
	struct relay_job job;

	chat = chat_request_parse(buf_str(body), body->len, limits, &err);
	if (chat == NULL || throttle_request(session_state(), limits,
	    c->session.user, &err) == -1) {
		chat_request_free(chat);
		response_error(c->response, &err);
		return;
	}
	if (!route_job(c, RELAY_CHAT, c->request->idempotency_key, &job)) {
		chat_request_free(chat);
		return;
	}
	job.chat = chat;
	route_hand_over(c, &job);
}
