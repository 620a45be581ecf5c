/* SPDX-License-Identifier: MIT */
/*
 * Tests of what is decided about a stream, as tables.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "relay/policy.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define NEVER UINT64_MAX
#define FLOOR POLICY_RING_FLOOR

/* Says which line of a table was the wrong one. */
#define WHICH(i) print_message("line %zu\n", i)

/* Tables are read as such. */
/* clang-format off */

/* ---- Back-pressure -------------------------------------------------------- */

static const struct {
	struct policy_flow f;
	uint64_t drop;
	enum policy_source source;
} flows[] = {
	/* cap, tail, head, sent, attached, key, full, paused */
	/* With a key, as much as the cap is kept of what was sent. */
	{ { 100, 0, 100, 100, true, true, false, false }, 0, POLICY_LEAVE },
	{ { 100, 0, 101, 101, true, true, false, false }, 1, POLICY_LEAVE },
	{ { 100, 50, 500, 500, true, true, false, false }, 400, POLICY_LEAVE },
	/* What was not sent is never dropped. */
	{ { 100, 0, 150, 20, true, true, false, false }, 20, POLICY_PAUSE },
	/* Without one, nothing that was sent is. */
	{ { 100, 0, 60, 60, true, false, false, false }, 60, POLICY_LEAVE },
	{ { 100, 0, 60, 10, true, false, false, false }, 10, POLICY_LEAVE },
	/* The exact places: one byte over the cap pauses, half of it resumes. */
	{ { 100, 0, 100, 0, true, true, false, false }, 0, POLICY_LEAVE },
	{ { 100, 0, 101, 0, true, true, false, false }, 0, POLICY_PAUSE },
	{ { 100, 0, 101, 0, true, true, false, true }, 0, POLICY_LEAVE },
	{ { 100, 0, 101, 50, true, true, false, true }, 1, POLICY_LEAVE },
	{ { 100, 0, 101, 51, true, true, false, true }, 1, POLICY_RESUME },
	{ { 100, 0, 101, 51, true, true, false, false }, 1, POLICY_LEAVE },
	/* Nobody there: all that is held counts, and nothing is dropped. */
	{ { 100, 0, 100, 0, false, true, false, false }, 0, POLICY_LEAVE },
	{ { 100, 0, 101, 0, false, true, false, false }, 0, POLICY_PAUSE },
	{ { 100, 7, 108, 7, false, true, false, false }, 7, POLICY_PAUSE },
	{ { 100, 0, 50, 0, false, true, false, true }, 0, POLICY_RESUME },
	{ { 100, 0, 51, 0, false, true, false, true }, 0, POLICY_LEAVE },
	/* Full rings: nothing sent is kept, and little waits. */
	{ { 1 << 20, 0, 900, 800, true, true, true, false }, 800,
	    POLICY_LEAVE },
	{ { 1 << 20, 0, FLOOR, 0, true, true, true, false }, 0, POLICY_LEAVE },
	{ { 1 << 20, 0, FLOOR + 1, 0, true, true, true, false }, 0,
	    POLICY_PAUSE },
	{ { 1 << 20, 0, FLOOR / 2, 0, true, true, true, true }, 0,
	    POLICY_RESUME },
	{ { 1 << 20, 0, FLOOR / 2 + 1, 0, true, true, true, true }, 0,
	    POLICY_LEAVE },
	/* A cap below the floor holds all the same. */
	{ { 4096, 0, 4097, 0, true, true, true, false }, 0, POLICY_PAUSE },
	{ { 4096, 0, 4096, 0, true, true, true, false }, 0, POLICY_LEAVE },
};

static void
test_balance(void **state)
{
	struct policy_balance b;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(flows); i++) {
		b = policy_balance(&flows[i].f);
		if (b.drop != flows[i].drop || b.source != flows[i].source)
			WHICH(i);
		assert_int_equal(b.drop, flows[i].drop);
		assert_int_equal(b.source, flows[i].source);
	}
}

/* ---- Deadlines ------------------------------------------------------------ */

static const struct policy_limits limits = { .first_event = 200,
	.silence = 100, .total = 1000, .heartbeat = 40, .grace = 60 };

