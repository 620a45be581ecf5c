/* SPDX-License-Identifier: MIT */
/*
 * Fuzzer: any bytes as an event stream; the first two say where it is cut.
 * Aborts when the cut stream gives other events than the whole one.
 */
#include "config.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "confab/provider/sse.h"
#include "fuzz.h"

#define EVENT_MAX 200

static int
take(void *arg, const struct sse_event *ev)
{
	struct buf *out = arg;

	if (ev->data_len > EVENT_MAX || ev->name_len > EVENT_MAX)
		abort();
	buf_append(out, ev->name, ev->name_len);
	buf_putc(out, '\0');
	buf_append(out, ev->data, ev->data_len);
	return buf_putc(out, '\0');
}

/* Feeds from memory of exactly the part's size. */
static enum sse_result
feed(struct sse *d, const uint8_t *data, size_t size, struct buf *out)
{
	char *part = malloc(size + (size == 0));
	enum sse_result r;

	if (part == NULL)
		abort();
	memcpy(part, data, size);
	r = sse_feed(d, part, size, take, out);
	free(part);
	return r;
}

static enum sse_result
run(const uint8_t *data, size_t size, size_t step, size_t first,
    struct buf *out)
{
	enum sse_result r = SSE_OK;
	struct sse d;
	size_t n;

	sse_init(&d, EVENT_MAX);
	buf_init(out, 1 << 24);
	while (size > 0 && r == SSE_OK) {
		n = first < size ? first : size;
		r = feed(&d, data, n, out);
		data += n;
		size -= n;
		first = step;
	}
	if (r == SSE_OK)
		r = sse_finish(&d, take, out);
	sse_free(&d);
	return r;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf whole, cut;
	size_t first, step;

	if (size < 2)
		return 0;
	first = (size_t)data[0] + 1;
	step = (size_t)data[1] + 1;
	if (run(data + 2, size - 2, size, size, &whole) !=
	    run(data + 2, size - 2, step, first, &cut))
		abort();
	if (whole.len != cut.len ||
	    (whole.len > 0 && memcmp(whole.data, cut.data, whole.len) != 0))
		abort();
	buf_free(&whole);
	buf_free(&cut);
	return 0;
}
