/* SPDX-License-Identifier: MIT */
/*
 * Every single allocation fails once: what is read, checked or translated for a
 * conversation is then refused cleanly, or was not affected.
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
#include "confab/config/config.h"
#include "confab/provider/chat_request.h"
#include "confab/provider/provider.h"
#include "confab/provider/sse.h"
#include "confab/upstream/catalog.h"

#include "provider/kind.h"
#include "relay/event_ring.h"
#include "short_memory.h"

static char url[] = "http://127.0.0.1", path[] = "/", word[] = "x";
static char version[] = "2023-06-01", key[] = "0123456789";

static struct config_provider provider = { .name = word,
	.base_url = url,
	.chat_path = path,
	.models_path = path,
	.key_header = word,
	.key_prefix = word,
	.api_key = key,
	.token_limit_field = word,
	.anthropic_version = version,
	.include_usage = true,
	.require_done = true };
static struct config_model model = { .id = word, .name = word };

static bool
everything(const void *arg, const struct catalog_entry *e)
{
	(void)arg;
	return e != NULL;
}

static int
write_value(struct buf *out, enum json_result r, struct json_object *v)
{
	int rc;

	if (r != JSON_OK) {
		assert_null(v);
		return -1;
	}
	/* Written where memory is not short. */
	short_memory_pause(true);
	rc = json_write(out, v);
	short_memory_pause(false);
	json_object_put(v);
	return rc;
}

static const char text[] =
    "{\"a\":[1,2.5,true,null,\"x\",{\"b\":{}}],\"a long "
    "name of a member that does not fit into a small buffer\":\"a long text "
    "that does not fit either, and needs an allocation of its own\"}";

static int
parse_job(struct buf *out)
{
	struct json_object *v;
	enum json_result r;

	r = json_parse(text, sizeof(text) - 1, 16, &v);
	return write_value(out, r, v);
}

static int
parse_loose_job(struct buf *out)
{
	static const char bad[] = "{\"a\":\"x\xff\",\"b\":[\"\\u0000\",{}]}";
	struct json_object *v;
	enum json_result r;

	r = json_parse_loose(bad, sizeof(bad) - 1, 16, &v);
	return write_value(out, r, v);
}

static int
chat_job(struct buf *out)
{
	static const struct config_limits limits = { .json_depth = 16,
		.messages = 10 };
	static const char request[] =
	    "{\"model\":\"m\",\"messages\":[{"
	    "\"role\":\"system\",\"content\":\"s\"},{\"role\":\"user\","
	    "\"content\":"
	    "\"hello there, this is a text\"}],\"stream\":true,"
	    "\"stop\":[\"a\"],\"max_tokens\":5}";
	struct provider_request up;
	struct chat_request *r;
	struct api_error err;
	int rc;

	memset(&err, 0, sizeof(err));
	r = chat_request_parse(request, sizeof(request) - 1, &limits, &err);
	if (r == NULL) {
		assert_int_equal(err.status, 503);
		return -1;
	}
	rc = provider_chat_request(&provider, &model, r, &up, &err);
	if (rc == 0) {
		buf_puts(out, up.url);
		buf_append(out, up.body.data, up.body.len);
		provider_request_free(&up);
	} else {
		assert_int_equal(err.status, 503);
	}
	chat_request_free(r);
	return rc;
}

static int
emit(void *arg, const char *json, size_t len, bool content)
{
	(void)content;
	return buf_append(arg, json, len);
}

struct run {
	struct provider_reader *reader;
	struct buf *out;
	enum provider_result result;
	struct api_error err;
};

static int
on_event(void *arg, const struct sse_event *ev)
{
	struct run *run = arg;

	run->result = provider_read(run->reader, ev, emit, run->out, &run->err);
	return run->result != PROVIDER_MORE;
}

