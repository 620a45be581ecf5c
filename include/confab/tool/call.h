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

/* Calls that wait there now. Any thread. */
unsigned tool_desk_waiting(const struct tool_desk *d);

#define TOOL_CALL_NAME_LEN 32	    /* bytes that name a call that waits */
#define TOOL_ANSWER_MAX (64 * 1024) /* bytes of what a person said to it */

/*
 * What a person said to a call that waits, on its way to another worker, which
 * has the call. Of plain bytes: `text` is the JSON object of the responses, and
 * only `len` bytes of it are sent.
 */
struct tool_answer {
	unsigned char name[TOOL_CALL_NAME_LEN]; /* of the call, for this user,
						 * login and tool */
	uint32_t stream; /* events are wanted: 1, else 0 */
	uint32_t len;
	char text[TOOL_ANSWER_MAX];
};

/* What `c` would go on with, allocated; NULL: it begins anew, its answer is
 * longer than TOOL_ANSWER_MAX, or there is no memory. */
struct tool_answer *tool_call_answer(const struct tool_call *c);

/* The call at this desk that waits for that answer, to be run, as a reference;
 * NULL: none does. It waits until it is run. */
struct tool_call *tool_desk_answered(struct tool_desk *d,
    const struct tool_answer *a);

/* Tells a call the hash of its stream's user and key, 0 for one without a key: a
 * call that waits is stopped by it, when its stream is over. */
void tool_call_known_as(struct tool_call *c, uint64_t stream);

/* Does the call of that user's stream wait at this desk? And ends it: its server
 * is told. */
bool tool_desk_has(const struct tool_desk *d, const char *user,
    uint64_t stream);
void tool_desk_stop(struct tool_desk *d, const char *user, uint64_t stream);

/* What its user may do at once, by the groups that they are in. */
struct config_quota tool_call_quota(const struct tool_call *c);

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
