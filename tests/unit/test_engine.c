/* SPDX-License-Identifier: MIT */
/* What hosts tell each other, as text. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../fcgi/engine/link.h"
#include "../../fcgi/engine/message.h"

#define ID "000102030405060708090a0b0c0d0e0f"
#define OTHER "f00102030405060708090a0b0c0d0e0f"

static bool
reads(const char *text, struct message *m)
{
	return message_read(text, strlen(text), m);
}

static void
test_ends(void **state)
{
	char member[MESSAGE_MAX], text[2 * MESSAGE_MAX];
	struct shared_fact f;
	struct message m;

	(void)state;
	memset(&f, 0, sizeof(f));
	f.kind = SHARED_FACT_SESSION;
	memset(f.session, 0xab, sizeof(f.session));
	memset(f.user, 7, sizeof(f.user));
	message_member(&f, member);
	assert_true(
	    snprintf(text, sizeof(text), "%s 1732915879123", member) > 0);
	assert_true(reads(text, &m));
	assert_int_equal(m.kind, MESSAGE_FACT);
	assert_int_equal(m.fact.kind, SHARED_FACT_SESSION);
	assert_memory_equal(m.fact.session, f.session, sizeof(f.session));
	assert_memory_equal(m.fact.user, f.user, sizeof(f.user));
	assert_int_equal(m.fact.expires, 1732915879123);
	f.kind = SHARED_FACT_USER;
	f.time = 1732915870000;
	message_member(&f, member);
	assert_true(snprintf(text, sizeof(text), "%s 9", member) > 0);
	assert_true(reads(text, &m));
	assert_int_equal(m.fact.kind, SHARED_FACT_USER);
	assert_int_equal(m.fact.time, 1732915870000);
	assert_int_equal(m.fact.expires, 9);
}

static void
test_others(void **state)
{
	struct message m;

	(void)state;
	assert_true(reads("t " ID " 20421 1234567890123", &m));
	assert_int_equal(m.fact.kind, SHARED_FACT_SUM);
	assert_int_equal(m.fact.sum, SHARED_SUM_TOKENS);
	assert_int_equal(m.fact.time, 20421);
	assert_int_equal(m.fact.count, 1234567890123);
	assert_int_equal(m.fact.expires, UINT64_C(20423) * 86400000);
	/* The month is over on 1 December 2026, and told until the second. */
	assert_true(reads("m " ID " 682 5", &m));
	assert_int_equal(m.fact.sum, SHARED_SUM_MONTH_TOKENS);
	assert_int_equal(m.fact.expires, UINT64_C(1796169600000));
	assert_true(reads("d " ID " 683 5", &m));
	assert_int_equal(m.fact.sum, SHARED_SUM_MONTH_COST);
	assert_int_equal(m.fact.expires, UINT64_C(1798848000000));
	assert_true(reads("c " ID " 10000000 999999999999999", &m));
	assert_int_equal(m.fact.sum, SHARED_SUM_COST);
	assert_int_equal(m.fact.count, UINT64_C(999999999999999));
	assert_true(reads("r " ID " 29405760 5", &m));
	assert_int_equal(m.fact.sum, SHARED_SUM_REQUESTS);
	assert_int_equal(m.fact.time, 29405760);
	assert_int_equal(m.fact.expires, UINT64_C(29405762) * 60000);
	assert_true(reads("o " ID " 17", &m));
	assert_int_equal(m.kind, MESSAGE_OPEN);
	assert_int_equal(m.id[15], 15);
	assert_int_equal(m.count, 17);
	assert_true(reads("p k " ID " 7 2000 3600000", &m));
	assert_int_equal(m.kind, MESSAGE_RAISE);
	assert_int_equal(m.penalty, SHARED_PENALTY_KNOWN);
	assert_int_equal(m.id[15], 15);
	assert_int_equal(m.failures, 7);
	assert_int_equal(m.length, 2000);
	assert_int_equal(m.keep, 3600000);
	assert_true(reads("f a " ID " 0 0", &m));
	assert_int_equal(m.kind, MESSAGE_LOWER);
	assert_int_equal(m.penalty, SHARED_PENALTY_ADDRESS);
}

/* Whatever else comes, of another version or of nobody, is passed over. */
static void
test_wrong(void **state)
{
	static const char *const texts[] = { "", " ", "s", "x " ID, "s " ID,
		"s " ID " " OTHER, "s " ID " " OTHER " 1 2",
		"s " ID " " OTHER " -1", "s " ID " " OTHER " 1e3",
		"s " ID " " OTHER " ", "s  " ID " " OTHER " 1",
		"s " ID "0 " OTHER " 1", "S " ID " " OTHER " 1",
		"s 000102030405060708090A0B0C0D0E0F " OTHER " 1", "u " ID " 1",
		"u " ID " 1 2 3", "u " ID " 123456789012345678 1",
		"t " ID " 20421", "t " ID " 10000001 1", "m " ID " 682",
		"d " ID " 10000001 1", "p u " ID " 7 2000",
		"p x " ID " 7 2000 1", "p uu " ID " 7 2000 1",
		"f u " ID " 7 2000 1", "f u " ID " 7", "p u " ID " 7 2000 1 2",
		"o " ID, "o " ID " 1 2", "o " ID " -1", "o x 1",
		"r " ID " 14400000001 1", "\n", "ss " ID " " OTHER " 1" };
	char text[2 * MESSAGE_MAX];
	struct message m;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_false(reads(texts[i], &m));
	memset(text, ' ', sizeof(text));
	assert_false(message_read(text, sizeof(text), &m));
	memset(text, 's', sizeof(text));
	assert_false(message_read(text, MESSAGE_MAX - 1, &m));
	assert_false(message_read("s\0", 2, &m));
}

