/* SPDX-License-Identifier: MIT */
/*
 * Anthropic's Messages API, both ways.
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

#include "confab/json.h"
#include "provider_help.h"

static char base[] = "https://api.anthropic.com";
static char key[] = "sk-ant-canary-0123456789", header[] = "x-api-key";
static char prefix[] = "", chat[] = "/v1/messages", models[] = "/v1/models";
static char limit[] = "max_tokens", old_version[] = "2023-06-01";
static char new_version[] = "2026-10-21";

static struct config_provider provider = { .kind = PROVIDER_ANTHROPIC,
	.base_url = base,
	.api_key = key,
	.key_header = header,
	.key_prefix = prefix,
	.chat_path = chat,
	.models_path = models,
	.token_limit_field = limit,
	.anthropic_version = old_version,
	.require_done = true };

static char id[] = "claude";
static struct config_model model = { .id = id, .input = INPUT_TEXT };

#define RUN(run, text, usage) \
	run_stream(&(run), &provider, text, strlen(text), usage)

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
		"\"server\"}") BLOCK("1",
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
	assert_null(strstr(run.out.data, "server"));
	assert_parts(run.out.data,
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
		{ START TEXT("x") END("pause_turn"), "\"stop\"" },
		{ START TEXT("x") END("max_tokens"), "\"length\"" },
		{ START TEXT("x") END("model_context_window_exceeded"),
		    "\"length\"" },
		{ START TEXT("x") END("refusal"), "\"content_filter\"" },
		{ START TEXT("x") END("tool_use"), "\"tool_calls\"" },
		{ START TEXT("x") END("something_new"), "\"stop\"" }
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

/* ---- Requests ---- */

#define ASK(list, more) "{\"model\":\"x\",\"messages\":[" list "]" more "}"
#define USER "{\"role\":\"user\",\"content\":\"hi\"}"
#define OUT_USER                                                   \
	"\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":" \
	"\"text\",\"text\":\"hi\"}]}]"

