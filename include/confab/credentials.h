/* SPDX-License-Identifier: MIT */
/*
 * The users file in use: who exists, and whether a password is theirs.
 *
 * Follows its file as a keyring does: a user disabled or removed, or a
 * password changed, counts at the next look, with no signal.
 *
 * Hashing costs memory and time by intent, so it is rationed: `slots` hashes
 * run at a time, `queue` more may wait, and never more than half of the
 * request threads are in or waiting for one; the rest is told to come again.
 */
#ifndef CONFAB_CREDENTIALS_H
#define CONFAB_CREDENTIALS_H

#include <stdbool.h>
#include <stddef.h>

#include "confab/config.h"
#include "confab/users.h"

#define CREDENTIALS_PASSWORD_MAX 1024	/* bytes of a password */
#define CREDENTIALS_PASSWORD_MIN 8	/* of a new one */

/* Costs beyond these in a stored hash are refused unread. */
#define CREDENTIALS_MEMORY_MAX (1024 * 1024)	/* KiB */
#define CREDENTIALS_PASSES_MAX 16
#define CREDENTIALS_LANES_MAX 16
#define CREDENTIALS_BCRYPT_MAX 14	/* log2 of the rounds */

struct credentials;

enum credentials_result {
	CREDENTIALS_OK,
	CREDENTIALS_WRONG,	/* no such user, or another password */
	CREDENTIALS_DISABLED,	/* these three: the password was right */
	CREDENTIALS_EXPIRED,
	CREDENTIALS_CHANGE,
	CREDENTIALS_BUSY,	/* no slot: 503, come again */
	CREDENTIALS_FAILED	/* out of memory, or a hash nobody can read */
};

/* Reads `path`. NULL with "FILE:LINE: cause" in `err` when it is bad. */
struct credentials *credentials_load(const char *path,
    char err[CONFIG_ERROR_MAX]);
void credentials_free(struct credentials *c);

/*
 * Copies the user of that name as the file has it now. Returns false when
 * there is none. Any thread.
 */
bool credentials_find(struct credentials *c, const char *name,
    struct user *out);

/* The digest that a token of this user carries. */
void credentials_generation(const struct user *u,
    unsigned char out[TOKEN_GENERATION_LEN]);

/* Sets how many may hash and wait, for `workers` request threads. */
void credentials_slots(const struct config_password *p, unsigned workers);

/* Takes a slot, waiting if there is room to. Returns 0, or -1: busy. */
int credentials_slot_take(void);
void credentials_slot_give(void);

/*
 * Compares the password with the user's; an unknown user costs as much. The
 * caller holds a slot. `now` is in seconds since 1970.
 */
enum credentials_result credentials_verify(struct credentials *c,
    const struct config_password *p, const char *name, const char *password,
    size_t len, int64_t now, struct user *out);

/*
 * Hashes a password at the configured cost. The caller holds a slot, or is
 * confabctl. Returns 0, or -1 when memory ran out.
 */
int credentials_hash(const struct config_password *p, const char *password,
    size_t len, char out[USERS_HASH_MAX + 1]);

/* True when the stored hash is not what credentials_hash() would make. */
bool credentials_outdated(const struct config_password *p, const char *hash);

/*
 * Stores a new hash for a user whose stored one is `old_hash` still; with
 * `rehash` the sessions live on, without it they end and a required change is
 * done. Locked, in one step. Returns 0, or -1 with a line in `err`.
 */
int credentials_store(struct credentials *c, const char *name,
    const char *old_hash, const char *new_hash, bool rehash,
    char err[CONFIG_ERROR_MAX]);

#endif
