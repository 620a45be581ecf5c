/* SPDX-License-Identifier: MIT */
/*
 * Short responses.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "confab/base/metrics.h"
#include "confab/gateway/response.h"

#define HEAD_MAX (RESPONSE_HEADERS_MAX + 512)

void
response_init(struct response *r)
{
	memset(r, 0, sizeof(*r));
	r->status = 200;
	r->type = "application/json";
	buf_init(&r->headers, RESPONSE_HEADERS_MAX);
	buf_init(&r->body, RESPONSE_BODY_MAX);
}

void
response_free(struct response *r)
{
	buf_free(&r->headers);
	buf_free(&r->body);
}

void
response_header(struct response *r, const char *name, const char *value)
{
	const char *p;

	for (p = value; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			return;
	buf_printf(&r->headers, "%s: %s\r\n", name, value);
}

void
response_error(struct response *r, const struct api_error *err)
{
	char seconds[16];

	r->status = err->status;
	r->type = "application/json";
	buf_reset(&r->body);
	(void)api_error_json(&r->body, err);
	if (err->retry_after > 0) {
		(void)snprintf(seconds, sizeof(seconds), "%u",
		    err->retry_after);
		response_header(r, "Retry-After", seconds);
	}
}

void
response_send(struct response *r, struct gateway *g)
{
	struct api_error err;
	struct buf head;

	if (!buf_ok(&r->body)) {
		(void)api_error_set(&err, 500, "internal_error",
		    "The answer does not fit.");
		response_error(r, &err);
	}
	buf_init(&head, HEAD_MAX);
	buf_printf(&head,
	    "Status: %d\r\nCache-Control: no-store\r\n"
	    "X-Content-Type-Options: nosniff\r\n",
	    r->status);
	if (r->status != 204)
		buf_printf(&head,
		    "Content-Type: %s\r\n"
		    "Content-Length: %zu\r\n",
		    r->type, r->body.len);
	buf_append(&head, buf_str(&r->headers), r->headers.len);
	buf_puts(&head, "\r\n");
	metrics_request(r->status);
	g->ops->respond(g, buf_str(&head), head.len, buf_str(&r->body),
	    r->status == 204 || r->no_body ? 0 : r->body.len);
	buf_free(&head);
}
