/* SPDX-License-Identifier: MIT */
/*
 * Exchanges with servers that are no providers.
 */
#include "config.h"

#include <stdlib.h>

#include "confab/upstream/exchange.h"

#include "pool.h"

struct upstream_exchange {
	struct transfer transfer;			 /* first */
	const struct upstream_exchange_handler *handler; /* NULL: nobody
							  * listens */
	void *arg;
	bool paused;
};

static void
exchange_free(struct transfer *t)
{
	transfer_release(t);
	free(t);
}

static size_t
on_body(char *p, size_t size, size_t n, void *arg)
{
	struct upstream_exchange *x = arg;
	size_t len = size * n;

	if (x->handler == NULL)
		return x->transfer.lingering ? len : 0;
	transfer_drop_request(&x->transfer);
	if (x->transfer.networks == NULL)
		transfer_keep(&x->transfer);
	if (x->handler->body(x->arg, p, len) == 0 || x->transfer.lingering)
		return len;
	transfer_abandon(&x->transfer);
	return 0;
}

static void
on_head(struct transfer *t)
{
	struct upstream_exchange *x = (struct upstream_exchange *)t;

	if (x->handler != NULL && x->handler->head != NULL)
		x->handler->head(x->arg);
}

static void
on_done(struct transfer *t, int result)
{
	struct upstream_exchange *x = (struct upstream_exchange *)t;
	struct api_error err;
	bool good = result == CURLE_OK || t->abandoned;

	if (x->handler != NULL) {
		if (!good)
			(void)transfer_error(t, result, &err);
		x->handler->end(x->arg, good ? NULL : &err);
	}
	exchange_free(t);
}

struct upstream_exchange *
upstream_exchange_start(struct upstream_pool *p,
    const struct upstream_exchange_call *call, struct provider_request *req,
    const struct upstream_exchange_handler *handler, void *arg)
{
	/* What is known of connections is kept by the address, in few places. */
	const struct transfer_peer peer = { call->networks != NULL ? "the web"
								   : call->url,
		call->ca_file, call->networks != NULL ? NULL : call->proxy };
	struct upstream_exchange *x;

	x = calloc(1, sizeof(*x));
	if (x == NULL)
		goto fail;
	x->handler = handler;
	x->arg = arg;
	x->transfer.on_done = on_done;
	x->transfer.on_body = on_body;
	x->transfer.on_head = on_head;
	x->transfer.free = exchange_free;
	x->transfer.method = call->method;
	x->transfer.want = call->want;
	x->transfer.total_ms = call->total_ms;
	x->transfer.networks = call->networks;
	if (transfer_start(p, &x->transfer, &peer, req, call->connect_ms) == 0)
		return x;

fail:
	provider_request_free(req);
	free(x);
	return NULL;
}

struct upstream_head
upstream_exchange_head(const struct upstream_exchange *x)
{
	const struct transfer *t = &x->transfer;
	struct upstream_head h = { (int)transfer_status(t),
		transfer_content_type(t), t->retry_after, t->wanted, t->refused,
		t->encoded };

	return h;
}

void
upstream_exchange_pause(struct upstream_exchange *x)
{
	if (!x->paused) {
		x->paused = true;
		transfer_pause(&x->transfer, true);
	}
}

void
upstream_exchange_resume(struct upstream_exchange *x)
{
	if (x->paused) {
		x->paused = false;
		transfer_pause(&x->transfer, false);
	}
}

void
upstream_exchange_cancel(struct upstream_exchange *x)
{
	x->handler = NULL;
	transfer_cancel(&x->transfer);
}

void
upstream_exchange_leave(struct upstream_exchange *x)
{
	x->handler = NULL;
	transfer_linger(&x->transfer);
}