enum { EVENTS = 1, CALLING = 2, PAUSED = 4, ATTACHED = 8, ENDED = 16 };

/* started, called, first, last event, detached, ended, retry */
#define WAITING { 1000, 1000, 0, 1000, 0, 0, 0 }
#define FLOWING { 1000, 1000, 1100, 1200, 0, 0, 0 }
#define LEFT { 1000, 1000, 1100, 1200, 1210, 0, 0 }

static const struct {
	struct policy_times at;
	int phase;
	uint64_t last_write, wake;
	enum policy_due due; /* then; one ms before, nothing is */
} times[] = {
	/* The heartbeat comes first, the first event's limit next. */
	{ WAITING, EVENTS | CALLING | ATTACHED, 1000, 1040, POLICY_COMMENT },
	{ WAITING, EVENTS | CALLING | ATTACHED, 1170, 1200,
	    POLICY_FIRST_EVENT },
	/* A comment of the provider's is a sign of life before it, too. */
	{ { 1000, 1000, 0, 1090, 0, 0, 0 }, EVENTS | CALLING | ATTACHED, 1260,
	    1290, POLICY_FIRST_EVENT },
	/* The whole answer as one text: only its total time counts. */
	{ WAITING, CALLING | ATTACHED, 1000, 2000, POLICY_TOTAL },
	{ FLOWING, EVENTS | CALLING | ATTACHED, 1280, 1300, POLICY_SILENCE },
	{ FLOWING, EVENTS | CALLING | ATTACHED, 1250, 1290, POLICY_COMMENT },
	/* A source that is held back is not silent. */
	{ FLOWING, EVENTS | CALLING | PAUSED | ATTACHED, 1970, 2000,
	    POLICY_TOTAL },
	/* Nobody there: no comments, the grace time runs. */
	{ LEFT, EVENTS | CALLING, 1200, 1270, POLICY_GRACE },
	{ { 1000, 1000, 1100, 1200, 1250, 0, 0 }, EVENTS | CALLING, 1200, 1300,
	    POLICY_SILENCE },
	/* Ended: from its end or the last one's leaving, which is later. */
	{ { 1000, 1000, 1100, 1200, 1210, 1240, 0 }, EVENTS | ENDED, 1200,
	    1300, POLICY_GRACE },
	{ { 1000, 1000, 1100, 1200, 1260, 1240, 0 }, EVENTS | ENDED, 1200,
	    1320, POLICY_GRACE },
	/* Ended and still being read: as long as an answer may take. */
	{ { 1000, 1000, 1100, 1200, 0, 1240, 0 }, EVENTS | ENDED | ATTACHED,
	    1200, 2240, POLICY_GRACE },
	/* A call that is to be made again; nothing runs meanwhile. */
	{ { 1000, 1000, 0, 1000, 0, 0, 1030 }, EVENTS | ATTACHED, 1000, 1030,
	    POLICY_RETRY },
	{ { 1000, 1000, 0, 1000, 0, 0, 1900 }, EVENTS | ATTACHED, 1870, 1900,
	    POLICY_RETRY },
	/* The total time counts whatever is due else, but a retry. */
	{ { 1000, 1000, 1100, 1950, 0, 0, 0 }, EVENTS | CALLING | ATTACHED,
	    1960, 2000, POLICY_TOTAL },
	{ { 1000, 1000, 0, 1000, 0, 0, 2000 }, EVENTS | ATTACHED, 1960, 2000,
	    POLICY_RETRY },
};

static void
test_deadlines(void **state)
{
	struct policy_phase p;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(times); i++) {
		p.is_stream = p.tells = (times[i].phase & EVENTS) != 0;
		p.calling = (times[i].phase & CALLING) != 0;
		p.paused = (times[i].phase & PAUSED) != 0;
		p.attached = (times[i].phase & ATTACHED) != 0;
		p.ended = (times[i].phase & ENDED) != 0;
		p.last_write = times[i].last_write;
		if (policy_wake(&times[i].at, &p, &limits) != times[i].wake)
			WHICH(i);
		assert_int_equal(policy_wake(&times[i].at, &p, &limits),
		    times[i].wake);
		assert_int_equal(
		    policy_due(&times[i].at, &p, &limits, times[i].wake - 1),
		    POLICY_NOTHING);
		if (policy_due(&times[i].at, &p, &limits, times[i].wake) !=
		    times[i].due)
			WHICH(i);
		assert_int_equal(
		    policy_due(&times[i].at, &p, &limits, times[i].wake),
		    times[i].due);
	}
}

