/* SPDX-License-Identifier: MIT */
/*
 * The clients of a stream: who is attached, and what they are sent.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "stream.h"
#include "stream_private.h"

#define COMMENT ": keep-alive\n\n"

static void on_gone(struct client *c, void *arg);
static void on_writable(struct client *c, void *arg);

static const struct client_handler handler = { on_gone, on_writable, on_gone };

/* ---- Responses ----------------------------------------------------------- */

static void
events_header(struct buf *out, const char *more)
{
	buf_puts(out,
	    "Status: 200 OK\r\n"
	    "Content-Type: text/event-stream\r\n"
	    "Cache-Control: no-store\r\n"
	    "X-Accel-Buffering: no\r\n");
	buf_puts(out, more);
	buf_puts(out, "\r\n");
}

static void
json_header(struct buf *out, size_t len, const char *more)
{
	buf_printf(out,
	    "Status: 200 OK\r\n"
	    "Content-Type: application/json\r\n"
	    "Content-Length: %zu\r\n"
	    "Cache-Control: no-store\r\n",
	    len);
	buf_puts(out, more);
	buf_puts(out, "\r\n");
}

static void
error_header(struct buf *out, const struct api_error *err, size_t len,
    const char *more)
{
	buf_printf(out,
	    "Status: %d\r\n"
	    "Content-Type: application/json\r\n"
	    "Content-Length: %zu\r\n"
	    "Cache-Control: no-store\r\n",
	    err->status, len);
	if (err->retry_after > 0)
		buf_printf(out, "Retry-After: %u\r\n", err->retry_after);
	buf_puts(out, more);
	buf_puts(out, "\r\n");
}

/* The client's own header lines, such as a renewed cookie. */
static const char *
extra(const struct client *c)
{
	return c->extra_headers != NULL ? c->extra_headers : "";
}

static void
respond_error(struct relay_loop *l, struct gateway_client rc,
    const struct api_error *err, const char *more)
{
	struct buf head, body;

	metrics_request(err->status);
	buf_init(&head, STREAM_HEADERS_MAX);
	buf_init(&body, 4 * API_ERROR_MESSAGE_MAX + 512);
	(void)api_error_json(&body, err);
	error_header(&head, err, body.len, more);
	client_respond(&l->base, rc, buf_str(&head), buf_str(&body), body.len);
	buf_free(&head);
	buf_free(&body);
}

/* Puts the header of the response before the first byte that a client gets.
 * Returns false when out of memory. */
static bool
commit(struct client *c)
{
	struct buf head;
	bool ok;

	buf_init(&head, STREAM_HEADERS_MAX);
	events_header(&head, extra(c));
	ok = buf_ok(&head) && client_put(c, head.data, head.len) == 0;
	buf_free(&head);
	c->committed = true;
	metrics_request(200);
	return ok;
}

static bool
put_error(struct client *c, const struct api_error *err)
{
	struct buf head, json;
	bool ok;

	buf_init(&head, STREAM_HEADERS_MAX);
	buf_init(&json, 4 * API_ERROR_MESSAGE_MAX + 512);
	(void)api_error_json(&json, err);
	error_header(&head, err, json.len, extra(c));
	ok = buf_ok(&head) && client_put(c, head.data, head.len) == 0 &&
	    client_put(c, buf_str(&json), json.len) == 0;
	buf_free(&head);
	buf_free(&json);
	metrics_request(err->status);
	return ok;
}

static bool
put_answer(const struct stream *s, struct client *c)
{
	struct buf head;
	bool ok;

	buf_init(&head, STREAM_HEADERS_MAX);
	json_header(&head, s->answer.len, extra(c));
	ok = buf_ok(&head) && client_put(c, head.data, head.len) == 0 &&
	    client_put(c, buf_str(&s->answer), s->answer.len) == 0;
	buf_free(&head);
	if (ok)
		metrics_request(200);
	return ok;
}

/* The whole response of a client that has got nothing yet, at the end. */
static bool
commit_whole(struct stream *s, struct client *c)
{
	struct api_error err;

	c->committed = true;
	if (s->err != NULL)
		return put_error(c, s->err);
	if (put_answer(s, c))
		return true;
	/* Nothing of it is on its way yet. */
	buf_free(&c->out);
	(void)api_error_set(&err, 503, "internal_error",
	    "The answer is too large for the server's memory.");
	return put_error(c, &err);
}

