/* SPDX-License-Identifier: MIT */
/*
 * The sources of streams behind one table: a call over the network, or the
 * built-in models.
 */
#include "config.h"

#include "confab/demo/source.h"

#include "source.h"

static void *
start_http(struct upstream_pool *pool, const struct upstream_call *call,
    const struct upstream_handler *handler, void *arg, struct api_error *err)
{
	return upstream_start(pool, call, handler, arg, err);
}

static void
pause_http(void *self)
{
	upstream_pause(self);
}

static void
resume_http(void *self)
{
	upstream_resume(self);
}

static void
cancel_http(void *self)
{
	upstream_cancel(self);
}

static void *
start_demo(struct upstream_pool *pool, const struct upstream_call *call,
    const struct upstream_handler *handler, void *arg, struct api_error *err)
{
	(void)pool;
	return demo_source_start(call->loop, call, handler, arg, err);
}

static void
pause_demo(void *self)
{
	demo_source_pause(self);
}

static void
resume_demo(void *self)
{
	demo_source_resume(self);
}

static void
cancel_demo(void *self)
{
	demo_source_cancel(self);
}

static const struct source_ops sources[] = {
	[PROVIDER_SOURCE_HTTP] = { start_http, pause_http, resume_http,
	    cancel_http },
	[PROVIDER_SOURCE_DEMO] = { start_demo, pause_demo, resume_demo,
	    cancel_demo }
};

int
source_start(struct source *s, struct upstream_pool *pool,
    const struct upstream_call *call, const struct upstream_handler *handler,
    void *arg, struct api_error *err)
{
	const struct source_ops *ops =
	    &sources[provider_source(call->provider)];

	s->self = ops->start(pool, call, handler, arg, err);
	s->ops = s->self != NULL ? ops : NULL;
	return s->ops != NULL ? 0 : -1;
}

static void
pause_tool(void *self)
{
	tool_run_pause(self);
}

static void
resume_tool(void *self)
{
	tool_run_resume(self);
}

static void
cancel_tool(void *self)
{
	tool_run_cancel(self);
}

int
source_start_tool(struct source *s, struct tool_desk *d, struct tool_call *call,
    const struct upstream_handler *handler, void *arg, struct api_error *err)
{
	static const struct source_ops ops = { NULL, pause_tool, resume_tool,
		cancel_tool };

	s->self = tool_run_start(d, call, handler, arg, err);
	s->ops = s->self != NULL ? &ops : NULL;
	return s->ops != NULL ? 0 : -1;
}

static void
pause_speech(void *self)
{
	upstream_transcription_pause(self);
}

static void
resume_speech(void *self)
{
	upstream_transcription_resume(self);
}

static void
cancel_speech(void *self)
{
	upstream_transcription_cancel(self);
}

int
source_start_speech(struct source *s, struct upstream_pool *pool,
    const struct upstream_transcription_call *call,
    const struct upstream_handler *handler, void *arg, struct api_error *err)
{
	static const struct source_ops ops = { NULL, pause_speech,
		resume_speech, cancel_speech };

	s->self = upstream_transcription_start(pool, call, handler, arg, err);
	s->ops = s->self != NULL ? &ops : NULL;
	return s->ops != NULL ? 0 : -1;
}

void
source_cancel(struct source *s)
{
	const struct source_ops *ops = s->ops;

	s->ops = NULL;
	if (ops != NULL)
		ops->cancel(s->self);
}
