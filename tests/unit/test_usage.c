/* SPDX-License-Identifier: MIT */
/* What people have used against what they may: at, and one below, each end. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "confab/base/buf.h"
#include "confab/base/clock.h"
#include "confab/identity/throttle.h"
#include "confab/identity/usage.h"
#include "shared_help.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define DAY 86400
#define LAST 20453     /* 31 December 2025, since 1970 */
#define FEBRUARY 20120 /* 1 February 2025 */

static void
use(struct shared_state *st, uint64_t day, uint64_t prompt, uint64_t completion,
    uint64_t cost)
{
	const struct shared_usage u = { .day = day,
		.prompt = prompt,
		.completion = completion,
		.cost = cost };

	shared_usage_add(st, "ann", "m", &u);
}

static void
test_ends_of_budgets(void **state)
{
	static const struct {
		struct config_quota q;
		uint64_t tokens, cost;
		const char *message; /* NULL: there is something left */
	} rows[] = {
		{ { .cost_per_month = 0 }, 1000, 1000, NULL },
		{ { .tokens_per_month = 100 }, 99, 9, NULL },
		{ { .tokens_per_month = 100 }, 100, 0,
		    "The limit tokens_per_month (100) is used up; a new month "
		    "begins at midnight UTC." },
		{ { .cost_per_day = 1500000 }, 0, 1499999, NULL },
		{ { .cost_per_day = 1500000 }, 0, 1500000,
		    "The limit cost_per_day (1.5) is used up; a new day begins "
		    "at midnight UTC." },
		{ { .cost_per_month = 2000000 }, 0, 1999999, NULL },
		{ { .cost_per_month = 2000000 }, 0, 2000001,
		    "The limit cost_per_month (2) is used up; a new month "
		    "begins at midnight UTC." },
		/* That one is refused elsewhere. */
		{ { .tokens_per_day = 1 }, 1000, 1000, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct shared_state *st = fresh();
		struct api_error err;
		int64_t now = (int64_t)(LAST + 1) * DAY - 10;
		int rc;

		use(st, LAST, rows[i].tokens / 2,
		    rows[i].tokens - rows[i].tokens / 2, rows[i].cost);
		rc = usage_check(st, &rows[i].q, "ann", now, &err);
		assert_int_equal(rc, rows[i].message == NULL ? 0 : -1);
		if (rows[i].message != NULL) {
			assert_int_equal(err.status, 429);
			assert_string_equal(err.code, "budget_limit");
			assert_string_equal(err.message, rows[i].message);
			assert_int_equal(err.retry_after, 10);
		}
		assert_int_equal(usage_check(st, &rows[i].q, "bob", now, &err),
		    0);
		shared_state_close(st);
	}
}

static void
test_when_anew(void **state)
{
	const struct config_quota day = { .cost_per_day = 1 };
	const struct config_quota month = { .cost_per_month = 1 };
	const int64_t now = (int64_t)FEBRUARY * DAY;
	struct shared_state *st = fresh();
	struct api_error err;

	(void)state;
	use(st, FEBRUARY, 0, 0, 1);
	assert_int_equal(usage_check(st, &day, "ann", now, &err), -1);
	assert_int_equal(err.retry_after, DAY);
	assert_int_equal(usage_check(st, &month, "ann", now, &err), -1);
	assert_int_equal(err.retry_after, 28 * DAY);
	assert_int_equal(usage_check(st, &month, "ann", now + 3601, &err), -1);
	assert_int_equal(err.retry_after, 28 * DAY - 3601);
	shared_state_close(st);
}

static void
test_percent(void **state)
{
	static const struct {
		uint64_t limit, used;
		unsigned percent;
	} rows[] = { { 100, 0, 0 }, { 100, 1, 1 }, { 200, 159, 79 },
		{ 200, 160, 80 }, { 3, 2, 66 }, { 1000, 999, 99 },
		{ 100, 100, 100 }, { 100, 101, 100 }, { 1, UINT64_MAX, 100 },
		{ UINT64_MAX, UINT64_MAX / 2, 50 } };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct usage_budget b = { "x", rows[i].limit,
			rows[i].used, false };

		assert_int_equal(usage_percent(&b), rows[i].percent);
	}
}

static void
check_budgets(struct shared_state *st, const struct config_quota *q,
    const char *want)
{
	struct buf out;

	buf_init(&out, 1000);
	usage_budgets_json(st, q, "ann", (int64_t)LAST * DAY, &out);
	assert_string_equal(buf_str(&out), want);
	buf_free(&out);
}

static void
test_written(void **state)
{
	const struct config_quota none = { .streams_per_user = 1 };
	const struct config_quota some = { .tokens_per_month = 100,
		.cost_per_day = 2000000,
		.cost_per_month = 500000 };
	struct shared_usage row = { .model = "a\"b",
		.requests = 1,
		.prompt = 2,
		.completion = 3 };
	struct shared_state *st = fresh();
	struct buf out;

	(void)state;
	use(st, LAST, 20, 30, 500000);
	check_budgets(st, &none, "[]");
	check_budgets(st, &some,
	    "[{\"name\":\"tokens_per_month\",\"limit\":100,\"used\":50,"
	    "\"percent\":50},"
	    "{\"name\":\"cost_per_day\",\"limit\":2,\"used\":0.5,"
	    "\"percent\":25},"
	    "{\"name\":\"cost_per_month\",\"limit\":0.5,\"used\":0.5,"
	    "\"percent\":100}]");
	shared_state_close(st);
	buf_init(&out, 1000);
	usage_counts_json(&row, &out);
	row.cost = 1;
	usage_counts_json(&row, &out);
	usage_day_write(0, &out);
	usage_day_write(LAST, &out);
	assert_string_equal(buf_str(&out),
	    ",\"model\":\"a\\\"b\",\"requests\":1,\"prompt_tokens\":2,"
	    "\"completion_tokens\":3,\"cost\":null"
	    ",\"model\":\"a\\\"b\",\"requests\":1,\"prompt_tokens\":2,"
	    "\"completion_tokens\":3,\"cost\":0.000001"
	    "1970-01-012025-12-31");
	buf_free(&out);
}

/* An answer counts for the day, the month and its cost, with tokens or not. */
static void
test_noted(void **state)
{
	const struct config_quota all = { .tokens_per_day = 10,
		.tokens_per_month = 10,
		.cost_per_day = 10,
		.cost_per_month = 10 };
	struct usage_budget b[USAGE_BUDGETS];
	int64_t began;

	(void)state;
	do { /* again where a new day began meanwhile */
		struct shared_state *st = fresh();

		began = clock_wall();
		usage_note(st, "ann", "m", "", 2, 3, 0);
		usage_note(st, "ann", "m", "key", 0, 0, 7);
		usage_note(st, "ann", "m", "key", 1, 0, 0);
		assert_int_equal(usage_budgets(st, &all, "ann", began, b), 4);
		shared_state_close(st);
	} while (began / DAY != clock_wall() / DAY);
	for (size_t i = 0; i < COUNT(b); i++) {
		assert_int_equal(b[i].limit, 10);
		assert_int_equal(b[i].used, i < 2 ? 6 : 7);
		assert_int_equal(b[i].is_cost, i >= 2);
	}
	assert_string_equal(b[0].name, "tokens_per_day");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ends_of_budgets),
		cmocka_unit_test(test_when_anew),
		cmocka_unit_test(test_percent),
		cmocka_unit_test(test_written),
		cmocka_unit_test(test_noted),
	};

	return cmocka_run_group_tests(tests, shared_group_begin,
	    temp_folder_remove);
}
