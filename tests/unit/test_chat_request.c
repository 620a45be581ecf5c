/* SPDX-License-Identifier: MIT */
/*
 * Requests that OpenAI's SDKs send are taken; each fault has its own place in
 * the error.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "confab/base/buf.h"
#include "confab/config/config.h"
#include "confab/provider/chat_request.h"

static const struct config_limits limits = { .json_depth = 16, .messages = 4 };

#define USER "{\"role\":\"user\",\"content\":\"hi\"}"
#define WITH(more) "{\"model\":\"m\",\"messages\":[" USER "]" more "}"
#define MESSAGES(list) "{\"model\":\"m\",\"messages\":[" list "]}"
#define PART(part) MESSAGES("{\"role\":\"user\",\"content\":[" part "]}")
#define IMAGE(url) \
	PART("{\"type\":\"image_url\",\"image_url\":{\"url\":\"" url "\"}}")

static struct chat_request *
parse(const char *text, struct api_error *err)
{
	memset(err, 0, sizeof(*err));
	return chat_request_parse(text, strlen(text), &limits, err);
}

static const char *const good[] = { WITH(""), WITH(",\"stream\":true"),
	WITH(",\"stream\":false,\"temperature\":0,\"top_p\":1.0,\"n\":2"),
	WITH(",\"temperature\":2,\"presence_penalty\":-2"),
	WITH(",\"temperature\":null,\"stop\":null,\"stream\":null"),
	WITH(",\"max_tokens\":1,\"max_completion_tokens\":100000"),
	WITH(",\"stop\":\"x\",\"seed\":-5,\"user\":\"u\""),
	WITH(",\"stop\":[\"a\",\"b\"],\"logit_bias\":{\"50256\":-100}"),
	WITH(",\"logprobs\":true,\"top_logprobs\":5"),
	WITH(",\"response_format\":{\"type\":\"json_schema\","
	     "\"json_schema\":{\"name\":\"x\",\"schema\":{}}}"),
	WITH(",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\","
	     "\"parameters\":{\"type\":\"object\"}}}],\"tool_choice\":\"auto\","
	     "\"parallel_tool_calls\":false"),
	WITH(",\"tool_choice\":{\"type\":\"function\"}"),
	WITH(",\"stream_options\":{\"include_usage\":true}"),
	WITH(",\"reasoning_effort\":\"low\",\"store\":false,\"x\":{\"y\":1}"),
	MESSAGES("{\"role\":\"developer\",\"content\":\"be\"}," USER),
	MESSAGES("{\"role\":\"system\",\"content\":\"\"}," USER),
	MESSAGES("{\"role\":\"user\",\"content\":\"x\",\"name\":\"bob\"}"),
	MESSAGES(USER
	    ",{\"role\":\"assistant\",\"content\":null,"
	    "\"tool_calls\":[{\"id\":\"c\",\"type\":\"function\",\"function\":"
	    "{\"name\":\"f\",\"arguments\":\"{}\"}}]},"
	    "{\"role\":\"tool\",\"tool_call_id\":\"c\",\"content\":\"r\"}"),
	MESSAGES("{\"role\":\"assistant\",\"content\":[{\"type\":\"text\","
		 "\"text\":\"a\"},{\"type\":\"refusal\",\"refusal\":\"no\"}]}"),
	MESSAGES("{\"role\":\"assistant\"}," USER),
	PART("{\"type\":\"text\",\"text\":\"a\"}"),
	IMAGE("data:image/png;base64,iVBORw0KGgo="),
	IMAGE("data:image/jpeg;base64,/9j/4A=="),
	IMAGE("data:image/webp;base64,UklGRg+/"),
	IMAGE("https://example.org/a.png") };

static const struct {
	const char *text, *code, *param;
} bad[] = { { "", "invalid_json", "" }, { "{", "invalid_json", "" },
	{ "{\"model\":\"m\",\"model\":\"n\",\"messages\":[" USER "]}",
	    "invalid_json", "" },
	{ WITH(",\"x\":\"\\u0000\""), "invalid_json", "" },
	{ WITH(",\"x\":NaN"), "invalid_json", "" },
	{ WITH(",\"x\":\"\xff\""), "invalid_json", "" },
	{ WITH(",\"x\":[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]"), "invalid_json",
	    "" },
	{ WITH(",\"seed\":99999999999999999999"), "invalid_json", "" },
	{ "[]", "invalid_request", "" }, { "null", "invalid_request", "" },
	{ "{}", "invalid_request", "model" },
	{ "{\"model\":\"\",\"messages\":[" USER "]}", "invalid_request",
	    "model" },
	{ "{\"model\":5,\"messages\":[" USER "]}", "invalid_request", "model" },
	{ "{\"model\":\"m\"}", "invalid_request", "messages" },
	{ "{\"model\":\"m\",\"messages\":{}}", "invalid_request", "messages" },
	{ MESSAGES(""), "invalid_request", "messages" },
	{ MESSAGES(USER "," USER "," USER "," USER "," USER), "invalid_request",
	    "messages" },
	{ MESSAGES("5"), "invalid_request", "messages[0]" },
	{ MESSAGES(USER ",{}"), "invalid_request", "messages[1].role" },
	{ MESSAGES("{\"role\":\"root\",\"content\":\"x\"}"), "invalid_request",
	    "messages[0].role" },
	{ MESSAGES("{\"role\":\"user\"}"), "invalid_request",
	    "messages[0].content" },
	{ MESSAGES(USER ",{\"role\":\"user\",\"content\":\"\"}"),
	    "invalid_request", "messages[1].content" },
	{ MESSAGES("{\"role\":\"user\",\"content\":[]}"), "invalid_request",
	    "messages[0].content" },
	{ PART("{\"type\":\"refusal\",\"refusal\":\"no\"}"), "invalid_request",
	    "messages[0].content[0].type" },
	{ MESSAGES("{\"role\":\"assistant\",\"content\":[{\"type\":"
		   "\"thought\",\"refusal\":\"no\"}]}"),
	    "invalid_request", "messages[0].content[0].type" },
	{ MESSAGES("{\"role\":\"user\",\"content\":{}}"), "invalid_request",
	    "messages[0].content" },
	{ MESSAGES("{\"role\":\"tool\",\"content\":\"x\"}"), "invalid_request",
	    "messages[0].tool_call_id" },
	{ MESSAGES("{\"role\":\"assistant\",\"tool_calls\":[{}]}"),
	    "invalid_request", "messages[0].tool_calls" },
	{ PART("5"), "invalid_request", "messages[0].content[0]" },
	{ PART("{\"type\":\"text\"}"), "invalid_request",
	    "messages[0].content[0].text" },
	{ PART("{\"type\":\"text\",\"text\":\"a\"},{\"type\":\"video\"}"),
	    "invalid_request", "messages[0].content[1].type" },
	{ PART("{\"type\":\"image_url\",\"image_url\":\"x\"}"),
	    "invalid_request", "messages[0].content[0].image_url.url" },
	{ MESSAGES("{\"role\":\"system\",\"content\":[{\"type\":"
		   "\"image_url\",\"image_url\":{\"url\":\"https://h/\"}}]}"),
	    "invalid_request", "messages[0].content[0].type" },
	{ IMAGE("file:///etc/passwd"), "invalid_request",
	    "messages[0].content[0].image_url.url" },
	{ IMAGE("data:image/svg+xml;base64,AAAA"), "invalid_request",
	    "messages[0].content[0].image_url.url" },
	{ IMAGE("data:image/png;base64,"), "invalid_request",
	    "messages[0].content[0].image_url.url" },
	{ IMAGE("data:image/png;base64,AAA"), "invalid_request",
	    "messages[0].content[0].image_url.url" },
	{ IMAGE("data:image/png;base64,A=AA"), "invalid_request",
	    "messages[0].content[0].image_url.url" },
	{ IMAGE("data:image/png;base64,AA-_"), "invalid_request",
	    "messages[0].content[0].image_url.url" },
	{ WITH(",\"stream\":1"), "invalid_request", "stream" },
	{ WITH(",\"temperature\":\"1\""), "invalid_request", "temperature" },
	{ WITH(",\"temperature\":2.1"), "invalid_request", "temperature" },
	{ WITH(",\"temperature\":-1"), "invalid_request", "temperature" },
	{ WITH(",\"temperature\":1e400"), "invalid_request", "temperature" },
	{ WITH(",\"top_p\":1.01"), "invalid_request", "top_p" },
	{ WITH(",\"max_tokens\":0"), "invalid_request", "max_tokens" },
	{ WITH(",\"max_tokens\":1.5"), "invalid_request", "max_tokens" },
	{ WITH(",\"n\":0"), "invalid_request", "n" },
	{ WITH(",\"stop\":5"), "invalid_request", "stop" },
	{ WITH(",\"stop\":[5]"), "invalid_request", "stop" },
	{ WITH(",\"tools\":{}"), "invalid_request", "tools" },
	{ WITH(",\"tools\":[5]"), "invalid_request", "tools[0]" },
	{ WITH(",\"tool_choice\":5"), "invalid_request", "tool_choice" },
	{ WITH(",\"stream_options\":true"), "invalid_request",
	    "stream_options" },
	{ WITH(",\"stream_options\":{\"include_usage\":1}"), "invalid_request",
	    "stream_options.include_usage" } };

static void
test_good(void **state)
{
	struct chat_request *r;
	struct api_error err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		r = parse(good[i], &err);
		if (r == NULL)
			fail_msg("%s: %s", good[i], err.message);
		assert_string_equal(r->model, "m");
		chat_request_free(r);
	}
}

static void
test_bad(void **state)
{
	struct chat_request *r;
	struct api_error err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		r = parse(bad[i].text, &err);
		if (r != NULL)
			fail_msg("accepted: %s", bad[i].text);
		assert_int_equal(err.status, 400);
		if (strcmp(err.code, bad[i].code) != 0 ||
		    strcmp(err.param, bad[i].param) != 0)
			fail_msg("%s: %s %s", bad[i].text, err.code, err.param);
		assert_true(err.message[0] != '\0');
	}
}

static void
test_fields(void **state)
{
	struct chat_request *r;
	struct api_error err;

	(void)state;
	r = parse(WITH(",\"stream\":true,\"stream_options\":"
		       "{\"include_usage\":true}"),
	    &err);
	assert_non_null(r);
	assert_true(r->stream);
	assert_true(r->include_usage);
	assert_false(r->has_image);
	assert_int_equal(r->n_messages, 1);
	chat_request_free(r);
	r = parse(IMAGE("https://h/"), &err);
	assert_non_null(r);
	assert_false(r->stream);
	assert_false(r->include_usage);
	assert_true(r->has_image);
	chat_request_free(r);
}

static void
test_text(void **state)
{
	struct chat_request *r;
	struct api_error err;
	struct buf b;

	(void)state;
	r = parse(
	    MESSAGES(
		"{\"role\":\"system\",\"content\":\"sys\"}," USER
		",{\"role\":\"assistant\",\"content\":null},"
		"{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":"
		"\"one\"},{\"type\":\"image_url\",\"image_url\":{\"url\":"
		"\"https://h/\"}},{\"type\":\"text\",\"text\":\"two\"}]}"),
	    &err);
	assert_non_null(r);
	buf_init(&b, 100);
	assert_int_equal(chat_request_text(r, "user", 1, &b), 0);
	assert_string_equal(buf_str(&b), "one\ntwo");
	buf_reset(&b);
	assert_int_equal(chat_request_text(r, "user", 0, &b), 0);
	assert_string_equal(buf_str(&b), "hi");
	buf_reset(&b);
	assert_int_equal(chat_request_text(r, "assistant", 0, &b), 0);
	assert_string_equal(buf_str(&b), "");
	assert_int_equal(chat_request_text(r, "system", 0, &b), 0);
	assert_string_equal(buf_str(&b), "sys");
	assert_int_equal(chat_request_text(r, "user", 2, &b), -1);
	assert_int_equal(chat_request_text(r, "tool", 0, &b), -1);
	buf_free(&b);
	chat_request_free(r);
}

/* A text nested 100,000 deep is refused, not followed. */
static void
test_deep(void **state)
{
	size_t n = 100000;
	char *text = malloc(n);
	struct api_error err;

	(void)state;
	assert_non_null(text);
	memset(text, '[', n);
	assert_null(chat_request_parse(text, n, &limits, &err));
	assert_string_equal(err.code, "invalid_json");
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad), cmocka_unit_test(test_fields),
		cmocka_unit_test(test_text), cmocka_unit_test(test_deep) };

	return cmocka_run_group_tests_name("chat_request", tests, NULL, NULL);
}