static const struct {
	const char *request, *want;
} requests[] = { { ASK(USER, ""),
		     "{\"model\":\"claude\",\"max_tokens\":8192," OUT_USER
		     "}" },
	{ ASK(USER,
	      ",\"stream\":true,\"max_tokens\":5,\"temperature\":0.5,"
	      "\"top_p\":0.9,\"stop\":\"x\",\"user\":\"u\",\"seed\":1,"
	      "\"presence_penalty\":0"),
	    "{\"model\":\"claude\",\"max_tokens\":5,"
	    "\"stream\":true,\"temperature\":0.5,\"top_p\":0.9,"
	    "\"stop_sequences\":[\"x\"],\"metadata\":{\"user_id\":\"u\"}"
	    "," OUT_USER "}" },
	{ ASK(USER, ",\"stop\":[\"a\",\"b\"],\"reasoning_effort\":\"high\""),
	    "{\"model\":\"claude\",\"max_tokens\":8192,\"thinking\":{\"type\":"
	    "\"adaptive\"},\"output_config\":{\"effort\":\"high\"},"
	    "\"stop_sequences\":[\"a\",\"b\"]," OUT_USER "}" },
	{ ASK(USER,
	      ",\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":"
	      "1024}"),
	    "{\"model\":\"claude\",\"max_tokens\":8192,\"thinking\":"
	    "{\"type\":\"enabled\",\"budget_tokens\":1024}," OUT_USER "}" },
	{ ASK(USER, ",\"reasoning_effort\":\"none\""),
	    "{\"model\":\"claude\",\"max_tokens\":8192,\"thinking\":{\"type\":"
	    "\"disabled\"}," OUT_USER "}" },
	{ ASK(USER,
	      ",\"response_format\":{\"type\":\"json_schema\","
	      "\"json_schema\":{\"name\":\"n\",\"schema\":{\"type\":"
	      "\"object\"}}}"),
	    "{\"model\":\"claude\",\"max_tokens\":8192,"
	    "\"output_config\":{\"format\":{\"type\":\"json_schema\","
	    "\"schema\":{\"type\":\"object\"}}}," OUT_USER "}" },
	/* System messages, wherever; roles merged; a prefix to continue. */
	{ ASK("{\"role\":\"system\",\"content\":\"s1\"}," USER ","
	      "{\"role\":\"developer\",\"content\":[{\"type\":\"text\","
	      "\"text\":"
	      "\"s2\"}]},{\"role\":\"user\",\"content\":\"more\"},"
	      "{\"role\":\"assistant\",\"content\":\"begun \\n\"}",
	      ""),
	    "{\"model\":\"claude\",\"max_tokens\":8192,\"system\":[{\"type\":"
	    "\"text\",\"text\":\"s1\"},{\"type\":\"text\",\"text\":\"s2\"}],"
	    "\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\","
	    "\"text\":\"hi\"},{\"type\":\"text\",\"text\":\"more\"}]},"
	    "{\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":"
	    "\"begun\"}]}]}" },
	/* Pictures. */
	{ ASK("{\"role\":\"user\",\"content\":[{\"type\":\"image_url\","
	      "\"image_url\":{\"url\":\"data:image/png;base64,AAAA\"}},"
	      "{\"type\":\"image_url\",\"image_url\":{\"url\":"
	      "\"https://h/x.png\"}},{\"type\":\"text\",\"text\":\"?\"}]}",
	      ""),
	    "{\"model\":\"claude\",\"max_tokens\":8192,\"messages\":[{"
	    "\"role\":\"user\",\"content\":[{\"type\":\"image\",\"source\":"
	    "{\"type\":\"base64\",\"media_type\":\"image/png\",\"data\":"
	    "\"AAAA\"}},{\"type\":\"image\",\"source\":{\"type\":\"url\","
	    "\"url\":\"https://h/x.png\"}},{\"type\":\"text\",\"text\":\"?\"}"
	    "]}]}" },
	/* Tools there and back. */
	{ ASK(USER
	      ",{\"role\":\"assistant\",\"content\":\"\",\"tool_calls\":"
	      "[{\"id\":\"t1\",\"type\":\"function\",\"function\":{\"name\":"
	      "\"f\""
	      ",\"arguments\":\"{\\\"a\\\":1}\"}},{\"id\":\"t2\",\"type\":"
	      "\"function\",\"function\":{\"name\":\"g\",\"arguments\":\"\"}}]}"
	      ","
	      "{\"role\":\"tool\",\"tool_call_id\":\"t1\",\"content\":\"one\"},"
	      "{\"role\":\"tool\",\"tool_call_id\":\"t2\",\"content\":\"two\"}",
	      ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\","
	      "\"description\":\"d\",\"parameters\":{\"type\":\"object\"}}},"
	      "{\"type\":\"function\",\"function\":{\"name\":\"g\"}}],"
	      "\"tool_choice\":\"required\",\"parallel_tool_calls\":false"),
	    "{\"model\":\"claude\",\"max_tokens\":8192,\"tools\":[{\"name\":"
	    "\"f\",\"description\":\"d\",\"input_schema\":{\"type\":\"object\""
	    "}},{\"name\":\"g\",\"input_schema\":{\"type\":\"object\"}}],"
	    "\"tool_choice\":{\"type\":\"any\",\"disable_parallel_tool_use\":"
	    "true},\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":"
	    "\"text\",\"text\":\"hi\"}]},{\"role\":\"assistant\",\"content\":[{"
	    "\"type\":\"tool_use\",\"id\":\"t1\",\"name\":\"f\",\"input\":{"
	    "\"a\":1}},{\"type\":\"tool_use\",\"id\":\"t2\",\"name\":\"g\","
	    "\"input\":{}}]},{\"role\":\"user\",\"content\":[{\"type\":"
	    "\"tool_result\",\"tool_use_id\":\"t1\",\"content\":[{\"type\":"
	    "\"text\",\"text\":\"one\"}]},{\"type\":\"tool_result\","
	    "\"tool_use_id\":\"t2\",\"content\":[{\"type\":\"text\",\"text\":"
	    "\"two\"}]}]}]}" } };

