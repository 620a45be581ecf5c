/* SPDX-License-Identifier: MIT */
/* A session from its cookie to each of the ways it can end. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "confab/base/clock.h"
#include "confab/identity/keyring.h"
#include "session_help.h"

static void
test_other_cookies(void **state)
{
	(void)state;
	expect_signed_out();
	in.cookie = "";
	expect_signed_out();
	in.cookie = "__Host-confab=";
	expect_signed_out();
	in.cookie = "__Host-confab=AAAA";
	expect_signed_out();
	assert_int_equal(login("alice", PASSWORD), 0);
	cookie_header[strlen(cookie_header) - 1] ^= 1;
	expect_signed_out();
	cookie_header[strlen(cookie_header) - 1] ^= 1;
	assert_int_equal(check(), 0);
}

static void
test_idle(void **state)
{
	(void)state;
	assert_int_equal(login("alice", PASSWORD), 0);
	in.now += IDLE - 1;
	assert_int_equal(check(), 0);
	in.now += 1;
	expect_signed_out();
}

static void
test_renewed_until_absolute(void **state)
{
	int64_t begin = in.now;

	(void)state;
	assert_int_equal(login("alice", PASSWORD), 0);
	in.now += IDLE / SESSION_RENEW_PART - 1;
	assert_int_equal(check(), 0);
	assert_string_equal(session.set_cookie, "");
	while (in.now + 900 < begin + ABSOLUTE) {
		in.now += 900;
		assert_int_equal(check(), 0);
		keep_cookie(&session);
		assert_true(session.expires_at <= begin + ABSOLUTE);
	}
	in.now = begin + ABSOLUTE - 1;
	assert_int_equal(check(), 0);
	assert_int_equal(session.expires_at, begin + ABSOLUTE);
	in.now = begin + ABSOLUTE;
	expect_signed_out();
}

static void
test_from_the_future(void **state)
{
	(void)state;
	assert_int_equal(login("alice", PASSWORD), 0);
	in.now -= SESSION_SKEW;
	assert_int_equal(check(), 0);
	in.now -= 1;
	expect_signed_out();
	in.now -= 86400;
	expect_signed_out();
}

static void
test_shorter_limits_count(void **state)
{
	(void)state;
	assert_int_equal(login("alice", PASSWORD), 0);
	in.now += 500;
	assert_int_equal(check(), 0);
	config.session.idle = 400;
	expect_signed_out();
	config.session.idle = IDLE;
	config.session.absolute = 400;
	expect_signed_out();
}

static void
test_user_changes_end_it(void **state)
{
	(void)state;
	assert_int_equal(login("alice", PASSWORD), 0);
	put_users(PASSWORD, "");
	/* Another salt is another hash. */
	expect_signed_out();
	assert_int_equal(login("alice", PASSWORD), 0);
	assert_int_equal(check(), 0);
	temp_put(users_path, "", 0640);
	expect_signed_out();
}

static void
test_options_end_it(void **state)
{
	static const char *const options[] = { ":disabled=yes", ":change=yes",
		":expires=1000", ":epoch=1" };

	(void)state;
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		put_users(PASSWORD, "");
		assert_int_equal(login("alice", PASSWORD), 0);
		assert_int_equal(check(), 0);
		set_option(options[i]);
		expect_signed_out();
	}
}

static void
test_logout(void **state)
{
	char other[SESSION_COOKIE_MAX];

	(void)state;
	assert_int_equal(login("alice", PASSWORD), 0);
	memcpy(other, cookie_header, sizeof(other));
	assert_int_equal(login("alice", PASSWORD), 0);
	assert_int_equal(check(), 0);
	assert_int_equal(session_logout(&identity, &settings, &in, &session,
			     false, &api_err),
	    0);
	assert_string_equal(session.set_cookie,
	    "__Host-confab=; Path=/; Max-Age=0; Secure; HttpOnly; "
	    "SameSite=Strict");
	expect_signed_out();
	in.cookie = other;
	assert_int_equal(check(), 0);
}

static void
test_everywhere(void **state)
{
	char first[SESSION_COOKIE_MAX], bobs[SESSION_COOKIE_MAX];

	(void)state;
	assert_int_equal(login("bob", PASSWORD), 0);
	memcpy(bobs, cookie_header, sizeof(bobs));
	for (int i = 0; i < 3; i++) {
		assert_int_equal(login("alice", PASSWORD), 0);
		memcpy(first, cookie_header, sizeof(first));
		assert_int_equal(login("alice", PASSWORD), 0);
		assert_int_equal(check(), 0);
		assert_int_equal(session_logout(&identity, &settings, &in,
				     &session, true, &api_err),
		    0);
		expect_signed_out();
		in.cookie = first;
		expect_signed_out();
	}
	in.cookie = bobs;
	assert_int_equal(check(), 0);
	/* In the same second a new session is a good one. */
	assert_int_equal(login("alice", PASSWORD), 0);
	assert_int_equal(check(), 0);
}

static void
test_keys(void **state)
{
	char cause[CONFIG_ERROR_MAX], id[TOKEN_KEY_ID_MAX + 1];

	(void)state;
	assert_int_equal(login("alice", PASSWORD), 0);
	assert_int_equal(keyring_rotate(secret_path, 2, 0, id, cause), 0);
	/* Still good, and signed anew at once. */
	assert_int_equal(check(), 0);
	assert_true(session.set_cookie[0] != '\0');
	assert_int_equal(keyring_rotate(secret_path, 0, 0, id, cause), 2);
	expect_signed_out();
}

static void
test_state_lost(void **state)
{
	(void)state;
	in.now = clock_wall();
	assert_int_equal(login("alice", PASSWORD), 0);
	unlink(state_path);
	/* Nobody knows any more what was revoked. */
	expect_signed_out();
	assert_int_equal(login("alice", PASSWORD), 0);
	assert_int_equal(check(), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		session_test(test_other_cookies),
		session_test(test_idle),
		session_test(test_renewed_until_absolute),
		session_test(test_from_the_future),
		session_test(test_shorter_limits_count),
		session_test(test_user_changes_end_it),
		session_test(test_options_end_it),
		session_test(test_logout),
		session_test(test_everywhere),
		session_test(test_keys),
		session_test(test_state_lost),
	};

	return cmocka_run_group_tests(tests, session_group_begin,
	    temp_folder_remove);
}
