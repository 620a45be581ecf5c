/* SPDX-License-Identifier: MIT */
/*
 * GET api/health: whether it can serve; api/health/live: whether it runs.
 */
#include "config.h"

#include <string.h>

#include "confab/api/route.h"
#include "confab/engine/engine.h"
#include "confab/engine/users.h"
#include "confab/identity/identity.h"

void
api_health(struct route_call *c)
{
	struct route_service *s = c->service;
	struct engine_figures hosts;
	const char *status = "ok";
	struct api_error err;

	if (strcmp(c->request->path, "/api/health/live") != 0) {
		if (atomic_load(&s->draining))
			status = "draining";
		else if (s->relay != NULL && !relay_ready(s->relay))
			status = "starting";
		else if (identity_check(s->identity, &err) != 0)
			status = "hosts_away";
	}
	if (strcmp(status, "ok") != 0) {
		c->response->status = 503;
		c->response->retry_after = 1;
	}
	engine_look(s->identity->engine, &hosts);
	buf_printf(&c->response->body, "{\"status\":\"%s\"%s%s}", status,
	    !hosts.configured ? ""
		: hosts.up    ? ",\"hosts\":\"linked\""
			      : ",\"hosts\":\"away\"",
	    s->identity->users == NULL		      ? ""
		: engine_users_up(s->identity->users) ? ",\"users\":\"linked\""
						      : ",\"users\":\"away\"");
}
