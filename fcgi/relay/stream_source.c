/* SPDX-License-Identifier: MIT */
/*
 * Where a stream's chunks may come from, behind one table: a call over the
 * network, or the built-in models.
 */
#include "config.h"

#include "confab/demo/source.h"
#include "confab/upstream/upstream.h"

#include "stream.h"

static void *
http_start(struct relay_loop *l, const struct upstream_call *call,
    const struct upstream_handler *handler, void *arg, struct api_error *err)
{
	return upstream_start(l->upstreams, call, handler, arg, err);
}

static void
http_pause(void *self)
{
	upstream_pause(self);
}

static void
http_resume(void *self)
{
	upstream_resume(self);
}

static void
http_cancel(void *self)
{
	upstream_cancel(self);
}

static void *
demo_start(struct relay_loop *l, const struct upstream_call *call,
    const struct upstream_handler *handler, void *arg, struct api_error *err)
{
	return demo_source_start(&l->base, call, handler, arg, err);
}

static void
demo_pause(void *self)
{
	demo_source_pause(self);
}

static void
demo_resume(void *self)
{
	demo_source_resume(self);
}

static void
demo_cancel(void *self)
{
	demo_source_cancel(self);
}

static const struct stream_source_ops sources[] = {
	[PROVIDER_SOURCE_HTTP] = { http_start, http_pause, http_resume,
	    http_cancel },
	[PROVIDER_SOURCE_DEMO] = { demo_start, demo_pause, demo_resume,
	    demo_cancel }
};

const struct stream_source_ops *
stream_source_ops(const struct config_provider *p)
{
	return &sources[provider_source(p)];
}
