/* SPDX-License-Identifier: MIT */
/* A code besides the password: asked for, used once, set up, lost, removed. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#ifdef HAVE_LIBOATH
#include <liboath/oath.h>
#endif

#include "confab/identity/credentials.h"
#include "confab/identity/enrol.h"
#include "confab/state/shared_state.h"
#include "session_help.h"

static char recovery[USERS_RECOVERY_MAX][TOTP_RECOVERY_SHOWN + 1];
static unsigned char secret[USERS_TOTP_LEN];

/* What the app shows `steps` away from now. */
static const char *
code_of(const unsigned char *of, int steps)
{
	static char out[TOTP_DIGITS + 1];

#ifdef HAVE_LIBOATH
	assert_int_equal(oath_totp_generate((const char *)of, USERS_TOTP_LEN,
			     (time_t)(in.now + steps * TOTP_STEP), TOTP_STEP, 0,
			     TOTP_DIGITS, out),
	    OATH_OK);
#else
	(void)of;
	(void)steps;
#endif
	return out;
}

static const char *
code(int steps)
{
	return code_of(secret, steps);
}

static int
offer(const char *password)
{
	const struct login_proof proof = proof_of("alice", password, NULL);

	return enrol_offer(&identity, &settings, &in, &proof, secret, &api_err);
}

static int
confirm(const unsigned char *what, const char *typed)
{
	const struct login_proof proof = proof_of("alice", PASSWORD, typed);
	int rc = enrol_confirm(&identity, &settings, &in, &proof, what,
	    recovery, &session, &api_err);

	if (rc == 0)
		keep_cookie(&session);
	return rc;
}

/* Gives alice a second factor, and goes on to the next code. */
static void
set_up(void)
{
	config.second_factor = SECOND_FACTOR_OPTIONAL;
	assert_int_equal(offer(PASSWORD), 0);
	assert_int_equal(confirm(secret, code(0)), 0);
	in.now += TOTP_STEP;
}

static int
take_away(const char *typed)
{
	const struct login_proof proof = proof_of("alice", PASSWORD, typed);

	return enrol_remove(&identity, &settings, &in, &proof, &session,
	    &api_err);
}

static void
expect_error(int rc, int status, const char *what)
{
	assert_int_equal(rc, -1);
	assert_string_equal(api_err.code, what);
	assert_int_equal(api_err.status, status);
}

static void
need_liboath(void)
{
	if (!totp_available())
		skip();
}

static void
test_asked(void **state)
{
	char wrong_password[sizeof(api_err.message)];

	(void)state;
	need_liboath();
	set_up();
	expect_error(login("alice", PASSWORD), 401, "second_factor_required");
	expect_error(login_with("alice", PASSWORD, ""), 401,
	    "second_factor_required");
	/* Which of the two was wrong, nobody is told. */
	expect_error(login_with("alice", "wrong", code(0)), 401,
	    "invalid_credentials");
	memcpy(wrong_password, api_err.message, sizeof(wrong_password));
	expect_error(login_with("alice", PASSWORD, "000000"), 401,
	    "invalid_credentials");
	assert_string_equal(api_err.message, wrong_password);
	expect_error(login_with("nobody", PASSWORD, "000000"), 401,
	    "invalid_credentials");
	assert_string_equal(api_err.message, wrong_password);
	expect_error(login("alice", "wrong"), 401, "invalid_credentials");
	/* The wrong password has not used the code up. */
	assert_int_equal(login_with("alice", PASSWORD, code(0)), 0);
	assert_int_equal(check(), 0);
	/* Nobody else is asked, whatever they send. */
	assert_int_equal(login("bob", PASSWORD), 0);
	assert_int_equal(login_with("bob", PASSWORD, "123456"), 0);
}

static void
test_used_once(void **state)
{
	(void)state;
	need_liboath();
	set_up();
	/* The code of the setup is used, too, and so is any before it. */
	expect_error(login_with("alice", PASSWORD, code(-1)), 401,
	    "invalid_credentials");
	expect_error(login_with("alice", PASSWORD, code(-2)), 401,
	    "invalid_credentials");
	assert_int_equal(login_with("alice", PASSWORD, code(0)), 0);
	expect_error(login_with("alice", PASSWORD, code(0)), 401,
	    "invalid_credentials");
	/* One of a clock that is ahead; then the one between is old. */
	in.now += 2 * TOTP_STEP;
	assert_int_equal(login_with("alice", PASSWORD, code(1)), 0);
	expect_error(login_with("alice", PASSWORD, code(0)), 401,
	    "invalid_credentials");
	expect_error(login_with("alice", PASSWORD, code(2)), 401,
	    "invalid_credentials");
}

