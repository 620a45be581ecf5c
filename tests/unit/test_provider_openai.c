/* SPDX-License-Identifier: MIT */
/*
 * Streams, answers, errors and lists in the shapes that OpenAI and those that
 * are compatible with it send.
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
#include "confab/provider_kind.h"
#include "provider_help.h"

static char base[] = "https://api.internal.example/v1";
static char key[] = "sk-canary-0123456789";
static char header[] = "Authorization", prefix[] = "Bearer ";
static char chat[] = "/chat/completions", models[] = "/models";
static char limit[] = "max_tokens", limit2[] = "max_completion_tokens";
static char extra[] = "X-Title: confab";

static struct config_provider provider = { .kind = PROVIDER_OPENAI,
	.base_url = base,
	.api_key = key,
	.key_header = header,
	.key_prefix = prefix,
	.chat_path = chat,
	.models_path = models,
	.token_limit_field = limit,
	.include_usage = true,
	.require_done = true,
	.headers = { extra },
	.n_headers = 1 };

static char id[] = "gpt", upstream[] = "gpt-up";
static struct config_model model = { .id = id,
	.upstream = upstream,
	.input = INPUT_TEXT };

#define RUN(run, text, usage) \
	run_stream(&(run), &provider, text, strlen(text), usage)

#define HEAD                                                   \
	"{\"id\":\"c1\",\"object\":\"chat.completion.chunk\"," \
	"\"created\":17,\"model\":\"gpt-4o\",\"system_fingerprint\":\"f\","
#define CHOICE(delta, finish)                        \
	"\"choices\":[{\"index\":0,\"delta\":" delta \
	",\"logprobs\":null,\"finish_reason\":" finish "}]"
#define DATA(json) "data: " json "\n\n"
#define DONE "data: [DONE]\n\n"
#define TEXT(s) DATA(HEAD CHOICE("{\"content\":\"" s "\"}", "null") "}")
#define STOP DATA(HEAD CHOICE("{}", "\"stop\"") "}")

/* ---- Streams that go well ---- */

static const char openai_stream[] =
    DATA(HEAD CHOICE("{\"role\":\"assistant\",\"content\":\"\","
		     "\"refusal\":null}",
	"null") ",\"usage\":null,\"obfuscation\":\"x\"}")
	DATA(HEAD CHOICE("{\"content\":\"Hi \\\"you\\\\\"}",
	    "null") ",\"usage\":null}")
	    DATA(HEAD CHOICE("{}", "\"stop\"") ",\"usage\":null}") DATA(
		HEAD "\"choices\":[],\"usage\":{\"prompt_tokens\":9,"
		     "\"completion_tokens\":12,\"total_tokens\":21,"
		     "\"prompt_tokens_details\":{\"cached_tokens\":4},"
		     "\"completion_tokens_details\":{\"reasoning_tokens\":3}}}")
		DONE;

static void
test_openai(void **state)
{
	struct run run = { .refuse_after = -1 };

	(void)state;
	RUN(run, openai_stream, false);
	assert_int_equal(run.result, PROVIDER_DONE);
	assert_int_equal(run.usage.prompt, 9);
	assert_int_equal(run.usage.completion, 12);
	assert_int_equal(run.usage.cached, 4);
	assert_int_equal(run.usage.reasoning, 3);
	/* As they came, unknown members and all; no usage chunk. */
	assert_parts(run.out.data,
	    "{\"id\":\"c1\"|\"obfuscation\":\"x\"}\n!{"
	    "|\"Hi \\\"you\\\\\"}|\n{|\"stop\"");
	assert_null(strstr(run.out.data, "prompt_tokens"));
	run_free(&run);
	RUN(run, openai_stream, true);
	assert_parts(run.out.data,
	    "\"stop\"|\"choices\":[],\"usage\":"
	    "{\"prompt_tokens\":9|\"reasoning_tokens\":3}}}\n");
	run_free(&run);
}

