/* SPDX-License-Identifier: MIT */
/*
 * What a stream gives out, and who takes it.
 */
#include "config.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "confab/base/metrics.h"
#include "confab/gateway/response.h"
#include "confab/system/loop.h"

#include "client.h"
#include "outlet.h"

#define COMMENT ": keep-alive\n\n"
#define ERROR_JSON_MAX (4 * API_ERROR_MESSAGE_MAX + 512)

static void on_gone(struct client *c, void *arg);
static void on_writable(struct client *c, void *arg);

static const struct client_handler handler = { on_gone, on_writable, on_gone };

void
outlet_init(struct outlet *o, struct loop *l, bool events,
    void (*changed)(void *arg), void *arg)
{
	memset(o, 0, sizeof(*o));
	o->loop = l;
	o->events = events;
	o->answer_type = RESPONSE_JSON;
	o->changed = changed;
	o->arg = arg;
	o->last_write = loop_now(l);
	event_ring_init(&o->ring);
	buf_init(&o->answer, CLIENT_OUT_MAX);
}

void
outlet_free(struct outlet *o)
{
	outlet_close(o);
	event_ring_free(&o->ring);
	buf_free(&o->answer);
	free(o->err);
	o->err = NULL;
}

bool
outlet_has_events(const struct outlet *o)
{
	return o->ring.next_id > 1;
}

uint64_t
outlet_furthest(const struct outlet *o)
{
	const struct client *c;
	uint64_t off = o->ring.tail;

	for (c = o->clients; c != NULL; c = c->next)
		if (c->off > off)
			off = c->off;
	return off;
}

/* ---- Responses ----------------------------------------------------------- */

/* The client's own header lines, such as a renewed cookie. */
static const char *
extra(const struct client *c)
{
	return c->extra_headers != NULL ? c->extra_headers : "";
}

/* Puts a response's head, then the body that goes with it; false when out of
 * memory. */
static bool
put_response(struct client *c, struct response_head *h, const char *body)
{
	struct buf head;
	bool ok;

	h->more = extra(c);
	buf_init(&head, RESPONSE_HEAD_MAX);
	response_head(&head, h);
	ok = buf_ok(&head) && client_put(c, head.data, head.len) == 0 &&
	    (body == NULL || client_put(c, body, h->length) == 0);
	buf_free(&head);
	c->committed = true;
	if (ok)
		metrics_request(h->status);
	return ok;
}

/* Puts the head of the response before the first event that a client gets. */
static bool
commit(struct client *c)
{
	struct response_head h = { .status = 200,
		.type = "text/event-stream",
		.endless = true };

	return put_response(c, &h, NULL);
}

static bool
put_error(struct client *c, const struct api_error *err)
{
	struct response_head h = { .status = err->status,
		.type = RESPONSE_JSON,
		.retry_after = err->retry_after };
	struct buf json;
	bool ok;

	buf_init(&json, ERROR_JSON_MAX);
	(void)api_error_json(&json, err);
	h.length = json.len;
	ok = put_response(c, &h, buf_str(&json));
	buf_free(&json);
	return ok;
}

static bool
put_answer(const struct outlet *o, struct client *c)
{
	struct response_head h = { .status = 200,
		.type = o->answer_type,
		.length = o->answer.len };

	return put_response(c, &h, buf_str(&o->answer));
}

/* The whole response of a client that has got nothing yet, at the end. */
static bool
commit_whole(const struct outlet *o, struct client *c)
{
	struct api_error err;

	if (o->err != NULL)
		return put_error(c, o->err);
	if (put_answer(o, c))
		return true;
	/* Nothing of it is on its way yet. */
	buf_free(&c->out);
	(void)api_error_set(&err, 503, "internal_error",
	    "The answer is too large for the server's memory.");
	return put_error(c, &err);
}

/* Readies a client for what there is to send; false drops it. */
static bool
prepare(const struct outlet *o, struct client *c)
{
	if (c->off < o->ring.tail) {
		/* So far behind that others have moved on. */
		return false;
	}
	if (!c->committed && o->events && outlet_has_events(o) && !commit(c))
		return false;
	if (!o->ended || c->ending)
		return true;
	if (!c->committed && !commit_whole(o, c))
		return false;
	client_end(c);
	return true;
}

/* ---- Who is attached ------------------------------------------------------ */

static void
unlink_client(struct outlet *o, struct client *c)
{
	struct client **p;

	for (p = &o->clients; *p != NULL; p = &(*p)->next)
		if (*p == c) {
			*p = c->next;
			break;
		}
}

static void
on_gone(struct client *c, void *arg)
{
	struct outlet *o = arg;

	unlink_client(o, c);
	/* While all are being written to, what follows is looked at after. */
	if (!o->sending)
		o->changed(o->arg);
}

static void
on_writable(struct client *c, void *arg)
{
	struct outlet *o = arg;

	(void)c;
	outlet_send(o);
	o->changed(o->arg);
}

