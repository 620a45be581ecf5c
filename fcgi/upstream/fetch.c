/* SPDX-License-Identifier: MIT */
/*
 * Plain requests for a short document of a provider.
 */
#include "config.h"

#include <stdlib.h>

#include "confab/upstream/upstream.h"

#include "pool.h"

struct fetch {
	struct transfer transfer; /* first */
	upstream_fetch_fn done;
	void *arg;
	struct buf body;
};

static void
fetch_free(struct transfer *t)
{
	struct fetch *f = (struct fetch *)t;

	transfer_release(t);
	buf_free(&f->body);
	free(f);
}

static size_t
on_body(char *p, size_t size, size_t n, void *arg)
{
	struct fetch *f = arg;

	transfer_keep(&f->transfer);
	return buf_append(&f->body, p, size * n) == 0 ? size * n : 0;
}

static void
on_done(struct transfer *t, int result)
{
	struct fetch *f = (struct fetch *)t;
	int status = 0;

	if (result == CURLE_OK && !t->encoded)
		status = (int)transfer_status(t);
	f->done(f->arg, status, buf_str(&f->body), f->body.len);
	fetch_free(t);
}

int
upstream_fetch(struct upstream_pool *p, const struct config_provider *provider,
    struct provider_request *req, unsigned timeout_ms, upstream_fetch_fn done,
    void *arg)
{
	const struct transfer_peer peer = transfer_peer_of(provider);
	struct fetch *f;

	f = calloc(1, sizeof(*f));
	if (f == NULL)
		return -1;
	f->done = done;
	f->arg = arg;
	buf_init(&f->body, PROVIDER_LIST_MAX);
	f->transfer.on_done = on_done;
	f->transfer.on_body = on_body;
	f->transfer.free = fetch_free;
	f->transfer.total_ms = timeout_ms;
	if (transfer_start(p, &f->transfer, &peer, req, timeout_ms) == -1) {
		free(f);
		return -1;
	}
	return 0;
}
