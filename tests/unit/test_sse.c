/* SPDX-License-Identifier: MIT */
/*
 * The event stream decoder: every stream is fed whole, cut at every pair of
 * places, and byte by byte, and must give the same events each time.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "confab/provider/sse.h"

#define EVENT_MAX 100

struct sample {
	const char *bytes;
	size_t len;
	const char *want; /* "name|data;" for each event */
};

#define S(bytes, want)                         \
	{                                      \
		bytes, sizeof(bytes) - 1, want \
	}

static const struct sample samples[] = { S("", ""), S("data: a\n\n", "|a;"),
	S("data:a\n\ndata:b\n\n", "|a;|b;"),
	S("data: a\r\n\r\ndata: b\r\n\r\n", "|a;|b;"),
	S("data: a\r\rdata: b\r\r", "|a;|b;"),
	S("data: a\r\n\ndata: b\n\r", "|a;|b;"),
	S("data: a\n\r\ndata: b\r\r\n", "|a;|b;"),
	S("\xef\xbb\xbf"
	  "data: a\n\n",
	    "|a;"),
	S("\xef\xbb\xbf\xef\xbb\xbf"
	  "data: a\n\n",
	    ""),
	S("data: a\n\n\xef\xbb\xbf"
	  "data: b\n\n",
	    "|a;"),
	S("\xef\xbb"
	  "data: a\n\n",
	    ""),
	S("data: a\ndata: b\ndata:\ndata:  c\n\n", "|a\nb\n\n c;"),
	S("data\n\n", "|;"), S("data:\n\n", "|;"), S("data\ndata\n\n", "|\n;"),
	S("data\ndata: x\n\n", "|\nx;"), S("data:\n", ""), S("data: lost", ""),
	S("data: lost\n", ""), S("\n\n\n", ""),
	S("event: e\n\ndata: a\n\n", "|a;"),
	S("event: ping\ndata: {}\n\n", "ping|{};"),
	S("data: {}\nevent: late\n\n", "late|{};"),
	S("event: one\nevent: two\ndata: x\n\ndata: y\n\n", "two|x;|y;"),
	S("event: one\nevent\ndata: x\n\n", "|x;"),
	S(": comment\n\n: another: one\ndata: a\n\n:\n\n", "|a;"),
	S("id: 7\nretry: 10\nfoo: bar\ndata: a\n\n", "|a;"),
	S("Data: no\n data: no\ndata : no\ndatax: no\n\n", ""),
	S("data: a:b: c\n\n", "|a:b: c;"),
	S("data: \xc3\xa9\xe2\x82\xac\xff\n\n", "|\xc3\xa9\xe2\x82\xac\xff;"),
	S("event: message_start\r\ndata: {\"a\":\r\ndata: 1}\r\n\r\n"
	  "event: message_stop\r\ndata: {}\r\n\r\n",
	    "message_start|{\"a\":\n1};message_stop|{};") };

/* Writes each event as "name|data;". */
static int
take(void *arg, const struct sse_event *ev)
{
	struct buf *out = arg;

	buf_append(out, ev->name, ev->name_len);
	buf_putc(out, '|');
	buf_append(out, ev->data, ev->data_len);
	return buf_putc(out, ';');
}

/* Feeds a part from memory of exactly its size, which is gone afterwards. */
static enum sse_result
feed_part(struct sse *d, const char *s, size_t len, struct buf *out)
{
	char *part = malloc(len + (len == 0));
	enum sse_result r;

	assert_non_null(part);
	memcpy(part, s, len);
	r = sse_feed(d, part, len, take, out);
	memset(part, '#', len);
	free(part);
	return r;
}

static void
run_cut(const char *s, size_t len, size_t a, size_t b, const char *want,
    enum sse_result result)
{
	struct sse d;
	struct buf out;
	enum sse_result r;

	sse_init(&d, EVENT_MAX);
	buf_init(&out, 1 << 20);
	r = feed_part(&d, s, a, &out);
	if (r == SSE_OK)
		r = feed_part(&d, s + a, b - a, &out);
	if (r == SSE_OK)
		r = feed_part(&d, s + b, len - b, &out);
	assert_int_equal(r, result);
	assert_string_equal(buf_str(&out), want);
	buf_free(&out);
	sse_free(&d);
}

static void
run_bytes(const char *s, size_t len, const char *want, enum sse_result result)
{
	struct sse d;
	struct buf out;
	enum sse_result r = SSE_OK;
	size_t i;

	sse_init(&d, EVENT_MAX);
	buf_init(&out, 1 << 20);
	for (i = 0; i < len && r == SSE_OK; i++)
		r = feed_part(&d, s + i, 1, &out);
	assert_int_equal(r, result);
	assert_string_equal(buf_str(&out), want);
	buf_free(&out);
	sse_free(&d);
}

