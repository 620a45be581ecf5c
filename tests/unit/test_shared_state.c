/* SPDX-License-Identifier: MIT */
/* The shared state: what each of its tables promises. */
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
#include "confab/base/siphash.h"
#include "confab/state/shared_slots.h"
#include "shared_help.h"

static void
test_siphash(void **state)
{
	/* The first and the last of the authors' vectors. */
	unsigned char key[16], data[63];

	(void)state;
	for (unsigned i = 0; i < 63; i++)
		data[i] = (unsigned char)i;
	memcpy(key, data, sizeof(key));
	assert_true(siphash(key, data, 0) == 0x726fdb47dd0e0e31);
	assert_true(siphash(key, data, 15) == 0xa129ca6149be45e5);
	assert_true(siphash(key, data, 63) == 0x958a324ceb064572);
}

static void
test_penalties_grow(void **state)
{
	static const uint64_t want[] = { 0, 0, 0, 1000, 2000, 4000, 8000, 10000,
		10000 };
	struct shared_state *st = fresh();
	uint64_t now = 100000;

	(void)state;
	assert_int_equal(left(st, "alice", now), 0);
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		assert_int_equal(fail_once(st, "alice", now), want[i]);
		assert_int_equal(left(st, "alice", now), want[i]);
		now += want[i];
		assert_int_equal(left(st, "alice", now), 0);
	}
	/* Others and the other kind are not touched. */
	assert_int_equal(left(st, "bob", now), 0);
	assert_int_equal(shared_state_penalty(st, SHARED_PENALTY_ADDRESS,
			     "alice", 5, now),
	    0);
	/* Long without a failure, all is forgotten. */
	assert_int_equal(fail_once(st, "alice", now + shared_rule.forget), 0);
	shared_state_close(st);
}

/* Of two tries at once, one may have read the clock before the other failed. */
static void
test_no_penalty_has_no_moment(void **state)
{
	struct shared_state *st = fresh();

	(void)state;
	assert_int_equal(fail_once(st, "alice", 1000), 0);
	assert_int_equal(left(st, "alice", 990), 0);
	assert_int_equal(fail_once(st, "alice", 1000), 0);
	shared_state_forgive(st, SHARED_PENALTY_USER, "alice", 5, &shared_rule,
	    false);
	assert_int_equal(left(st, "alice", 990), 0);
	shared_state_close(st);
}

static void
test_penalties_forgiven(void **state)
{
	struct shared_state *st = fresh();

	(void)state;
	for (int i = 0; i < 5; i++)
		fail_once(st, "alice", 1000);
	assert_int_equal(left(st, "alice", 1000), 2000);
	shared_state_forgive(st, SHARED_PENALTY_USER, "alice", 5, &shared_rule,
	    false);
	assert_int_equal(left(st, "alice", 1000), 1000);
	shared_state_forgive(st, SHARED_PENALTY_USER, "alice", 5, &shared_rule,
	    false);
	assert_int_equal(left(st, "alice", 1000), 0);
	assert_int_equal(fail_once(st, "alice", 1000), 1000);
	shared_state_forgive(st, SHARED_PENALTY_USER, "alice", 5, &shared_rule,
	    true);
	for (int i = 0; i < 3; i++)
		assert_int_equal(fail_once(st, "alice", 1000), 0);
	shared_state_close(st);
}

/* A flood of others' single failures, far more than the table holds. */
static void
test_penalties_not_flushed(void **state)
{
	struct shared_state *st = fresh();
	char name[32];

	(void)state;
	for (int i = 0; i < 2; i++)
		fail_once(st, "victim", 1000);
	for (int i = 0; i < 40000; i++) {
		snprintf(name, sizeof(name), "flood%d", i);
		fail_once(st, name, 1001);
	}
	assert_int_equal(fail_once(st, "victim", 1002), 0);
	assert_int_equal(fail_once(st, "victim", 1003), 1000);
	shared_state_close(st);
}

/* With every place taken by others who failed twice, 16 times as many as there
 * are, no new name is free: not before its first try, and not after any. */
