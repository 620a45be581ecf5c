/* SPDX-License-Identifier: MIT */
/*
 * The sections tool_server: defaults, what they take, what they refuse, and
 * that what is written reads back.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "confab/base/buf.h"
#include "config_help.h"

#define URL "url = \"https://x.example/mcp\"\n"

static void
test_defaults(void **state)
{
	struct config *c = good(DEMO "tool_server \"a\" { " URL "}\n");
	const struct config_tool_server *t = &c->tool_servers[0];

	(void)state;
	assert_int_equal(c->n_tool_servers, 1);
	assert_string_equal(t->name, "a");
	assert_string_equal(t->url, "https://x.example/mcp");
	assert_string_equal(t->token_header, "Authorization");
	assert_string_equal(t->token_prefix, "Bearer ");
	assert_null(t->token);
	assert_int_equal(t->consent, CONSENT_ASK);
	assert_false(t->trust_annotations);
	assert_false(t->apps);
	assert_int_equal(t->app_domains.n, 0);
	assert_int_equal(t->allow.n + t->deny.n + t->users.n, 0);
	assert_int_equal(t->limits.calls_per_user, 8);
	assert_int_equal(t->limits.result, 8 * 1024 * 1024);
	assert_int_equal(t->limits.total, 600000);
	config_free(c);
}

/* Its limits are not those of the whole file. */
static void
test_own_limits(void **state)
{
	struct config *c;
	struct config *again;
	struct buf out;

	(void)state;
	write_file("token", "tok-1\n", 6, 0600);
	c = good(
	    DEMO "limits { body = 2M }\n"
		 "tool_server \"a\" { " URL
		 " token_file = token token_header = X-Key\n"
		 " limits { result = 64k total = 90s } consent = never\n"
		 " allow = {\"read_*\"} deny = {\"x\"} users = {\"ann\"} }\n"
		 "tool_server \"b-2\" { " URL " limits { tools = 3 } }\n");
	assert_int_equal(c->limits.body, 2 * 1024 * 1024);
	assert_int_equal(c->tool_servers[0].limits.result, 64 * 1024);
	assert_int_equal(c->tool_servers[0].limits.total, 90000);
	assert_int_equal(c->tool_servers[1].limits.tools, 3);
	assert_string_equal(c->tool_servers[0].token, "tok-1");
	assert_string_equal(c->tool_servers[0].token_prefix, "");
	assert_int_equal(c->tool_servers[0].consent, CONSENT_NEVER);
	buf_init(&out, 1 << 20);
	assert_int_equal(config_dump(c, &out), 0);
	assert_null(strstr(buf_str(&out), "tok-1"));
	again = good(buf_str(&out));
	assert_int_equal(again->tool_servers[0].limits.result, 64 * 1024);
	assert_int_equal(again->tool_servers[1].limits.tools, 3);
	assert_string_equal(again->tool_servers[0].allow.words[0], "read_*");
	buf_free(&out);
	config_free(again);
	config_free(c);
}

