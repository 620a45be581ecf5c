/* SPDX-License-Identifier: MIT */
/*
 * A stream: one upstream call, a ring of numbered events, and the clients that
 * are attached to it now, or none. Lives on one loop.
 *
 * It is open from the call's start to its end, which is one of enum
 * stream_cause. A stream with a key outlives its clients, and its end, by the
 * grace time, so that a client may come back for the rest; one without a key
 * ends when its client leaves.
 */
#ifndef CONFAB_RELAY_STREAM_H
#define CONFAB_RELAY_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <uv.h>

#include "confab/base/api_error.h"
#include "confab/base/metrics.h"
#include "confab/provider/provider.h"
#include "confab/relay/relay.h"
#include "confab/upstream/catalog.h"

#include "client.h"
#include "event_ring.h"
#include "relay_loop.h"

#define STREAM_CLIENTS_MAX 16	 /* attached at a time; the oldest must go */
#define STREAM_TRIES_MAX 3	 /* of one call, the first included */
#define STREAM_RETRY_AFTER_MAX 2 /* s that a provider may ask us to wait */
#define STREAM_RETRY_DELAY 100	 /* ms before a connection is tried again */
#define STREAM_HEADERS_MAX 1024	 /* bytes of a response's header */

/* Where the chunks come from; one call at a time. */
struct stream_source {
	const struct stream_source_ops *ops; /* NULL: none is running */
	void *self;
};

struct upstream_call;
struct upstream_handler;

struct stream_source_ops {
	/* As upstream_start(). */
	void *(*start)(struct relay_loop *l, const struct upstream_call *call,
	    const struct upstream_handler *handler, void *arg,
	    struct api_error *err);
	void (*pause)(void *self);
	void (*resume)(void *self);
	void (*cancel)(void *self);
};

/* Those of what a provider's answers come from. */
const struct stream_source_ops *stream_source_ops(
    const struct config_provider *p);

struct stream {
	uv_timer_t timer; /* first */
	struct relay_loop *loop;
	struct stream *prev, *next; /* all of the loop */
	struct stream *next_named;  /* bucket of the table */
	struct stream_user *user;
	char *key;     /* NULL: not resumable */
	uint64_t hash; /* of user and key */
	struct settings *settings;
	struct catalog *catalog;
	const struct catalog_entry *entry;
	struct chat_request *chat;	  /* until the answer has begun */
	struct provider_request *request; /* of the first call, until then */
	struct stream_source source;
	struct provider_usage usage;
	struct config_patience patience; /* with the model that is asked */

	struct event_ring ring;
	size_t counted;	   /* of ring.held, in the limits */
	struct buf answer; /* instead of a ring when the client
					 * asked for one JSON text */
	struct client *clients;
	struct api_error *err; /* why it failed */

	uint64_t started; /* times are the loop's, in ms */
	uint64_t called;  /* the call now running */
	uint64_t first_event;
	uint64_t last_event;
	uint64_t last_write; /* a comment counts */
	uint64_t detached;   /* the last client left; 0: attached */
	uint64_t ended_at;
	uint64_t retry_at; /* 0: nothing to try again */
	uint64_t content;  /* chunks with text in them */

	unsigned tries;
	unsigned fallbacks;
	enum metrics_cause cause;
	bool is_stream; /* events; else one JSON text */
	bool ended;	/* no more comes from the source */
	bool paused;
	bool sending; /* clients are being written to */
	bool closing; /* off every list, handle closing */
};

/* A new call for a job that no stream answers yet; answers its client
 * whatever happens. Takes over the connection, chat and settings that it
 * uses; the caller ends the job with relay_job_free(). */
void stream_open(struct relay_loop *l, struct relay_job *job);

/* One more client for a stream: its events after `last_id`. */
void stream_attach(struct stream *s, struct relay_job *job, uint64_t last_id);

/* Places a key: which loop, which bucket. */
uint64_t stream_hash(const char *user, const char *key);

/* The stream of a user and key, ended ones included, or NULL. */
struct stream *stream_find(struct relay_loop *l, const char *user,
    const char *key);

/* True when a stream of this user and key has been here and is gone. */
bool stream_forgotten(struct relay_loop *l, const char *user, const char *key);

/*
 * The one end of every stream: counts it, writes the end for its clients
 * ([DONE], or `err`), and frees it or keeps it for the grace time. Does nothing
 * the second time.
 */
void stream_finish(struct stream *s, enum metrics_cause cause,
    const struct api_error *err);

/* Ends it and frees it, its clients after what they were told. */
void stream_discard(struct stream *s);

/* For sources: what has come. See struct upstream_handler. */
int stream_chunk(void *arg, const char *json, size_t len, bool content);
void stream_flush(void *arg);
void stream_answer(void *arg, struct buf *json);
void stream_end(void *arg, const struct api_error *err, bool unprocessed);

/* Answers a job with an error. */
void stream_refuse(struct relay_loop *l, struct relay_job *job,
    const struct api_error *err);

#endif
