/* SPDX-License-Identifier: MIT */
/*
 * Requests in OpenAI's words, and its answers that are no streams.
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

static char completion_limit[] = "max_completion_tokens";

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
	assert_int_equal(provider_chat_request(&openai_provider, &openai_model,
			     r, &out, &err),
	    0);
	assert_string_equal(out.url,
	    "https://api.internal.example/v1/chat/completions");
	assert_string_equal(buf_str(&out.body),
	    "{\"model\":\"gpt-up\","
	    "\"temperature\":0.5,\"seed\":1,\"messages\":[{\"role\":\"user\","
	    "\"content\":\"h\xc3\xa9\\n\"}],\"max_tokens\":7,"
	    "\"stream\":true,\"stream_options\":{\"include_usage\":true}}");
	/* Nobody has allowed it, and it is not passed over in silence. */
	assert_string_equal(buf_str(&out.ignored), "extra");
	assert_int_equal(out.n_headers, 4);
	assert_string_equal(out.headers[0], "Accept: text/event-stream");
	assert_string_equal(out.headers[1],
	    "Authorization: Bearer sk-canary-0123456789");
	assert_string_equal(out.headers[2], "X-Title: confab");
	assert_string_equal(out.headers[3], "Content-Type: application/json");
	provider_request_free(&out);
	chat_request_free(r);
}

/* What chooses models, keeps data or changes the price, and what nobody knows,
 * passes where the administrator says so. */
static void
test_allow(void **state)
{
	static const char text[] =
	    "{\"model\":\"x\",\"messages\":[{\"role\":\"user\",\"content\":"
	    "\"a\"}],\"models\":[\"y\"],\"route\":\"fallback\",\"plugins\":[],"
	    "\"provider\":{},\"store\":true,\"service_tier\":\"flex\","
	    "\"metadata\":{},\"min_p\":0.1,\"x\\r\\ny\":1}";
	static char store[] = "store", tier[] = "service_tier";
	struct config_provider p = openai_provider;
	struct api_error err;
	char *body;

	(void)state;
	body = request_body(&p, &openai_model, text, &err);
	assert_string_equal(body,
	    "{\"model\":\"gpt-up\",\"messages\":[{\"role\":\"user\","
	    "\"content\":\"a\"}],\"min_p\":0.1}");
	free(body);
	p.allow.words[0] = store;
	p.allow.words[1] = tier;
	p.allow.n = 2;
	body = request_body(&p, &openai_model, text, &err);
	assert_parts(body, "\"store\":true|\"service_tier\":\"flex\"|min_p");
	assert_null(strstr(body, "models"));
	free(body);
}

static void
test_http_files(void **state)
{
	static const char text[] =
	    "{\"model\":\"x\",\"messages\":[{\"role\":\"user\",\"content\":[{"
	    "\"type\":\"image_url\",\"image_url\":{\"url\":"
	    "\"http://h.example/x.png\"}}]}]}";
	struct config_provider p = openai_provider;
	struct api_error err;
	char *body;

	(void)state;
	assert_null(request_body(&p, &openai_model, text, &err));
	assert_int_equal(err.status, 400);
	p.http_files = true;
	body = request_body(&p, &openai_model, text, &err);
	assert_parts(body, "http://h.example/x.png");
	free(body);
}

static void
test_request_variants(void **state)
{
	struct config_provider p = openai_provider;
	struct config_model m = { .id = openai_model.id };
	struct provider_request out;
	struct api_error err;
	char query[] = "api-version=2024-10-21";
	char *body;

	(void)state;
	p.include_usage = false;
	p.token_limit_field = completion_limit;
	body = request_body(&p, &m,
	    "{\"model\":\"x\",\"messages\":[{\"role\":"
	    "\"user\",\"content\":\"a\"}],\"stream\":true,\"max_tokens\":5}",
	    &err);
	assert_string_equal(body,
	    "{\"model\":\"gpt\",\"messages\":[{\"role\":"
	    "\"user\",\"content\":\"a\"}],\"max_completion_tokens\":5,"
	    "\"stream\":true}");
	free(body);
	body = request_body(&openai_provider, &m,
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

static int
answer(const char *body, struct buf *out, struct provider_usage *u,
    struct api_error *err)
{
	buf_init(out, 1 << 16);
	return read_whole(&openai_provider, "the-model", body, strlen(body),
	    out, u, err);
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
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_request),
		cmocka_unit_test(test_allow),
		cmocka_unit_test(test_http_files),
		cmocka_unit_test(test_request_variants),
		cmocka_unit_test(test_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