/* What is plain passes byte for byte. */
static void
test_verbatim(void **state)
{
	static const char *const chunks[] = { HEAD CHOICE("{\"content\":\"a\"}",
						  "null") "}",
		HEAD CHOICE("{\"content\":\"\\u00e9\xc3\xa9\"}", "null") "}",
		HEAD CHOICE("{\"content\":null,\"tool_calls\":[{\"index\":0,"
			    "\"id\":\"x\",\"type\":\"function\",\"function\":{"
			    "\"name\":"
			    "\"f\",\"arguments\":\"\"}}]}",
		    "null") "}",
		HEAD CHOICE("{\"reasoning_content\":\"hm\"}",
		    "null") ",\"new_member\":{\"choices\":[1,{\"usage\":5}]}}",
		"{ \"choices\" : [ {\"delta\" : {\"content\" : \"x\" } } ]}" };
	struct run run = { .refuse_after = -1 };
	char stream[1024], want[1024];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(chunks) / sizeof(chunks[0]); i++) {
		snprintf(stream, sizeof(stream), "data: %s\n\n" DONE,
		    chunks[i]);
		snprintf(want, sizeof(want), "!%s\n", chunks[i]);
		RUN(run, stream, false);
		assert_int_equal(run.result, PROVIDER_DONE);
		assert_string_equal(run.out.data, want);
		run_free(&run);
	}
}

/* Events like the one before, and what only looks like one. */
static void
test_alike(void **state)
{
	struct run run = { .refuse_after = -1 };

	(void)state;
	RUN(run,
	    TEXT("one") TEXT("\\\"two\\\"") TEXT("") TEXT("th\xff"
							  "ree") TEXT("\\u0000")
		TEXT("\\u00e9")
		    TEXT("\"},\"finish_reason\":\"stop\",\"x\":{\"y\":\"") DATA(
			HEAD CHOICE("{\"content\":\"four\"}", "\"length\"") "}")
			DONE,
	    false);
	assert_int_equal(run.result, PROVIDER_DONE);
	assert_parts(run.out.data,
	    "!|\"one\"|!|\"\\\"two\\\"\"|\n{|\"\"|!|"
	    "th\xef\xbf\xbdree|!|\xef\xbf\xbd|!|\\u00e9|\n{|\"stop\"|!|four|"
	    "\"length\"");
	run_free(&run);
#define THOUGHT(s)                                                     \
	DATA(HEAD CHOICE("{\"content\":\"\",\"reasoning\":\"" s "\"}", \
	    "null") "}")
	RUN(run, THOUGHT("a") THOUGHT("b\\n") TEXT("c") THOUGHT("d") DONE,
	    false);
	assert_int_equal(run.result, PROVIDER_DONE);
	assert_parts(run.out.data,
	    "!|\"reasoning_content\":\"a\"|!|"
	    "\"reasoning_content\":\"b\\n\"|!|\"content\":\"c\"|!|"
	    "\"reasoning_content\":\"d\"");
	assert_null(strstr(run.out.data, "\"reasoning\""));
	run_free(&run);
	/* Padding that differs each time ends the learning, not the stream. */
	{
		struct buf stream;
		int i;

		buf_init(&stream, 1 << 20);
		for (i = 0; i < 50; i++)
			buf_printf(&stream,
			    "data: {\"choices\":[{\"delta\":{"
			    "\"content\":\"%d\"}}],\"pad\":\"%d\"}\n\n",
			    i, i);
		buf_puts(&stream, DONE);
		RUN(run, buf_str(&stream), false);
		assert_int_equal(run.result, PROVIDER_DONE);
		assert_parts(run.out.data,
		    "\"0\"|\"25\"|\"49\"}}],\"pad\":"
		    "\"49\"}");
		run_free(&run);
		buf_free(&stream);
	}
}

