/* SPDX-License-Identifier: MIT */
/*
 * Anthropic's Messages API: streams.
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

#include "provider_help.h"

#define RUN(run, text, usage) \
	run_stream(&(run), &anthropic_provider, text, strlen(text), usage)

#define EVENT(name, data) \
	"event: " name "\ndata: {\"type\":\"" name "\"" data "}\n\n"
#define START                                                                 \
	EVENT("message_start",                                                \
	    ",\"message\":{\"id\":\"msg_1\","                                 \
	    "\"type\":\"message\",\"role\":\"assistant\",\"content\":[],"     \
	    "\"model\":\"claude-x\",\"stop_reason\":null,\"usage\":{\"input_" \
	    "tokens\":25,"                                                    \
	    "\"cache_creation_input_tokens\":10,\"cache_read_input_tokens\":" \
	    "5,"                                                              \
	    "\"output_tokens\":1}}")
#define BLOCK(i, block)              \
	EVENT("content_block_start", \
	    ",\"index\":" i ",\"content_block\":" block)
#define DELTA(i, delta) \
	EVENT("content_block_delta", ",\"index\":" i ",\"delta\":" delta)
#define TEXT(s) DELTA("0", "{\"type\":\"text_delta\",\"text\":\"" s "\"}")
#define END(reason)                                                    \
	EVENT("content_block_stop", ",\"index\":0")                    \
	EVENT("message_delta",                                         \
	    ",\"delta\":{\"stop_reason\":\"" reason "\","              \
	    "\"stop_sequence\":null},\"usage\":{\"output_tokens\":15," \
	    "\"output_tokens_details\":{\"thinking_tokens\":4}}")      \
	EVENT("message_stop", "")

/* How every chunk begins. */
#define HEAD                                                      \
	"{\"id\":\"msg_1\",\"object\":\"chat.completion.chunk\"," \
	"\"created\":0,\"model\":\"the-model\",\"choices\":[{\"index\":0,"

static void
test_stream(void **state)
{
	struct run run = { .refuse_after = -1 };
	const char *stream = START BLOCK("0",
	    "{\"type\":\"thinking\",\"thinking\":\"\","
	    "\"signature\":\"\"}") EVENT("ping", "") DELTA("0",
	    "{\"type\":\"thinking_delta\",\"thinking\":\"hm\"}")
	    DELTA("0", "{\"type\":\"signature_delta\",\"signature\":\"Zz\"}")
		EVENT("content_block_stop", ",\"index\":0") BLOCK("1",
		    "{\"type\":\"text\",\"text\":\"\"}") DELTA("1",
		    "{\"type\":\"text_delta\",\"text\":\"He\\\"y\"}") DELTA("1",
		    "{\"type\":\"citations_delta\",\"citation\":{}}") DELTA("1",
		    "{\"type\":\"text_delta\",\"text\":\"\"}") DELTA("1",
		    "{\"type\":\"text_delta\",\"text\":\"\\u00e9\"}")
		    DELTA("1", "{\"type\":\"text_delta\",\"text\":\"\\u0000\"}")
			EVENT("from_the_future", ",\"x\":1") END("end_turn");

	(void)state;
	RUN(run, stream, true);
	assert_int_equal(run.result, PROVIDER_DONE);
	assert_string_equal(run.out.data,
	    HEAD
	    "\"delta\":{\"role\":\"assistant\",\"content\":\"\"},"
	    "\"finish_reason\":null}]}\n"
	    "!" HEAD "\"delta\":{\"reasoning_content\":\"hm\"},"
	    "\"finish_reason\":null}]}\n"
	    "!" HEAD "\"delta\":{\"reasoning_details\":[{\"type\":"
	    "\"reasoning.text\",\"text\":\"hm\",\"signature\":\"Zz\","
	    "\"format\":\"anthropic-claude-v1\",\"index\":0}]},"
	    "\"finish_reason\":null}]}\n"
	    "!" HEAD "\"delta\":{\"content\":\"He\\\"y\"},"
	    "\"finish_reason\":null}]}\n"
	    "!" HEAD "\"delta\":{\"content\":\"\\u00e9\"},"
	    "\"finish_reason\":null}]}\n"
	    "!" HEAD "\"delta\":{\"content\":\"\xef\xbf\xbd\"},"
	    "\"finish_reason\":null}]}\n" HEAD
	    "\"delta\":{},\"finish_reason\":\"stop\"}]}\n"
	    "{\"id\":\"msg_1\",\"object\":\"chat.completion.chunk\","
	    "\"created\":0,\"model\":\"the-model\",\"choices\":[],\"usage\":"
	    "{\"prompt_tokens\":40,\"completion_tokens\":15,"
	    "\"total_tokens\":55,\"prompt_tokens_details\":"
	    "{\"cached_tokens\":5},\"completion_tokens_details\":"
	    "{\"reasoning_tokens\":4}}}\n");
	assert_int_equal(run.usage.prompt, 40);
	assert_int_equal(run.usage.completion, 15);
	run_free(&run);
	RUN(run, stream, false);
	assert_null(strstr(run.out.data, "usage"));
	assert_int_equal(run.usage.completion, 15);
	run_free(&run);
}

