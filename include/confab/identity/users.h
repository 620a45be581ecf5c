/* SPDX-License-Identifier: MIT */
/*
 * The users file: who may log in. Pure: text in, text out.
 *
 * One line a user: `NAME:HASH[:KEY=VALUE]...`. Lines of `#` and empty lines
 * are kept as they are. The hash is an argon2id string ($argon2id$v=19$...)
 * or bcrypt's ($2y$, $2b$) as htpasswd makes it. Keys:
 *
 *	disabled=yes	  may not log in
 *	change=yes	  must set a new password before anything else
 *	expires=DATE	  YYYY-MM-DD (to its end, UTC) or seconds since 1970
 *	epoch=NUMBER	  counted up to end all sessions of the user
 *	kept=OLD.NEW	  set when a password is hashed anew at login: the
 *			  digest of the hash that sessions were made with,
 *			  and that of the hash it holds for
 *	totp=SECRET	  the second factor, and recovery=DIGESTS (totp.h)
 *	codes=SECRET	  in its place, what recovery codes of somebody who has
 *			  passkeys alone were made with
 *	passkeys=DIGESTS  of the ids of the passkeys that count (passkeys.h)
 *	invite=TIME	  s since 1970: the password is an invitation's, and good
 *			  until then for setting another one alone
 *	groups=NAMES	  that the user is in, with commas between
 */
#ifndef CONFAB_IDENTITY_USERS_H
#define CONFAB_IDENTITY_USERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "confab/identity/token.h"

struct buf;

#define USERS_NAME_MAX TOKEN_USER_MAX /* bytes */
#define USERS_HASH_MAX 512
#define USERS_LINE_MAX 2048
#define USERS_MAX 20000 /* users of a file */
#define USERS_FILE_MAX (16 * 1024 * 1024)
#define USERS_ERROR_MAX 512
#define USERS_DIGEST_LEN TOKEN_GENERATION_LEN
#define USERS_TOTP_LEN 20     /* bytes of a second factor's secret */
#define USERS_RECOVERY_MAX 10 /* recovery codes of a user */
#define USERS_PASSKEYS_MAX 10 /* passkeys of a user */
#define USERS_GROUPS_MAX 16   /* groups of a user */
#define USERS_GROUPS_LEN 255  /* bytes of their names, with the commas */

/*
 * A second factor (totp.h), and what is left of the codes for its loss. Who has
 * passkeys alone has such codes, too: then the secret is of these and no app has
 * it, for which `codes` is true and `set` is not.
 */
struct users_factor {
	bool set;
	bool codes;
	unsigned char secret[USERS_TOTP_LEN];
	unsigned n_recovery;
	unsigned char recovery[USERS_RECOVERY_MAX][USERS_DIGEST_LEN];
};

struct users_entry {
	char name[USERS_NAME_MAX + 1];
	char hash[USERS_HASH_MAX + 1];
	bool disabled;
	bool must_change;
	int64_t expires; /* s since 1970, first second refused; 0: never */
	int64_t invited; /* the same, of an invitation; 0: it is none */
	uint64_t epoch;
	bool has_kept;
	unsigned char kept_old[USERS_DIGEST_LEN];
	unsigned char kept_new[USERS_DIGEST_LEN];
	struct users_factor factor;
	unsigned n_passkeys;
	unsigned char passkeys[USERS_PASSKEYS_MAX][USERS_DIGEST_LEN];
	char groups[USERS_GROUPS_LEN + 1]; /* "": none */
};

struct users;

/*
 * True for a name that a user can have: 1 to USERS_NAME_MAX bytes of UTF-8
 * without control characters and colons, not beginning with `#` or a space,
 * not ending with a space.
 */
bool users_name_valid(const char *name, size_t len);

/*
 * Reads and appends the date of `expires`: a day that is over at its end, or
 * seconds since 1970. Reading returns 0, or -1 for anything else.
 */
int users_parse_date(const char *s, size_t len, int64_t *out);
void users_write_date(int64_t t, struct buf *out);

/*
 * Parses text[0..len); `name` begins the messages. Returns what the caller
 * ends with users_free(), or NULL with "NAME:LINE: cause" in `err`.
 */
struct users *users_parse(const char *name, const char *text, size_t len,
    char err[USERS_ERROR_MAX]);
void users_free(struct users *u);

size_t users_count(const struct users *u);

/* The i-th user in order of names, or NULL. Valid until the next change. */
const struct users_entry *users_at(const struct users *u, size_t i);

/* The user of that name, or NULL. Valid until the next change. */
const struct users_entry *users_find(const struct users *u, const char *name);

/*
 * The user whose name is this one when its case is folded (name.h), or NULL; of
 * several, one that is disabled. Valid until the next change.
 */
const struct users_entry *users_find_folded(struct users *u,
    const char *folded);

/*
 * Replaces the user of that name, in place, or adds one at the end. Returns
 * 0, or -1 when memory or a limit is exceeded or a field cannot be written.
 */
int users_put(struct users *u, const struct users_entry *user);

/* Removes the user and its line. Returns 0, or -1 when there is none. */
int users_remove(struct users *u, const char *name);

/*
 * Adds a group to a user who may be in it already. Returns NULL, or what is
 * wrong with it: a name has no colon, besides what config_is_group() says.
 */
const char *users_add_group(struct users_entry *user, const char *name,
    size_t len);

/*
 * Takes the app out of the user. Recovery codes stay while there are passkeys
 * that can be lost, too.
 */
void users_drop_totp(struct users_entry *user);

/* Takes the i-th passkey out of the user, and with the last one the recovery
 * codes, unless they are of an app, too. */
void users_drop_passkey(struct users_entry *user, unsigned i);

/* Appends the file. What users_parse() makes of it is the same again. */
int users_write(const struct users *u, struct buf *out);

#endif