static void
test_azure(void **state)
{
	struct run run = { .refuse_after = -1 };

	(void)state;
	RUN(run,
	    DATA("{\"choices\":[],\"created\":0,\"id\":\"\",\"model\":"
		 "\"\",\"object\":\"\",\"prompt_filter_results\":[{"
		 "\"prompt_index\":0,\"content_filter_results\":{}}]}")
		DATA(
		    "{\"choices\":[{\"content_filter_results\":{},\"delta\":"
		    "{\"content\":\"ok\"},\"finish_reason\":null,\"index\":0}],"
		    "\"id\":\"a\",\"object\":\"chat.completion.chunk\"}")
		    DATA("{\"choices\":[{\"content_filter_offsets\":{},"
			 "\"finish_reason\":null,\"index\":0}],\"id\":\"\"}")
			STOP DONE,
	    false);
	assert_int_equal(run.result, PROVIDER_DONE);
	assert_null(strstr(run.out.data, "prompt_filter"));
	assert_parts(run.out.data,
	    "!{|\"ok\"|\n{|content_filter_offsets|"
	    "\"delta\":{}|\n{|\"stop\"");
	run_free(&run);
}

/* Reasoning under each name it has. */
static void
test_reasoning(void **state)
{
	static const char *const deltas[] = {
		"{\"reasoning_content\":\"why\"}",	    /* DeepSeek */
		"{\"content\":\"\",\"reasoning\":\"why\"}", /* Ollama */
		"{\"reasoning\":\"why\",\"reasoning_content\":null}", /* vLLM */
		"{\"content\":\"\",\"reasoning\":\"why\",\"reasoning_details\":"
		"[{\"type\":\"reasoning.text\",\"text\":\"why\"}]}",
		"{\"reasoning_details\":[{\"type\":\"reasoning.summary\","
		"\"summary\":\"w\"},{\"text\":\"hy\"}]}",
		"{\"thinking\":\"why\"}",
		"{\"content\":[{\"type\":\"thinking\",\"thinking\":"
		"[{\"type\":\"text\",\"text\":\"why\"}]}]}" /* Mistral */
	};
	struct run run = { .refuse_after = -1 };
	char stream[1024];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(deltas) / sizeof(deltas[0]); i++) {
		snprintf(stream, sizeof(stream),
		    "data: {\"choices\":"
		    "[{\"delta\":%s}]}\n\n" DONE,
		    deltas[i]);
		RUN(run, stream, false);
		assert_int_equal(run.result, PROVIDER_DONE);
		assert_parts(run.out.data, "!{|\"reasoning_content\":\"why\"");
		assert_null(strstr(run.out.data, "\"reasoning\""));
		assert_null(strstr(run.out.data, "reasoning_details"));
		assert_null(strstr(run.out.data, "\"thinking\""));
		run_free(&run);
	}
	RUN(run,
	    DATA("{\"choices\":[{\"delta\":{\"content\":[{\"type\":"
		 "\"text\",\"text\":\"so\"}]}}]}") DONE,
	    false);
	assert_parts(run.out.data, "!{|\"content\":\"so\"");
	run_free(&run);
}

