/* SPDX-License-Identifier: MIT */
/*
 * What we say to a tool server: JSON-RPC requests of both eras. Pure.
 *
 * Modern (2026-07-28): no handshake; each request says in "_meta" what a
 * handshake said once. Legacy (2025-03-26 to 2025-11-25): initialize, then
 * notifications/initialized, then requests.
 */
#ifndef CONFAB_TOOL_RPC_H
#define CONFAB_TOOL_RPC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "confab/base/buf.h"

#define TOOL_VERSION_MODERN "2026-07-28"
#define TOOL_VERSION_LEGACY "2025-11-25" /* that we ask for */
#define TOOL_VERSION_MAX 32		 /* bytes of a version's name */
#define TOOL_REQUEST_MAX (64 * 1024 * 1024)

enum tool_era { TOOL_ERA_UNKNOWN, TOOL_ERA_MODERN, TOOL_ERA_LEGACY };

/* What is asked for somebody. */
struct tool_rpc_ask {
	const char *method;    /* a literal */
	const char *members;   /* JSON text of its parameters, with a comma
				* behind each */
	const char *responses; /* JSON text of what a person said to its
				* requests; NULL: none were made */
	const char *state;     /* the server's, with the responses, or NULL */
	size_t state_len;
	bool apps; /* the server's pages are drawn here */
};

/* Each appends one message, and returns 0, or -1 as buf_append() does. With
 * `apps` the server is told that its pages are drawn here. */
int tool_rpc_initialize(struct buf *out, const char *version, bool apps,
    uint64_t id);
int tool_rpc_initialized(struct buf *out);
int tool_rpc_list(struct buf *out, const char *method, enum tool_era era,
    bool apps, uint64_t id, const char *cursor, size_t cursor_len);
int tool_rpc_ask(struct buf *out, enum tool_era era, uint64_t id,
    const struct tool_rpc_ask *ask);
int tool_rpc_cancelled(struct buf *out, uint64_t id);

/* An answer to the server's own request, whose id is the JSON text `id`: the
 * JSON text of a result, or a refusal. */
int tool_rpc_reply(struct buf *out, const char *id, const char *result);
int tool_rpc_refuse(struct buf *out, const char *id);

#endif
