/* SPDX-License-Identifier: MIT */
/*
 * Tools: names, headers, lists, and what a server's era follows from. Inputs are
 * of kinds that real servers were seen to send.
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

#include "confab/base/json.h"
#include "tool/handshake.h"
#include "tool/list.h"

#include "json_text.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static char own[] = "srv";
static struct config_tool_server server = { .name = own,
	.limits = { .tools = 4 } };

/* ---- Names ------------------------------------------------------------------*/

static void
test_names(void **state)
{
	char name[TOOL_NAME_MAX + 1], other[TOOL_NAME_MAX + 1];
	char longest[300];

	(void)state;
	assert_int_equal(tool_name(name, "s", "get_it-2", 8), 0);
	assert_string_equal(name, "s__get_it-2");
	/* What differs in a bad character only stays two. */
	assert_int_equal(tool_name(name, "s", "a.b", 3), 0);
	assert_int_equal(tool_name(other, "s", "a/b", 3), 0);
	assert_memory_equal(name, "s__a_b_", 7);
	assert_string_not_equal(name, other);
	/* So does what differs behind the cut. */
	memset(longest, 'x', sizeof(longest));
	longest[298] = 'y';
	assert_int_equal(tool_name(name, "s", longest, 298), 0);
	assert_int_equal(tool_name(other, "s", longest, 299), 0);
	assert_int_equal(strlen(name), TOOL_NAME_MAX);
	assert_string_not_equal(name, other);
	assert_int_equal(tool_name(name, "s", longest, TOOL_NAME_MAX - 3), 0);
	assert_int_equal(strlen(name), TOOL_NAME_MAX);
	assert_int_equal(name[TOOL_NAME_MAX - 1], 'x');
	assert_int_equal(tool_name(name, "s", "\xc3\xa4\xf0\x9f\x98\x80", 6),
	    0);
	assert_memory_equal(name, "s_____", 6);
}

/* ---- Headers ----------------------------------------------------------------*/

static void
test_header_values(void **state)
{
	static const struct {
		const char *value, *header;
	} cases[] = { { "us-west1", "us-west1" }, { "", "" },
		{ "a b\tc", "a b\tc" },
		{ "Hello, \xe4\xb8\x96\xe7\x95\x8c",
		    "=?base64?SGVsbG8sIOS4lueVjA==?=" },
		{ " padded ", "=?base64?IHBhZGRlZCA=?=" },
		{ "line1\nline2", "=?base64?bGluZTEKbGluZTI=?=" },
		{ "x\r\nEvil: 1", "=?base64?eA0KRXZpbDogMQ==?=" },
		{ "\x7f", "=?base64?fw==?=" },
		{ "=?base64?literal?=", "=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?=" },
		{ "=?base64?", "=?base64?" },
		{ "=?BASE64?x?=", "=?BASE64?x?=" } };
	struct buf out;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		buf_init(&out, 1024);
		assert_int_equal(tool_header_value(&out, cases[i].value,
				     strlen(cases[i].value)),
		    0);
		assert_string_equal(buf_str(&out), cases[i].header);
		buf_free(&out);
	}
}

