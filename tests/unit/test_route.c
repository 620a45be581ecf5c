/* SPDX-License-Identifier: MIT */
/*
 * Tests of the routes: which resource answers, and who is turned away before.
 * The web server names the user here (auth = remote_user).
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "confab/api/route.h"
#include "confab/base/json.h"
#include "fake_gateway.h"
#include "temp_folder.h"

#define JSON "application/json"
#define CHAT                                                                 \
	"{\"model\":\"eliza\",\"messages\":[{\"role\":\"user\",\"content\":" \
	"\"x\"}]}"

static char config_path[TEMP_PATH_MAX];
static struct identity identity;
static struct route_service service = { .identity = &identity };
static struct fake_gateway gateway;
static int status;

struct ask {
	const char *method, *path;
	const char *user;	 /* NULL: nobody */
	const char *type, *body; /* NULL: none */
	const char *query;
	const char *site; /* Sec-Fetch-Site */
	const char *key;  /* Idempotency-Key */
	const char *cookie;
};

/* Asks; the status is in `status`, the rest in `gateway`. */
static void
ask(const struct ask *a)
{
	const char *params[24];
	size_t n = 0;

#define ADD(name, value)             \
	if ((value) != NULL) {       \
		params[n++] = name;  \
		params[n++] = value; \
	}
	ADD("REQUEST_METHOD", a->method)
	ADD("PATH_INFO", a->path)
	ADD("REMOTE_USER", a->user)
	ADD("CONTENT_TYPE", a->type)
	ADD("QUERY_STRING", a->query)
	ADD("HTTP_SEC_FETCH_SITE", a->site)
	ADD("HTTP_IDEMPOTENCY_KEY", a->key)
	ADD("HTTP_COOKIE", a->cookie)
	ADD("REMOTE_ADDR", "127.0.0.1")
#undef ADD
	params[n] = NULL;
	fake_gateway_free(&gateway);
	fake_gateway_init(&gateway, params);
	if (a->body != NULL) {
		gateway.body = a->body;
		gateway.len = strlen(a->body);
	}
	route_serve(&service, &gateway.gateway);
	gateway.params = NULL;
	assert_int_equal(gateway.answered + gateway.handed_over, 1);
	assert_int_equal(strncmp(buf_str(&gateway.head), "Status: ", 8), 0);
	status = atoi(buf_str(&gateway.head) + 8);
}

static bool
has_header(const char *line)
{
	char wanted[200];

	(void)snprintf(wanted, sizeof(wanted), "\r\n%s\r\n", line);
	return strstr(buf_str(&gateway.head), wanted) != NULL;
}

static void
expect_error(int want, const char *code)
{
	char wanted[100];

	(void)snprintf(wanted, sizeof(wanted), "\"code\":\"%s\"", code);
	if (status != want || strstr(buf_str(&gateway.answer), wanted) == NULL)
		fail_msg("wanted %d %s, got %d %s", want, code, status,
		    buf_str(&gateway.answer));
	assert_true(has_header("Content-Type: application/json"));
	assert_true(has_header("Cache-Control: no-store"));
}

static void
test_not_found(void **state)
{
	static const char *const paths[] = { "/api/", "/api/nothing",
		"/api/session/", "/api/healthy", "/api/streams/", "/api",
		"/api/metrics/x", "/", "" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		ask(&(struct ask){ "GET", paths[i], .user = "ann" });
		expect_error(404, "not_found");
	}
}

