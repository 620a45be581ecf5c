/* SPDX-License-Identifier: MIT */
/*
 * Tests of what each user has open.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "relay/stream_users.h"

#define USERS 1000
#define THREADS 4
#define ROUNDS 20000

static void
test_one_entry_a_name(void **state)
{
	struct stream_users *t = stream_users_new();
	struct stream_user *a, *b, *c;

	(void)state;
	assert_non_null(t);
	a = stream_users_get(t, "ann");
	b = stream_users_get(t, "ann");
	c = stream_users_get(t, "anna");
	assert_ptr_equal(a, b);
	assert_ptr_not_equal(a, c);
	assert_string_equal(c->name, "anna");
	atomic_fetch_add(&a->open, 3);
	stream_users_put(t, b);
	/* One holder is left: what is counted stays. */
	b = stream_users_get(t, "ann");
	assert_ptr_equal(a, b);
	assert_int_equal(atomic_load(&b->open), 3);
	stream_users_put(t, a);
	stream_users_put(t, b);
	/* None is left: a new entry begins at nothing. */
	a = stream_users_get(t, "ann");
	assert_int_equal(atomic_load(&a->open), 0);
	assert_int_equal(atomic_load(&a->ring_bytes), 0);
	stream_users_put(t, a);
	stream_users_put(t, c);
	stream_users_free(t);
}

static void
test_many(void **state)
{
	static struct stream_user *all[USERS];
	struct stream_users *t = stream_users_new();
	char name[32];
	size_t i;

	(void)state;
	for (i = 0; i < USERS; i++) {
		(void)snprintf(name, sizeof(name), "user%zu", i);
		all[i] = stream_users_get(t, name);
		assert_non_null(all[i]);
	}
	for (i = 0; i < USERS; i += 2)
		stream_users_put(t, all[i]);
	for (i = 1; i < USERS; i += 2) {
		(void)snprintf(name, sizeof(name), "user%zu", i);
		assert_ptr_equal(stream_users_get(t, name), all[i]);
	}
	/* What is still held goes with the table. */
	stream_users_free(t);
	stream_users_free(NULL);
}

static void *
churn(void *arg)
{
	struct stream_user *u;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		u = stream_users_get(arg, i % 3 == 0 ? "a" : "b");
		if (u == NULL)
			return arg;
		atomic_fetch_add(&u->open, 1);
		atomic_fetch_sub(&u->open, 1);
		stream_users_put(arg, u);
	}
	return NULL;
}

static void
test_threads(void **state)
{
	struct stream_users *t = stream_users_new();
	pthread_t threads[THREADS];
	void *failed;
	int i;

	(void)state;
	for (i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, churn, t),
		    0);
	for (i = 0; i < THREADS; i++) {
		pthread_join(threads[i], &failed);
		assert_null(failed);
	}
	stream_users_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_entry_a_name),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