/* An ended stream that is read on has the total time, whatever that is; one
 * whose limits are far away is not due before them. */
static void
test_far(void **state)
{
	const struct policy_times at = { 1000, 1000, 1100, 1200, 0, 0, 0 };
	const struct policy_limits far = { .first_event = UINT32_MAX,
		.silence = UINT32_MAX, .total = UINT32_MAX,
		.heartbeat = UINT32_MAX, .grace = UINT32_MAX };
	const struct policy_phase p = { .is_stream = true, .tells = true,
		.calling = true,
		.attached = true, .last_write = 1300 };

	(void)state;
	assert_true(policy_wake(&at, &p, &far) == 1000ull + UINT32_MAX);
	assert_int_equal(policy_due(&at, &p, &far, UINT32_MAX),
	    POLICY_NOTHING);
}

/* ---- A call that failed ---------------------------------------------------- */

static const struct {
	const char *code;
	unsigned retry_after;
	bool unprocessed, answered, draining, fallback;
	unsigned tries, fallbacks;
	enum policy_try what;
	uint64_t delay;
} failures[] = {
	{ "upstream_unreachable", 0, true, false, false, false, 1, 0,
	    POLICY_AGAIN, POLICY_RETRY_DELAY },
	{ "upstream_unreachable", 0, true, false, false, false,
	    POLICY_TRIES_MAX - 1, 0, POLICY_AGAIN, POLICY_RETRY_DELAY },
	{ "upstream_unreachable", 0, true, false, false, false,
	    POLICY_TRIES_MAX, 0, POLICY_GIVE_UP, 0 },
	{ "upstream_unreachable", 0, true, false, false, true,
	    POLICY_TRIES_MAX, 0, POLICY_FALLBACK, 0 },
	/* Never a second call that might be a second bill. */
	{ "upstream_unreachable", 0, false, false, false, true, 1, 0,
	    POLICY_GIVE_UP, 0 },
	{ "upstream_unreachable", 0, true, true, false, true, 1, 0,
	    POLICY_GIVE_UP, 0 },
	{ "upstream_unreachable", 0, true, false, true, true, 1, 0,
	    POLICY_GIVE_UP, 0 },
	/* What the provider asks for, when it is short. */
	{ "rate_limit", 1, true, false, false, false, 1, 0, POLICY_AGAIN,
	    1000 },
	{ "rate_limit", POLICY_RETRY_AFTER_MAX, true, false, false, false, 1,
	    0, POLICY_AGAIN, POLICY_RETRY_AFTER_MAX * 1000 },
	{ "rate_limit", POLICY_RETRY_AFTER_MAX + 1, true, false, false, false,
	    1, 0, POLICY_GIVE_UP, 0 },
	{ "rate_limit", POLICY_RETRY_AFTER_MAX + 1, true, false, false, true,
	    1, 0, POLICY_FALLBACK, 0 },
	{ "rate_limit", 0, true, false, false, false, 1, 0, POLICY_GIVE_UP,
	    0 },
	/* A cycle of fallbacks ends. */
	{ "rate_limit", 0, true, false, false, true, 1,
	    POLICY_FALLBACKS_MAX - 1, POLICY_FALLBACK, 0 },
	{ "rate_limit", 0, true, false, false, true, 1, POLICY_FALLBACKS_MAX,
	    POLICY_GIVE_UP, 0 },
};

static void
test_try_again(void **state)
{
	struct policy_failure f;
	struct api_error err;
	uint64_t delay;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(failures); i++) {
		(void)api_error_set(&err, 502, failures[i].code, "x");
		err.retry_after = failures[i].retry_after;
		f.err = &err;
		f.unprocessed = failures[i].unprocessed;
		f.answered = failures[i].answered;
		f.draining = failures[i].draining;
		f.fallback = failures[i].fallback;
		f.tries = failures[i].tries;
		f.fallbacks = failures[i].fallbacks;
		if (policy_try_again(&f, &delay) != failures[i].what)
			WHICH(i);
		assert_int_equal(policy_try_again(&f, &delay),
		    failures[i].what);
		assert_int_equal(delay, failures[i].delay);
	}
}