static void
test_penalties_of_a_full_table(void **state)
{
	struct shared_state *st = fresh();
	uint64_t now = 1000;
	int free_names = 0;
	char name[32];

	(void)state;
	for (int i = 0; i < 5; i++)
		fail_once(st, "offender", now);
	for (int i = 0; i < 16 * 4096; i++) {
		snprintf(name, sizeof(name), "flood%d", i);
		fail_once(st, name, now);
		fail_once(st, name, now);
	}
	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "real%d", i);
		free_names += left(st, name, now) == 0;
	}
	assert_int_equal(free_names, 0);
	/* Later, and once each: the counter is everybody's. */
	now += SHARED_PENALTY_COMMON_MAX;
	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "real%d", i);
		free_names += fail_once(st, name, now) == 0;
		assert_true(left(st, name, now) <= SHARED_PENALTY_COMMON_MAX);
	}
	assert_int_equal(free_names, 0);
	/* Whoever failed often is not forgotten for it. */
	assert_int_equal(fail_once(st, "offender", now), 4000);
	/* Known addresses have a table that strangers cannot fill. */
	assert_int_equal(shared_state_penalty(st, SHARED_PENALTY_KNOWN, "real1",
			     5, now),
	    0);
	/* When all is forgotten, the places are free again. */
	now += shared_rule.forget;
	assert_int_equal(left(st, "real1", now), 0);
	assert_int_equal(fail_once(st, "real1", now), 0);
	shared_state_close(st);
}

static void
test_revocation(void **state)
{
	struct shared_state *st = fresh(), *other = open_state();
	unsigned char a[SHARED_SESSION_LEN], b[SHARED_SESSION_LEN];
	uint64_t now = wall();

	(void)state;
	make_id(a, 1);
	make_id(b, 2);
	assert_false(shared_state_revoked(st, a, "alice", now, now));
	assert_int_equal(shared_state_revoke(st, a, "alice", now, now + DAY_MS),
	    0);
	/* At once, in another process too. */
	assert_true(shared_state_revoked(other, a, "alice", now, now));
	assert_false(shared_state_revoked(other, b, "alice", now, now));

	/* All of a user's, until then and not after. */
	assert_int_equal(shared_state_revoke_user(other, "alice", now,
			     now + DAY_MS),
	    0);
	assert_true(shared_state_revoked(st, b, "alice", now, now));
	assert_false(shared_state_revoked(st, b, "bob", now, now));
	assert_int_equal(shared_state_issue(st, "alice", now), now + 1);
	assert_false(shared_state_revoked(st, b, "alice", now + 1, now));
	/* Twice in one millisecond, with a session issued between. */
	assert_int_equal(shared_state_revoke_user(st, "alice", now,
			     now + DAY_MS),
	    0);
	assert_true(shared_state_revoked(st, b, "alice", now + 1, now));
	assert_int_equal(shared_state_issue(st, "alice", now), now + 2);
	/* A clock that was set back ends nothing less. */
	assert_int_equal(shared_state_revoke_user(st, "alice", now - DAY_MS,
			     now),
	    0);
	assert_true(shared_state_revoked(st, b, "alice", now + 2, now));
	shared_state_close(st);
	shared_state_close(other);
}

/* In the first moment of the file, whose sessions are issued after it. */
static void
test_ended_at_once(void **state)
{
	struct shared_state *st = fresh();
	uint64_t now = (uint64_t)clock_wall_ms() - 1000;
	unsigned char id[SHARED_SESSION_LEN];
	uint64_t issued = shared_state_issue(st, "alice", now);

	(void)state;
	make_id(id, 1);
	assert_true(issued > now);
	assert_false(shared_state_revoked(st, id, "alice", issued, now));
	assert_int_equal(shared_state_revoke_user(st, "alice", now,
			     now + DAY_MS),
	    0);
	assert_true(shared_state_revoked(st, id, "alice", issued, now));
	issued = shared_state_issue(st, "alice", now);
	assert_false(shared_state_revoked(st, id, "alice", issued, now));
	shared_state_close(st);
}

/* However many are ended, none comes back, and only their user pays. */
static void
test_revocations_are_kept(void **state)
{
	struct shared_state *st = fresh();
	unsigned char id[SHARED_SESSION_LEN], bobs[SHARED_SESSION_LEN];
	uint64_t now = wall();

	(void)state;
	make_id(bobs, 1000000);
	for (unsigned i = 0; i < 20000; i++) {
		make_id(id, i);
		assert_int_equal(shared_state_revoke(st, id, "mallory", now,
				     now + DAY_MS),
		    0);
	}
	for (unsigned i = 0; i < 20000; i++) {
		make_id(id, i);
		assert_true(shared_state_revoked(st, id, "mallory", now, now));
	}
	assert_false(shared_state_revoked(st, bobs, "bob", now, now));
	shared_state_close(st);
}

