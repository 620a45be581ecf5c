/* SPDX-License-Identifier: MIT */
/* A passkey instead of the password: what it names, then what it proves. */
#include "config.h"

#include <string.h>

#include "confab/base/crypto.h"
#include "confab/identity/audit.h"
#include "confab/identity/credentials.h"
#include "confab/identity/login.h"
#include "confab/identity/passkey.h"

#include "attempt.h"

/* Is it the user's, and is the user let in? Counted already. */
static int
decide(struct attempt *a, bool known, struct api_error *err)
{
	const char *why = "an unknown passkey";
	enum passkey_verdict v = PASSKEY_BAD;

	if (known &&
	    credentials_find(a->settings->credentials, a->name, &a->user))
		v = passkey_check(a->id, a->settings, PASSKEY_ALONE, &a->user,
		    &a->proof->passkey, a->in->now, &why);
	if (v == PASSKEY_FAILED)
		return attempt_failed(a, err);
	if (v == PASSKEY_BAD)
		return attempt_wrong(a, why, err);
	a->factor = SECOND_FACTOR_ALONE;
	return attempt_may_enter(a, err);
}

int
login_passkey(struct identity *id, struct settings *s,
    const struct session_input *in, const struct login_proof *proof,
    struct session_info *out, struct api_error *err)
{
	struct login_proof named = *proof;
	struct passkey k;
	struct attempt a;
	int found, rc;

	if (!passkey_used(s->config))
		return api_error_set(err, 404, "not_found",
		    "Passkeys are not used here.");
	found = passkey_named(s, &proof->passkey, &k);
	if (found < 0)
		return api_error_set(err, 500, "internal_error",
		    "The passkey could not be checked; the administrator's "
		    "log says why.");
	named.name = found == 1 ? k.user : "";
	named.name_len = strlen(named.name);
	attempt_start(&a, id, s, in, &named, ATTEMPT_LOGIN);
	rc = attempt_count(&a, err);
	if (rc == 0)
		rc = decide(&a, found == 1, err);
	if (rc == 0)
		rc = attempt_session(&a, out, err);
	if (rc == 0)
		attempt_record(&a, out);
	crypto_wipe(&a, sizeof(a));
	return rc;
}
