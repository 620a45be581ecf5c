/* SPDX-License-Identifier: MIT */
/* What a call is, for call.c (asked for) and run.c (made). */
#ifndef CONFAB_TOOL_CALL_PRIVATE_H
#define CONFAB_TOOL_CALL_PRIVATE_H

#include <stdatomic.h>

#include <json-c/json.h>

#include "confab/provider/provider.h"
#include "confab/tool/call.h"

#include "list.h"
#include "server.h"

#define TOOL_TOKEN_LEN 16 /* random bytes in the state of a call that waits */

struct tool_call {
	atomic_uint refs; /* beside the first */
	struct config *config;
	const struct config_tool_server *conf;
	struct tool_server *server;
	enum tool_op op;
	struct tool_list *list; /* holds the tool; NULL: none is called */
	const struct tool *tool;
	const char *what; /* the server's name of what is asked for, or its
			   * address */
	char *user;
	config_group_set groups;	     /* that the user was in */
	unsigned char owner[TOOL_OWNER_LEN]; /* of a legacy session */
	struct json_object *root;	     /* the whole request */
	struct json_object *arguments;	     /* of it; NULL: none */
	struct json_object *responses;	     /* of it; NULL: none */
	const char *state;		     /* of it; NULL: none */
	size_t state_len;
	bool stream;
	uint64_t stream_hash; /* of its stream; 0: it has no key */
	int loop;	      /* -1: any */
	/* With a loop: of the call that it goes on with. */
	unsigned char name[TOOL_CALL_NAME_LEN];
	uint64_t sent, received;
	bool is_error;
};

/* The method of MCP's that asks for it. */
const char *tool_call_method(const struct tool_call *c);

/* The name of a call that waits under this token: of it, and of whose the call
 * is and what it calls. Returns 0 or -1. */
int tool_call_name(const struct tool_call *c,
    const unsigned char token[TOOL_TOKEN_LEN],
    unsigned char out[TOOL_CALL_NAME_LEN]);

/* What a person said is put into a call that waits at the desk of that loop, for
 * it to go on with itself. Returns 0, or -1: that is no answer. */
int tool_call_said(struct tool_call *c, unsigned loop,
    const struct tool_answer *a);

/* Says that a call waits for no answer any more. Returns -1. */
int tool_call_gone(struct api_error *err);

/* Says that the tool is another one than was agreed to. Returns -1. */
int tool_call_changed(struct api_error *err);

/* The page that draws its results, or NULL. */
const char *tool_call_page(const struct tool_call *c);

/* Appends the request, and the headers that mirror it. Returns 0, or -1 with
 * err. */
int tool_call_put(struct tool_call *c, enum tool_era era, uint64_t id,
    struct provider_request *req, struct api_error *err);

#endif
