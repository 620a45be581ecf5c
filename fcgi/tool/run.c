/* SPDX-License-Identifier: MIT */
/*
 * A call under way: the source of a stream, and, where a server of the legacy
 * era asks a person something in the middle of a call, what waits at the desk
 * until another request brings the answer.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include <uv.h>

#include "confab/base/crypto.h"
#include "confab/base/encode.h"
#include "confab/base/json.h"
#include "confab/system/loop.h"
#include "confab/system/loop_work.h"

#include "call.h"
#include "client.h"
#include "handshake.h"
#include "lister.h"
#include "message.h"
#include "wire.h"

#define INLINE_MAX (64 * 1024) /* bytes of a message that is read on the loop */
#define WAITING_MAX 256	       /* calls that wait at one desk */
#define ASKED "1"	       /* the name of the one request of a server */

struct tool_desk {
	struct loop *loop;
	struct upstream_pool *pool;
	unsigned index;
	struct tool_run *waiting;
	unsigned n;
};

/* A long message, read on the thread pool; it outlives a run that ends. */
struct reading {
	struct loop_work work; /* first */
	struct tool_run *run;  /* NULL: ended */
	struct tool_call *call;
	struct buf text;
	uint64_t id;
	struct tool_message message;
};

struct tool_run {
	uv_timer_t timer; /* first; while it waits */
	struct tool_desk *desk;
	struct tool_call *call;
	const struct upstream_handler *handler; /* NULL: it waits, or is over */
	void *arg;
	struct tool_client *client; /* NULL: none */
	struct tool_lister *lister; /* NULL: none */
	struct reading *reading;    /* NULL: none */
	struct api_error broken;    /* while that reads; status 0: no */
	bool relisted;		    /* once, for headers that did not fit */
	bool entered;		    /* counted among the user's calls */
	bool closing;
	/* While it waits. */
	struct tool_run *next;
	unsigned char token[TOOL_TOKEN_LEN];
	char asked[TOOL_REQUEST_ID_MAX]; /* id of the server's request */
	struct buf late;		 /* what came meanwhile */
	uint64_t late_id;
};

static int on_message(void *, const char *, size_t, uint64_t);

/* ---- The end --------------------------------------------------------------------*/

static void
free_run(uv_handle_t *timer)
{
	struct tool_run *r = (struct tool_run *)timer;

	tool_call_unref(r->call);
	buf_free(&r->late);
	free(r);
}

/* Ends what runs for it; `cancel`: the server is told that nobody waits. */
static void
close_run(struct tool_run *r, bool cancel)
{
	if (r->closing)
		return;
	r->closing = true;
	r->handler = NULL;
	if (r->entered)
		tool_server_leave(r->call->server, r->call->user);
	if (r->client != NULL && cancel)
		tool_client_cancel(r->client);
	else if (r->client != NULL)
		tool_client_leave(r->client);
	r->client = NULL;
	if (r->lister != NULL)
		tool_lister_cancel(r->lister);
	if (r->reading != NULL)
		r->reading->run = NULL;
	uv_close((uv_handle_t *)&r->timer, free_run);
}

static void
finish(struct tool_run *r, const struct api_error *err)
{
	const struct upstream_handler *h = r->handler;
	void *arg = r->arg;

	close_run(r, false);
	if (h != NULL)
		h->end(arg, err, false);
}

static void
finish_bad(struct tool_run *r, int status, const char *code, const char *text)
{
	struct api_error err;

	(void)api_error_set(&err, status, code, "%s", text);
	finish(r, &err);
}

static void
finish_memory(struct tool_run *r)
{
	struct api_error err;

	(void)api_error_no_memory(&err);
	finish(r, &err);
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
		finish_memory(r);
	return rc;
}

/* Gives out what the call comes to; true: it can be told that it is over. */
static bool
give_result(struct tool_run *r, const struct buf *members)
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
		finish_memory(r);
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
	r->desk->n--;
	uv_timer_stop(&r->timer);
}