static void
test_marks(void **state)
{
#define P(s) "{\"type\":\"object\",\"properties\":" s "}"
#define S "\"type\":\"string\",\"x-mcp-header\":"
	static const struct {
		const char *schema;
		int n; /* -1: the tool is left out */
	} cases[] = { { P("{\"a\":{" S "\"R\"}}"), 1 },
		{ P("{\"a\":" P("{\"b\":{" S "\"R\"}}") "}"), 1 },
		/* A property of that name is no mark, nor is data. */
		{ P("{\"x-mcp-header\":{\"type\":\"string\"}}"), 0 },
		{ P("{\"a\":{\"default\":{\"x-mcp-header\":1}}}"), 0 },
		{ P("{\"a\":{" S "\"\"}}"), -1 },
		{ P("{\"a\":{" S "\"R S\"}}"), -1 },
		{ P("{\"a\":{" S "\"R\\r\\nX\"}}"), -1 },
		{ P("{\"a\":{" S "7}}"), -1 },
		{ P("{\"a\":{" S "\"R\"},\"b\":{" S "\"r\"}}"), -1 },
		{ P("{\"a\":{\"type\":\"number\",\"x-mcp-header\":\"R\"}}"),
		    -1 },
		{ P("{\"a\":{\"x-mcp-header\":\"R\"}}"), -1 },
		{ P("{\"a\":{\"items\":{" S "\"R\"}}}"), -1 },
		{ P("{\"a\":{\"anyOf\":[{" S "\"R\"}]}}"), -1 },
		{ "{\"$defs\":{\"a\":{" S "\"R\"}}}", -1 },
		{ "{" S "\"R\"}", -1 } };
	struct tool_params p;
	struct json_object *v;
	const char *why;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		v = json(cases[i].schema);
		why = tool_params_read(&p, v);
		if ((why != NULL) != (cases[i].n < 0) ||
		    (int)p.n != (cases[i].n > 0 ? cases[i].n : 0))
			fail_msg("%s: %zu, %s", cases[i].schema, p.n,
			    why != NULL ? why : "good");
		tool_params_free(&p);
		json_object_put(v);
	}
}

static void
test_mirrored(void **state)
{
	static const struct {
		const char *arguments, *header; /* NULL: none; "!": refused */
	} cases[] = { { "{\"a\":{\"b\":42}}", "42" },
		{ "{\"a\":{\"b\":-7}}", "-7" },
		{ "{\"a\":{\"b\":42.0}}", "42" },
		{ "{\"a\":{\"b\":true}}", "true" },
		{ "{\"a\":{\"b\":\"x\"}}", "x" },
		{ "{\"a\":{\"b\":null}}", NULL }, { "{\"a\":{}}", NULL },
		{ "{\"a\":[1]}", NULL }, { "{}", NULL },
		{ "{\"a\":{\"b\":9007199254740992}}", "!" },
		{ "{\"a\":{\"b\":1.5}}", "!" }, { "{\"a\":{\"b\":{}}}", "!" } };
	struct json_object *schema =
	    json(P("{\"a\":" P("{\"b\":{\"type\":\"integer\","
			       "\"x-mcp-header\":\"N\"}}") "}"));
	struct json_object *v;
	struct tool_params p;
	struct buf out;
	size_t i;
	int rc;

	(void)state;
	assert_null(tool_params_read(&p, schema));
	for (i = 0; i < COUNT(cases); i++) {
		v = json(cases[i].arguments);
		buf_init(&out, 1024);
		rc = tool_param_value(&p.items[0], v, &out);
		if (cases[i].header == NULL) {
			assert_int_equal(rc, 0);
		} else if (strcmp(cases[i].header, "!") == 0) {
			assert_int_equal(rc, -1);
		} else {
			assert_int_equal(rc, 1);
			assert_string_equal(buf_str(&out), cases[i].header);
		}
		buf_free(&out);
		json_object_put(v);
	}
	tool_params_free(&p);
	json_object_put(schema);
}

/* ---- Lists ------------------------------------------------------------------*/

static enum tool_page
add(struct tool_list *l, const char *text, struct buf *cursor)
{
	struct json_object *v = json(text);
	enum tool_page page = tool_list_add(l, &server, v, cursor);

	json_object_put(v);
	return page;
}

