/* SPDX-License-Identifier: MIT */
/*
 * Tests of requests: variables, body, same site, query.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "confab/gateway/request.h"
#include "confab/gateway/uploads.h"
#include "fake_gateway.h"

#define MAX 1000 /* bytes of a body */

#define PARAMS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void
check_path(const char *const *params, const char *want)
{
	struct fake_gateway g;
	struct request r;
	struct api_error err;

	fake_gateway_init(&g, params);
	request_init(&r, &g.gateway);
	assert_int_equal(request_read(&r,
			     &(struct request_body){ MAX, 1000, NULL, NULL },
			     &err),
	    0);
	assert_string_equal(r.path, want);
	request_free(&r);
	fake_gateway_free(&g);
}

static void
test_path(void **state)
{
	char longest[REQUEST_PATH_MAX + 16];

	(void)state;
	check_path(PARAMS("PATH_INFO", "/api/x", "SCRIPT_NAME", "/chat"),
	    "/api/x");
	check_path(PARAMS("SCRIPT_NAME", "/a/b/api/x"), "/api/x");
	check_path(PARAMS("SCRIPT_NAME", "/chat/api", "PATH_INFO", "/x"),
	    "/api/x");
	check_path(PARAMS("SCRIPT_NAME", "/chat/api/", "PATH_INFO", "x"),
	    "/api/x");
	check_path(PARAMS("SCRIPT_NAME", "/c/confab.cgi", "PATH_INFO",
		       "/api/x"),
	    "/api/x");
	/* A mount point may be called that, too. */
	check_path(PARAMS("SCRIPT_NAME", "/api/api/x"), "/api/x");
	check_path(PARAMS("SCRIPT_NAME", "/chat/apix/x"), "");
	check_path(PARAMS("REQUEST_URI", "/api/x"), "");
	check_path(PARAMS("REQUEST_METHOD", "GET"), "");
	memset(longest, 'a', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	memcpy(longest, "/api", 4);
	check_path(PARAMS("SCRIPT_NAME", longest, "PATH_INFO", "/api"), "");
}

/* What another host has passed on is for a stream that is here: a question that
 * came again joins its answer from the beginning. Only nginx can say so. */
static void
test_passed(void **state)
{
	struct fake_gateway g;
	struct request r;

	(void)state;
	fake_gateway_init(&g,
	    PARAMS("REQUEST_METHOD", "POST", "QUERY_STRING", "last_event_id=3",
		"HTTP_LAST_EVENT_ID", "7", "CONFAB_PASSED", "1"));
	request_init(&r, &g.gateway);
	assert_true(r.passed);
	assert_string_equal(r.method, "GET");
	assert_string_equal(r.query, "");
	assert_string_equal(r.last_event_id, "");
	request_free(&r);
	g.params = PARAMS("REQUEST_METHOD", "DELETE", "HTTP_LAST_EVENT_ID", "7",
	    "CONFAB_PASSED", "1");
	request_init(&r, &g.gateway);
	assert_true(r.passed);
	assert_string_equal(r.method, "DELETE");
	assert_string_equal(r.last_event_id, "7");
	request_free(&r);
	g.params = PARAMS("REQUEST_METHOD", "POST", "HTTP_CONFAB_PASSED", "1",
	    "CONFAB_PASSED", "");
	request_init(&r, &g.gateway);
	assert_false(r.passed);
	assert_string_equal(r.method, "POST");
	request_free(&r);
}

static void
test_variables(void **state)
{
	const char *const *params =
	    PARAMS("REQUEST_METHOD", "POST", "QUERY_STRING", "a=b",
		"CONTENT_TYPE", "t", "HTTP_COOKIE", "c", "HTTP_ORIGIN", "o",
		"HTTP_SEC_FETCH_SITE", "s", "HTTP_HOST", "h", "REMOTE_USER",
		"u", "REMOTE_ADDR", "1.2.3.4", "HTTP_IDEMPOTENCY_KEY", "k",
		"HTTP_LAST_EVENT_ID", "7", "HTTP_X_REMOTE_USER", "root",
		"HTTP_REMOTE_USER", "root", "HTTP_X_FORWARDED_FOR", "9.9.9.9",
		"REDIRECT_HTTP_AUTHORIZATION", "Bearer x");
	struct fake_gateway g;
	struct request r;
	struct api_error err;

	(void)state;
	fake_gateway_init(&g, params);
	request_init(&r, &g.gateway);
	assert_int_equal(request_read(&r,
			     &(struct request_body){ MAX, 1000, NULL, NULL },
			     &err),
	    0);
	assert_string_equal(r.method, "POST");
	assert_string_equal(r.query, "a=b");
	assert_string_equal(r.content_type, "t");
	assert_string_equal(r.cookie, "c");
	assert_string_equal(r.origin, "o");
	assert_string_equal(r.fetch_site, "s");
	assert_string_equal(r.host, "h");
	/* What a client's header says names nobody. */
	assert_string_equal(r.remote_user, "u");
	assert_string_equal(r.remote_addr, "1.2.3.4");
	assert_string_equal(r.idempotency_key, "k");
	assert_string_equal(r.last_event_id, "7");
	assert_string_equal(r.authorization, "Bearer x");
	request_free(&r);
	g.params = PARAMS("HTTP_X_REMOTE_USER", "root");
	g.at = 0;
	request_init(&r, &g.gateway);
	assert_int_equal(request_read(&r,
			     &(struct request_body){ MAX, 1000, NULL, NULL },
			     &err),
	    0);
	assert_string_equal(r.remote_user, "");
	assert_string_equal(r.authorization, "");
	request_free(&r);
	fake_gateway_free(&g);
}

struct body {
	const char *length; /* CONTENT_LENGTH; NULL: none */
	size_t len;	    /* that comes */
	int fail_after;
	int status; /* 0: good */
	const char *code;
};

static void
check_body(const struct body *b, size_t once)
{
	const char *const *params = b->length != NULL
	    ? PARAMS("CONTENT_LENGTH", b->length)
	    : PARAMS("X", "");
	char *body = malloc(b->len + 1);
	struct fake_gateway g;
	struct request r;
	struct api_error err;
	int rc;

	memset(body, 'x', b->len + 1);
	fake_gateway_init(&g, params);
	g.body = body;
	g.len = b->len;
	g.once = once;
	g.fail_after = b->fail_after;
	memset(&err, 0, sizeof(err));
	request_init(&r, &g.gateway);
	rc = request_read(&r, &(struct request_body){ MAX, 1000, NULL, NULL },
	    &err);
	assert_int_equal(err.status, b->status);
	if (b->status == 0) {
		assert_int_equal(rc, 0);
		assert_int_equal(r.body.len, b->len);
		assert_memory_equal(buf_str(&r.body), body, b->len);
	} else {
		assert_int_equal(rc, -1);
		assert_string_equal(err.code, b->code);
	}
	/* Nothing is left on the connection, refused or not. */
	request_drain(&r, 1000);
	assert_int_equal(g.at, g.len);
	request_free(&r);
	fake_gateway_free(&g);
	free(body);
}

static void
test_body(void **state)
{
	static const struct body bodies[] = {
		{ "0", 0, 0, 0, "" },
		{ NULL, 0, 0, 0, "" },
		{ "", 0, 0, 0, "" },
		{ "5", 5, 0, 0, "" },
		{ NULL, 5, 0, 0, "" },
		{ "1000", MAX, 0, 0, "" },
		{ NULL, MAX, 0, 0, "" },
		{ "1001", MAX + 1, 0, 413, "body_too_large" },
		{ NULL, MAX + 1, 0, 413, "body_too_large" },
		{ NULL, 500000, 0, 413, "body_too_large" },
		{ "99999999999999", 10, 0, 413, "body_too_large" },
		{ "6", 5, 0, 400, "invalid_request" },
		{ "4", 5, 0, 400, "invalid_request" },
		{ "0", 5, 0, 400, "invalid_request" },
		{ "5", 3, EPROTO, 400, "invalid_request" },
		{ "5", 3, ETIMEDOUT, 408, "request_timeout" },
		{ "5x", 5, 0, 400, "invalid_request" },
		{ "-5", 5, 0, 400, "invalid_request" },
		{ "+5", 5, 0, 400, "invalid_request" },
		{ " 5", 5, 0, 400, "invalid_request" },
		{ "5 ", 5, 0, 400, "invalid_request" },
		{ "0x5", 5, 0, 400, "invalid_request" },
		{ "5, 5", 5, 0, 400, "invalid_request" },
		{ "18446744073709551615", 5, 0, 400, "invalid_request" },
		{ "18446744073709551621", 5, 0, 400, "invalid_request" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		check_body(&bodies[i], 0);
		check_body(&bodies[i], 7);
	}
}

/* With no time left a body that comes byte by byte is ended. */
static void
test_body_too_slow(void **state)
{
	struct fake_gateway g;
	struct request r;
	struct api_error err;
	char *body = calloc(1, 50 * 1024 * 1024);

	(void)state;
	fake_gateway_init(&g, PARAMS("X", ""));
	g.body = body;
	g.len = 50 * 1024 * 1024;
	g.once = 1;
	request_init(&r, &g.gateway);
	assert_int_equal(request_read(&r,
			     &(struct request_body){ 64 * 1024 * 1024, 0, NULL,
				 NULL },
			     &err),
	    -1);
	assert_int_equal(err.status, 408);
	assert_true(g.at < g.len);
	request_free(&r);
	fake_gateway_free(&g);
	free(body);
}

struct waiting {
	unsigned times;
	bool refuse;
};

static int
wait_once(void *arg, struct request_body *how, struct api_error *err)
{
	struct waiting *w = arg;

	w->times++;
	how->timeout_ms = 60000;
	return w->refuse ? api_error_set(err, 503, "busy", "Full.") : 0;
}

/* Whoever would wait for a body is asked first, once. */
static void
test_body_waits(void **state)
{
	struct waiting w = { 0, false };
	struct request_body how = { MAX, 1000, wait_once, &w };
	struct fake_gateway g;
	struct request r;
	struct api_error err;

	(void)state;
	fake_gateway_init(&g, PARAMS("CONTENT_LENGTH", "5"));
	g.body = "12345";
	g.len = 5;
	g.once = 1;
	request_init(&r, &g.gateway);
	assert_int_equal(request_read(&r, &how, &err), 0);
	assert_int_equal(w.times, 0);
	request_free(&r);

	g.at = 0;
	g.slow = true;
	request_init(&r, &g.gateway);
	assert_int_equal(request_read(&r, &how, &err), 0);
	assert_int_equal(r.body.len, 5);
	assert_int_equal(w.times, 1);
	assert_int_equal(how.timeout_ms, 60000);
	request_free(&r);

	g.at = 0;
	w.refuse = true;
	request_init(&r, &g.gateway);
	assert_int_equal(request_read(&r, &how, &err), -1);
	assert_int_equal(err.status, 503);
	assert_int_equal(g.at, 0);
	request_free(&r);
	fake_gateway_free(&g);
}

/* Places for slow bodies: so many in all, so many of one user. */
static void
test_uploads(void **state)
{
	struct upload *place[UPLOADS_MAX + 1];
	char name[UPLOADS_MAX + 1][8];
	unsigned i;
	bool own;

	(void)state;
	for (i = 0; i < UPLOADS_PER_USER; i++) {
		place[i] = upload_begin("ann", &own);
		assert_non_null(place[i]);
	}
	assert_null(upload_begin("ann", &own));
	assert_true(own);
	for (; i < UPLOADS_MAX; i++) {
		(void)snprintf(name[i], sizeof(name[i]), "u%u", i);
		place[i] = upload_begin(name[i], &own);
		assert_non_null(place[i]);
	}
	assert_null(upload_begin("bob", &own));
	assert_false(own);
	upload_end(place[0]);
	assert_non_null(place[0] = upload_begin("ann", &own));
	for (i = 0; i < UPLOADS_MAX; i++)
		upload_end(place[i]);
}

static void
test_is_json(void **state)
{
	static const char *const good[] = { "application/json",
		"Application/JSON", "application/json; charset=utf-8",
		"application/json;x" };
	static const char *const bad[] = { "", "text/plain",
		"application/jsonp", "application/json+x", "x application/json",
		"multipart/form-data", "application/x-www-form-urlencoded" };
	struct request r;
	size_t i;

	(void)state;
	memset(&r, 0, sizeof(r));
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		r.content_type = good[i];
		assert_true(request_is_json(&r));
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		r.content_type = bad[i];
		assert_false(request_is_json(&r));
	}
}

static void
test_same_site(void **state)
{
	static const struct {
		const char *fetch, *origin, *host, *server;
		bool same;
		const char *scheme; /* NULL: not told */
	} t[] = {
		/* Not a browser. */
		{ "", "", "a.example", "", true, NULL },
		/* What the browser says counts, whatever Origin is. */
		{ "same-origin", "", "a.example", "", true, NULL },
		{ "same-origin", "https://b.example", "a.example", "", true,
		    NULL },
		{ "none", "", "a.example", "", true, NULL },
		{ "cross-site", "https://a.example", "a.example", "", false,
		    NULL },
		{ "same-site", "https://a.example", "a.example", "", false,
		    NULL },
		{ "anything", "", "a.example", "", false, NULL },
		/* Older browsers: Origin against Host. */
		{ "", "https://a.example", "a.example", "", true, NULL },
		{ "", "https://A.Example", "a.example", "", true, NULL },
		{ "", "https://b.example", "a.example", "", false, NULL },
		{ "", "https://a.example.b", "a.example", "", false, NULL },
		{ "", "https://xa.example", "a.example", "", false, NULL },
		{ "", "null", "a.example", "", false, NULL },
		{ "", "https://", "a.example", "", false, NULL },
		{ "", "https://a.example", "", "", false, NULL },
		{ "", "https://a.example", "", "a.example", true, NULL },
		/* Ports, where the server tells one. */
		{ "", "https://a.example:8443", "a.example:8443", "", true,
		    NULL },
		{ "", "https://a.example:8443", "a.example:8444", "", false,
		    NULL },
		{ "", "https://a.example:8443", "a.example", "", true, NULL },
		{ "", "https://a.example", "a.example:8443", "", false, NULL },
		{ "", "https://a.example", "a.example:443", "", true, NULL },
		{ "", "http://a.example", "a.example:80", "", true, NULL },
		{ "", "http://a.example", "a.example:443", "", false, NULL },
		{ "", "https://[::1]:8443", "[::1]:8443", "", true, NULL },
		{ "", "https://[::1]", "[::2]", "", false, NULL },
		/* The scheme: sessions are for https. */
		{ "", "http://a.example", "a.example", "", false, NULL },
		{ "", "http://a.example:443", "a.example", "", false, NULL },
		{ "", "http://a.example", "a.example", "", false, "https" },
		{ "", "http://a.example:443", "a.example:443", "", false,
		    "https" },
		{ "", "https://a.example", "a.example", "", true, "https" },
		{ "", "https://a.example:443", "a.example", "", true, "https" },
		{ "", "https://a.example:8443", "a.example", "", false,
		    "https" },
		{ "", "https://a.example:80", "a.example", "", false, "https" },
		{ "", "https://a.example:8443", "a.example:8443", "", true,
		    "https" },
		{ "", "http://a.example", "a.example", "", true, "http" },
		{ "", "http://a.example:81", "a.example", "", false, "http" },
		/* A proxy in front ends TLS. */
		{ "", "https://a.example", "a.example", "", true, "http" },
		{ "", "https://a.example:8443", "a.example", "", true, "http" },
		{ "", "https://b.example", "a.example", "", false, "http" },
		{ "", "httpx://a.example", "a.example", "", false, "http" },
		{ "", "ftp://a.example", "a.example", "", false, NULL },
	};
	struct request r;
	size_t i;

	(void)state;
	memset(&r, 0, sizeof(r));
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		r.fetch_site = t[i].fetch;
		r.origin = t[i].origin;
		r.host = t[i].host;
		r.server_name = t[i].server;
		r.scheme = t[i].scheme != NULL ? t[i].scheme : "";
		if (request_is_same_site(&r) != t[i].same)
			fail_msg("%s %s %s", t[i].fetch, t[i].origin,
			    t[i].host);
	}
}

