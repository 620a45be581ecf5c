/* SPDX-License-Identifier: MIT */
/*
 * One HTTP exchange with a server that is no provider: a request, sent at most
 * once, and the bytes of its response as they come. TLS, proxies, redirects and
 * connections are handled as for providers.
 */
#ifndef CONFAB_UPSTREAM_EXCHANGE_H
#define CONFAB_UPSTREAM_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>

#include "confab/base/api_error.h"
#include "confab/config/config.h"
#include "confab/provider/provider.h"

struct upstream_exchange;
struct upstream_pool;

/* The head of a response. */
struct upstream_head {
	int status;		 /* 0: there was none */
	const char *type;	 /* Content-Type, or NULL */
	const char *retry_after; /* or NULL */
	const char *wanted;	 /* the header that was wanted, or NULL */
	bool refused; /* the address is one that may not be connected to */
	bool encoded; /* the body is compressed, though nobody asked for that */
};

struct upstream_exchange_handler {
	/* Bytes of the body. Nonzero: no more of them are wanted, and end() is
	 * called with what is known. */
	int (*body)(void *arg, const char *bytes, size_t len);
	/*
	 * It is over and the connection gone, or back among the idle ones.
	 * `err` is NULL when the whole response has come or no more of it was
	 * wanted, whatever its status.
	 */
	void (*end)(void *arg, const struct api_error *err);
	/* The head of the response has come. NULL: not wanted. */
	void (*head)(void *arg);
};

struct upstream_exchange_call {
	const char *url;	     /* connections are kept by it */
	const char *ca_file, *proxy; /* or NULL */
	const char *method; /* a literal; NULL: POST, or GET without a body */
	const char *want;   /* a literal, or NULL */
	unsigned connect_ms;
	unsigned total_ms; /* 0: no limit */
	/*
	 * Where not NULL, the address is somebody else's word: it is connected
	 * to only where it is a public one (address_is_public()), by port 80 or
	 * 443, or in these networks. It is looked at where the socket is made, so
	 * what a name says twice does not matter; connections are not shared
	 * with others nor kept, no proxy is used, and nothing is remembered.
	 */
	const struct config_list *networks;
};

/*
 * Starts it. Takes over what `req` owns, also on failure, which is NULL.
 * Handlers are never called before this returns.
 */
struct upstream_exchange *upstream_exchange_start(struct upstream_pool *p,
    const struct upstream_exchange_call *call, struct provider_request *req,
    const struct upstream_exchange_handler *handler, void *arg);

/* What is known of the response; valid until the exchange ends, in end() too. */
struct upstream_head upstream_exchange_head(const struct upstream_exchange *x);

/* As upstream_pause() and its like have it. */
void upstream_exchange_pause(struct upstream_exchange *x);
void upstream_exchange_resume(struct upstream_exchange *x);
void upstream_exchange_cancel(struct upstream_exchange *x);

/* In a body() callback: all that matters has come. No handler is called any
 * more, and the connection is kept if the response ends by itself soon. */
void upstream_exchange_leave(struct upstream_exchange *x);

#endif