static void
test_lists(void **state)
{
	struct tool_list *l = tool_list_new();
	struct buf cursor;

	(void)state;
	buf_init(&cursor, TOOL_CURSOR_MAX);
	assert_int_equal(add(l, "{}", &cursor), TOOL_PAGE_BAD);
	assert_int_equal(
	    add(l,
		"{\"tools\":[{\"name\":\"a\"},{\"name\":\"a\"},{\"name\":7},"
		"{\"name\":\"\"},null,{\"name\":\"b\",\"inputSchema\":[]}],"
		"\"nextCursor\":\"c\\\"1\",\"ttlMs\":500}",
		&cursor),
	    TOOL_PAGE_MORE);
	assert_string_equal(buf_str(&cursor), "c\"1");
	assert_int_equal(l->n, 1);
	assert_int_equal(l->left, 5);
	assert_true(l->has_ttl);
	assert_int_equal(add(l,
			     "{\"tools\":[{\"name\":\"c\"},{\"name\":\"d\"},"
			     "{\"name\":\"e\"},{\"name\":\"f\"}],\"ttlMs\":-1}",
			     &cursor),
	    TOOL_PAGE_LAST);
	assert_int_equal(l->n, server.limits.tools);
	assert_true(l->cut);
	assert_non_null(tool_list_find(l, "srv__c"));
	assert_null(tool_list_find(l, "srv__f"));
	buf_free(&cursor);
	tool_list_free(l);
}

/* A consent is for one digest: what it is of, and what not. */
static void
test_digests(void **state)
{
	static const struct {
		const char *tool;
		bool same;
	} cases[] = { { "{\"name\":\"a\",\"title\":\"T\"}", true },
		{ "{\"name\":\"a\",\"description\":\"x\"}", false },
		{ "{\"name\":\"a\",\"inputSchema\":{\"type\":\"object\"}}",
		    false } };
	char text[256], first[TOOL_DIGEST_MAX + 1];
	struct tool_list *l;
	struct buf cursor;
	size_t i;

	(void)state;
	buf_init(&cursor, TOOL_CURSOR_MAX);
	l = tool_list_new();
	(void)add(l, "{\"tools\":[{\"name\":\"a\"}]}", &cursor);
	memcpy(first, l->tools[0].digest, sizeof(first));
	tool_list_free(l);
	for (i = 0; i < COUNT(cases); i++) {
		l = tool_list_new();
		snprintf(text, sizeof(text), "{\"tools\":[%s]}", cases[i].tool);
		(void)add(l, text, &cursor);
		assert_int_equal(strcmp(first, l->tools[0].digest) == 0,
		    cases[i].same);
		tool_list_free(l);
	}
	buf_free(&cursor);
}

/* Who may call a tool, and where tools for apps alone are offered. */
static void
test_visibility(void **state)
{
	static const struct {
		const char *visibility;
		bool model, app;
		const char *told;
	} cases[] = { { "null", true, true, "\"model\",\"app\"" },
		{ "\"app\"", true, true, "\"model\",\"app\"" },
		{ "[\"app\"]", false, true, "\"app\"" },
		{ "[7,\"model\",\"x\"]", true, false, "\"model\"" },
		{ "[]", false, false, "" } };
	struct config_tool_server with = server;
	char text[256], told[64];
	struct tool_list *l;
	struct buf out;
	bool first;
	size_t i;

	(void)state;
	with.apps = true;
	for (i = 0; i < COUNT(cases); i++) {
		l = tool_list_new();
		buf_init(&out, TOOL_CURSOR_MAX);
		snprintf(text, sizeof(text),
		    "{\"tools\":[{\"name\":\"a\",\"_meta\":{\"ui\":{"
		    "\"visibility\":%s}}}]}",
		    cases[i].visibility);
		(void)add(l, text, &out);
		assert_int_equal(l->tools[0].for_model, cases[i].model);
		assert_int_equal(l->tools[0].for_apps, cases[i].app);
		assert_int_equal(tool_is_offered(&server, &l->tools[0]),
		    cases[i].model);
		assert_true(tool_is_offered(&with, &l->tools[0]));
		first = true;
		tool_list_write(l, &with, &first, &out);
		snprintf(told, sizeof(told), ",\"visibility\":[%s],",
		    cases[i].told);
		assert_non_null(strstr(buf_str(&out), told));
		buf_reset(&out);
		first = true;
		tool_list_write(l, &server, &first, &out);
		assert_null(strstr(buf_str(&out), "visibility"));
		assert_int_equal(first, !cases[i].model);
		buf_free(&out);
		tool_list_free(l);
	}
}

