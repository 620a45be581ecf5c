/* SPDX-License-Identifier: MIT */
/*
 * The demo provider's source.
 *
 * ELIZA replays a whole conversation for each answer, which may take
 * milliseconds: that is done on libuv's thread pool, and only the pacing is
 * left to the loop.
 */
#include "config.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "confab/base/clock.h"
#include "confab/base/json.h"
#include "confab/demo/source.h"
#include "confab/system/loop.h"
#include "confab/system/loop_work.h"

#include "demo.h"
#include "pace.h"
#include "tour_tools.h"

#define BYTES_PER_TOKEN 4	   /* of a request, for the usage it is told */
#define CHUNK_MAX 2048		   /* bytes of one chunk's JSON */
#define CALL_CHUNK_MAX (32 * 1024) /* of one with a call */

/* Which of the texts is being sent. */
enum phase { PHASE_ROLE, PHASE_REASONING, PHASE_TEXT, PHASE_END };

struct demo_source {
	uv_timer_t timer; /* first */
	struct loop_work work;
	struct loop *loop;
	const struct upstream_handler *handler; /* NULL: nobody listens */
	void *arg;
	struct provider_usage *usage;
	char *model;
	char id[40];
	int64_t created;
	bool stream;
	bool want_usage;
	bool paused;
	bool working;	/* on the thread pool */
	bool closed;	/* the timer's handle is */
	uint64_t limit; /* pieces; 0: none */

	struct chat_request chat; /* a copy; holds a reference to root */
	char *demo_model;	  /* a copy: a reload may end the
					 * catalogue before the thread does */
	struct tour_answer answer;
	uint64_t prompt; /* tokens, about */
	int failed;

	enum phase phase;
	size_t off;
	uint64_t due; /* of the piece before, us */
	uint64_t pieces;
	uint64_t reasoning_pieces;
};

/* ---- Making the answer, on the thread pool -------------------------------- */

static struct demo_source *
of_work(struct loop_work *w)
{
	return (struct demo_source *)((char *)w -
	    offsetof(struct demo_source, work));
}

static void
make_answer(struct loop_work *work)
{
	struct demo_source *d = of_work(work);

	size_t len = 0;

	d->failed = demo_answer(d->demo_model, &d->chat, &d->answer);
	(void)json_object_to_json_string_length(d->chat.root,
	    JSON_C_TO_STRING_PLAIN, &len);
	d->prompt = len / BYTES_PER_TOKEN;
}

/* ---- Chunks ---------------------------------------------------------------*/

static void
chunk_open(const struct demo_source *d, struct buf *out, const char *object)
{
	buf_printf(out,
	    "{\"id\":\"%s\",\"object\":\"%s\",\"created\":%lld,\"model\":",
	    d->id, object, (long long)d->created);
	buf_json(out, d->model, strlen(d->model));
}

static int
emit(struct demo_source *d, const struct buf *json, bool content)
{
	if (!buf_ok(json) || d->handler == NULL)
		return -1;
	return d->handler->chunk(d->arg, json->data, json->len, content);
}

/* A chunk whose only choice has `delta`'s member set to a text, or none. */
static int
emit_delta(struct demo_source *d, const char *member, const char *text,
    size_t len, const char *finish)
{
	struct buf json;
	int rc;

	buf_init(&json, CHUNK_MAX);
	chunk_open(d, &json, "chat.completion.chunk");
	buf_puts(&json, ",\"choices\":[{\"index\":0,\"delta\":{");
	if (d->phase == PHASE_ROLE)
		buf_puts(&json, "\"role\":\"assistant\",\"content\":\"\"");
	if (member != NULL) {
		buf_printf(&json, "\"%s\":", member);
		buf_json(&json, text, len);
	}
	buf_printf(&json, "},\"finish_reason\":%s}]}", finish);
	rc = emit(d, &json, member != NULL);
	buf_free(&json);
	return rc;
}

/* A chunk with the tour's call of a tool. */
static int
emit_call(struct demo_source *d)
{
	struct buf json;
	int rc = -1;

	buf_init(&json, CALL_CHUNK_MAX);
	chunk_open(d, &json, "chat.completion.chunk");
	buf_puts(&json, ",\"choices\":[{\"index\":0,\"delta\":{");
	if (tour_call_json(d->id, &json) == 0) {
		buf_puts(&json, "},\"finish_reason\":null}]}");
		rc = emit(d, &json, true);
	}
	buf_free(&json);
	return rc;
}

static void
usage_json(const struct demo_source *d, struct buf *out)
{
	buf_printf(out,
	    ",\"usage\":{\"prompt_tokens\":%llu,"
	    "\"completion_tokens\":%llu,\"total_tokens\":%llu}",
	    (unsigned long long)d->usage->prompt,
	    (unsigned long long)d->usage->completion,
	    (unsigned long long)(d->usage->prompt + d->usage->completion));
}

