/* SPDX-License-Identifier: MIT */
/*
 * A short response: status, headers, a body of JSON or text.
 */
#ifndef CONFAB_GATEWAY_RESPONSE_H
#define CONFAB_GATEWAY_RESPONSE_H

#include <stdbool.h>
#include <stddef.h>

#include "confab/base/api_error.h"
#include "confab/base/buf.h"
#include "confab/gateway/gateway.h"

/* Bytes of header lines; with those that every response has they fit into the
 * web server's buffer (nginx's fastcgi_buffer_size, 2 KiB in our file). */
#define RESPONSE_HEADERS_MAX 1024
#define RESPONSE_HEAD_MAX (RESPONSE_HEADERS_MAX + 512)
#define RESPONSE_BODY_MAX (8 * 1024 * 1024)
#define RESPONSE_JSON "application/json"

/* What the head of a response says. */
struct response_head {
	int status;
	const char *type;     /* Content-Type; NULL: there is no body */
	size_t length;	      /* of the body */
	bool endless;	      /* its length is not known, and it is to arrive as
				 * it is written */
	unsigned retry_after; /* s; 0: not said */
	const char *more; /* further lines, each ended by CRLF; NULL: none */
};

/* Appends the head, to its empty line. The one place that writes one. */
void response_head(struct buf *out, const struct response_head *h);

/*
 * Appends the head of an answer that is none: nginx asks the host of that name
 * for the stream `key` instead (nginx/confab-hosts.conf), and adds to what it
 * answers the cookies that `more` has.
 */
void response_pass_head(struct buf *out, const char *more, const char *host,
    const char *key);

struct response {
	int status;
	const char *type;   /* Content-Type; JSON by default */
	struct buf headers; /* "Name: value\r\n" lines */
	struct buf body;
	unsigned retry_after; /* s; 0: not said */
	bool no_body;	      /* HEAD: the length is told, not the body */
};

void response_init(struct response *r);
void response_free(struct response *r);

/* Adds a header line; one with a control byte in it is left out. */
void response_header(struct response *r, const char *name, const char *value);

/* Makes it the error's; headers set before stay. */
void response_error(struct response *r, const struct api_error *err);

/* Sends it; a body that did not fit becomes a 500. */
void response_send(struct response *r, struct gateway *g);

#endif
