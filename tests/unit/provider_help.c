/* SPDX-License-Identifier: MIT */
/*
 * For the tests of the providers.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "confab/json.h"
#include "provider_help.h"

static int
emit(void *arg, const char *json, size_t len, bool content)
{
	struct run *run = arg;

	/* Whatever it is, it is one JSON object on one line. */
	assert_int_equal(json_check(json, len, JSON_DEPTH_MAX, NULL), JSON_OK);
	assert_null(memchr(json, '\n', len));
	assert_int_equal(json[0], '{');
	if (run->refuse_after == 0)
		return -1;
	run->refuse_after -= run->refuse_after > 0;
	if (content)
		buf_putc(&run->out, '!');
	buf_append(&run->out, json, len);
	buf_putc(&run->out, '\n');
	return 0;
}

static int
on_event(void *arg, const struct sse_event *ev)
{
	struct run *run = arg;

	run->result = provider_read(run->reader, ev, emit, run, &run->err);
	return run->result != PROVIDER_MORE;
}

void
run_stream(struct run *run, const struct config_provider *p, const char *stream,
    size_t len, bool want_usage)
{
	int refuse_after = run->refuse_after;
	struct sse sse;

	memset(run, 0, sizeof(*run));
	run->p = p;
	run->refuse_after = refuse_after;
	buf_init(&run->out, 1 << 20);
	run->reader = provider_reader_new(p, "the-model", want_usage);
	assert_non_null(run->reader);
	sse_init(&sse, 1 << 20);
	if (sse_feed(&sse, stream, len, on_event, run) == SSE_OK &&
	    sse_finish(&sse, on_event, run) == SSE_OK)
		run->result =
		    provider_read_end(run->reader, emit, run, &run->err);
	run->usage = *provider_reader_usage(run->reader);
	provider_reader_free(run->reader);
	sse_free(&sse);
	if (run->result == PROVIDER_FAILED)
		assert_true(run->err.status >= 400 && run->err.code[0] != '\0');
}

void
run_free(struct run *run)
{
	buf_free(&run->out);
}

void
assert_parts(const char *out, const char *parts)
{
	char *list = strdup(parts), *part, *next = list;
	const char *at = out;

	assert_non_null(list);
	while ((part = strsep(&next, "|")) != NULL) {
		at = strstr(at, part);
		if (at == NULL)
			fail_msg("no %s in %s", part, out);
		at += strlen(part);
	}
	free(list);
}

char *
request_body(const struct config_provider *p, const struct config_model *m,
    const char *request, struct api_error *err)
{
	static const struct config_limits limits = { .json_depth = 64,
		.messages = 100 };
	struct provider_request out;
	struct chat_request *r;
	char *body = NULL;

	r = chat_request_parse(request, strlen(request), &limits, err);
	if (r == NULL)
		fail_msg("%s: %s", request, err->message);
	if (provider_chat_request(p, m, r, &out, err) == 0) {
		assert_int_equal(json_check(out.body.data, out.body.len, 64,
				     NULL),
		    JSON_OK);
		body = strdup(buf_str(&out.body));
		provider_request_free(&out);
	}
	chat_request_free(r);
	return body;
}
