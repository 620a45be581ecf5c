/* SPDX-License-Identifier: MIT */
/* Codes of second factors: whether they are good, and good no more. */
#include "config.h"

#include <string.h>

#include "confab/base/crypto.h"
#include "confab/base/log.h"
#include "confab/engine/engine.h"
#include "confab/identity/credentials.h"
#include "confab/identity/identity.h"
#include "confab/identity/passkey.h"
#include "confab/identity/totp.h"
#include "confab/state/shared_state.h"

#include "second_factor.h"

/* Is it used for the first time on all hosts, too? */
static bool
is_new(struct identity *id, const unsigned char secret[USERS_TOTP_LEN],
    uint64_t step)
{
	unsigned char digest[CRYPTO_SHA256_LEN], name[SHARED_ID_LEN];

	if (id->engine == NULL)
		return true;
	/* What nobody makes who has not the secret, nor the secret of. */
	if (crypto_hmac(digest, secret, USERS_TOTP_LEN, "code", "", 0) != 0)
		return false;
	memcpy(name, digest, sizeof(name));
	return engine_use_code(id->engine, name, step);
}

/* A code of an app, on all hosts at most once. */
static bool
use_typed(struct identity *id, const unsigned char secret[USERS_TOTP_LEN],
    const struct totp_typed *t, int64_t now)
{
	uint64_t step;

	if (t->kind != TOTP_CODE)
		return false;
	step = totp_match(secret, USERS_TOTP_LEN, t->text, now);
	/* By the secret and not the name: a new second factor has codes of its
	 * own, also of the step in which the old one was used. */
	return step != 0 &&
	    shared_state_use_code(id->state, secret, USERS_TOTP_LEN, step,
		totp_step(now)) &&
	    is_new(id, secret, step);
}

bool
second_factor_use(struct identity *id,
    const unsigned char secret[USERS_TOTP_LEN], const char *code, size_t len,
    int64_t now)
{
	struct totp_typed typed;
	bool good;

	totp_read(code, len, &typed);
	good = use_typed(id, secret, &typed, now);
	crypto_wipe(&typed, sizeof(typed));
	return good;
}

static enum second_factor_result
spend(struct settings *s, const struct users_entry *u,
    const struct totp_typed *t)
{
	unsigned char digest[USERS_DIGEST_LEN];
	char cause[CONFIG_ERROR_MAX];

	if (totp_recovery_digest(&u->factor, t->text, digest) != 0)
		return SECOND_FACTOR_FAILED;
	if (credentials_find_recovery(&u->factor, digest) < 0)
		return SECOND_FACTOR_WRONG;
	switch (credentials_spend_recovery(s->credentials, u->name, digest,
	    cause)) {
	case CREDENTIALS_STORED:
		return SECOND_FACTOR_SPENT;
	case CREDENTIALS_STORE_STALE:
		return SECOND_FACTOR_WRONG;
	default:
		log_msg(LOG_LEVEL_ERROR, "no recovery code is taken: %s",
		    cause);
		return SECOND_FACTOR_FAILED;
	}
}

bool
second_factor_has(const struct users_entry *u)
{
	return u->factor.set || u->n_passkeys > 0;
}

/* Can this program look at one of the user's? */
static bool
is_readable(const struct users_entry *u)
{
	return (u->factor.set && totp_available()) ||
	    (u->n_passkeys > 0 && webauthn_available());
}

static enum second_factor_result
check_passkey(struct identity *id, struct settings *s,
    const struct users_entry *u, const struct login_proof *proof, int64_t now,
    const char **why)
{
	switch (passkey_check(id, s, PASSKEY_SECOND, u, &proof->passkey, now,
	    why)) {
	case PASSKEY_GOOD:
		return SECOND_FACTOR_PASSKEY;
	case PASSKEY_BAD:
		return SECOND_FACTOR_WRONG;
	default:
		return SECOND_FACTOR_FAILED;
	}
}

/* A code of an app, or of those for its loss. */
static enum second_factor_result
check_code(struct identity *id, struct settings *s, const struct users_entry *u,
    const char *code, size_t len, int64_t now)
{
	enum second_factor_result r = SECOND_FACTOR_WRONG;
	struct totp_typed typed;

	totp_read(code, len, &typed);
	if (typed.kind == TOTP_RECOVERY && u->factor.n_recovery > 0)
		r = spend(s, u, &typed);
	else if (u->factor.set && totp_available() &&
	    use_typed(id, u->factor.secret, &typed, now))
		r = SECOND_FACTOR_GOOD;
	crypto_wipe(&typed, sizeof(typed));
	return r;
}

enum second_factor_result
second_factor_check(struct identity *id, struct settings *s,
    const struct users_entry *u, const struct login_proof *proof, int64_t now,
    const char **why)
{
	*why = "second factor";
	if (!second_factor_has(u))
		return SECOND_FACTOR_NONE;
	if (!is_readable(u)) {
		log_msg(LOG_LEVEL_ERROR,
		    "nobody with this second factor can sign in: this program "
		    "was built without %s",
		    u->factor.set ? "liboath" : "libcbor");
		return SECOND_FACTOR_FAILED;
	}
	if (s->config->second_factor == SECOND_FACTOR_OFF)
		return SECOND_FACTOR_NONE;
	if (proof->passkey.id.s != NULL)
		return check_passkey(id, s, u, proof, now, why);
	if (proof->code == NULL || proof->code_len == 0)
		return SECOND_FACTOR_ASKED;
	return check_code(id, s, u, proof->code, proof->code_len, now);
}

bool
second_factor_due(const struct config *c, const struct users_entry *u)
{
	return c->second_factor == SECOND_FACTOR_REQUIRED &&
	    !second_factor_has(u);
}
