/* SPDX-License-Identifier: MIT */
/*
 * One HTTP exchange with a tool server: a message or nothing goes out, and the
 * messages of the answer come in, whether as one JSON text or as events.
 */
#ifndef CONFAB_TOOL_WIRE_H
#define CONFAB_TOOL_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "confab/base/api_error.h"
#include "confab/config/config.h"
#include "confab/provider/provider.h"
#include "confab/provider/sse.h"
#include "confab/upstream/exchange.h"

#include "server.h"

#define TOOL_REFUSAL_MAX (64 * 1024) /* bytes read of what is no success */
#define TOOL_EVENT_RETRY \
	1000 /* ms before a broken stream is asked for again,
			       * where the server does not say */
#define TOOL_EVENT_RETRY_MAX 30000

struct tool_wire;

/* How it ended. */
struct tool_wire_end {
	int status;		     /* HTTP; 0: none came */
	const struct api_error *err; /* NULL: the response is whole */
	const char *body;	     /* of what is no success */
	size_t len;
	const char *session;	 /* Mcp-Session-Id, or NULL */
	const char *retry_after; /* or NULL */
	bool events;		 /* it was an event stream */
};

struct tool_wire_handler {
	/* A message. Nonzero: that was all; end() is not called. */
	int (*message)(void *arg, const char *text, size_t len);
	/* Bytes have come. */
	void (*alive)(void *arg);
	/* The exchange is over, and `w` with it. */
	void (*end)(void *arg, const struct tool_wire_end *end);
	/* The head of the response has come, of an event stream or of something
	 * else. NULL: not wanted. */
	void (*head)(void *arg, bool events);
};

/* Puts a request's address and the headers that every one has, with the
 * server's token. Returns 0, or -1: no memory. */
int tool_request_begin(struct provider_request *req,
    const struct config_tool_server *c);

/* Adds a header. Returns 0, or -1: no memory, or too many. */
int tool_request_header(struct provider_request *req, const char *name,
    const char *value);

/* Adds the headers of a session and its version, where there are. The same. */
int tool_request_session(struct provider_request *req,
    const struct tool_session *s);

/* An exchange about to start. */
struct tool_wire_call {
	struct upstream_pool *pool;
	const struct config_tool_server *server;
	const char *method; /* a literal; NULL: by the body */
	unsigned connect_ms;
	unsigned total_ms;   /* 0: no limit */
	size_t max;	     /* bytes of the answer */
	const char *last_id; /* of the stream that this goes on with, or NULL */
};

/* Starts it. Takes over what `req` owns in any case. NULL: no memory.
 * Handlers are never called before this returns. */
struct tool_wire *tool_wire_start(const struct tool_wire_call *call,
    struct provider_request *req, const struct tool_wire_handler *handler,
    void *arg);

void tool_wire_pause(struct tool_wire *w);
void tool_wire_resume(struct tool_wire *w);
/* Closes at once; no handler is called any more. Safe inside handlers. */
void tool_wire_cancel(struct tool_wire *w);

/* What the response's head says: its status, and Mcp-Session-Id or NULL; for
 * message(). */
int tool_wire_status(const struct tool_wire *w);
const char *tool_wire_session(const struct tool_wire *w);

/* The id of the last event, "" for none, and the ms that the server asks for
 * before a broken stream is asked for again; for end() and message(). */
const char *tool_wire_last_id(const struct tool_wire *w);
unsigned tool_wire_retry(const struct tool_wire *w);

/* Sends a message whose answer nobody waits for: best effort. */
void tool_wire_tell(const struct tool_wire_call *call,
    struct provider_request *req);

#endif