/* More users than there are places for: the oldest end becomes everybody's. */
static void
test_user_ends_are_kept(void **state)
{
	struct shared_state *st = fresh();
	unsigned char id[SHARED_SESSION_LEN];
	uint64_t now = wall();
	char name[32];

	(void)state;
	make_id(id, 1);
	for (unsigned i = 0; i < 5000; i++) {
		snprintf(name, sizeof(name), "user%u", i);
		assert_int_equal(shared_state_revoke_user(st, name, now + i,
				     now + i + DAY_MS),
		    0);
	}
	for (unsigned i = 0; i < 5000; i++) {
		snprintf(name, sizeof(name), "user%u", i);
		assert_true(
		    shared_state_revoked(st, id, name, now + i, now + 5000));
	}
	assert_false(
	    shared_state_revoked(st, id, "user4999", now + 5001, now + 5001));
	shared_state_close(st);
}

static void
test_requests(void **state)
{
	struct shared_state *st = fresh();

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_int_equal(shared_state_request(st, "a", 3, 5000, 0), 0);
	assert_int_equal(shared_state_request(st, "a", 3, 15000, 0), 50000);
	assert_int_equal(shared_state_request(st, "b", 3, 15000, 0), 0);
	assert_int_equal(shared_state_request(st, "a", 3, 64999, 0), 1);
	assert_int_equal(shared_state_request(st, "a", 3, 65000, 0), 0);
	shared_state_close(st);
}

static void
test_tokens(void **state)
{
	struct shared_state *st = fresh();

	(void)state;
	shared_state_tokens_add(st, "a", 20000, 100);
	shared_state_tokens_add(st, "a", 20000, 11);
	shared_state_tokens_add(st, "b", 20000, 5);
	assert_int_equal(shared_state_tokens(st, "a", 20000), 111);
	assert_int_equal(shared_state_tokens(st, "a", 20001), 0);
	shared_state_tokens_add(st, "a", 20001, 7);
	assert_int_equal(shared_state_tokens(st, "a", 20001), 7);
	shared_state_tokens_add(st, "a", 20001, UINT64_MAX);
	assert_true(shared_state_tokens(st, "a", 20001) == UINT64_MAX);
	shared_state_close(st);
}

static bool
use(struct shared_state *st, unsigned key, uint64_t step, uint64_t now)
{
	return shared_state_use_code(st, &key, sizeof(key), step, now);
}

static void
test_codes(void **state)
{
	struct shared_state *st = fresh();

	(void)state;
	assert_true(use(st, 1, 1000, 1000));
	assert_false(use(st, 1, 1000, 1000));
	assert_false(use(st, 1, 999, 1000));
	assert_true(use(st, 2, 999, 1000));
	assert_true(use(st, 1, 1001, 1000));
	/* From a clock that was set back: that one is used for good, the others
	 * count again. */
	assert_true(use(st, 1, 9000, 9000));
	assert_false(use(st, 1, 9000, 1002));
	assert_true(use(st, 1, 1002, 1002));
	assert_false(use(st, 1, 1002, 1002));
	shared_state_close(st);
}

/* A bucket full of codes of now lets no further one in, rather than forget one
 * of them; a minute later it does. */
static void
test_codes_of_a_full_table(void **state)
{
	static unsigned char taken[20000];
	struct shared_state *st = fresh();
	unsigned refused = 0;

	(void)state;
	for (unsigned i = 0; i < sizeof(taken); i++) {
		taken[i] = use(st, i, 1000, 1000);
		refused += !taken[i];
	}
	assert_true(refused > 0 && refused < sizeof(taken));
	for (unsigned i = 0; i < sizeof(taken); i++)
		assert_false(use(st, i, 1000, 1001));
	for (unsigned i = 0; i < 100; i++)
		assert_true(use(st, i, 1002, 1002));
	shared_state_close(st);
}