static void
test_refused(void **state)
{
	static const char *const names[] = { "", "a b", "a__b", "a_", "a.b",
		"a234567890123456789012345", "\xc3\xa4" };
	char text[256];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(text, sizeof(text), "tool_server \"%s\" { " URL "}\n",
		    names[i]);
		bad(text, 2, "title of a tool_server|24 letters");
	}
	bad(DEMO "tool_server \"a\" {\n}\n", 3, "a has no url");
	bad("tool_server \"a\" {\nurl = \"http://u:p@h/\"\n}\n", 2,
	    "url|user name");
	bad("tool_server \"a\" {\n" URL "fetch = yes\n}\n", 3,
	    "kind = searxng");
	bad("tool_server \"a\" {\n" URL "kind = searxng\nfetch = yes\n"
	    "proxy = \"http://p.example:1\"\n}\n",
	    4, "with a proxy");
	bad("tool_server \"a\" {\n" URL "kind = searxng\n"
	    "fetch_networks = {\"10.0.0.0/8\"}\n}\n",
	    4, "without fetch");
	bad("tool_server \"a\" {\n" URL "kind = searxng\nfetch = yes\n"
	    "fetch_networks = {\"10.0.0.1/8\"}\n}\n",
	    5, "ADDRESS/BITS");
	bad("tool_server \"a\" {\n" URL "kind = searxng\napps = yes\n}\n", 4,
	    "apps is for kind = mcp");
	bad("tool_server \"a\" {\n" URL
	    "app_domains = {\"https://a.example\"}\n}\n",
	    3, "nothing without apps");
	bad("tool_server \"a\" { consent = maybe }\n", 1,
	    "one of ask, always, never");
	bad("tool_server \"a\" { limits {\nresults = 1M } }\n", 2,
	    "did you mean \"result\"");
	bad("tool_server \"a\" { limits {\nbody = 1M } }\n", 2, "\"body\"");
	bad("tool_server \"a\" { limts { } }\n", 1, "did you mean \"limits\"");
	bad("tool_servr \"a\" { }\n", 1, "did you mean \"tool_server\"");
	write_file("open", "x\n", 2, 0644);
	bad(DEMO "tool_server \"a\" { " URL "token_file = open }\n", 3,
	    "token_file|0600");
	write_file("token", "secret\n", 7, 0600);
	bad(DEMO "tool_server \"a\" { " URL "token_file = token\n"
		 "headers = {\"authorization: x\"} }\n",
	    4, "header of the key");
	bad(DEMO "tool_server \"a\" { " URL "headers = {\"A: 1\", \"A: 2\",\n"
		 "\"A: 3\", \"A: 4\", \"A: 5\", \"A: 6\", \"A: 7\",\n"
		 "\"A: 8\", \"A: 9\", \"A: a\", \"A: b\", \"A: c\",\n"
		 "\"A: d\", \"A: e\", \"A: f\", \"A: g\", \"A: h\"} }\n",
	    3, "headers has more than 16");
	bad(DEMO "tool_server \"a\" { " URL "ca_file = none }\n", 3, "ca_file");
	bad(DEMO "tool_server \"a\" { " URL "}\ntool_server \"a\" { " URL "}\n",
	    4, "duplicate title");
}

/* Each stands in a content policy, which nothing in it may end. */
static void
test_app_domains(void **state)
{
	static const char *const good_ones[] = { "https://a.example",
		"wss://*.a.example:8443", "https://127.0.0.1:1",
		"https://a-b" };
	static const char *const bad_ones[] = { "a.example", "http://a.example",
		"https://", "https://*", "https://*.", "https://a.example/",
		"https://a.example:0", "https://a.example:99999", "https://a b",
		"https://a;b", "https://a,b", "https://a'b", "https://[::1]",
		"https://a.*.b", "https://u@a.example", "https://.a", "*",
		"https:", "data:", "'self'" };
	char text[2048], domains[1024] = "";
	struct config *c;
	size_t i, n = 0;

	(void)state;
	for (i = 0; i < sizeof(good_ones) / sizeof(good_ones[0]); i++) {
		snprintf(text, sizeof(text),
		    DEMO "tool_server \"a\" { " URL
			 "apps = yes app_domains = {\"%s\"} }\n",
		    good_ones[i]);
		c = good(text);
		assert_true(c->tool_servers[0].apps);
		assert_string_equal(c->tool_servers[0].app_domains.words[0],
		    good_ones[i]);
		config_free(c);
	}
	for (i = 0; i < sizeof(bad_ones) / sizeof(bad_ones[0]); i++) {
		snprintf(text, sizeof(text),
		    "tool_server \"a\" {\n" URL
		    "apps = yes\napp_domains = {\"%s\"} }\n",
		    bad_ones[i]);
		bad(text, 4, "app_domains|https://HOST");
	}
	for (i = 0; i < CONFIG_APP_DOMAINS_MAX / 24; i++)
		n += (size_t)snprintf(domains + n, sizeof(domains) - n,
		    "\"https://%03zu.example.org\", ", i);
	snprintf(text, sizeof(text),
	    "tool_server \"a\" {\n" URL
	    "apps = yes\napp_domains = {%s\"https://b.example\"} }\n",
	    domains);
	bad(text, 4, "more than 512 bytes");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_app_domains),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_own_limits),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, config_group_begin,
	    temp_folder_remove);
}
