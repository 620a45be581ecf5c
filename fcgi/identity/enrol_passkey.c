/* SPDX-License-Identifier: MIT */
/* Taking a passkey, and giving one back. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "confab/base/crypto.h"
#include "confab/base/log.h"
#include "confab/identity/audit.h"
#include "confab/identity/credentials.h"
#include "confab/identity/enrol_passkey.h"

#include "attempt.h"

/* Proves who it is, where passkeys are used. */
static int
prove(struct attempt *a, struct api_error *err)
{
	if (!passkey_used(a->settings->config) ||
	    a->proof->passkey.site[0] == '\0')
		return api_error_set(err, 404, "not_found",
		    "Passkeys are not used here.");
	return attempt_prove(a, err);
}

static int
unstored(const char *cause, struct api_error *err)
{
	log_msg(LOG_LEVEL_ERROR, "passkeys: %s", cause);
	return api_error_set(err, 500, "internal_error",
	    "The change could not be stored; the administrator's log says "
	    "why.");
}

/* Those of the user that are for this site. */
static int
own(const struct attempt *a, struct passkeys *out, struct api_error *err)
{
	char cause[CONFIG_ERROR_MAX];
	size_t n = 0;

	if (passkeys_of(a->settings->config->passkeys_file, &a->user, out,
		cause) != 0)
		return unstored(cause, err);
	for (size_t i = 0; i < out->n; i++)
		if (strcmp(out->list[i].site, a->proof->passkey.site) == 0)
			out->list[n++] = out->list[i];
	out->n = n;
	return 0;
}

static int
too_many(struct api_error *err)
{
	return api_error_set(err, 409, "too_many_passkeys",
	    "There are %d passkeys already.", USERS_PASSKEYS_MAX);
}

int
enrol_passkey_offer(struct identity *id, struct settings *s,
    const struct session_input *in, const struct login_proof *proof,
    struct passkey_offer *out, struct api_error *err)
{
	struct attempt a;
	int rc;

	attempt_start(&a, id, s, in, proof, ATTEMPT_LOGIN);
	rc = prove(&a, err);
	if (rc == 0 && a.user.n_passkeys == USERS_PASSKEYS_MAX)
		rc = too_many(err);
	if (rc == 0)
		rc = own(&a, &out->own, err);
	if (rc == 0 &&
	    (passkey_question(s, PASSKEY_CREATE, a.name, in->now,
		 out->challenge) != 0 ||
		passkey_handle(proof->passkey.site, a.name, out->handle) != 0))
		rc = api_error_set(err, 500, "internal_error",
		    "There is no chance to make a question of.");
	crypto_wipe(&a, sizeof(a));
	return rc;
}

/* Stores the user's line with these passkeys. */
static int
store(struct attempt *a, const struct users_entry *want, const char *what,
    struct api_error *err)
{
	char cause[CONFIG_ERROR_MAX];

	if (attempt_stored(credentials_store_passkeys(a->settings->credentials,
			       &a->user, want, cause),
		"a passkey", cause, err) != 0)
		return -1;
	audit_log(AUDIT_FACTOR, a->in->address, a->name, what);
	/* What attempt_session() expects of the line. */
	a->user = *want;
	return 0;
}

/* Codes for who has none left, and none of an app: with a secret of their own.
 * Returns 0 or -1. */
static int
make_codes(struct users_factor *f, struct enrol_codes *out)
{
	if (f->n_recovery > 0)
		return 0;
	if (!f->set && !f->codes) {
		if (totp_new_secret(f->secret) != 0)
			return -1;
		f->codes = true;
	}
	if (totp_new_recovery(f, out->text) != 0)
		return -1;
	out->n = f->n_recovery;
	return 0;
}

/* First the key itself, then the line that makes it count. */
static int
add(struct attempt *a, const struct passkey *k, struct enrol_codes *codes,
    struct api_error *err)
{
	struct users_entry want = a->user;
	char cause[CONFIG_ERROR_MAX];
	int rc;

	if (want.n_passkeys == USERS_PASSKEYS_MAX)
		return too_many(err);
	if (passkeys_digest(k->id, k->id_len, want.passkeys[want.n_passkeys]) !=
		0 ||
	    make_codes(&want.factor, codes) != 0)
		return unstored("no digest, or no random bytes", err);
	want.n_passkeys++;
	switch (passkeys_add(a->settings->config->passkeys_file, &a->user, k,
	    cause)) {
	case PASSKEYS_DONE:
		break;
	case PASSKEYS_EXISTS:
		return api_error_set(err, 409, "passkey_exists",
		    "This passkey is known already.");
	default:
		return unstored(cause, err);
	}
	rc = store(a, &want,
	    k->alone ? "passkey added, good alone" : "passkey added", err);
	if (rc == 0 && codes->n > 0)
		audit_log(AUDIT_FACTOR, a->in->address, a->name,
		    "recovery codes made");
	crypto_wipe(&want, sizeof(want));
	return rc;
}

int
enrol_passkey_add(struct identity *id, struct settings *s,
    const struct session_input *in, const struct login_proof *proof,
    const char *label, size_t label_len, bool alone, struct enrol_codes *codes,
    struct session_info *out, struct api_error *err)
{
	struct passkey k = { .created = in->now, .alone = alone };
	const char *why = NULL;
	struct attempt a;
	int rc;

	if (!passkeys_label_valid(label, label_len)) {
		api_error_set(err, 400, "invalid_request",
		    "A passkey's name has 1 to 160 bytes, without colons.");
		snprintf(err->param, sizeof(err->param), "name");
		return -1;
	}
	memcpy(k.label, label, label_len);
	codes->n = 0;
	attempt_start(&a, id, s, in, proof, ATTEMPT_ADD);
	rc = prove(&a, err);
	memcpy(k.user, a.name, sizeof(k.user));
	if (rc == 0 &&
	    passkey_take(id, s, a.name, &proof->passkey, alone, in->now, &k,
		&why) != PASSKEY_GOOD) {
		log_msg(LOG_LEVEL_NOTICE, "a new passkey was refused: %s", why);
		rc = api_error_set(err, 400, "invalid_passkey",
		    "This passkey will not do, or it came too late.");
		snprintf(err->param, sizeof(err->param), "passkey");
	}
	if (rc == 0)
		rc = add(&a, &k, codes, err);
	if (rc == 0)
		rc = attempt_session(&a, out, err);
	crypto_wipe(&a, sizeof(a));
	return rc;
}

int
enrol_passkey_remove(struct identity *id, struct settings *s,
    const struct session_input *in, const struct login_proof *proof,
    const unsigned char digest[USERS_DIGEST_LEN], struct session_info *out,
    struct api_error *err)
{
	struct users_entry want;
	struct attempt a;
	int at, rc;

	attempt_start(&a, id, s, in, proof, ATTEMPT_LOGIN);
	rc = prove(&a, err);
	want = a.user;
	at = rc == 0 ? passkeys_place(&want, digest) : -1;
	if (rc == 0 && at < 0)
		rc = api_error_set(err, 404, "not_found",
		    "There is no such passkey.");
	if (rc == 0) {
		users_drop_passkey(&want, (unsigned)at);
		rc = store(&a, &want, "passkey removed", err);
	}
	if (rc == 0)
		rc = attempt_session(&a, out, err);
	crypto_wipe(&want, sizeof(want));
	crypto_wipe(&a, sizeof(a));
	return rc;
}
