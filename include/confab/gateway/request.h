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
	const char *server_name;
	const char *remote_user;
	const char *remote_addr;
	const char *idempotency_key;
	const char *last_event_id;
	struct buf body;
	char whole_path[REQUEST_PATH_MAX];
};

/*
 * Takes the variables, then the body of at most `body_max` bytes within
 * `timeout_ms` in all. Returns 0; or -1 with err: 413 body_too_large, 400
 * invalid_request when its length is not what was announced, 408
 * request_timeout. In either case the caller ends it with request_free().
 */
int request_read(struct request *r, struct gateway *g, size_t body_max,
    unsigned timeout_ms, struct api_error *err);
void request_free(struct request *r);

/* True when the body is said to be JSON. */
bool request_is_json(const struct request *r);

/*
 * False when a browser says that another site makes the request
 * (Sec-Fetch-Site, else Origin against Host). Ports are compared only where
 * the web server tells one.
 */
bool request_is_same_site(const struct request *r);

/* Value of a query parameter, undecoded, into `out`; false when absent or too
 * long. */
bool request_query(const struct request *r, const char *name, char *out,
    size_t size);

#endif
