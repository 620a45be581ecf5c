/* SPDX-License-Identifier: MIT */
/*
 * Access tokens for scripts and SDKs: `Authorization: Bearer cfb_...`.
 *
 * A token is 32 random bytes, shown once and kept as its SHA-256 digest only;
 * so much randomness needs no slow hash. So that one which lies about in a
 * public place can be told from other text, `cfb_` and the bytes are followed
 * by the first four bytes of the SHA-256 digest of both; all in base64url.
 * Tokens of before, `confab_` without a checksum, are good still. One line a token in the tokens file:
 * `ID:USER:LABEL:DIGEST:CREATED:EXPIRES[:KEY=VALUE]...`, times in seconds since
 * 1970, an expiry of 0 for never; the keys are its limits (token_limits.h). `#`
 * starts a comment line. Followed as the users file is. A program that does not
 * know a key refuses the file: a limit that is not understood is not lifted.
 */
#ifndef CONFAB_IDENTITY_ACCESS_TOKENS_H
#define CONFAB_IDENTITY_ACCESS_TOKENS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "confab/config/config.h"
#include "confab/identity/token_limits.h"
#include "confab/identity/users.h"

#define ACCESS_TOKEN_PREFIX "cfb_"
#define ACCESS_TOKEN_PREFIX_BEFORE "confab_"
#define ACCESS_TOKEN_MAX 63 /* characters of a token */
#define ACCESS_TOKEN_ID_MAX 16
#define ACCESS_TOKEN_LABEL_MAX 64
#define ACCESS_TOKENS_MAX 10000
#define ACCESS_TOKENS_FILE_MAX (4 * 1024 * 1024)

struct access_token {
	char id[ACCESS_TOKEN_ID_MAX + 1];
	char user[USERS_NAME_MAX + 1];
	char label[ACCESS_TOKEN_LABEL_MAX + 1];
	unsigned char digest[32];
	int64_t created;
	int64_t expires; /* s since 1970; 0: never */
	struct token_limits limits;
};

struct access_tokens_file;

struct access_tokens {
	struct access_token *list;
	size_t n;
};

/* Parses text[0..len). Pure. 0, or -1 with "NAME:LINE: cause" in `err`. */
int access_tokens_parse(const char *name, const char *text, size_t len,
    struct access_tokens *out, char err[CONFIG_ERROR_MAX]);
void access_tokens_clear(struct access_tokens *t);

/* A tokens file that is followed; NULL when out of memory. */
struct access_tokens_file *access_tokens_open(void);
void access_tokens_close(struct access_tokens_file *f);

/*
 * Finds the token text[0..len) in the file `path` as it is now, whatever its
 * expiry. Returns 1, 0 when there is none, -1 when the file cannot be read,
 * with a line in `err`. Any thread.
 */
int access_tokens_find(struct access_tokens_file *f, const char *path,
    const char *text, size_t len, struct access_token *out,
    char err[CONFIG_ERROR_MAX]);

/* Reads the whole file; one that does not exist is empty. 0 or -1. */
int access_tokens_read(const char *path, struct access_tokens *out,
    char err[CONFIG_ERROR_MAX]);

enum access_tokens_result {
	ACCESS_TOKENS_DONE,
	ACCESS_TOKENS_FULL, /* the user has as many as are allowed */
	ACCESS_TOKENS_NONE, /* there is no such token */
	ACCESS_TOKENS_FAILED
};

/*
 * Makes the token that `t` describes (user, label, times, limits), fills in its
 * id and digest, and adds it to the file, which is locked and replaced in one
 * step; with `max` only where its user has fewer. `text` is the only copy. With
 * a line in `err` when it was not made.
 */
enum access_tokens_result access_tokens_new(const char *path,
    struct access_token *t, size_t max, char text[ACCESS_TOKEN_MAX + 1],
    char err[CONFIG_ERROR_MAX]);

/* Removes one by id; with `user` only if it is that user's. */
enum access_tokens_result access_tokens_revoke(const char *path, const char *id,
    const char *user, struct access_token *removed, char err[CONFIG_ERROR_MAX]);

#endif
