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
#include "confab/base/log.h"
#include "confab/base/metrics.h"
#include "confab/system/loop.h"

#include "call.h"

void
upstream_free(struct transfer *t)
{
	struct upstream *u = (struct upstream *)t;

	provider_reader_free(u->reader);
	provider_assembly_free(u->assembly);
	sse_free(&u->sse);
	buf_free(&u->body);
	free(u->model_id);
	config_free(u->config);
	transfer_release(t);
	free(u);
}

void
upstream_log_failure(const struct config_provider *p, const char *model,
    int status, const char *type, const struct api_error *err)
{
	char t[128], said[2 * API_ERROR_SAID_MAX], m[256];

	if (status == 0 && err->said[0] == '\0')
		return; /* nothing is known but what the stream's line says */
	log_msg(LOG_LEVEL_WARN,
	    "upstream provider=%s model=%s status=%d type=%s code=%s said=%s",
	    p->name, log_quote(m, sizeof(m), model, strlen(model)), status,
	    log_quote(t, sizeof(t), type != NULL ? type : "",
		type != NULL ? strlen(type) : 0),
	    err->code,
	    log_quote(said, sizeof(said), err->said, strlen(err->said)));
}

void
upstream_finish(struct upstream *u, const struct api_error *err,
    bool unprocessed)
{
	const struct upstream_handler *h = u->handler;

	if (h == NULL)
		return;
	u->handler = NULL;
	*u->usage = *provider_reader_usage(u->reader);
	metrics_upstream_status(u->provider->name,
	    (int)transfer_status(&u->transfer));
	if (err != NULL)
		upstream_log_failure(u->provider, u->model_id,
		    (int)transfer_status(&u->transfer),
		    transfer_content_type(&u->transfer), err);
	h->end(u->arg, err, unprocessed);
}

static void
fail(struct upstream *u, int status, const char *code, const char *text)
{
	struct api_error err;

	(void)api_error_set(&err, status, code, "%s", text);
	upstream_finish(u, &err, false);
}

void
upstream_fail_memory(struct upstream *u)
{
	struct api_error err;

	(void)api_error_no_memory(&err);
	upstream_finish(u, &err, false);
}

static int
emit(void *arg, const char *json, size_t len, bool content)
{
	struct upstream *u = arg;

	if (u->handler == NULL)
		return -1;
	if (u->assembly != NULL)
		return provider_assembly_add(u->assembly, json, len, content);
	return u->handler->chunk(u->arg, json, len, content);
}

/* The good end of a stream of events. */
static void
finish_events(struct upstream *u)
{
	struct buf json;
	int rc;

	if (u->assembly == NULL) {
		upstream_finish(u, NULL, false);
		return;
	}
	buf_init(&json, u->answer_max * 2);
	rc = provider_assembly_write(u->assembly, &json);
	if (rc == 0) {
		u->handler->answer(u->arg, &json);
		upstream_finish(u, NULL, false);
	} else {
		fail(u, 502, "upstream_invalid",
		    "The provider's answer could not be read.");
	}
	buf_free(&json);
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
		finish_events(u);
		return 1;
	case PROVIDER_FAILED:
	default:
		if (err.status == 0)
			(void)api_error_set(&err, 500, "internal_error",
			    "The answer could not be read.");
		upstream_finish(u, &err, false);
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
		upstream_fail_memory(u);
}

static bool
is_type(const char *type, const char *want)
{
	size_t n = strlen(want);

	return type != NULL && strncasecmp(type, want, n) == 0 &&
	    (type[n] == '\0' || type[n] == ';' || type[n] == ' ');
}

static bool
is_success(const struct upstream *u)
{
	long status = transfer_status(&u->transfer);

	return status >= 200 && status < 300;
}

/* Judges by what has come; `end`: that is all. */
static enum body_kind
classify(const struct upstream *u, bool end)
{
	const char *type = transfer_content_type(&u->transfer);

	if (!is_success(u) || u->transfer.encoded)
		return BODY_OTHER;
	switch (provider_framing(buf_str(&u->body), u->body.len)) {
	case PROVIDER_FRAMING_EVENTS:
		return BODY_EVENTS;
	case PROVIDER_FRAMING_JSON:
		return BODY_ANSWER;
	case PROVIDER_FRAMING_OPEN:
		return end ? BODY_OTHER : BODY_UNKNOWN;
	case PROVIDER_FRAMING_OTHER:
		break;
	}
	return is_type(type, "text/event-stream") ? BODY_EVENTS : BODY_OTHER;
}

/* Makes ready for a body of a kind that is now known. */
static void
begin_body(struct upstream *u)
{
	if (u->kind != BODY_EVENTS)
		transfer_keep(&u->transfer);
	else if (!u->stream)
		u->assembly = provider_assembly_new(u->answer_max);
	u->body.max =
	    u->kind == BODY_ANSWER ? u->answer_max : PROVIDER_ERROR_BODY_MAX;
}

/* Reads bytes of an event stream. False: no more are wanted. */
static bool
read_events(struct upstream *u, const char *p, size_t len)
{
	u->received += len;
	if (u->received > u->answer_max) {
		fail(u, 502, "answer_too_large",
		    "The answer is larger than this server allows.");
		return false;
	}
	sse_outcome(u, sse_feed(&u->sse, p, len, on_event, u));
	if (u->handler == NULL)
		return u->transfer.lingering;
	upstream_expect(u);
	u->unwritten += len;
	if (u->unwritten < UPSTREAM_GATHER_MAX) {
		transfer_touch(&u->transfer);
		return true;
	}
	u->unwritten = 0;
	u->handler->flush(u->arg);
	return u->handler != NULL;
}

