/* SPDX-License-Identifier: MIT */
/*
 * Every single allocation fails once: what is read, checked or translated is
 * then refused cleanly, or was not affected. The configuration is not among it:
 * libconfuse itself does not live through that.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "confab/catalog.h"
#include "confab/chat_request.h"
#include "confab/config.h"
#include "confab/event_ring.h"
#include "confab/json.h"
#include "confab/provider.h"
#include "confab/sse.h"

/*
 * glibc lets a program have allocators of its own, and its own be called from
 * these: then those of json-c fail, too. A sanitizer has its own already; with
 * it, and with other libraries, our own calls fail, which the linker redirects
 * (--wrap).
 */
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#define HAS_SANITIZER 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define HAS_SANITIZER 1
#endif
#if !defined(__GLIBC__)
#define HAS_SANITIZER 1
#endif

#define TRIES_MAX 20000

static long countdown = -1; /* allocations until one fails; -1: none */

static int
fails(void)
{
	if (countdown < 0)
		return 0;
	return countdown-- == 0;
}

void *__real_malloc(size_t);
void *__real_calloc(size_t, size_t);
void *__real_realloc(void *, size_t);
char *__real_strdup(const char *);
char *__real_strndup(const char *, size_t);
void *__wrap_malloc(size_t);
void *__wrap_calloc(size_t, size_t);
void *__wrap_realloc(void *, size_t);
char *__wrap_strdup(const char *);
char *__wrap_strndup(const char *, size_t);

#ifdef HAS_SANITIZER
#define FAILS_HERE() fails()
#else
#define FAILS_HERE() 0 /* below */

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);

void *
malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *
calloc(size_t n, size_t size)
{
	return fails() ? NULL : __libc_calloc(n, size);
}

void *
realloc(void *p, size_t size)
{
	return fails() ? NULL : __libc_realloc(p, size);
}
#endif

void *
__wrap_malloc(size_t size)
{
	return FAILS_HERE() ? NULL : __real_malloc(size);
}

void *
__wrap_calloc(size_t n, size_t size)
{
	return FAILS_HERE() ? NULL : __real_calloc(n, size);
}

void *
__wrap_realloc(void *p, size_t size)
{
	return FAILS_HERE() ? NULL : __real_realloc(p, size);
}

char *
__wrap_strdup(const char *s)
{
	return FAILS_HERE() ? NULL : __real_strdup(s);
}

char *
__wrap_strndup(const char *s, size_t n)
{
	return FAILS_HERE() ? NULL : __real_strndup(s, n);
}

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

/* Each makes its result in `out` and returns 0, or -1 for a clean refusal. */
typedef int (*job_fn)(struct buf *out);

/* With every allocation failing in its turn, the job gives the result that it
 * gives with none failing, or refuses. */
static void
try_all(job_fn job)
{
	static char want_data[1 << 16], out_data[1 << 16];
	struct buf want, out;
	long i;
	int rc;

	buf_init(&want, sizeof(want_data));
	buf_init(&out, sizeof(out_data));
	assert_int_equal(buf_reserve(&want, sizeof(want_data) - 1), 0);
	assert_int_equal(buf_reserve(&out, sizeof(out_data) - 1), 0);
	assert_int_equal(job(&want), 0);
	for (i = 0; i < TRIES_MAX; i++) {
		buf_reset(&out);
		countdown = i;
		rc = job(&out);
		if (countdown >= 0) {
			/* None had to fail: all have had their turn. */
			countdown = -1;
			assert_int_equal(rc, 0);
			break;
		}
		if (rc == 0 &&
		    (out.len != want.len ||
			memcmp(out.data, want.data, want.len) != 0))
			fail_msg("allocation %ld: %s", i, buf_str(&out));
	}
	assert_true(i > 0 && i < TRIES_MAX);
	buf_free(&want);
	buf_free(&out);
}

static int
write_value(struct buf *out, enum json_result r, struct json_object *v)
{
	/* Written only where memory is not short any more. */
	long was = countdown;
	int rc;

	if (r != JSON_OK) {
		assert_null(v);
		return -1;
	}
	countdown = -1;
	rc = json_write(out, v);
	countdown = was;
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
	provider.kind = PROVIDER_OPENAI;
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
	provider.kind = PROVIDER_ANTHROPIC;
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
	long was;
	int rc;

	p.kind = PROVIDER_DEMO;
	p.models = &model;
	p.n_models = 1;
	k = catalog_new(&c, &list, 1);
	if (k == NULL)
		return -1;
	was = countdown;
	countdown = -1;
	rc = catalog_json(k, out);
	countdown = was;
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
	try_all(ring_job);
}

static void
test_json(void **state)
{
	(void)state;
	try_all(parse_job);
	try_all(parse_loose_job);
}

static void
test_requests(void **state)
{
	(void)state;
	provider.kind = PROVIDER_OPENAI;
	try_all(chat_job);
	provider.kind = PROVIDER_ANTHROPIC;
	try_all(chat_job);
}

static void
test_streams(void **state)
{
	(void)state;
	try_all(openai_job);
	try_all(anthropic_job);
}

static void
test_catalog(void **state)
{
	(void)state;
	try_all(catalog_job);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_json),
		cmocka_unit_test(test_requests), cmocka_unit_test(test_streams),
		cmocka_unit_test(test_catalog), cmocka_unit_test(test_ring) };

	return cmocka_run_group_tests_name("allocation", tests, NULL, NULL);
}
