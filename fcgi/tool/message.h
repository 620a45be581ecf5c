/* SPDX-License-Identifier: MIT */
/*
 * What a tool server says: one JSON-RPC message, told apart, and put into the
 * forms that clients of ours get. Pure; a long one may be read on any thread.
 */
#ifndef CONFAB_TOOL_MESSAGE_H
#define CONFAB_TOOL_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <json-c/json.h>

#include "confab/base/buf.h"
#include "confab/tool/op.h"

#include "rpc.h"

#define TOOL_JSON_DEPTH 128	   /* levels of what a server says */
#define TOOL_SAID_MAX 400	   /* bytes of a server's words in an error */
#define TOOL_REQUEST_ID_MAX 256	   /* bytes of the id of a server's request */
#define TOOL_STATE_MAX (64 * 1024) /* bytes of a server's request state */

#define TOOL_OPEN_MAX 8 /* addresses that are to be opened first */

/* The state of a question after which a call is made anew. */
#define TOOL_STATE_ANEW "anew"

/* JSON-RPC codes that the specification gives a meaning. */
#define TOOL_RPC_NO_METHOD (-32601)
#define TOOL_RPC_HEADERS (-32020)
#define TOOL_RPC_CAPABILITY (-32021)
#define TOOL_RPC_VERSION (-32022)
#define TOOL_RPC_OPEN_FIRST (-32042) /* addresses are to be opened (legacy) */

enum tool_message_kind {
	TOOL_MESSAGE_OTHER,    /* nothing for us: a notification, or an answer
				* to another request */
	TOOL_MESSAGE_INVALID,  /* no message, or an answer that is none */
	TOOL_MESSAGE_PROGRESS, /* json: an event of a client */
	TOOL_MESSAGE_LOG,      /* json: the same */
	TOOL_MESSAGE_CHANGED,  /* its lists are others now */
	TOOL_MESSAGE_RESULT,   /* json: its members, without braces */
	TOOL_MESSAGE_INPUT,    /* json: the same; a person is asked */
	TOOL_MESSAGE_ERROR,    /* code and said */
	TOOL_MESSAGE_PING,     /* id */
	TOOL_MESSAGE_ASKS,     /* json: {"method","params"}; id. A person is
				* asked (legacy) */
	TOOL_MESSAGE_REQUEST   /* id: something that we cannot do */
};

struct tool_message {
	enum tool_message_kind kind;
	struct buf json;
	int code;
	bool is_error;	    /* of a result: the tool says that it failed */
	const char *offers; /* of an error: the newest version of the legacy era
			     * that it names, or NULL */
	char said[TOOL_SAID_MAX];
	char id[TOOL_REQUEST_ID_MAX]; /* JSON text */
};

/*
 * Reads s[0..len) as a message about the call `id`, which asks for `op`. Of a
 * result, what the server's tool says of its page (`ui`, or NULL) is used where
 * the result says nothing. Ends with tool_message_free().
 */
void tool_message_read(struct tool_message *m, const char *s, size_t len,
    uint64_t id, enum tool_op op, const char *ui);
void tool_message_free(struct tool_message *m);

/*
 * Parses an answer to request `id` of our own. Returns its result, which the
 * caller puts, or NULL with `code` (0: it was no answer) and `said` filled.
 */
struct json_object *tool_message_result(const char *s, size_t len, uint64_t id,
    struct tool_message *failure);

/* The era that a result shows, asked for in the modern way. */
enum tool_era tool_message_era(struct json_object *result);

/* True for the versions of the legacy era that are spoken here. */
bool tool_version_is_legacy(const char *version);

/* The newest of them in a text about a version that was refused, which is not
 * TOOL_VERSION_LEGACY; a literal, or NULL. */
const char *tool_version_in(const char *text);

/* True for the codes that only modern servers have. */
bool tool_message_is_modern(int code);

#endif