/* Usage wherever it stands, once, at the end. */
static void
test_usage(void **state)
{
	static const char *const ends[] = {
		/* llama.cpp, OpenRouter: with the finish reason */
		DATA(HEAD CHOICE("{}", "\"stop\"") ",\"usage\":{"
						   "\"prompt_tokens\":5,"
						   "\"completion_tokens\":7}}"),
		/* Groq: under x_groq, and once more when asked for */
		DATA(HEAD CHOICE("{}",
		    "\"stop\"") ",\"x_groq\":{\"id\":\"r\","
				"\"usage\":{\"prompt_tokens\":5,\"completion_"
				"tokens\":7}}}")
		    DATA(HEAD "\"choices\":[],\"usage\":{\"prompt_tokens\":5,"
			      "\"completion_tokens\":7}}"),
		/* Moonshot: in the choice */
		DATA(HEAD
		    "\"choices\":[{\"index\":0,\"delta\":{},"
		    "\"finish_reason\":\"stop\",\"usage\":{\"prompt_tokens\":5,"
		    "\"completion_tokens\":7}}]}"),
		/* vLLM, xAI: in every chunk, growing */
		DATA(HEAD CHOICE("{\"content\":\"a\"}",
		    "null") ",\"usage\":"
			    "{\"prompt_tokens\":5,\"completion_tokens\":1}}")
		    DATA(HEAD CHOICE("{\"content\":\"b\"}",
			"\"stop\"") ",\"usage\":{\"prompt_tokens\":5,"
				    "\"completion_tokens\":7}}"),
		/* of other names */
		STOP DATA("{\"choices\":[],\"usage\":{\"input_tokens\":5,"
			  "\"output_tokens\":7}}")
	};
	struct run run = { .refuse_after = -1 };
	char stream[2048];
	const char *at;
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		snprintf(stream, sizeof(stream), "%s%s" DONE, TEXT("x"),
		    ends[i]);
		RUN(run, stream, true);
		assert_int_equal(run.result, PROVIDER_DONE);
		assert_int_equal(run.usage.prompt, 5);
		assert_int_equal(run.usage.completion, 7);
		n = 0;
		for (at = run.out.data;
		     (at = strstr(at, "\"prompt_tokens\":5")) != NULL; at++)
			n++;
		assert_int_equal(n, 1);
		assert_parts(run.out.data,
		    "\"stop\"|\"choices\":[],\"usage\":"
		    "|\"completion_tokens\":7");
		run_free(&run);
		RUN(run, stream, false);
		assert_null(strstr(run.out.data, "usage"));
		assert_int_equal(run.usage.completion, 7);
		run_free(&run);
	}
	/* Nonsense does not count. */
	RUN(run,
	    TEXT("x") DATA("{\"choices\":[],\"usage\":{\"prompt_tokens\":"
			   "-5,\"completion_tokens\":\"7\"}}") DONE,
	    true);
	assert_int_equal(run.usage.prompt + run.usage.completion, 0);
	run_free(&run);
}

static void
test_odd_but_good(void **state)
{
	struct run run = { .refuse_after = -1 };

	(void)state;
	/* OpenRouter's comments; blanks around the marker; CRLF; many lines. */
	RUN(run,
	    ": OPENROUTER PROCESSING\n\n" TEXT(
		"a") "data: {\"choices\":\ndata: "
		     "[{\"delta\":{\"content\":\ndata:"
		     "\"b\"}}]}\n\n"
		     "data:   [DONE]  \n\n" TEXT("late"),
	    false);
	assert_int_equal(run.result, PROVIDER_DONE);
	assert_parts(run.out.data, "!|\"a\"|!|\"b\"");
	assert_null(strstr(run.out.data, "late"));
	run_free(&run);
	/* llama.cpp: null content first, the last blank line missing. */
	RUN(run,
	    DATA("{\"choices\":[{\"finish_reason\":null,\"index\":0,"
		 "\"delta\":{\"role\":\"assistant\",\"content\":null}}],"
		 "\"object\":\"chat.completion.chunk\"}") TEXT("a") STOP
	    "data: [DONE]",
	    false);
	assert_int_equal(run.result, PROVIDER_DONE);
	run_free(&run);
	/* Unknown events, empty data. */
	RUN(run, "event: keepalive\ndata: {}\n\ndata:\n\n" TEXT("a") DONE,
	    false);
	assert_int_equal(run.result, PROVIDER_DONE);
	run_free(&run);
	/* An empty delta, none, a message, a text. */
	RUN(run,
	    DATA("{\"choices\":[{\"delta\":null}]}")
		DATA("{\"choices\":[{\"message\":{\"content\":\"m\"}}]}")
		    DATA("{\"choices\":[{\"text\":\"t\"}]}") DONE,
	    false);
	assert_parts(run.out.data,
	    "\"delta\":{}|!|\"delta\":{\"content\":"
	    "\"m\"}|!|\"delta\":{\"content\":\"t\"}");
	run_free(&run);
	/* Finish reasons of others. */
	RUN(run,
	    DATA("{\"choices\":[{\"delta\":{},\"finish_reason\":"
		 "\"eos_token\"}]}")
		DATA("{\"choices\":[{\"delta\":{},"
		     "\"finish_reason\":\"function_call\"}]}")
		    DATA("{\"choices\":"
			 "[{\"delta\":{},\"finish_reason\":\"max_tokens\"}]}")
			DONE,
	    false);
	assert_parts(run.out.data, "\"stop\"|\"tool_calls\"|\"length\"");
	run_free(&run);
}

