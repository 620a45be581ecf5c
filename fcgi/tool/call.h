/* SPDX-License-Identifier: MIT */
/* What a call is, for call.c (asked for) and run.c (made). */
#ifndef CONFAB_TOOL_CALL_PRIVATE_H
#define CONFAB_TOOL_CALL_PRIVATE_H

#include <stdatomic.h>

#include <json-c/json.h>

#include "confab/tool/call.h"

#include "list.h"
#include "server.h"

#define TOOL_TOKEN_LEN 16 /* bytes that name a call that waits */

struct tool_call {
	atomic_uint refs; /* beside the first */
	struct config *config;
	const struct config_tool_server *conf;
	struct tool_server *server;
	struct tool_list *list; /* holds the tool */
	const struct tool *tool;
	char *user;
	unsigned char owner[TOOL_OWNER_LEN]; /* of a legacy session */
	struct json_object *root;	     /* the whole request */
	struct json_object *arguments;	     /* of it; NULL: none */
	struct json_object *responses;	     /* of it; NULL: none */
	const char *state;		     /* of it; NULL: none */
	size_t state_len;
	bool stream;
	int loop;			     /* -1: any */
	unsigned char token[TOOL_TOKEN_LEN]; /* with a loop */
	uint64_t sent, received;
	bool is_error;
};

#endif