/* Nobody has answered. */
static void
on_wait_over(uv_timer_t *timer)
{
	struct tool_run *r = (struct tool_run *)timer;

	leave_desk(r);
	close_run(r, true);
}

/* The members of an answer that asks. Returns 0 or -1. */
static int
put_question(struct tool_run *r, const struct buf *request, struct buf *out)
{
	char token[2 * TOOL_TOKEN_LEN + 1];

	encode_hex(token, r->token, TOOL_TOKEN_LEN);
	buf_puts(out, "\"input_required\":{\"requests\":{\"" ASKED "\":");
	buf_append(out, buf_str(request), request->len);
	return buf_printf(out, "},\"state\":\"%u.%s\"}", r->desk->index, token);
}

/*
 * The server has asked something in the middle of its answer: the stream gets
 * the question as its result, and the call waits at the desk.
 */
static void
wait_for_person(struct tool_run *r, const struct tool_message *m)
{
	const struct upstream_handler *h = r->handler;
	struct tool_desk *d = r->desk;
	struct buf members;
	void *arg = r->arg;
	bool given;

	if (h == NULL || d->n >= WAITING_MAX ||
	    crypto_random(r->token, sizeof(r->token)) == -1) {
		tool_client_reply(r->client, m->id, NULL);
		return;
	}
	memcpy(r->asked, m->id, sizeof(r->asked));
	buf_init(&members, m->json.len + 256);
	if (put_question(r, &m->json, &members) == 0) {
		given = give_result(r, &members);
	} else {
		finish_memory(r);
		given = false;
	}
	buf_free(&members);
	if (!given)
		return;
	r->handler = NULL;
	r->next = d->waiting;
	d->waiting = r;
	d->n++;
	uv_timer_start(&r->timer, on_wait_over, r->call->conf->limits.input, 0);
	h->end(arg, NULL, false);
}

/* The call that a request goes on with, or NULL. */
static struct tool_run *
find_waiting(const struct tool_desk *d, const struct tool_call *c)
{
	struct tool_run *r;

	for (r = d->waiting; r != NULL; r = r->next)
		if (crypto_equal(r->token, c->token, TOOL_TOKEN_LEN) &&
		    memcmp(r->call->owner, c->owner, TOOL_OWNER_LEN) == 0 &&
		    r->call->server == c->server &&
		    strcmp(r->call->tool->own, c->tool->own) == 0)
			return r;
	return NULL;
}