static void
run_all(const char *s, size_t len, const char *want, enum sse_result result)
{
	size_t a, b, step = len > 150 ? 7 : 1;

	for (a = 0; a <= len; a += step)
		for (b = a; b <= len; b++)
			run_cut(s, len, a, b, want, result);
	run_bytes(s, len, want, result);
}

static void
test_samples(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(samples) / sizeof(samples[0]); i++)
		run_all(samples[i].bytes, samples[i].len, samples[i].want,
		    SSE_OK);
}

static void
test_nul(void **state)
{
	static const char bytes[] = "data: a\0b\n\n";
	struct sse d;
	struct buf out;

	(void)state;
	sse_init(&d, EVENT_MAX);
	buf_init(&out, 100);
	assert_int_equal(feed_part(&d, bytes, sizeof(bytes) - 1, &out), SSE_OK);
	assert_int_equal(out.len, 5);
	assert_memory_equal(out.data, "|a\0b;", 5);
	buf_free(&out);
	sse_free(&d);
}

static int
inside(void *arg, const struct sse_event *ev)
{
	const char *bytes = arg;

	assert_ptr_equal(ev->data, bytes + 6);
	return 0;
}

/* An event that lies whole in the bytes is not copied. */
static void
test_in_place(void **state)
{
	char bytes[] = "data: hello\n\n";
	struct sse d;

	(void)state;
	sse_init(&d, EVENT_MAX);
	assert_int_equal(sse_feed(&d, bytes, sizeof(bytes) - 1, inside, bytes),
	    SSE_OK);
	assert_null(d.line.data);
	assert_null(d.data.data);
	sse_free(&d);
}

/* Between events a decoder holds no memory, however they were cut. */
static void
test_idle_holds_nothing(void **state)
{
	static const char bytes[] = "event: x\ndata: hello\ndata: more\n\n";
	struct sse d;
	struct buf out;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bytes); i++) {
		sse_init(&d, EVENT_MAX);
		buf_init(&out, 1000);
		feed_part(&d, bytes, i, &out);
		feed_part(&d, bytes + i, sizeof(bytes) - 1 - i, &out);
		assert_null(d.line.data);
		assert_null(d.data.data);
		assert_null(d.name.data);
		buf_free(&out);
		sse_free(&d);
	}
}

static void
fill(char *s, size_t n, const char *head, const char *tail)
{
	memset(s, 'x', n);
	memcpy(s, head, strlen(head));
	memcpy(s + n - strlen(tail), tail, strlen(tail));
}

static void
test_limits(void **state)
{
	char s[4096], want[EVENT_MAX + 3];

	(void)state;
	/* An event of exactly the limit passes, one byte more does not. */
	fill(want, sizeof(want), "|", ";");
	want[EVENT_MAX + 1] = ';';
	want[EVENT_MAX + 2] = '\0';
	fill(s, 6 + EVENT_MAX + 2, "data: ", "\n\n");
	run_all(s, 6 + EVENT_MAX + 2, want, SSE_OK);
	fill(s, 6 + EVENT_MAX + 3, "data: ", "\n\n");
	run_all(s, 6 + EVENT_MAX + 3, "", SSE_TOO_LARGE);
	/* The same for lines that are joined: 50 + 1 + 49, then 50. */
	fill(s, 6 + 50 + 1, "data: ", "\n");
	fill(s + 57, 6 + 49 + 2, "data: ", "\n\n");
	want[51] = '\n';
	run_all(s, 57 + 57, want, SSE_OK);
	fill(s + 57, 6 + 50 + 2, "data: ", "\n\n");
	run_all(s, 57 + 58, "", SSE_TOO_LARGE);
	/* Whatever the line is, and whether or not it ends. */
	fill(s, 300, ": ", "x");
	run_all(s, 300, "", SSE_TOO_LARGE);
	fill(s, 300, "event: ", "\n");
	run_all(s, 300, "", SSE_TOO_LARGE);
}

/* One line without end: refused at the cap, memory bounded by it. */
static void
test_endless_line(void **state)
{
	static char block[4096];
	struct sse d;
	struct buf out;
	enum sse_result r;
	size_t fed = 0;

	(void)state;
	sse_init(&d, 64 * 1024);
	buf_init(&out, 100);
	memset(block, 'x', sizeof(block));
	r = sse_feed(&d, "data: ", 6, take, &out);
	while (r == SSE_OK && fed < ((size_t)1 << 30)) {
		r = sse_feed(&d, block, sizeof(block), take, &out);
		fed += sizeof(block);
		assert_true(d.line.cap <= 64 * 1024 + 128);
	}
	assert_int_equal(r, SSE_TOO_LARGE);
	assert_true(fed <= 64 * 1024 + 2 * sizeof(block));
	sse_free(&d);
	buf_free(&out);
}

