/* SPDX-License-Identifier: MIT */
/* How many passwords are hashed at a time, and who waits for a turn. */
#include "config.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "identity/hash_slots.h"
#include "shared_help.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* With nobody allowed to wait: how many there are, and that what is given back
 * is taken again. */
static void
check_slots(struct hash_slots *h, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		assert_int_equal(hash_slots_take(h), 0);
	assert_int_equal(hash_slots_take(h), -1);
	hash_slots_give(h);
	assert_int_equal(hash_slots_take(h), 0);
	assert_int_equal(hash_slots_take(h), -1);
	for (unsigned i = 0; i < n; i++)
		hash_slots_give(h);
}

static void
test_how_many(void **state)
{
	static const struct {
		unsigned workers, slots, n;
	} rows[] = { { 8, 1, 1 }, { 8, 3, 3 }, { 8, 4, 4 }, { 8, 5, 4 },
		{ 3, 5, 1 }, { 2, 5, 1 }, { 1, 5, 1 }, { 0, 5, 1 } };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct config_password p = { .slots = rows[i].slots };
		struct hash_slots *h =
		    hash_slots_new(&p, rows[i].workers, NULL);

		assert_non_null(h);
		check_slots(h, rows[i].n);
		hash_slots_free(h);
	}
	hash_slots_free(NULL);
}

static void
test_changed(void **state)
{
	struct config_password p = { .slots = 3 };
	struct hash_slots *h = hash_slots_new(&p, 100, NULL);
	unsigned n = 0;

	(void)state;
	p.slots = 2;
	hash_slots_set(h, &p);
	check_slots(h, 2);
	p.slots = 0; /* as many as processors */
	hash_slots_set(h, &p);
	while (hash_slots_take(h) == 0)
		n++;
	assert_true(n >= 1 && n <= 50);
	hash_slots_free(h);
}

struct waiter {
	struct hash_slots *slots;
	int out;
};

static void *
take(void *arg)
{
	struct waiter *w = arg;
	signed char rc = (signed char)hash_slots_take(w->slots);

	assert_int_equal(write(w->out, &rc, 1), 1);
	return NULL;
}

static int
next_result(int in)
{
	signed char rc;

	assert_int_equal(read(in, &rc, 1), 1);
	return rc;
}

/* Of two that come when all is taken one may wait: the other is told at once,
 * and the first when a slot is given back. */
static void
test_queue(void **state)
{
	static const struct {
		unsigned workers, queue;
	} rows[] = { { 8, 1 }, { 4, 5 } };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct config_password p = { .slots = 1,
			.queue = rows[i].queue };
		struct hash_slots *h =
		    hash_slots_new(&p, rows[i].workers, NULL);
		pthread_t threads[2];
		struct waiter w = { .slots = h };
		int ends[2];

		assert_int_equal(pipe(ends), 0);
		w.out = ends[1];
		assert_int_equal(hash_slots_take(h), 0);
		for (size_t k = 0; k < COUNT(threads); k++)
			assert_int_equal(pthread_create(&threads[k], NULL, take,
					     &w),
			    0);
		assert_int_equal(next_result(ends[0]), -1);
		hash_slots_give(h);
		assert_int_equal(next_result(ends[0]), 0);
		for (size_t k = 0; k < COUNT(threads); k++)
			pthread_join(threads[k], NULL);
		hash_slots_give(h);
		p.queue = 0;
		hash_slots_set(h, &p);
		check_slots(h, 1);
		close(ends[0]);
		close(ends[1]);
		hash_slots_free(h);
	}
}

/* Processes of plain CGI share those of the host. */
static void
test_common(void **state)
{
	struct config_password p = { .slots = 2 };
	struct shared_state *st = fresh();
	struct hash_slots *one, *two;

	(void)state;
	one = hash_slots_new(&p, 1, st);
	two = hash_slots_new(&p, 1, st);
	assert_int_equal(hash_slots_take(one), 0);
	assert_int_equal(hash_slots_take(two), 0);
	hash_slots_give(one);
	assert_int_equal(hash_slots_take(one), 0);
	hash_slots_give(two);
	assert_int_equal(hash_slots_take(two), 0);
	hash_slots_free(one);
	hash_slots_free(two);
	shared_state_close(st);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_how_many),
		cmocka_unit_test(test_changed),
		cmocka_unit_test(test_queue),
		cmocka_unit_test(test_common),
	};

	return cmocka_run_group_tests(tests, shared_group_begin,
	    temp_folder_remove);
}