static void
test_cause(void **state)
{
	static const struct {
		const char *code;
		enum metrics_cause cause;
	} causes[] = {
		{ "event_too_large", METRICS_CAUSE_LIMIT },
		{ "answer_too_large", METRICS_CAUSE_LIMIT },
		{ "silence_timeout", METRICS_CAUSE_TIMEOUT },
		{ "connect_timeout", METRICS_CAUSE_TIMEOUT },
		{ "internal_error", METRICS_CAUSE_INTERNAL },
		{ "upstream_closed", METRICS_CAUSE_UPSTREAM },
	};
	struct api_error err;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(causes); i++) {
		(void)api_error_set(&err, 502, causes[i].code, "x");
		assert_int_equal(policy_cause(&err), causes[i].cause);
	}
}

/* ---- When nobody is attached ----------------------------------------------- */

static const struct {
	struct policy_rest r; /* key, draining, ended, failed, events, grace */
	enum policy_left left;
	bool used; /* when its call was made */
} rests[] = {
	{ { true, false, false, false, true, 1, 0, false }, POLICY_WAIT, true },
	{ { false, false, false, false, true, 1, 0, false }, POLICY_FINISH, true },
	{ { true, true, false, false, true, 1, 0, false }, POLICY_FINISH, true },
	{ { true, false, false, false, true, 0, 0, false }, POLICY_FINISH, true },
	{ { true, false, true, false, true, 1, METRICS_CAUSE_DONE, false },
	    POLICY_WAIT, true },
	{ { false, false, true, false, true, 1, METRICS_CAUSE_DONE, false },
	    POLICY_DISCARD, true },
	{ { true, true, true, false, true, 1, METRICS_CAUSE_DONE, false },
	    POLICY_DISCARD, true },
	{ { true, false, true, false, true, 0, METRICS_CAUSE_DONE, false },
	    POLICY_DISCARD, true },
	/* An answer as one text has no events, and is kept, too. */
	{ { true, false, true, false, false, 1, METRICS_CAUSE_DONE, false },
	    POLICY_WAIT, true },
	/* A failure after events is kept, one before them forgotten. */
	{ { true, false, true, true, true, 1, METRICS_CAUSE_UPSTREAM, false },
	    POLICY_WAIT, true },
	{ { true, false, true, true, false, 1, METRICS_CAUSE_UPSTREAM, false },
	    POLICY_DISCARD, false },
	{ { true, false, true, true, true, 1, METRICS_CAUSE_STOPPED, false },
	    POLICY_DISCARD, true },
	{ { true, false, true, true, false, 1, METRICS_CAUSE_STOPPED, false },
	    POLICY_DISCARD, true },
	{ { true, false, true, false, true, 1, METRICS_CAUSE_CLIENT_GONE, false },
	    POLICY_DISCARD, true },
};

static void
test_left(void **state)
{
	struct policy_rest acts;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rests); i++) {
		if (policy_left(&rests[i].r) != rests[i].left)
			WHICH(i);
		assert_int_equal(policy_left(&rests[i].r), rests[i].left);
		assert_int_equal(policy_key_is_used(&rests[i].r, true),
		    rests[i].used);
		/* One that was refused before its call may be asked again. */
		assert_false(policy_key_is_used(&rests[i].r, false));
		/* A tool may have done something before it failed. */
		acts = rests[i].r;
		acts.acts = true;
		assert_true(policy_key_is_used(&acts, true));
		assert_false(policy_key_is_used(&acts, false));
	}
}

/* ---- Who may open and attach ----------------------------------------------- */