static void
test_requests(void **state)
{
	struct api_error err;
	char *body;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		body =
		    request_body(&provider, &model, requests[i].request, &err);
		if (body == NULL)
			fail_msg("%s: %s", requests[i].request, err.message);
		assert_string_equal(body, requests[i].want);
		free(body);
	}
}

static void
test_refused_requests(void **state)
{
	static const char *const refused[][2] = { { ASK(USER, ",\"n\":2"),
						      "n" },
		{ ASK(USER, ",\"presence_penalty\":1"), "presence_penalty" },
		{ ASK(USER, ",\"logit_bias\":{\"1\":1}"), "logit_bias" },
		{ ASK(USER, ",\"logprobs\":true"), "logprobs" },
		{ ASK(USER, ",\"temperature\":1.5"), "temperature" },
		{ ASK(USER, ",\"response_format\":{\"type\":\"json_object\"}"),
		    "response_format.type" },
		{ ASK(USER, ",\"reasoning_effort\":\"odd\""),
		    "reasoning_effort" },
		{ ASK("{\"role\":\"system\",\"content\":\"s\"}", ""),
		    "messages" } };
	struct api_error err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		assert_null(
		    request_body(&provider, &model, refused[i][0], &err));
		assert_int_equal(err.status, 400);
		assert_string_equal(err.code, "invalid_request");
		assert_string_equal(err.param, refused[i][1]);
	}
}

/* Newer versions of the API refuse sampling parameters. */
static void
test_sampling_by_version(void **state)
{
	struct config_provider p = provider;
	struct api_error err;
	char *body;

	(void)state;
	p.anthropic_version = new_version;
	body = request_body(&p, &model,
	    ASK(USER,
		",\"temperature\":1,"
		"\"top_p\":1"),
	    &err);
	assert_non_null(body);
	assert_null(strstr(body, "temperature"));
	assert_null(strstr(body, "top_p"));
	free(body);
	assert_null(
	    request_body(&p, &model, ASK(USER, ",\"temperature\":0.5"), &err));
	assert_string_equal(err.param, "temperature");
	assert_null(
	    request_body(&p, &model, ASK(USER, ",\"top_p\":0.5"), &err));
	assert_null(request_body(&p, &model, ASK(USER, ",\"top_k\":5"), &err));
	body = request_body(&provider, &model, ASK(USER, ",\"top_k\":5"), &err);
	assert_non_null(body);
	assert_non_null(strstr(body, "\"top_k\":5"));
	free(body);
}

static void
test_max_tokens_of_model(void **state)
{
	struct config_model m = { .id = id, .max_output_tokens = 64000 };
	struct api_error err;
	char *body;

	(void)state;
	body = request_body(&provider, &m, ASK(USER, ""), &err);
	assert_non_null(strstr(body, "\"max_tokens\":64000"));
	free(body);
	body =
	    request_body(&provider, &m, ASK(USER, ",\"max_tokens\":7"), &err);
	assert_non_null(strstr(body, "\"max_tokens\":7"));
	free(body);
}

/* ---- Whole answers and lists ---- */

