/* SPDX-License-Identifier: MIT */
/* Uses of tokens, challenges and slots in the shared state. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "confab/state/shared_slots.h"
#include "confab/state/shared_uses.h"
#include "shared_help.h"

#define CGI SHARED_SLOT_CGI

static const unsigned char here[SHARED_NETWORK_LEN] = { 4, 192, 0, 2 };
static const unsigned char there[SHARED_NETWORK_LEN] = { 4, 192, 0, 3 };

static void
expect_use(struct shared_state *st, const char *id, int64_t at,
    const unsigned char *network)
{
	unsigned char from[SHARED_NETWORK_LEN];
	int64_t when;

	assert_true(shared_uses_find(st, id, &when, from));
	assert_int_equal(when, at);
	assert_memory_equal(from, network, sizeof(from));
}

/* A use is noted again when a minute is over, the network is another, or the
 * clock was set back. */
static void
test_last_use(void **state)
{
	struct shared_state *st = fresh();
	unsigned char from[SHARED_NETWORK_LEN];
	int64_t when;

	(void)state;
	assert_false(shared_uses_find(st, "a", &when, from));
	shared_uses_note(st, "a", here, 1000);
	expect_use(st, "a", 1000, here);
	assert_false(shared_uses_find(st, "b", &when, from));
	shared_uses_note(st, "a", here, 1000 + SHARED_SEEN_EVERY - 1);
	expect_use(st, "a", 1000, here);
	shared_uses_note(st, "a", here, 1000 + SHARED_SEEN_EVERY);
	expect_use(st, "a", 1000 + SHARED_SEEN_EVERY, here);
	shared_uses_note(st, "a", there, 1001 + SHARED_SEEN_EVERY);
	expect_use(st, "a", 1001 + SHARED_SEEN_EVERY, there);
	shared_uses_note(st, "a", there, 10);
	expect_use(st, "a", 10, there);
	shared_uses_note(st, "b", here, 20);
	expect_use(st, "a", 10, there);
	expect_use(st, "b", 20, here);
	shared_state_close(st);
}

static void
test_challenge(void **state)
{
	struct shared_state *st = fresh();

	(void)state;
	assert_true(shared_state_use_challenge(st, "a", 1, 1001, 1000));
	assert_false(shared_state_use_challenge(st, "a", 1, 1001, 1000));
	assert_true(shared_state_use_challenge(st, "b", 1, 1001, 1000));
	assert_true(shared_state_use_challenge(st, "ab", 2, 1001, 1000));
	/* What is over answers nothing. */
	assert_false(shared_state_use_challenge(st, "c", 1, 1000, 1000));
	assert_false(shared_state_use_challenge(st, "c", 1, 999, 1000));
	assert_true(shared_state_use_challenge(st, "c", 1, 1002, 1000));
	shared_state_close(st);
}

static void
test_slots(void **state)
{
	struct shared_state *st = fresh();

	(void)state;
	assert_int_equal(shared_slots_take(st, CGI, 2), 0);
	assert_int_equal(shared_slots_take(st, CGI, 2), 1);
	assert_int_equal(shared_slots_take(st, CGI, 2), -1);
	assert_int_equal(shared_slots_take(st, CGI, 3), 2);
	shared_slots_give(st, CGI, 1);
	assert_int_equal(shared_slots_take(st, CGI, 3), 1);
	/* The kinds are apart, and no kind has more than its table. */
	for (int i = 0; i < SHARED_SLOTS_HASH_MAX; i++)
		assert_int_equal(shared_slots_take(st, SHARED_SLOT_HASH,
				     SHARED_SLOTS_HASH_MAX + 1),
		    i);
	assert_int_equal(shared_slots_take(st, SHARED_SLOT_HASH,
			     SHARED_SLOTS_HASH_MAX + 1),
	    -1);
	assert_int_equal(shared_slots_take(st, CGI, SHARED_SLOTS_CGI_MAX), 3);
	shared_state_close(st);
}

static void
test_whose_slots(void **state)
{
	struct shared_state *st = fresh();
	int one = shared_slots_take(st, CGI, 9);
	int two = shared_slots_take(st, CGI, 9);

	(void)state;
	assert_int_equal(shared_slots_user(st, CGI, one, "ann", 1), 0);
	assert_int_equal(shared_slots_user(st, CGI, one, "ann", 1), 0);
	assert_int_equal(shared_slots_user(st, CGI, two, "ann", 1), -1);
	assert_int_equal(shared_slots_user(st, CGI, two, "bob", 1), 0);
	assert_int_equal(shared_slots_user(st, CGI, two, "ann", 2), 0);
	assert_int_equal(shared_slots_find(st, CGI, "ann", "k"), 0);
	assert_int_equal(shared_slots_name(st, CGI, two, "k"), 0);
	assert_int_equal(shared_slots_find(st, CGI, "ann", "k"), getpid());
	assert_int_equal(shared_slots_find(st, CGI, "ann", "j"), 0);
	assert_int_equal(shared_slots_find(st, CGI, "bob", "k"), 0);
	assert_int_equal(shared_slots_find(st, SHARED_SLOT_HASH, "ann", "k"),
	    0);
	/* No name is not one that is found. */
	assert_int_equal(shared_slots_find(st, CGI, "ann", ""), 0);
	assert_int_equal(shared_slots_name(st, CGI, two, ""), 0);
	assert_int_equal(shared_slots_find(st, CGI, "ann", "k"), 0);
	assert_int_equal(shared_slots_name(st, CGI, two, "k"), 0);
	shared_slots_give(st, CGI, two);
	assert_int_equal(shared_slots_find(st, CGI, "ann", "k"), 0);
	shared_state_close(st);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_last_use),
		cmocka_unit_test(test_challenge),
		cmocka_unit_test(test_slots),
		cmocka_unit_test(test_whose_slots),
	};

	return cmocka_run_group_tests(tests, shared_group_begin,
	    temp_folder_remove);
}
