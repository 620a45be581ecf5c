/* SPDX-License-Identifier: MIT */
/*
 * Requests: variables and body.
 */
#include "config.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "confab/base/clock.h"
#include "confab/base/crypto.h"
#include "confab/gateway/request.h"

#define READ_AT_ONCE (16 * 1024)
#define DRAIN_MAX (64 * 1024 * 1024) /* bytes of a refused body that are read */

static const char *
param(struct gateway *g, const char *name)
{
	const char *v = g->ops->param(g, name);

	return v != NULL ? v : "";
}

/* Where the interface's part of a path begins: at its last "/api/". */
static const char *
api_part(const char *path)
{
	const char *at, *found = "";

	for (at = strstr(path, "/api/"); at != NULL;
	     at = strstr(at + 1, "/api/"))
		found = at;
	return found;
}

/*
 * The path of the interface, wherever the web server has cut its path in two:
 * nginx as we set it and CGI programs have it in PATH_INFO, Apache's proxy in
 * SCRIPT_NAME, lighttpd half in each.
 */
static const char *
find_path(struct request *r, struct gateway *g)
{
	const char *info = param(g, "PATH_INFO"), *path;
	int n;

	path = api_part(info);
	if (path[0] != '\0')
		return path;
	n = snprintf(r->whole_path, sizeof(r->whole_path), "%s%s",
	    param(g, "SCRIPT_NAME"), info);
	if (n < 0 || (size_t)n >= sizeof(r->whole_path))
		return "";
	return api_part(r->whole_path);
}

static void
take_params(struct request *r, struct gateway *g)
{
	r->method = param(g, "REQUEST_METHOD");
	r->path = find_path(r, g);
	r->query = param(g, "QUERY_STRING");
	r->content_type = param(g, "CONTENT_TYPE");
	r->cookie = param(g, "HTTP_COOKIE");
	r->authorization = param(g, "HTTP_AUTHORIZATION");
	/* Where the web server hides it from CGI programs, a rewrite rule can
	 * pass it on under this name. */
	if (r->authorization[0] == '\0')
		r->authorization = param(g, "REDIRECT_HTTP_AUTHORIZATION");
	r->origin = param(g, "HTTP_ORIGIN");
	r->fetch_site = param(g, "HTTP_SEC_FETCH_SITE");
	r->host = param(g, "HTTP_HOST");
	r->scheme = param(g, "REQUEST_SCHEME");
	if (r->scheme[0] == '\0' && strcasecmp(param(g, "HTTPS"), "on") == 0)
		r->scheme = "https";
	r->server_name = param(g, "SERVER_NAME");
	r->remote_user = param(g, "REMOTE_USER");
	r->remote_groups = param(g, "REMOTE_GROUPS");
	r->remote_addr = param(g, "REMOTE_ADDR");
	r->user_agent = param(g, "HTTP_USER_AGENT");
	r->idempotency_key = param(g, "HTTP_IDEMPOTENCY_KEY");
	r->last_event_id = param(g, "HTTP_LAST_EVENT_ID");
}

/* What another host has passed on is about a stream that is here. nginx keeps
 * the method but not the body: a request for an answer joins it. */
static void
take_passed(struct request *r, struct gateway *g)
{
	r->passed = param(g, "CONFAB_PASSED")[0] != '\0';
	if (!r->passed || strcmp(r->method, "POST") != 0)
		return;
	r->method = "GET";
	r->query = r->last_event_id = "";
}

/* CONTENT_LENGTH; SIZE_MAX when absent (a chunked body), -1 when bad. */
static int
content_length(struct gateway *g, size_t *len)
{
	const char *text = param(g, "CONTENT_LENGTH");
	unsigned long long n;
	char *end;

	*len = SIZE_MAX;
	if (text[0] == '\0')
		return 0;
	if (strspn(text, "0123456789") != strlen(text))
		return -1;
	errno = 0;
	n = strtoull(text, &end, 10);
	if (errno != 0 || n >= SIZE_MAX)
		return -1;
	*len = (size_t)n;
	return 0;
}

void
request_init(struct request *r, struct gateway *g)
{
	memset(r, 0, sizeof(*r));
	r->gateway = g;
	buf_init(&r->body, 0);
	take_params(r, g);
	take_passed(r, g);
	r->bad_length = content_length(g, &r->announced) == -1;
}

size_t
request_announced(const struct request *r, size_t otherwise)
{
	return r->announced != SIZE_MAX ? r->announced : otherwise;
}

static int
bad_length(struct api_error *err)
{
	return api_error_set(err, 400, "invalid_request",
	    "The body is not as long as its Content-Length says.");
}

static int
too_slow(struct api_error *err)
{
	return api_error_set(err, 408, "request_timeout",
	    "The request took too long to arrive.");
}

static int
too_large(size_t max, struct api_error *err)
{
	return api_error_set(err, 413, "body_too_large",
	    "The request is larger than %zu bytes.", max);
}