static void
test_answer(void **state)
{
	static const char body[] =
	    "{\"id\":\"msg_1\",\"type\":\"message\","
	    "\"role\":\"assistant\",\"model\":\"claude-x\",\"content\":["
	    "{\"type\":\"thinking\",\"thinking\":\"hm\"},{\"type\":\"text\","
	    "\"text\":\"a\"},{\"type\":\"text\",\"text\":\"b\"},{\"type\":"
	    "\"tool_use\",\"id\":\"t\",\"name\":\"f\",\"input\":{\"x\":1}},5],"
	    "\"stop_reason\":\"tool_use\",\"usage\":{\"input_tokens\":3,"
	    "\"output_tokens\":4}}";
	static const char error[] =
	    "{\"type\":\"error\",\"error\":{"
	    "\"type\":\"api_error\",\"message\":\"x\"}}";
	struct provider_usage u;
	struct api_error err;
	struct buf out;

	(void)state;
	buf_init(&out, 10000);
	assert_int_equal(provider_answer(&provider, "the-model", body,
			     sizeof(body) - 1, &out, &u, &err),
	    0);
	assert_int_equal(json_check(out.data, out.len, 16, NULL), JSON_OK);
	assert_parts(out.data,
	    "\"id\":\"msg_1\"|\"chat.completion\"|"
	    "\"the-model\"|\"content\":\"ab\"|\"reasoning_content\":\"hm\"|"
	    "\"tool_calls\":[{\"id\":\"t\"|\"arguments\":\"{\\\"x\\\":1}\"|"
	    "\"finish_reason\":\"tool_calls\"|\"prompt_tokens\":3|"
	    "\"total_tokens\":7");
	buf_reset(&out);
	assert_int_equal(provider_answer(&provider, "m", error,
			     sizeof(error) - 1, &out, &u, &err),
	    -1);
	assert_string_equal(err.message, "x");
	assert_int_equal(provider_answer(&provider, "m", "{}", 2, &out, &u,
			     &err),
	    -1);
	assert_string_equal(err.code, "upstream_invalid");
	buf_free(&out);
}

static int
add_model(void *arg, const struct config_model *m)
{
	return buf_printf(arg, "%s,%s,%u,%u,%u;", m->id,
	    m->name != NULL ? m->name : "-", m->context_length,
	    m->max_output_tokens, m->input);
}

static void
test_list(void **state)
{
	static const char page[] =
	    "{\"data\":[{\"type\":\"model\",\"id\":"
	    "\"claude-a\",\"display_name\":\"Claude A\",\"created_at\":"
	    "\"2025-01-01T00:00:00Z\"},{\"id\":\"claude-b\","
	    "\"max_input_tokens\":200000,\"max_tokens\":64000,"
	    "\"capabilities\":{\"image_input\":{\"supported\":false}}}],"
	    "\"has_more\":true,\"first_id\":\"claude-a\",\"last_id\":"
	    "\"claude-b\"}";
	struct provider_request out;
	struct buf list, after;

	(void)state;
	buf_init(&list, 1000);
	buf_init(&after, 1000);
	assert_int_equal(provider_list_read(&provider, page, sizeof(page) - 1,
			     add_model, &list, &after),
	    0);
	assert_string_equal(buf_str(&list),
	    "claude-a,Claude A,0,0,3;"
	    "claude-b,-,200000,64000,1;");
	assert_string_equal(buf_str(&after), "claude-b");
	assert_int_equal(provider_list_request(&provider, "a/b c", &out), 0);
	assert_string_equal(out.url,
	    "https://api.anthropic.com/v1/models"
	    "?limit=1000&after_id=a%2Fb%20c");
	assert_string_equal(out.headers[1],
	    "x-api-key: sk-ant-canary-0123456789");
	assert_string_equal(out.headers[2], "anthropic-version: 2023-06-01");
	provider_request_free(&out);
	buf_free(&list);
	buf_free(&after);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_stream),
		cmocka_unit_test(test_tools),
		cmocka_unit_test(test_stop_reasons),
		cmocka_unit_test(test_failures),
		cmocka_unit_test(test_wrong_types),
		cmocka_unit_test(test_requests),
		cmocka_unit_test(test_refused_requests),
		cmocka_unit_test(test_sampling_by_version),
		cmocka_unit_test(test_max_tokens_of_model),
		cmocka_unit_test(test_answer), cmocka_unit_test(test_list) };

	return cmocka_run_group_tests_name("provider_anthropic", tests, NULL,
	    NULL);
}