static void
test_tools(void **state)
{
	struct run run = { .refuse_after = -1 };

	(void)state;
	RUN(run,
	    START BLOCK("0",
		"{\"type\":\"server_tool_use\",\"id\":\"s\",\"name\":"
		"\"web_search\",\"input\":{}}") DELTA("0",
		"{\"type\":\"input_json_delta\",\"partial_json\":"
		"\"{\\\"q\\\":1}\"}")
		EVENT("content_block_stop", ",\"index\":0") BLOCK("1",
		    "{\"type\":\"tool_use\",\"id\":\"t1\",\"name\":\"f\","
		    "\"input\":{}}") DELTA("1",
		    "{\"type\":\"input_json_delta\",\"partial_json\":"
		    "\"{\\\"a\\\"\"}") DELTA("1",
		    "{\"type\":\"input_json_delta\",\"partial_json\":"
		    "\": 1}\"}") BLOCK("2",
		    "{\"type\":\"tool_use\",\"id\":\"t2\",\"name\":\"g\","
		    "\"input\":{}}") DELTA("2",
		    "{\"type\":\"input_json_delta\",\"partial_json\":"
		    "\"{}\"}") END("tool_use"),
	    false);
	assert_int_equal(run.result, PROVIDER_DONE);
	assert_parts(run.out.data,
	    "\"content_parts\":[{\"type\":\"server_tool_use\"|"
	    "\"input\":{\"q\":1}|"
	    "\"tool_calls\":[{\"index\":0,\"id\":\"t1\","
	    "\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":"
	    "\"\"}}]|{\"index\":0,\"function\":{\"arguments\":\"{\\\"a\\\"\""
	    "|\": 1}\"|{\"index\":1,\"id\":\"t2\"|{\"index\":1,\"function\":"
	    "{\"arguments\":\"{}\"}|\"finish_reason\":\"tool_calls\"");
	run_free(&run);
}

static void
test_stop_reasons(void **state)
{
	static const char *const reasons[][2] = {
		{ START TEXT("x") END("end_turn"), "\"stop\"" },
		{ START TEXT("x") END("stop_sequence"), "\"stop\"" },
		{ START TEXT("x") END("pause_turn"), "\"pause_turn\"" },
		{ START TEXT("x") END("max_tokens"), "\"length\"" },
		{ START TEXT("x") END("model_context_window_exceeded"),
		    "\"length\"" },
		{ START TEXT("x") END("refusal"), "\"content_filter\"" },
		{ START TEXT("x") END("tool_use"), "\"tool_calls\"" },
		{ START TEXT("x") END("something_new"), "\"something_new\"" }
	};
	struct run run = { .refuse_after = -1 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		RUN(run, reasons[i][0], false);
		assert_int_equal(run.result, PROVIDER_DONE);
		assert_parts(run.out.data, reasons[i][1]);
		run_free(&run);
	}
}

