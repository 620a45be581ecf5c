/* SPDX-License-Identifier: MIT */
/*
 * One call of a tool, or something else that a server of tools is asked for
 * somebody (op.h): asked for by a request, and run as the source of a stream,
 * as a call to a provider is.
 */
#ifndef CONFAB_TOOL_CALL_H
#define CONFAB_TOOL_CALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "confab/base/api_error.h"
#include "confab/config/config.h"
#include "confab/tool/op.h"
#include "confab/tool/servers.h"
#include "confab/upstream/upstream.h"

struct tool_call;
struct tool_desk;
struct tool_run;

/* Who asks. */
struct tool_asker {
	const char *user;
	config_group_set groups; /* by the configuration that is handed in */
	const void *login;	 /* bytes that tell the login apart */
	size_t login_len;
};

/*
 * Reads the body of POST api/tools/call and finds the tool, or that of another
 * request and finds the server. Returns a call with one reference, or NULL with
 * err: 400, 403 tool_denied, 404 tool_not_found, 409 tool_declined or
 * tool_changed, 503 tool_unavailable. Any thread.
 */
struct tool_call *tool_call_new(struct tool_servers *s, struct config *c,
    const struct tool_asker *who, enum tool_op op, const char *body, size_t len,
    struct api_error *err);
struct tool_call *tool_call_ref(struct tool_call *c);
void tool_call_unref(struct tool_call *c);

/* True when events are wanted; else one JSON text. */
bool tool_call_streams(const struct tool_call *c);

/* Which loop it must run on, because what it goes on with is there; -1: any. */
int tool_call_loop(const struct tool_call *c);

/* Calls of a user with the same one share a session, and run on one loop; NULL:
 * it shares nothing. */
const char *tool_call_shares(const struct tool_call *c);

/* How long it may take. */
struct config_patience tool_call_patience(const struct tool_call *c);

/* What is told of it in the log and in metrics. */
struct tool_call_facts {
	const char *server, *tool; /* as configured; the server's own name,
				    * or the method of what is none */
	uint64_t sent, received;   /* bytes of arguments, of messages */
	bool is_error;		   /* the tool says that it failed */
};
struct tool_call_facts tool_call_facts(const struct tool_call *c);

/*
 * The calls of one loop that wait for a person, because a server of the legacy
 * era has asked something. `index` is the loop's. NULL: no memory.
 */
struct tool_desk *tool_desk_new(struct loop *l, struct upstream_pool *pool,
    unsigned index);

/* Ends what waits. */
void tool_desk_free(struct tool_desk *d);

/*
 * Runs a call as upstream_start() does, or goes on with one that waits. NULL
 * with err: 410 tool_gone, 429 tool_limit, 503.
 */
struct tool_run *tool_run_start(struct tool_desk *d, struct tool_call *c,
    const struct upstream_handler *handler, void *arg, struct api_error *err);
void tool_run_pause(struct tool_run *r);
void tool_run_resume(struct tool_run *r);
void tool_run_cancel(struct tool_run *r);

#endif
