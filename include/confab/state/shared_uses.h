/* SPDX-License-Identifier: MIT */
/*
 * When access tokens were used last, and from where: for people to look at. The
 * table is bounded; of a full bucket the one goes that was used longest ago.
 */
#ifndef CONFAB_STATE_SHARED_USES_H
#define CONFAB_STATE_SHARED_USES_H

#include <stdbool.h>
#include <stdint.h>

#include "confab/state/shared_sessions.h"

/* Notes a use of the token of that id at `now` (s since 1970), when the last
 * note is SHARED_SEEN_EVERY old or of another network. */
void shared_uses_note(struct shared_state *st, const char *id,
    const unsigned char network[SHARED_NETWORK_LEN], int64_t now);

/* The last use that was noted. False when there is none. */
bool shared_uses_find(struct shared_state *st, const char *id, int64_t *at,
    unsigned char network[SHARED_NETWORK_LEN]);

#endif
