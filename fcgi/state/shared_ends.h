/* SPDX-License-Identifier: MIT */
/*
 * Cells that hold facts for other hosts: how they are laid out, and changed by
 * what stands for a name on all hosts. For this room.
 */
#ifndef CONFAB_STATE_SHARED_ENDS_H
#define CONFAB_STATE_SHARED_ENDS_H

#include <stdbool.h>
#include <stdint.h>

#include "confab/state/shared_facts.h"

#include "shared_cells.h"
#include "shared_file.h"

/* v of an ended session's cell, and of a user's end. */
enum { SESSION_EXPIRES, SESSION_USER, SESSION_ID = 3 };
enum { USER_TIME, USER_EXPIRES, USER_ID };

/* What stands for a user. Returns 0 or -1. */
int shared_user_id(const char *user, uint64_t id[2]);

/*
 * Ends a session; true when it had not ended. The lock is held, here and in
 * all that follow.
 */
bool shared_end_session(struct shared_file *f, const uint64_t id[2],
    const uint64_t user[2], uint64_t wall, uint64_t expires);

/* Ends a user's sessions that were issued until `time`; true when it changed
 * anything. */
bool shared_end_user(struct shared_file *f, const uint64_t user[2],
    uint64_t time, uint64_t wall, uint64_t expires);

/* A fact is staged: counts it; and, without the lock, says so. */
void shared_facts_count(struct shared_file *f);
void shared_facts_added(struct shared_state *st);

/* How far hosts' clocks may be apart, in ms; 0 for one host. */
uint64_t shared_facts_apart(const struct shared_state *st);

#endif
