/* SPDX-License-Identifier: MIT */
/* What a server of the legacy era says by itself. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include <uv.h>

#include "confab/system/loop.h"

#include "client.h"
#include "ear.h"
#include "wire.h"

struct tool_ear {
	uv_timer_t timer; /* first; the patience of who waits, the pause before
			   * another try, or the time with nobody there */
	struct tool_ears *ears;
	struct tool_ear *next;
	struct tool_client_call call;
	struct tool_session session;
	bool begun;
	struct tool_wire *wire; /* NULL: between two tries */
	bool open;		/* the server has said that it is, */
	bool was_open;		/* or was before it broke */
	bool late;		/* nobody waits for it any more */
	unsigned tries;		/* since something came */
	char *last_id;		/* of a stream that broke; NULL: none did */
	struct tool_ear_member *members;
	bool closing;
};

/* ---- The end ----------------------------------------------------------------*/

static void
free_ear(uv_handle_t *timer)
{
	struct tool_ear *e = (struct tool_ear *)timer;

	tool_server_put(e->call.state);
	config_free(e->call.config);
	free(e->last_id);
	free(e);
}

static void
close_ear(struct tool_ear *e)
{
	struct tool_ear **at = &e->ears->first;

	if (e->closing)
		return;
	e->closing = true;
	while (*at != e)
		at = &(*at)->next;
	*at = e->next;
	e->ears->n--;
	if (e->wire != NULL)
		tool_wire_cancel(e->wire);
	e->wire = NULL;
	uv_close((uv_handle_t *)&e->timer, free_ear);
}

/* Nobody waits any more. */
static void
wake(struct tool_ear *e)
{
	struct tool_ear_member *m;

	e->late = true;
	do {
		/* From the first: who is woken may leave. */
		for (m = e->members; m != NULL && !m->waits; m = m->next)
			;
		if (m != NULL) {
			m->waits = false;
			m->ready(m->arg);
		}
	} while (m != NULL);
}

/* There is nothing to be heard. */
static void
dissolve(struct tool_ear *e)
{
	struct tool_ear_member *m;

	close_ear(e);
	while ((m = e->members) != NULL) {
		e->members = m->next;
		m->ear = NULL;
		if (m->waits) {
			m->waits = false;
			m->ready(m->arg);
		}
	}
}

void
tool_ears_end(struct tool_ears *ears)
{
	struct tool_ear_member *m;
	struct tool_ear *e;

	while ((e = ears->first) != NULL) {
		for (m = e->members; m != NULL; m = m->next)
			m->ear = NULL;
		close_ear(e);
	}
}

/* ---- What is heard ----------------------------------------------------------*/

/* Answers a request of the server's: a ping, or one that nobody can do. */
static void
answer(struct tool_ear *e, const struct tool_message *m)
{
	struct provider_request req;
	struct tool_wire_call w;
	int rc;

	memset(&w, 0, sizeof(w));
	w.pool = e->call.pool;
	w.server = e->call.server;
	w.connect_ms = e->call.config->timeouts.connect;
	w.total_ms = TOOL_LIST_TIMEOUT;
	rc = tool_request_begin(&req, e->call.server);
	if (rc == 0)
		rc = tool_request_session(&req, &e->session);
	if (rc == 0)
		rc = m->kind == TOOL_MESSAGE_PING
		    ? tool_rpc_reply(&req.body, m->id, "{}")
		    : tool_rpc_refuse(&req.body, m->id);
	if (rc == 0)
		tool_wire_tell(&w, &req);
	else
		provider_request_free(&req);
}

/* Has a message heard by one member. True: it is for no other. */
static bool
hear(struct tool_ear *e, struct tool_ear_member *m, const char *text,
    size_t len)
{
	struct tool_message msg;
	bool taken = true;

	/* What is an answer has no place here: as one of no call. */
	tool_message_read(&msg, text, len, m != NULL ? m->id : 0, TOOL_OP_CALL,
	    NULL);
	switch (msg.kind) {
	case TOOL_MESSAGE_PROGRESS:
	case TOOL_MESSAGE_LOG:
		if (m != NULL && m->id != 0)
			(void)m->aside(m->arg, &msg);
		taken = false;
		break;
	case TOOL_MESSAGE_ASKS:
		taken = m != NULL && m->id != 0 && m->aside(m->arg, &msg);
		if (!taken && (m == NULL || m->next == NULL)) {
			answer(e, &msg);
			taken = true;
		}
		break;
	case TOOL_MESSAGE_PING:
	case TOOL_MESSAGE_REQUEST:
		answer(e, &msg);
		break;
	case TOOL_MESSAGE_CHANGED:
		tool_server_changed(e->call.state);
		break;
	case TOOL_MESSAGE_RESULT:
	case TOOL_MESSAGE_INPUT:
	case TOOL_MESSAGE_ERROR:
	case TOOL_MESSAGE_OTHER:
	case TOOL_MESSAGE_INVALID:
	default:
		break;
	}
	tool_message_free(&msg);
	return taken;
}

static int
on_message(void *arg, const char *text, size_t len)
{
	struct tool_ear *e = arg;
	struct tool_ear_member *m = e->members, *next;

	e->tries = 0;
	if (len > TOOL_EAR_MESSAGE_MAX)
		return 0;
	do {
		/* One that hears it may leave. */
		next = m != NULL ? m->next : NULL;
		if (hear(e, m, text, len))
			break;
		m = next;
	} while (m != NULL);
	return 0;
}

static void
on_alive(void *arg)
{
	(void)arg;
}

/* ---- The stream -------------------------------------------------------------*/

