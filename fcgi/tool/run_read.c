/* SPDX-License-Identifier: MIT */
/* What a server says in a call, and what is given out of it. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "handshake.h"
#include "run.h"

#define INLINE_MAX (64 * 1024) /* bytes of a message that is read on the loop */

/* A long message, read on the thread pool; it outlives a run that ends. */
struct reading {
	struct loop_work work; /* first */
	struct tool_run *run;  /* NULL: ended */
	struct tool_call *call;
	struct buf text;
	uint64_t id;
	struct tool_message message;
};

void
tool_run_forget(struct reading *g)
{
	g->run = NULL;
}

/* ---- What is given out ------------------------------------------------------------*/

/* Gives out an object made of `members`. Returns 0, or -1: the run is over. */
static int
give_event(struct tool_run *r, const char *type, const struct buf *members)
{
	struct buf json;
	int rc;

	buf_init(&json, members->len + 64);
	buf_printf(&json, "{%s", type);
	buf_append(&json, buf_str(members), members->len);
	buf_putc(&json, '}');
	rc = buf_ok(&json)
	    ? r->handler->chunk(r->arg, json.data, json.len, false)
	    : -1;
	buf_free(&json);
	if (rc != 0)
		tool_run_finish_memory(r);
	return rc;
}

/* Gives out what the call comes to; true: it can be told that it is over. */
bool
tool_run_give(struct tool_run *r, const struct buf *members)
{
	struct buf json;

	if (r->call->stream) {
		if (give_event(r, "\"type\":\"result\",", members) != 0)
			return false;
		r->handler->flush(r->arg);
		return !r->closing;
	}
	buf_init(&json, members->len + 64);
	buf_putc(&json, '{');
	buf_append(&json, buf_str(members), members->len);
	buf_putc(&json, '}');
	if (!buf_ok(&json)) {
		buf_free(&json);
		tool_run_finish_memory(r);
		return false;
	}
	r->handler->answer(r->arg, &json);
	buf_free(&json);
	return true;
}

static void
give_progress(struct tool_run *r, const struct tool_message *m)
{
	if (r->call->stream && give_event(r, "", &m->json) != 0)
		return;
	r->handler->flush(r->arg);
}

/* ---- What comes --------------------------------------------------------------------*/

static void
take_result(struct tool_run *r, const struct tool_message *m)
{
	r->call->is_error = m->is_error;
	if (tool_run_give(r, &m->json))
		tool_run_finish(r, NULL);
}

/* Acts on a message. Nonzero: the run is over. */
static int
take(struct tool_run *r, const struct tool_message *m)
{
	struct api_error err;

	switch (m->kind) {
	case TOOL_MESSAGE_RESULT:
	case TOOL_MESSAGE_INPUT:
		take_result(r, m);
		break;
	case TOOL_MESSAGE_ERROR:
		tool_error_rpc(&err, m->code, m->said);
		tool_run_finish(r, &err);
		break;
	case TOOL_MESSAGE_PROGRESS:
	case TOOL_MESSAGE_LOG:
		give_progress(r, m);
		break;
	case TOOL_MESSAGE_PING:
		tool_client_reply(r->client, m->id, "{}");
		break;
	case TOOL_MESSAGE_ASKS:
		tool_run_wait(r, m);
		break;
	case TOOL_MESSAGE_REQUEST:
		tool_client_reply(r->client, m->id, NULL);
		break;
	case TOOL_MESSAGE_INVALID:
		(void)api_error_set(&err, 502, "tool_invalid",
		    "The tool server sent something that is no valid answer.");
		if (r->call->op == TOOL_OP_CALL)
			tool_error_doubt(&err, 0);
		tool_run_finish(r, &err);
		break;
	case TOOL_MESSAGE_CHANGED:
		tool_server_changed(r->call->server);
		break;
	case TOOL_MESSAGE_OTHER:
	default:
		break;
	}
	return r->closing;
}

/* While it waits: an answer is kept, and a ping answered. */
static void
take_late(struct tool_run *r, const struct tool_message *m, const char *text,
    size_t len, uint64_t id)
{
	switch (m->kind) {
	case TOOL_MESSAGE_RESULT:
	case TOOL_MESSAGE_INPUT:
	case TOOL_MESSAGE_ERROR:
	case TOOL_MESSAGE_INVALID:
		buf_free(&r->late);
		buf_init(&r->late, len);
		(void)buf_append(&r->late, text, len);
		r->late_id = id;
		break;
	case TOOL_MESSAGE_PING:
		tool_client_reply(r->client, m->id, "{}");
		break;
	case TOOL_MESSAGE_ASKS:
	case TOOL_MESSAGE_REQUEST:
		tool_client_reply(r->client, m->id, NULL);
		break;
	case TOOL_MESSAGE_PROGRESS:
	case TOOL_MESSAGE_LOG:
	case TOOL_MESSAGE_CHANGED:
	case TOOL_MESSAGE_OTHER:
	default:
		break;
	}
}

static void
read_on_pool(struct loop_work *w)
{
	struct reading *g = (struct reading *)w;

	tool_message_read(&g->message, buf_str(&g->text), g->text.len, g->id,
	    g->call->op, tool_call_page(g->call));
}

static void
free_reading(struct reading *g)
{
	tool_message_free(&g->message);
	buf_free(&g->text);
	tool_call_unref(g->call);
	free(g);
}

static void
read_on_pool_done(struct loop_work *w)
{
	struct reading *g = (struct reading *)w;
	struct tool_run *r = g->run;
	struct api_error err;

	if (r != NULL) {
		r->reading = NULL;
		if (r->handler == NULL)
			take_late(r, &g->message, buf_str(&g->text),
			    g->text.len, g->id);
		else if (take(r, &g->message) == 0 && r->broken.status != 0) {
			err = r->broken;
			tool_run_finish(r, &err);
		}
	}
	free_reading(g);
}

/* Has a long message read on the thread pool. False: it cannot be. */
static bool
read_elsewhere(struct tool_run *r, const char *text, size_t len, uint64_t id)
{
	struct reading *g;

	g = calloc(1, sizeof(*g));
	if (g == NULL)
		return false;
	g->run = r;
	g->id = id;
	g->call = tool_call_ref(r->call);
	buf_init(&g->text, len);
	if (buf_append(&g->text, text, len) == -1 ||
	    loop_work_start(r->desk->loop, &g->work, read_on_pool,
		read_on_pool_done) == -1) {
		free_reading(g);
		return false;
	}
	r->reading = g;
	return true;
}

int
tool_run_message(void *arg, const char *text, size_t len, uint64_t id)
{
	struct tool_run *r = arg;
	struct tool_message m;
	int rc = 0;

	r->call->received += len;
	if (len > INLINE_MAX && r->reading == NULL &&
	    read_elsewhere(r, text, len, id))
		return 0;
	tool_message_read(&m, text, len, id, r->call->op,
	    tool_call_page(r->call));
	if (r->handler != NULL)
		rc = take(r, &m);
	else
		take_late(r, &m, text, len, id);
	tool_message_free(&m);
	return rc;
}

bool
tool_run_aside(void *arg, const struct tool_message *m)
{
	struct tool_run *r = arg;

	/* It waits for a person already. */
	if (r->handler == NULL)
		return false;
	(void)take(r, m);
	return true;
}
