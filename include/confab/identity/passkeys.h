/* SPDX-License-Identifier: MIT */
/*
 * The passkeys file: what was kept of each person's passkeys. One line each:
 *
 *	USER:ID:KEY:COUNT:CREATED:USED:MODE:SITE:LABEL
 *
 * ID and KEY (`es256.` or `eddsa.` before it) are base64url, times are seconds
 * since 1970, MODE is `alone` for one that is good without a password, else
 * `second`. Lines of `#` and empty lines are kept as they are.
 *
 * Which of them count says the user's line in the users file, by digests of
 * their ids: a passkey whose user was deleted, and anything else that is here
 * alone, opens nothing. The file is read when it is asked about.
 */
#ifndef CONFAB_IDENTITY_PASSKEYS_H
#define CONFAB_IDENTITY_PASSKEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "confab/config/config.h"
#include "confab/identity/users.h"
#include "confab/identity/webauthn.h"

#define PASSKEYS_FILE_MAX (16 * 1024 * 1024)
#define PASSKEYS_LABEL_MAX 160 /* bytes of what a person calls one */

struct passkey {
	char user[USERS_NAME_MAX + 1];
	unsigned char id[WEBAUTHN_ID_MAX];
	size_t id_len;
	struct webauthn_key key;
	uint32_t count;
	int64_t created; /* s since 1970 */
	int64_t used;	 /* the last time, to the hour; 0: never */
	bool alone;	 /* good without a password */
	char site[WEBAUTHN_RP_MAX + 1];
	char label[PASSKEYS_LABEL_MAX + 1];
};

/* A user's, in the order of their making. */
struct passkeys {
	size_t n;
	struct passkey list[USERS_PASSKEYS_MAX];
};

enum passkeys_result {
	PASSKEYS_DONE,
	PASSKEYS_EXISTS, /* that id is somebody's already */
	PASSKEYS_STALE,	 /* it is not there any more, or was used since */
	PASSKEYS_FAILED
};

/* What a person may call one: 1 to PASSKEYS_LABEL_MAX bytes of UTF-8 without
 * colons and control characters. */
bool passkeys_label_valid(const char *label, size_t len);

/* The digest of an id, by which the user's line knows it. 0 or -1. */
int passkeys_digest(const unsigned char *id, size_t len,
    unsigned char digest[USERS_DIGEST_LEN]);

/* The place of a digest in the user's line, or -1. */
int passkeys_place(const struct users_entry *u,
    const unsigned char digest[USERS_DIGEST_LEN]);

/* Those of the user that count. Returns 0, or -1 with a line in `err`. A file
 * that is not there has none. */
int passkeys_of(const char *path, const struct users_entry *u,
    struct passkeys *out, char err[CONFIG_ERROR_MAX]);

/* The one with this id, whosoever it is: 1, 0 when there is none, or -1. */
int passkeys_find(const char *path, const unsigned char *id, size_t len,
    struct passkey *out, char err[CONFIG_ERROR_MAX]);

/* Appends one, and leaves out those of its user that count no more. */
enum passkeys_result passkeys_add(const char *path, const struct users_entry *u,
    const struct passkey *k, char err[CONFIG_ERROR_MAX]);

/*
 * It was used: stores counter and time. PASSKEYS_STALE when the counter that is
 * stored by now does not let this one follow.
 */
enum passkeys_result passkeys_used(const char *path, const struct passkey *k,
    uint32_t count, int64_t now, char err[CONFIG_ERROR_MAX]);

/* Checks the whole text[0..len) for messages that begin with `name`: 0 or -1. */
int passkeys_check(const char *name, const char *text, size_t len,
    char err[CONFIG_ERROR_MAX]);

#endif
