/* SPDX-License-Identifier: MIT */
/*
 * The text of the users as the engine has it: a connection to where it is, as the
 * user that may read it. For users.c and users_follow.c.
 */
#ifndef CONFAB_ENGINE_USERS_TEXT_H
#define CONFAB_ENGINE_USERS_TEXT_H

#include <stdatomic.h>

#include "confab/base/crypto.h"
#include "confab/engine/users.h"

#include "conn.h"

#define USERS_TEXT_DIGEST (2 * CRYPTO_SHA256_LEN + 1) /* hex, with a NUL */

struct users_text {
	const struct config_state *config;
	struct conn *conn;
	struct tls *tls;
	char key[CONN_KEY_MAX];
};

/* Connects, with the sentinels' help until `stop`. 0, or -1 with the cause. */
int users_text_open(struct users_text *t, const struct config_state *c,
    const atomic_bool *stop, char cause[CONN_CAUSE_MAX]);
void users_text_close(struct users_text *t);

/* Gets the digest of what there is, "" where there is nothing. 0, or -1 with the
 * cause. */
int users_text_digest(struct users_text *t, char digest[USERS_TEXT_DIGEST],
    char cause[CONN_CAUSE_MAX]);

/* Gets the text, too, which is that of the digest. 0, or -1 with the cause. */
int users_text_get(struct users_text *t, char digest[USERS_TEXT_DIGEST],
    struct buf *text, char cause[CONN_CAUSE_MAX]);

/* The digest of a text; "" of none. 0, or -1: libcrypto is out of memory. */
int users_text_name(const struct buf *text, char digest[USERS_TEXT_DIGEST]);

#endif