/* The clock is set back: what was used stays used, and nobody is kept out. */
static void
test_clock_set_back(void **state)
{
	(void)state;
	need_liboath();
	set_up();
	in.now += 86400;
	assert_int_equal(login_with("alice", PASSWORD, code(0)), 0);
	in.now -= 86400 - 10 * TOTP_STEP;
	assert_int_equal(login_with("alice", PASSWORD, code(0)), 0);
	expect_error(login_with("alice", PASSWORD, code(0)), 401,
	    "invalid_credentials");
}

static void
test_throttled(void **state)
{
	(void)state;
	need_liboath();
	set_up();
	in.address = "198.51.100.77";
	/* Asking for the code is no failure: it may happen at each login. */
	for (int i = 0; i < 30; i++)
		expect_error(login("alice", PASSWORD), 401,
		    "second_factor_required");
	/* But a right password does not begin the count of bad codes anew. */
	for (int i = 0; i < 12; i++) {
		(void)login("alice", PASSWORD);
		(void)login_with("alice", PASSWORD, "000000");
	}
	expect_error(login_with("alice", PASSWORD, code(0)), 429,
	    "too_many_attempts");
	expect_error(login("alice", PASSWORD), 429, "too_many_attempts");
}

static void
test_recovery(void **state)
{
	struct users_entry u;

	(void)state;
	need_liboath();
	set_up();
	assert_int_equal(login_with("alice", PASSWORD, recovery[3]), 0);
	assert_int_equal(check(), 0);
	expect_error(login_with("alice", PASSWORD, recovery[3]), 401,
	    "invalid_credentials");
	expect_error(login_with("alice", "wrong", recovery[4]), 401,
	    "invalid_credentials");
	assert_int_equal(login_with("alice", PASSWORD, recovery[4]), 0);
	assert_true(credentials_find(settings.credentials, "alice", &u));
	assert_int_equal(u.factor.n_recovery, 8);
	for (int i = 0; i < USERS_RECOVERY_MAX; i++)
		if (i != 3 && i != 4)
			assert_int_equal(login_with("alice", PASSWORD,
					     recovery[i]),
			    0);
	/* Codes of the app go on. */
	assert_int_equal(login_with("alice", PASSWORD, code(0)), 0);
	expect_error(login_with("alice", PASSWORD, recovery[0]), 401,
	    "invalid_credentials");
}

/* Given up half-way, twice at once, and with a code that is not of it. */
static void
test_setup(void **state)
{
	unsigned char first[USERS_TOTP_LEN];
	char old[SESSION_COOKIE_MAX];

	(void)state;
	need_liboath();
	config.second_factor = SECOND_FACTOR_OPTIONAL;
	assert_int_equal(login("alice", PASSWORD), 0);
	memcpy(old, cookie_header, sizeof(old));
	expect_error(offer("wrong"), 401, "invalid_credentials");
	assert_int_equal(offer(PASSWORD), 0);
	memcpy(first, secret, sizeof(first));
	/* Nothing is kept of it. */
	assert_int_equal(login("alice", PASSWORD), 0);
	assert_int_equal(offer(PASSWORD), 0);
	assert_memory_not_equal(first, secret, sizeof(first));
	expect_error(confirm(secret, code_of(first, 0)), 400, "wrong_code");
	assert_string_equal(api_err.param, "code");
	expect_error(confirm(secret, recovery[0]), 400, "wrong_code");
	for (int i = 0; i < 30; i++)
		expect_error(confirm(secret, "000000"), 400, "wrong_code");
	in.cookie = old;
	assert_int_equal(check(), 0);
	/* The one that is finished first counts, and the other one is told. */
	assert_int_equal(confirm(first, code_of(first, 0)), 0);
	assert_int_equal(check(), 0);
	expect_error(confirm(secret, code(0)), 409, "second_factor_exists");
	expect_error(offer(PASSWORD), 409, "second_factor_exists");
	/* Sessions of before were made without it. */
	in.cookie = old;
	expect_signed_out();
	in.now += TOTP_STEP;
	assert_int_equal(login_with("alice", PASSWORD, code_of(first, 0)), 0);
}

