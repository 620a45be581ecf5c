/* SPDX-License-Identifier: MIT */
/*
 * Streams that go well, in the shapes that OpenAI and those that are compatible
 * with it send.
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

#include "openai_events.h"
#include "provider/kind.h"
#include "provider_help.h"

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

#define BEGIN HEAD CHOICE("{\"role\":\"assistant\"}", "null") "}"

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
		"{ \"choices\" : [ {\"index\":0, \"delta\" : {\"content\" : "
		"\"x\" } } ]}" };
	struct run run = { .refuse_after = -1 };
	char stream[1024], want[1024];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(chunks) / sizeof(chunks[0]); i++) {
		snprintf(stream, sizeof(stream),
		    DATA(BEGIN) "data: %s\n\n" DONE, chunks[i]);
		snprintf(want, sizeof(want), "%s\n!%s\n", BEGIN, chunks[i]);
		RUN(run, stream, false);
		assert_int_equal(run.result, PROVIDER_DONE);
		assert_string_equal(run.out.data, want);
		run_free(&run);
	}
}

/* Who does not say whose words they are gets it said, once for each choice. */
static void
test_role(void **state)
{
	struct run run = { .refuse_after = -1 };
	const char *at;
	size_t n = 0;

	(void)state;
	RUN(run,
	    DATA(HEAD CHOICE("{\"content\":\"a\"}", "null") "}")
		DATA(HEAD "\"choices\":[{\"index\":1,\"delta\":{\"content\":"
			  "[\"b\"]}}]}")
		    DATA(HEAD CHOICE("{\"role\":null,\"content\":\"c\"}",
			"null") "}") DONE,
	    false);
	assert_int_equal(run.result, PROVIDER_DONE);
	for (at = run.out.data;
	     (at = strstr(at, "\"role\":\"assistant\"")) != NULL; at++)
		n++;
	assert_int_equal(n, 2);
	run_free(&run);
	RUN(run,
	    DATA(HEAD CHOICE("{\"role\" : null,\"content\":\"a\"}", "null") "}")
		DONE,
	    false);
	assert_parts(run.out.data, "\"role\":\"assistant\"");
	run_free(&run);
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
			    "data: {\"choices\":[{\"index\":0,\"delta\":{"
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

static int
count(void *arg, const char *json, size_t len, bool content)
{
	(void)json;
	(void)len;
	(void)content;
	++*(int *)arg;
	return 0;
}

/* A template that never fits is given up, and nothing is learnt any more. */
static void
test_misfits(void **state)
{
	struct provider_reader *r =
	    provider_reader_new(&openai_provider, "m", false);
	struct sse_event ev = { .name = "" };
	struct api_error err;
	unsigned misses;
	char text[128];
	int i, n = 0;

	(void)state;
	assert_non_null(r);
	for (i = 0; i < 60; i++) {
		/* Each pads in its own way; then all are alike. */
		ev.data_len = (size_t)snprintf(text, sizeof(text),
		    "{\"choices\":[{\"index\":0,\"delta\":{"
		    "\"content\":\"a\"}}],"
		    "\"pad\":\"%d\"}",
		    i < 40 ? i : 0);
		ev.data = text;
		assert_int_equal(provider_read(r, &ev, count, &n, &err),
		    PROVIDER_MORE);
		if (i == 39)
			misses = r->like.misses;
	}
	assert_int_equal(n, 60);
	assert_true(misses >= 16);
	/* A hit would have set it back. */
	assert_int_equal(r->like.misses, misses);
	provider_reader_free(r);
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
		assert_null(strstr(run.out.data, "\"thinking\""));
		/* Details go on: they may have to be sent back. */
		assert_int_equal(strstr(deltas[i], "_details") != NULL,
		    strstr(run.out.data, "_details") != NULL);
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
	/* Nonsense does not count; text and fractions do. */
	RUN(run,
	    TEXT("x") DATA("{\"choices\":[],\"usage\":{\"prompt_tokens\":"
			   "-5,\"completion_tokens\":\"7\"}}") DONE,
	    true);
	assert_int_equal(run.usage.prompt, 0);
	assert_int_equal(run.usage.completion, 7);
	run_free(&run);
	RUN(run,
	    TEXT("x") DATA("{\"choices\":[],\"usage\":{\"prompt_tokens\":"
			   "\"many\",\"completion_tokens\":[7]}}") DONE,
	    true);
	assert_true(run.usage.estimated);
	assert_int_equal(run.usage.completion, 1);
	assert_parts(run.out.data,
	    "\"completion_tokens\":1|\"estimated\":true");
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
	    "\"delta\":{\"role\":\"assistant\"}|!|"
	    "\"delta\":{\"content\":\"m\"}|!|\"delta\":{\"content\":\"t\"}");
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_openai),
		cmocka_unit_test(test_verbatim),
		cmocka_unit_test(test_role),
		cmocka_unit_test(test_alike),
		cmocka_unit_test(test_misfits),
		cmocka_unit_test(test_azure),
		cmocka_unit_test(test_reasoning),
		cmocka_unit_test(test_usage),
		cmocka_unit_test(test_odd_but_good),
		cmocka_unit_test(test_repair),
		cmocka_unit_test(test_emit_refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
