/* SPDX-License-Identifier: MIT */
/*
 * How many passwords are hashed at a time. Hashing costs memory and time by
 * intent, so it is rationed: `slots` hashes run, `queue` more may wait, and
 * never more than half of the request threads are in or waiting for one; the
 * rest is told to come again.
 *
 * Plain CGI has one thread a process, so there the slots are those of the
 * shared state, common to all processes of the host.
 */
#ifndef CONFAB_IDENTITY_HASH_SLOTS_H
#define CONFAB_IDENTITY_HASH_SLOTS_H

#include "confab/config/config.h"

#define HASH_SLOTS_WAIT 10000 /* ms that one waits for a slot at most */

struct hash_slots;
struct shared_state;

/*
 * For a process of `workers` request threads, a number that stays what it is,
 * or, with `shared` not NULL, for all CGI processes on that shared state, which
 * must outlive it. NULL when out of memory.
 */
struct hash_slots *hash_slots_new(const struct config_password *p,
    unsigned workers, struct shared_state *shared);
void hash_slots_free(struct hash_slots *h);

/* Takes over limits that have changed. */
void hash_slots_set(struct hash_slots *h, const struct config_password *p);

/* Takes a slot, waiting where there is room to. Returns 0, or -1: busy. */
int hash_slots_take(struct hash_slots *h);
void hash_slots_give(struct hash_slots *h);

#endif
