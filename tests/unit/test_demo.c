/* SPDX-License-Identifier: MIT */
/*
 * The built-in models behind a chat request: which messages reach them.
 */
#include "config.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "confab/base/json.h"
#include "confab/config/config.h"
#include "confab/provider/chat_request.h"

#include "demo/demo.h"
#include "demo/eliza.h"
#include "demo/tour_text.h"
#include "demo/tour_tools.h"

static const struct config_limits limits = {
	.body = 16 * 1024 * 1024,
	.json_depth = 64,
	.messages = 2000,
};

static struct tour_answer answer;

/* Further members of the requests. */
static const char *offered = "";

/* Answers a request with these messages, the text of a JSON array. */
static int
ask(const char *model, const char *messages)
{
	struct chat_request *req;
	struct api_error err;
	struct buf body;
	int rc;

	tour_answer_free(&answer);
	buf_init(&body, limits.body);
	assert_int_equal(buf_printf(&body,
			     "{\"model\":\"%s\",\"messages\":", model),
	    0);
	assert_int_equal(buf_puts(&body, messages), 0);
	assert_int_equal(buf_puts(&body, offered), 0);
	assert_int_equal(buf_puts(&body, "}"), 0);
	req = chat_request_parse(body.data, body.len, &limits, &err);
	assert_non_null(req);
	rc = demo_answer(model, req, &answer);
	chat_request_free(req);
	buf_free(&body);
	return rc;
}

#define USER(text) "{\"role\":\"user\",\"content\":\"" text "\"}"
#define ASSISTANT(text) "{\"role\":\"assistant\",\"content\":\"" text "\"}"
#define SYSTEM(text) "{\"role\":\"system\",\"content\":\"" text "\"}"

static void
assert_says(const char *want)
{
	assert_string_equal(buf_str(&answer.text), want);
}

static void
test_eliza_hears_the_user(void **state)
{
	(void)state;
	assert_int_equal(
	    ask("eliza",
		"[" SYSTEM("my computer") "," USER("My cat") "," ASSISTANT(
		    "my computer?") "," USER("My dog") "]"),
	    0);
	assert_says("Why do you say your dog?");
	assert_int_equal(answer.pace, PACE_HUMAN);
	assert_int_equal(answer.end, TOUR_END_STOP);
}

static void
test_eliza_hears_parts(void **state)
{
	(void)state;
	assert_int_equal(ask("eliza",
			     "[{\"role\":\"user\",\"content\":["
			     "{\"type\":\"text\",\"text\":\"My cat\"}]}]"),
	    0);
	assert_says("Your cat?");
}

static void
test_eliza_sees_nothing(void **state)
{
	(void)state;
	/* A picture alone takes its turn in silence. */
	assert_int_equal(ask("eliza",
			     "[{\"role\":\"user\",\"content\":["
			     "{\"type\":\"image_url\",\"image_url\":{\"url\":"
			     "\"data:image/png;base64,AAAA\"}}]}]"),
	    0);
	assert_says("I am not sure I understand you fully.");
}

static void
test_no_user_message(void **state)
{
	(void)state;
	assert_int_equal(ask("eliza", "[" SYSTEM("Be brief.") "]"), 0);
	assert_says("How do you do. Please tell me your problem.");
	assert_int_equal(ask("tour", "[" SYSTEM("table") "]"), 0);
	assert_non_null(strstr(buf_str(&answer.text), tour_text[TOUR_WELCOME]));
}

static void
test_tour_hears_the_last(void **state)
{
	(void)state;
	assert_int_equal(ask("tour",
			     "[" USER("code") "," ASSISTANT("math") "," USER(
				 "table") "]"),
	    0);
	assert_says(tour_text[TOUR_TABLE]);
}

#define OFFERS(name)                                        \
	",\"tools\":[{\"type\":\"function\",\"function\":{" \
	"\"name\":\"" name "\"}}]"
#define RESULT(text)                                 \
	"{\"role\":\"tool\",\"tool_call_id\":\"c\"," \
	"\"content\":\"" text "\"}"
#define CALL                                                   \
	"{\"role\":\"assistant\",\"content\":null,"            \
	"\"tool_calls\":[{\"id\":\"c\",\"type\":\"function\"," \
	"\"function\":{\"name\":\"run_javascript\","           \
	"\"arguments\":\"{}\"}}]}"