static void
test_removal(void **state)
{
	char old[SESSION_COOKIE_MAX];

	(void)state;
	need_liboath();
	set_up();
	memcpy(old, cookie_header, sizeof(old));
	expect_error(take_away(NULL), 401, "second_factor_required");
	expect_error(take_away("000000"), 401, "invalid_credentials");
	assert_int_equal(take_away(code(0)), 0);
	keep_cookie(&session);
	assert_int_equal(check(), 0);
	in.cookie = old;
	expect_signed_out();
	assert_int_equal(login("alice", PASSWORD), 0);
	/* Set up anew within the same step: its code is one of its own. */
	assert_int_equal(offer(PASSWORD), 0);
	assert_int_equal(confirm(secret, code(0)), 0);
}

static void
test_required(void **state)
{
	struct login_proof proof = proof_of("alice", PASSWORD, NULL);

	(void)state;
	need_liboath();
	assert_int_equal(login("alice", PASSWORD), 0);
	config.second_factor = SECOND_FACTOR_REQUIRED;
	/* From now on, sessions of before are none. */
	expect_signed_out();
	expect_error(login("alice", PASSWORD), 403,
	    "second_factor_setup_required");
	expect_error(login("alice", "wrong"), 401, "invalid_credentials");
	/* A new password is taken, and opens nothing either. */
	put_users(PASSWORD, ":change=yes");
	expect_error(login("alice", PASSWORD), 403, "password_change_required");
	expect_error(login_change_password(&identity, &settings, &in, &proof,
			 "a new password", 14, &session, &api_err),
	    403, "second_factor_setup_required");
	put_users(PASSWORD, "");
	assert_int_equal(offer(PASSWORD), 0);
	assert_int_equal(confirm(secret, code(0)), 0);
	assert_int_equal(check(), 0);
	in.now += TOTP_STEP;
	expect_error(take_away(code(0)), 403, "second_factor_setup_required");
	expect_signed_out();
}

/* A required change of the password is no way around the code. */
static void
test_change_of_password(void **state)
{
	struct login_proof proof = proof_of("alice", PASSWORD, NULL);

	(void)state;
	need_liboath();
	set_up();
	set_option(":change=yes");
	expect_error(login_with("alice", PASSWORD, code(0)), 403,
	    "password_change_required");
	expect_error(login_change_password(&identity, &settings, &in, &proof,
			 "a new password", 14, &session, &api_err),
	    401, "second_factor_required");
	/* The login before has not used it up. */
	proof = proof_of("alice", PASSWORD, code(0));
	assert_int_equal(login_change_password(&identity, &settings, &in,
			     &proof, "a new password", 14, &session, &api_err),
	    0);
	keep_cookie(&session);
	assert_int_equal(check(), 0);
	/* Who is signed in was asked already. */
	proof = proof_of("alice", "a new password", NULL);
	proof.in_session = true;
	assert_int_equal(login_change_password(&identity, &settings, &in,
			     &proof, PASSWORD, strlen(PASSWORD), &session,
			     &api_err),
	    0);
}

static void
test_off(void **state)
{
	(void)state;
	need_liboath();
	set_up();
	config.second_factor = SECOND_FACTOR_OFF;
	assert_int_equal(login("alice", PASSWORD), 0);
	expect_error(offer(PASSWORD), 404, "not_found");
	expect_error(take_away(code(0)), 404, "not_found");
}

/* What cannot be told to be unused is not taken. */
static void
test_state_gone(void **state)
{
	(void)state;
	need_liboath();
	set_up();
	set_option(":recovery=AAAAAAAAAAAAAAAAAAAAAA,");
	/* A file that became bad changes nothing. */
	expect_error(login("alice", PASSWORD), 401, "second_factor_required");
	assert_int_equal(login_with("alice", PASSWORD, code(0)), 0);
	/* And no recovery code can be crossed out in it. */
	expect_error(login_with("alice", PASSWORD, recovery[0]), 500,
	    "internal_error");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		session_test(test_asked),
		session_test(test_used_once),
		session_test(test_clock_set_back),
		session_test(test_throttled),
		session_test(test_recovery),
		session_test(test_setup),
		session_test(test_removal),
		session_test(test_required),
		session_test(test_change_of_password),
		session_test(test_off),
		session_test(test_state_gone),
	};

	return cmocka_run_group_tests(tests, session_group_begin,
	    temp_folder_remove);
}