static void
test_query(void **state)
{
	struct request r;
	char out[4];

	(void)state;
	memset(&r, 0, sizeof(r));
	r.query = "xprobe=0&probe=1&other&probe=2&e=&long=abcd";
	assert_true(request_query(&r, "probe", out, sizeof(out)));
	assert_string_equal(out, "1");
	assert_true(request_query(&r, "xprobe", out, sizeof(out)));
	assert_string_equal(out, "0");
	assert_true(request_query(&r, "e", out, sizeof(out)));
	assert_string_equal(out, "");
	assert_false(request_query(&r, "other", out, sizeof(out)));
	assert_false(request_query(&r, "long", out, sizeof(out)));
	assert_false(request_query(&r, "pro", out, sizeof(out)));
	r.query = "";
	assert_false(request_query(&r, "probe", out, sizeof(out)));
	r.query = "&&=&probe=abc";
	assert_true(request_query(&r, "probe", out, sizeof(out)));
	assert_string_equal(out, "abc");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_path),
		cmocka_unit_test(test_passed),
		cmocka_unit_test(test_variables),
		cmocka_unit_test(test_body),
		cmocka_unit_test(test_body_too_slow),
		cmocka_unit_test(test_body_waits),
		cmocka_unit_test(test_uploads),
		cmocka_unit_test(test_is_json),
		cmocka_unit_test(test_same_site),
		cmocka_unit_test(test_query),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
