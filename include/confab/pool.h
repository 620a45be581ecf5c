/* SPDX-License-Identifier: MIT */
/*
 * The request threads: each accepts a connection, serves its request and
 * accepts the next.
 */
#ifndef CONFAB_POOL_H
#define CONFAB_POOL_H

#include "confab/route.h"

#define POOL_STACK (256 * 1024)	/* bytes of a thread's stack */
#define POOL_TICK 500		/* ms after which a stop is noticed */
#define POOL_BACK_OFF 100	/* ms without descriptors or memory */

struct pool;

/* Starts `n` threads on a listening socket. NULL with errno set. */
struct pool *pool_start(int listen_fd, unsigned n, struct service *service);

/* No more connections are accepted; waits for the requests under way. */
void pool_stop(struct pool *p);

#endif