/* ---- Eras -------------------------------------------------------------------*/

static void
test_eras(void **state)
{
	static const struct {
		int status, code;
		const char *result;
		bool offers_legacy;
		enum tool_next next;
	} cases[] = { { 200, 0, "{\"resultType\":\"complete\"}", false,
			  TOOL_NEXT_MODERN },
		/* It answers what nobody began a session for. */
		{ 200, 0, "{\"tools\":[]}", false, TOOL_NEXT_LEGACY },
		{ 400, -32000, NULL, false, TOOL_NEXT_LEGACY },
		{ 400, 0, NULL, false, TOOL_NEXT_LEGACY },
		{ 200, -32600, NULL, false, TOOL_NEXT_LEGACY },
		{ 405, 0, NULL, false, TOOL_NEXT_LEGACY },
		{ 404, -32601, NULL, false, TOOL_NEXT_MODERN },
		{ 400, TOOL_RPC_HEADERS, NULL, false, TOOL_NEXT_MODERN },
		{ 400, TOOL_RPC_VERSION, NULL, true, TOOL_NEXT_LEGACY },
		{ 400, TOOL_RPC_VERSION, NULL, false, TOOL_NEXT_FAIL },
		{ 401, 0, NULL, false, TOOL_NEXT_FAIL },
		{ 307, 0, NULL, false, TOOL_NEXT_FAIL },
		{ 503, 0, NULL, false, TOOL_NEXT_FAIL } };
	struct tool_facts facts;
	struct tool_reply r;
	struct api_error err;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		memset(&r, 0, sizeof(r));
		r.status = cases[i].status;
		r.failure.code = cases[i].code;
		r.failure.offers =
		    cases[i].offers_legacy ? TOOL_VERSION_LEGACY : NULL;
		if (cases[i].result != NULL)
			r.result = json(cases[i].result);
		if (tool_probe_judge(&r, &facts, &err) != cases[i].next)
			fail_msg("%d %d", cases[i].status, cases[i].code);
		json_object_put(r.result);
	}
}

static void
test_agreements(void **state)
{
	static const struct {
		const char *version, *session;
		enum tool_next next;
	} cases[] = { { "2025-11-25", "id-1", TOOL_NEXT_AGREED },
		{ "2025-03-26", NULL, TOOL_NEXT_AGREED },
		{ "2099-01-01", NULL, TOOL_NEXT_FAIL },
		{ "2025-11-25", "two words", TOOL_NEXT_FAIL },
		{ "2025-11-25", "caf\xc3\xa9", TOOL_NEXT_FAIL } };
	struct tool_session session;
	struct tool_facts facts;
	struct tool_reply r;
	struct api_error err;
	char text[128];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		memset(&r, 0, sizeof(r));
		memset(&session, 0, sizeof(session));
		snprintf(text, sizeof(text), "{\"protocolVersion\":\"%s\"}",
		    cases[i].version);
		r.status = 200;
		r.result = json(text);
		r.session = cases[i].session;
		assert_int_equal(tool_initialize_judge(&r, &facts, &session,
				     &err),
		    cases[i].next);
		json_object_put(r.result);
	}
	memset(&r, 0, sizeof(r));
	r.status = 405;
	assert_int_equal(tool_initialize_judge(&r, &facts, &session, &err),
	    TOOL_NEXT_FAIL);
	assert_string_equal(err.code, "tool_transport");
	assert_non_null(strstr(err.message, "HTTP+SSE"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_header_values),
		cmocka_unit_test(test_marks),
		cmocka_unit_test(test_mirrored),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_digests),
		cmocka_unit_test(test_visibility),
		cmocka_unit_test(test_eras),
		cmocka_unit_test(test_agreements),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
