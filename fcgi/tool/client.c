/* SPDX-License-Identifier: MIT */
/* One request to a tool server, whatever era it is of. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <uv.h>

#include "confab/system/loop.h"

#include "client_state.h"
#include "handshake.h"

static void next_step(struct tool_client *c);

/* Unique in the process, since calls share a session. */
static uint64_t
new_id(void)
{
	static atomic_uint_least64_t last;

	return atomic_fetch_add(&last, 1) + 1;
}

/* ---- The end ----------------------------------------------------------------*/

static void
free_client(uv_handle_t *timer)
{
	struct tool_client *c = (struct tool_client *)timer;

	tool_server_put(c->call.state);
	config_free(c->call.config);
	free(c->last_id);
	free(c);
}

static void
close_client(struct tool_client *c)
{
	if (c->closing)
		return;
	c->closing = true;
	tool_ear_leave(&c->member);
	if (c->wire != NULL)
		tool_wire_cancel(c->wire);
	c->wire = NULL;
	uv_close((uv_handle_t *)&c->timer, free_client);
}

static void
fail(struct tool_client *c, const struct api_error *err, bool mismatch)
{
	const struct tool_client_handler *h = c->handler;
	struct api_error told = *err;

	if (c->closing)
		return;
	if (c->request != 0 && strcmp(c->call.method, "tools/call") == 0)
		tool_error_doubt(&told, c->refused);
	close_client(c);
	h->end(c->arg, &told, mismatch);
}

static void
fail_memory(struct tool_client *c)
{
	struct api_error err;

	(void)api_error_no_memory(&err);
	fail(c, &err, false);
}

/* ---- Sending ----------------------------------------------------------------*/

static int on_message(void *, const char *, size_t);
static void on_alive(void *);
static void on_end(void *, const struct tool_wire_end *);

static const struct tool_wire_handler wire_handler = {
	.message = on_message,
	.alive = on_alive,
	.end = on_end,
};

static void
send_step(struct tool_client *c)
{
	struct provider_request req;
	struct tool_wire_call w;
	struct api_error err;

	c->id = new_id();
	tool_client_wire(c, &w);
	memset(&err, 0, sizeof(err));
	if (tool_request_begin(&req, c->call.server) == -1) {
		provider_request_free(&req);
		fail_memory(c);
		return;
	}
	if (tool_client_put(c, &req, &err) == -1) {
		provider_request_free(&req);
		fail(c, &err, false);
		return;
	}
	if (c->step == STEP_REQUEST)
		c->request = c->member.id = c->id;
	c->wire = tool_wire_start(&w, &req, &wire_handler, c);
	if (c->wire == NULL)
		fail_memory(c);
}

/* Asks for the rest of a stream that broke (legacy). */
static void
on_timer(uv_timer_t *timer)
{
	struct tool_client *c = (struct tool_client *)timer;
	struct provider_request req;
	struct tool_wire_call w;

	tool_client_wire(c, &w);
	w.last_id = c->last_id;
	if (tool_request_begin(&req, c->call.server) == -1 ||
	    tool_request_session(&req, &c->session) == -1 ||
	    tool_request_header(&req, "Last-Event-ID", c->last_id) == -1) {
		provider_request_free(&req);
		fail_memory(c);
		return;
	}
	c->wire = tool_wire_start(&w, &req, &wire_handler, c);
	if (c->wire == NULL)
		fail_memory(c);
}

/* ---- What came --------------------------------------------------------------*/

/* Keeps a session that has begun; what is not needed is ended. */
static void
keep_session(struct tool_client *c)
{
	struct tool_session other, own;

	tool_server_session_keep(c->call.state, c->call.owner, &c->session,
	    &other);
	if (other.id[0] != '\0') {
		own = c->session;
		c->session = other;
		tool_client_tell_deleted(c);
		c->session = own;
	}
	c->has_session = true;
	c->kept = false;
}

static void
forget_era(struct tool_client *c)
{
	memset(&c->facts, 0, sizeof(c->facts));
	tool_server_learn(c->call.state, &c->facts);
}

