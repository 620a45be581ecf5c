/* SPDX-License-Identifier: MIT */
/*
 * Calls to providers over HTTP: libcurl's multi interface on a loop.
 *
 * A call is one POST that is sent at most once: libcurl's silent repeat on a
 * reused connection that died is made impossible. Connections are reused from
 * a small set of idle ones, and transfers are spread over several multi
 * handles, because libcurl looks connections up linearly.
 */
#ifndef CONFAB_UPSTREAM_H
#define CONFAB_UPSTREAM_H

#include <stdbool.h>
#include <stddef.h>

#include "confab/base/api_error.h"
#include "confab/base/buf.h"
#include "confab/provider/provider.h"

#define UPSTREAM_SHARD_MAX 512 /* transfers that fill one multi handle */
#define UPSTREAM_SHARDS 32     /* multi handles of one loop */
#define UPSTREAM_IDLE_MAX 32   /* idle connections kept, an origin and shard */
#define UPSTREAM_ORIGINS 64    /* providers whose connections are reused */
#define UPSTREAM_KNOWN_MAX 128 /* idle connections remembered, an origin */
/* Ms for the end of a body after its answer's end, so that the connection
 * can be reused. */
#define UPSTREAM_LINGER 2000
/* Ms for what may follow an answer that seems complete (its end, a text after all,
 * usage) where the connection stays open; more where usage has not come. */
#define UPSTREAM_TAIL 3000
#define UPSTREAM_TAIL_UNCOUNTED 10000
/* Bytes of a stream that are read before they are passed on, however much more
 * there is to read. */
#define UPSTREAM_GATHER_MAX 8192

struct loop;
struct upstream;
struct upstream_pool;

struct upstream_handler {
	/* A normalised chunk. Nonzero: it cannot be kept; the call fails. */
	int (*chunk)(void *arg, const char *json, size_t len, bool content);
	/* The bytes that arrived together have been read: time to write. */
	void (*flush)(void *arg);
	/* The whole answer of a call that is not streamed; may be stolen. */
	void (*answer)(void *arg, struct buf *json);
	/*
	 * The call is over and the upstream gone: NULL for a good end. When
	 * `unprocessed`, the provider certainly did nothing for it, and it
	 * may be tried again after err->retry_after seconds.
	 */
	void (*end)(void *arg, const struct api_error *err, bool unprocessed);
};

struct upstream_call {
	struct loop *loop;
	struct config *config; /* that provider and model are of */
	const struct config_provider *provider;
	const struct config_model *model;
	const char *model_id;
	const struct chat_request *chat;
	struct provider_request *request; /* put already, and used up; NULL: it
				 * is put here */
	const struct config_limits *limits;
	unsigned connect_ms;
	struct provider_usage *usage; /* filled before end() and when
				       * cancelled; outlives both */
};

/* NULL when out of memory. */
struct upstream_pool *upstream_pool_new(struct loop *l);

/* Cancels what is open without calling handlers. Its handles close on the
 * loop, which must run once more before it ends. */
void upstream_pool_free(struct upstream_pool *p);

/*
 * Begins what has been started since the last turn, which otherwise waits for
 * the next one. Not to be called from a handler.
 */
void upstream_pool_run(struct upstream_pool *p);

/*
 * Starts a call; everything in `call` but the usage is needed during this call
 * only. Returns
 * NULL with `err` filled. Handlers are never called before this returns.
 */
struct upstream *upstream_start(struct upstream_pool *p,
    const struct upstream_call *call, const struct upstream_handler *handler,
    void *arg, struct api_error *err);

/* Stops and continues reading; the provider feels the back-pressure. To
 * continue may deliver what was held, and end the call, before it returns. */
void upstream_pause(struct upstream *u);
void upstream_resume(struct upstream *u);

/* Closes at once. No handler is called any more. Safe inside handlers. */
void upstream_cancel(struct upstream *u);

/*
 * A plain request for a short JSON document, such as a model list. With `err`
 * NULL, `done` gets the body, of at most PROVIDER_LIST_MAX bytes, of an answer
 * with status 200; else why there is none, in err->said the cause (what failed
 * of the connection, or the provider's own words without keys), and the status
 * that came, or 0. Takes over what `req` owns. Returns 0, or -1 when it could
 * not start, with `req` left to the caller.
 */
typedef void (*upstream_fetch_fn)(void *arg, const struct api_error *err,
    int status, const char *body, size_t len);
int upstream_fetch(struct upstream_pool *p,
    const struct config_provider *provider, struct provider_request *req,
    unsigned timeout_ms, upstream_fetch_fn done, void *arg);

#endif
