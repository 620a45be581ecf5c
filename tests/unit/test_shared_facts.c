/* SPDX-License-Identifier: MIT */
/* What hosts tell each other of the shared state: two files, one truth. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "confab/state/shared_facts.h"
#include "confab/state/shared_usage.h"
#include "shared_help.h"

#define APART 10000 /* ms between clocks, as the tests have it */

static struct shared_state *
open_host(const char *name)
{
	char dir[TEMP_PATH_MAX], file[TEMP_PATH_MAX], err[CONFIG_ERROR_MAX];
	struct shared_state *st;

	temp_path(dir, name);
	assert_true(snprintf(file, sizeof(file), "%s/%s", dir,
			SHARED_STATE_FILE) < (int)sizeof(file));
	(void)unlink(file);
	st = shared_state_open(dir, err);
	assert_non_null(st);
	return st;
}

struct pair {
	struct shared_state *a, *b;
	struct shared_scan *scan; /* through a */
};

static void
open_pair(struct pair *p)
{
	p->a = open_host("a");
	p->b = open_host("b");
	p->scan = shared_scan_new();
	assert_non_null(p->scan);
}

static void
close_pair(struct pair *p)
{
	shared_scan_free(p->scan);
	shared_state_close(p->a);
	shared_state_close(p->b);
}

/* Tells B what is new at A. Returns how many facts that were. */
static size_t
tell(struct pair *p, bool all)
{
	struct shared_fact f[7];
	size_t n, sum = 0;

	shared_scan_start(p->scan, all);
	while ((n = shared_scan_next(p->scan, p->a, wall(), f, 7)) > 0) {
		for (size_t i = 0; i < n; i++)
			shared_facts_take(p->b, &f[i], wall());
		sum += n;
	}
	return sum;
}

static bool
ended(struct shared_state *st, unsigned n, const char *user, uint64_t issued)
{
	unsigned char id[SHARED_SESSION_LEN];

	make_id(id, n);
	return shared_state_revoked(st, id, user, issued, wall());
}

static void
end_one(struct shared_state *st, unsigned n, const char *user, uint64_t life)
{
	unsigned char id[SHARED_SESSION_LEN];

	make_id(id, n);
	assert_int_equal(shared_state_revoke(st, id, user, wall(),
			     wall() + life),
	    0);
}

static void
test_session(void **state)
{
	struct pair p;

	(void)state;
	open_pair(&p);
	end_one(p.a, 1, "ann", DAY_MS);
	assert_false(ended(p.b, 1, "ann", wall()));
	assert_int_equal(tell(&p, false), 1);
	assert_true(ended(p.b, 1, "ann", wall()));
	assert_false(ended(p.b, 2, "ann", wall()));
	/* Once; and again after a gap, which changes nothing. */
	assert_int_equal(tell(&p, false), 0);
	assert_int_equal(tell(&p, true), 1);
	assert_true(ended(p.b, 1, "ann", wall()));
	close_pair(&p);
}

static void
test_expired(void **state)
{
	struct pair p;

	(void)state;
	open_pair(&p);
	end_one(p.a, 1, "ann", 0);
	assert_int_equal(tell(&p, false), 0);
	close_pair(&p);
}

static void
test_everywhere(void **state)
{
	struct pair p;
	uint64_t now;

	(void)state;
	open_pair(&p);
	shared_facts_watch(p.a, NULL, NULL, APART);
	now = wall();
	assert_int_equal(shared_state_revoke_user(p.a, "ann", now,
			     now + DAY_MS),
	    0);
	assert_int_equal(tell(&p, false), 1);
	/* What a host has issued whose clock is ahead ends, too. */
	assert_true(ended(p.b, 1, "ann", now + APART / 2));
	assert_false(ended(p.b, 1, "bob", now));
	/* Who signs in again at either is not ended with them. */
	assert_false(ended(p.b, 2, "ann", shared_state_issue(p.a, "ann", now)));
	assert_false(
	    ended(p.a, 2, "ann", shared_state_issue(p.b, "ann", now - APART)));
	/* Told again, it ends no more than before. */
	assert_int_equal(tell(&p, true), 1);
	assert_false(ended(p.b, 2, "ann", shared_state_issue(p.a, "ann", now)));
	close_pair(&p);
}

