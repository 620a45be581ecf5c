/* SPDX-License-Identifier: MIT */
/*
 * One request to a tool server, whatever era it is of: that is found out first
 * where it is not known, a legacy server gets its handshake where the caller
 * has no session yet, and what a server forgot or learned anew is mended once.
 *
 * The request itself is sent again only after the server has refused it with a
 * status that says so: it did nothing for it.
 */
#ifndef CONFAB_TOOL_CLIENT_H
#define CONFAB_TOOL_CLIENT_H

#include "confab/base/api_error.h"
#include "confab/provider/provider.h"

#include "message.h"
#include "rpc.h"
#include "server.h"

#define TOOL_INITIALIZED_WAIT \
	3000		   /* ms for a server to take a handshake's end */
#define TOOL_RESUMES_MAX 5 /* of one broken stream without anything new */

struct loop;
struct tool_client;
struct tool_ears;
struct upstream_pool;

struct tool_client_call {
	struct loop *loop;
	struct upstream_pool *pool;
	struct config *config; /* that the server is of */
	const struct config_tool_server *server;
	struct tool_server *state;
	unsigned char owner[TOOL_OWNER_LEN]; /* whose session */
	struct tool_ears *ears;		     /* what the server says by itself
					      * is heard there (legacy); NULL:
					      * it is not */
	const char *method;		     /* of the request; a literal */
	size_t max;			     /* bytes of its answer */
	unsigned total_ms; /* of one exchange; 0: the owner sees to it */
};

struct tool_client_handler {
	/* Appends the request, and its own headers. Returns 0, or -1 with
	 * err. */
	int (*put)(void *arg, enum tool_era era, uint64_t id,
	    struct provider_request *req, struct api_error *err);
	/* A message of its answer. Nonzero: that was all; end() is not
	 * called, and the client is over. */
	int (*message)(void *arg, const char *text, size_t len, uint64_t id);
	/* The server has said something. */
	void (*alive)(void *arg);
	/* It is over without a message that was all. `mismatch`: the server
	 * wants other headers; its list tells which. */
	void (*end)(void *arg, const struct api_error *err, bool mismatch);
	/* A message beside its answers, as ear.h has it; needed with ears. */
	bool (*aside)(void *arg, const struct tool_message *m);
};

/* Starts it; everything in `call` is copied or counted. NULL: no memory.
 * Handlers are never called before this returns. */
struct tool_client *tool_client_start(const struct tool_client_call *call,
    const struct tool_client_handler *handler, void *arg);

void tool_client_pause(struct tool_client *c);
void tool_client_resume(struct tool_client *c);

/* Ends it: a request under way is cancelled as its era wants it. No handler is
 * called any more. Safe inside handlers. */
void tool_client_cancel(struct tool_client *c);

/* Ends it without a word to the server: its answer is there. */
void tool_client_leave(struct tool_client *c);

/* Answers a request of the server's (legacy): the JSON texts of its id and of
 * the result, NULL to refuse. Best effort. */
void tool_client_reply(struct tool_client *c, const char *id,
    const char *result);

#endif