static const struct {
	const char *stream;
	int status;
	const char *code, *message;
} failures[] = { { START TEXT("x"), 502, "upstream_closed", "" },
	{ START TEXT("x") EVENT("content_block_stop", ",\"index\":0"), 502,
	    "upstream_closed", "" },
	{ START EVENT("error",
	      ",\"error\":{\"type\":\"overloaded_error\","
	      "\"message\":\"Overloaded\"}"),
	    502, "upstream_error", "Overloaded" },
	{ START EVENT("error",
	      ",\"error\":{\"type\":\"rate_limit_error\","
	      "\"message\":\"slow down\"}"),
	    429, "upstream_rate_limited", "slow down" },
	{ START EVENT("error",
	      ",\"error\":{\"type\":\"authentication_error\","
	      "\"message\":\"invalid x-api-key sk-ant-canary-0123456789\"}"),
	    502, "upstream_auth", "key" },
	{ START EVENT("error",
	      ",\"error\":{\"type\":\"invalid_request_error\","
	      "\"message\":\"prompt is too long: 5 tokens > 4 maximum\"}"),
	    400, "context_length_exceeded", "too long" },
	{ "event: error\ndata: {}\n\n", 502, "upstream_error", "" },
	{ START "data: nonsense\n\n", 502, "upstream_invalid", "" },
	{ START "data: []\n\n", 502, "upstream_invalid", "" },
	{ START "data: 5\n\n", 502, "upstream_invalid", "" } };

static void
test_failures(void **state)
{
	struct run run = { .refuse_after = -1 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
		RUN(run, failures[i].stream, true);
		if (run.result != PROVIDER_FAILED ||
		    run.err.status != failures[i].status ||
		    strcmp(run.err.code, failures[i].code) != 0 ||
		    strstr(run.err.message, failures[i].message) == NULL)
			fail_msg("%s: %d %s %s", failures[i].stream,
			    run.err.status, run.err.code, run.err.message);
		assert_null(strstr(run.err.message, "canary"));
		run_free(&run);
	}
}

/* Members missing or of another type. */
static void
test_wrong_types(void **state)
{
	static const char *const events[] = { "{}", "{\"type\":5}",
		"{\"type\":\"message_start\"}",
		"{\"type\":\"message_start\",\"message\":5}",
		"{\"type\":\"message_start\",\"message\":{\"id\":5,"
		"\"usage\":[]}}",
		"{\"type\":\"message_start\",\"message\":{\"usage\":{"
		"\"input_tokens\":\"x\",\"output_tokens\":-1}}}",
		"{\"type\":\"content_block_start\"}",
		"{\"type\":\"content_block_start\",\"content_block\":[]}",
		"{\"type\":\"content_block_start\",\"content_block\":{\"type\":"
		"\"tool_use\"}}",
		"{\"type\":\"content_block_start\",\"index\":\"x\","
		"\"content_block\":{\"type\":\"tool_use\",\"id\":5}}",
		"{\"type\":\"content_block_delta\"}",
		"{\"type\":\"content_block_delta\",\"delta\":\"x\"}",
		"{\"type\":\"content_block_delta\",\"delta\":{\"type\":"
		"\"text_delta\",\"text\":5}}",
		"{\"type\":\"content_block_delta\",\"index\":null,\"delta\":{"
		"\"type\":\"input_json_delta\",\"partial_json\":[]}}",
		"{\"type\":\"message_delta\"}",
		"{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":5},"
		"\"usage\":{\"output_tokens\":null}}" };
	struct run run = { .refuse_after = -1 };
	char stream[512];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
		snprintf(stream, sizeof(stream),
		    "data: %s\n\n"
		    "data: {\"type\":\"message_stop\"}\n\n",
		    events[i]);
		RUN(run, stream, true);
		assert_int_equal(run.result, PROVIDER_DONE);
		run_free(&run);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stream),
		cmocka_unit_test(test_tools),
		cmocka_unit_test(test_stop_reasons),
		cmocka_unit_test(test_failures),
		cmocka_unit_test(test_wrong_types),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
