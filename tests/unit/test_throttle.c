/* SPDX-License-Identifier: MIT */
/* Penalties, who they fall on and whom they spare; and a user's limits. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "confab/base/clock.h"
#include "confab/identity/identity.h"
#include "confab/identity/throttle.h"
#include "confab/state/shared_slots.h"

#include "confab/base/address.h"
#include "shared_help.h"

static const struct config_throttle rule = {
	.user_failures = 3,
	.address_failures = 6,
	.delay = 100,
	.delay_max = 900,
	.forget = 3600,
};

/* One wrong password. Returns what the try was answered with; 0: let in. */
static int
wrong(struct shared_state *st, const char *address, const char *user)
{
	struct api_error err = { 0 };

	if (throttle_login_begin(&(struct identity){ .state = st }, &rule,
		address, user, &err) != 0) {
		assert_string_equal(err.code, "too_many_attempts");
		assert_true(err.retry_after > 0);
		return err.status;
	}
	throttle_login_bad(st, address, user);
	return 0;
}

static int
right(struct shared_state *st, const char *address, const char *user)
{
	struct api_error err = { 0 };

	if (throttle_login_begin(&(struct identity){ .state = st }, &rule,
		address, user, &err) != 0)
		return err.status;
	throttle_login_good(&(struct identity){ .state = st }, &rule, address,
	    user);
	return 0;
}

static void
test_networks(void **state)
{
	unsigned char a[ADDRESS_NETWORK_MAX], b[ADDRESS_NETWORK_MAX];
	char text[ADDRESS_TEXT_MAX];

	(void)state;
	assert_int_equal(address_network("192.0.2.1", a), 5);
	assert_int_equal(address_network("::ffff:192.0.2.1", b), 5);
	assert_memory_equal(a, b, 5);
	assert_int_equal(address_network("192.0.2.2", b), 5);
	assert_memory_not_equal(a, b, 5);
	assert_int_equal(address_network("2001:db8:1:2::1", a), 9);
	assert_int_equal(address_network("2001:db8:1:2:ffff::", b), 9);
	assert_memory_equal(a, b, 9);
	assert_int_equal(address_network("2001:db8:1:3::1", b), 9);
	assert_memory_not_equal(a, b, 9);
	assert_int_equal(address_network("unix:", a), 0);
	assert_int_equal(address_network("", a), 0);
	assert_int_equal(address_network(NULL, a), 0);
	assert_int_equal(address_network("192.0.2.1, 1.1.1.1", a), 0);
	assert_string_equal(address_text("2001:DB8::0001", text),
	    "2001:db8::1");
	assert_string_equal(address_text("::ffff:192.0.2.1", text),
	    "192.0.2.1");
	assert_string_equal(address_text("1.2.3.4 user=x", text), "-");
	assert_string_equal(address_text(NULL, text), "-");
}

static void
test_user(void **state)
{
	struct shared_state *st = fresh();
	struct api_error err;
	char from[32];

	(void)state;
	/* From many addresses, with a free try for each. */
	for (int i = 0; i < 4; i++) {
		snprintf(from, sizeof(from), "192.0.2.%d", i);
		assert_int_equal(wrong(st, from, "alice"), 0);
	}
	assert_int_equal(wrong(st, "198.51.100.7", "alice"), 429);
	assert_int_equal(throttle_login_check(st, "198.51.100.8", "alice",
			     &err),
	    -1);
	assert_int_equal(err.retry_after, 100);
	/* A refused try is none: the penalty does not grow. */
	assert_int_equal(throttle_login_check(st, "198.51.100.8", "alice",
			     &err),
	    -1);
	assert_true(err.retry_after <= 100);
	assert_int_equal(wrong(st, "198.51.100.7", "bob"), 0);
	shared_state_close(st);
}

static void
test_address(void **state)
{
	struct shared_state *st = fresh();
	char user[32];

	(void)state;
	for (int i = 0; i < 7; i++) {
		snprintf(user, sizeof(user), "user%d", i);
		assert_int_equal(wrong(st, "2001:db8::1", user), 0);
	}
	assert_int_equal(wrong(st, "2001:db8::2", "someone"), 429);
	assert_int_equal(wrong(st, "2001:db8:0:1::2", "someone"), 0);
	shared_state_close(st);
}

