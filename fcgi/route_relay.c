/* SPDX-License-Identifier: MIT */
/*
 * From a route to the relay.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "confab/route_relay.h"

_Static_assert(TOKEN_USER_MAX <= RELAY_USER_MAX,
    "every user's name fits into a job");

static bool
is_key(const char *key)
{
	size_t n;

	for (n = 0; key[n] != '\0'; n++)
		if (key[n] <= 0x20 || key[n] >= 0x7f)
			return false;
	return n <= RELAY_KEY_MAX;
}

bool
route_job(struct call *c, enum relay_op op, const char *key,
    struct relay_job *job)
{
	memset(job, 0, sizeof(*job));
	if (!is_key(key)) {
		route_fail(c, 400, "invalid_request", "The key must have 1 to "
		    "64 visible ASCII characters, such as a UUID.");
		return false;
	}
	if (c->service->cgi) {
		/* One process a request: nothing outlives it. */
		key = "";
		if (op != RELAY_CHAT) {
			route_fail(c, 404, "stream_not_found",
			    "There is no such stream.");
			return false;
		}
	}
	job->op = op;
	job->client.fd = -1;
	job->settings = settings_ref(c->settings);
	(void)snprintf(job->user, sizeof(job->user), "%s", c->session.user);
	(void)snprintf(job->key, sizeof(job->key), "%s", key);
	if (c->response->headers.len < sizeof(job->extra_headers))
		memcpy(job->extra_headers, buf_str(&c->response->headers),
		    c->response->headers.len + 1);
	return true;
}

void
route_hand_over(struct call *c, struct relay_job *job)
{
	struct gateway *g = c->request->gateway;

	job->client = g->ops->hand_over(g);
	c->handed_over = true;
	relay_submit(c->service->relay, job);
}
