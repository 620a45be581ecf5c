/* SPDX-License-Identifier: MIT */
/*
 * Short responses.
 */
#include "config.h"

#include <string.h>

#include "confab/base/metrics.h"
#include "confab/gateway/response.h"

void
response_head(struct buf *out, const struct response_head *h)
{
	buf_printf(out,
	    "Status: %d\r\nCache-Control: no-store\r\n"
	    "X-Content-Type-Options: nosniff\r\n",
	    h->status);
	if (h->type != NULL)
		buf_printf(out, "Content-Type: %s\r\n", h->type);
	if (h->endless)
		buf_puts(out, "X-Accel-Buffering: no\r\n");
	else if (h->type != NULL)
		buf_printf(out, "Content-Length: %zu\r\n", h->length);
	if (h->retry_after > 0)
		buf_printf(out, "Retry-After: %u\r\n", h->retry_after);
	if (h->more != NULL)
		buf_puts(out, h->more);
	buf_puts(out, "\r\n");
}

void
response_pass_head(struct buf *out, const char *more, const char *host,
    const char *key)
{
	buf_printf(out,
	    "Status: 200\r\nX-Accel-Redirect: @confab_hosts\r\n"
	    "Confab-Host: %s\r\nConfab-Stream: %s\r\n%s\r\n",
	    host, key, more);
}

void
response_init(struct response *r)
{
	memset(r, 0, sizeof(*r));
	r->status = 200;
	r->type = RESPONSE_JSON;
	/* A cookie, a token, recovery codes. */
	buf_init_secret(&r->headers, RESPONSE_HEADERS_MAX);
	buf_init_secret(&r->body, RESPONSE_BODY_MAX);
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
	r->status = err->status;
	r->type = RESPONSE_JSON;
	buf_reset(&r->body);
	(void)api_error_json(&r->body, err);
	r->retry_after = err->retry_after;
}

void
response_send(struct response *r, struct gateway *g)
{
	struct response_head h = { .status = r->status };
	struct api_error err;
	struct buf head;

	if (!buf_ok(&r->body)) {
		(void)api_error_set(&err, 500, "internal_error",
		    "The answer does not fit.");
		response_error(r, &err);
		h.status = r->status;
	}
	if (r->status != 204)
		h.type = r->type;
	h.length = r->body.len;
	h.retry_after = r->retry_after;
	h.more = buf_str(&r->headers);
	buf_init_secret(&head, RESPONSE_HEAD_MAX);
	response_head(&head, &h);
	metrics_request(r->status);
	g->ops->respond(g, buf_str(&head), head.len, buf_str(&r->body),
	    h.type == NULL || r->no_body ? 0 : r->body.len);
	buf_free(&head);
}
