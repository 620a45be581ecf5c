/* SPDX-License-Identifier: MIT */
/*
 * What each user has open in this process: streams and bytes of rings. One
 * table for all loops, so that a user's limits hold whatever loop serves.
 */
#ifndef CONFAB_RELAY_STREAM_USERS_H
#define CONFAB_RELAY_STREAM_USERS_H

#include <stdatomic.h>
#include <stddef.h>

struct stream_users;

struct stream_user {
	struct stream_user *next; /* private */
	unsigned refs;		  /* private */
	atomic_uint open;	  /* streams that have not ended */
	atomic_size_t ring_bytes;
	atomic_size_t claimed; /* bytes, by requests that wait */
	char name[];
};

struct stream_users *stream_users_new(void);
void stream_users_free(struct stream_users *t);

/*
 * The entry of a user, made when there is none, with one reference more; the
 * caller gives it back. NULL when out of memory. Any thread.
 */
struct stream_user *stream_users_get(struct stream_users *t, const char *name);
void stream_users_put(struct stream_users *t, struct stream_user *u);

#endif
