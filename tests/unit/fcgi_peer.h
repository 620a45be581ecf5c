/* SPDX-License-Identifier: MIT */
/*
 * A web server that speaks FastCGI, made by hand, with the gateway at the other
 * end of a socket.
 */
#ifndef CONFAB_TEST_FCGI_PEER_H
#define CONFAB_TEST_FCGI_PEER_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "confab/base/buf.h"
#include "confab/relay/relay.h"

/* Types of records (FastCGI 1.0, section 8). */
enum {
	BEGIN = 1,
	ABORT,
	END,
	PARAMS,
	STDIN,
	STDOUT,
	GET_VALUES = 9,
	UNKNOWN = 11
};

#define LONG 20000 /* ms: where no limit is to be met */
#define MAX 100000 /* bytes of a body */

/* What the gateway's side of a test has seen. */
struct seen {
	int fd;
	unsigned timeout;
	unsigned served;
	int status; /* of request_read()'s error */
	char path[64];
	char user[64];
	struct buf body;
	size_t answer_len; /* to answer with */
	bool keep;	   /* hand over instead of answering */
	struct gateway_client handed;
};

struct peer {
	int fd;
	pthread_t thread;
	bool running; /* the thread */
	struct seen seen;
};

/* Makes the socket; the request must arrive within `timeout` ms. */
void start(struct peer *p, unsigned timeout);

/* Lets a thread serve it. */
void go(struct peer *p);

/* Waits until it is served. */
void wait_served(struct peer *p);

/* Gets one whole answer, of two bytes, and waits until it is served. */
void answered(struct peer *p);

/* Waits until it is served, and closes it. */
void finish(struct peer *p);

/* Appends a record. */
void put(struct buf *b, int type, int id, const void *content, size_t len);

/* Appends a pair of a PARAMS record. */
void put_param(struct buf *b, const char *name, const char *value);

/* Appends BEGIN_REQUEST and the parameters of a POST, and no body yet. */
void put_head(struct buf *b, int role, bool keep, const char *length);

/* Sends, and frees, what was put. */
void send_all(struct peer *p, struct buf *b);

/* All that comes until the connection is closed: contents of STDOUT into
 * `out`; returns how many END_REQUEST records there were. */
unsigned receive(struct peer *p, struct buf *out);

/* Sends, is answered with so many ends, and finishes. */
void exchange(struct peer *p, struct buf *b, unsigned want_ends);

#endif