static int
refuse(void *arg, const struct sse_event *ev)
{
	(void)ev;
	(*(int *)arg)++;
	return 1;
}

static void
test_stopped(void **state)
{
	struct sse d;
	int n = 0;

	(void)state;
	sse_init(&d, EVENT_MAX);
	assert_int_equal(sse_feed(&d, "data: a\n\ndata: b\n\n", 18, refuse, &n),
	    SSE_STOPPED);
	assert_int_equal(n, 1);
	sse_free(&d);
}

/* The last blank line may be missing, and the line's end too. */
static void
test_finish(void **state)
{
	static const struct sample t[] = { S("data: a", "|a;"),
		S("data: a\n", "|a;"), S("data: a\r", "|a;"),
		S("data: a\ndata: b", "|a\nb;"), S("event: e\ndata: a", "e|a;"),
		S("data: a\nevent: e", "e|a;"), S("data: a\n\n", "|a;"),
		S(": c", ""), S("event: e", ""),
		S("\xef\xbb\xbf"
		  "data: a",
		    "|a;") };
	struct sse d;
	struct buf out;
	size_t i, cut;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		for (cut = 0; cut <= t[i].len; cut++) {
			sse_init(&d, EVENT_MAX);
			buf_init(&out, 100);
			feed_part(&d, t[i].bytes, cut, &out);
			feed_part(&d, t[i].bytes + cut, t[i].len - cut, &out);
			assert_int_equal(sse_finish(&d, take, &out), SSE_OK);
			assert_string_equal(buf_str(&out), t[i].want);
			sse_free(&d);
			buf_free(&out);
		}
	}
}

/* What servers send beside the standard when something goes wrong. */
static void
test_errors(void **state)
{
	static const struct sample t[] = { S("error: {\"e\":1}\n\n",
					       "error|{\"e\":1};"),
		S("data: a\n\nerror: b\n\ndata: c\n\n", "|a;error|b;|c;"),
		S("{\"e\":1}\n\n", "|{\"e\":1};"),
		S("data: a\n\n{\"e\":1}\n", "|a;|{\"e\":1};") };
	struct sse d;
	struct buf out;
	size_t i, cut;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		for (cut = 0; cut <= t[i].len; cut++) {
			sse_init(&d, EVENT_MAX);
			buf_init(&out, 100);
			feed_part(&d, t[i].bytes, cut, &out);
			feed_part(&d, t[i].bytes + cut, t[i].len - cut, &out);
			assert_int_equal(sse_finish(&d, take, &out), SSE_OK);
			assert_string_equal(buf_str(&out), t[i].want);
			sse_free(&d);
			buf_free(&out);
		}
	}
}

/* Feeds `head`, then `n` bytes, then the end of the event, in parts. */
static enum sse_result
feed_long(struct sse *d, const char *head, size_t n)
{
	static char block[64];
	enum sse_result r;
	struct buf out;

	memset(block, 'x', sizeof(block));
	buf_init(&out, 1 << 20);
	r = sse_feed(d, head, strlen(head), take, &out);
	for (; n > 0 && r == SSE_OK; n -= n < 64 ? n : 64)
		r = sse_feed(d, block, n < 64 ? n : 64, take, &out);
	if (r == SSE_OK)
		r = sse_feed(d, "\n\n", 2, take, &out);
	buf_free(&out);
	return r;
}

/* An event with a picture may be longer, and the next may not. */
static void
test_pictures(void **state)
{
	struct sse d;

	(void)state;
	sse_init(&d, 100);
	sse_allow_pictures(&d, 1000);
	assert_int_equal(feed_long(&d, "data: {\"images\":", 900), SSE_OK);
	assert_int_equal(feed_long(&d, "data: ", 101), SSE_TOO_LARGE);
	sse_free(&d);
	sse_init(&d, 100);
	sse_allow_pictures(&d, 1000);
	assert_int_equal(feed_long(&d, "data: {\"images\":", 1001),
	    SSE_TOO_LARGE);
	sse_free(&d);
	/* A name is never a picture. */
	sse_init(&d, 100);
	sse_allow_pictures(&d, 1000);
	assert_int_equal(feed_long(&d, "event: image", 200), SSE_TOO_LARGE);
	sse_free(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_samples),
		cmocka_unit_test(test_nul), cmocka_unit_test(test_in_place),
		cmocka_unit_test(test_idle_holds_nothing),
		cmocka_unit_test(test_limits), cmocka_unit_test(test_errors),
		cmocka_unit_test(test_pictures),
		cmocka_unit_test(test_endless_line),
		cmocka_unit_test(test_stopped), cmocka_unit_test(test_finish) };

	return cmocka_run_group_tests_name("sse", tests, NULL, NULL);
}
