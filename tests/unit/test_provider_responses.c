/* SPDX-License-Identifier: MIT */
/*
 * OpenAI's Responses API: requests. How its answers are read, streamed and
 * whole, is told by the wire forms that the integration tests play.
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
#include "provider/kind.h"
#include "provider_help.h"

static char base[] = "https://api.example", chat[] = "/responses",
	    name[] = "gpt", thinker[] = "gpt-5-mini";
static struct config_provider provider = { .kind = &provider_responses.config,
	.base_url = base,
	.chat_path = chat };
static struct config_model model = { .id = name, .input = INPUT_TEXT };

#define ASK(list, more) "{\"model\":\"x\",\"messages\":[" list "]" more "}"
#define USER "{\"role\":\"user\",\"content\":\"hi\"}"
#define HEAD "{\"model\":\"gpt\",\"store\":false"
#define ITEM                                                        \
	"{\"role\":\"user\",\"content\":[{\"type\":\"input_text\"," \
	"\"text\":\"hi\"}]}"
#define INPUT ",\"input\":[" ITEM "]}"

static const struct {
	const char *request, *want;
} requests[] = { { ASK(USER, ""), HEAD INPUT },
	{ ASK(USER,
	      ",\"stream\":true,\"max_tokens\":5,\"temperature\":0.5,"
	      "\"top_p\":0.9,\"user\":\"u\",\"n\":1,\"presence_penalty\":0,"
	      "\"logit_bias\":{},\"stop\":[]"),
	    HEAD ",\"stream\":true,\"max_output_tokens\":5,\"temperature\":0.5,"
		 "\"top_p\":0.9,\"user\":\"u\"" INPUT },
	{ ASK(USER, ",\"max_tokens\":5,\"max_completion_tokens\":7"),
	    HEAD ",\"max_output_tokens\":7" INPUT },
	/* Thoughts come back, since nothing is kept. */
	{ ASK(USER, ",\"reasoning_effort\":\"high\""),
	    HEAD ",\"reasoning\":{\"summary\":\"auto\",\"effort\":\"high\"},"
		 "\"include\":[\"reasoning.encrypted_content\"]" INPUT },
	{ ASK(USER, ",\"reasoning\":{\"effort\":\"low\"}"),
	    HEAD ",\"reasoning\":{\"effort\":\"low\"},"
		 "\"include\":[\"reasoning.encrypted_content\"]" INPUT },
	/* Forms of the answer. */
	{ ASK(USER,
	      ",\"response_format\":{\"type\":\"json_object\"},"
	      "\"verbosity\":\"low\""),
	    HEAD ",\"text\":{\"format\":{\"type\":\"json_object\"},"
		 "\"verbosity\":\"low\"}" INPUT },
	{ ASK(USER,
	      ",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":"
	      "{\"schema\":{\"type\":\"object\"},\"strict\":true}}"),
	    HEAD ",\"text\":{\"format\":{\"type\":\"json_schema\",\"name\":"
		 "\"answer\",\"schema\":{\"type\":\"object\"},\"strict\":true}"
		 "}" INPUT },
	/* Functions: flat, and strict only where that was asked for. */
	{ ASK(USER,
	      ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\","
	      "\"description\":\"d\",\"parameters\":{\"type\":\"object\"}}},"
	      "{\"type\":\"function\",\"function\":{\"name\":\"g\",\"strict\":"
	      "true}}],\"tool_choice\":{\"type\":\"function\",\"function\":{"
	      "\"name\":\"g\"}},\"parallel_tool_calls\":false"),
	    HEAD ",\"tools\":[{\"type\":\"function\",\"name\":\"f\","
		 "\"description\":\"d\",\"parameters\":{\"type\":\"object\","
		 "\"properties\":{}},\"strict\":false},{\"type\":\"function\","
		 "\"name\":\"g\","
		 "\"parameters\":{\"type\":\"object\",\"properties\":{}},"
		 "\"strict\":true}],\"tool_choice\":{\"type\":\"function\","
		 "\"name\":\"g\"},\"parallel_tool_calls\":false" INPUT },
	/* A round of tools: thoughts, text, call, result. Those of another
	 * provider stay behind. */
	{ ASK(USER ",{\"role\":\"assistant\",\"content\":\"look\","
		   "\"reasoning_details\":[{\"type\":\"reasoning.encrypted\","
		   "\"data\":\"gAAA\",\"id\":\"rs_1\",\"format\":"
		   "\"openai-responses-v1\",\"index\":0},{\"type\":"
		   "\"reasoning.text\",\"text\":\"t\",\"signature\":\"s\","
		   "\"format\":\"anthropic-claude-v1\"}],\"content_parts\":[{"
		   "\"type\":\"web_search_call\",\"id\":\"ws_1\"}],"
		   "\"tool_calls\":[{\"id\":\"c\",\"type\":\"function\","
		   "\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]},"
		   "{\"role\":\"tool\",\"tool_call_id\":\"c\",\"content\":"
		   "\"r\"}",
	      ""),
	    HEAD
	    ",\"input\":[" ITEM
	    ",{\"type\":\"reasoning\",\"id\":\"rs_1\",\"summary\":[],"
	    "\"encrypted_content\":\"gAAA\"},{\"type\":\"web_search_call\","
	    "\"id\":\"ws_1\"},{\"role\":\"assistant\",\"content\":[{"
	    "\"type\":\"output_text\",\"text\":\"look\"}]},{\"type\":"
	    "\"function_call\",\"call_id\":\"c\",\"name\":\"f\","
	    "\"arguments\":\"{}\"},{\"type\":\"function_call_output\","
	    "\"call_id\":\"c\",\"output\":\"r\"}]}" },
	{ ASK("{\"role\":\"tool\",\"tool_call_id\":\"c\",\"content\":[{"
	      "\"type\":\"text\",\"text\":\"a\"},{\"type\":\"image_url\","
	      "\"image_url\":{\"url\":\"data:image/png;base64,AAAA\"}}]}",
	      ""),
	    HEAD ",\"input\":[{\"type\":\"function_call_output\",\"call_id\":"
		 "\"c\",\"output\":[{\"type\":\"input_text\",\"text\":\"a\"},"
		 "{\"type\":\"input_image\",\"image_url\":"
		 "\"data:image/png;base64,AAAA\"}]}]}" },
	/* Roles stay where they are; an empty answer is no item. */
	{ ASK("{\"role\":\"system\",\"content\":\"s\"},{\"role\":\"developer\","
	      "\"content\":\"d\"}," USER ",{\"role\":\"assistant\",\"content\":"
	      "\"\"},{\"role\":\"assistant\",\"content\":[{\"type\":"
	      "\"refusal\","
	      "\"refusal\":\"no\"}]}",
	      ""),
	    HEAD ",\"input\":[{\"role\":\"system\",\"content\":[{\"type\":"
		 "\"input_text\",\"text\":\"s\"}]},{\"role\":\"developer\","
		 "\"content\":[{\"type\":\"input_text\",\"text\":\"d\"}]}," ITEM
		 ",{\"role\":\"assistant\",\"content\":[{\"type\":\"refusal\","
		 "\"refusal\":\"no\"}]}]}" },
	/* Pictures, files and sound. */
	{ ASK("{\"role\":\"user\",\"content\":[{\"type\":\"image_url\","
	      "\"image_url\":{\"url\":\"https://h/x.png\",\"detail\":\"low\"}},"
	      "{\"type\":\"file\",\"file\":{\"filename\":\"a.pdf\","
	      "\"file_data\":\"data:application/pdf;base64,AAAA\"}},"
	      "{\"type\":\"file\",\"file\":{\"file_data\":\"AAAA\"}},"
	      "{\"type\":\"input_audio\",\"input_audio\":{\"data\":\"AAAA\","
	      "\"format\":\"wav\"}}]}",
	      ""),
	    HEAD ",\"input\":[{\"role\":\"user\",\"content\":[{\"type\":"
		 "\"input_image\",\"image_url\":\"https://h/x.png\",\"detail\":"
		 "\"low\"},{\"type\":\"input_file\",\"filename\":\"a.pdf\","
		 "\"file_data\":\"data:application/pdf;base64,AAAA\"},"
		 "{\"type\":\"input_file\",\"filename\":\"file.pdf\","
		 "\"file_data\":\"data:application/pdf;base64,AAAA\"},"
		 "{\"type\":\"input_audio\",\"input_audio\":{\"data\":\"AAAA\","
		 "\"format\":\"wav\"}}]}]}" } };

