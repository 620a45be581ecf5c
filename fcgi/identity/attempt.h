/* SPDX-License-Identifier: MIT */
/*
 * One attempt of somebody to prove who they are: throttled, rationed, compared,
 * counted. What it was for is its caller's. For this room.
 */
#ifndef CONFAB_IDENTITY_ATTEMPT_H
#define CONFAB_IDENTITY_ATTEMPT_H

#include "confab/identity/login.h"
#include "confab/identity/users.h"

#include "second_factor.h"

/* What a right password is good for, beside what everybody must have. */
enum attempt_purpose {
	ATTEMPT_LOGIN,
	ATTEMPT_PASSWORD, /* a change that is required is no obstacle */
	ATTEMPT_SETUP,	  /* of codes: there must be none yet */
	ATTEMPT_ADD	  /* of a passkey: what is there is asked for */
};

struct attempt {
	struct identity *id;
	struct settings *settings;
	const struct session_input *in;
	const struct login_proof *proof;
	enum attempt_purpose purpose;
	char name[USERS_NAME_MAX + 1];
	struct users_entry user; /* once the password was right */
	enum second_factor_result factor;
};

/* Starts one; the caller wipes it. */
void attempt_start(struct attempt *a, struct identity *id, struct settings *s,
    const struct session_input *in, const struct login_proof *proof,
    enum attempt_purpose purpose);

/*
 * Takes a slot for hashing, which the caller gives back (hash_slots_give()),
 * after a look at the penalties. Returns 0, or -1 with err and no slot.
 */
int attempt_enter(struct attempt *a, struct api_error *err);

/* The same for what is a try, but hashes nothing: counts it as bad. Returns 0, or
 * -1 with err. */
int attempt_count(struct attempt *a, struct api_error *err);

/* Enters, compares, and gives the slot back, where second factors are used. */
int attempt_prove(struct attempt *a, struct api_error *err);

/* It was bad, of which `detail` is for the log; or that cannot be told. Both
 * return -1 with err. */
int attempt_wrong(struct attempt *a, const char *detail, struct api_error *err);
int attempt_failed(struct attempt *a, struct api_error *err);

/* It was good: may a->user come in? Returns 0, or -1 with err. */
int attempt_may_enter(struct attempt *a, struct api_error *err);

/* Records how somebody came in, and whether from where they never did. */
void attempt_record(const struct attempt *a,
    const struct session_info *session);

/* Compares, and settles what the attempt was counted as. A slot is held. */
int attempt_compare(struct attempt *a, struct api_error *err);

/*
 * Begins the session of an attempt that was good, by the user's line as it is
 * now. Returns 0, or -1 with err: 401 when that line is another user's by now,
 * 403 second_factor_setup_required.
 */
int attempt_session(struct attempt *a, struct session_info *out,
    struct api_error *err);

/* Answers that memory or hashing is short; for `return attempt_busy(...)`. */
int attempt_busy(struct api_error *err);

/* Answers what came of a change of the user's line: 0, or -1 with err, of
 * which `what` says in the log what was not stored. */
int attempt_stored(int result, const char *what, const char *cause,
    struct api_error *err);

#endif
