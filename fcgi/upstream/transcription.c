/* SPDX-License-Identifier: MIT */
/*
 * Calls that turn speech into text.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "confab/base/clock.h"
#include "confab/base/metrics.h"
#include "confab/system/loop_work.h"
#include "confab/upstream/exchange.h"
#include "confab/upstream/transcription.h"

#include "call.h"

#define ANSWER_INLINE (64 * 1024) /* bytes that are read on the loop */

struct upstream_transcription {
	struct loop_work work; /* first: a long answer is read on a thread */
	struct loop *loop;
	struct upstream_exchange *exchange;	/* NULL: it is over */
	const struct upstream_handler *handler; /* NULL: nobody listens */
	void *arg;
	struct config *config; /* holds the provider */
	const struct config_provider *provider;
	char *model;
	struct provider_usage *usage;
	enum transcription_format format;
	size_t max; /* bytes of an answer */
	struct buf body;
	bool begun;
	struct buf answer; /* what the client gets */
	struct provider_usage counted;
	struct api_error err; /* status 0: none */
};

static void
transcription_free(struct upstream_transcription *t)
{
	buf_wipe(&t->body);
	buf_free(&t->answer);
	free(t->model);
	config_free(t->config);
	free(t);
}

static bool
is_good(int status)
{
	return status >= 200 && status < 300;
}

static int
on_body(void *arg, const char *bytes, size_t len)
{
	struct upstream_transcription *t = arg;
	int status = upstream_exchange_head(t->exchange).status;

	if (!t->begun) {
		t->begun = true;
		buf_init(&t->body,
		    is_good(status) ? t->max : PROVIDER_ERROR_BODY_MAX);
	}
	if (buf_append(&t->body, bytes, len) == 0)
		return 0;
	/* Of an error as much has come as anybody reads. */
	if (is_good(status))
		(void)api_error_set(&t->err, 502, "answer_too_large",
		    "The answer is larger than this server allows.");
	return -1;
}

/* Tells the owner how it ended, if there is one still, and frees the call. */
static void
finish(struct upstream_transcription *t)
{
	if (t->handler != NULL) {
		*t->usage = t->counted;
		if (t->err.status == 0)
			t->handler->answer(t->arg, &t->answer);
		t->handler->end(t->arg, t->err.status != 0 ? &t->err : NULL,
		    false);
	}
	transcription_free(t);
}

static void
read_answer(struct loop_work *work)
{
	struct upstream_transcription *t =
	    (struct upstream_transcription *)work;

	buf_init(&t->answer, t->max * 2);
	(void)provider_transcription_read(t->provider, t->format,
	    buf_str(&t->body), t->body.len, &t->answer, &t->counted, &t->err);
}

static void
answer_read(struct loop_work *work)
{
	finish((struct upstream_transcription *)work);
}

/* The response that has come is no answer: what it is. */
static void
judge(struct upstream_transcription *t, const struct upstream_head *h)
{
	if (!is_good(h->status))
		(void)provider_error(t->provider, h->status, buf_str(&t->body),
		    t->body.len, h->retry_after, clock_wall(), &t->err);
	else if (h->encoded)
		(void)api_error_set(&t->err, 502, "upstream_invalid",
		    "The provider sent a compressed answer, unasked.");
}

static void
on_end(void *arg, const struct api_error *err)
{
	struct upstream_transcription *t = arg;
	struct upstream_head h = upstream_exchange_head(t->exchange);

	if (err != NULL)
		t->err = *err;
	else if (t->err.status == 0)
		judge(t, &h);
	metrics_upstream_status(t->provider->name, h.status);
	if (t->err.status != 0)
		upstream_log_failure(t->provider, t->model, h.status, h.type,
		    &t->err);
	t->exchange = NULL;
	if (t->err.status == 0) {
		if (t->body.len > ANSWER_INLINE &&
		    loop_work_start(t->loop, &t->work, read_answer,
			answer_read) == 0)
			return;
		read_answer(&t->work);
	}
	finish(t);
}

static const struct upstream_exchange_handler exchange_handler = {
	.body = on_body,
	.end = on_end,
};

struct upstream_transcription *
upstream_transcription_start(struct upstream_pool *p,
    const struct upstream_transcription_call *call,
    const struct upstream_handler *handler, void *arg, struct api_error *err)
{
	const struct upstream_exchange_call x = {
		.url = call->provider->base_url,
		.ca_file = call->provider->ca_file,
		.proxy = call->provider->proxy,
		.connect_ms = call->connect_ms,
	};
	struct provider_request request = *call->request;
	struct upstream_transcription *t;

	memset(call->request, 0, sizeof(*call->request));
	t = calloc(1, sizeof(*t));
	if (t == NULL)
		goto fail;
	t->loop = call->loop;
	t->handler = handler;
	t->arg = arg;
	t->config = config_ref(call->config);
	t->provider = call->provider;
	t->usage = call->usage;
	t->format = call->format;
	t->max = call->limits->answer;
	t->model = strdup(call->model);
	if (t->model == NULL)
		goto fail;
	t->exchange =
	    upstream_exchange_start(p, &x, &request, &exchange_handler, t);
	if (t->exchange != NULL)
		return t;
	memset(&request, 0, sizeof(request)); /* it has been taken over */

fail:
	provider_request_free(&request);
	if (t != NULL)
		transcription_free(t);
	(void)api_error_set(err, 503, "internal_error",
	    "The server is out of memory or connections.");
	return NULL;
}

void
upstream_transcription_pause(struct upstream_transcription *t)
{
	if (t->exchange != NULL)
		upstream_exchange_pause(t->exchange);
}

void
upstream_transcription_resume(struct upstream_transcription *t)
{
	if (t->exchange != NULL)
		upstream_exchange_resume(t->exchange);
}

void
upstream_transcription_cancel(struct upstream_transcription *t)
{
	t->handler = NULL;
	if (t->exchange == NULL)
		return; /* a thread reads the answer; it ends by itself */
	upstream_exchange_cancel(t->exchange);
	transcription_free(t);
}