static void
test_repair(void **state)
{
	struct run run = { .refuse_after = -1 };

	(void)state;
	RUN(run,
	    TEXT("a\xff"
		 "b") TEXT("c\\u0000d") TEXT("e\xe2\x82") DONE,
	    false);
	assert_int_equal(run.result, PROVIDER_DONE);
	assert_parts(run.out.data,
	    "a\xef\xbf\xbd"
	    "b|c\xef\xbf\xbd"
	    "d|"
	    "e\xef\xbf\xbd\"");
	run_free(&run);
}

/* ---- Streams that go wrong ---- */

static const struct {
	const char *tail;
	int status;
	const char *code, *message;
} failures[] = { { "", 502, "upstream_closed", "before it was complete" },
	{ STOP, 502, "upstream_closed", "" },
	{ DATA("{\"error\":{\"message\":\"The server had an error\",\"type\":"
	       "\"server_error\",\"param\":null,\"code\":null}}"),
	    502, "upstream_error", "The server had an error" },
	{ DATA("{\"error\":\"model runner has stopped\"}"), 502,
	    "upstream_error", "model runner has stopped" },
	{ DATA("{\"error\":429}"), 429, "upstream_rate_limited", "" },
	{ DATA("{\"error\":true,\"message\":\"oops\"}"), 502, "upstream_error",
	    "oops" },
	{ DATA("{\"id\":\"g\",\"object\":\"chat.completion.chunk\","
	       "\"error\":{\"code\":502,\"message\":\"Provider returned "
	       "error\"},"
	       "\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\"},"
	       "\"finish_reason\":\"error\"}]}"),
	    502, "upstream_error", "Provider returned error" },
	{ DATA("{\"choices\":[{\"delta\":{},\"finish_reason\":\"error\"}]}"),
	    502, "upstream_error", "" },
	{ DATA("{\"choices\":[{\"delta\":{\"content\":\"\"},\"error\":"
	       "{\"message\":\"choice\"}}]}"),
	    502, "upstream_error", "choice" },
	{ DATA("{\"choices\":[],\"x_groq\":{\"error\":\"over capacity\"}}"),
	    502, "upstream_error", "over capacity" },
	{ DATA("{\"object\":\"error\",\"message\":\"vllm\",\"type\":"
	       "\"BadRequestError\",\"code\":400}"),
	    400, "invalid_request", "vllm" },
	{ "event: error\n" DATA("{\"message\":\"named\"}"), 502,
	    "upstream_error", "named" },
	{ DATA("{\"error\":{\"code\":402,\"message\":\"Insufficient "
	       "credits\"}}"),
	    429, "insufficient_quota", "Insufficient credits" },
	{ DATA("{\"error\":{\"code\":\"insufficient_quota\",\"message\":"
	       "\"q\"}}"),
	    429, "insufficient_quota", "q" },
	{ DATA("{\"error\":{\"type\":\"rate_limit_error\",\"message\":"
	       "\"slow\"}}"),
	    429, "upstream_rate_limited", "slow" },
	{ DATA("{\"error\":{\"code\":\"content_filter\",\"message\":"
	       "\"no\"}}"),
	    400, "content_filter", "no" },
	{ DATA("{\"error\":{\"code\":\"invalid_api_key\",\"message\":"
	       "\"Incorrect API key provided: sk-canary-0123456789.\"}}"),
	    502, "upstream_auth", "refuses this site's key" },
	{ DATA("{\"error\":{\"message\":\"This model's maximum context length "
	       "is 8192 tokens\"}}"),
	    400, "context_length_exceeded", "8192" },
	{ DATA("[{\"error\":{\"code\":503,\"message\":\"google\"}}]"), 502,
	    "upstream_error", "google" },
	{ DATA("{\"choices\":"), 502, "upstream_invalid", "no JSON" },
	{ DATA("hello"), 502, "upstream_invalid", "no JSON" },
	{ DATA("5"), 502, "upstream_invalid", "no object" },
	{ DATA("null"), 502, "upstream_invalid", "no object" },
	{ DATA("[]"), 502, "upstream_invalid", "no object" },
	{ DATA("[1, 2]"), 502, "upstream_invalid", "no object" },
	{ DATA("{\"choices\":[{\"delta\":{\"content\":NaN}}]}"), 502,
	    "upstream_invalid", "" } };