/* Where a stream is, as scripts say it, and what none says. */
static void
test_places(void **state)
{
	static const struct {
		const char *text;
		enum engine_where where;
		const char *host;
	} texts[] = { { "none", ENGINE_NOWHERE, "" },
		{ "here", ENGINE_HERE, "" }, { "lost", ENGINE_LOST, "" },
		{ "over", ENGINE_OVER, "" }, { "other", ENGINE_OTHER, "" },
		{ "at b", ENGINE_THERE, "b" },
		{ "at Host-2.x_y", ENGINE_THERE, "Host-2.x_y" },
		{ "", ENGINE_UNKNOWN, "" }, { "at ", ENGINE_UNKNOWN, "" },
		{ "at", ENGINE_UNKNOWN, "" }, { "at a b", ENGINE_UNKNOWN, "" },
		{ "at a\r\nSet-Cookie: x", ENGINE_UNKNOWN, "" },
		{ "at 192.0.2.1:9000", ENGINE_UNKNOWN, "" },
		{ "at ../a", ENGINE_UNKNOWN, "" },
		{ "None", ENGINE_UNKNOWN, "" } };
	char longest[3 + CONFIG_HOST_NAME_MAX + 2];
	struct engine_place p;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		message_place(texts[i].text, &p);
		assert_int_equal(p.where, texts[i].where);
		assert_string_equal(p.host, texts[i].host);
	}
	memset(longest, 'h', sizeof(longest));
	memcpy(longest, "at ", 3);
	longest[sizeof(longest) - 1] = '\0';
	message_place(longest, &p);
	assert_int_equal(p.where, ENGINE_UNKNOWN);
	longest[sizeof(longest) - 2] = '\0';
	message_place(longest, &p);
	assert_int_equal(p.where, ENGINE_THERE);
	assert_string_equal(p.host, longest + 3);
}

#ifdef HAVE_HIREDIS
/* The next user that is to be told of is `want`, with so many streams. */
static void
takes(struct engine *e, const unsigned char want[SHARED_ID_LEN], unsigned here)
{
	unsigned char id[SHARED_ID_LEN];
	unsigned n;

	assert_true(engine_take_open(e, id, &n));
	assert_memory_equal(id, want, sizeof(id));
	assert_int_equal(n, here);
}

/* How many streams users have open, here and elsewhere. */
static void
test_opens(void **state)
{
	/* Both in one bucket. */
	const unsigned char ann[SHARED_ID_LEN] = { 1 },
			    bob[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13,
				    14, 15, 16 };
	struct engine *e = calloc(1, sizeof(*e));
	unsigned char id[SHARED_ID_LEN];
	unsigned n;

	(void)state;
	assert_non_null(e);
	pthread_mutex_init(&e->lock, NULL);
	e->wake = -1;
	atomic_store(&e->up, true);
	assert_int_equal(engine_streams_elsewhere(e, ann), 0);
	engine_stream_opened(e, ann);
	engine_stream_opened(e, ann);
	engine_stream_opened(e, bob);
	takes(e, bob, 1);
	takes(e, ann, 2);
	assert_false(engine_take_open(e, id, &n));
	/* What is said of elsewhere is asked for anew. */
	engine_open_total(e, ann, 5);
	assert_int_equal(engine_streams_elsewhere(e, ann), 3);
	assert_int_equal(engine_streams_elsewhere(e, bob), 0);
	takes(e, ann, 2);
	engine_open_total(e, ann, UINT64_MAX);
	assert_int_equal(engine_streams_elsewhere(e, ann), ENGINE_OPEN_MAX);
	engine_open_total(e, ann, 1);
	assert_int_equal(engine_streams_elsewhere(e, ann), 0);
	takes(e, ann, 2);
	/* Away, nothing is known of it, and afterwards all is told. */
	engine_open_total(e, bob, 9);
	atomic_store(&e->up, false);
	assert_int_equal(engine_streams_elsewhere(e, bob), 0);
	atomic_store(&e->up, true);
	engine_untell_opens(e);
	assert_int_equal(engine_streams_elsewhere(e, bob), 0);
	takes(e, bob, 1);
	takes(e, ann, 2);
	/* None left: told once, and forgotten. */
	engine_stream_closed(e, ann);
	engine_stream_closed(e, ann);
	takes(e, ann, 0);
	engine_stream_closed(e, ann);
	engine_open_total(e, ann, 7);
	assert_int_equal(engine_streams_elsewhere(e, ann), 0);
	assert_false(engine_take_open(e, id, &n));
	engine_free_opens(e);
	pthread_mutex_destroy(&e->lock);
	free(e);
}
#endif

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_places),
#ifdef HAVE_HIREDIS
		cmocka_unit_test(test_opens),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
