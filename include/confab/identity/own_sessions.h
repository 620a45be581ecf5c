/* SPDX-License-Identifier: MIT */
/*
 * The sessions of a person, for that person and for the administrator: a list
 * in the shared state, kept beside the sessions themselves, which are in their
 * cookies. One that the list has lost is good all the same, and ends with "all
 * others".
 */
#ifndef CONFAB_IDENTITY_OWN_SESSIONS_H
#define CONFAB_IDENTITY_OWN_SESSIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "confab/identity/session.h"

#define OWN_SESSIONS_MAX 16
#define OWN_SESSION_ID_MAX 16 /* characters of a session's name in the list */
#define OWN_SESSION_NETWORK_MAX 24

struct shared_state;

struct own_session {
	char id[OWN_SESSION_ID_MAX + 1];
	unsigned char session[TOKEN_SESSION_LEN];
	const char *browser, *system; /* "Firefox", "Linux"; NULL: others */
	char network[OWN_SESSION_NETWORK_MAX]; /* "192.0.2.0/24"; "": none */
	bool new_network;    /* its login was from one that was never seen */
	int64_t first, seen; /* s since 1970 */
};

/*
 * Copies the sessions of a user that are good at `now`, the last used first.
 * Returns their number.
 */
size_t own_sessions_list(struct shared_state *st, const struct config *c,
    const struct users_entry *user, int64_t now,
    struct own_session out[OWN_SESSIONS_MAX]);

/* Ends the user's session of that name in the list. Returns 1, 0 when there is
 * none, -1 when the state cannot be used. `ended` gets the one that was. */
int own_sessions_end(struct shared_state *st, const struct config *c,
    const struct users_entry *user, const char *id, int64_t now,
    struct own_session *ended);

/* Ends all of a user's sessions until now. Returns 0 or -1. */
int own_sessions_end_all(struct shared_state *st, const struct config *c,
    const char *user);

/*
 * Notes that a session began, with what it came from, and fills in what its
 * person is to be told: new_network and the news. For session.c.
 */
void own_sessions_began(struct identity *id, const struct session_input *in,
    const struct token_fields *t, int64_t first, struct session_info *out);

/* Notes that a session is used. For session.c. */
void own_sessions_used(struct identity *id, const struct session_input *in,
    const struct token_fields *t);

#endif