static void
test_failures(void **state)
{
	struct run run = { .refuse_after = -1 };
	char stream[2048];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
		snprintf(stream, sizeof(stream), "%s%s", TEXT("kept"),
		    failures[i].tail);
		RUN(run, stream, true);
		if (run.result != PROVIDER_FAILED ||
		    run.err.status != failures[i].status ||
		    strcmp(run.err.code, failures[i].code) != 0 ||
		    strstr(run.err.message, failures[i].message) == NULL)
			fail_msg("%s: %d %s %s", failures[i].tail,
			    run.err.status, run.err.code, run.err.message);
		assert_parts(run.out.data, "!|kept");
		assert_null(strstr(run.err.message, "canary"));
		run_free(&run);
	}
}

/* An event of a text in which every "%s" is replaced, and the marker. */
static void
put_in(struct buf *out, const char *text, const char *value)
{
	const char *at;

	buf_reset(out);
	buf_puts(out, "data: ");
	while ((at = strstr(text, "%s")) != NULL) {
		buf_append(out, text, (size_t)(at - text));
		buf_puts(out, value);
		text = at + 2;
	}
	buf_puts(out, text);
	buf_puts(out, "\n\n" DONE);
}

/* Wrong types everywhere are survived, one way or the other. */
static void
test_wrong_types(void **state)
{
	static const char *const values[] = { "null", "5", "-1.5", "\"s\"",
		"true", "[]", "{}", "[null]", "[[]]", "{\"a\":{}}" };
	static const char *const places[] = { "{\"choices\":%s}",
		"{\"choices\":[%s]}", "{\"choices\":[{\"delta\":%s}]}",
		"{\"choices\":[{\"delta\":{\"content\":%s}}]}",
		"{\"choices\":[{\"delta\":{\"reasoning\":%s}}]}",
		"{\"choices\":[{\"delta\":{\"reasoning_details\":%s}}]}",
		"{\"choices\":[{\"delta\":{\"reasoning_content\":%s}}]}",
		"{\"choices\":[{\"delta\":{\"tool_calls\":%s}}]}",
		"{\"choices\":[{\"delta\":{},\"finish_reason\":%s}]}",
		"{\"choices\":[{\"error\":%s}]}", "{\"usage\":%s}",
		"{\"choices\":[{\"usage\":%s}]}",
		"{\"usage\":{\"completion_tokens_details\":%s}}",
		"{\"x_groq\":%s}", "{\"x_groq\":{\"usage\":%s}}",
		"{\"error\":%s}", "{\"error\":{\"message\":%s}}",
		"{\"error\":{\"message\":\"m\",\"code\":%s,\"type\":%s}}",
		"{\"object\":%s,\"id\":%s,\"choices\":[],\"usage\":{}}", "%s" };
	struct run run = { .refuse_after = -1 };
	struct buf stream;
	size_t i, k;

	(void)state;
	buf_init(&stream, 1024);
	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		for (k = 0; k < sizeof(values) / sizeof(values[0]); k++) {
			put_in(&stream, places[i], values[k]);
			RUN(run, buf_str(&stream), true);
			assert_true(run.result == PROVIDER_DONE ||
			    run.result == PROVIDER_FAILED);
			run_free(&run);
		}
	}
	buf_free(&stream);
}

