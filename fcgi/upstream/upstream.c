/* SPDX-License-Identifier: MIT */
/*
 * Calls to providers: one libcurl transfer each, read as it arrives.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <curl/curl.h>

#include "confab/base/clock.h"
#include "confab/base/metrics.h"
#include "confab/system/loop.h"
#include "confab/system/loop_work.h"
#include "confab/upstream/upstream.h"

#include "pool.h"

#define ANSWER_INLINE (64 * 1024) /* bytes of JSON that are read on the loop */

/* What the body of the response is. */
enum body_kind {
	BODY_UNKNOWN, /* nothing of it has come */
	BODY_EVENTS,  /* a 200 with an event stream */
	BODY_ANSWER,  /* a 200 with the answer as one JSON text */
	BODY_OTHER    /* an error, or what nobody asked for */
};

/* A whole answer, while and after it is read. Of those calls alone that are
 * not streamed: it is as large as all the rest of an upstream. */
struct whole {
	struct loop_work work; /* first */
	struct upstream *upstream;
	struct buf json;
	struct provider_usage usage;
	struct api_error err;
};

struct upstream {
	struct transfer transfer;		/* first */
	const struct upstream_handler *handler; /* NULL: nobody listens */
	void *arg;
	struct loop *loop;
	struct config *config; /* holds the provider */
	const struct config_provider *provider;
	char *model_id;
	struct provider_reader *reader;
	struct provider_usage *usage;
	struct sse sse;
	struct buf body; /* what is not an event stream */
	size_t answer_max;
	size_t received; /* bytes of the stream */
	enum body_kind kind;
	bool stream;
	bool paused;
	bool detached; /* from libcurl: the rest is ours */
};

static void
upstream_free(struct transfer *t)
{
	struct upstream *u = (struct upstream *)t;

	provider_reader_free(u->reader);
	sse_free(&u->sse);
	buf_free(&u->body);
	free(u->model_id);
	config_free(u->config);
	transfer_release(t);
	free(u);
}

/* Tells the owner of the end, once; the transfer may live on a little. */
static void
finish(struct upstream *u, const struct api_error *err, bool unprocessed)
{
	const struct upstream_handler *h = u->handler;

	if (h == NULL)
		return;
	u->handler = NULL;
	*u->usage = *provider_reader_usage(u->reader);
	metrics_upstream_status(u->provider->name,
	    (int)transfer_status(&u->transfer));
	h->end(u->arg, err, unprocessed);
}

static void
fail(struct upstream *u, int status, const char *code, const char *text)
{
	struct api_error err;

	(void)api_error_set(&err, status, code, "%s", text);
	finish(u, &err, false);
}

static void
fail_memory(struct upstream *u)
{
	struct api_error err;

	(void)api_error_no_memory(&err);
	finish(u, &err, false);
}

static int
emit(void *arg, const char *json, size_t len, bool content)
{
	struct upstream *u = arg;

	if (u->handler == NULL)
		return -1;
	return u->handler->chunk(u->arg, json, len, content);
}

/* One event of the stream; nonzero ends the reading of this call's bytes. */
static int
on_event(void *arg, const struct sse_event *ev)
{
	struct upstream *u = arg;
	struct api_error err;

	memset(&err, 0, sizeof(err));
	switch (provider_read(u->reader, ev, emit, u, &err)) {
	case PROVIDER_MORE:
		return u->handler == NULL;
	case PROVIDER_DONE:
		transfer_linger(&u->transfer);
		finish(u, NULL, false);
		return 1;
	case PROVIDER_FAILED:
	default:
		if (err.status == 0)
			(void)api_error_set(&err, 500, "internal_error",
			    "The answer could not be read.");
		finish(u, &err, false);
		return 1;
	}
}

static void
sse_outcome(struct upstream *u, enum sse_result r)
{
	if (r == SSE_TOO_LARGE)
		fail(u, 502, "event_too_large",
		    "The provider sent an event that is too large.");
	else if (r == SSE_NO_MEMORY)
		fail_memory(u);
}

