/* SPDX-License-Identifier: MIT */
/* What credentials.c and credentials_store.c have in common. */
#ifndef CONFAB_IDENTITY_CREDENTIALS_STATE_H
#define CONFAB_IDENTITY_CREDENTIALS_STATE_H

#include <pthread.h>
#include <stdbool.h>

#include "confab/base/files.h"
#include "confab/identity/credentials.h"

/*
 * A hash of each cost that the file has. Each comparison does the work of all
 * of them, so that its time tells neither whether there is such a user nor
 * what kind of hash is theirs. Where there are more, one of a further cost
 * takes that much longer.
 */
struct costs {
	char hash[CREDENTIALS_COSTS_MAX][USERS_HASH_MAX + 1];
	size_t n;
};

struct credentials {
	pthread_mutex_t lock; /* guards all but the path */
	char *path;
	const struct config *shared; /* the engine has them; NULL: the file */
	bool asked;		     /* there is no copy to follow */
	struct files_stamp stamp;    /* of what was read, good or bad */
	struct users *users;
	struct costs costs;
};

/* The digest of a stored hash. */
void credentials_hash_digest(const char *name, const char *hash,
    unsigned char out[USERS_DIGEST_LEN]);

/* The digest that sessions go by: that of the hash before it was renewed. */
void credentials_session_digest(const struct users_entry *u,
    unsigned char out[USERS_DIGEST_LEN]);

#endif