static void
test_no_marker_needed(void **state)
{
	struct config_provider p = provider;
	struct run run = { .refuse_after = -1 };
	const char *stream = TEXT("a")
	    STOP DATA("{\"choices\":[],\"usage\":"
		      "{\"prompt_tokens\":1,\"completion_tokens\":2}}");

	(void)state;
	p.require_done = false;
	run_stream(&run, &p, stream, strlen(stream), true);
	assert_int_equal(run.result, PROVIDER_DONE);
	assert_parts(run.out.data, "\"stop\"|\"completion_tokens\":2");
	run_free(&run);
	stream = TEXT("a");
	run_stream(&run, &p, stream, strlen(stream), true);
	assert_int_equal(run.result, PROVIDER_FAILED);
	run_free(&run);
}

static void
test_emit_refuses(void **state)
{
	struct run run;
	int i;

	(void)state;
	for (i = 0; i < 4; i++) {
		run.refuse_after = i;
		RUN(run, openai_stream, true);
		assert_int_equal(run.result, PROVIDER_FAILED);
		assert_string_equal(run.err.code, "internal_error");
		run_free(&run);
	}
}

/* ---- Requests ---- */

static void
test_request(void **state)
{
	static const struct config_limits limits = { .json_depth = 64,
		.messages = 100 };
	static const char text[] =
	    "{\"model\":\"x\",\"stream\":true,"
	    "\"stream_options\":{\"include_usage\":false},\"temperature\":0.5,"
	    "\"top_p\":null,\"max_completion_tokens\":7,\"seed\":1,"
	    "\"messages\":[{\"role\":\"user\",\"content\":\"h\xc3\xa9\\n\"}],"
	    "\"extra\":[1]}";
	struct provider_request out;
	struct chat_request *r;
	struct api_error err;

	(void)state;
	r = chat_request_parse(text, sizeof(text) - 1, &limits, &err);
	assert_non_null(r);
	assert_int_equal(provider_chat_request(&provider, &model, r, &out,
			     &err),
	    0);
	assert_string_equal(out.url,
	    "https://api.internal.example/v1/chat/completions");
	assert_string_equal(buf_str(&out.body),
	    "{\"model\":\"gpt-up\","
	    "\"temperature\":0.5,\"seed\":1,\"messages\":[{\"role\":\"user\","
	    "\"content\":\"h\xc3\xa9\\n\"}],\"extra\":[1],\"max_tokens\":7,"
	    "\"stream\":true,\"stream_options\":{\"include_usage\":true}}");
	assert_int_equal(out.n_headers, 4);
	assert_string_equal(out.headers[0], "Accept: text/event-stream");
	assert_string_equal(out.headers[1],
	    "Authorization: Bearer sk-canary-0123456789");
	assert_string_equal(out.headers[2], "X-Title: confab");
	assert_string_equal(out.headers[3], "Content-Type: application/json");
	provider_request_free(&out);
	chat_request_free(r);
}