/* The same code in many processes at once: one of them has it. Each opens the
 * file for itself, as workers do: a lock is of what was opened, and a fork
 * would share it. */
static void
test_code_in_processes(void **state)
{
	unsigned got = 0;
	int status;

	(void)state;
	shared_state_close(fresh());
	for (int i = 0; i < 8; i++) {
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (pid == 0) {
			char err[CONFIG_ERROR_MAX];
			struct shared_state *st =
			    shared_state_open(temp_folder, err);
			unsigned mine = 0;

			for (uint64_t step = 2000; st && step < 2100; step++)
				mine += use(st, 1, step, 2100);
			_exit((int)mine);
		}
	}
	for (int i = 0; i < 8; i++) {
		assert_true(wait(&status) > 0);
		assert_true(WIFEXITED(status));
		got += (unsigned)WEXITSTATUS(status);
	}
	assert_true(got > 0 && got <= 100);
}

static void
test_known(void **state)
{
	struct shared_state *st = fresh();

	(void)state;
	assert_false(shared_state_known(st, "x", 1));
	shared_state_known_add(st, "x", 1, wall());
	assert_true(shared_state_known(st, "x", 1));
	assert_false(shared_state_known(st, "y", 1));
	shared_state_close(st);
}

/* Starts a process that takes a slot and lives until it is killed. */
static pid_t
holder(const char *user)
{
	int told[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe(told), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		char err[CONFIG_ERROR_MAX];
		struct shared_state *st = shared_state_open(temp_folder, err);
		int slot =
		    st != NULL ? shared_slots_take(st, SHARED_SLOT_CGI, 3) : -1;

		if (slot >= 0 && user != NULL &&
		    shared_slots_user(st, SHARED_SLOT_CGI, slot, user, 1) != 0)
			slot = -2;
		byte = (char)slot;
		if (write(told[1], &byte, 1) == 1)
			pause();
		_exit(0);
	}
	assert_int_equal(read(told[0], &byte, 1), 1);
	close(told[0]);
	close(told[1]);
	assert_true(byte >= 0);
	return pid;
}

static void
finish(pid_t pid)
{
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void
test_slots(void **state)
{
	struct shared_state *st = fresh();
	pid_t a = holder("alice"), b = holder(NULL);
	int slot = shared_slots_take(st, SHARED_SLOT_CGI, 3);

	(void)state;
	assert_true(slot >= 0);
	assert_int_equal(shared_slots_take(st, SHARED_SLOT_CGI, 3), -1);
	assert_int_equal(shared_slots_user(st, SHARED_SLOT_CGI, slot, "alice",
			     1),
	    -1);
	assert_int_equal(shared_slots_user(st, SHARED_SLOT_CGI, slot, "alice",
			     2),
	    0);
	/* Of one that was killed, the slot and the user's share are free. */
	finish(a);
	assert_int_equal(shared_slots_user(st, SHARED_SLOT_CGI, slot, "alice",
			     1),
	    0);
	assert_true(shared_slots_take(st, SHARED_SLOT_CGI, 3) >= 0);
	assert_int_equal(shared_slots_take(st, SHARED_SLOT_CGI, 3), -1);
	shared_slots_give(st, SHARED_SLOT_CGI, slot);
	assert_int_equal(shared_slots_take(st, SHARED_SLOT_CGI, 3), slot);
	finish(b);
	shared_state_close(st);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_siphash),
		cmocka_unit_test(test_penalties_grow),
		cmocka_unit_test(test_no_penalty_has_no_moment),
		cmocka_unit_test(test_penalties_forgiven),
		cmocka_unit_test(test_penalties_not_flushed),
		cmocka_unit_test(test_penalties_of_a_full_table),
		cmocka_unit_test(test_revocation),
		cmocka_unit_test(test_ended_at_once),
		cmocka_unit_test(test_revocations_are_kept),
		cmocka_unit_test(test_user_ends_are_kept),
		cmocka_unit_test(test_requests),
		cmocka_unit_test(test_tokens),
		cmocka_unit_test(test_codes),
		cmocka_unit_test(test_codes_of_a_full_table),
		cmocka_unit_test(test_code_in_processes),
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_slots),
	};

	return cmocka_run_group_tests(tests, shared_group_begin,
	    temp_folder_remove);
}