static void
test_late(void **state)
{
	struct shared_fact f[2];
	struct pair p;
	uint64_t now;

	(void)state;
	open_pair(&p);
	now = wall();
	shared_state_revoke_user(p.a, "ann", now, now + DAY_MS);
	assert_int_equal(shared_scan_next(p.scan, p.a, now, f, 2), 1);
	shared_state_revoke_user(p.a, "ann", now + 500, now + DAY_MS);
	shared_scan_start(p.scan, false);
	assert_int_equal(shared_scan_next(p.scan, p.a, now, f + 1, 1), 1);
	/* Out of order: the later end holds. */
	shared_facts_take(p.b, &f[1], now);
	shared_facts_take(p.b, &f[0], now);
	assert_true(ended(p.b, 1, "ann", now + 500));
	assert_false(ended(p.b, 1, "ann", now + 501));
	close_pair(&p);
}

static void
test_many(void **state)
{
	struct pair p;

	(void)state;
	open_pair(&p);
	for (unsigned i = 0; i < 300; i++) {
		char user[16];

		(void)snprintf(user, sizeof(user), "user%u", i);
		end_one(p.a, i, user, DAY_MS);
	}
	assert_int_equal(tell(&p, false), 300);
	for (unsigned i = 0; i < 300; i++) {
		char user[16];

		(void)snprintf(user, sizeof(user), "user%u", i);
		assert_true(ended(p.b, i, user, wall()));
	}
	close_pair(&p);
}

static void
test_version(void **state)
{
	struct pair p;
	uint64_t v, host;

	(void)state;
	open_pair(&p);
	v = shared_facts_version(p.a);
	assert_true(v != 0 && v == shared_facts_version(p.a));
	end_one(p.a, 1, "ann", DAY_MS);
	assert_true(v != shared_facts_version(p.a));
	v = shared_facts_version(p.b);
	shared_state_tokens_add(p.b, "ann", 3, 1);
	assert_true(v != shared_facts_version(p.b));
	host = shared_facts_host(p.a);
	assert_true(host != 0 && host != shared_facts_host(p.b));
	close_pair(&p);
}

static void
test_tokens(void **state)
{
	uint64_t day = wall() / DAY_MS;
	struct shared_fact f[2];
	struct pair p;

	(void)state;
	open_pair(&p);
	shared_state_tokens_add(p.a, "ann", day, 30);
	shared_state_tokens_add(p.a, "ann", day, 12);
	assert_int_equal(shared_scan_next(p.scan, p.a, wall(), f, 2), 1);
	assert_int_equal(f[0].kind, SHARED_FACT_SUM);
	assert_int_equal(f[0].count, 42);
	assert_int_equal(f[0].time, day);
	shared_state_tokens_add(p.b, "ann", day, 8);
	f[0].count = 50;
	shared_facts_take(p.b, &f[0], wall());
	shared_facts_take(p.b, &f[0], wall());
	assert_int_equal(shared_state_tokens(p.b, "ann", day), 50);
	/* What the others used is not told as one's own. */
	shared_scan_start(p.scan, true);
	assert_int_equal(shared_scan_next(p.scan, p.b, wall(), f, 2), 1);
	assert_int_equal(f[0].count, 8);
	/* A day that is over counts for nothing. */
	assert_int_equal(shared_state_tokens(p.b, "ann", day + 1), 0);
	close_pair(&p);
}

/* Of a day and a month, tokens and cost, each on its own. */
static void
test_budgets(void **state)
{
	struct shared_usage u = { .day = wall() / DAY_MS,
		.prompt = 20,
		.completion = 3,
		.cost = 700 };
	bool seen[SHARED_SUM_KINDS] = { false };
	struct shared_budget b;
	struct shared_fact f[8];
	struct pair p;
	size_t n;

	(void)state;
	open_pair(&p);
	shared_usage_add(p.a, "ann", "m", &u);
	shared_usage_add(p.b, "ann", "m", &u);
	n = 0;
	for (size_t more = 1; more != 0; n += more)
		more = shared_scan_next(p.scan, p.a, wall(), f + n, 8 - n);
	assert_int_equal(n, 4);
	for (size_t i = 0; i < n; i++) {
		bool month = f[i].sum == SHARED_SUM_MONTH_TOKENS ||
		    f[i].sum == SHARED_SUM_MONTH_COST;

		assert_int_equal(f[i].kind, SHARED_FACT_SUM);
		assert_false(seen[f[i].sum]);
		seen[f[i].sum] = true;
		assert_int_equal(f[i].count,
		    f[i].sum == SHARED_SUM_COST ||
			    f[i].sum == SHARED_SUM_MONTH_COST
			? 700
			: 23);
		assert_true(month ? f[i].time < 12 * 1000 : f[i].time == u.day);
		f[i].count += 1000;
		shared_facts_take(p.b, &f[i], wall());
	}
	assert_int_equal(shared_state_tokens(p.b, "ann", u.day), 1023);
	shared_usage_budget(p.b, "ann", u.day, &b);
	assert_int_equal(b.month_tokens, 1023);
	assert_int_equal(b.month_cost, 1700);
	assert_int_equal(b.day_cost, 1700);
	shared_usage_budget(p.b, "bob", u.day, &b);
	assert_int_equal(b.month_tokens + b.month_cost + b.day_cost, 0);
	close_pair(&p);
}

