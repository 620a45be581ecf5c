/* SPDX-License-Identifier: MIT */
/*
 * A client's connection on a loop: FastCGI records, or the bare bytes of plain
 * CGI, written without ever blocking; tells when the other side has left.
 */
#ifndef CONFAB_RELAY_CLIENT_H
#define CONFAB_RELAY_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <uv.h>

#include "confab/base/buf.h"
#include "confab/relay/relay.h"

#include "event_ring.h"

/* Bytes that wait in a client beside its ring: headers, a comment, the rest
 * of a record that the socket took in part, or a whole non-streamed answer. */
#define CLIENT_OUT_MAX (64 * 1024 * 1024)
/* Content of one write to a client. */
#define CLIENT_WRITE_MAX (16 * 1024)

struct client;
struct loop;

struct client_handler {
	/* The other side has left; the client is closed already. */
	void (*gone)(struct client *c, void *arg);
	/* The socket takes bytes again: call client_send(). */
	void (*writable)(struct client *c, void *arg);
	/* Everything was written after client_end(); it is closed already. */
	void (*ended)(struct client *c, void *arg);
};

struct client {
	uv_poll_t poll; /* first: uv_close() frees through it; its data
				 * is NULL, which tells it from libcurl's */
	const struct client_handler *handler;
	void *arg;
	struct client *next; /* for the owner's list */
	int fd;
	int request_id; /* 0: bare bytes */
	bool pollable;
	bool blocked;	/* waits until the socket takes bytes */
	bool committed; /* the response's header is on its way */
	bool ending;
	bool end_queued; /* the closing records are in `out` */
	bool closed;
	uint64_t off;	     /* of the ring, the next byte to send */
	uint64_t last_write; /* loop time */
	struct buf out;	     /* framed, goes before the ring */
	size_t out_at;	     /* bytes of it that are gone already */
	char *extra_headers; /* owned; for the response, or NULL */
};

/*
 * Takes the connection over. Returns NULL, with the connection closed, when
 * out of memory or descriptors.
 */
struct client *client_open(struct loop *l, struct gateway_client rc,
    const struct client_handler *handler, void *arg);

/*
 * Queues bytes in front of the ring's (framed as needed); client_send()
 * writes them. Returns 0, or -1 when out of memory.
 */
int client_put(struct client *c, const void *bytes, size_t len);

/* After what is queued and the ring's bytes, the response is over. */
void client_end(struct client *c);

/*
 * Writes as much as the socket takes: what is queued, then `ring` from c->off
 * (NULL: none). When the connection turns out dead or all is written after
 * client_end(), the client is closed and the handler called, possibly before
 * this returns; the caller must not use it after that: returns false.
 */
bool client_send(struct loop *l, struct client *c,
    const struct event_ring *ring);

/* Closes at once, without calling the handler. */
void client_close(struct client *c);

/* Queues and sends a whole short response, then closes on its own: for
 * answers that belong to no stream. Takes the connection over. */
void client_respond(struct loop *l, struct gateway_client rc, const char *head,
    const char *body, size_t len);

#endif
