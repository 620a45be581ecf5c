/* SPDX-License-Identifier: MIT */
/*
 * An answer that comes as one JSON text, whether that was asked for or a stream.
 * A long one is read on libuv's thread pool.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "confab/base/json.h"
#include "confab/system/loop_work.h"

#include "call.h"

#define ANSWER_INLINE (64 * 1024)  /* bytes of JSON that are read on the loop */
#define LOOKS_MAX 64		   /* at a body, whether it is whole */
#define LOOKED_AT_MAX (256 * 1024) /* bytes of it */

bool
upstream_body_closes(struct upstream *u)
{
	size_t len = u->body.len;

	while (len > 0 && memchr(" \t\r\n", u->body.data[len - 1], 4) != NULL)
		len--;
	if (len == 0 || len > LOOKED_AT_MAX || u->body.data[len - 1] != '}' ||
	    u->looks == LOOKS_MAX)
		return false;
	u->looks++;
	return json_check(u->body.data, len, JSON_DEPTH_DEFAULT, NULL) ==
	    JSON_OK;
}

void
upstream_expect(struct upstream *u)
{
	bool counted = true;

	if (u->kind != BODY_EVENTS) {
		if (upstream_body_closes(u))
			transfer_expect_end(&u->transfer, UPSTREAM_TAIL);
	} else if (provider_reader_settled(u->reader, &counted)) {
		transfer_expect_end(&u->transfer,
		    counted ? UPSTREAM_TAIL : UPSTREAM_TAIL_UNCOUNTED);
	} else if (u->transfer.expecting) {
		transfer_expect_more(&u->transfer);
	}
}

/* A whole answer, while and after it is read. */
struct whole {
	struct loop_work work; /* first */
	struct upstream *upstream;
	struct buf json; /* where a stream was asked for: chunks, a line each,
			  * after a mark of those with content */
	struct api_error err;
};

/* A chunk of a whole answer, kept until the loop has it again. */
static int
keep_chunk(void *arg, const char *json, size_t len, bool content)
{
	struct buf *chunks = arg;

	buf_putc(chunks, content ? '+' : '-');
	buf_append(chunks, json, len);
	return buf_putc(chunks, '\n');
}

/* Reads a whole answer; no handler is called. */
static void
read_whole(struct whole *w)
{
	struct upstream *u = w->upstream;
	const char *body = buf_str(&u->body);

	buf_init(&w->json, u->answer_max * 2);
	if (!u->stream)
		(void)provider_read_whole(u->reader, body, u->body.len,
		    &w->json, &w->err);
	else
		(void)provider_read_whole_as_chunks(u->reader, body,
		    u->body.len, keep_chunk, &w->json, &w->err);
}

/* Gives out the chunks that were kept. Returns 0, or -1. */
static int
give_chunks(struct upstream *u, const struct buf *chunks)
{
	const char *s = buf_str(chunks), *end;

	for (; *s != '\0'; s = end + 1) {
		end = strchr(s, '\n');
		if (u->handler == NULL ||
		    u->handler->chunk(u->arg, s + 1, (size_t)(end - s - 1),
			*s == '+') != 0)
			return -1;
	}
	if (u->handler != NULL)
		u->handler->flush(u->arg);
	return 0;
}

/* Gives a whole answer to the owner, if there is one still, and frees it. */
static void
give_whole(struct whole *w)
{
	struct upstream *u = w->upstream;

	if (u->handler == NULL) {
		/* Nobody waits for it any more. */
	} else if (w->err.status != 0) {
		upstream_finish(u, &w->err, false);
	} else if (!u->stream) {
		u->handler->answer(u->arg, &w->json);
		upstream_finish(u, NULL, false);
	} else if (give_chunks(u, &w->json) == 0) {
		upstream_finish(u, NULL, false);
	} else {
		upstream_fail_memory(u);
	}
	buf_free(&w->json);
	free(w);
}

static void
read_on_pool(struct loop_work *work)
{
	read_whole((struct whole *)work);
}

static void
read_on_pool_done(struct loop_work *work)
{
	struct upstream *u = ((struct whole *)work)->upstream;

	give_whole((struct whole *)work);
	upstream_free(&u->transfer);
}

bool
upstream_read_whole(struct upstream *u)
{
	struct whole *w;

	w = calloc(1, sizeof(*w));
	if (w == NULL) {
		upstream_fail_memory(u);
		return false;
	}
	w->upstream = u;
	if (u->body.len > ANSWER_INLINE) {
		transfer_detach(&u->transfer);
		u->detached = true;
		if (loop_work_start(u->loop, &w->work, read_on_pool,
			read_on_pool_done) == 0)
			return true;
	}
	read_whole(w);
	give_whole(w);
	return false;
}