static void
test_room(void **state)
{
	static const struct config_limits l = { .streams = 10,
		.ring_total = 1000 };
	static const struct {
		struct policy_load load;
		int status;
		const char *code;
	} loads[] = {
		{ { 0, 0, 0, 3 }, 0, "" },
		{ { 2, 9, 1000, 3 }, 0, "" },
		{ { 3, 3, 0, 3 }, 429, "stream_limit" },
		{ { 0, 10, 0, 3 }, 503, "busy" },
		{ { 0, 0, 1001, 3 }, 503, "ring_limit" },
		/* One's own limit is told first. */
		{ { 3, 10, 1001, 3 }, 429, "stream_limit" },
	};
	struct api_error err;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(loads); i++) {
		memset(&err, 0, sizeof(err));
		assert_int_equal(policy_room(&loads[i].load, &l, &err),
		    loads[i].status == 0 ? 0 : -1);
		assert_int_equal(err.status, loads[i].status);
		assert_string_equal(err.code, loads[i].code);
		assert_int_equal(err.retry_after != 0, loads[i].status != 0);
	}
}

static void
test_claim(void **state)
{
	static const struct config_limits l = { .pending_per_user = 100,
		.pending_total = 1000 };
	static const struct {
		size_t of_user, of_all;
		int status;
	} claims[] = {
		{ 1, 1, 0 }, { 100, 1000, 0 }, { 101, 101, 429 },
		{ 100, 1001, 503 }, { 101, 1001, 429 },
	};
	struct api_error err;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(claims); i++) {
		memset(&err, 0, sizeof(err));
		assert_int_equal(policy_claim(claims[i].of_user,
		    claims[i].of_all, &l, &err),
		    claims[i].status == 0 ? 0 : -1);
		assert_int_equal(err.status, claims[i].status);
		if (claims[i].status != 0) {
			assert_string_equal(err.code, "pending_limit");
			assert_int_not_equal(err.retry_after, 0);
		}
	}
	assert_false(policy_trim(POLICY_TRIM_IDLE - 1, 0));
	assert_true(policy_trim(POLICY_TRIM_IDLE, 0));
	assert_false(policy_trim(POLICY_TRIM_BUSY - 1, 1));
	assert_true(policy_trim(POLICY_TRIM_BUSY, 1));
}

static void
test_chat(void **state)
{
	static const struct {
		struct policy_asked a; /* found, same, forgotten, draining */
		enum policy_chat what;
		const char *code;
	} asked[] = {
		{ { false, false, false, false }, POLICY_OPEN, "" },
		{ { true, true, false, false }, POLICY_ATTACH, "" },
		/* Whoever has a stream may have its end. */
		{ { true, true, false, true }, POLICY_ATTACH, "" },
		{ { true, false, false, false }, POLICY_REFUSE,
		    "idempotency_key_reused" },
		{ { false, false, true, false }, POLICY_REFUSE,
		    "idempotency_key_used" },
		{ { false, false, false, true }, POLICY_REFUSE,
		    "shutting_down" },
	};
	struct api_error err;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(asked); i++) {
		memset(&err, 0, sizeof(err));
		assert_int_equal(policy_chat(&asked[i].a, &err),
		    asked[i].what);
		assert_string_equal(err.code, asked[i].code);
	}
}

/* Only what other hosts know for sure changes that there is no such stream. */
static void
test_place(void **state)
{
	static const struct {
		enum engine_where where;
		int status;
		const char *code;
	} places[] = { { ENGINE_NOWHERE, 404, "stream_not_found" },
		{ ENGINE_HERE, 404, "stream_not_found" },
		{ ENGINE_OVER, 404, "stream_not_found" },
		{ ENGINE_LOST, 404, "stream_lost" },
		{ ENGINE_UNKNOWN, 503, "hosts_away" } };
	struct api_error err;

	(void)state;
	for (size_t i = 0; i < COUNT(places); i++) {
		(void)api_error_set(&err, 404, "stream_not_found", "None.");
		policy_place(places[i].where, &err);
		assert_int_equal(err.status, places[i].status);
		assert_string_equal(err.code, places[i].code);
		assert_int_equal(err.retry_after != 0, err.status == 503);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_balance),
		cmocka_unit_test(test_deadlines),
		cmocka_unit_test(test_far),
		cmocka_unit_test(test_try_again),
		cmocka_unit_test(test_cause),
		cmocka_unit_test(test_left),
		cmocka_unit_test(test_room),
		cmocka_unit_test(test_claim),
		cmocka_unit_test(test_chat),
		cmocka_unit_test(test_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
