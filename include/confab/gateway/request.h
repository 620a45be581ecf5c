/* SPDX-License-Identifier: MIT */
/*
 * A request as the routes see it: the variables that matter and the whole
 * body, read to its end or refused.
 */
#ifndef CONFAB_GATEWAY_REQUEST_H
#define CONFAB_GATEWAY_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "confab/base/api_error.h"
#include "confab/base/buf.h"
#include "confab/gateway/gateway.h"

#define REQUEST_PATH_MAX 1024 /* bytes of a path that comes in two parts */

/* Strings belong to the gateway and live as long as it; absent ones are "". */
struct request {
	struct gateway *gateway;
	const char *method;
	const char *path; /* from "/api/" on, or "" */
	const char *query;
	const char *content_type;
	const char *cookie;
	const char *authorization;
	const char *origin;
	const char *fetch_site; /* Sec-Fetch-Site */
	const char *host;	/* HTTP_HOST, maybe without its port */
	const char *scheme;	/* "http", "https", or "": not told */
	const char *server_name;
	const char *remote_user;
	const char *remote_groups;
	const char *remote_addr;
	const char *user_agent;
	const char *idempotency_key;
	const char *last_event_id;
	bool passed;	  /* by another host: never on to a third */
	bool bad_length;  /* what was announced is no length */
	size_t announced; /* bytes of the body; SIZE_MAX: it was not said */
	struct buf body;
	char whole_path[REQUEST_PATH_MAX];
};

/* Takes the variables; the caller ends it with request_free(). */
void request_init(struct request *r, struct gateway *g);
void request_free(struct request *r);

/* How a body is taken. */
struct request_body {
	size_t max;	     /* bytes */
	unsigned timeout_ms; /* in all */
	/* Where it is not NULL: called once, before the first read that waits
	 * for the peer. It may change `timeout_ms`, or refuse: -1 with err. */
	int (*wait)(void *arg, struct request_body *how, struct api_error *err);
	void *arg;
};

/*
 * Takes the body. Returns 0; or -1 with err: 413 body_too_large, 400
 * invalid_request when its length is not what was announced, 408
 * request_timeout, or what `wait` says.
 */
int request_read(struct request *r, struct request_body *how,
    struct api_error *err);

/* The length that was announced, or `otherwise`. */
size_t request_announced(const struct request *r, size_t otherwise);

/*
 * After the answer: reads away what is left of a body, within `timeout_ms`. A
 * server that is still sending it would find the connection closed and never
 * look at the answer.
 */
void request_drain(struct request *r, unsigned timeout_ms);

/* True when the body is said to be JSON. */
bool request_is_json(const struct request *r);

/*
 * False when a browser says that another site makes the request
 * (Sec-Fetch-Site, else Origin against scheme, host and port). Scheme and port
 * are compared as far as the web server tells them.
 */
bool request_is_same_site(const struct request *r);

/* Value of a query parameter, undecoded, into `out`; false when absent or too
 * long. */
bool request_query(const struct request *r, const char *name, char *out,
    size_t size);

#endif