void
outlet_send(struct outlet *o)
{
	struct client *c, *next;
	bool had = o->clients != NULL;

	if (o->sending)
		return;
	o->sending = true;
	for (c = o->clients; c != NULL; c = next) {
		next = c->next;
		if (prepare(o, c)) {
			(void)client_send(o->loop, c,
			    o->events ? &o->ring : NULL);
		} else {
			unlink_client(o, c);
			client_close(c);
		}
	}
	o->sending = false;
	o->last_write = loop_now(o->loop);
	if (had && o->clients == NULL && !o->ended)
		o->changed(o->arg);
}

void
outlet_comment(struct outlet *o)
{
	struct client *c, *next;

	if (!o->events || o->ended)
		return;
	for (c = o->clients; c != NULL; c = next) {
		next = c->next;
		if (c->blocked ||
		    ((c->committed || commit(c)) &&
			client_put(c, COMMENT, sizeof(COMMENT) - 1) == 0))
			continue;
		/* Out of memory: half a header must not go out. */
		unlink_client(o, c);
		client_close(c);
	}
	outlet_send(o);
	o->changed(o->arg);
}

void
outlet_close(struct outlet *o)
{
	struct client *c;

	while ((c = o->clients) != NULL) {
		o->clients = c->next;
		client_close(c);
	}
}

static void
displace_oldest(struct outlet *o)
{
	struct client *c = o->clients;

	while (c->next != NULL)
		c = c->next;
	unlink_client(o, c);
	if (!c->committed)
		(void)commit(c);
	client_end(c);
	/* What it cannot take at once, it does not get. */
	o->sending = true;
	if (client_send(o->loop, c, NULL))
		client_close(c);
	o->sending = false;
}

int
outlet_attach(struct outlet *o, struct gateway_client rc, const char *more,
    uint64_t off)
{
	struct client *c, *other;
	unsigned n = 0;

	assert(off <= o->ring.head);
	c = client_open(o->loop, rc, &handler, o);
	if (c == NULL)
		return -1;
	if (more[0] != '\0')
		c->extra_headers = strdup(more);
	for (other = o->clients; other != NULL; other = other->next)
		n++;
	assert(n <= OUTLET_CLIENTS_MAX);
	if (n >= OUTLET_CLIENTS_MAX)
		displace_oldest(o);
	c->off = off;
	c->next = o->clients;
	o->clients = c;
	return 0;
}

/* ---- The end -------------------------------------------------------------- */

/* Puts the error into the ring where events have been seen or promised. */
static void
put_error_event(struct outlet *o, const struct api_error *err)
{
	const struct client *c;
	bool promised = outlet_has_events(o);
	struct buf json;

	for (c = o->clients; c != NULL; c = c->next)
		if (c->committed)
			promised = true;
	if (!promised)
		return;
	buf_init(&json, ERROR_JSON_MAX);
	if (api_error_json(&json, err) == 0)
		(void)event_ring_add(&o->ring, json.data, json.len);
	buf_free(&json);
}

void
outlet_end(struct outlet *o, bool good, const struct api_error *err)
{
	assert(!o->ended);
	o->ended = true;
	if (err != NULL && (o->err = malloc(sizeof(*err))) != NULL)
		*o->err = *err;
	if (!o->events)
		return;
	if (good)
		(void)event_ring_add(&o->ring, "[DONE]", 6);
	if (err != NULL)
		put_error_event(o, err);
}

/* ---- Answers without a stream --------------------------------------------- */

static void
respond(struct loop *l, struct gateway_client rc, struct response_head *h,
    const char *more, const struct buf *body)
{
	struct buf head;

	h->more = more;
	metrics_request(h->status);
	buf_init(&head, RESPONSE_HEAD_MAX);
	response_head(&head, h);
	client_respond(l, rc, buf_str(&head), buf_str(body), body->len);
	buf_free(&head);
}

void
outlet_refuse(struct loop *l, struct gateway_client rc, const char *more,
    const struct api_error *err)
{
	struct response_head h = { .status = err->status,
		.type = RESPONSE_JSON,
		.retry_after = err->retry_after };
	struct buf json;

	buf_init(&json, ERROR_JSON_MAX);
	(void)api_error_json(&json, err);
	h.length = json.len;
	respond(l, rc, &h, more, &json);
	buf_free(&json);
}

void
outlet_empty(struct loop *l, struct gateway_client rc, const char *more)
{
	struct response_head h = { .status = 204 };
	struct buf none;

	buf_init(&none, 0);
	respond(l, rc, &h, more, &none);
	buf_free(&none);
}

void
outlet_pass(struct loop *l, struct gateway_client rc, const char *more,
    const char *host, const char *key)
{
	struct buf head;

	buf_init(&head, RESPONSE_HEAD_MAX);
	response_pass_head(&head, more, host, key);
	client_respond(l, rc, buf_str(&head), "", 0);
	buf_free(&head);
}
