/* SPDX-License-Identifier: MIT */
/* A password for a session: who is refused, how, and what it costs. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "confab/identity/credentials.h"

#include "identity/hash_slots.h"
#include "session_help.h"

static void
test_login(void **state)
{
	(void)state;
	assert_int_equal(login("alice", PASSWORD), 0);
	assert_string_equal(session.user, "alice");
	assert_int_equal(session.expires_at, in.now + IDLE);
	assert_int_equal(session.ends_ms, (in.now + ABSOLUTE) * 1000);
	assert_memory_equal(session.set_cookie, "__Host-confab=", 14);
	assert_string_equal(strchr(session.set_cookie, ';'),
	    "; Path=/; Max-Age=1000; Secure; HttpOnly; SameSite=Strict");
	assert_int_equal(check(), 0);
	assert_string_equal(session.user, "alice");
	assert_int_equal(session.via, SESSION_COOKIE);
	assert_int_equal(session.expires_at, in.now + IDLE);
	/* Fresh: nothing to renew. */
	assert_string_equal(session.set_cookie, "");
}

static void
test_refusals(void **state)
{
	static const struct {
		const char *options;
		int status;
		const char *code;
	} samples[] = {
		{ ":disabled=yes", 403, "account_disabled" },
		{ ":expires=1000", 403, "account_expired" },
		{ ":change=yes", 403, "password_change_required" },
	};
	struct login_proof proof;

	(void)state;
	assert_int_equal(login("alice", "wrong"), -1);
	assert_int_equal(api_err.status, 401);
	assert_string_equal(api_err.code, "invalid_credentials");
	assert_int_equal(login("nobody", PASSWORD), -1);
	assert_int_equal(api_err.status, 401);
	assert_string_equal(api_err.code, "invalid_credentials");
	/* Names that nobody can have, one of them a user's up to its NUL. */
	proof = proof_of("alice\0x", PASSWORD, NULL);
	proof.name_len = 7;
	assert_int_equal(login_password(&identity, &settings, &in, &proof,
			     &session, &api_err),
	    -1);
	assert_int_equal(api_err.status, 401);
	assert_int_equal(login("", PASSWORD), -1);
	assert_int_equal(api_err.status, 401);
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		put_users(PASSWORD, samples[i].options);
		assert_int_equal(login("alice", PASSWORD), -1);
		assert_int_equal(api_err.status, samples[i].status);
		assert_string_equal(api_err.code, samples[i].code);
		assert_int_equal(login("alice", "wrong"), -1);
		assert_string_equal(api_err.code, "invalid_credentials");
	}
}

static void
test_throttled(void **state)
{
	char kept[SESSION_COOKIE_MAX];

	(void)state;
	in.address = "192.0.2.200";
	assert_int_equal(login("alice", PASSWORD), 0);
	memcpy(kept, cookie_header, sizeof(kept));
	for (int i = 0; i < 100; i++) {
		char from[32];

		snprintf(from, sizeof(from), "198.51.100.%d", i);
		in.address = from;
		assert_int_equal(login("alice", "guess"), -1);
		assert_string_equal(api_err.code,
		    i < 6 ? "invalid_credentials" : "too_many_attempts");
	}
	assert_int_equal(api_err.status, 429);
	assert_true(api_err.retry_after > 0);
	/* The right password from a strange place is refused, too; the session
	 * works on, and a login from where the owner was before. */
	in.address = "203.0.113.9";
	assert_int_equal(login("alice", PASSWORD), -1);
	assert_string_equal(api_err.code, "too_many_attempts");
	in.cookie = kept;
	assert_int_equal(check(), 0);
	in.address = "192.0.2.200";
	assert_int_equal(login("alice", PASSWORD), 0);
}

