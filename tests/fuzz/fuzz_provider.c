/* SPDX-License-Identifier: MIT */
/*
 * Fuzzer: any bytes as what a provider sends: a stream, an answer, an error,
 * a list of models. Aborts when something that is not one line of JSON would
 * go to a client, or when an error says nothing or too much.
 */
#include "config.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "confab/base/json.h"

#include "provider/kind.h"
#include "fuzz.h"

#define KEY "fuzzing-key-0123456789"
#define HOST "secret-host.example"

static char url[] = "https://" HOST "/v1", key[] = KEY;

static void
check_error(const struct api_error *err)
{
	check(err->status >= 400 && err->status < 600);
	check(err->code[0] != '\0' && err->message[0] != '\0');
	check(strstr(err->message, KEY) == NULL);
	check(strstr(err->message, HOST) == NULL);
}

static int
emit(void *arg, const char *json, size_t len, bool content)
{
	check(len > 0 && json[0] == '{');
	check(memchr(json, '\n', len) == NULL);
	check(memchr(json, '\r', len) == NULL);
	check(json_check(json, len, JSON_DEPTH_MAX, NULL) == JSON_OK);
	buf_putc(arg, content ? '!' : ' ');
	return buf_append(arg, json, len);
}

struct run {
	struct buf out;
	struct provider_reader *reader;
	enum provider_result result;
	struct api_error err;
};

static int
on_event(void *arg, const struct sse_event *ev)
{
	struct run *run = arg;

	run->result =
	    provider_read(run->reader, ev, emit, &run->out, &run->err);
	return run->result != PROVIDER_MORE;
}

/* Reads a stream; `learn` false: each event as if it were the first. */
static void
read_stream(struct run *run, const struct config_provider *p, const char *s,
    size_t len, bool learn)
{
	struct sse sse;

	memset(run, 0, sizeof(*run));
	buf_init(&run->out, 1 << 24);
	run->reader = provider_reader_new(p, "m", len % 2 == 0);
	check(run->reader != NULL);
	if (!learn)
		run->reader->like.misses = ~0U;
	sse_init(&sse, 1 << 16);
	if (sse_feed(&sse, s, len, on_event, run) == SSE_OK &&
	    sse_finish(&sse, on_event, run) == SSE_OK)
		run->result =
		    provider_read_end(run->reader, emit, &run->out, &run->err);
	if (run->result == PROVIDER_FAILED)
		check_error(&run->err);
	provider_reader_free(run->reader);
	sse_free(&sse);
}

/* What was learnt from one event must not change the next. */
static void
stream(const struct config_provider *p, const char *s, size_t len)
{
	struct run one, two;

	read_stream(&one, p, s, len, true);
	read_stream(&two, p, s, len, false);
	check(one.result == two.result);
	check(one.out.len == two.out.len);
	check(one.out.len == 0 ||
	    memcmp(one.out.data, two.out.data, one.out.len) == 0);
	buf_free(&one.out);
	buf_free(&two.out);
}

static void
answer(const struct config_provider *p, const char *s, size_t len)
{
	static const int statuses[] = { 200, 400, 401, 404, 429, 500 };
	struct provider_reader *r = provider_reader_new(p, "m", false);
	struct api_error err;
	struct buf out;
	size_t i;

	check(r != NULL);

	memset(&err, 0, sizeof(err));
	buf_init(&out, 1 << 24);
	if (provider_read_whole(r, s, len, &out, &err) == 0)
		check(json_check(out.data, out.len, JSON_DEPTH_MAX, NULL) ==
		    JSON_OK);
	else
		check_error(&err);
	provider_reader_free(r);
	buf_free(&out);
	for (i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		memset(&err, 0, sizeof(err));
		(void)provider_error(p, statuses[i], s, len, NULL, 0, &err);
		check_error(&err);
	}
}

static int
add(void *arg, const struct config_model *m)
{
	(void)arg;
	check(m->id[0] != '\0' && (m->name == NULL || m->name[0] != '\0'));
	return 0;
}

/* The first byte is a Retry-After's length and the kind. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct config_kind *const kinds[] = {
		&provider_openai.config, &provider_anthropic.config,
		&provider_responses.config
	};
	struct config_provider p = { .base_url = url, .api_key = key };
	struct api_error err;
	char retry[64];
	const char *s;
	struct buf after;
	size_t len, n;

	if (size == 0)
		return 0;
	p.kind = kinds[data[0] / 4 % 3];
	p.require_done = data[0] % 4 < 2;
	s = (const char *)data + 1;
	len = size - 1;
	stream(&p, s, len);
	answer(&p, s, len);
	buf_init(&after, 1000);
	(void)provider_list_read(&p, s, len, add, NULL, &after);
	buf_free(&after);
	n = len < sizeof(retry) - 1 ? len : sizeof(retry) - 1;
	memcpy(retry, s, n);
	retry[n] = '\0';
	(void)provider_error(&p, 429, "", 0, retry, 1000000000, &err);
	check(err.retry_after <= 86400);
	return 0;
}
