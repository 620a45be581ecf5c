/* SPDX-License-Identifier: MIT */
/*
 * The few facts that must outlive a request and be common to all processes of
 * a host (workers and CGI runs): one fixed-size file, mapped by all of them.
 *
 * Tables are bounded, each a hash table of small buckets under a random key:
 *
 *	penalties	of users, of addresses, and of users at addresses that
 *			they are known to come from; who failed more than once
 *			keeps the place, and who finds none in a full bucket
 *			shares one counter with all others that do
 *	known		addresses that a user logged in from; the oldest goes
 *	revoked		sessions that ended early; when a bucket is full, the
 *			user with the most in it has all older sessions ended
 *	before		per user, the time before which sessions are void;
 *			when full, the oldest becomes a time for everybody
 *	requests, tokens	a user's counters; the stalest goes
 *	codes		per second factor, the step of the code used last; one
 *			that may still be good is never forgotten for another
 *	sessions, networks	what a person may look at (shared_sessions.h)
 *	challenges	questions to passkeys that were answered; a full bucket takes
 *			no further answer until one of them is over
 *	slots		CGI processes
 *
 * So a revocation is never lost and a full table falls on whoever filled it.
 * For the same reason a new file, and one that had to be rebuilt, voids the
 * sessions issued before it: what it may have known of them is gone.
 *
 * One flock(2) on the file orders all changes, with a mutex for the threads of
 * a process: the kernel gives it back when its holder dies, and no byte of the
 * file can damage it. A change is written to a journal in the header before it
 * is done, so the next holder finishes what a killed one began. Every cell has
 * a keyed sum; a cell that does not match is dropped. The file must be on a
 * local file system.
 */
#ifndef CONFAB_STATE_SHARED_STATE_H
#define CONFAB_STATE_SHARED_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "confab/config/config.h"

#define SHARED_SESSION_LEN 16	  /* bytes of a session's name */
#define SHARED_STATE_FILE "state" /* in the runtime directory */

struct shared_file;
struct shared_state;

enum shared_penalty {
	SHARED_PENALTY_ADDRESS,
	SHARED_PENALTY_USER,
	SHARED_PENALTY_KNOWN /* a user at a known address */
};

/* The longest penalty (ms) that is shared in a full bucket. */
#define SHARED_PENALTY_COMMON_MAX 30000

/* The longest (ms) that can be configured, and so that any host tells of. */
#define SHARED_PENALTY_MAX (UINT64_C(7) * 86400000)
#define SHARED_PENALTY_KEEP_MAX (UINT64_C(365) * 86400000)

/* Free failures, and the length of penalties, in ms. */
struct shared_penalty_rule {
	unsigned free;
	uint64_t delay;
	uint64_t delay_max;
	uint64_t forget;
};

/*
 * Opens or makes DIR/state (mode 0600; the folder is made too if its parent
 * exists). Returns NULL with a line in `err` when that is impossible.
 */
struct shared_state *shared_state_open(const char *dir,
    char err[CONFIG_ERROR_MAX]);
void shared_state_close(struct shared_state *st);

/*
 * Where the file cannot be used, the answer is the one that lets nobody in and
 * nothing pass: a penalty, an ended session, a limit that is reached.
 *
 * All that follow may be called by any thread; `mono` is clock_mono_ms(),
 * `wall` is in ms since 1970. Keys are any bytes.
 */

/* Milliseconds that the key is still penalised for; 0: it is not. One that has
 * no place in a full bucket has the penalty that is shared there. */
uint64_t shared_state_penalty(struct shared_state *st, enum shared_penalty kind,
    const void *key, size_t len, uint64_t mono);

/* Counts one failure. Returns the length of the penalty it brings, or 0. */
uint64_t shared_state_fail(struct shared_state *st, enum shared_penalty kind,
    const void *key, size_t len, const struct shared_penalty_rule *r,
    uint64_t mono);

/* Takes one failure back, or all of them. */
void shared_state_forgive(struct shared_state *st, enum shared_penalty kind,
    const void *key, size_t len, const struct shared_penalty_rule *r, bool all);

/* Addresses a user is known to come from. */
void shared_state_known_add(struct shared_state *st, const void *key,
    size_t len, uint64_t wall);
bool shared_state_known(struct shared_state *st, const void *key, size_t len);

/*
 * Ends a session; `expires` is when nobody needs to know any more (ms). This
 * and the next return 0, or -1 when the file cannot be used.
 */
int shared_state_revoke(struct shared_state *st,
    const unsigned char id[SHARED_SESSION_LEN], const char *user, uint64_t wall,
    uint64_t expires);

/* Ends all sessions of a user issued until now. */
int shared_state_revoke_user(struct shared_state *st, const char *user,
    uint64_t wall, uint64_t expires);

/* True when the session was ended, alone, with its user's or with all. */
bool shared_state_revoked(struct shared_state *st,
    const unsigned char id[SHARED_SESSION_LEN], const char *user,
    uint64_t issued, uint64_t wall);

/* The earliest time (ms) at which a session of the user can be issued now. */
uint64_t shared_state_issue(struct shared_state *st, const char *user,
    uint64_t wall);

/*
 * Counts a request within `limit` a minute, of this host and, where this process
 * tells other hosts and `wall` is not 0, of all of them in a minute of the clock.
 * Returns 0, or the milliseconds until one is allowed again.
 */
uint64_t shared_state_request(struct shared_state *st, const char *user,
    unsigned limit, uint64_t mono, uint64_t wall);

/* A user's tokens of the day with that number (days since 1970). */
uint64_t shared_state_tokens(struct shared_state *st, const char *user,
    uint64_t day);
void shared_state_tokens_add(struct shared_state *st, const char *user,
    uint64_t day, uint64_t tokens);

/* Steps by which a code may be early or late. */
#define SHARED_CODE_WINDOW 1

/*
 * Uses up the code of `step` (totp.h) of a second factor, whose key is any
 * bytes. True when neither it nor a later one was used before: this once, in
 * all processes. `now` is the step of this moment.
 */
bool shared_state_use_code(struct shared_state *st, const void *key, size_t len,
    uint64_t step, uint64_t now);

/*
 * Uses up a challenge, whose key is any bytes: true once, in all processes.
 * `expires` is when it is answered no more (ms since 1970); with one that is
 * over, false.
 */
bool shared_state_use_challenge(struct shared_state *st, const void *key,
    size_t len, uint64_t expires, uint64_t wall);

/* The file behind it, for what has a file of its own in this room. */
struct shared_file *shared_state_file(struct shared_state *st);

#endif