/* An account of one's own does not wash an address clean. */
static void
test_own_account_is_no_help(void **state)
{
	struct shared_state *st = fresh();
	char user[32];
	int tries = 0;

	(void)state;
	for (int i = 0; i < 50; i++) {
		snprintf(user, sizeof(user), "user%d", i);
		if (wrong(st, "192.0.2.1", user) != 0)
			break;
		tries++;
		(void)right(st, "192.0.2.1", "mallory");
	}
	assert_int_equal(tries, 7);
	shared_state_close(st);
}

static void
test_success_forgets(void **state)
{
	struct shared_state *st = fresh();

	(void)state;
	for (int round = 0; round < 10; round++) {
		for (int i = 0; i < 3; i++)
			assert_int_equal(wrong(st, NULL, "alice"), 0);
		assert_int_equal(right(st, NULL, "alice"), 0);
	}
	shared_state_close(st);
}

/* Where the owner has been before, guessing elsewhere keeps nobody out. */
static void
test_owner_is_let_in(void **state)
{
	struct shared_state *st = fresh();
	char from[32];

	(void)state;
	assert_int_equal(right(st, "203.0.113.5", "alice"), 0);
	for (int i = 0; i < 100; i++) {
		snprintf(from, sizeof(from), "192.0.2.%d", i);
		(void)wrong(st, from, "alice");
	}
	assert_int_equal(wrong(st, "198.51.100.1", "alice"), 429);
	assert_int_equal(right(st, "203.0.113.5", "alice"), 0);
	/* But not for guessing from there. */
	for (int i = 0; i < 4; i++)
		assert_int_equal(wrong(st, "203.0.113.5", "alice"), 0);
	assert_int_equal(wrong(st, "203.0.113.5", "alice"), 429);
	shared_state_close(st);
}

static void
test_undo(void **state)
{
	struct shared_state *st = fresh();
	struct api_error err;

	(void)state;
	for (int i = 0; i < 50; i++) {
		assert_int_equal(
		    throttle_login_begin(&(struct identity){ .state = st },
			&rule, "192.0.2.1", "alice", &err),
		    0);
		throttle_login_undo(&(struct identity){ .state = st }, &rule,
		    "192.0.2.1", "alice");
	}
	/* Nor is it a way to wipe out what was wrong before. */
	for (int i = 0; i < 2; i++)
		assert_int_equal(wrong(st, "192.0.2.9", "bob"), 0);
	assert_int_equal(throttle_login_begin(&(struct identity){ .state = st },
			     &rule, "192.0.2.9", "bob", &err),
	    0);
	throttle_login_undo(&(struct identity){ .state = st }, &rule,
	    "192.0.2.9", "bob");
	for (int i = 0; i < 2; i++)
		assert_int_equal(wrong(st, "192.0.2.9", "bob"), 0);
	assert_int_equal(wrong(st, "192.0.2.9", "bob"), 429);
	/* Begun and never ended counts: a killed process is no free guess. */
	for (int i = 0; i < 4; i++)
		assert_int_equal(
		    throttle_login_begin(&(struct identity){ .state = st },
			&rule, "192.0.2.1", "alice", &err),
		    0);
	assert_int_equal(throttle_login_begin(&(struct identity){ .state = st },
			     &rule, "192.0.2.1", "alice", &err),
	    -1);
	shared_state_close(st);
}

