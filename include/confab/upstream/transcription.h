/* SPDX-License-Identifier: MIT */
/*
 * A call to a provider that turns speech into text: one form, sent at most once,
 * and one answer, which comes as a whole.
 */
#ifndef CONFAB_UPSTREAM_TRANSCRIPTION_H
#define CONFAB_UPSTREAM_TRANSCRIPTION_H

#include "confab/provider/transcription.h"
#include "confab/upstream/upstream.h"

struct upstream_transcription;

struct upstream_transcription_call {
	struct loop *loop;
	struct config *config; /* that the provider is of */
	const struct config_provider *provider;
	const char *model; /* for the log */
	enum transcription_format format;
	struct provider_request *request; /* put already, and used up */
	const struct config_limits *limits;
	unsigned connect_ms;
	struct provider_usage *usage; /* filled before end(); outlives the
				       * call */
};

/*
 * Starts it, as upstream_start() does: everything in `call` but the usage is
 * needed during this call only. Of the handler's functions, answer() and end()
 * are called. NULL with `err` filled.
 */
struct upstream_transcription *
upstream_transcription_start(struct upstream_pool *p,
    const struct upstream_transcription_call *call,
    const struct upstream_handler *handler, void *arg, struct api_error *err);

/* As upstream_pause() and its like have it. */
void upstream_transcription_pause(struct upstream_transcription *t);
void upstream_transcription_resume(struct upstream_transcription *t);
void upstream_transcription_cancel(struct upstream_transcription *t);

#endif