/* What happened while it waited; not before its new owner has it. */
static void
on_gone_on(uv_timer_t *timer)
{
	struct tool_run *r = (struct tool_run *)timer;
	struct buf late = r->late;

	buf_init(&r->late, 0);
	if (late.len > 0)
		(void)on_message(r, late.data, late.len, r->late_id);
	else if (r->client == NULL && r->reading == NULL)
		finish_bad(r, 410, "tool_gone",
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

static struct tool_run *
go_on(struct tool_desk *d, struct tool_call *c,
    const struct upstream_handler *handler, void *arg, struct api_error *err)
{
	struct tool_run *r = find_waiting(d, c);

	if (r == NULL) {
		(void)api_error_set(err, 410, "tool_gone",
		    "This call does not wait for an answer any more.");
		return NULL;
	}
	leave_desk(r);
	tool_call_unref(r->call);
	r->call = tool_call_ref(c);
	r->handler = handler;
	r->arg = arg;
	reply(r);
	uv_timer_start(&r->timer, on_gone_on, 0, 0);
	return r;
}

/* ---- What comes --------------------------------------------------------------------*/

static void
take_result(struct tool_run *r, const struct tool_message *m)
{
	r->call->is_error = m->is_error;
	if (give_result(r, &m->json))
		finish(r, NULL);
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
		finish(r, &err);
		break;
	case TOOL_MESSAGE_PROGRESS:
	case TOOL_MESSAGE_LOG:
		give_progress(r, m);
		break;
	case TOOL_MESSAGE_PING:
		tool_client_reply(r->client, m->id, "{}");
		break;
	case TOOL_MESSAGE_ASKS:
		wait_for_person(r, m);
		break;
	case TOOL_MESSAGE_REQUEST:
		tool_client_reply(r->client, m->id, NULL);
		break;
	case TOOL_MESSAGE_INVALID:
		finish_bad(r, 502, "tool_invalid",
		    "The tool server sent something that is no valid answer.");
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
	    g->call->tool->ui);
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
			finish(r, &err);
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

static int
on_message(void *arg, const char *text, size_t len, uint64_t id)
{
	struct tool_run *r = arg;
	struct tool_message m;
	int rc = 0;

	r->call->received += len;
	if (len > INLINE_MAX && r->reading == NULL &&
	    read_elsewhere(r, text, len, id))
		return 0;
	tool_message_read(&m, text, len, id, r->call->tool->ui);
	if (r->handler != NULL)
		rc = take(r, &m);
	else
		take_late(r, &m, text, len, id);
	tool_message_free(&m);
	return rc;
}

static void
on_alive(void *arg)
{
	struct tool_run *r = arg;

	if (r->handler != NULL)
		r->handler->flush(r->arg);
}

/* ---- Making the call ------------------------------------------------------------------*/

/* The headers that mirror the call. Returns 0, or -1 with err. */
static int
put_headers(const struct tool_call *c, struct provider_request *req,
    struct api_error *err)
{
	char name[sizeof("Mcp-Param-") + TOOL_HEADER_NAME_MAX];
	const struct tool_params *p = &c->tool->params;
	struct buf value;
	size_t i;
	int rc;

	buf_init(&value, 2 * TOOL_HEADER_VALUE_MAX);
	tool_header_value(&value, c->tool->own, strlen(c->tool->own));
	rc = buf_ok(&value)
	    ? tool_request_header(req, "Mcp-Name", buf_str(&value))
	    : -1;
	for (i = 0; i < p->n && rc == 0; i++) {
		buf_reset(&value);
		rc = tool_param_value(&p->items[i], c->arguments, &value);
		if (rc <= 0)
			continue;
		(void)snprintf(name, sizeof(name), "Mcp-Param-%s",
		    p->items[i].header);
		rc = tool_request_header(req, name, buf_str(&value));
	}
	buf_free(&value);
	if (rc == 0)
		return 0;
	return api_error_set(err, 400, "invalid_request",
	    "An argument cannot be put into a header as the tool wants it.");
}

static int
put(void *arg, enum tool_era era, uint64_t id, struct provider_request *req,
    struct api_error *err)
{
	struct tool_run *r = arg;
	struct tool_call *c = r->call;
	struct buf arguments, responses;
	struct tool_rpc_call call;
	int rc = 0;

	if (era == TOOL_ERA_MODERN && put_headers(c, req, err) == -1)
		return -1;
	buf_init(&arguments, TOOL_REQUEST_MAX);
	buf_init(&responses, TOOL_REQUEST_MAX);
	if (c->arguments != NULL)
		json_write(&arguments, c->arguments);
	else
		buf_puts(&arguments, "{}");
	if (c->responses != NULL)
		json_write(&responses, c->responses);
	memset(&call, 0, sizeof(call));
	call.name = c->tool->own;
	call.arguments = buf_str(&arguments);
	if (era == TOOL_ERA_MODERN) {
		call.responses =
		    c->responses != NULL ? buf_str(&responses) : NULL;
		call.state = c->state;
		call.state_len = c->state_len;
	}
	c->sent = arguments.len;
	if (!buf_ok(&arguments) || !buf_ok(&responses) ||
	    tool_rpc_call(&req->body, era, id, &call) == -1)
		rc = api_error_no_memory(err);
	buf_free(&arguments);
	buf_free(&responses);
	return rc;
}

static void on_end(void *arg, const struct api_error *err, bool mismatch);

static const struct tool_client_handler handler_of_client = { put, on_message,
	on_alive, on_end };

static void
fill(const struct tool_run *r, struct tool_client_call *call)
{
	memset(call, 0, sizeof(*call));
	call->loop = r->desk->loop;
	call->pool = r->desk->pool;
	call->config = r->call->config;
	call->server = r->call->conf;
	call->state = r->call->server;
	memcpy(call->owner, r->call->owner, TOOL_OWNER_LEN);
	call->method = "tools/call";
	call->max = r->call->conf->limits.result;
}

/* Returns 0, or -1: no memory. */
static int
make_call(struct tool_run *r)
{
	struct tool_client_call call;

	fill(r, &call);
	r->client = tool_client_start(&call, &handler_of_client, r);
	return r->client != NULL ? 0 : -1;
}

/* The list is new: the call is made again with what it says. */
static void
on_listed(void *arg, const struct api_error *err)
{
	struct tool_run *r = arg;
	struct tool_call *c = r->call;
	struct tool_list *l;
	const struct tool *t = NULL;

	r->lister = NULL;
	if (err != NULL) {
		finish(r, err);
		return;
	}
	l = tool_server_list(c->server);
	if (l != NULL)
		t = tool_list_find(l, c->tool->name);
	/* What a person agreed to may be something else now. */
	if (t == NULL || strcmp(t->digest, c->tool->digest) != 0) {
		tool_list_put(l);
		finish_bad(r, 409, "tool_changed",
		    "The tool has changed; look at it again.");
		return;
	}
	tool_list_put(c->list);
	c->list = l;
	c->tool = t;
	if (make_call(r) == -1)
		finish_memory(r);
}

static void
on_end(void *arg, const struct api_error *err, bool mismatch)
{
	struct tool_run *r = arg;
	struct tool_client_call call;

	r->client = NULL;
	if (r->handler == NULL)
		return; /* told to who brings the answer */
	if (r->reading != NULL) {
		r->broken = *err;
		return;
	}
	if (mismatch && !r->relisted) {
		r->relisted = true;
		fill(r, &call);
		r->lister = tool_lister_start(&call, on_listed, r);
		if (r->lister != NULL)
			return;
	}
	finish(r, err);
}

/* ---- From outside ------------------------------------------------------------------------*/

struct tool_run *
tool_run_start(struct tool_desk *d, struct tool_call *c,
    const struct upstream_handler *handler, void *arg, struct api_error *err)
{
	struct tool_run *r;

	if (c->loop >= 0)
		return go_on(d, c, handler, arg, err);
	r = calloc(1, sizeof(*r));
	if (r == NULL) {
		(void)api_error_no_memory(err);
		return NULL;
	}
	r->desk = d;
	r->call = tool_call_ref(c);
	buf_init(&r->late, 0);
	uv_timer_init(&d->loop->uv, &r->timer);
	r->entered = tool_server_enter(c->server, c->user,
	    c->conf->limits.calls_per_user);
	if (!r->entered) {
		(void)api_error_set(err, 429, "tool_limit",
		    "There are %u calls of this server under way.",
		    c->conf->limits.calls_per_user);
		err->retry_after = 1;
		close_run(r, false);
		return NULL;
	}
	if (make_call(r) == -1) {
		(void)api_error_no_memory(err);
		close_run(r, false);
		return NULL;
	}
	r->handler = handler;
	r->arg = arg;
	return r;
}

void
tool_run_pause(struct tool_run *r)
{
	if (r->client != NULL)
		tool_client_pause(r->client);
}

void
tool_run_resume(struct tool_run *r)
{
	if (r->client != NULL)
		tool_client_resume(r->client);
}

void
tool_run_cancel(struct tool_run *r)
{
	close_run(r, true);
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

void
tool_desk_free(struct tool_desk *d)
{
	struct tool_run *r;

	if (d == NULL)
		return;
	while ((r = d->waiting) != NULL) {
		leave_desk(r);
		close_run(r, true);
	}
	free(d);
}
