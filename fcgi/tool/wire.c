/* SPDX-License-Identifier: MIT */
/* One HTTP exchange with a tool server. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "confab/base/crypto.h"

#include "wire.h"

struct tool_wire {
	struct upstream_exchange *exchange; /* NULL: over */
	const struct tool_wire_handler *handler;
	void *arg;
	struct sse sse;
	struct buf body; /* one JSON text, or a refusal */
	size_t received, max;
	int status;    /* of the response, once it has begun */
	char *session; /* Mcp-Session-Id, or NULL */
	bool begun;    /* the first bytes have come */
	bool events;
	bool success;
	bool feeding;	      /* bytes are being read: not to be freed */
	bool dead;	      /* to be freed after that */
	struct api_error err; /* status 0: none */
};

static void
wire_free(struct tool_wire *w)
{
	if (w->feeding) {
		w->dead = true;
		return;
	}
	sse_free(&w->sse);
	buf_free(&w->body);
	free(w->session);
	free(w);
}

/* ---- Requests ---------------------------------------------------------------*/

int
tool_request_header(struct provider_request *req, const char *name,
    const char *value)
{
	char *line = NULL;

	/* An empty value is put to libcurl with a semicolon. */
	if (req->n_headers == PROVIDER_HEADERS_MAX ||
	    (value[0] != '\0' ? asprintf(&line, "%s: %s", name, value)
			      : asprintf(&line, "%s;", name)) == -1)
		return -1;
	req->headers[req->n_headers++] = line;
	return 0;
}

static int
add_token(struct provider_request *req, const struct config_tool_server *c)
{
	char *value = NULL;
	int rc;

	if (c->token == NULL)
		return 0;
	if (asprintf(&value, "%s%s", c->token_prefix, c->token) == -1)
		return -1;
	rc = tool_request_header(req, c->token_header, value);
	crypto_wipe(value, strlen(value));
	free(value);
	return rc;
}

int
tool_request_begin(struct provider_request *req,
    const struct config_tool_server *c)
{
	size_t i;

	memset(req, 0, sizeof(*req));
	buf_init(&req->body, 64 * 1024 * 1024);
	buf_init(&req->ignored, 0);
	req->url = strdup(c->url);
	if (req->url == NULL || add_token(req, c) == -1 ||
	    tool_request_header(req, "Accept",
		"application/json, text/event-stream") == -1 ||
	    tool_request_header(req, "Content-Type", "application/json") == -1)
		return -1;
	for (i = 0; i < c->headers.n; i++) {
		req->headers[req->n_headers] = strdup(c->headers.words[i]);
		if (req->headers[req->n_headers] == NULL)
			return -1;
		req->n_headers++;
	}
	return 0;
}

int
tool_request_session(struct provider_request *req, const struct tool_session *s)
{
	if (s->id[0] != '\0' &&
	    tool_request_header(req, "Mcp-Session-Id", s->id) == -1)
		return -1;
	/* Known since 2025-06-18; dates compare as text. */
	if (strcmp(s->version, "2025-06-18") < 0)
		return 0;
	return tool_request_header(req, "MCP-Protocol-Version", s->version);
}

/* ---- Bytes ------------------------------------------------------------------*/

static int
fail(struct tool_wire *w, int status, const char *code, const char *text)
{
	(void)api_error_set(&w->err, status, code, "%s", text);
	return -1;
}

static int
too_large(struct tool_wire *w)
{
	return fail(w, 502, "tool_too_large",
	    "The tool server answered more than this server allows.");
}

/* Gives a message out. Nonzero: the handler is through, and `w` ended. */
static int
give(struct tool_wire *w, const char *text, size_t len)
{
	struct upstream_exchange *x;

	if (w->handler->message(w->arg, text, len) == 0)
		return w->dead;
	/* It may have cancelled. */
	x = w->exchange;
	w->exchange = NULL;
	if (x != NULL)
		upstream_exchange_leave(x);
	w->dead = true;
	return 1;
}

static int
on_event(void *arg, const struct sse_event *ev)
{
	struct tool_wire *w = arg;

	/* An empty one only says how to go on after a break. */
	return ev->data_len > 0 ? give(w, ev->data, ev->data_len) : 0;
}

static bool
is_events(const char *type)
{
	static const char want[] = "text/event-stream";
	const size_t n = sizeof(want) - 1;

	return type != NULL && strncasecmp(type, want, n) == 0 &&
	    (type[n] == '\0' || type[n] == ';' || type[n] == ' ');
}

static void
on_head(void *arg)
{
	struct tool_wire *w = arg;
	struct upstream_head h;

	if (w->handler->head == NULL)
		return;
	h = upstream_exchange_head(w->exchange);
	w->handler->head(w->arg,
	    h.status >= 200 && h.status < 300 && is_events(h.type));
}

static int
begin_body(struct tool_wire *w)
{
	struct upstream_head h = upstream_exchange_head(w->exchange);

	w->begun = true;
	w->status = h.status;
	if (h.wanted != NULL && (w->session = strdup(h.wanted)) == NULL)
		return api_error_no_memory(&w->err);
	w->success = h.status >= 200 && h.status < 300;
	w->events = w->success && is_events(h.type);
	w->body.max = w->success ? w->max : TOOL_REFUSAL_MAX;
	if (h.encoded)
		return fail(w, 502, "tool_invalid",
		    "The tool server sent a compressed answer, unasked.");
	return 0;
}