static void
on_head(void *arg, bool events)
{
	struct tool_ear *e = arg;

	if (!events || e->open)
		return;
	e->open = e->was_open = true;
	uv_timer_stop(&e->timer);
	wake(e);
}

/* True when the answer says that the server has no such stream. */
static bool
has_none(const struct tool_ear *e, const struct tool_wire_end *end)
{
	switch (end->status) {
	case 401:
	case 403:
	case 408:
	case 409: /* it takes another stream for still open */
	case 410:
	case 429:
		return false;
	case 400:
	case 404: /* or it has forgotten the session */
		return e->begun;
	default:
		return end->status >= 200 && end->status < 500 && !e->open;
	}
}

static void on_end(void *, const struct tool_wire_end *);

static const struct tool_wire_handler handler = { on_message, on_alive, on_end,
	on_head };

/* Opens the stream, or goes on with it. Returns 0, or -1: no memory. */
static int
open_ear(struct tool_ear *e)
{
	struct provider_request req;
	struct tool_wire_call w;

	memset(&w, 0, sizeof(w));
	w.pool = e->call.pool;
	w.server = e->call.server;
	w.connect_ms = e->call.config->timeouts.connect;
	w.max = e->call.max;
	w.last_id = e->last_id;
	if (tool_request_begin(&req, e->call.server) == -1 ||
	    tool_request_session(&req, &e->session) == -1 ||
	    (e->last_id != NULL &&
		tool_request_header(&req, "Last-Event-ID", e->last_id) == -1)) {
		provider_request_free(&req);
		return -1;
	}
	e->open = false;
	e->tries++;
	e->wire = tool_wire_start(&w, &req, &handler, e);
	return e->wire != NULL ? 0 : -1;
}

/* True when it may be opened again. */
static bool
can_go_on(const struct tool_ear *e, const struct tool_wire_end *end)
{
	if (end->err != NULL && strcmp(end->err->code, "tool_too_large") == 0)
		return false;
	/* 409: it takes the one that broke for still open. */
	return e->members != NULL && e->tries < TOOL_EAR_TRIES &&
	    (e->open ||
		(e->was_open && (end->status == 0 || end->status == 409)));
}

static void
on_timer(uv_timer_t *timer)
{
	struct tool_ear *e = (struct tool_ear *)timer;

	if (e->members == NULL)
		close_ear(e);
	else if (e->wire != NULL)
		wake(e);
	else if (open_ear(e) == -1)
		dissolve(e);
}

static void
on_end(void *arg, const struct tool_wire_end *end)
{
	struct tool_ear *e = arg;
	const char *id = tool_wire_last_id(e->wire);
	unsigned pause = tool_wire_retry(e->wire);
	bool none = has_none(e, end);

	e->wire = NULL;
	if (none)
		tool_server_mute(e->call.state);
	free(e->last_id);
	e->last_id = id[0] != '\0' ? strdup(id) : NULL;
	if (!can_go_on(e, end)) {
		dissolve(e);
		return;
	}
	if (pause < TOOL_EAR_PAUSE)
		pause = TOOL_EAR_PAUSE;
	uv_timer_start(&e->timer, on_timer, pause, 0);
}

/* ---- From outside -----------------------------------------------------------*/

static struct tool_ear *
find(const struct tool_ears *ears, const struct tool_client_call *call,
    const struct tool_session *session)
{
	struct tool_ear *e;

	for (e = ears->first; e != NULL; e = e->next)
		if (e->call.state == call->state &&
		    memcmp(e->call.owner, call->owner, TOOL_OWNER_LEN) == 0 &&
		    strcmp(e->session.id, session->id) == 0)
			return e;
	return NULL;
}

static struct tool_ear *
begin(struct tool_ears *ears, const struct tool_client_call *call,
    const struct tool_session *session, bool begun)
{
	struct tool_ear *e;

	if (ears->n >= TOOL_EARS_MAX || tool_server_is_mute(call->state))
		return NULL;
	e = calloc(1, sizeof(*e));
	if (e == NULL)
		return NULL;
	e->ears = ears;
	e->call = *call;
	e->call.config = config_ref(call->config);
	e->call.state = tool_server_ref(call->state);
	e->session = *session;
	e->begun = begun;
	uv_timer_init(&call->loop->uv, &e->timer);
	e->next = ears->first;
	ears->first = e;
	ears->n++;
	if (open_ear(e) == -1) {
		close_ear(e);
		return NULL;
	}
	uv_timer_start(&e->timer, on_timer, TOOL_EAR_PATIENCE, 0);
	return e;
}

bool
tool_ear_join(struct tool_ears *ears, const struct tool_client_call *call,
    const struct tool_session *session, bool begun, struct tool_ear_member *m)
{
	struct tool_ear *e = find(ears, call, session);

	/* It is not only kept any more. */
	if (e != NULL && e->members == NULL)
		uv_timer_stop(&e->timer);
	if (e == NULL)
		e = begin(ears, call, session, begun);
	if (e == NULL)
		return false;
	m->ear = e;
	m->next = e->members;
	e->members = m;
	m->waits = !e->open && !e->late;
	return m->waits;
}

void
tool_ear_leave(struct tool_ear_member *m)
{
	struct tool_ear *e = m->ear;
	struct tool_ear_member **at;

	if (e == NULL)
		return;
	m->ear = NULL;
	m->waits = false;
	for (at = &e->members; *at != m; at = &(*at)->next)
		;
	*at = m->next;
	if (e->members != NULL || e->closing)
		return;
	if (e->wire != NULL && e->late)
		uv_timer_start(&e->timer, on_timer, TOOL_EAR_LINGER, 0);
	else
		close_ear(e);
}
