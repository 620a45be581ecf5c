/* SPDX-License-Identifier: MIT */
/*
 * A call under way, for the files that it is made of: run.c (its start and its
 * end), run_read.c (what the server says), run_wait.c (while a person is
 * asked).
 */
#ifndef CONFAB_TOOL_RUN_H
#define CONFAB_TOOL_RUN_H

#include <stdatomic.h>

#include <uv.h>

#include "confab/system/loop_work.h"

#include "call.h"
#include "client.h"
#include "ear.h"
#include "lister.h"
#include "message.h"
#include "web.h"

#define TOOL_WAITING_MAX 256 /* calls that wait at one desk */

struct reading;

struct tool_desk {
	struct loop *loop;
	struct upstream_pool *pool;
	unsigned index;
	struct tool_run *waiting;
	atomic_uint n; /* of them */
	struct tool_ears ears;
};

struct tool_run {
	uv_timer_t timer; /* first; while it waits */
	struct tool_desk *desk;
	struct tool_call *call;
	const struct upstream_handler *handler; /* NULL: it waits, or is over */
	void *arg;
	struct tool_client *client; /* NULL: none */
	struct tool_web *web;	    /* instead, of a SearXNG; NULL: none */
	struct tool_lister *lister; /* NULL: none */
	struct reading *reading;    /* NULL: none */
	struct api_error broken;    /* while that reads; status 0: no */
	bool relisted;		    /* once, for headers that did not fit */
	bool entered;		    /* counted among the user's calls */
	bool closing;
	/* While it waits. */
	struct tool_run *next;
	unsigned char name[TOOL_CALL_NAME_LEN];
	char asked[TOOL_REQUEST_ID_MAX]; /* id of the server's request */
	struct buf late;		 /* what came meanwhile */
	uint64_t late_id;
};

/* Ends what runs for it; `cancel`: the server is told that nobody waits. */
void tool_run_close(struct tool_run *r, bool cancel);

/* Ends it and tells its owner: NULL is a good end. */
void tool_run_finish(struct tool_run *r, const struct api_error *err);
void tool_run_finish_bad(struct tool_run *r, int status, const char *code,
    const char *text);
void tool_run_finish_memory(struct tool_run *r);

/* run_read.c: gives out what the call comes to; true: it can be told that it is
 * over. */
bool tool_run_give(struct tool_run *r, const struct buf *members);

/* run_read.c: a message of the server's, as a client's handler. Nonzero: the
 * run is over. */
int tool_run_message(void *run, const char *text, size_t len, uint64_t id);

/* run_read.c: a message beside its answer, as a client's handler. */
bool tool_run_aside(void *run, const struct tool_message *m);

/* run_read.c: the run that a long message is read for has ended. */
void tool_run_forget(struct reading *g);

/*
 * run_wait.c: the server has asked something in the middle of its answer: the
 * stream gets the question as its result, and the call waits at the desk.
 */
void tool_run_wait(struct tool_run *r, const struct tool_message *m);

/* run_wait.c: the waiting run that `c` goes on with, now its own; or NULL with
 * err. */
struct tool_run *tool_run_go_on(struct tool_desk *d, struct tool_call *c,
    const struct upstream_handler *handler, void *arg, struct api_error *err);

#endif