/* Parses and builds; 0, or -1 with err. */
static int
build(const struct config_provider *p, const struct config_model *m,
    const char *text, struct provider_request *out, struct api_error *err)
{
	static const struct config_limits limits = { .json_depth = 32,
		.messages = 8 };
	struct chat_request *r =
	    chat_request_parse(text, strlen(text), &limits, err);
	int rc;

	assert_non_null(r);
	rc = provider_chat_request(p, m, r, out, err);
	if (rc == 0)
		assert_int_equal(json_check(out->body.data, out->body.len, 32,
				     NULL),
		    JSON_OK);
	chat_request_free(r);
	return rc;
}

static void
test_requests(void **state)
{
	struct provider_request out;
	struct api_error err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		assert_int_equal(build(&provider, &model, requests[i].request,
				     &out, &err),
		    0);
		assert_string_equal(buf_str(&out.body), requests[i].want);
		assert_string_equal(out.url, "https://api.example/responses");
		provider_request_free(&out);
	}
}

/* Models that think are asked for their thoughts unasked; others would refuse. */
static void
test_thinking_models(void **state)
{
	static const struct {
		const char *id;
		bool thinks;
	} cases[] = { { "o3", true }, { "o4-mini-2025-04-16", true },
		{ "gpt-5", true }, { "openai/gpt-5.1", true },
		{ "gpt-5-chat-latest", false }, { "gpt-oss-120b", true },
		{ "codex-mini-latest", true }, { "gpt-4.1", false },
		{ "omni", false } };
	struct config_model m = model;
	struct provider_request out;
	struct api_error err;
	char id[64];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)snprintf(id, sizeof(id), "%s", cases[i].id);
		m.id = thinker;
		m.upstream = id;
		assert_int_equal(build(&provider, &m, ASK(USER, ""), &out,
				     &err),
		    0);
		assert_int_equal(strstr(buf_str(&out.body),
				     "encrypted_content") != NULL,
		    cases[i].thinks);
		provider_request_free(&out);
	}
}

