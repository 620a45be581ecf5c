/* SPDX-License-Identifier: MIT */
/* Usage in the shared state: sums, names, days, and tables that are full. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "confab/state/shared_usage.h"
#include "temp_folder.h"

#define DAY 20000 /* 4 October 2024 */
#define MANY 3000

static struct shared_state *st;

static int
begin(void **state)
{
	char err[CONFIG_ERROR_MAX];

	if (temp_folder_make(state) != 0)
		return -1;
	st = shared_state_open(temp_folder, err);
	return st != NULL ? 0 : -1;
}

static int
end(void **state)
{
	shared_state_close(st);
	return temp_folder_remove(state);
}

static void
add(const char *user, const char *model, uint64_t day, uint64_t prompt,
    uint64_t completion, uint64_t cost)
{
	const struct shared_usage u = { .day = day,
		.prompt = prompt,
		.completion = completion,
		.cost = cost };

	shared_usage_add(st, user, model, &u);
}

/* What is looked for, and the sum of what was found. */
struct found {
	const char *user;
	size_t n;
	struct shared_usage last;
};

static void
take(void *arg, const struct shared_usage *row)
{
	struct found *f = arg;

	if (f->user != NULL && strcmp(row->user, f->user) != 0)
		return;
	f->n++;
	f->last = *row;
}

static struct found
find(const char *user, uint64_t since, uint64_t today)
{
	struct found f = { user, 0, { .day = 0 } };

	assert_int_equal(shared_usage_each(st, since, today, take, &f), 0);
	return f;
}

static void
test_sums(void **state)
{
	struct shared_budget b;
	struct found f;

	(void)state;
	add("ann", "m", DAY, 10, 5, 700);
	add("ann", "m", DAY, 1, 2, 3);
	add("ann", "m", DAY, UINT64_MAX, 0, 0);
	add("bob", "m", DAY, 0, 0, 0);
	f = find("ann", 0, DAY);
	assert_int_equal(f.n, 1);
	assert_string_equal(f.last.model, "m");
	assert_int_equal(f.last.requests, 3);
	assert_true(f.last.prompt == UINT64_MAX);
	assert_int_equal(f.last.completion, 7);
	assert_int_equal(f.last.cost, 703);
	assert_int_equal(find("bob", 0, DAY).last.requests, 1);
	shared_usage_budget(st, "bob", DAY, &b);
	assert_int_equal(b.month_tokens + b.month_cost + b.day_cost, 0);
	shared_usage_budget(st, "ann", DAY, &b);
	assert_true(b.month_tokens == UINT64_MAX);
	assert_int_equal(b.month_cost, 703);
	assert_int_equal(b.day_cost, 703);
}

static void
test_days(void **state)
{
	struct shared_budget b;

	(void)state;
	add("ann", "m", DAY, 1, 1, 10);
	add("ann", "m", DAY + 1, 2, 2, 20);
	assert_int_equal(find("ann", 0, DAY + 1).n, 2);
	assert_int_equal(find("ann", DAY + 1, DAY + 1).n, 1);
	/* Kept for so many days, this one included. */
	assert_int_equal(find("ann", 0, DAY + SHARED_USAGE_DAYS - 1).n, 2);
	assert_int_equal(find("ann", 0, DAY + SHARED_USAGE_DAYS).n, 1);
	shared_usage_budget(st, "ann", DAY + 1, &b);
	assert_int_equal(b.day_cost, 20);
	assert_int_equal(b.month_cost, 30);
	assert_int_equal(b.month_tokens, 6);
	shared_usage_budget(st, "ann", DAY + 2, &b);
	assert_int_equal(b.day_cost, 0);
	assert_int_equal(b.month_cost, 30);
	/* 31 October, and the first of November. */
	shared_usage_budget(st, "ann", DAY + 27, &b);
	assert_int_equal(b.month_tokens, 6);
	shared_usage_budget(st, "ann", DAY + 28, &b);
	assert_int_equal(b.month_tokens + b.month_cost, 0);
}

static void
test_names(void **state)
{
	static const size_t lengths[] = { 1, 31, 32, 33, 64, 65, 159, 160, 161,
		256 };
	char name[257], want[257];

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		size_t len = lengths[i], kept;
		struct found f;

		for (size_t k = 0; k < len; k++)
			name[k] = (char)('a' + (k + i) % 26);
		name[len] = '\0';
		kept =
		    len < SHARED_USAGE_NAME_MAX ? len : SHARED_USAGE_NAME_MAX;
		memcpy(want, name, kept);
		want[kept] = '\0';
		/* Both of the longest are more cells than one change has. */
		add(name, name, DAY + i, 1, 1, 1);
		f = find(want, DAY + i, DAY + i);
		assert_int_equal(f.n, 1);
		assert_string_equal(f.last.user, want);
		assert_string_equal(f.last.model, want);
		assert_int_equal(shared_state_tokens(st, name, DAY + i), 2);
	}
	/* A user and a model of one name are two. */
	add("same", "same", DAY, 1, 1, 1);
	assert_string_equal(find("same", DAY, DAY).last.model, "same");
}

/* More users than there is room for: what is told is true, or not told. */
static void
test_full(void **state)
{
	char user[32], model[32];
	struct found all;

	(void)state;
	for (unsigned i = 0; i < MANY; i++) {
		snprintf(user, sizeof(user), "user-%u", i);
		for (unsigned k = 0; k < 8; k++) {
			snprintf(model, sizeof(model), "model-%u-%u", i, k);
			add(user, model, DAY + i / 1000, i + 1, 0, 0);
		}
	}
	all = find(NULL, 0, DAY + 2);
	assert_true(all.n > SHARED_USAGE_ROWS / 2);
	assert_true(all.n <= SHARED_USAGE_ROWS);
	for (unsigned i = 0; i < MANY; i += 7) {
		struct found f;

		snprintf(user, sizeof(user), "user-%u", i);
		f = find(user, 0, DAY + 2);
		assert_true(f.n <= 8);
		if (f.n > 0) {
			assert_int_equal(f.last.prompt, i + 1);
			assert_int_equal(f.last.requests, 1);
		}
	}
	/* The day of now is there for nearly all. */
	assert_true(find(NULL, DAY + 2, DAY + 2).n > 7000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_sums, begin, end),
		cmocka_unit_test_setup_teardown(test_days, begin, end),
		cmocka_unit_test_setup_teardown(test_names, begin, end),
		cmocka_unit_test_setup_teardown(test_full, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
