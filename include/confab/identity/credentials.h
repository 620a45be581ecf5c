/* SPDX-License-Identifier: MIT */
/*
 * The users file in use: who exists, and whether a password is theirs.
 *
 * Follows its file as a keyring does: a user disabled or removed, or a
 * password changed, counts at the next look, with no signal.
 */
#ifndef CONFAB_IDENTITY_CREDENTIALS_H
#define CONFAB_IDENTITY_CREDENTIALS_H

#include <stdbool.h>
#include <stddef.h>

#include "confab/config/config.h"
#include "confab/identity/users.h"

#define CREDENTIALS_COSTS_MAX 4 /* kinds of hashes that all names cost */

struct credentials;

enum credentials_store_result {
	CREDENTIALS_STORED,
	CREDENTIALS_STORE_STALE, /* the user's line is another one by now */
	CREDENTIALS_STORE_FAILED
};

enum credentials_result {
	CREDENTIALS_OK,
	CREDENTIALS_WRONG,    /* no such user, or another password */
	CREDENTIALS_DISABLED, /* these four: the password was right */
	CREDENTIALS_EXPIRED,
	CREDENTIALS_CHANGE,
	CREDENTIALS_UNINVITED, /* it was an invitation's, which is over */
	CREDENTIALS_NO_MEMORY  /* nothing was compared */
};

/*
 * Reads the users wherever the configuration, which must outlive this, keeps them.
 * Where that is the engine that hosts share, a worker follows the copy that this
 * host has, and there may be none yet; who is no worker asks the engine now. NULL
 * with "FILE:LINE: cause" in `err` when they are bad.
 */
struct credentials *credentials_open(const struct config *c, bool worker,
    char err[CONFIG_ERROR_MAX]);
void credentials_free(struct credentials *c);

/*
 * Copies the user of that name as the file has it now. Returns false when
 * there is none. Any thread.
 */
bool credentials_find(struct credentials *c, const char *name,
    struct users_entry *out);

/* As credentials_find(), by the name without case (name.h). */
bool credentials_find_folded(struct credentials *c, const char *folded,
    struct users_entry *out);

/* The digest that a token of this user carries. */
void credentials_generation(const struct users_entry *u,
    unsigned char out[TOKEN_GENERATION_LEN]);

/*
 * Compares the password with the user's. The caller holds a hashing slot;
 * `now` is in seconds since 1970. Every name costs the same, known or not: the
 * work of each cost that the file's hashes have, up to CREDENTIALS_COSTS_MAX
 * of them; that is one hash, but for a file in which argon2id and bcrypt or
 * several costs are mixed. On CREDENTIALS_OK and the four after
 * CREDENTIALS_WRONG `out` is the user.
 */
enum credentials_result credentials_verify(struct credentials *c,
    const struct config_password *p, const char *name, const char *password,
    size_t len, int64_t now, struct users_entry *out);

/* May this user come in? CREDENTIALS_OK or one of the four after
 * CREDENTIALS_WRONG. */
enum credentials_result credentials_state(const struct users_entry *u,
    int64_t now);

/*
 * Stores a new hash for a user whose stored one is `old_hash` still; with
 * `rehash` the sessions live on, without it they end and a required change is
 * done. Locked, in one step. With a line in `err` when it was not stored.
 */
enum credentials_store_result credentials_store(struct credentials *c,
    const char *name, const char *old_hash, const char *new_hash, bool rehash,
    char err[CONFIG_ERROR_MAX]);

/* Puts a user into these groups (users.h) and no others; sessions go on. As
 * credentials_store(). */
enum credentials_store_result credentials_store_groups(struct credentials *c,
    const char *name, const char *groups, char err[CONFIG_ERROR_MAX]);

/*
 * Gives a user the second factor `f`, or with NULL takes it away; the user's
 * sessions end. Stale when hash or second factor are not those of `seen` any
 * more. As credentials_store().
 */
enum credentials_store_result credentials_store_factor(struct credentials *c,
    const struct users_entry *seen, const struct users_factor *f,
    char err[CONFIG_ERROR_MAX]);

/*
 * Gives a user the passkeys that `want` has, and with the first one, or when none
 * is left, its recovery codes; the user's sessions end. Stale when hash, second
 * factor or passkeys are not those of `seen` any more. As credentials_store().
 */
enum credentials_store_result credentials_store_passkeys(struct credentials *c,
    const struct users_entry *seen, const struct users_entry *want,
    char err[CONFIG_ERROR_MAX]);

/* Takes a recovery code's digest out of the user's line; stale when it is not
 * there: no code is good twice. As credentials_store(). */
enum credentials_store_result credentials_spend_recovery(struct credentials *c,
    const char *name, const unsigned char digest[USERS_DIGEST_LEN],
    char err[CONFIG_ERROR_MAX]);

/* The index of a recovery code's digest among those left, or -1. Takes the same
 * time for each. */
int credentials_find_recovery(const struct users_factor *f,
    const unsigned char digest[USERS_DIGEST_LEN]);

#endif
