/* SPDX-License-Identifier: MIT */
/*
 * When a stream whose connection stays open is taken as over: after a finish
 * reason, where no more of that answer came, of each answer that was asked for.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "openai_events.h"
#include "provider_help.h"

#define OF(n, delta, finish)                                   \
	DATA("{\"choices\":[{\"index\":" n ",\"delta\":" delta \
	     ",\"finish_reason\":" finish "}]}")
#define SAYS(n) OF(n, "{\"content\":\"w\"}", "null")
#define ENDS(n) OF(n, "{}", "\"stop\"")
#define USAGE                                                  \
	DATA("{\"choices\":[],\"usage\":{\"prompt_tokens\":7," \
	     "\"completion_tokens\":5}}")
#define CALL                                                           \
	DATA("{\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{" \
	     "\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\","  \
	     "\"arguments\":\"{}\"}}]},\"finish_reason\":null}]}")
#define BLOCK(i, text)                                                      \
	DATA("{\"type\":\"content_block_delta\",\"index\":" i ",\"delta\":" \
	     "{\"type\":\"text_delta\",\"text\":\"" text "\"}}")
#define START                                                         \
	DATA("{\"type\":\"message_start\",\"message\":{\"id\":\"m\"," \
	     "\"usage\":{\"input_tokens\":3,\"output_tokens\":1}}}")
#define TURN                                                           \
	DATA("{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":" \
	     "\"end_turn\"},\"usage\":{\"output_tokens\":9}}")

static const struct {
	const char *stream;
	unsigned answers;
	bool anthropic, settled, counted;
} cases[] = { { TEXT("a"), 1, false, false, false },
	{ TEXT("a") STOP, 1, false, true, false },
	{ TEXT("a") TEXT("b") TEXT("c") STOP, 1, false, true, false },
	{ TEXT("a") STOP USAGE, 1, false, true, true },
	{ USAGE TEXT("a") STOP, 1, false, true, true },
	{ TEXT("a") USAGE, 1, false, false, false },
	{ CALL OF("0", "{}", "\"tool_calls\""), 1, false, true, false },
	/* A reason that is no end. */
	{ TEXT("a") STOP TEXT("b"), 1, false, false, false },
	{ TEXT("a") TEXT("b") STOP TEXT("c") TEXT("d"), 1, false, false,
	    false },
	{ TEXT("a") STOP TEXT("b") STOP, 1, false, false, false },
	{ TEXT("a") STOP CALL, 1, false, false, false },
	{ OF("0", "{\"content\":\"a\"}", "\"stop\"")
		OF("0", "{\"content\":\"b\"}", "\"stop\""),
	    1, false, false, false },
	/* What says nothing is no more of it. */
	{ TEXT("a") STOP TEXT("") STOP, 1, false, true, false },
	/* More than one. */
	{ SAYS("0") SAYS("1") ENDS("0"), 2, false, false, false },
	{ SAYS("0") ENDS("0") SAYS("1") SAYS("1"), 2, false, false, false },
	{ SAYS("0") ENDS("0") SAYS("1") SAYS("1") ENDS("1"), 2, false, true,
	    false },
	{ SAYS("0") SAYS("1") ENDS("1") SAYS("0") ENDS("0"), 2, false, true,
	    false },
	/* The other kind. */
	{ START BLOCK("0", "x") BLOCK("0", "y"), 1, true, false, false },
	{ START BLOCK("0", "x") BLOCK("0", "y") TURN, 1, true, true, true },
	{ START BLOCK("0", "x") TURN BLOCK("0", "y"), 1, true, false, false } };

static int
emit(void *arg, const char *json, size_t len, bool content)
{
	(void)arg;
	(void)json;
	(void)len;
	(void)content;
	return 0;
}

static int
on_event(void *arg, const struct sse_event *ev)
{
	struct api_error err;

	assert_int_equal(provider_read(arg, ev, emit, NULL, &err),
	    PROVIDER_MORE);
	return 0;
}

/* Of a stream so far. */
static bool
settled(const struct config_provider *p, const char *stream, unsigned answers,
    bool *counted)
{
	struct provider_reader *r = provider_reader_new(p, "m", true);
	struct sse sse;
	bool is;

	assert_non_null(r);
	provider_reader_asked(r, &openai_model, 10, answers);
	sse_init(&sse, 4096);
	assert_int_equal(sse_feed(&sse, stream, strlen(stream), on_event, r),
	    SSE_OK);
	is = provider_reader_settled(r, counted);
	sse_free(&sse);
	provider_reader_free(r);
	return is;
}

static void
test_table(void **state)
{
	struct config_provider openai = openai_provider;
	struct config_provider anthropic = anthropic_provider;
	bool counted;
	size_t i;

	(void)state;
	openai.require_done = false;
	anthropic.require_done = false;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		counted = false;
		if (settled(cases[i].anthropic ? &anthropic : &openai,
			cases[i].stream, cases[i].answers,
			&counted) != cases[i].settled)
			fail_msg("%s", cases[i].stream);
		if (cases[i].settled && counted != cases[i].counted)
			fail_msg("counted: %s", cases[i].stream);
	}
}

static void
test_require_done(void **state)
{
	bool counted;

	(void)state;
	assert_false(
	    settled(&openai_provider, TEXT("a") STOP USAGE, 1, &counted));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_require_done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
