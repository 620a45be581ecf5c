/* SPDX-License-Identifier: MIT */
/*
 * What comes from a server of tools: messages, results, offers, policies of
 * apps. Inputs are of kinds that real servers were seen to send.
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
#include "confab/tool/app.h"
#include "tool/message.h"
#include "tool/offers.h"

#include "json_text.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static char own[] = "srv";
static struct config_tool_server server = { .name = own,
	.limits = { .tools = 4 } };

/* The frame of apps: whose it is, and where they may go. */
static void
test_app_policy(void **state)
{
	char domain[] = "https://a.example", name[] = "srv";
	struct config_tool_server own_server = server;
	struct config c;
	struct buf out;

	(void)state;
	memset(&c, 0, sizeof(c));
	own_server.name = name;
	c.tool_servers = &own_server;
	c.n_tool_servers = 1;
	assert_null(tool_app_server(&c, "srv", "ann", 0));
	own_server.apps = true;
	assert_ptr_equal(tool_app_server(&c, "srv", "ann", 0), &own_server);
	assert_null(tool_app_server(&c, "sr", "ann", 0));
	buf_init(&out, TOOL_APP_POLICY_MAX);
	assert_int_equal(tool_app_policy(&own_server, &out), 0);
	assert_null(strstr(buf_str(&out), "http"));
	assert_memory_equal(buf_str(&out),
	    "sandbox allow-scripts allow-forms; ", 35);
	buf_reset(&out);
	own_server.app_domains.words[0] = domain;
	own_server.app_domains.n = 1;
	assert_int_equal(tool_app_policy(&own_server, &out), 0);
	assert_non_null(strstr(buf_str(&out),
	    "default-src 'unsafe-inline' data: blob: https://a.example; "));
	buf_free(&out);
}

static void
test_messages(void **state)
{
#define M(s) "{\"jsonrpc\":\"2.0\"," s "}"
#define R(s) M("\"id\":5,\"result\":" s)
	static const struct {
		const char *text;
		enum tool_message_kind kind;
		const char *json;
	} cases[] = { { R("{\"content\":[]}"), TOOL_MESSAGE_RESULT,
			  "\"content\":[],\"is_error\":false" },
		{ R("{}"), TOOL_MESSAGE_RESULT, NULL },
		{ R("{\"content\":[{\"type\":\"text\",\"text\":\"\xff\"}]}"),
		    TOOL_MESSAGE_RESULT,
		    "\"content\":[{\"type\":\"text\",\"text\":\"\xef\xbf\xbd\"}"
		    "],"
		    "\"is_error\":false" },
		{ R("{\"content\":[],\"_meta\":{\"ui\":{\"resourceUri\":"
		    "\"http://evil\"}}}"),
		    TOOL_MESSAGE_RESULT, "\"content\":[],\"is_error\":false" },
		{ R("{\"content\":[],\"_meta\":{\"a\":1,\"ui\":{"
		    "\"resourceUri\":\"ui://x\"}}}"),
		    TOOL_MESSAGE_RESULT,
		    "\"content\":[],\"is_error\":false,"
		    "\"resource_uri\":\"ui://x\",\"_meta\":{\"a\":1,\"ui\":{"
		    "\"resourceUri\":\"ui://x\"}}" },
		{ R("{\"resultType\":\"later\",\"content\":[]}"),
		    TOOL_MESSAGE_INVALID, NULL },
		{ R("{\"resultType\":\"input_required\",\"inputRequests\":"
		    "{\"a\":{\"method\":\"sampling/createMessage\","
		    "\"params\":{}}}}"),
		    TOOL_MESSAGE_INVALID, NULL },
		{ R("{\"resultType\":\"input_required\",\"requestState\":"
		    "\"s\"}"),
		    TOOL_MESSAGE_INPUT,
		    "\"input_required\":{\"requests\":{},\"state\":\"s\"}" },
		{ R("[]"), TOOL_MESSAGE_INVALID, NULL },
		{ M("\"id\":6,\"result\":{}"), TOOL_MESSAGE_OTHER, NULL },
		{ M("\"id\":5,\"error\":{\"code\":-1,\"message\":\"m\"}"),
		    TOOL_MESSAGE_ERROR, NULL },
		{ M("\"error\":{}"), TOOL_MESSAGE_ERROR, NULL },
		{ M("\"method\":\"ping\",\"id\":\"p\""), TOOL_MESSAGE_PING,
		    NULL },
		{ M("\"method\":\"roots/list\",\"id\":1"), TOOL_MESSAGE_REQUEST,
		    NULL },
		{ M("\"method\":\"ping\",\"id\":{}"), TOOL_MESSAGE_OTHER,
		    NULL },
		{ M("\"method\":\"notifications/progress\",\"params\":"
		    "{\"progressToken\":6,\"progress\":1}"),
		    TOOL_MESSAGE_OTHER, NULL },
		{ M("\"method\":\"notifications/progress\",\"params\":"
		    "{\"progressToken\":5,\"progress\":\"much\",\"total\":2}"),
		    TOOL_MESSAGE_PROGRESS,
		    "\"type\":\"progress\",\"total\":2" },
		{ "{}", TOOL_MESSAGE_INVALID, NULL },
		{ "[]", TOOL_MESSAGE_INVALID, NULL },
		{ "", TOOL_MESSAGE_INVALID, NULL } };
	struct tool_message m;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		tool_message_read(&m, cases[i].text, strlen(cases[i].text), 5,
		    TOOL_OP_CALL, NULL);
		if (m.kind != cases[i].kind)
			fail_msg("%s: %d", cases[i].text, (int)m.kind);
		if (cases[i].json != NULL)
			assert_string_equal(buf_str(&m.json), cases[i].json);
		tool_message_free(&m);
	}
}

