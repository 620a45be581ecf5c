/* SPDX-License-Identifier: MIT */
/*
 * Slots that processes of a host take from each other: CGI runs, and password
 * hashes of CGI runs. A slot names its process by id and start time, so the
 * slot of one that died is free, whatever took its id since.
 */
#ifndef CONFAB_STATE_SHARED_SLOTS_H
#define CONFAB_STATE_SHARED_SLOTS_H

#include <sys/types.h>

struct shared_state;

enum shared_slot { SHARED_SLOT_CGI, SHARED_SLOT_HASH };

#define SHARED_SLOTS_CGI_MAX 256
#define SHARED_SLOTS_HASH_MAX 64

/*
 * Takes a slot for this process among the first `max`. Returns its number, or
 * -1 when all are in use.
 */
int shared_slots_take(struct shared_state *st, enum shared_slot kind,
    unsigned max);

/*
 * Names the user whom the slot serves. Returns 0, or -1 when other slots have
 * that user `max` times already.
 */
int shared_slots_user(struct shared_state *st, enum shared_slot kind, int slot,
    const char *user, unsigned max);

/* Names what the slot serves, for shared_slots_find(). Returns 0 or -1. */
int shared_slots_name(struct shared_state *st, enum shared_slot kind, int slot,
    const char *name);

/* The process whose slot serves that user and name; 0 when none does. */
pid_t shared_slots_find(struct shared_state *st, enum shared_slot kind,
    const char *user, const char *name);

void shared_slots_give(struct shared_state *st, enum shared_slot kind,
    int slot);

#endif
