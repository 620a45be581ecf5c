/* SPDX-License-Identifier: MIT */
/*
 * libcurl on a libuv loop: transfers, the multi handles that drive them and
 * the few idle connections that are kept. Knows HTTP, not completions.
 */
#ifndef CONFAB_UPSTREAM_POOL_H
#define CONFAB_UPSTREAM_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <curl/curl.h>

#include "confab/base/api_error.h"
#include "confab/base/buf.h"
#include "confab/provider/provider.h"

struct origin;
struct shard;
struct upstream_pool;

/* Who is called, and how to get there. Its strings are needed during a call
 * only. */
struct transfer_peer {
	const char *url;     /* that connections are kept for */
	const char *ca_file; /* NULL: the system's */
	const char *proxy;   /* NULL: none */
};

/* How to get to a provider. */
static inline struct transfer_peer
transfer_peer_of(const struct config_provider *p)
{
	struct transfer_peer peer = { p->base_url, p->ca_file, p->proxy };

	return peer;
}

/* One transfer; the first member of what its owner allocates. */
struct transfer {
	/* Set by the owner before transfer_start(). */
	void (*on_done)(struct transfer *t, int result); /* a CURLcode; the
				 * owner frees itself here */
	curl_write_callback on_body;	     /* its argument is the transfer */
	void (*free)(struct transfer *t);    /* when cancelled */
	void (*on_head)(struct transfer *t); /* the response's head has come;
				 * NULL: not wanted */
	void (*on_read)(struct transfer *t); /* after transfer_touch(); may
				 * cancel the transfer */
	unsigned total_ms;  /* of the whole transfer; 0: no limit */
	const char *method; /* NULL: by the body, POST or GET */
	const char *want;   /* a header of the response to keep; NULL: none */
	const struct config_list *networks; /* NULL: connected to wherever it
				 * says; else as exchange.h has it */

	/* Known once the body begins. */
	char *retry_after; /* the header's value, or NULL */
	char *wanted;	   /* the value of `want`, or NULL */
	bool encoded;	   /* a Content-Encoding that nobody asked for */
	bool refused;	   /* the address is none that may be connected to */

	bool abandoned; /* transfer_abandon() was called */
	bool lingering; /* transfer_linger() was called */

	/* private */
	CURL *easy;
	struct curl_slist *headers;
	struct buf body;
	struct shard *shard;
	struct origin *origin;
	struct transfer *prev, *next; /* all of a shard */
	struct transfer *next_doomed, *next_late, *next_touched;
	uint64_t until;	  /* while lingering or expecting */
	CURLcode failure; /* while doomed; CURLE_OK: cancelled */
	size_t header_bytes;
	bool doomed;
	bool started;
	bool expecting; /* transfer_expect_end() was called */
	bool held;	/* while expecting: paused */
	bool late;    /* started in a callback of libcurl's, and not given to it
		    * yet */
	bool touched; /* its on_read is still to be called */
	bool sent;    /* the request went out once */
	bool spoilt;  /* the kept connection was, so nothing was sent */
	bool http2;   /* the answer came so */
	bool no_reuse; /* the server closes the connection */
	bool keeps;    /* its connection has a place among the idle */
	bool expected_reuse;
};

/*
 * Starts the transfer: POST, or GET when the body is empty. On success takes
 * over what `req` owns; on failure (-1) leaves it. `connect_ms` limits name
 * resolution, connection and TLS together.
 */
int transfer_start(struct upstream_pool *p, struct transfer *t,
    const struct transfer_peer *peer, struct provider_request *req,
    unsigned connect_ms);

/* Ends the transfer now, or right after the callback that we are in, and has
 * the owner freed by its `free`. */
void transfer_cancel(struct transfer *t);

/* Takes a transfer that is over off libcurl, for an owner that has more to do
 * with it before transfer_release(). */
void transfer_detach(struct transfer *t);

/* Frees what the transfer holds; for the owner's `on_done` and `free`. */
void transfer_release(struct transfer *t);

/* In a body callback: on_read is to be called, once, when libcurl has handed
 * over all that it read of the socket; before on_done, if that comes as well. */
void transfer_touch(struct transfer *t);

/* In a body callback: the rest need not come; on_done will find `abandoned`.
 * The callback then returns 0. */
void transfer_abandon(struct transfer *t);

/* In a body callback: the answer will be read to its end. Its connection is
 * kept for another when fewer than UPSTREAM_IDLE_MAX are; else, and when this is
 * never called, it is closed at the end. */
void transfer_keep(struct transfer *t);

/* The answer is complete. Waits UPSTREAM_LINGER for the end of the body, for
 * the sake of the connection, then cancels. */
void transfer_linger(struct transfer *t);

/* What has come may be all, though the body goes on: when it has not ended `ms`
 * from now, on_done is called as if it had. Until then a further call may only
 * shorten that; after transfer_expect_more() it begins anew. */
void transfer_expect_end(struct transfer *t, unsigned ms);
void transfer_expect_more(struct transfer *t);

/* Frees the request, the key in its header too, once it was sent whole; it is
 * never sent again. For a body callback. */
void transfer_drop_request(struct transfer *t);

/* In a body callback: whether the request is still being sent. An answer that is
 * whole need not wait for that: libcurl would go on sending, to who may never
 * read it. */
bool transfer_is_sending(const struct transfer *t);

/* In a body callback, when `len` bytes of the body have come: whether these are
 * all that the answer promised. */
bool transfer_is_counted_out(const struct transfer *t, size_t len);

/* Stops and continues the reading. Outside libcurl's callbacks the transfer may
 * have ended, and be freed, when this returns. */
void transfer_pause(struct transfer *t, bool pause);

/* The HTTP status, or 0 when there is none yet. */
long transfer_status(const struct transfer *t);
const char *transfer_content_type(const struct transfer *t);

/*
 * What to tell about a transfer that failed with CURLcode `result`; in
 * err->said the cause, for the log. Returns true when the request was certainly
 * not processed.
 */
bool transfer_error(const struct transfer *t, int result,
    struct api_error *err);

#endif