/* What is no call has another form of result. */
static void
test_other_results(void **state)
{
	static const struct {
		enum tool_op op;
		const char *result, *json; /* NULL: it is none */
	} cases[] = {
		{ TOOL_OP_PROMPT, "{\"messages\":[],\"description\":7}",
		    "\"messages\":[]" },
		{ TOOL_OP_PROMPT, "{\"content\":[]}", NULL },
		{ TOOL_OP_RESOURCE, "{\"contents\":[1],\"messages\":[]}",
		    "\"contents\":[1]" },
		{ TOOL_OP_RESOURCE, "{\"contents\":{}}", NULL },
		{ TOOL_OP_COMPLETE, "{\"completion\":{\"values\":[\"a\"]}}",
		    "\"values\":[\"a\"]" },
		{ TOOL_OP_COMPLETE, "{\"values\":[]}", NULL },
		{ TOOL_OP_COMPLETE, "{\"completion\":[]}", NULL },
	};
	struct tool_message m;
	char text[256];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		(void)snprintf(text, sizeof(text),
		    "{\"jsonrpc\":\"2.0\",\"id\":5,\"result\":%s}",
		    cases[i].result);
		tool_message_read(&m, text, strlen(text), 5, cases[i].op, NULL);
		if (cases[i].json == NULL) {
			assert_int_equal(m.kind, TOOL_MESSAGE_INVALID);
		} else {
			assert_int_equal(m.kind, TOOL_MESSAGE_RESULT);
			assert_string_equal(buf_str(&m.json), cases[i].json);
		}
		tool_message_free(&m);
	}
}

/* A list of prompts, or of resources, is cut at its limit. */
static void
test_offers(void **state)
{
	static const char *const names[] = { "a", "b", "c", "d", "e" };
	struct tool_offers *o;
	struct json_object *v;
	struct buf cursor;
	char text[64];
	size_t i;

	(void)state;
	server.limits.list = 4096;
	o = tool_offers_new(&server);
	buf_init(&cursor, TOOL_CURSOR_MAX);
	for (i = 0; i < COUNT(names); i++) {
		(void)snprintf(text, sizeof(text),
		    "{\"prompts\":[{\"name\":\"%s\"}],\"nextCursor\":\"x\"}",
		    names[i]);
		v = json(text);
		assert_int_equal(tool_offers_add(o, TOOL_LISTING_PROMPTS,
				     &server, v, &cursor),
		    i < 4 ? TOOL_PAGE_MORE : TOOL_PAGE_LAST);
		json_object_put(v);
	}
	assert_int_equal(o->n, 4);
	assert_true(o->cut);
	v = json("{\"resources\":[]}");
	assert_int_equal(tool_offers_add(o, TOOL_LISTING_PROMPTS, &server, v,
			     &cursor),
	    TOOL_PAGE_BAD);
	json_object_put(v);
	buf_free(&cursor);
	tool_offers_put(o);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_app_policy),
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_other_results),
		cmocka_unit_test(test_offers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
