/* SPDX-License-Identifier: MIT */
/*
 * A person sets up a second factor, or takes it away. Each step asks for the
 * password, as a login does: a stolen session is not enough.
 *
 * Between the offer of a secret and the code that proves that an app has it,
 * nothing is kept here: a setup that is given up leaves nothing behind, and of
 * two at once the first that is finished counts.
 */
#ifndef CONFAB_IDENTITY_ENROL_H
#define CONFAB_IDENTITY_ENROL_H

#include "confab/identity/login.h"
#include "confab/identity/totp.h"

/*
 * Makes a secret for somebody who has no second factor yet. Returns 0, or -1
 * with err: as login_password(), 404 not_found where second factors are off,
 * 409 second_factor_exists.
 */
int enrol_offer(struct identity *id, struct settings *s,
    const struct session_input *in, const struct login_proof *proof,
    unsigned char secret[USERS_TOTP_LEN], struct api_error *err);

/*
 * Takes the secret for the user's second factor when proof->code is its code
 * now. The user's other sessions end and a new one begins; `recovery` has the
 * only copy of the recovery codes, which the caller wipes. Errors as
 * enrol_offer(), and 400 wrong_code with param "code", which counts nowhere:
 * who has the secret guesses nothing.
 */
int enrol_confirm(struct identity *id, struct settings *s,
    const struct session_input *in, const struct login_proof *proof,
    const unsigned char secret[USERS_TOTP_LEN],
    char recovery[USERS_RECOVERY_MAX][TOTP_RECOVERY_SHOWN + 1],
    struct session_info *out, struct api_error *err);

/*
 * Takes the user's second factor away, for which a code of it is asked. The
 * user's other sessions end and a new one begins. Errors as login_password();
 * second_factor_setup_required comes with the second factor removed already.
 */
int enrol_remove(struct identity *id, struct settings *s,
    const struct session_input *in, const struct login_proof *proof,
    struct session_info *out, struct api_error *err);

#endif