static void
nobody(void *arg)
{
	(void)arg;
}

/* Requests of a minute: each host's own window, and one for all of them. */
static void
test_requests(void **state)
{
	/* Some seconds into a minute that lasts as long as the test. */
	uint64_t at = wall() / 60000 * 60000 + 20000, rest = 40000;
	struct shared_fact f[2];
	struct pair p;

	(void)state;
	open_pair(&p);
	/* Who tells nobody counts for itself. */
	assert_int_equal(shared_state_request(p.a, "ann", 3, 1000, at), 0);
	assert_int_equal(shared_scan_next(p.scan, p.a, at, f, 2), 0);
	shared_facts_watch(p.a, nobody, NULL, APART);
	shared_facts_watch(p.b, nobody, NULL, APART);
	/* What is one host's alone is told to none. */
	assert_int_equal(shared_state_request(p.a, "ann", 3, 1000, 0), 0);
	shared_scan_start(p.scan, true);
	assert_int_equal(shared_scan_next(p.scan, p.a, at, f, 2), 0);
	for (int i = 0; i < 2; i++)
		assert_int_equal(shared_state_request(p.a, "eve", 3, 1000, at),
		    0);
	shared_scan_start(p.scan, true);
	assert_int_equal(shared_scan_next(p.scan, p.a, at, f, 2), 1);
	assert_int_equal(f[0].sum, SHARED_SUM_REQUESTS);
	assert_int_equal(f[0].time, at / 60000);
	assert_int_equal(f[0].count, 2);
	assert_int_equal(shared_state_request(p.b, "eve", 3, 1000, at), 0);
	f[0].count = 3;
	shared_facts_take(p.b, &f[0], at);
	/* Refused, and not counted here either. */
	for (int i = 0; i < 5; i++)
		assert_int_equal(shared_state_request(p.b, "eve", 3, 1000, at),
		    rest);
	assert_int_equal(shared_state_request(p.b, "bob", 3, 1000, at), 0);
	/* The next minute is another one, and this host's window counts still. */
	at += rest;
	for (int i = 0; i < 2; i++)
		assert_int_equal(shared_state_request(p.b, "eve", 3, 2000, at),
		    0);
	assert_int_equal(shared_state_request(p.b, "eve", 3, 2000, at), 59000);
	/* And so is what comes of the one before. */
	f[0].count = 100;
	shared_facts_take(p.b, &f[0], at);
	assert_int_equal(shared_state_request(p.b, "eve", 3, 61000, at), 0);
	close_pair(&p);
}

static void
test_penalties(void **state)
{
	unsigned char id[SHARED_ID_LEN];
	struct pair p;

	(void)state;
	open_pair(&p);
	assert_int_equal(shared_penalty_id(SHARED_PENALTY_USER, "ann", 3, id),
	    0);
	assert_int_equal(fail_once(p.b, "ann", 1000), 0);
	shared_penalty_raise(p.b, SHARED_PENALTY_USER, id, 5, 2000, 60000,
	    1000);
	assert_int_equal(left(p.b, "ann", 1000), 2000);
	/* Fewer than are known here say nothing. */
	shared_penalty_raise(p.b, SHARED_PENALTY_USER, id, 2, 0, 60000, 1000);
	assert_int_equal(left(p.b, "ann", 1000), 2000);
	/* The next one goes on from there. */
	assert_int_equal(fail_once(p.b, "ann", 3000), 4000);
	shared_penalty_lower(p.b, SHARED_PENALTY_USER, id, 4, 1000, 3000);
	assert_int_equal(left(p.b, "ann", 3000), 1000);
	shared_penalty_lower(p.b, SHARED_PENALTY_USER, id, 0, 0, 3000);
	assert_int_equal(left(p.b, "ann", 3000), 0);
	assert_int_equal(fail_once(p.b, "ann", 3000), 0);
	close_pair(&p);
}