static void
test_request_variants(void **state)
{
	struct config_provider p = provider;
	struct config_model m = { .id = id };
	struct provider_request out;
	struct api_error err;
	char query[] = "api-version=2024-10-21";
	char *body;

	(void)state;
	p.include_usage = false;
	p.token_limit_field = limit2;
	body = request_body(&p, &m,
	    "{\"model\":\"x\",\"messages\":[{\"role\":"
	    "\"user\",\"content\":\"a\"}],\"stream\":true,\"max_tokens\":5}",
	    &err);
	assert_string_equal(body,
	    "{\"model\":\"gpt\",\"messages\":[{\"role\":"
	    "\"user\",\"content\":\"a\"}],\"max_completion_tokens\":5,"
	    "\"stream\":true}");
	free(body);
	body = request_body(&provider, &m,
	    "{\"model\":\"x\",\"messages\":"
	    "[{\"role\":\"user\",\"content\":\"a\"}]}",
	    &err);
	assert_null(strstr(body, "stream"));
	free(body);
	p.api_key = NULL;
	p.query = query;
	assert_int_equal(provider_list_request(&p, NULL, &out), 0);
	assert_string_equal(out.url,
	    "https://api.internal.example/v1/models"
	    "?api-version=2024-10-21");
	assert_int_equal(out.body.len, 0);
	assert_int_equal(out.n_headers, 2);
	provider_request_free(&out);
}

/* ---- Whole answers ---- */

static int
answer(const char *body, struct buf *out, struct provider_usage *u,
    struct api_error *err)
{
	buf_init(out, 1 << 16);
	return provider_answer(&provider, "the-model", body, strlen(body), out,
	    u, err);
}

static void
test_answers(void **state)
{
	struct provider_usage u;
	struct api_error err;
	struct buf out;

	(void)state;
	assert_int_equal(answer("{\"id\":\"a\",\"choices\":[{\"index\":0,"
				"\"message\":{\"role\":\"assistant\","
				"\"content\":\"x\","
				"\"reasoning\":\"r\"},\"finish_reason\":"
				"\"eos\"}],\"usage\":{\"prompt_tokens\":"
				"3,\"completion_tokens\":4},\"more\":1}",
			     &out, &u, &err),
	    0);
	assert_parts(buf_str(&out),
	    "\"content\":\"x\"|\"reasoning_content\":"
	    "\"r\"|\"finish_reason\":\"stop\"|\"more\":1|\"model\":"
	    "\"the-model\"");
	assert_int_equal(u.completion, 4);
	buf_free(&out);
	assert_int_equal(answer("{\"error\":{\"message\":\"m\"}}", &out, &u,
			     &err),
	    -1);
	assert_int_equal(err.status, 502);
	assert_string_equal(err.code, "upstream_error");
	assert_string_equal(err.message, "m");
	buf_free(&out);
	assert_int_equal(answer("<html>", &out, &u, &err), -1);
	assert_string_equal(err.code, "upstream_invalid");
	buf_free(&out);
	assert_int_equal(answer("{\"choices\":[]}", &out, &u, &err), -1);
	assert_string_equal(err.code, "upstream_invalid");
	buf_free(&out);
	assert_int_equal(answer("{\"choices\":[5]}", &out, &u, &err), -1);
	assert_int_equal(err.status, 502);
	buf_free(&out);
	assert_int_equal(answer("", &out, &u, &err), -1);
	buf_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_openai),
		cmocka_unit_test(test_verbatim), cmocka_unit_test(test_alike),
		cmocka_unit_test(test_azure), cmocka_unit_test(test_reasoning),
		cmocka_unit_test(test_usage),
		cmocka_unit_test(test_odd_but_good),
		cmocka_unit_test(test_repair), cmocka_unit_test(test_failures),
		cmocka_unit_test(test_wrong_types),
		cmocka_unit_test(test_no_marker_needed),
		cmocka_unit_test(test_emit_refuses),
		cmocka_unit_test(test_request),
		cmocka_unit_test(test_request_variants),
		cmocka_unit_test(test_answers) };

	return cmocka_run_group_tests_name("provider_openai", tests, NULL,
	    NULL);
}
