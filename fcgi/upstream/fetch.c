/* SPDX-License-Identifier: MIT */
/*
 * Plain requests for a short document of a provider.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "confab/base/clock.h"
#include "confab/upstream/upstream.h"

#include "pool.h"

struct fetch {
	struct transfer transfer;		/* first */
	const struct config_provider *provider; /* outlives the request */
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
	int status = (int)transfer_status(t);
	struct api_error err;
	bool good = false;

	memset(&err, 0, sizeof(err));
	if (result != CURLE_OK)
		(void)transfer_error(t, result, &err);
	else if (status != 200)
		(void)provider_error(f->provider, status, buf_str(&f->body),
		    f->body.len, t->retry_after, clock_wall(), &err);
	else if (t->encoded)
		(void)api_error_set(&err, 502, "upstream_invalid",
		    "The provider sent a compressed answer, unasked.");
	else
		good = true;
	f->done(f->arg, good ? NULL : &err, status, buf_str(&f->body),
	    f->body.len);
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
	f->provider = provider;
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