static void
test_limits(void **state)
{
	const struct config_quota l = { .requests_per_minute = 2,
		.tokens_per_day = 100 };
	const struct config_quota none = { 0 };
	struct shared_state *st = fresh();
	struct api_error err;

	(void)state;
	assert_int_equal(throttle_request(st, &l, "a", &err), 0);
	assert_int_equal(throttle_request(st, &l, "a", &err), 0);
	assert_int_equal(throttle_request(st, &l, "a", &err), -1);
	assert_int_equal(err.status, 429);
	assert_string_equal(err.code, "request_limit");
	assert_true(err.retry_after >= 1 && err.retry_after <= 60);
	assert_non_null(strstr(err.message, "requests_per_minute"));
	assert_int_equal(throttle_request(st, &none, "a", &err), 0);
	assert_int_equal(throttle_request(st, &l, "b", &err), 0);
	shared_state_tokens_add(st, "b", (uint64_t)(clock_wall() / 86400), 99);
	assert_int_equal(throttle_tokens_used(st, "b"), 99);
	assert_int_equal(throttle_request(st, &l, "b", &err), 0);
	shared_state_tokens_add(st, "b", (uint64_t)(clock_wall() / 86400), 1);
	assert_int_equal(throttle_request(st, &l, "b", &err), -1);
	assert_int_equal(err.status, 429);
	assert_string_equal(err.code, "token_limit");
	assert_true(err.retry_after >= 1 && err.retry_after <= 86400);
	assert_non_null(strstr(err.message, "tokens_per_day"));
	shared_state_close(st);
}

static void
test_cgi(void **state)
{
	const struct config_limits l = { .cgi_processes = 1 };
	const struct config_quota q = { .streams_per_user = 1 };
	const struct config_limits full = { .cgi_processes = 0 };
	struct identity id = { .state = fresh(), .cgi_slot = -1 };
	struct api_error err;

	(void)state;
	assert_int_equal(throttle_cgi_enter(&id, &full, &err), -1);
	assert_int_equal(err.status, 503);
	assert_string_equal(err.code, "busy");
	assert_true(err.retry_after > 0);
	assert_int_equal(throttle_cgi_enter(&id, &l, &err), 0);
	assert_int_equal(throttle_cgi_stream(&id, &q, "alice", &err), 0);
	throttle_cgi_leave(&id);
	shared_state_close(id.state);
}

/* Another process, which has a stream of alice's until it is killed. */
static pid_t
other_process(unsigned max)
{
	char cause[CONFIG_ERROR_MAX], byte = 0;
	struct shared_state *st;
	int told[2], slot = -1;
	pid_t pid;

	assert_int_equal(pipe(told), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		st = shared_state_open(temp_folder, cause);
		if (st != NULL)
			slot = shared_slots_take(st, SHARED_SLOT_CGI, max);
		if (slot >= 0 &&
		    shared_slots_user(st, SHARED_SLOT_CGI, slot, "alice", 1) ==
			0 &&
		    write(told[1], &byte, 1) == 1)
			pause();
		_exit(0);
	}
	close(told[1]);
	assert_int_equal(read(told[0], &byte, 1), 1);
	close(told[0]);
	return pid;
}

static void
test_cgi_streams_of_a_user(void **state)
{
	const struct config_limits l = { .cgi_processes = 3 };
	const struct config_quota q = { .streams_per_user = 1 };
	struct identity id = { .state = fresh(), .cgi_slot = -1 };
	struct api_error err;
	pid_t pid;

	(void)state;
	assert_int_equal(throttle_cgi_enter(&id, &l, &err), 0);
	pid = other_process(l.cgi_processes);
	assert_int_equal(throttle_cgi_stream(&id, &q, "alice", &err), -1);
	assert_int_equal(err.status, 429);
	assert_string_equal(err.code, "stream_limit");
	assert_int_equal(throttle_cgi_stream(&id, &q, "bob", &err), 0);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(throttle_cgi_stream(&id, &q, "alice", &err), 0);
	throttle_cgi_leave(&id);
	shared_state_close(id.state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_networks),
		cmocka_unit_test(test_user),
		cmocka_unit_test(test_address),
		cmocka_unit_test(test_own_account_is_no_help),
		cmocka_unit_test(test_success_forgets),
		cmocka_unit_test(test_owner_is_let_in),
		cmocka_unit_test(test_undo),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_cgi),
		cmocka_unit_test(test_cgi_streams_of_a_user),
	};

	return cmocka_run_group_tests(tests, shared_group_begin,
	    temp_folder_remove);
}
