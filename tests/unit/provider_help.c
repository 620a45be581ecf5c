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

#include "confab/base/json.h"
#include "provider/kind.h"
#include "provider_help.h"

static char openai_base[] = "https://api.internal.example/v1";
static char openai_key[] = "sk-canary-0123456789";
static char openai_header[] = "Authorization", openai_prefix[] = "Bearer ";
static char openai_chat[] = "/chat/completions", openai_models[] = "/models";
static char openai_limit[] = "max_tokens";
static char openai_extra[] = "X-Title: confab";
static char openai_id[] = "gpt", openai_upstream[] = "gpt-up";

struct config_provider openai_provider = { .kind = &provider_openai.config,
	.base_url = openai_base,
	.api_key = openai_key,
	.key_header = openai_header,
	.key_prefix = openai_prefix,
	.chat_path = openai_chat,
	.models_path = openai_models,
	.token_limit_field = openai_limit,
	.include_usage = true,
	.require_done = true,
	.headers = { .words = { openai_extra }, .n = 1 } };

struct config_model openai_model = { .id = openai_id,
	.upstream = openai_upstream,
	.input = INPUT_TEXT };

static char anthropic_base[] = "https://api.anthropic.com";
static char anthropic_key[] = "sk-ant-canary-0123456789",
	    anthropic_header[] = "x-api-key";
static char anthropic_prefix[] = "", anthropic_chat[] = "/v1/messages",
	    anthropic_models[] = "/v1/models";
static char anthropic_limit[] = "max_tokens",
	    anthropic_old_version[] = "2023-06-01";
static char anthropic_id[] = "claude";

struct config_provider anthropic_provider = { .kind =
						  &provider_anthropic.config,
	.base_url = anthropic_base,
	.api_key = anthropic_key,
	.key_header = anthropic_header,
	.key_prefix = anthropic_prefix,
	.chat_path = anthropic_chat,
	.models_path = anthropic_models,
	.token_limit_field = anthropic_limit,
	.anthropic_version = anthropic_old_version,
	.require_done = true };

struct config_model anthropic_model = { .id = anthropic_id,
	.input = INPUT_TEXT };

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

int
read_whole(const struct config_provider *p, const char *model_id,
    const char *body, size_t len, struct buf *out, struct provider_usage *usage,
    struct api_error *err)
{
	struct provider_reader *r = provider_reader_new(p, model_id, false);
	int rc;

	assert_non_null(r);
	rc = provider_read_whole(r, body, len, out, err);
	*usage = *provider_reader_usage(r);
	provider_reader_free(r);
	return rc;
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
