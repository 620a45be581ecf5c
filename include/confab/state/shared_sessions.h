/* SPDX-License-Identifier: MIT */
/*
 * Which sessions and networks users have: for the person to look at, not for
 * the check of a session, which needs no list (session.h).
 *
 * Both tables have the cells of one user in one bucket, which some other users
 * share. A full bucket loses what was used longest ago of the user who has most
 * in it: such a session goes on and is listed again when it is used; of such a
 * network a login is called new once more.
 */
#ifndef CONFAB_STATE_SHARED_SESSIONS_H
#define CONFAB_STATE_SHARED_SESSIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "confab/state/shared_state.h"

#define SHARED_SESSIONS_MAX 16 /* listed of one user */
#define SHARED_NETWORK_LEN 7   /* bytes of a network, its family first */
#define SHARED_NEWS_MAX 4      /* new networks that one login is told of */
#define SHARED_SEEN_EVERY 60   /* s between two notes of a use */

struct shared_session {
	unsigned char id[SHARED_SESSION_LEN];
	uint64_t issued;      /* ms since 1970 */
	uint16_t generation;  /* the begin of what its cookie has */
	uint32_t first, seen; /* s since 1970 */
	unsigned char network[SHARED_NETWORK_LEN]; /* all zero: none known */
	bool new_network; /* the user had not been seen there before */
	uint8_t agent;	  /* the browser, as the caller has it */
};

/* A network that a user logged in from. */
struct shared_network {
	unsigned char network[SHARED_NETWORK_LEN];
	uint8_t agent;
	uint64_t first, last; /* ms since 1970 */
};

/* Adds a session, or what has changed of one. */
void shared_sessions_put(struct shared_state *st, const char *user,
    const struct shared_session *s);

/*
 * Notes that a session is used at s->seen from s->network; one that was not
 * listed is, as `s` has it. Nothing is written within SHARED_SEEN_EVERY of the
 * last note.
 */
void shared_sessions_seen(struct shared_state *st, const char *user,
    const struct shared_session *s);

/* Takes a session out of the list; all of the user's with `id` NULL. */
void shared_sessions_drop(struct shared_state *st, const char *user,
    const unsigned char *id);

/* Copies a user's sessions, whether they are good still or not. Returns their
 * number. */
size_t shared_sessions_list(struct shared_state *st, const char *user,
    struct shared_session out[SHARED_SESSIONS_MAX]);

/*
 * Notes a login at `wall` (ms) from a network, and copies those networks to
 * `news`, newest first, that were new since the last login from this one (or,
 * for one that is new itself, from one that is not). Returns whether the user
 * was never seen there: false for the first login of all.
 */
bool shared_networks_login(struct shared_state *st, const char *user,
    const unsigned char network[SHARED_NETWORK_LEN], uint8_t agent,
    uint64_t wall, struct shared_network news[SHARED_NEWS_MAX], size_t *n);

#endif
