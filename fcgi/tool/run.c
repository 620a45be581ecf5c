/* SPDX-License-Identifier: MIT */
/* A call under way: the source of a stream. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "confab/base/json.h"
#include "confab/system/loop.h"

#include "run.h"
#include "wire.h"

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
void
tool_run_close(struct tool_run *r, bool cancel)
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
	if (r->web != NULL)
		tool_web_cancel(r->web);
	r->web = NULL;
	if (r->lister != NULL)
		tool_lister_cancel(r->lister);
	if (r->reading != NULL)
		tool_run_forget(r->reading);
	uv_close((uv_handle_t *)&r->timer, free_run);
}

void
tool_run_finish(struct tool_run *r, const struct api_error *err)
{
	const struct upstream_handler *h = r->handler;
	void *arg = r->arg;

	tool_run_close(r, false);
	if (h != NULL)
		h->end(arg, err, false);
}

void
tool_run_finish_bad(struct tool_run *r, int status, const char *code,
    const char *text)
{
	struct api_error err;

	(void)api_error_set(&err, status, code, "%s", text);
	tool_run_finish(r, &err);
}

void
tool_run_finish_memory(struct tool_run *r)
{
	struct api_error err;

	(void)api_error_no_memory(&err);
	tool_run_finish(r, &err);
}

/* ---- Making the call ------------------------------------------------------------------*/

static int
put(void *arg, enum tool_era era, uint64_t id, struct provider_request *req,
    struct api_error *err)
{
	struct tool_run *r = arg;

	return tool_call_put(r->call, era, id, req, err);
}

static void
on_alive(void *arg)
{
	struct tool_run *r = arg;

	if (r->handler != NULL)
		r->handler->flush(r->arg);
}

static void on_end(void *arg, const struct api_error *err, bool mismatch);

static const struct tool_client_handler handler_of_client = { put,
	tool_run_message, on_alive, on_end, tool_run_aside };

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
	/* What a person is still writing is not worth a stream. */
	if (r->call->op != TOOL_OP_COMPLETE)
		call->ears = &r->desk->ears;
	call->method = tool_call_method(r->call);
	call->max = r->call->conf->limits.result;
}

static void
on_web_done(void *arg, const struct buf *members, bool is_error)
{
	struct tool_run *r = arg;

	r->web = NULL;
	r->call->is_error = is_error;
	if (tool_run_give(r, members))
		tool_run_finish(r, NULL);
}

static void
on_web_failed(void *arg, const struct api_error *err)
{
	struct tool_run *r = arg;

	r->web = NULL;
	tool_run_finish(r, err);
}

static const struct tool_web_handler handler_of_web = { on_web_done,
	on_web_failed };

/* Returns 0, or -1 with err. */
static int
make_call(struct tool_run *r, struct api_error *err)
{
	struct tool_client_call call;

	if (r->call->conf->kind == TOOL_KIND_SEARXNG) {
		r->web = tool_web_start(r->call, r->desk->loop, r->desk->pool,
		    &handler_of_web, r, err);
		return r->web != NULL ? 0 : -1;
	}
	fill(r, &call);
	r->client = tool_client_start(&call, &handler_of_client, r);
	return r->client != NULL ? 0 : api_error_no_memory(err);
}

/* The list is new: the call is made again with what it says. */
static void
on_listed(void *arg, const struct api_error *err)
{
	struct tool_run *r = arg;
	struct tool_call *c = r->call;
	struct tool_list *l;
	const struct tool *t = NULL;
	struct api_error why;

	r->lister = NULL;
	if (err != NULL) {
		tool_run_finish(r, err);
		return;
	}
	l = tool_server_list(c->server);
	if (l != NULL)
		t = tool_list_find(l, c->tool->name);
	/* What a person agreed to may be something else now. */
	if (t == NULL || strcmp(t->digest, c->tool->digest) != 0) {
		tool_list_put(l);
		(void)tool_call_changed(&why);
		tool_run_finish(r, &why);
		return;
	}
	tool_list_put(c->list);
	c->list = l;
	c->tool = t;
	if (make_call(r, &why) == -1)
		tool_run_finish(r, &why);
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
	if (mismatch && !r->relisted && r->call->tool != NULL) {
		r->relisted = true;
		fill(r, &call);
		r->lister =
		    tool_lister_start(&call, TOOL_LISTING_TOOLS, on_listed, r);
		if (r->lister != NULL)
			return;
	}
	tool_run_finish(r, err);
}

/* ---- From outside ------------------------------------------------------------------------*/

struct tool_run *
tool_run_start(struct tool_desk *d, struct tool_call *c,
    const struct upstream_handler *handler, void *arg, struct api_error *err)
{
	struct tool_run *r;

	if (c->loop >= 0)
		return tool_run_go_on(d, c, handler, arg, err);
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
		tool_run_close(r, false);
		return NULL;
	}
	if (make_call(r, err) == -1) {
		tool_run_close(r, false);
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
	tool_run_close(r, true);
}
