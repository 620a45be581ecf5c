/* SPDX-License-Identifier: MIT */
/* What each step of a client says. */
#include "config.h"

#include <string.h>

#include "client_state.h"

#define HANDSHAKE_MAX (4 * 1024 * 1024) /* bytes of a handshake's answer */

void
tool_client_wire(const struct tool_client *c, struct tool_wire_call *w)
{
	memset(w, 0, sizeof(*w));
	w->pool = c->call.pool;
	w->server = c->call.server;
	w->connect_ms = c->call.config->timeouts.connect;
	w->total_ms = TOOL_LIST_TIMEOUT;
	if (c->step == STEP_REQUEST)
		w->total_ms = c->call.total_ms;
	else if (c->step == STEP_INITIALIZED)
		w->total_ms = TOOL_INITIALIZED_WAIT;
	w->max = c->step == STEP_REQUEST ? c->call.max : HANDSHAKE_MAX;
}

static int
put_modern(const char *method, struct provider_request *req)
{
	if (tool_request_header(req, "MCP-Protocol-Version",
		TOOL_VERSION_MODERN) == -1)
		return -1;
	return tool_request_header(req, "Mcp-Method", method);
}

int
tool_client_put(struct tool_client *c, struct provider_request *req,
    struct api_error *err)
{
	bool legacy = c->facts.era == TOOL_ERA_LEGACY;
	int rc = 0;

	switch (c->step) {
	case STEP_PROBE:
		rc = put_modern("tools/list", req);
		tool_rpc_list(&req->body, "tools/list", TOOL_ERA_MODERN,
		    c->call.server->apps, c->id, NULL, 0);
		break;
	case STEP_INITIALIZE:
		tool_rpc_initialize(&req->body,
		    c->version != NULL ? c->version : TOOL_VERSION_LEGACY,
		    c->call.server->apps, c->id);
		break;
	case STEP_INITIALIZED:
		rc = tool_request_session(req, &c->session);
		tool_rpc_initialized(&req->body);
		break;
	case STEP_REQUEST:
	default:
		rc = legacy ? tool_request_session(req, &c->session)
			    : put_modern(c->call.method, req);
		if (rc == 0 &&
		    c->handler->put(c->arg, c->facts.era, c->id, req, err) ==
			-1)
			return -1;
	}
	return rc == 0 && buf_ok(&req->body) ? 0 : api_error_no_memory(err);
}

/* Sends a message that nobody waits for the answer of. */
static void
tell(struct tool_client *c, const char *method,
    int (*put)(struct buf *, const void *), const void *what)
{
	struct provider_request req;
	struct tool_wire_call w;

	tool_client_wire(c, &w);
	w.method = method;
	w.total_ms = TOOL_LIST_TIMEOUT;
	if (tool_request_begin(&req, c->call.server) == 0 &&
	    tool_request_session(&req, &c->session) == 0 &&
	    (put == NULL || put(&req.body, what) == 0))
		tool_wire_tell(&w, &req);
	else
		provider_request_free(&req);
}

static int
put_cancelled(struct buf *out, const void *id)
{
	return tool_rpc_cancelled(out, *(const uint64_t *)id);
}

void
tool_client_tell_cancelled(struct tool_client *c)
{
	tell(c, NULL, put_cancelled, &c->request);
}

void
tool_client_tell_deleted(struct tool_client *c)
{
	tell(c, "DELETE", NULL, NULL);
}

/* An answer to the server's own request. */
struct reply {
	const char *id, *result;
};

static int
put_reply(struct buf *out, const void *what)
{
	const struct reply *r = what;

	return r->result != NULL ? tool_rpc_reply(out, r->id, r->result)
				 : tool_rpc_refuse(out, r->id);
}

void
tool_client_reply(struct tool_client *c, const char *id, const char *result)
{
	struct reply r = { id, result };

	tell(c, NULL, put_reply, &r);
}
