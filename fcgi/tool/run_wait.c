/* SPDX-License-Identifier: MIT */
/*
 * Calls that wait: a server of the legacy era asks a person something in the
 * middle of its answer, and another request brings what was said.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "confab/base/crypto.h"
#include "confab/base/encode.h"
#include "confab/base/json.h"
#include "confab/system/loop.h"

#include "run.h"

#define ASKED "1" /* the name of the one request of a server */

/* ---- Waiting for a person ----------------------------------------------------------*/

static void
leave_desk(struct tool_run *r)
{
	struct tool_run **at = &r->desk->waiting;

	while (*at != NULL && *at != r)
		at = &(*at)->next;
	if (*at == NULL)
		return;
	*at = r->next;
	atomic_fetch_sub(&r->desk->n, 1);
	uv_timer_stop(&r->timer);
}

/* Nobody has answered. */
static void
on_wait_over(uv_timer_t *timer)
{
	struct tool_run *r = (struct tool_run *)timer;

	leave_desk(r);
	/* Another call may be what it is about. */
	if (r->client != NULL)
		tool_client_reply(r->client, r->asked,
		    "{\"action\":\"cancel\"}");
	tool_run_close(r, true);
}

/* The members of an answer that asks. Returns 0 or -1. */
static int
put_question(const struct tool_run *r,
    const unsigned char token[TOOL_TOKEN_LEN], const struct buf *request,
    struct buf *out)
{
	char text[2 * TOOL_TOKEN_LEN + 1];

	encode_hex(text, token, TOOL_TOKEN_LEN);
	buf_puts(out, "\"input_required\":{\"requests\":{\"" ASKED "\":");
	buf_append(out, buf_str(request), request->len);
	return buf_printf(out, "},\"state\":\"%u.%s\"}", r->desk->index, text);
}

/*
 * The server has asked something in the middle of its answer: the stream gets
 * the question as its result, and the call waits at the desk.
 */
void
tool_run_wait(struct tool_run *r, const struct tool_message *m)
{
	const struct upstream_handler *h = r->handler;
	struct tool_desk *d = r->desk;
	unsigned char token[TOOL_TOKEN_LEN];
	struct buf members;
	void *arg = r->arg;
	bool given;

	if (h == NULL || atomic_load(&d->n) >= TOOL_WAITING_MAX ||
	    crypto_random(token, sizeof(token)) == -1 ||
	    tool_call_name(r->call, token, r->name) == -1) {
		tool_client_reply(r->client, m->id, NULL);
		return;
	}
	memcpy(r->asked, m->id, sizeof(r->asked));
	buf_init(&members, m->json.len + 256);
	if (put_question(r, token, &m->json, &members) == 0) {
		given = tool_run_give(r, &members);
	} else {
		tool_run_finish_memory(r);
		given = false;
	}
	buf_free(&members);
	if (!given)
		return;
	r->handler = NULL;
	r->next = d->waiting;
	d->waiting = r;
	atomic_fetch_add(&d->n, 1);
	uv_timer_start(&r->timer, on_wait_over, r->call->conf->limits.input, 0);
	h->end(arg, NULL, false);
}

/* The call that a request goes on with, or NULL. */
static struct tool_run *
find_waiting(const struct tool_desk *d,
    const unsigned char name[TOOL_CALL_NAME_LEN])
{
	struct tool_run *r;

	for (r = d->waiting; r != NULL; r = r->next)
		if (crypto_equal(r->name, name, TOOL_CALL_NAME_LEN))
			return r;
	return NULL;
}

struct tool_call *
tool_desk_answered(struct tool_desk *d, const struct tool_answer *a)
{
	struct tool_run *r = find_waiting(d, a->name);

	if (r == NULL || tool_call_said(r->call, d->index, a) == -1)
		return NULL;
	return tool_call_ref(r->call);
}

/* ---- Being stopped ------------------------------------------------------------------*/

static struct tool_run *
find_stream(const struct tool_desk *d, const char *user, uint64_t stream)
{
	struct tool_run *r;

	for (r = d->waiting; r != NULL && stream != 0; r = r->next)
		if (r->call->stream_hash == stream &&
		    strcmp(r->call->user, user) == 0)
			return r;
	return NULL;
}

bool
tool_desk_has(const struct tool_desk *d, const char *user, uint64_t stream)
{
	return find_stream(d, user, stream) != NULL;
}

void
tool_desk_stop(struct tool_desk *d, const char *user, uint64_t stream)
{
	struct tool_run *r = find_stream(d, user, stream);

	if (r == NULL)
		return;
	leave_desk(r);
	tool_run_close(r, true);
}

/* ---- Going on -----------------------------------------------------------------------*/

/* What happened while it waited; not before its new owner has it. */
static void
on_gone_on(uv_timer_t *timer)
{
	struct tool_run *r = (struct tool_run *)timer;
	struct buf late = r->late;

	buf_init(&r->late, 0);
	if (late.len > 0)
		(void)tool_run_message(r, late.data, late.len, r->late_id);
	else if (r->client == NULL && r->reading == NULL)
		tool_run_finish_bad(r, 410, "tool_gone",
		    "The tool server has not waited for the answer.");
	buf_free(&late);
}

static void
reply(struct tool_run *r)
{
	struct json_object *answer = json_get(r->call->responses, ASKED);
	struct buf text;

	buf_init(&text, TOOL_REQUEST_MAX);
	if (answer != NULL)
		json_write(&text, answer);
	else
		buf_puts(&text, "{\"action\":\"cancel\"}");
	if (r->client != NULL && buf_ok(&text))
		tool_client_reply(r->client, r->asked, text.data);
	buf_free(&text);
}

struct tool_run *
tool_run_go_on(struct tool_desk *d, struct tool_call *c,
    const struct upstream_handler *handler, void *arg, struct api_error *err)
{
	struct tool_run *r = find_waiting(d, c->name);

	if (r == NULL) {
		(void)tool_call_gone(err);
		return NULL;
	}
	leave_desk(r);
	(void)tool_call_ref(c);
	tool_call_unref(r->call);
	r->call = c;
	r->handler = handler;
	r->arg = arg;
	reply(r);
	uv_timer_start(&r->timer, on_gone_on, 0, 0);
	return r;
}

struct tool_desk *
tool_desk_new(struct loop *l, struct upstream_pool *pool, unsigned index)
{
	struct tool_desk *d;

	d = calloc(1, sizeof(*d));
	if (d == NULL)
		return NULL;
	d->loop = l;
	d->pool = pool;
	d->index = index;
	return d;
}

unsigned
tool_desk_waiting(const struct tool_desk *d)
{
	return atomic_load(&d->n);
}

void
tool_desk_free(struct tool_desk *d)
{
	struct tool_run *r;

	if (d == NULL)
		return;
	while ((r = d->waiting) != NULL) {
		leave_desk(r);
		tool_run_close(r, true);
	}
	tool_ears_end(&d->ears);
	free(d);
}
