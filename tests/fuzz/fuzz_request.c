/* SPDX-License-Identifier: MIT */
/*
 * Fuzzer: a request's variables and body. Its bytes are NUL-separated values
 * in the order of names[], then the body. Aborts when more than the limit was
 * kept, when a body of the wrong length passes, or when a path or a query's
 * value is no part of what was given.
 */
#include "config.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "confab/gateway/request.h"
#include "fuzz.h"

#define BODY_MAX 256
#define NO_HURRY 3600000 /* ms: the machine may be busy, and nothing waits */

static const char *const names[] = { "PATH_INFO", "SCRIPT_NAME", "QUERY_STRING",
	"CONTENT_TYPE", "CONTENT_LENGTH", "HTTP_ORIGIN", "HTTP_HOST",
	"HTTP_SEC_FETCH_SITE" };

#define N (sizeof(names) / sizeof(names[0]))

struct given {
	struct gateway gateway; /* first */
	char *values[N];
	const uint8_t *body;
	size_t left;
};

static const char *
param(struct gateway *g, const char *name)
{
	size_t i;

	for (i = 0; i < N; i++)
		if (strcmp(name, names[i]) == 0)
			return ((struct given *)g)->values[i];
	return NULL;
}

static ssize_t
read_body(struct gateway *g, void *out, size_t size)
{
	struct given *f = (struct given *)g;
	size_t n = f->left < size ? f->left : size;

	/* In pieces, as a socket gives it. */
	if (n > 7)
		n = 7;
	memcpy(out, f->body, n);
	f->body += n;
	f->left -= n;
	return (ssize_t)n;
}

static const struct gateway_ops ops = { param, read_body, NULL, NULL, NULL,
	NULL };

static void
look(const struct request *r, size_t sent)
{
	const char *length = param(r->gateway, "CONTENT_LENGTH");
	char value[16];

	if (r->body.len > BODY_MAX || r->body.len != sent)
		abort();
	if (length != NULL && length[0] != '\0' &&
	    strtoull(length, NULL, 10) != sent)
		abort();
	if (r->path[0] != '\0' && strncmp(r->path, "/api/", 5) != 0)
		abort();
	if (request_query(r, "probe", value, sizeof(value)) &&
	    (strstr(r->query, value) == NULL || strchr(value, '&') != NULL))
		abort();
	(void)request_is_json(r);
	if (request_is_same_site(r) && r->fetch_site[0] == '\0' &&
	    strcmp(r->origin, "null") == 0)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct given g;
	struct request r;
	struct api_error err;
	const uint8_t *nul;
	size_t i, n, sent;

	memset(&g, 0, sizeof(g));
	g.gateway.ops = &ops;
	for (i = 0; i < N && size > 0; i++) {
		nul = memchr(data, '\0', size);
		if (nul == NULL)
			break;
		n = (size_t)(nul - data);
		g.values[i] = malloc(n + 1);
		if (g.values[i] == NULL)
			abort();
		memcpy(g.values[i], data, n + 1);
		data += n + 1;
		size -= n + 1;
	}
	g.body = data;
	g.left = sent = size;
	request_init(&r, &g.gateway);
	if (request_read(&r,
		&(struct request_body){ BODY_MAX, NO_HURRY, NULL, NULL },
		&err) == 0)
		look(&r, sent);
	else if (err.status < 400 || err.code[0] == '\0')
		abort();
	request_drain(&r, NO_HURRY);
	if (g.left > 0)
		abort();
	request_free(&r);
	for (i = 0; i < N; i++)
		free(g.values[i]);
	return 0;
}