static int
emit_usage(struct demo_source *d)
{
	struct buf json;
	int rc;

	buf_init(&json, CHUNK_MAX);
	chunk_open(d, &json, "chat.completion.chunk");
	buf_puts(&json, ",\"choices\":[]");
	usage_json(d, &json);
	buf_putc(&json, '}');
	rc = emit(d, &json, false);
	buf_free(&json);
	return rc;
}

/* The answer as one JSON text, for who asked for no stream. */
static int
give_whole(struct demo_source *d, const char *finish)
{
	struct buf json;
	int rc = -1;

	buf_init(&json, TOUR_TEXT_MAX * 8);
	chunk_open(d, &json, "chat.completion");
	buf_puts(&json,
	    ",\"choices\":[{\"index\":0,\"message\":{"
	    "\"role\":\"assistant\",\"content\":");
	buf_json(&json, buf_str(&d->answer.text),
	    d->phase == PHASE_TEXT ? d->off : d->answer.text.len);
	if (d->answer.reasoning.len > 0) {
		buf_puts(&json, ",\"reasoning_content\":");
		buf_json(&json, d->answer.reasoning.data,
		    d->answer.reasoning.len);
	}
	if (strcmp(finish, TOUR_FINISH_CALL) == 0) {
		buf_putc(&json, ',');
		(void)tour_call_json(d->id, &json);
	}
	buf_printf(&json, "},\"finish_reason\":%s}]", finish);
	usage_json(d, &json);
	buf_putc(&json, '}');
	if (buf_ok(&json)) {
		d->handler->answer(d->arg, &json);
		rc = 0;
	}
	buf_free(&json);
	return rc;
}

/* ---- The end ---------------------------------------------------------------*/

static void
free_source(struct demo_source *d)
{
	tour_answer_free(&d->answer);
	json_object_put(d->chat.root);
	free(d->model);
	free(d->demo_model);
	free(d);
}

static void
on_close(uv_handle_t *handle)
{
	struct demo_source *d = (struct demo_source *)handle;

	d->closed = true;
	if (!d->working)
		free_source(d);
}

static void
release(struct demo_source *d)
{
	d->handler = NULL;
	if (!uv_is_closing((uv_handle_t *)&d->timer))
		uv_close((uv_handle_t *)&d->timer, on_close);
}

static void
finish(struct demo_source *d, const struct api_error *err)
{
	const struct upstream_handler *h = d->handler;
	void *arg = d->arg;

	release(d);
	if (h != NULL)
		h->end(arg, err, false);
}

/* A chunk could not be made or kept: memory ran out. */
static void
broken(struct demo_source *d)
{
	struct api_error err;

	(void)api_error_no_memory(&err);
	finish(d, &err);
}

/* All pieces are out. */
static void
end_answer(struct demo_source *d, const char *finish_reason)
{
	struct api_error err;
	int rc;

	d->usage->completion = d->pieces;
	d->usage->reasoning = d->reasoning_pieces;
	if (d->answer.end == TOUR_END_ERROR) {
		(void)api_error_set(&err, 502, "upstream_error",
		    "This is the failure that you asked the tour for.");
		finish(d, &err);
		return;
	}
	if (!d->stream)
		rc = give_whole(d, finish_reason);
	else if (strcmp(finish_reason, TOUR_FINISH_CALL) == 0 &&
	    emit_call(d) == -1)
		rc = -1;
	else if ((rc = emit_delta(d, NULL, NULL, 0, finish_reason)) == 0 &&
	    d->want_usage)
		rc = emit_usage(d);
	if (rc == -1)
		broken(d);
	else
		finish(d, NULL);
}

/* ---- Pacing ----------------------------------------------------------------*/

static const struct buf *
current_text(const struct demo_source *d)
{
	return d->phase == PHASE_REASONING ? &d->answer.reasoning
					   : &d->answer.text;
}

/* The next piece of the texts, moving from the first to the second. */
static struct pace_piece
next_piece(struct demo_source *d)
{
	struct pace_piece p;
	const struct buf *text = current_text(d);

	p = pace_next(buf_str(text), text->len, d->off, d->answer.pace);
	while (p.len == 0 && d->phase == PHASE_REASONING) {
		d->phase = PHASE_TEXT;
		d->off = 0;
		text = current_text(d);
		p = pace_next(buf_str(text), text->len, 0, d->answer.pace);
	}
	return p;
}

static int
send_piece(struct demo_source *d, const struct pace_piece *p)
{
	const struct buf *text = current_text(d);
	size_t at = d->off;

	d->off += p->len;
	d->pieces++;
	if (d->phase == PHASE_REASONING)
		d->reasoning_pieces++;
	if (!d->stream)
		return 0;
	return emit_delta(d,
	    d->phase == PHASE_REASONING ? "reasoning_content" : "content",
	    text->data + at, p->len, "null");
}

