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
	r->server_name = param(g, "SERVER_NAME");
	r->remote_user = param(g, "REMOTE_USER");
	r->remote_addr = param(g, "REMOTE_ADDR");
	r->idempotency_key = param(g, "HTTP_IDEMPOTENCY_KEY");
	r->last_event_id = param(g, "HTTP_LAST_EVENT_ID");
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

/*
 * Reads a refused body away: a server that is still sending it would find the
 * connection closed and never look at our answer.
 */
static void
drain(struct request *r, uint64_t until)
{
	char chunk[READ_AT_ONCE];
	size_t total = 0;
	ssize_t n;

	while (total < DRAIN_MAX && clock_mono_ms() < until &&
	    (n = r->gateway->ops->read(r->gateway, chunk, sizeof(chunk))) > 0)
		total += (size_t)n;
}

static int
too_large(struct request *r, uint64_t until, struct api_error *err)
{
	drain(r, until);
	return api_error_set(err, 413, "body_too_large",
	    "The request is larger than %zu bytes.", r->body.max);
}

static int
read_body(struct request *r, size_t announced, uint64_t until,
    struct api_error *err)
{
	char chunk[READ_AT_ONCE];
	ssize_t n;

	if (announced != SIZE_MAX && announced > r->body.max)
		return too_large(r, until, err);
	if (announced != SIZE_MAX && announced > 0 &&
	    buf_reserve(&r->body, announced) == -1)
		return api_error_no_memory(err);
	for (;;) {
		n = r->gateway->ops->read(r->gateway, chunk, sizeof(chunk));
		if (n == 0)
			break;
		if (n == -1)
			return errno == ETIMEDOUT ? too_slow(err)
						  : bad_length(err);
		if (clock_mono_ms() > until)
			return too_slow(err);
		if (!buf_fits(&r->body, (size_t)n))
			return too_large(r, until, err);
		if (buf_append(&r->body, chunk, (size_t)n) == -1)
			return api_error_no_memory(err);
	}
	if (announced != SIZE_MAX && r->body.len != announced)
		return bad_length(err);
	return 0;
}

int
request_read(struct request *r, struct gateway *g, size_t body_max,
    unsigned timeout_ms, struct api_error *err)
{
	uint64_t until = clock_mono_ms() + timeout_ms;
	size_t announced;

	memset(r, 0, sizeof(*r));
	r->gateway = g;
	buf_init(&r->body, body_max);
	take_params(r, g);
	if (content_length(g, &announced) == -1) {
		drain(r, until);
		return bad_length(err);
	}
	return read_body(r, announced, until, err);
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

/* The port in what follows a host, ":port" or ""; the scheme's by default. */
static const char *
port_of(const char *rest, const char *by_default)
{
	return rest[0] == ':' ? rest + 1 : by_default;
}

/* Is `origin` ("https://host:port") the `host` that was asked for? */
static bool
same_host(const char *origin, const char *host)
{
	const char *o = strstr(origin, "://"), *scheme_port;
	size_t n, m;

	if (o == NULL)
		return false;
	scheme_port = strncmp(origin, "https:", 6) == 0 ? "443" : "80";
	o += 3;
	n = host_length(o);
	m = host_length(host);
	if (n == 0 || n != m || strncasecmp(o, host, n) != 0)
		return false;
	/* Some servers pass the host on without its port. */
	return host[m] == '\0' ||
	    strcmp(port_of(o + n, scheme_port), port_of(host + m, "")) == 0;
}

bool
request_is_same_site(const struct request *r)
{
	if (r->fetch_site[0] != '\0')
		return strcmp(r->fetch_site, "same-origin") == 0 ||
		    strcmp(r->fetch_site, "none") == 0;
	if (r->origin[0] == '\0')
		return true;
	return same_host(r->origin,
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
