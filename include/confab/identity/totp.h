/* SPDX-License-Identifier: MIT */
/*
 * Time-based one-time passwords (RFC 6238) as every authenticator app makes
 * them: HMAC-SHA1, six digits, steps of 30 seconds. Pure.
 *
 * liboath makes the codes. It is optional: a program built without it can
 * neither make nor check a second factor, and lets nobody in who has one.
 */
#ifndef CONFAB_IDENTITY_TOTP_H
#define CONFAB_IDENTITY_TOTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "confab/identity/users.h"

#define TOTP_STEP 30 /* seconds */
#define TOTP_DIGITS 6
#define TOTP_SECRET_TEXT 32 /* characters of a secret in base32 */
#define TOTP_URI_MAX 1024
#define TOTP_RECOVERY_BYTES 10 /* of a recovery code */
#define TOTP_RECOVERY_TEXT 16  /* its characters */

/* What somebody typed as a code. */
enum totp_kind {
	TOTP_NO_CODE, /* nothing, or nothing that can be one */
	TOTP_CODE,    /* of an authenticator app */
	TOTP_RECOVERY /* a recovery code */
};

struct totp_typed {
	enum totp_kind kind;
	char text[TOTP_RECOVERY_TEXT + 1]; /* without spaces and dashes */
};

/* Was the program built with liboath? */
bool totp_available(void);

/* Makes a secret. Returns 0, or -1: no random bytes. */
int totp_new_secret(unsigned char secret[USERS_TOTP_LEN]);

/* The secret as people type it; and back: 0, or -1 for anything else. */
void totp_secret_text(const unsigned char secret[USERS_TOTP_LEN],
    char out[TOTP_SECRET_TEXT + 1]);
int totp_read_secret(const char *text, size_t len,
    unsigned char secret[USERS_TOTP_LEN]);

/*
 * The secret as apps read it from a QR code: otpauth://totp/ISSUER:NAME?...
 * An issuer of more than 255 bytes is cut.
 */
void totp_uri(const unsigned char secret[USERS_TOTP_LEN], const char *issuer,
    const char *name, char out[TOTP_URI_MAX]);

/*
 * Reads what was typed: spaces and dashes are nothing, recovery codes have no
 * case. Wiped by the caller.
 */
void totp_read(const char *text, size_t len, struct totp_typed *out);

/*
 * The step whose code this is, at `now` (s since 1970), one step before it or
 * one after; 0 when it is none of them. Each of the three costs the same.
 */
uint64_t totp_match(const unsigned char *secret, size_t secret_len,
    const char code[TOTP_DIGITS + 1], int64_t now);

/* The step of a moment. */
uint64_t totp_step(int64_t now);

/*
 * Makes recovery codes: `texts` are shown once, as they are typed ("ABCD-EFGH-
 * JKLM-NPQR"), and their digests go into `f`, which has its secret. Returns 0,
 * or -1.
 */
#define TOTP_RECOVERY_SHOWN (TOTP_RECOVERY_TEXT + 3)
int totp_new_recovery(struct users_factor *f,
    char texts[USERS_RECOVERY_MAX][TOTP_RECOVERY_SHOWN + 1]);

/* The digest of a recovery code as totp_read() has it. 0 or -1. So much chance
 * is in a code that its digest need not be slow to make. */
int totp_recovery_digest(const struct users_factor *f,
    const char text[TOTP_RECOVERY_TEXT + 1],
    unsigned char digest[USERS_DIGEST_LEN]);

#endif
