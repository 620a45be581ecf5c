/* SPDX-License-Identifier: MIT */
/*
 * Streams that go wrong, of OpenAI and those that are compatible with it.
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
#include "provider_help.h"

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

/* The same as a whole answer, and as an error. */
static void
take_whole(const char *json)
{
	struct provider_usage usage;
	struct api_error err;
	struct buf out;

	buf_init(&out, 1 << 16);
	if (read_whole(&openai_provider, "m", json, strlen(json), &out, &usage,
		&err) != 0)
		assert_true(err.status >= 400);
	buf_free(&out);
	(void)provider_error(&openai_provider, 400, json, strlen(json), NULL, 0,
	    &err);
	assert_true(err.status >= 400);
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
		"{\"choices\":[{\"delta\":{\"tool_calls\":[%s,%s]}}]}",
		"{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,"
		"\"function\":%s},{\"index\":0,\"function\":%s}]}}]}",
		"{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":%s,"
		"\"id\":%s},{\"function\":{\"name\":%s,\"arguments\":%s}}]}}]}",
		"{\"choices\":[{\"delta\":{\"images\":%s,\"content\":[{"
		"\"type\":\"image\"},%s]}}]}",
		"{\"choices\":[{\"delta\":{\"thinking\":%s}}]}",
		"{\"choices\":[{\"message\":%s}]}",
		"{\"choices\":[{\"index\":%s,\"text\":%s}]}", "{\"errors\":%s}",
		"{\"detail\":%s}", "{\"base_resp\":%s}",
		"{\"error\":{\"metadata\":{\"raw\":%s,\"reasons\":%s}}}",
		"{\"error\":{\"message\":%s,\"details\":[%s],\"status\":%s}}",
		"{\"choices\":[],\"usage\":{\"prompt_tokens\":%s,"
		"\"prompt_tokens_details\":%s}}",
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
			take_whole(buf_str(&stream) + sizeof("data: ") - 1);
		}
	}
	buf_free(&stream);
}

static void
test_no_marker_needed(void **state)
{
	struct config_provider p = openai_provider;
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_failures),
		cmocka_unit_test(test_wrong_types),
		cmocka_unit_test(test_no_marker_needed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