/* What libcurl had read is in the ring. */
static void
on_read(struct transfer *t)
{
	struct upstream *u = (struct upstream *)t;

	u->unwritten = 0;
	if (u->handler != NULL)
		u->handler->flush(u->arg);
}

static size_t
collect(struct upstream *u, const char *p, size_t len)
{
	if (buf_append(&u->body, p, len) == 0) {
		/* A sign of life, though nothing to be shown. */
		u->handler->flush(u->arg);
		return u->handler != NULL ? len : 0;
	}
	if (u->kind == BODY_ANSWER) {
		fail(u, 502, "answer_too_large",
		    "The answer is larger than this server allows.");
		return 0;
	}
	/* Of an error as much has come as anybody reads: judge it now. */
	transfer_abandon(&u->transfer);
	return 0;
}

/* The answer is there, and the question is still being sent. */
static bool
is_early(struct upstream *u)
{
	if (u->kind == BODY_ANSWER && transfer_is_sending(&u->transfer) &&
	    (transfer_is_counted_out(&u->transfer, u->body.len) ||
		upstream_body_closes(u))) {
		transfer_abandon(&u->transfer);
		return true;
	}
	upstream_expect(u);
	return false;
}

/* The first bytes: they tell what comes, and are then read as that. */
static size_t
begin(struct upstream *u, const char *p, size_t len)
{
	struct buf first;
	bool good;

	if (collect(u, p, len) == 0)
		return 0;
	u->kind = classify(u, false);
	if (u->kind == BODY_UNKNOWN)
		return len;
	begin_body(u);
	if (u->kind != BODY_EVENTS)
		return is_early(u) ? 0 : len;
	first = u->body;
	buf_init(&u->body, 0);
	good = read_events(u, first.data, first.len);
	buf_free(&first);
	return good ? len : 0;
}

/* libcurl's write callback. */
static size_t
on_body(char *p, size_t size, size_t n, void *arg)
{
	struct upstream *u = arg;
	size_t len = size * n;

	if (u->handler == NULL)
		return u->transfer.lingering ? len : 0;
	transfer_drop_request(&u->transfer);
	if (u->kind == BODY_UNKNOWN)
		return begin(u, p, len);
	if (u->kind == BODY_EVENTS)
		return read_events(u, p, len) ? len : 0;
	return collect(u, p, len) > 0 && !is_early(u) ? len : 0;
}

/* The transfer failed before an answer was complete. */
static void
judge_failure(struct upstream *u, int result)
{
	struct api_error err;
	bool unprocessed;

	unprocessed = transfer_error(&u->transfer, result, &err);
	upstream_finish(u, &err, unprocessed);
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
		finish_events(u);
	else
		upstream_finish(u, &err, false);
}

static void
judge_other(struct upstream *u)
{
	struct api_error err;
	bool unprocessed;
	long status;

	status = transfer_status(&u->transfer);
	memset(&err, 0, sizeof(err));
	if (is_success(u) && u->transfer.encoded) {
		fail(u, 502, "upstream_invalid",
		    "The provider sent a compressed answer, unasked.");
		return;
	}
	unprocessed =
	    provider_error(u->provider, (int)status, buf_str(&u->body),
		u->body.len, u->transfer.retry_after, clock_wall(), &err);
	upstream_finish(u, &err, unprocessed);
}

/* What came of a whole response. Returns true when the upstream is still in
 * use and will be freed by whoever uses it. */
static bool
judge(struct upstream *u)
{
	if (u->kind == BODY_UNKNOWN)
		u->kind = classify(u, true);
	switch (u->kind) {
	case BODY_EVENTS:
		judge_events(u);
		return false;
	case BODY_ANSWER:
		return upstream_read_whole(u);
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
	} else if (t->abandoned && u->kind != BODY_ANSWER) {
		judge_other(u);
	} else if (result != CURLE_OK && !t->abandoned) {
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
	const struct transfer_peer peer = transfer_peer_of(call->provider);
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
	u->asked = provider_asked(call->chat);
	buf_init(&u->body, PROVIDER_ERROR_BODY_MAX);
	sse_init(&u->sse, call->limits->event);
	sse_allow_pictures(&u->sse, call->limits->picture);
	u->model_id = strdup(call->model_id);
	/* A whole answer tells its usage in any case. */
	u->reader = provider_reader_new(call->provider, call->model_id,
	    call->chat->include_usage || !call->chat->stream);
	if (u->model_id == NULL || u->reader == NULL)
		goto no_memory;
	provider_reader_asked(u->reader, call->model, u->asked,
	    call->chat->answers);
	u->transfer.on_done = on_done;
	u->transfer.on_body = on_body;
	u->transfer.on_read = on_read;
	u->transfer.free = upstream_free;
	if (transfer_start(p, &u->transfer, &peer, &req, call->connect_ms) ==
	    -1)
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
	if (u->handler != NULL && !u->detached)
		*u->usage = *provider_reader_usage(u->reader);
	u->handler = NULL;
	if (!u->detached)
		transfer_cancel(&u->transfer);
}
