/* SPDX-License-Identifier: MIT */
/*
 * Where a stream's chunks come from: a provider over HTTP, the built-in one, a
 * server of tools, or who turns speech into text. One call at a time.
 */
#ifndef CONFAB_RELAY_SOURCE_H
#define CONFAB_RELAY_SOURCE_H

#include "confab/base/api_error.h"
#include "confab/tool/call.h"
#include "confab/upstream/transcription.h"
#include "confab/upstream/upstream.h"

/* The running call; none when ops is NULL. */
struct source {
	const struct source_ops *ops;
	void *self;
};

/* As upstream_start(), upstream_pause() and their like have it. */
struct source_ops {
	void *(*start)(struct upstream_pool *pool,
	    const struct upstream_call *call,
	    const struct upstream_handler *handler, void *arg,
	    struct api_error *err);
	void (*pause)(void *self);
	void (*resume)(void *self);
	void (*cancel)(void *self);
};

/*
 * Starts a call as upstream_start() does, and fills `s`. Returns 0, or -1 with
 * `err` filled and no call running. A loop has one such function: source_start,
 * or a test's own.
 */
typedef int (*source_start_fn)(struct source *s, struct upstream_pool *pool,
    const struct upstream_call *call, const struct upstream_handler *handler,
    void *arg, struct api_error *err);
int source_start(struct source *s, struct upstream_pool *pool,
    const struct upstream_call *call, const struct upstream_handler *handler,
    void *arg, struct api_error *err);

/* The same for a call of a tool; `d` is the loop's desk. */
int source_start_tool(struct source *s, struct tool_desk *d,
    struct tool_call *call, const struct upstream_handler *handler, void *arg,
    struct api_error *err);

/* The same for speech that is to become text. */
int source_start_speech(struct source *s, struct upstream_pool *pool,
    const struct upstream_transcription_call *call,
    const struct upstream_handler *handler, void *arg, struct api_error *err);

/* Ends the call, if one is running; no handler is called any more. */
void source_cancel(struct source *s);

#endif