static void on_timer(uv_timer_t *timer);

static void
arm(struct demo_source *d, uint64_t due)
{
	uint64_t now = clock_mono_us(), wait;

	wait = due > now ? (due - now + 999) / 1000 : 0;
	uv_timer_start(&d->timer, on_timer, wait, 0);
}

/* Sends every piece that is due; those of a moment go out together. */
static void
on_timer(uv_timer_t *timer)
{
	struct demo_source *d = (struct demo_source *)timer;
	uint64_t now = clock_mono_us();
	struct pace_piece p;

	if (d->paused || d->handler == NULL)
		return;
	for (;;) {
		p = next_piece(d);
		if (p.len == 0) {
			end_answer(d, tour_finish(d->answer.end));
			return;
		}
		if (d->limit > 0 && d->pieces >= d->limit) {
			end_answer(d, "\"length\"");
			return;
		}
		if (d->due + p.delay_us > now)
			break;
		if (send_piece(d, &p) == -1) {
			broken(d);
			return;
		}
		d->due += p.delay_us;
	}
	d->handler->flush(d->arg);
	if (d->handler != NULL && !d->paused)
		arm(d, d->due + p.delay_us);
}

/* For who wants the answer whole: there is nothing to pace. */
static void
answer_at_once(struct demo_source *d)
{
	struct pace_piece p;

	while ((p = next_piece(d)).len > 0) {
		if (d->limit > 0 && d->pieces >= d->limit) {
			end_answer(d, "\"length\"");
			return;
		}
		(void)send_piece(d, &p);
	}
	end_answer(d, tour_finish(d->answer.end));
}

static void
on_answer(struct loop_work *work)
{
	struct demo_source *d = of_work(work);

	d->working = false;
	if (d->handler == NULL) {
		if (d->closed)
			free_source(d);
		return;
	}
	if (d->failed == -1) {
		broken(d);
		return;
	}
	d->usage->prompt = d->prompt;
	if (d->stream && emit_delta(d, NULL, NULL, 0, "null") == -1) {
		broken(d);
		return;
	}
	d->phase = PHASE_REASONING;
	if (!d->stream) {
		answer_at_once(d);
		return;
	}
	d->due = clock_mono_us();
	d->handler->flush(d->arg);
	if (d->handler != NULL && !d->paused)
		arm(d, 0);
}

/* ---- The start -------------------------------------------------------------*/

/* The client's limit of tokens, which are pieces here. */
static uint64_t
token_limit(const struct chat_request *chat)
{
	struct json_object *v;

	v = json_get(chat->root, "max_completion_tokens");
	if (v == NULL)
		v = json_get(chat->root, "max_tokens");
	if (v == NULL || json_object_get_int64(v) <= 0)
		return 0;
	return (uint64_t)json_object_get_int64(v);
}

struct demo_source *
demo_source_start(struct loop *l, const struct upstream_call *call,
    const struct upstream_handler *handler, void *arg, struct api_error *err)
{
	struct demo_source *d;

	d = calloc(1, sizeof(*d));
	if (d == NULL)
		goto no_memory;
	d->loop = l;
	d->handler = handler;
	d->arg = arg;
	d->usage = call->usage;
	d->stream = call->chat->stream;
	d->want_usage = call->chat->include_usage;
	d->limit = token_limit(call->chat);
	/* The stream drops its request once the answer has begun. json-c's
	 * counts are not atomic; only this thread changes them. */
	d->chat = *call->chat;
	d->chat.root = json_object_get(call->chat->root);
	d->created = clock_wall();
	(void)snprintf(d->id, sizeof(d->id), "chatcmpl-demo-%llx",
	    (unsigned long long)uv_hrtime());
	d->model = strdup(call->model_id);
	d->demo_model = strdup(call->model->id);
	if (d->model == NULL || d->demo_model == NULL)
		goto no_memory;
	if (loop_work_start(l, &d->work, make_answer, on_answer) == -1)
		goto no_memory;
	d->working = true;
	uv_timer_init(&l->uv, &d->timer);
	return d;

no_memory:
	if (d != NULL)
		free_source(d);
	(void)api_error_no_memory(err);
	return NULL;
}

void
demo_source_pause(struct demo_source *d)
{
	d->paused = true;
	uv_timer_stop(&d->timer);
}

void
demo_source_resume(struct demo_source *d)
{
	d->paused = false;
	if (!d->working && d->handler != NULL) {
		d->due = clock_mono_us();
		arm(d, 0);
	}
}

void
demo_source_cancel(struct demo_source *d)
{
	release(d);
}