/* Readies a client for what there is to send; false drops it. */
static bool
prepare(struct stream *s, struct client *c)
{
	if (c->off < s->ring.tail) {
		/* So far behind that others have moved on. */
		return false;
	}
	if (!c->committed && s->is_stream && s->ring.next_id > 1 && !commit(c))
		return false;
	if (!s->ended || c->ending)
		return true;
	if (!c->committed && !commit_whole(s, c))
		return false;
	client_end(c);
	return true;
}

/* ---- Who is attached ------------------------------------------------------ */

static void
unlink_client(struct stream *s, struct client *c)
{
	struct client **p;

	for (p = &s->clients; *p != NULL; p = &(*p)->next)
		if (*p == c) {
			*p = c->next;
			break;
		}
}

static void
on_gone(struct client *c, void *arg)
{
	struct stream *s = arg;

	unlink_client(s, c);
	/* While all are being written to, what follows is looked at after. */
	if (s->sending)
		return;
	stream_settle(s);
}

static void
on_writable(struct client *c, void *arg)
{
	struct stream *s = arg;

	(void)c;
	stream_clients_send(s);
	stream_settle(s);
}

void
stream_clients_send(struct stream *s)
{
	struct client *c, *next;
	bool had = s->clients != NULL;

	if (s->sending || s->closing)
		return;
	s->sending = true;
	for (c = s->clients; c != NULL; c = next) {
		next = c->next;
		if (prepare(s, c)) {
			(void)client_send(&s->loop->base, c,
			    s->is_stream ? &s->ring : NULL);
		} else {
			unlink_client(s, c);
			client_close(c);
		}
	}
	s->sending = false;
	s->last_write = loop_now(&s->loop->base);
	if (had && s->clients == NULL && !s->ended)
		stream_settle(s);
}

void
stream_clients_comment(struct stream *s)
{
	struct client *c, *next;

	if (!s->is_stream || s->ended)
		return;
	for (c = s->clients; c != NULL; c = next) {
		next = c->next;
		if (c->blocked ||
		    ((c->committed || commit(c)) &&
			client_put(c, COMMENT, sizeof(COMMENT) - 1) == 0))
			continue;
		/* Out of memory: half a header must not go out. */
		unlink_client(s, c);
		client_close(c);
	}
	stream_clients_send(s);
	stream_settle(s);
}

void
stream_clients_close(struct stream *s)
{
	struct client *c;

	while ((c = s->clients) != NULL) {
		s->clients = c->next;
		client_close(c);
	}
}

/* One too many are attached: the oldest, which is the last of the list, gets
 * an end without [DONE], so that it knows that this was not all. */
static void
displace(struct stream *s)
{
	struct client *c = s->clients;

	while (c->next != NULL)
		c = c->next;
	unlink_client(s, c);
	if (!c->committed)
		(void)commit(c);
	client_end(c);
	/* What it cannot take at once, it does not get. */
	s->sending = true;
	if (client_send(&s->loop->base, c, NULL))
		client_close(c);
	s->sending = false;
}

bool
stream_client_add(struct stream *s, struct relay_job *job, uint64_t off)
{
	struct client *c, *other;
	unsigned n = 0;

	c = client_open(&s->loop->base, job->client, &handler, s);
	job->client.fd = -1;
	if (c == NULL)
		return false;
	if (job->extra_headers[0] != '\0')
		c->extra_headers = strdup(job->extra_headers);
	for (other = s->clients; other != NULL; other = other->next)
		n++;
	if (n >= STREAM_CLIENTS_MAX)
		displace(s);
	c->off = off;
	c->next = s->clients;
	s->clients = c;
	s->detached = 0;
	return true;
}

void
stream_attach(struct stream *s, struct relay_job *job, uint64_t last_id)
{
	struct api_error err;
	uint64_t off = 0;

	if (s->is_stream && !event_ring_seek(&s->ring, last_id, &off)) {
		if (last_id >= s->ring.next_id)
			(void)api_error_set(&err, 400, "invalid_request",
			    "Last-Event-ID names an event that has not been.");
		else
			(void)api_error_set(&err, 410, "events_evicted",
			    "These events are not kept any more.");
		stream_refuse(s->loop, job, &err);
		return;
	}
	metrics_stream_resumed();
	if (!stream_client_add(s, job, off))
		return;
	stream_clients_send(s);
	stream_settle(s);
}

/* ---- Answers without a stream --------------------------------------------- */

void
stream_refuse(struct relay_loop *l, struct relay_job *job,
    const struct api_error *err)
{
	respond_error(l, job->client, err, job->extra_headers);
	job->client.fd = -1;
}
