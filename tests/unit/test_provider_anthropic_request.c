/* SPDX-License-Identifier: MIT */
/*
 * Anthropic's Messages API: requests, answers that are no streams, and lists of
 * models.
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
#include "provider_help.h"

static char new_version[] = "2026-10-21";

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
	/* An answer that was stopped before its first word. */
	{ ASK(USER ",{\"role\":\"assistant\",\"content\":\" \\n\"}," USER, ""),
	    "{\"model\":\"claude\",\"max_tokens\":8192,\"messages\":[{"
	    "\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":"
	    "\"hi\"},{\"type\":\"text\",\"text\":\"hi\"}]}]}" },
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
	    "\"f\",\"description\":\"d\",\"input_schema\":{\"type\":\"object\","
	    "\"properties\":{}}},{\"name\":\"g\",\"input_schema\":{\"type\":"
	    "\"object\"}}],"
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
		body = request_body(&anthropic_provider, &anthropic_model,
		    requests[i].request, &err);
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
		assert_null(request_body(&anthropic_provider, &anthropic_model,
		    refused[i][0], &err));
		assert_int_equal(err.status, 400);
		assert_string_equal(err.code, "invalid_request");
		assert_string_equal(err.param, refused[i][1]);
	}
}

/* Newer versions of the API refuse sampling parameters. */
static void
test_sampling_by_version(void **state)
{
	struct config_provider p = anthropic_provider;
	struct api_error err;
	char *body;

	(void)state;
	p.anthropic_version = new_version;
	body = request_body(&p, &anthropic_model,
	    ASK(USER,
		",\"temperature\":1,"
		"\"top_p\":1"),
	    &err);
	assert_non_null(body);
	assert_null(strstr(body, "temperature"));
	assert_null(strstr(body, "top_p"));
	free(body);
	assert_null(request_body(&p, &anthropic_model,
	    ASK(USER, ",\"temperature\":0.5"), &err));
	assert_string_equal(err.param, "temperature");
	assert_null(request_body(&p, &anthropic_model,
	    ASK(USER, ",\"top_p\":0.5"), &err));
	assert_null(request_body(&p, &anthropic_model,
	    ASK(USER, ",\"top_k\":5"), &err));
	body = request_body(&anthropic_provider, &anthropic_model,
	    ASK(USER, ",\"top_k\":5"), &err);
	assert_non_null(body);
	assert_non_null(strstr(body, "\"top_k\":5"));
	free(body);
}

static void
test_max_tokens_of_model(void **state)
{
	struct config_model m = { .id = anthropic_model.id,
		.max_output_tokens = 64000 };
	struct api_error err;
	char *body;

	(void)state;
	body = request_body(&anthropic_provider, &m, ASK(USER, ""), &err);
	assert_non_null(strstr(body, "\"max_tokens\":64000"));
	free(body);
	body = request_body(&anthropic_provider, &m,
	    ASK(USER, ",\"max_tokens\":7"), &err);
	assert_non_null(strstr(body, "\"max_tokens\":7"));
	free(body);
}

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
	assert_int_equal(read_whole(&anthropic_provider, "the-model", body,
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
	assert_int_equal(read_whole(&anthropic_provider, "m", error,
			     sizeof(error) - 1, &out, &u, &err),
	    -1);
	assert_string_equal(err.message, "x");
	assert_int_equal(read_whole(&anthropic_provider, "m", "{}", 2, &out, &u,
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
	assert_int_equal(provider_list_read(&anthropic_provider, page,
			     sizeof(page) - 1, add_model, &list, &after),
	    0);
	assert_string_equal(buf_str(&list),
	    "claude-a,Claude A,0,0,3;"
	    "claude-b,-,200000,64000,1;");
	assert_string_equal(buf_str(&after), "claude-b");
	assert_int_equal(provider_list_request(&anthropic_provider, "a/b c",
			     &out),
	    0);
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

/* What came with an answer goes back before its text; files are documents. */
static void
test_parts(void **state)
{
	static const char text[] =
	    "{\"model\":\"x\",\"seed\":5,\"messages\":[{\"role\":\"system\","
	    "\"content\":\"s\"},{\"role\":\"user\",\"content\":[{\"type\":"
	    "\"file\",\"file\":{\"filename\":\"a.pdf\",\"file_data\":"
	    "\"data:application/pdf;base64,AAAA\"}},{\"type\":\"image_url\","
	    "\"image_url\":{\"url\":\"data:image/jpg;base64,AAAA\"}},{\"type\":"
	    "\"text\",\"text\":\"q\",\"cache_control\":{\"type\":"
	    "\"ephemeral\",\"ttl\":\"1h\"}}]},{\"role\":\"assistant\","
	    "\"content\":\"a\",\"reasoning_details\":[{\"type\":"
	    "\"reasoning.encrypted\",\"data\":\"other\",\"format\":"
	    "\"openai-responses-v1\"},{\"type\":"
	    "\"reasoning.text\",\"text\":\"why\",\"signature\":\"sig\"},{"
	    "\"type\":\"reasoning.encrypted\",\"data\":\"enc\"}],"
	    "\"tool_calls\":[{\"id\":\"i\",\"type\":\"function\",\"function\":{"
	    "\"name\":\"f\",\"arguments\":\"{}\"}}]},{\"role\":\"tool\","
	    "\"tool_call_id\":\"i\",\"content\":[{\"type\":\"image_url\","
	    "\"image_url\":{\"url\":\"data:image/png;base64,BBBB\"}}]},{"
	    "\"role\":\"user\",\"content\":\"now\"}]}";
	struct config_provider p = anthropic_provider;
	struct api_error err;
	char *body;

	(void)state;
	body = request_body(&p, &anthropic_model, text, &err);
	assert_parts(body,
	    "{\"type\":\"document\",\"source\":{\"type\":\"base64\","
	    "\"media_type\":\"application/pdf\",\"data\":\"AAAA\"},"
	    "\"title\":\"a.pdf\"}|\"media_type\":\"image/jpeg\"|\"text\":\"q\","
	    "\"cache_control\":{\"type\":\"ephemeral\",\"ttl\":\"1h\"}}|{"
	    "\"type\":"
	    "\"thinking\",\"thinking\":\"why\",\"signature\":\"sig\"},{"
	    "\"type\":"
	    "\"redacted_thinking\",\"data\":\"enc\"},{\"type\":\"text\","
	    "\"text\":"
	    "\"a\"},{\"type\":\"tool_use\"|\"tool_result\"|\"BBBB\"|\"now\"");
	assert_null(strstr(body, "seed"));
	assert_null(strstr(body, "other"));
	free(body);
	p.cache = true;
	body = request_body(&p, &anthropic_model, text, &err);
	assert_parts(body,
	    "\"text\":\"s\",\"cache_control\":{\"type\":\"ephemeral\"}}|"
	    "\"BBBB\"|\"cache_control\":{\"type\":\"ephemeral\"}}|\"now\"}");
	free(body);
	assert_null(request_body(&p, &anthropic_model,
	    "{\"model\":\"x\",\"messages\":[{\"role\":\"user\",\"content\":[{"
	    "\"type\":\"input_audio\",\"input_audio\":{\"data\":\"AAAA\","
	    "\"format\":\"wav\"}}]}]}",
	    &err));
	assert_int_equal(err.status, 400);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_requests),
		cmocka_unit_test(test_refused_requests),
		cmocka_unit_test(test_sampling_by_version),
		cmocka_unit_test(test_max_tokens_of_model),
		cmocka_unit_test(test_answer),
		cmocka_unit_test(test_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
