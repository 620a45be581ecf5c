/* SPDX-License-Identifier: MIT */
/* Codes of authenticator apps, and codes for their loss. */
#include "config.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#ifdef HAVE_LIBOATH
#include <liboath/oath.h>
#endif

#include "confab/base/buf.h"
#include "confab/base/crypto.h"
#include "confab/base/encode.h"
#include "confab/identity/totp.h"
#include "confab/state/shared_state.h"

#define ISSUER_MAX 255
#define GROUP 4 /* characters of a recovery code between dashes */

_Static_assert(ENCODE_BASE32_LEN(USERS_TOTP_LEN) == TOTP_SECRET_TEXT,
    "a secret is whole characters");
_Static_assert(ENCODE_BASE32_LEN(TOTP_RECOVERY_BYTES) == TOTP_RECOVERY_TEXT,
    "a recovery code is whole characters");

static const char recovery_label[] = "confab recovery code 1";

bool
totp_available(void)
{
#ifdef HAVE_LIBOATH
	return true;
#else
	return false;
#endif
}

int
totp_new_secret(unsigned char secret[USERS_TOTP_LEN])
{
	return crypto_random(secret, USERS_TOTP_LEN);
}

void
totp_secret_text(const unsigned char secret[USERS_TOTP_LEN],
    char out[TOTP_SECRET_TEXT + 1])
{
	encode_base32(out, secret, USERS_TOTP_LEN);
}

int
totp_read_secret(const char *text, size_t len,
    unsigned char secret[USERS_TOTP_LEN])
{
	return decode_base32(secret, USERS_TOTP_LEN, text, len) ==
		USERS_TOTP_LEN
	    ? 0
	    : -1;
}

/* Appends text as a part of a URI (RFC 3986, section 2.3). */
static void
put_escaped(struct buf *out, const char *text, size_t max)
{
	for (size_t i = 0; text[i] != '\0' && i < max; i++) {
		unsigned char c = (unsigned char)text[i];

		if (isalnum(c) || strchr("-._~", c) != NULL)
			buf_putc(out, (char)c);
		else
			buf_printf(out, "%%%02X", c);
	}
}

void
totp_uri(const unsigned char secret[USERS_TOTP_LEN], const char *issuer,
    const char *name, char out[TOTP_URI_MAX])
{
	char text[TOTP_SECRET_TEXT + 1];
	struct buf uri;

	totp_secret_text(secret, text);
	buf_init_secret(&uri, TOTP_URI_MAX - 1);
	buf_puts(&uri, "otpauth://totp/");
	put_escaped(&uri, issuer, ISSUER_MAX);
	buf_putc(&uri, ':');
	put_escaped(&uri, name, USERS_NAME_MAX);
	buf_printf(&uri, "?secret=%s&issuer=", text);
	put_escaped(&uri, issuer, ISSUER_MAX);
	snprintf(out, TOTP_URI_MAX, "%s", buf_str(&uri));
	buf_wipe(&uri);
	crypto_wipe(text, sizeof(text));
}

static bool
is_code(const struct totp_typed *t, size_t n)
{
	return n == TOTP_DIGITS && strspn(t->text, "0123456789") == n;
}

void
totp_read(const char *text, size_t len, struct totp_typed *out)
{
	unsigned char bytes[TOTP_RECOVERY_BYTES];
	size_t n = 0;

	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == ' ' || c == '-' || c == '\t')
			continue;
		if (n == TOTP_RECOVERY_TEXT || c == '\0') {
			crypto_wipe(out, sizeof(*out));
			return;
		}
		out->text[n++] = (char)toupper(c);
	}
	if (is_code(out, n))
		out->kind = TOTP_CODE;
	else if (n == TOTP_RECOVERY_TEXT &&
	    decode_base32(bytes, sizeof(bytes), out->text, n) ==
		TOTP_RECOVERY_BYTES)
		out->kind = TOTP_RECOVERY;
	crypto_wipe(bytes, sizeof(bytes));
}

uint64_t
totp_step(int64_t now)
{
	return (uint64_t)now / TOTP_STEP;
}

#ifdef HAVE_LIBOATH
/* Is it the code of that step? */
static bool
is_of_step(const unsigned char *secret, size_t len,
    const char code[TOTP_DIGITS + 1], uint64_t step)
{
	char made[TOTP_DIGITS + 1];
	bool same;

	if (oath_hotp_generate((const char *)secret, len, step, TOTP_DIGITS,
		false, OATH_HOTP_DYNAMIC_TRUNCATION, made) != OATH_OK)
		return false;
	same = crypto_equal(made, code, TOTP_DIGITS);
	crypto_wipe(made, sizeof(made));
	return same;
}
#else
static bool
is_of_step(const unsigned char *secret, size_t len,
    const char code[TOTP_DIGITS + 1], uint64_t step)
{
	(void)secret;
	(void)len;
	(void)code;
	(void)step;
	return false;
}
#endif

uint64_t
totp_match(const unsigned char *secret, size_t secret_len,
    const char code[TOTP_DIGITS + 1], int64_t now)
{
	uint64_t step = totp_step(now), found = 0;

	/* The clock is that of a machine which has just begun to know time. */
	if (now < TOTP_STEP * (SHARED_CODE_WINDOW + 1))
		return 0;
	for (uint64_t s = step - SHARED_CODE_WINDOW;
	     s <= step + SHARED_CODE_WINDOW; s++)
		if (is_of_step(secret, secret_len, code, s))
			found = s;
	return found;
}

int
totp_recovery_digest(const struct users_factor *f,
    const char text[TOTP_RECOVERY_TEXT + 1],
    unsigned char digest[USERS_DIGEST_LEN])
{
	unsigned char sum[CRYPTO_SHA256_LEN];

	if (crypto_hmac(sum, f->secret, sizeof(f->secret), recovery_label, text,
		TOTP_RECOVERY_TEXT) != 0)
		return -1;
	memcpy(digest, sum, USERS_DIGEST_LEN);
	return 0;
}

int
totp_new_recovery(struct users_factor *f,
    char texts[USERS_RECOVERY_MAX][TOTP_RECOVERY_SHOWN + 1])
{
	unsigned char bytes[TOTP_RECOVERY_BYTES];
	char text[TOTP_RECOVERY_TEXT + 1];
	int rc = 0;

	for (f->n_recovery = 0; rc == 0 && f->n_recovery < USERS_RECOVERY_MAX;
	     f->n_recovery++) {
		char *shown = texts[f->n_recovery];

		if (crypto_random(bytes, sizeof(bytes)) != 0)
			rc = -1;
		encode_base32(text, bytes, sizeof(bytes));
		if (totp_recovery_digest(f, text, f->recovery[f->n_recovery]) !=
		    0)
			rc = -1;
		for (size_t i = 0; i < TOTP_RECOVERY_TEXT; i++) {
			if (i > 0 && i % GROUP == 0)
				*shown++ = '-';
			*shown++ = text[i];
		}
		*shown = '\0';
	}
	crypto_wipe(bytes, sizeof(bytes));
	crypto_wipe(text, sizeof(text));
	return rc;
}
