/* SPDX-License-Identifier: MIT */
/*
 * A gateway of plain strings.
 */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "fake_gateway.h"

static const char *
param(struct gateway *g, const char *name)
{
	const char *const *p = ((struct fake_gateway *)g)->params;

	for (; p[0] != NULL; p += 2)
		if (strcmp(p[0], name) == 0)
			return p[1];
	return NULL;
}

static ssize_t
read_body(struct gateway *g, void *out, size_t size)
{
	struct fake_gateway *f = (struct fake_gateway *)g;
	size_t n = f->len - f->at;

	if (n == 0 && f->fail_after != 0) {
		errno = f->fail_after;
		return -1;
	}
	if (n > size)
		n = size;
	if (f->once > 0 && n > f->once)
		n = f->once;
	memcpy(out, f->body + f->at, n);
	f->at += n;
	return (ssize_t)n;
}

static bool
waits(struct gateway *g)
{
	return ((struct fake_gateway *)g)->slow;
}

static void
allow(struct gateway *g, unsigned ms)
{
	(void)g;
	(void)ms;
}

static void
respond(struct gateway *g, const void *head, size_t head_len, const void *body,
    size_t body_len)
{
	struct fake_gateway *f = (struct fake_gateway *)g;

	buf_reset(&f->head);
	buf_reset(&f->answer);
	(void)buf_append(&f->head, head, head_len);
	(void)buf_append(&f->answer, body, body_len);
	f->answered++;
}

static struct gateway_client
hand_over(struct gateway *g)
{
	struct gateway_client rc = { .fd = -1, .request_id = 1 };

	((struct fake_gateway *)g)->handed_over++;
	return rc;
}

static const struct gateway_ops ops = { param, read_body, waits, allow, respond,
	hand_over };

void
fake_gateway_init(struct fake_gateway *g, const char *const *params)
{
	memset(g, 0, sizeof(*g));
	g->gateway.ops = &ops;
	g->params = params;
	g->body = "";
	buf_init(&g->head, 64 * 1024);
	buf_init(&g->answer, 16 * 1024 * 1024);
}

void
fake_gateway_free(struct fake_gateway *g)
{
	buf_free(&g->head);
	buf_free(&g->answer);
}