/* True when the start of a body of unknown type looks like an event stream. */
static bool
looks_like_events(const char *p, size_t len)
{
	static const char *const starts[] = { "data:", "event:", "id:", ":" };
	size_t i;

	for (i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
		if (len >= strlen(starts[i]) &&
		    memcmp(p, starts[i], strlen(starts[i])) == 0)
			return true;
	return false;
}

static bool
is_type(const char *type, const char *want)
{
	size_t n = strlen(want);

	return type != NULL && strncasecmp(type, want, n) == 0 &&
	    (type[n] == '\0' || type[n] == ';' || type[n] == ' ');
}

static enum body_kind
classify(struct upstream *u, const char *p, size_t len)
{
	const char *type;
	long status;

	status = transfer_status(&u->transfer);
	if (status != 200 || u->transfer.encoded)
		return BODY_OTHER;
	if (!u->stream)
		return BODY_ANSWER;
	type = transfer_content_type(&u->transfer);
	if (is_type(type, "text/event-stream") ||
	    (type == NULL && looks_like_events(p, len)))
		return BODY_EVENTS;
	return BODY_OTHER;
}

static size_t
read_events(struct upstream *u, const char *p, size_t len)
{
	u->received += len;
	if (u->received > u->answer_max) {
		fail(u, 502, "answer_too_large",
		    "The answer is larger than this server allows.");
		return 0;
	}
	sse_outcome(u, sse_feed(&u->sse, p, len, on_event, u));
	if (u->handler == NULL)
		return u->transfer.lingering ? len : 0;
	u->handler->flush(u->arg);
	return u->handler != NULL ? len : 0;
}

static size_t
collect(struct upstream *u, const char *p, size_t len)
{
	if (buf_append(&u->body, p, len) == 0)
		return len;
	if (u->kind == BODY_ANSWER) {
		fail(u, 502, "answer_too_large",
		    "The answer is larger than this server allows.");
		return 0;
	}
	/* Of an error as much has come as anybody reads: judge it now. */
	transfer_abandon(&u->transfer);
	return 0;
}

/* libcurl's write callback. */
static size_t
on_body(char *p, size_t size, size_t n, void *arg)
{
	struct upstream *u = arg;
	size_t len = size * n;

	if (u->handler == NULL)
		return u->transfer.lingering ? len : 0;
	if (u->kind == BODY_UNKNOWN) {
		u->kind = classify(u, p, len);
		buf_init(&u->body,
		    u->kind == BODY_ANSWER ? u->answer_max
					   : PROVIDER_ERROR_BODY_MAX);
		if (u->kind != BODY_EVENTS)
			transfer_keep(&u->transfer);
	}
	transfer_drop_request(&u->transfer);
	if (u->kind == BODY_EVENTS)
		return read_events(u, p, len);
	return collect(u, p, len);
}

/* The transfer failed before an answer was complete. */
static void
judge_failure(struct upstream *u, int result)
{
	struct api_error err;
	bool unprocessed;

	unprocessed = transfer_error(&u->transfer, result, &err);
	finish(u, &err, unprocessed);
}

static void
judge_events(struct upstream *u)
{
	struct api_error err;

	sse_outcome(u, sse_finish(&u->sse, on_event, u));
	if (u->handler == NULL)
		return;
	memset(&err, 0, sizeof(err));
	if (provider_read_end(u->reader, emit, u, &err) == PROVIDER_DONE)
		finish(u, NULL, false);
	else
		finish(u, &err, false);
}

/* Reads a whole answer. */
static void
read_whole(struct whole *w)
{
	struct upstream *u = w->upstream;

	(void)api_error_set(&w->err, 502, "upstream_invalid",
	    "The provider's answer could not be read.");
	buf_init(&w->json, u->answer_max * 2);
	if (provider_answer(u->provider, u->model_id, buf_str(&u->body),
		u->body.len, &w->json, &w->usage, &w->err) == 0)
		w->err.status = 0;
}

/* Gives a whole answer to the owner, if there is one still, and frees it. */
static void
give_whole(struct whole *w)
{
	struct upstream *u = w->upstream;
	const struct upstream_handler *h = u->handler;

	if (h != NULL && w->err.status != 0) {
		finish(u, &w->err, false);
	} else if (h != NULL) {
		u->handler = NULL;
		*u->usage = w->usage;
		metrics_upstream_status(u->provider->name, 200);
		h->answer(u->arg, &w->json);
		h->end(u->arg, NULL, false);
	}
	buf_free(&w->json);
	free(w);
}

static void
read_on_pool(struct loop_work *work)
{
	read_whole((struct whole *)work);
}

static void
read_on_pool_done(struct loop_work *work)
{
	struct upstream *u = ((struct whole *)work)->upstream;

	give_whole((struct whole *)work);
	upstream_free(&u->transfer);
}

/* Reads a whole answer, a long one not on the loop. Returns true when it
 * still goes on and will free the upstream. */
static bool
judge_answer(struct upstream *u)
{
	struct whole *w;

	w = calloc(1, sizeof(*w));
	if (w == NULL) {
		fail_memory(u);
		return false;
	}
	w->upstream = u;
	if (u->body.len > ANSWER_INLINE) {
		transfer_detach(&u->transfer);
		u->detached = true;
		if (loop_work_start(u->loop, &w->work, read_on_pool,
			read_on_pool_done) == 0)
			return true;
	}
	read_whole(w);
	give_whole(w);
	return false;
}

static void
judge_other(struct upstream *u)
{
	struct api_error err;
	bool unprocessed;
	long status;

	status = transfer_status(&u->transfer);
	memset(&err, 0, sizeof(err));
	if (status == 200 && u->transfer.encoded) {
		fail(u, 502, "upstream_invalid",
		    "The provider sent a compressed answer, unasked.");
		return;
	}
	unprocessed =
	    provider_error(u->provider, (int)status, buf_str(&u->body),
		u->body.len, u->transfer.retry_after, clock_wall(), &err);
	finish(u, &err, unprocessed);
}

/* What came of a whole response. Returns true when the upstream is still in
 * use and will be freed by whoever uses it. */
static bool
judge(struct upstream *u)
{
	if (u->kind == BODY_UNKNOWN)
		u->kind = classify(u, "", 0);
	switch (u->kind) {
	case BODY_EVENTS:
		judge_events(u);
		return false;
	case BODY_ANSWER:
		return judge_answer(u);
	case BODY_OTHER:
	case BODY_UNKNOWN:
	default:
		judge_other(u);
		return false;
	}
}

/* The transfer is over; called outside libcurl. */
static void
on_done(struct transfer *t, int result)
{
	struct upstream *u = (struct upstream *)t;

	if (u->handler == NULL) {
		/* The owner knows already, and may be gone. */
	} else if (t->abandoned) {
		judge_other(u);
	} else if (result != CURLE_OK) {
		judge_failure(u, result);
	} else if (judge(u)) {
		return;
	}
	upstream_free(t);
}

struct upstream *
upstream_start(struct upstream_pool *p, const struct upstream_call *call,
    const struct upstream_handler *handler, void *arg, struct api_error *err)
{
	struct provider_request req;
	struct upstream *u;

	memset(&req, 0, sizeof(req));
	if (call->request != NULL) {
		req = *call->request;
		memset(call->request, 0, sizeof(*call->request));
	} else if (provider_chat_request(call->provider, call->model,
		       call->chat, &req, err) == -1) {
		return NULL;
	}
	u = calloc(1, sizeof(*u));
	if (u == NULL)
		goto no_memory;
	u->handler = handler;
	u->arg = arg;
	u->loop = call->loop;
	u->config = config_ref(call->config);
	u->provider = call->provider;
	u->usage = call->usage;
	u->stream = call->chat->stream;
	u->answer_max = call->limits->answer;
	sse_init(&u->sse, call->limits->event);
	u->model_id = strdup(call->model_id);
	u->reader = provider_reader_new(call->provider, call->model_id,
	    call->chat->include_usage);
	if (u->model_id == NULL || u->reader == NULL)
		goto no_memory;
	u->transfer.on_done = on_done;
	u->transfer.on_body = on_body;
	u->transfer.free = upstream_free;
	if (transfer_start(p, &u->transfer, call->provider, &req,
		call->connect_ms) == -1)
		goto no_memory;
	return u;

no_memory:
	provider_request_free(&req);
	if (u != NULL) {
		provider_reader_free(u->reader);
		free(u->model_id);
		config_free(u->config);
		free(u);
	}
	(void)api_error_set(err, 503, "internal_error",
	    "The server is out of memory or connections.");
	return NULL;
}

void
upstream_pause(struct upstream *u)
{
	if (!u->paused && !u->detached) {
		u->paused = true;
		transfer_pause(&u->transfer, true);
	}
}

void
upstream_resume(struct upstream *u)
{
	if (u->paused) {
		u->paused = false;
		transfer_pause(&u->transfer, false);
	}
}

void
upstream_cancel(struct upstream *u)
{
	u->handler = NULL;
	if (!u->detached)
		transfer_cancel(&u->transfer);
}
