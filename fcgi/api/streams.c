/* SPDX-License-Identifier: MIT */
/*
 * GET api/streams/KEY: the rest of an answer; DELETE: its end.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "confab/api/route.h"
#include "confab/identity/throttle.h"

#include "route_relay.h"

/* Event ids are decimal numbers; anything else is none. */
static bool
parse_id(const char *text, uint64_t *id)
{
	*id = 0;
	if (text[0] == '\0')
		return true;
	if (strlen(text) > 19 || strspn(text, "0123456789") != strlen(text))
		return false;
	*id = strtoull(text, NULL, 10);
	return true;
}

/* Is this the worker that the client has heard of? */
static bool
is_same(const struct route_call *c)
{
	const char *name = relay_name(c->service->relay);
	char query[RELAY_NAME_MAX + 1];

	return name[0] != '\0' &&
	    request_query(c->request, "worker", query, sizeof(query)) &&
	    strcmp(query, name) == 0;
}

void
api_stream_resume(struct route_call *c)
{
	const char *last = c->request->last_event_id;
	const struct config_quota q =
	    config_quota_of(c->settings->config, c->session.groups);
	struct api_error err;
	struct relay_job job;
	char query[24];

	if (!route_job(c, RELAY_RESUME, c->rest, &job))
		return;
	if (last[0] == '\0' &&
	    request_query(c->request, "last_event_id", query, sizeof(query)))
		last = query;
	if (!parse_id(last, &job.last_event_id)) {
		(void)api_error_set(&err, 400, "invalid_request",
		    "Last-Event-ID must be a decimal number.");
		goto fail;
	}
	if (throttle_resume(c->service->identity->state, &q, c->session.user,
		&err) == -1)
		goto fail;
	job.since = is_same(c);
	route_hand_over(c, &job);
	return;

fail:
	relay_job_free(&job);
	response_error(c->response, &err);
}

void
api_stream_stop(struct route_call *c)
{
	struct relay_job job;

	if (c->service->cgi &&
	    throttle_cgi_stop(c->service->identity, c->session.user, c->rest)) {
		c->response->status = 204;
		return;
	}
	if (route_job(c, RELAY_STOP, c->rest, &job))
		route_hand_over(c, &job);
}