/* What came of an exchange of the handshake. */
static void
judge_handshake(struct tool_client *c, const struct tool_reply *r)
{
	struct api_error err;
	enum tool_next next;

	next = c->step == STEP_PROBE
	    ? tool_probe_judge(r, &c->facts, &err)
	    : tool_initialize_judge(r, &c->facts, &c->session, &err);
	if (next == TOOL_NEXT_OLDER && c->version == NULL) {
		c->version = r->failure.offers;
		next = TOOL_NEXT_LEGACY;
	}
	switch (next) {
	case TOOL_NEXT_MODERN:
		tool_server_learn(c->call.state, &c->facts);
		next_step(c);
		break;
	case TOOL_NEXT_LEGACY:
		/* Known for certain once it has agreed to a version. */
		c->facts.era = TOOL_ERA_LEGACY;
		next_step(c);
		break;
	case TOOL_NEXT_AGREED:
		tool_server_learn(c->call.state, &c->facts);
		c->step = STEP_INITIALIZED;
		send_step(c);
		break;
	case TOOL_NEXT_OLDER:
	case TOOL_NEXT_FAIL:
	default:
		forget_era(c);
		fail(c, &err, false);
	}
}

/* A message of the handshake. Nonzero: that was all. */
static int
on_handshake(struct tool_client *c, const char *text, size_t len)
{
	struct tool_reply r;

	memset(&r, 0, sizeof(r));
	r.result = tool_message_result(text, len, c->id, &r.failure);
	if (r.result == NULL && r.failure.code == 0)
		return 0;
	r.status = tool_wire_status(c->wire);
	r.session = tool_wire_session(c->wire);
	c->wire = NULL; /* it ends by itself */
	judge_handshake(c, &r);
	json_object_put(r.result);
	return 1;
}

static int
on_message(void *arg, const char *text, size_t len)
{
	struct tool_client *c = arg;
	int rc;

	if (c->step == STEP_INITIALIZED)
		return 0; /* it was asked nothing */
	if (c->step != STEP_REQUEST)
		return on_handshake(c, text, len);
	c->resumes = 0;
	rc = c->handler->message(c->arg, text, len, c->id);
	if (rc != 0 && !c->closing) {
		c->wire = NULL;
		close_client(c);
	}
	return rc;
}

static void
on_alive(void *arg)
{
	struct tool_client *c = arg;

	if (c->step == STEP_REQUEST)
		c->handler->alive(c->arg);
}

/* A reply that was no success. */
static void
read_reply(struct tool_reply *r, const struct tool_client *c,
    const struct tool_wire_end *end)
{
	memset(r, 0, sizeof(*r));
	r->status = end->status;
	r->retry_after = end->retry_after;
	r->result =
	    tool_message_result(end->body, end->len, c->id, &r->failure);
	/* There is none in a refusal. */
	json_object_put(r->result);
	r->result = NULL;
	if (r->failure.code == 0)
		r->failure.offers = tool_version_in(end->body);
}

/* A refusal of the request: what is to be done? */
static void
judge_request(struct tool_client *c, const struct tool_wire_end *end)
{
	struct tool_reply r;
	struct api_error err;
	bool again = false;

	read_reply(&r, c, end);
	c->refused = r.failure.code == 0 ? r.status : 0;
	switch (tool_request_judge(&r, &c->facts, c->kept, &err)) {
	case TOOL_REFUSED_ERA:
		forget_era(c);
		again = !c->looked;
		break;
	case TOOL_REFUSED_SESSION:
		tool_server_session_drop(c->call.state, c->call.owner,
		    c->session.id);
		c->has_session = c->kept = false;
		tool_ear_leave(&c->member);
		c->listens = false;
		again = true;
		break;
	case TOOL_REFUSED_HEADERS:
		fail(c, &err, true);
		return;
	case TOOL_REFUSED:
	default:
		break;
	}
	if (again && !c->mended) {
		c->mended = true;
		next_step(c);
	} else {
		fail(c, &err, false);
	}
}

/* True when the server may still have the rest of a stream that is over. */
static bool
can_resume(const struct tool_client *c, const struct tool_wire_end *end)
{
	bool broke =
	    end->err == NULL || strcmp(end->err->code, "upstream_closed") == 0;

	return c->step == STEP_REQUEST && broke && end->events &&
	    c->facts.era == TOOL_ERA_LEGACY && c->resumes < TOOL_RESUMES_MAX &&
	    tool_wire_last_id(c->wire)[0] != '\0';
}