static void
test_methods(void **state)
{
	static const struct {
		const char *method, *path, *allow;
	} t[] = {
		{ "GET", "/api/login", "Allow: POST" },
		{ "HEAD", "/api/login", "Allow: POST" },
		{ "OPTIONS", "/api/chat/completions", "Allow: POST" },
		{ "get", "/api/session", "Allow: GET, HEAD" },
		{ "", "/api/session", "Allow: GET, HEAD" },
		{ "POST", "/api/metrics", "Allow: GET, HEAD" },
		{ "TRACE", "/api/health", "Allow: GET, HEAD" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		ask(&(struct ask){ t[i].method, t[i].path, .user = "ann" });
		assert_int_equal(status, 405);
		assert_true(has_header(t[i].allow));
	}
	ask(&(struct ask){ "PUT", "/api/streams/k", .user = "ann" });
	assert_int_equal(status, 405);
	assert_non_null(strstr(buf_str(&gateway.head), "Allow: GET"));
	assert_non_null(strstr(buf_str(&gateway.head), "DELETE"));
	/* A stream has no head to ask for: it would be read to its end. */
	ask(&(struct ask){ "HEAD", "/api/streams/k", .user = "ann" });
	assert_int_equal(status, 405);
}

static void
test_head(void **state)
{
	size_t len;
	char line[64];

	(void)state;
	ask(&(struct ask){ "GET", "/api/models", .user = "ann" });
	assert_int_equal(status, 200);
	len = gateway.answer.len;
	assert_true(len > 0);
	(void)snprintf(line, sizeof(line), "Content-Length: %zu", len);
	assert_true(has_header(line));
	ask(&(struct ask){ "HEAD", "/api/models", .user = "ann" });
	assert_int_equal(status, 200);
	assert_int_equal(gateway.answer.len, 0);
	assert_true(has_header(line));
}

static void
test_one_model(void **state)
{
	(void)state;
	ask(&(struct ask){ "GET", "/api/models/eliza", .user = "ann" });
	assert_int_equal(status, 200);
	assert_int_equal(strncmp(buf_str(&gateway.answer),
			     "{\"id\":\"eliza\",\"object\":\"model\",", 31),
	    0);
	ask(&(struct ask){ "GET", "/api/models/demo/tour", .user = "ann" });
	assert_int_equal(status, 200);
	ask(&(struct ask){ "GET", "/api/models/eliza/", .user = "ann" });
	expect_error(404, "model_not_found");
	ask(&(struct ask){ "GET", "/api/models/", .user = "ann" });
	expect_error(404, "not_found");
	ask(&(struct ask){ "GET", "/api/models/eliza", .user = NULL });
	expect_error(401, "not_authenticated");
	ask(&(struct ask){ "DELETE", "/api/models/eliza", .user = "ann" });
	expect_error(405, "method_not_allowed");
}

static void
test_type(void **state)
{
	static const char *const types[] = { NULL, "text/plain",
		"application/x-www-form-urlencoded", "multipart/form-data" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		ask(&(struct ask){ "POST", "/api/chat/completions",
		    .user = "ann", .type = types[i], .body = CHAT });
		expect_error(415, "unsupported_media_type");
		ask(&(struct ask){ "POST", "/api/login", .type = types[i],
		    .body = "{}" });
		expect_error(415, "unsupported_media_type");
		ask(&(struct ask){ "POST", "/api/logout", .user = "ann",
		    .type = types[i], .body = "{}" });
		expect_error(415, "unsupported_media_type");
	}
}

static void
test_other_site(void **state)
{
	static const struct ask asks[] = {
		{ "POST", "/api/chat/completions", .user = "ann", .type = JSON,
		    .body = CHAT },
		{ "POST", "/api/login", .user = NULL, .type = JSON,
		    .body = "{}" },
		{ "POST", "/api/logout", .user = "ann", .type = NULL,
		    .body = NULL },
		{ "POST", "/api/password", .user = "ann", .type = JSON,
		    .body = "{}" },
		{ "DELETE", "/api/streams/k", .user = "ann", .type = NULL,
		    .body = NULL },
	};
	struct ask a;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(asks) / sizeof(asks[0]); i++) {
		a = asks[i];
		a.site = "cross-site";
		ask(&a);
		expect_error(403, "csrf_refused");
		assert_int_equal(gateway.handed_over, 0);
	}
}

static void
test_nobody(void **state)
{
	static const struct ask asks[] = {
		{ "POST", "/api/chat/completions", .user = NULL, .type = JSON,
		    .body = CHAT },
		{ "GET", "/api/models", .user = NULL, .type = NULL,
		    .body = NULL },
		{ "POST", "/api/logout", .user = NULL, .type = NULL,
		    .body = NULL },
		{ "GET", "/api/streams/k", .user = NULL, .type = NULL,
		    .body = NULL },
		{ "DELETE", "/api/streams/k", .user = NULL, .type = NULL,
		    .body = NULL },
		{ "GET", "/api/session", .user = NULL, .type = NULL,
		    .body = NULL },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(asks) / sizeof(asks[0]); i++) {
		ask(&asks[i]);
		expect_error(401, "not_authenticated");
	}
	/* The last told, too, whether a password form makes sense. */
	assert_non_null(
	    strstr(buf_str(&gateway.answer), ",\"auth\":\"remote_user\"}"));
}

static void
test_probe(void **state)
{
	(void)state;
	ask(&(struct ask){ "GET", "/api/session", .query = "probe=1" });
	assert_int_equal(status, 200);
	assert_string_equal(buf_str(&gateway.answer),
	    "{\"user\":null,\"auth\":\"remote_user\"}");
	ask(&(struct ask){ "GET", "/api/session", .query = "probe=2" });
	assert_int_equal(status, 401);
}