/* What can be told before the body is read. */
static int
prepare_body(struct request *r, size_t max, struct api_error *err)
{
	buf_init_secret(&r->body, max);
	if (r->bad_length)
		return bad_length(err);
	if (request_announced(r, 0) > max)
		return too_large(max, err);
	if (request_announced(r, 0) > 0 &&
	    buf_reserve(&r->body, r->announced) == -1)
		return api_error_no_memory(err);
	return 0;
}

/* Reads all of it by way of `chunk`, of which *used bytes have been written. */
static int
read_all(struct request *r, struct request_body *how, char chunk[READ_AT_ONCE],
    size_t *used, struct api_error *err)
{
	struct gateway *g = r->gateway;
	uint64_t start = clock_mono_ms();
	bool waited = how->wait == NULL;
	ssize_t n;

	for (;;) {
		if (!waited && g->ops->waits(g)) {
			waited = true;
			if (how->wait(how->arg, how, err) == -1)
				return -1;
		}
		n = g->ops->read(g, chunk, READ_AT_ONCE);
		if (n == 0)
			break;
		if (n > 0 && (size_t)n > *used)
			*used = (size_t)n;
		if (n == -1)
			return errno == ETIMEDOUT ? too_slow(err)
						  : bad_length(err);
		if (clock_mono_ms() - start > how->timeout_ms)
			return too_slow(err);
		if (!buf_fits(&r->body, (size_t)n))
			return too_large(how->max, err);
		if (buf_append(&r->body, chunk, (size_t)n) == -1)
			return api_error_no_memory(err);
	}
	return request_announced(r, r->body.len) == r->body.len
	    ? 0
	    : bad_length(err);
}

int
request_read(struct request *r, struct request_body *how, struct api_error *err)
{
	char chunk[READ_AT_ONCE];
	size_t used = 0;
	int rc;

	if (prepare_body(r, how->max, err) == -1)
		return -1;
	rc = read_all(r, how, chunk, &used, err);
	crypto_wipe(chunk, used);
	return rc;
}

void
request_drain(struct request *r, unsigned timeout_ms)
{
	uint64_t until = clock_mono_ms() + timeout_ms;
	char chunk[READ_AT_ONCE];
	size_t total = 0;
	ssize_t n;

	while (total < DRAIN_MAX && clock_mono_ms() < until &&
	    (n = r->gateway->ops->read(r->gateway, chunk, sizeof(chunk))) > 0) {
		crypto_wipe(chunk, (size_t)n);
		total += (size_t)n;
	}
}

void
request_free(struct request *r)
{
	/* It may hold a password or a message. */
	buf_wipe(&r->body);
}

bool
request_is_json(const struct request *r)
{
	static const char type[] = "application/json";
	const char *v = r->content_type;
	size_t n = sizeof(type) - 1;

	return strncasecmp(v, type, n) == 0 &&
	    (v[n] == '\0' || v[n] == ';' || v[n] == ' ');
}

/* The length of the host in "host" or "host:port". */
static size_t
host_length(const char *s)
{
	const char *end = s;

	if (s[0] == '[') {
		end = strchr(s, ']');
		return end != NULL ? (size_t)(end - s) + 1 : strlen(s);
	}
	return strcspn(s, ":");
}

/*
 * Is `origin` ("https://host:port") that of a site which was asked for as
 * `host` by `scheme`, as far as the web server tells? "http" may be that of a
 * proxy's connection, which had TLS in front; without a scheme, it is the one
 * for which sessions are.
 */
static bool
same_origin(const char *origin, const char *scheme, const char *host)
{
	bool https = strncmp(origin, "https://", 8) == 0;
	const char *o = strstr(origin, "://"), *port;
	size_t n, m;

	if (o == NULL || (!https && strncmp(origin, "http://", 7) != 0))
		return false;
	o += 3;
	n = host_length(o);
	m = host_length(host);
	if (n == 0 || n != m || strncasecmp(o, host, n) != 0)
		return false;
	port = o[n] == ':' ? o + n + 1 : https ? "443" : "80";
	if (host[m] == ':')
		return strcmp(port, host + m + 1) == 0 &&
		    (https || strcmp(scheme, "https") != 0);
	/* Some servers pass the host on without its port. */
	if (https && strcmp(scheme, "https") != 0)
		return true;
	return strcmp(scheme, https ? "https" : "http") == 0 &&
	    strcmp(port, https ? "443" : "80") == 0;
}

bool
request_is_same_site(const struct request *r)
{
	if (r->fetch_site[0] != '\0')
		return strcmp(r->fetch_site, "same-origin") == 0 ||
		    strcmp(r->fetch_site, "none") == 0;
	if (r->origin[0] == '\0')
		return true;
	return same_origin(r->origin, r->scheme,
	    r->host[0] != '\0' ? r->host : r->server_name);
}

bool
request_query(const struct request *r, const char *name, char *out, size_t size)
{
	size_t len = strlen(name), n;
	const char *p = r->query;

	while (*p != '\0') {
		n = strcspn(p, "&");
		if (n > len && p[len] == '=' && strncmp(p, name, len) == 0) {
			n -= len + 1;
			if (n >= size)
				return false;
			memcpy(out, p + len + 1, n);
			out[n] = '\0';
			return true;
		}
		p += n;
		if (*p == '&')
			p++;
	}
	return false;
}
