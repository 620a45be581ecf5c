/* SPDX-License-Identifier: MIT */
/*
 * Password hashes: argon2id (RFC 9106) and, to take over an htpasswd, bcrypt.
 *
 * A stored hash says itself what it costs to compare with, so its costs are
 * bounded before anything is allocated.
 */
#ifndef CONFAB_IDENTITY_PASSWORD_H
#define CONFAB_IDENTITY_PASSWORD_H

#include <stdbool.h>
#include <stddef.h>

#include "confab/config/config.h"
#include "confab/identity/users.h"

#define PASSWORD_MAX 1024 /* bytes of a password */
#define PASSWORD_MIN 8	  /* of a new one */

/* A stored hash that costs more is refused. */
#define PASSWORD_MEMORY_MAX (1024 * 1024) /* KiB */
#define PASSWORD_PASSES_MAX 16
#define PASSWORD_LANES_MAX 16
#define PASSWORD_BCRYPT_MAX 14 /* log2 of the rounds */

enum password_result {
	PASSWORD_SAME,
	PASSWORD_DIFFERENT,
	PASSWORD_UNREADABLE, /* no hash that we know, or too costly */
	PASSWORD_NO_MEMORY   /* nothing was compared */
};

/* Compares password[0..len) with a stored hash. Slow by intent. */
enum password_result password_verify(const char *hash, const char *password,
    size_t len);

/* Makes a hash at the configured cost. Returns 0, or -1: out of memory. */
int password_hash(const struct config_password *p, const char *password,
    size_t len, char out[USERS_HASH_MAX + 1]);

/* True when two stored hashes that are readable cost the same to verify. */
bool password_same_cost(const char *a, const char *b);

/* Costs as much as password_verify() at the configured cost. */
void password_waste(const struct config_password *p, const char *password,
    size_t len);

/* True when the stored hash is not what password_hash() would make now. */
bool password_outdated(const struct config_password *p, const char *hash);

/* True when password_verify() would read the hash. */
bool password_readable(const char *hash);

#endif