static void
test_session(void **state)
{
	struct json_object *v;

	(void)state;
	ask(&(struct ask){ "GET", "/api/session", .user = "ann\"x" });
	assert_int_equal(status, 200);
	assert_int_equal(json_parse(buf_str(&gateway.answer),
			     gateway.answer.len, 8, &v),
	    JSON_OK);
	assert_string_equal(json_object_get_string(
				json_get(json_get(v, "user"), "name")),
	    "ann\"x");
	assert_true(
	    json_object_get_boolean(json_get(json_get(v, "limits"), "resume")));
	json_object_put(v);
	service.cgi = true;
	ask(&(struct ask){ "GET", "/api/session", .user = "ann" });
	service.cgi = false;
	assert_non_null(strstr(buf_str(&gateway.answer), "\"resume\":false"));
}

static void
test_bodies(void **state)
{
	static const struct {
		const char *body, *code;
	} t[] = {
		{ "", "invalid_json" },
		{ "{", "invalid_json" },
		{ "{\"username\":\"a\",\"username\":\"b\"}", "invalid_json" },
		{ "{\"username\":\"\xff\"}", "invalid_json" },
		{ "[]", "invalid_request" },
		{ "\"x\"", "invalid_request" },
		{ "null", "invalid_request" },
		{ "{}", "invalid_request" },
		{ "{\"username\":1}", "invalid_request" },
		{ "{\"username\":\"ann\"}", "invalid_request" },
		{ "{\"username\":\"ann\",\"password\":null}",
		    "invalid_request" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		ask(&(struct ask){ "POST", "/api/login", .type = JSON,
		    .body = t[i].body });
		expect_error(400, t[i].code);
	}
	ask(&(struct ask){ "POST", "/api/logout", .user = "ann", .type = JSON,
	    .body = "{\"everywhere\":\"false\"}" });
	expect_error(400, "invalid_request");
}

static void
test_keys(void **state)
{
	char key[RELAY_KEY_MAX + 2];

	(void)state;
	memset(key, 'k', sizeof(key));
	key[RELAY_KEY_MAX + 1] = '\0';
	ask(&(struct ask){ "POST", "/api/chat/completions", .user = "ann",
	    .type = JSON, .body = CHAT, .key = key });
	expect_error(400, "invalid_request");
	ask(&(struct ask){ "POST", "/api/chat/completions", .user = "ann",
	    .type = JSON, .body = CHAT, .key = "a b" });
	expect_error(400, "invalid_request");
	/* A good one gets to the relay, which this process has not. */
	key[RELAY_KEY_MAX] = '\0';
	ask(&(struct ask){ "POST", "/api/chat/completions", .user = "ann",
	    .type = JSON, .body = CHAT, .key = key });
	expect_error(503, "internal_error");
	service.cgi = true;
	ask(&(struct ask){ "GET", "/api/streams/k", .user = "ann" });
	expect_error(404, "stream_not_found");
	ask(&(struct ask){ "DELETE", "/api/streams/k", .user = "ann" });
	expect_error(404, "stream_not_found");
	ask(&(struct ask){ "GET", "/api/metrics", .user = NULL });
	expect_error(404, "not_found");
	service.cgi = false;
}

static void
test_health(void **state)
{
	(void)state;
	ask(&(struct ask){ "GET", "/api/health", .user = NULL });
	assert_int_equal(status, 200);
	atomic_store(&service.draining, true);
	ask(&(struct ask){ "GET", "/api/health", .user = NULL });
	assert_int_equal(status, 503);
	assert_true(has_header("Retry-After: 1"));
	ask(&(struct ask){ "GET", "/api/health/live", .user = NULL });
	assert_int_equal(status, 200);
	atomic_store(&service.draining, false);
}

static int
setup(void **state)
{
	char err[CONFIG_ERROR_MAX];
	struct settings *s;

	if (temp_folder_make(state) != 0)
		return -1;
	temp_path(config_path, "confab.conf");
	temp_put(config_path,
	    "auth = remote_user\nruntime_dir = \"run\"\n"
	    "provider \"demo\" { kind = demo }\n",
	    0640);
	s = settings_load(config_path, err);
	if (s == NULL ||
	    identity_open(&identity, s->config, false, err) == -1) {
		print_error("%s\n", err);
		return -1;
	}
	settings_publish(s);
	fake_gateway_init(&gateway, NULL);
	return 0;
}

static int
teardown(void **state)
{
	fake_gateway_free(&gateway);
	identity_close(&identity);
	settings_publish(NULL);
	return temp_folder_remove(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_not_found),
		cmocka_unit_test(test_methods),
		cmocka_unit_test(test_head),
		cmocka_unit_test(test_one_model),
		cmocka_unit_test(test_type),
		cmocka_unit_test(test_other_site),
		cmocka_unit_test(test_nobody),
		cmocka_unit_test(test_probe),
		cmocka_unit_test(test_session),
		cmocka_unit_test(test_bodies),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_health),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
