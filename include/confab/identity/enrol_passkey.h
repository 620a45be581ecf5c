/* SPDX-License-Identifier: MIT */
/*
 * A person takes a passkey, or gives one back. As enrol.h has it for codes:
 * each step asks for the password, nothing is kept between offer and answer,
 * and the user's other sessions end.
 */
#ifndef CONFAB_IDENTITY_ENROL_PASSKEY_H
#define CONFAB_IDENTITY_ENROL_PASSKEY_H

#include "confab/identity/login.h"
#include "confab/identity/passkey.h"
#include "confab/identity/totp.h"

/* What a browser needs to make one. */
struct passkey_offer {
	char challenge[PASSKEY_CHALLENGE_TEXT + 1];
	char handle[PASSKEY_HANDLE_TEXT + 1];
	struct passkeys own; /* those of the site, that are not made twice */
};

/*
 * Fills `out`, which is large. Returns 0, or -1 with err: as login_password(),
 * 404 not_found where passkeys are not used, 409 too_many_passkeys.
 */
int enrol_passkey_offer(struct identity *id, struct settings *s,
    const struct session_input *in, const struct login_proof *proof,
    struct passkey_offer *out, struct api_error *err);

/* The only copy of recovery codes as they are typed; their holder wipes them. */
struct enrol_codes {
	unsigned n; /* 0: none were made */
	char text[USERS_RECOVERY_MAX][TOTP_RECOVERY_SHOWN + 1];
};

/*
 * Takes the passkey that proof->passkey is, under a label, and with `alone` to
 * be good without the password. Who has no recovery code, as with the first
 * passkey, gets ten into `codes`, which are good only when 0 is returned. Errors
 * as the offer's, 400 invalid_passkey with param "passkey", 409 passkey_exists.
 */
int enrol_passkey_add(struct identity *id, struct settings *s,
    const struct session_input *in, const struct login_proof *proof,
    const char *label, size_t label_len, bool alone, struct enrol_codes *codes,
    struct session_info *out, struct api_error *err);

/*
 * Takes away the passkey with this digest of its id, for which a code or a
 * passkey is asked. Errors as login_password(), 404 not_found. second_factor_
 * setup_required comes with the passkey removed already.
 */
int enrol_passkey_remove(struct identity *id, struct settings *s,
    const struct session_input *in, const struct login_proof *proof,
    const unsigned char digest[USERS_DIGEST_LEN], struct session_info *out,
    struct api_error *err);

#endif