/* The exchange is over and had no answer, or could not begin. */
static void
judge_broken(struct tool_client *c, const struct tool_wire_end *end)
{
	struct api_error err;

	if (can_resume(c, end)) {
		free(c->last_id);
		c->last_id = strdup(tool_wire_last_id(c->wire));
		c->resumes++;
		if (c->last_id == NULL)
			fail_memory(c);
		else
			uv_timer_start(&c->timer, on_timer,
			    tool_wire_retry(c->wire), 0);
		c->wire = NULL;
		return;
	}
	c->wire = NULL;
	(void)api_error_set(&err, 502, "tool_closed",
	    "The tool server ended its answer before the result; "
	    "whether it has acted is not known.");
	if (end->err != NULL) {
		err = *end->err;
		tool_error_reword(&err);
	}
	fail(c, &err, false);
}

static void
on_end(void *arg, const struct tool_wire_end *end)
{
	struct tool_client *c = arg;
	bool good = end->status >= 200 && end->status < 300;
	struct tool_reply r;

	/* Whatever it says, or does not: some refuse what needs no answer, and
	 * some never end theirs. */
	if (c->step == STEP_INITIALIZED) {
		c->wire = NULL;
		keep_session(c);
		next_step(c);
		return;
	}
	/* Where the request was taken once, it is never sent again. */
	if (end->err != NULL || c->last_id != NULL ||
	    (c->step == STEP_REQUEST && good)) {
		judge_broken(c, end);
		return;
	}
	c->wire = NULL;
	if (c->step == STEP_REQUEST) {
		judge_request(c, end);
	} else {
		read_reply(&r, c, end);
		judge_handshake(c, &r);
	}
}

/* ---- Steps ------------------------------------------------------------------*/

/* What the server says by itself can be heard now, or never will be. */
static void
on_listening(void *arg)
{
	send_step(arg);
}

static bool
on_aside(void *arg, const struct tool_message *m)
{
	struct tool_client *c = arg;

	/* The stream is not held back, so news that nobody takes are lost. */
	if (c->paused && m->kind != TOOL_MESSAGE_ASKS)
		return false;
	return c->handler->aside(c->arg, m);
}

/* Has that heard before the request goes out; true: that takes time. */
static bool
listen_first(struct tool_client *c)
{
	if (c->listens || c->call.ears == NULL || c->session.id[0] == '\0')
		return false;
	c->listens = true;
	c->member.ready = on_listening;
	c->member.aside = on_aside;
	c->member.arg = c;
	return tool_ear_join(c->call.ears, &c->call, &c->session, !c->kept,
	    &c->member);
}

/* Sends what must come before the request, or the request. */
static void
next_step(struct tool_client *c)
{
	if (c->facts.era == TOOL_ERA_UNKNOWN) {
		c->looked = true;
		c->step = STEP_PROBE;
	} else if (c->facts.era == TOOL_ERA_MODERN) {
		c->step = STEP_REQUEST;
	} else if (!c->has_session) {
		memset(&c->session, 0, sizeof(c->session));
		c->step = STEP_INITIALIZE;
	} else {
		c->step = STEP_REQUEST;
		if (listen_first(c))
			return;
	}
	send_step(c);
}

/* The first step is not taken before the caller has its client. */
static void
on_start(uv_timer_t *timer)
{
	struct tool_client *c = (struct tool_client *)timer;

	next_step(c);
}

struct tool_client *
tool_client_start(const struct tool_client_call *call,
    const struct tool_client_handler *handler, void *arg)
{
	struct tool_client *c;

	c = calloc(1, sizeof(*c));
	if (c == NULL)
		return NULL;
	c->call = *call;
	c->call.config = config_ref(call->config);
	c->call.state = tool_server_ref(call->state);
	c->handler = handler;
	c->arg = arg;
	tool_server_facts(c->call.state, &c->facts);
	c->has_session = c->kept =
	    tool_server_session(c->call.state, c->call.owner, &c->session);
	uv_timer_init(&call->loop->uv, &c->timer);
	uv_timer_start(&c->timer, on_start, 0, 0);
	return c;
}

void
tool_client_pause(struct tool_client *c)
{
	c->paused = true;
	if (c->wire != NULL)
		tool_wire_pause(c->wire);
}

void
tool_client_resume(struct tool_client *c)
{
	c->paused = false;
	if (c->wire != NULL)
		tool_wire_resume(c->wire);
}

void
tool_client_cancel(struct tool_client *c)
{
	if (c->closing)
		return;
	/* To a modern server, the end of the connection says it. */
	if (c->step == STEP_REQUEST && c->facts.era == TOOL_ERA_LEGACY &&
	    c->request != 0)
		tool_client_tell_cancelled(c);
	close_client(c);
}

void
tool_client_leave(struct tool_client *c)
{
	close_client(c);
}
