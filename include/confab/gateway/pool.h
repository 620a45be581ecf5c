/* SPDX-License-Identifier: MIT */
/*
 * The request threads: each accepts a connection, serves its request and
 * accepts the next.
 */
#ifndef CONFAB_GATEWAY_POOL_H
#define CONFAB_GATEWAY_POOL_H

#include <stdbool.h>

#include "confab/gateway/gateway.h"

#define POOL_STACK (320 * 1024) /* bytes of a thread's stack */
#define POOL_TICK 400		/* ms after which a stop is noticed */
#define POOL_LAST 2000		/* ms to be read, for a request at the stop */
#define POOL_BACK_OFF 100	/* ms without descriptors or memory */
#define POOL_COMPLAIN 10000	/* ms between two log lines about that */

struct pool;

/* What the threads do. */
struct pool_work {
	gateway_serve_fn serve;
	void *arg; /* its first argument */
	/* Ms within which a request that comes now must have been read. */
	unsigned (*timeout)(void);
};

/*
 * Starts `n` threads on a listening socket, which becomes the pool's, also
 * on failure. `own` says that nobody else accepts on it and that its name is
 * gone before pool_stop(). NULL with errno set.
 */
struct pool *pool_start(int listen_fd, bool own, unsigned n,
    const struct pool_work *work);

/*
 * Around a request's waiting for a slow peer, on its thread: meanwhile another
 * thread accepts in its place. Of those there are as many as the callers allow
 * at a time. On a thread that is no pool's, they do nothing.
 */
void pool_away(void);
void pool_back(void);

/*
 * Accepts no more, within a tick, because others do on the same socket, which
 * stays open. What has come is served in its time. Does not wait: pool_left()
 * says when nothing is under way any more. pool_stop() comes after it.
 */
void pool_leave(struct pool *p);
bool pool_left(struct pool *p);

/* True while a thread accepts, or is about to. */
bool pool_accepts(struct pool *p);

/*
 * Accepts no more, within two ticks, and closes the socket; what waits on one
 * of our own is still served. Waits for the requests under way, of which those
 * that are still being read must arrive within POOL_LAST.
 */
void pool_stop(struct pool *p);

#endif
