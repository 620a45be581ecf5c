/* SPDX-License-Identifier: MIT */
/*
 * What follows from a server's reply: which era it is of, what a refusal means,
 * and what is told of it. Pure.
 */
#ifndef CONFAB_TOOL_HANDSHAKE_H
#define CONFAB_TOOL_HANDSHAKE_H

#include <stdbool.h>

#include <json-c/json.h>

#include "confab/base/api_error.h"

#include "message.h"
#include "server.h"

/* All that came of one exchange. */
struct tool_reply {
	int status;		     /* HTTP */
	struct json_object *result;  /* or NULL */
	struct tool_message failure; /* code 0: no JSON-RPC error */
	const char *session;	     /* Mcp-Session-Id, or NULL */
	const char *retry_after;     /* or NULL */
};

enum tool_next {
	TOOL_NEXT_FAIL, /* err tells */
	TOOL_NEXT_MODERN,
	TOOL_NEXT_LEGACY, /* a handshake is due */
	TOOL_NEXT_OLDER,  /* the same, with the version that is offered; else
			   * err tells */
	TOOL_NEXT_AGREED  /* the handshake: what was agreed is in facts */
};

/* After tools/list in the modern way. */
enum tool_next tool_probe_judge(const struct tool_reply *r,
    struct tool_facts *facts, struct api_error *err);

/* After initialize. The session is in `session`, "" for none. */
enum tool_next tool_initialize_judge(const struct tool_reply *r,
    struct tool_facts *facts, struct tool_session *session,
    struct api_error *err);

enum tool_refused {
	TOOL_REFUSED,	      /* for good */
	TOOL_REFUSED_ERA,     /* by a server that may be of another era now */
	TOOL_REFUSED_SESSION, /* by one that does not know the session */
	TOOL_REFUSED_HEADERS  /* it wants others */
};

/* What it means that the request itself was refused, with a session that was
 * there before (`kept`) or not. `err` tells it. */
enum tool_refused tool_request_judge(const struct tool_reply *r,
    const struct tool_facts *facts, bool kept, struct api_error *err);

/* An error that a server answered with, for people and models. */
void tool_error_rpc(struct api_error *err, int code, const char *said);

/* Adds to what is told of a call that was sent, and failed in a way that leaves
 * it open, that it may have acted. `status` is HTTP's where that was all the answer,
 * else 0. */
void tool_error_doubt(struct api_error *err, int status);

/* What is told of a connection to a provider, told of a tool server. */
void tool_error_reword(struct api_error *err);

#endif