static int
stream(struct buf *out, const char *bytes)
{
	struct run run = { .out = out };
	enum sse_result r = SSE_OK;
	size_t len = strlen(bytes), i, n;
	struct sse sse;

	run.reader = provider_reader_new(&provider, "m", true);
	if (run.reader == NULL)
		return -1;
	sse_init(&sse, 1 << 16);
	for (i = 0; i < len && r == SSE_OK; i += n) {
		n = len - i < 50 ? len - i : 50;
		r = sse_feed(&sse, bytes + i, n, on_event, &run);
	}
	assert_true(r == SSE_STOPPED || r == SSE_NO_MEMORY);
	if (run.result == PROVIDER_FAILED)
		assert_true(run.err.status >= 500);
	provider_reader_free(run.reader);
	sse_free(&sse);
	return run.result == PROVIDER_DONE ? 0 : -1;
}

static int
openai_job(struct buf *out)
{
	provider.kind = &provider_openai.config;
	return stream(out,
	    "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n"
	    "data: {\"choices\":[{\"delta\":{\"reasoning\":\"b\"}}]}\n\n"
	    "data: {\"choices\":[{\"delta\":{\"reasoning_details\":[{\"text\":"
	    "\"c\"}]},\"finish_reason\":\"eos\"}],\"usage\":{\"prompt_tokens\":"
	    "5,\"completion_tokens\":6}}\n\ndata: [DONE]\n\n");
}

static int
anthropic_job(struct buf *out)
{
	provider.kind = &provider_anthropic.config;
	return stream(out,
	    "data: {\"type\":\"message_start\",\"message\":{\"id\":\"i\","
	    "\"usage\":{\"input_tokens\":5}}}\n\n"
	    "data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{"
	    "\"type\":\"text_delta\",\"text\":\"x\"}}\n\n"
	    "data: {\"type\":\"content_block_start\",\"index\":1,"
	    "\"content_block\":{\"type\":\"tool_use\",\"id\":\"t\",\"name\":"
	    "\"f\"}}\n\n"
	    "data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":"
	    "\"end_turn\"},\"usage\":{\"output_tokens\":9}}\n\n"
	    "data: {\"type\":\"message_stop\"}\n\n");
}

static int
catalog_job(struct buf *out)
{
	struct config_provider p = provider;
	struct config c = { .providers = &p, .n_providers = 1 };
	struct config_model listed[] = { { .id = word }, { .id = key } };
	struct catalog_list list = { &p, listed, 2 };
	struct catalog *k;
	int rc;

	p.kind = &provider_demo.config;
	p.models = &model;
	p.n_models = 1;
	k = catalog_new(&c, &list, 1);
	if (k == NULL)
		return -1;
	short_memory_pause(true);
	rc = catalog_json(k, everything, NULL, out);
	short_memory_pause(false);
	catalog_unref(k);
	return rc;
}

static int
ring_job(struct buf *out)
{
	static char data[3000];
	struct event_ring r;
	const char *bytes;
	uint64_t off = 0;
	int i, rc = 0;
	size_t n;

	memset(data, 'x', sizeof(data));
	event_ring_init(&r);
	for (i = 0; i < 10 && rc == 0; i++)
		rc = event_ring_add(&r, data, (size_t)i * 300);
	while ((n = event_ring_peek(&r, off, &bytes)) > 0) {
		buf_append(out, bytes, n);
		off += n;
	}
	/* What was taken is whole. */
	assert_int_equal(off, r.head);
	event_ring_free(&r);
	return rc;
}

static void
test_ring(void **state)
{
	(void)state;
	short_memory_try(ring_job);
}

static void
test_json(void **state)
{
	(void)state;
	short_memory_try(parse_job);
	short_memory_try(parse_loose_job);
}

static void
test_requests(void **state)
{
	(void)state;
	provider.kind = &provider_openai.config;
	short_memory_try(chat_job);
	provider.kind = &provider_anthropic.config;
	short_memory_try(chat_job);
}

static void
test_streams(void **state)
{
	(void)state;
	short_memory_try(openai_job);
	short_memory_try(anthropic_job);
}

static void
test_catalog(void **state)
{
	(void)state;
	short_memory_try(catalog_job);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_json),
		cmocka_unit_test(test_requests), cmocka_unit_test(test_streams),
		cmocka_unit_test(test_catalog), cmocka_unit_test(test_ring) };

	return cmocka_run_group_tests_name("allocation", tests, NULL, NULL);
}
