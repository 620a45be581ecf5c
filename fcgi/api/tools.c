/* SPDX-License-Identifier: MIT */
/*
 * GET api/tools: the tools that may be called; POST api/tools/call: one call,
 * streamed or whole. The same for prompts and resources of their servers. GET
 * api/tools/frame/SERVER: where that server's apps are drawn.
 */
#include "config.h"

#include <string.h>

#include "confab/api/route.h"
#include "confab/tool/app.h"
#include "confab/tool/call.h"

#include "route_relay.h"

void
api_tools(struct route_call *c)
{
	bool aged;

	if (!route_want_tools(c, false))
		return;
	(void)tool_servers_json(relay_tools(c->service->relay),
	    c->settings->config, c->session.user, c->session.groups,
	    &c->response->body, &aged);
	if (aged)
		relay_refresh_tools(c->service->relay);
}

/* What is listed besides tools. */
static void
list_offers(struct route_call *c,
    int (*write)(struct tool_servers *, const struct config *, const char *,
	config_group_set, struct buf *, bool *))
{
	bool aged;

	if (!route_want_tools(c, true))
		return;
	(void)write(relay_tools(c->service->relay), c->settings->config,
	    c->session.user, c->session.groups, &c->response->body, &aged);
	if (aged)
		relay_refresh_tools(c->service->relay);
}

void
api_prompts(struct route_call *c)
{
	list_offers(c, tool_servers_prompts_json);
}

void
api_resources(struct route_call *c)
{
	list_offers(c, tool_servers_resources_json);
}

/* The request's tree and text take memory until the call is over. */
static struct tool_call *
read_call(struct route_call *c, enum tool_op op, struct api_error *err)
{
	const struct buf *body = &c->request->body;
	struct tool_asker who;

	/* All of an access token's calls are one login's: its session has no
	 * number. */
	who.user = c->session.user;
	who.groups = c->session.groups;
	who.login = c->session.id;
	who.login_len = sizeof(c->session.id);
	return tool_call_new(relay_tools(c->service->relay),
	    c->settings->config, &who, op, buf_str(body), body->len, err);
}

static void
ask(struct route_call *c, enum tool_op op)
{
	struct relay_job job;
	struct api_error err;

	if (!route_want_tools(c, false) ||
	    !route_job(c, RELAY_CHAT, c->request->idempotency_key, &job))
		return;
	if (route_claim(c, &job, &err) == -1 || route_mark(c, &job, &err) == -1)
		goto fail;
	job.tool = read_call(c, op, &err);
	if (job.tool == NULL || route_may_ask(c, &err) == -1)
		goto fail;
	route_hand_over(c, &job);
	return;

fail:
	relay_job_free(&job);
	response_error(c->response, &err);
}

void
api_tool_call(struct route_call *c)
{
	ask(c, TOOL_OP_CALL);
}

void
api_prompt(struct route_call *c)
{
	ask(c, TOOL_OP_PROMPT);
}

void
api_resource(struct route_call *c)
{
	ask(c, TOOL_OP_RESOURCE);
}

void
api_complete(struct route_call *c)
{
	ask(c, TOOL_OP_COMPLETE);
}

void
api_tool_frame(struct route_call *c)
{
	const struct config_tool_server *server =
	    tool_app_server(c->settings->config, c->rest, c->session.user,
		c->session.groups);
	struct api_error err;
	struct buf policy;

	if (server == NULL) {
		route_fail(c, 404, "tool_not_found",
		    "There is no such tool server here.");
		return;
	}
	buf_init(&policy, TOOL_APP_POLICY_MAX);
	if (tool_app_policy(server, &policy) == 0) {
		response_header(c->response, "Content-Security-Policy",
		    buf_str(&policy));
		c->response->type = "text/html; charset=utf-8";
		buf_puts(&c->response->body, tool_app_frame());
	} else {
		(void)api_error_no_memory(&err);
		response_error(c->response, &err);
	}
	buf_free(&policy);
}