static void
test_tour_calls_what_is_offered(void **state)
{
	(void)state;
	assert_int_equal(ask("tour", "[" USER("tools") "]"), 0);
	assert_says(tour_text[TOUR_TOOLS]);
	assert_int_equal(answer.end, TOUR_END_STOP);

	offered = OFFERS("weather");
	assert_int_equal(ask("tour", "[" USER("tools") "]"), 0);
	assert_says(tour_text[TOUR_TOOLS]);
	assert_int_equal(answer.end, TOUR_END_STOP);

	offered = OFFERS("run_javascript");
	assert_int_equal(ask("tour", "[" USER("a tool, please") "]"), 0);
	assert_says(tour_call);
	assert_int_equal(answer.end, TOUR_END_CALL);
	/* Who asks for something else is not called at. */
	assert_int_equal(ask("tour", "[" USER("table") "]"), 0);
	assert_int_equal(answer.end, TOUR_END_STOP);
	offered = "";
}

static void
test_tour_tells_the_result(void **state)
{
	struct buf list;
	size_t i;

	(void)state;
	offered = OFFERS("run_javascript");
	assert_int_equal(ask("tour",
			     "[" USER("tools") "," CALL "," RESULT(
				 "one\\n```\\n# two") "]"),
	    0);
	assert_int_equal(answer.end, TOUR_END_STOP);
	assert_non_null(strstr(buf_str(&answer.text),
	    "\n\n    one\n    ```\n    # two\n\n"));
	/* A new message begins a new round. */
	assert_int_equal(ask("tour",
			     "[" USER("tools") "," CALL "," RESULT(
				 "one") "," USER("tool") "]"),
	    0);
	assert_int_equal(answer.end, TOUR_END_CALL);

	/* A long result is cut, and not within a character. */
	buf_init(&list, limits.body);
	(void)buf_puts(&list, "[" USER("tools") "," CALL ",");
	(void)buf_puts(&list,
	    "{\"role\":\"tool\",\"tool_call_id\":\"c\",\"content\":\"x");
	for (i = 0; i < TOUR_RESULT_MAX; i++)
		(void)buf_puts(&list, "\xC3\xA9");
	(void)buf_puts(&list, "\"}]");
	assert_int_equal(ask("tour", buf_str(&list)), 0);
	assert_true(answer.text.len < TOUR_RESULT_MAX + 1024);
	assert_non_null(strstr(buf_str(&answer.text), "\xC3\xA9\n\n"));
	buf_free(&list);
	offered = "";
}

static void
test_call_is_json(void **state)
{
	struct json_object *message, *call;
	struct buf json;

	(void)state;
	buf_init(&json, 64 * 1024);
	(void)buf_putc(&json, '{');
	assert_int_equal(tour_call_json("id-1", &json), 0);
	(void)buf_putc(&json, '}');
	assert_int_equal(json_parse(json.data, json.len, 8, &message), JSON_OK);
	call = json_object_array_get_idx(json_get(message, "tool_calls"), 0);
	assert_string_equal(json_str(call, "id", NULL), "id-1");
	call = json_get(call, "function");
	assert_string_equal(json_str(call, "name", NULL), "run_javascript");
	buf_reset(&json);
	(void)buf_puts(&json, json_str(call, "arguments", NULL));
	json_object_put(message);
	assert_int_equal(json_parse(json.data, json.len, 8, &message), JSON_OK);
	assert_string_equal(json_str(message, "code", NULL), tour_program);
	json_object_put(message);
	buf_free(&json);
}

static void
test_unknown_model(void **state)
{
	(void)state;
	assert_int_equal(ask("parry", "[" USER("hello") "]"), -1);
}

/* More turns than are replayed, each longer than is read. */
static void
test_long_conversation(void **state)
{
	struct buf list;
	size_t i, k;

	(void)state;
	buf_init(&list, limits.body);
	for (i = 0; i < ELIZA_TURNS_MAX + 5; i++) {
		(void)buf_puts(&list, i == 0 ? "[" : ",");
		(void)buf_puts(&list, "{\"role\":\"user\",\"content\":\"");
		for (k = 0; k < ELIZA_MESSAGE_MAX / 8; k++)
			(void)buf_puts(&list, "always,x ");
		(void)buf_puts(&list, "\"}");
	}
	(void)buf_puts(&list, "]");
	assert_true(buf_ok(&list));
	assert_int_equal(ask("eliza", buf_str(&list)), 0);
	assert_says("Really, always?");
	buf_free(&list);
}

static int
teardown(void **state)
{
	(void)state;
	tour_answer_free(&answer);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_eliza_hears_the_user),
		cmocka_unit_test(test_eliza_hears_parts),
		cmocka_unit_test(test_eliza_sees_nothing),
		cmocka_unit_test(test_no_user_message),
		cmocka_unit_test(test_tour_hears_the_last),
		cmocka_unit_test(test_tour_calls_what_is_offered),
		cmocka_unit_test(test_tour_tells_the_result),
		cmocka_unit_test(test_call_is_json),
		cmocka_unit_test(test_unknown_model),
		cmocka_unit_test(test_long_conversation),
	};

	return cmocka_run_group_tests(tests, NULL, teardown);
}