static void
test_refused(void **state)
{
	static const struct {
		const char *request, *param;
	} cases[] = { { ASK(USER, ",\"stop\":\"x\""), "stop" },
		{ ASK(USER, ",\"n\":2"), "n" },
		{ ASK(USER, ",\"presence_penalty\":1"), "presence_penalty" },
		{ ASK(USER, ",\"logprobs\":true"), "logprobs" },
		{ ASK(USER, ",\"response_format\":{\"type\":\"grammar\"}"),
		    "response_format.type" },
		{ ASK("{\"role\":\"assistant\",\"content\":\"\"}", ""),
		    "messages" },
		{ ASK("{\"role\":\"user\",\"content\":[{\"type\":\"video_url\","
		      "\"video_url\":{\"url\":\"https://h/v\"}}]}",
		      ""),
		    "messages" } };
	struct provider_request out;
	struct api_error err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(build(&provider, &model, cases[i].request,
				     &out, &err),
		    -1);
		assert_int_equal(err.status, 400);
		assert_string_equal(err.param, cases[i].param);
	}
}

/* The provider's own tools cost money and reach elsewhere: by leave only. */
static void
test_tools_of_the_provider(void **state)
{
	static const struct config_kind *const kinds[] = {
		&provider_openai.config, &provider_responses.config,
		&provider_anthropic.config
	};
	static char search[] = "web_search", version[] = "2023-06-01";
	static const char ask[] = ASK(USER,
	    ",\"tools\":[{\"type\":\"web_search_20250305\",\"name\":\"s\"},"
	    "{\"type\":\"web_search\"},{\"type\":\"mcp\",\"server_url\":"
	    "\"https://h\"},{\"type\":\"web_search_preview\"}]");
	struct config_provider p = provider;
	struct provider_request out;
	struct api_error err;
	size_t i;

	(void)state;
	p.anthropic_version = version;
	for (i = 0; i < 2 * sizeof(kinds) / sizeof(kinds[0]); i++) {
		bool leave = i % 2 == 1;

		p.kind = kinds[i / 2];
		p.allow.words[0] = search;
		p.allow.n = leave ? 1 : 0;
		assert_int_equal(build(&p, &model, ask, &out, &err), 0);
		assert_null(strstr(buf_str(&out.body), "mcp"));
		assert_null(strstr(buf_str(&out.body), "preview"));
		assert_int_equal(strstr(buf_str(&out.body), "\"web_search\"") !=
			NULL,
		    leave);
		assert_int_equal(strstr(buf_str(&out.body),
				     "web_search_20250305") != NULL,
		    leave);
		assert_int_equal(strstr(buf_str(&out.body), "\"tools\"") !=
			NULL,
		    leave);
		assert_string_equal(buf_str(&out.ignored),
		    leave ? "tools.mcp, tools.web_search_preview"
			  : "tools.web_search_20250305, tools.web_search, "
			    "tools.mcp, tools.web_search_preview");
		provider_request_free(&out);
	}
}

/* What would keep data there passes under no name and with no leave. */
static void
test_nothing_is_kept(void **state)
{
	static char names[][24] = { "store", "background", "conversation",
		"previous_response_id", "metadata" };
	struct config_provider p = provider;
	struct provider_request out;
	struct api_error err;

	(void)state;
	for (p.allow.n = 0; p.allow.n < 5; p.allow.n++)
		p.allow.words[p.allow.n] = names[p.allow.n];
	assert_int_equal(build(&p, &model,
			     ASK(USER,
				 ",\"store\":true,\"background\":true,"
				 "\"conversation\":\"c\",\"previous_response_"
				 "id\":\"r\","
				 "\"metadata\":{\"a\":\"b\"}"),
			     &out, &err),
	    0);
	assert_string_equal(buf_str(&out.body),
	    HEAD ",\"metadata\":{\"a\":\"b\"}" INPUT);
	provider_request_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_requests),
		cmocka_unit_test(test_thinking_models),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_tools_of_the_provider),
		cmocka_unit_test(test_nothing_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
