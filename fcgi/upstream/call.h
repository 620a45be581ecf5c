/* SPDX-License-Identifier: MIT */
/*
 * A call, between the files of its life: upstream.c (bytes in, events out) and
 * whole.c (an answer that comes as one JSON text).
 */
#ifndef CONFAB_UPSTREAM_CALL_H
#define CONFAB_UPSTREAM_CALL_H

#include "confab/upstream/upstream.h"

#include "pool.h"

/* What the body of the response is, by its bytes. */
enum body_kind {
	BODY_UNKNOWN, /* too little of it has come */
	BODY_EVENTS,  /* an event stream */
	BODY_ANSWER,  /* the answer as one JSON text */
	BODY_OTHER    /* an error, or what nobody asked for */
};

struct upstream {
	struct transfer transfer;		/* first */
	const struct upstream_handler *handler; /* NULL: nobody listens */
	void *arg;
	struct loop *loop;
	struct config *config; /* holds the provider */
	const struct config_provider *provider;
	char *model_id;
	struct provider_reader *reader;
	struct provider_assembly *assembly; /* of events that nobody asked for;
					     * NULL: none */
	struct provider_usage *usage;
	struct sse sse;
	struct buf body; /* what is not, or not yet, an event stream */
	uint64_t asked;	 /* bytes of text in the question */
	size_t answer_max;
	size_t received;  /* bytes of the stream */
	size_t unwritten; /* of these, since the last flush */
	enum body_kind kind;
	unsigned looks; /* at the body, whether it is whole */
	bool stream;
	bool paused;
	bool detached; /* from libcurl: the rest is ours */
};

/* Tells the owner of the end, once; the transfer may live on a little. */
void upstream_finish(struct upstream *u, const struct api_error *err,
    bool unprocessed);

/* The same for want of memory. */
void upstream_fail_memory(struct upstream *u);

/* Tells the administrator what came instead of an answer, in the provider's own
 * words without keys, or what failed of the connection (`status` 0); `type` may
 * be NULL. */
void upstream_log_failure(const struct config_provider *p, const char *model,
    int status, const char *type, const struct api_error *err);

/* Whether the body so far is one JSON text, of which no more can come: the end of
 * one in chunks is not told before the question was sent. Looks a few times,
 * and not at a large one. */
bool upstream_body_closes(struct upstream *u);

/* Looks whether what has come is all, as far as can be told without the end of
 * the body, and does not wait for that end for long. */
void upstream_expect(struct upstream *u);

/* Frees a call; `t` is its transfer. */
void upstream_free(struct transfer *t);

/* whole.c: reads a whole answer, a long one not on the loop, and gives it to
 * the owner. Returns true when it still goes on and will free the call. */
bool upstream_read_whole(struct upstream *u);

#endif