/* Of another day nothing is taken: it would stand in the place of today's. */
static void
test_other_days(void **state)
{
	uint64_t day = wall() / DAY_MS;
	struct shared_fact f[1];
	struct pair p;

	(void)state;
	open_pair(&p);
	shared_state_tokens_add(p.a, "ann", day, 42);
	assert_int_equal(shared_scan_next(p.scan, p.a, wall(), f, 1), 1);
	shared_state_tokens_add(p.b, "ann", day, 8);
	f[0].count = 1000;
	for (int i = -1; i <= 1; i += 2) {
		f[0].time = day + (uint64_t)i;
		f[0].expires = (f[0].time + 2) * DAY_MS;
		shared_facts_take(p.b, &f[0], wall());
		assert_int_equal(shared_state_tokens(p.b, "ann", day), 8);
	}
	f[0].time = day;
	shared_facts_take(p.b, &f[0], wall());
	assert_int_equal(shared_state_tokens(p.b, "ann", day), 1000);
	close_pair(&p);
}

/* A host whose clock is far ahead, or a server that makes things up: whoever
 * signs in again does so about now, and waits no longer than can be configured.
 */
static void
test_far_ahead(void **state)
{
	unsigned char id[SHARED_ID_LEN];
	struct shared_fact f[1];
	struct pair p;
	uint64_t now, again;

	(void)state;
	open_pair(&p);
	now = wall();
	assert_int_equal(shared_state_revoke_user(p.a, "ann", now + DAY_MS,
			     now + 3 * DAY_MS),
	    0);
	assert_int_equal(shared_scan_next(p.scan, p.a, now, f, 1), 1);
	shared_facts_take(p.b, &f[0], now);
	assert_true(ended(p.b, 1, "ann", now));
	again = shared_state_issue(p.b, "ann", now);
	assert_true(again > now && again <= now + 30001);
	assert_false(ended(p.b, 1, "ann", again));
	assert_int_equal(shared_penalty_id(SHARED_PENALTY_USER, "ann", 3, id),
	    0);
	shared_penalty_raise(p.b, SHARED_PENALTY_USER, id, 5, UINT64_MAX,
	    UINT64_MAX, 1000);
	assert_int_equal(left(p.b, "ann", 1000), SHARED_PENALTY_MAX);
	assert_int_equal(left(p.b, "ann", 1000 + SHARED_PENALTY_MAX), 0);
	close_pair(&p);
}

/* A new host knows what the others do, and takes their sessions. */
static void
test_complete(void **state)
{
	struct pair p;
	uint64_t before, all;

	(void)state;
	open_pair(&p);
	all = shared_state_issue(p.b, "ann", 0);
	before = all - 1;
	assert_true(ended(p.b, 1, "ann", before));
	/* What is known since it was made is not what was lost with it. */
	shared_facts_complete(p.b, all + 1);
	assert_true(ended(p.b, 1, "ann", before));
	end_one(p.b, 2, "ann", DAY_MS);
	shared_facts_complete(p.b, before);
	assert_false(ended(p.b, 1, "ann", before));
	assert_true(ended(p.b, 2, "ann", before));
	close_pair(&p);
}

/* An end that had no place is not lifted with what was lost. */
static void
test_overflow(void **state)
{
	struct pair p;
	uint64_t now;

	(void)state;
	open_pair(&p);
	now = wall() + 1000;
	for (unsigned i = 0; i < 6000; i++) {
		char user[16];

		(void)snprintf(user, sizeof(user), "user%u", i);
		shared_state_revoke_user(p.b, user, now + i, now + DAY_MS);
	}
	shared_facts_complete(p.b, 0);
	assert_true(ended(p.b, 1, "nobody", now));
	close_pair(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_session),
		cmocka_unit_test(test_expired),
		cmocka_unit_test(test_everywhere),
		cmocka_unit_test(test_late),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_version),
		cmocka_unit_test(test_tokens),
		cmocka_unit_test(test_budgets),
		cmocka_unit_test(test_requests),
		cmocka_unit_test(test_penalties),
		cmocka_unit_test(test_other_days),
		cmocka_unit_test(test_far_ahead),
		cmocka_unit_test(test_complete),
		cmocka_unit_test(test_overflow),
	};

	return cmocka_run_group_tests(tests, shared_group_begin,
	    temp_folder_remove);
}
