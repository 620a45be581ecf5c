/* SPDX-License-Identifier: MIT */
/*
 * What a stream gives out: a ring of numbered events, or one JSON text, and
 * the clients that take it now, each at its own pace. Knows nothing of where
 * it comes from.
 */
#ifndef CONFAB_RELAY_OUTLET_H
#define CONFAB_RELAY_OUTLET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "confab/base/api_error.h"
#include "confab/base/buf.h"
#include "confab/gateway/gateway.h"

#include "event_ring.h"

#define OUTLET_CLIENTS_MAX 16 /* attached at a time; the oldest must go */

struct client;
struct loop;

struct outlet {
	struct loop *loop;
	/* Somebody has left, or takes bytes again: look what follows. May be
	 * called by any function here but the two that end the outlet. */
	void (*changed)(void *arg);
	void *arg;
	struct event_ring ring;
	const char *answer_type; /* of the whole answer: a literal */
	struct buf answer;	 /* instead of a ring without events */
	struct api_error *err;	 /* why it failed; NULL: it did not */
	struct client *clients;	 /* the newest first */
	uint64_t last_write;	 /* loop time; a comment counts */
	bool events;		 /* else one JSON text */
	bool ended;		 /* no more comes */
	bool sending;		 /* clients are being written to */
};

/* `events`: an event stream, else one JSON text of at most CLIENT_OUT_MAX. */
void outlet_init(struct outlet *o, struct loop *l, bool events,
    void (*changed)(void *arg), void *arg);

/* Closes what is attached, after what it was told, and frees. */
void outlet_free(struct outlet *o);

/*
 * No more comes. Where events have been seen or promised, `good` puts [DONE]
 * behind them and `err`, when not NULL, an error event. Who has got nothing yet
 * gets the error, or the answer, as the whole response.
 */
void outlet_end(struct outlet *o, bool good, const struct api_error *err);

/* True when events have been put in: some may have been seen. */
bool outlet_has_events(const struct outlet *o);

/* The position of the client that is furthest ahead; without one, of the
 * oldest event: nothing has been sent to anybody. */
uint64_t outlet_furthest(const struct outlet *o);

/*
 * Attaches a connection, which is taken over in any case, at ring offset
 * `off`; `more` are header lines for its response. Where one too many is
 * attached, the oldest gets an end without [DONE], so that it knows that this
 * was not all. Returns 0; or -1 when it could not, and the connection is gone.
 */
int outlet_attach(struct outlet *o, struct gateway_client rc, const char *more,
    uint64_t off);

/* Sends every client what is new. */
void outlet_send(struct outlet *o);

/* Sends a comment to those who have heard nothing for a while. */
void outlet_comment(struct outlet *o);

/* Closes every client. */
void outlet_close(struct outlet *o);

/* ---- Answers without a stream ---------------------------------------------- */

/* Answers a connection, which is taken over, with an error; or with nothing,
 * 204. `more` are header lines. */
void outlet_refuse(struct loop *l, struct gateway_client rc, const char *more,
    const struct api_error *err);
void outlet_empty(struct loop *l, struct gateway_client rc, const char *more);

/* Has nginx pass a connection on: response_pass_head(). */
void outlet_pass(struct loop *l, struct gateway_client rc, const char *more,
    const char *host, const char *key);

#endif
