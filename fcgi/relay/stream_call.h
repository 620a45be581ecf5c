/* SPDX-License-Identifier: MIT */
/*
 * The call of a stream: of a model, of a tool, or of who writes speech down.
 */
#ifndef CONFAB_RELAY_STREAM_CALL_H
#define CONFAB_RELAY_STREAM_CALL_H

#include "confab/base/api_error.h"
#include "confab/upstream/upstream.h"

struct stream;

/* Starts it, with the stream as the handler's argument. Returns 0, or -1 with
 * err. */
int stream_call(struct stream *s, const struct upstream_handler *handler,
    struct api_error *err);

#endif
