/* SPDX-License-Identifier: MIT */
/* Setting up a second factor, and taking it away. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "confab/base/crypto.h"
#include "confab/identity/audit.h"
#include "confab/identity/credentials.h"
#include "confab/identity/enrol.h"
#include "confab/identity/identity.h"

#include "attempt.h"

int
enrol_offer(struct identity *id, struct settings *s,
    const struct session_input *in, const struct login_proof *proof,
    unsigned char secret[USERS_TOTP_LEN], struct api_error *err)
{
	struct attempt a;
	int rc;

	attempt_start(&a, id, s, in, proof, ATTEMPT_SETUP);
	rc = attempt_prove(&a, err);
	if (rc == 0 && totp_new_secret(secret) != 0)
		rc = api_error_set(err, 500, "internal_error",
		    "There is no chance to make a secret of.");
	crypto_wipe(&a, sizeof(a));
	return rc;
}

/* Stores the factor, or with NULL none. */
static int
store(struct attempt *a, const struct users_factor *f, struct api_error *err)
{
	char cause[CONFIG_ERROR_MAX];

	if (attempt_stored(credentials_store_factor(a->settings->credentials,
			       &a->user, f, cause),
		"a second factor", cause, err) != 0)
		return -1;
	audit_log(AUDIT_FACTOR, a->in->address, a->name,
	    f != NULL ? "set up" : "removed");
	/* What attempt_session() expects of the line. */
	if (f != NULL)
		a->user.factor = *f;
	else
		users_drop_totp(&a->user);
	return 0;
}

int
enrol_confirm(struct identity *id, struct settings *s,
    const struct session_input *in, const struct login_proof *proof,
    const unsigned char secret[USERS_TOTP_LEN],
    char recovery[USERS_RECOVERY_MAX][TOTP_RECOVERY_SHOWN + 1],
    struct session_info *out, struct api_error *err)
{
	struct users_factor f = { .set = true };
	struct attempt a;
	int rc;

	memcpy(f.secret, secret, sizeof(f.secret));
	attempt_start(&a, id, s, in, proof, ATTEMPT_SETUP);
	rc = attempt_prove(&a, err);
	if (rc == 0 && totp_new_recovery(&f, recovery) != 0)
		rc = api_error_set(err, 500, "internal_error",
		    "There is no chance to make recovery codes of.");
	if (rc == 0 &&
	    !second_factor_use(id, secret, proof->code, proof->code_len,
		in->now)) {
		rc = api_error_set(err, 400, "wrong_code",
		    "This is not the code that the app shows now, or the "
		    "clocks differ.");
		snprintf(err->param, sizeof(err->param), "code");
	}
	if (rc == 0)
		rc = store(&a, &f, err);
	if (rc == 0)
		rc = attempt_session(&a, out, err);
	crypto_wipe(&f, sizeof(f));
	crypto_wipe(&a, sizeof(a));
	return rc;
}

int
enrol_remove(struct identity *id, struct settings *s,
    const struct session_input *in, const struct login_proof *proof,
    struct session_info *out, struct api_error *err)
{
	struct attempt a;
	int rc;

	attempt_start(&a, id, s, in, proof, ATTEMPT_LOGIN);
	rc = attempt_prove(&a, err);
	if (rc == 0 && a.user.factor.set)
		rc = store(&a, NULL, err);
	if (rc == 0)
		rc = attempt_session(&a, out, err);
	crypto_wipe(&a, sizeof(a));
	return rc;
}
