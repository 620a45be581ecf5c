/* SPDX-License-Identifier: MIT */
/* The call of a stream. */
#include "config.h"

#include <assert.h>
#include <string.h>

#include "confab/relay/job.h"

#include "stream_call.h"
#include "stream_state.h"

/* Asks the model. Returns 0 or -1 with err. */
static int
ask_model(struct stream *s, const struct upstream_handler *handler,
    struct api_error *err)
{
	struct upstream_call call;
	int rc;

	assert(s->chat != NULL);
	memset(&call, 0, sizeof(call));
	call.loop = &s->loop->base;
	call.config = s->settings->config;
	call.provider = s->entry->provider;
	call.model = &s->entry->model;
	call.model_id = s->entry->id;
	call.chat = s->chat;
	call.request = s->request;
	call.limits = stream_limits(s);
	call.connect_ms = stream_timeouts(s)->connect;
	call.usage = &s->usage;
	s->patience = config_patience(call.config, call.provider, call.model);
	rc = s->loop->start_source(&s->source, s->loop->upstreams, &call,
	    handler, s, err);
	relay_request_free(s->request);
	s->request = NULL;
	return rc;
}

/* Calls the tool. Returns 0 or -1 with err. */
static int
call_tool(struct stream *s, const struct upstream_handler *handler,
    struct api_error *err)
{
	s->patience = tool_call_patience(s->tool);
	tool_call_known_as(s->tool, s->key != NULL ? s->hash : 0);
	return source_start_tool(&s->source, s->loop->desk, s->tool, handler, s,
	    err);
}

/* Has speech turned into text. Returns 0 or -1 with err. */
static int
transcribe(struct stream *s, const struct upstream_handler *handler,
    struct api_error *err)
{
	struct config *c = s->settings->config;
	const struct upstream_transcription_call call = {
		.loop = &s->loop->base,
		.config = c,
		.provider = c->transcriber,
		.model = c->transcription_model,
		.format = s->format,
		.request = s->request,
		.limits = stream_limits(s),
		.connect_ms = stream_timeouts(s)->connect,
		.usage = &s->usage,
	};
	int rc;

	s->patience = config_patience(c, c->transcriber, NULL);
	rc = source_start_speech(&s->source, s->loop->upstreams, &call, handler,
	    s, err);
	relay_request_free(s->request);
	s->request = NULL;
	return rc;
}

int
stream_call(struct stream *s, const struct upstream_handler *handler,
    struct api_error *err)
{
	if (s->tool != NULL)
		return call_tool(s, handler, err);
	return s->speech ? transcribe(s, handler, err)
			 : ask_model(s, handler, err);
}