/* Returns 0, or -1 when no more is wanted. */
static int
take(struct tool_wire *w, const char *p, size_t len)
{
	w->received += len;
	if (w->success && w->received > w->max)
		return too_large(w);
	if (!w->events) {
		if (buf_append(&w->body, p, len) == 0)
			return 0;
		/* Of a refusal as much has come as anybody reads. */
		return w->success ? too_large(w) : -1;
	}
	switch (sse_feed(&w->sse, p, len, on_event, w)) {
	case SSE_OK:
	case SSE_STOPPED:
		return 0;
	case SSE_TOO_LARGE:
		return too_large(w);
	case SSE_NO_MEMORY:
	default:
		(void)api_error_no_memory(&w->err);
		return -1;
	}
}

static int
on_body(void *arg, const char *p, size_t len)
{
	struct tool_wire *w = arg;
	int rc = 0;

	w->feeding = true;
	if (!w->begun)
		rc = begin_body(w);
	if (rc == 0)
		rc = take(w, p, len);
	if (!w->dead && rc == 0)
		w->handler->alive(w->arg);
	w->feeding = false;
	if (w->dead) {
		wire_free(w);
		return 0;
	}
	return rc;
}

/* The rest of a good response that is over. */
static void
take_rest(struct tool_wire *w)
{
	enum sse_result r;

	w->feeding = true;
	if (!w->events) {
		if (w->body.len > 0)
			(void)give(w, w->body.data, w->body.len);
	} else {
		r = sse_finish(&w->sse, on_event, w);
		if (r == SSE_TOO_LARGE)
			(void)too_large(w);
	}
	w->feeding = false;
}

static void
on_end(void *arg, const struct api_error *err)
{
	struct tool_wire *w = arg;
	struct upstream_head h = upstream_exchange_head(w->exchange);
	struct tool_wire_end end;

	/* Nobody is to leave or cancel it any more. */
	w->exchange = NULL;
	if (!w->begun)
		w->success = h.status >= 200 && h.status < 300;
	if (err == NULL && w->err.status == 0 && w->success)
		take_rest(w);
	if (!w->dead) {
		memset(&end, 0, sizeof(end));
		end.status = h.status;
		end.err = w->err.status != 0 ? &w->err : err;
		end.body = buf_str(&w->body);
		end.len = w->success ? 0 : w->body.len;
		end.session = h.wanted;
		end.retry_after = h.retry_after;
		end.events = w->events;
		w->handler->end(w->arg, &end);
	}
	wire_free(w);
}

static const struct upstream_exchange_handler handler = {
	.body = on_body,
	.end = on_end,
	.head = on_head,
};

/* ---- From outside -----------------------------------------------------------*/

static void
fill_call(struct upstream_exchange_call *x, const struct tool_wire_call *call)
{
	memset(x, 0, sizeof(*x));
	x->url = call->server->url;
	x->ca_file = call->server->ca_file;
	x->proxy = call->server->proxy;
	x->method = call->method;
	x->want = "Mcp-Session-Id";
	x->connect_ms = call->connect_ms;
	x->total_ms = call->total_ms;
}

struct tool_wire *
tool_wire_start(const struct tool_wire_call *call, struct provider_request *req,
    const struct tool_wire_handler *h, void *arg)
{
	struct upstream_exchange_call x;
	struct tool_wire *w;

	w = calloc(1, sizeof(*w));
	if (w == NULL) {
		provider_request_free(req);
		return NULL;
	}
	w->handler = h;
	w->arg = arg;
	w->max = call->max;
	buf_init(&w->body, call->max);
	sse_init(&w->sse, call->max);
	if (sse_keep_ids(&w->sse, call->last_id) == -1) {
		provider_request_free(req);
		wire_free(w);
		return NULL;
	}
	fill_call(&x, call);
	w->exchange = upstream_exchange_start(call->pool, &x, req, &handler, w);
	if (w->exchange != NULL)
		return w;
	wire_free(w);
	return NULL;
}

void
tool_wire_pause(struct tool_wire *w)
{
	if (w->exchange != NULL)
		upstream_exchange_pause(w->exchange);
}

void
tool_wire_resume(struct tool_wire *w)
{
	if (w->exchange != NULL)
		upstream_exchange_resume(w->exchange);
}

void
tool_wire_cancel(struct tool_wire *w)
{
	if (w->exchange != NULL)
		upstream_exchange_cancel(w->exchange);
	w->exchange = NULL;
	wire_free(w);
}

int
tool_wire_status(const struct tool_wire *w)
{
	return w->status;
}

const char *
tool_wire_session(const struct tool_wire *w)
{
	return w->session;
}

const char *
tool_wire_last_id(const struct tool_wire *w)
{
	return buf_str(&w->sse.id);
}

unsigned
tool_wire_retry(const struct tool_wire *w)
{
	if (w->sse.retry == 0)
		return TOOL_EVENT_RETRY;
	return w->sse.retry < TOOL_EVENT_RETRY_MAX ? w->sse.retry
						   : TOOL_EVENT_RETRY_MAX;
}

static int
tell_body(void *arg, const char *p, size_t len)
{
	(void)arg;
	(void)p;
	(void)len;
	return 0;
}

static void
tell_end(void *arg, const struct api_error *err)
{
	(void)arg;
	(void)err;
}

void
tool_wire_tell(const struct tool_wire_call *call, struct provider_request *req)
{
	static const struct upstream_exchange_handler nobody = {
		.body = tell_body,
		.end = tell_end,
	};
	struct upstream_exchange_call x;

	fill_call(&x, call);
	(void)upstream_exchange_start(call->pool, &x, req, &nobody, NULL);
}