static void
test_busy(void **state)
{
	(void)state;
	/* All slots and all places of the queue: half of eight workers. */
	assert_int_equal(hash_slots_take(identity.slots), 0);
	assert_int_equal(hash_slots_take(identity.slots), 0);
	config.password.queue = 0;
	hash_slots_set(identity.slots, &config.password);
	for (int i = 0; i < 50; i++) {
		assert_int_equal(login("alice", PASSWORD), -1);
		assert_int_equal(api_err.status, 503);
		assert_string_equal(api_err.code, "busy");
		assert_true(api_err.retry_after > 0);
	}
	hash_slots_give(identity.slots);
	hash_slots_give(identity.slots);
	/* Nothing of it was counted as a failure. */
	assert_int_equal(login("alice", PASSWORD), 0);
}

static void
test_rehash(void **state)
{
	const struct login_proof proof = proof_of("alice", PASSWORD, NULL);
	struct users_entry u;

	(void)state;
	assert_int_equal(login("alice", PASSWORD), 0);
	config.password.passes = 2;
	/* Not at a failure, at the next login, with the old session kept. */
	in.cookie = NULL;
	assert_int_equal(login("alice", "wrong"), -1);
	assert_true(credentials_find(settings.credentials, "alice", &u));
	assert_non_null(strstr(u.hash, "t=1"));
	assert_int_equal(login_password(&identity, &settings, &in, &proof,
			     &session, &api_err),
	    0);
	assert_true(credentials_find(settings.credentials, "alice", &u));
	assert_non_null(strstr(u.hash, "t=2"));
	in.cookie = cookie_header;
	assert_int_equal(check(), 0);
	assert_int_equal(login("alice", PASSWORD), 0);
}

static void
test_bcrypt_is_taken_over(void **state)
{
	static const char line[] = "alice:$2y$05$CCCCCCCCCCCCCCCCCCCCC."
				   "E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW\n";
	struct users_entry u;

	(void)state;
	temp_put(users_path, line, 0640);
	assert_int_equal(login("alice", "U*U"), 0);
	assert_int_equal(check(), 0);
	assert_true(credentials_find(settings.credentials, "alice", &u));
	assert_memory_equal(u.hash, "$argon2id$", 10);
	assert_int_equal(login("alice", "U*U"), 0);
}

static int
change(const char *current, const char *new_password)
{
	const struct login_proof proof = proof_of("alice", current, NULL);

	return login_change_password(&identity, &settings, &in, &proof,
	    new_password, strlen(new_password), &session, &api_err);
}

static void
test_change_password(void **state)
{
	static const char *const bad[] = { "short", PASSWORD,
		"not utf-8 \xff\xff", "Summer2024!", "alice1234" };
	char old[SESSION_COOKIE_MAX];

	(void)state;
	assert_int_equal(login("alice", PASSWORD), 0);
	memcpy(old, cookie_header, sizeof(old));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(change(PASSWORD, bad[i]), -1);
		assert_int_equal(api_err.status, 400);
		assert_string_equal(api_err.code, "weak_password");
		assert_string_equal(api_err.param, "new");
	}
	assert_int_equal(change("wrong", "a new password"), -1);
	assert_string_equal(api_err.code, "invalid_credentials");
	assert_int_equal(check(), 0);
	assert_int_equal(change(PASSWORD, "a new password"), 0);
	keep_cookie(&session);
	assert_int_equal(check(), 0);
	in.cookie = old;
	expect_signed_out();
	assert_int_equal(login("alice", PASSWORD), -1);
	/* And when it is required, without a session. */
	put_users(PASSWORD, ":change=yes");
	assert_int_equal(login("alice", PASSWORD), -1);
	assert_string_equal(api_err.code, "password_change_required");
	assert_int_equal(change(PASSWORD, "a new password"), 0);
	keep_cookie(&session);
	assert_int_equal(check(), 0);
	put_users(PASSWORD, ":change=yes:disabled=yes");
	assert_int_equal(change(PASSWORD, "a new password"), -1);
	assert_string_equal(api_err.code, "account_disabled");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		session_test(test_login),
		session_test(test_refusals),
		session_test(test_throttled),
		session_test(test_busy),
		session_test(test_rehash),
		session_test(test_bcrypt_is_taken_over),
		session_test(test_change_password),
	};

	return cmocka_run_group_tests(tests, session_group_begin,
	    temp_folder_remove);
}
