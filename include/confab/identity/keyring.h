/* SPDX-License-Identifier: MIT */
/*
 * The secret file: the keys that sign sessions. The newest whose time has come
 * signs, the others verify; a key that is gone from the file ends its sessions.
 * One that signs later is there so that all hosts of a site know it before one of
 * them signs with it.
 *
 * One line a key: `ID SINCE KEY`, an id of letters and digits, the date since
 * which it signs (RFC 3339, UTC) and 64 hexadecimal digits; `#` starts a comment
 * line. The file must be unreadable to group and others.
 *
 * A keyring follows its file: keyring_keys() looks at the file's status and
 * reads it again when it has changed, so that a rotation counts at once, with
 * no signal. A file that has become bad is reported once and changes nothing.
 */
#ifndef CONFAB_IDENTITY_KEYRING_H
#define CONFAB_IDENTITY_KEYRING_H

#include <stddef.h>
#include <stdint.h>

#include "confab/config/config.h"
#include "confab/identity/token.h"

#define KEYRING_FILE_MAX 8192

struct keyring;

/* The keys, newest first. Wiped by the caller with keyring_wipe(). */
struct keyring_keys {
	struct token_key keys[TOKEN_KEYS_MAX];
	int64_t since[TOKEN_KEYS_MAX]; /* s since 1970 */
	size_t n;
};

/*
 * Reads `path` ("credential:NAME" as config_secret() knows it), which may be
 * `worker`'s. Returns NULL with a line in `err` when it is missing, bad, a
 * stranger's or readable by others.
 */
struct keyring *keyring_load(const char *path, uid_t worker,
    char err[CONFIG_ERROR_MAX]);
void keyring_free(struct keyring *k);

/* Copies the keys now in the file, the one that signs now before all others.
 * Any thread. */
void keyring_keys(struct keyring *k, struct keyring_keys *out);
void keyring_wipe(struct keyring_keys *keys);

/*
 * Parses text[0..len) for messages that begin with `name`. Pure. Returns 0,
 * or -1 with "NAME:LINE: cause" in `err`.
 */
int keyring_parse(const char *name, const char *text, size_t len,
    struct keyring_keys *out, char err[CONFIG_ERROR_MAX]);

/*
 * Makes a file with one new key, mode 0600; fails when it exists already.
 * The id of the key is put into `id`. Returns 0, or -1 with a line in `err`.
 */
int keyring_create(const char *path, char id[TOKEN_KEY_ID_MAX + 1],
    char err[CONFIG_ERROR_MAX]);

/*
 * Adds a new key that signs in `after` seconds, and keeps the `keep` newest old
 * ones; the file is locked and replaced in one step. With 0 it signs at once,
 * whatever the dates of the others say; else it takes the place of what was to
 * sign later, and `keep` is 1 at least. Returns the number of keys dropped, or -1
 * and `err`.
 */
int keyring_rotate(const char *path, size_t keep, int64_t after,
    char id[TOKEN_KEY_ID_MAX + 1], char err[CONFIG_ERROR_MAX]);

#endif
