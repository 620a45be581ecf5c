/* SPDX-License-Identifier: MIT */
/* The lists of sessions and networks in the shared state, and browsers'
 * families. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "confab/state/shared_sessions.h"
#include "confab/base/address.h"
#include "identity/agent.h"
#include "shared_help.h"

static struct shared_session
session(unsigned n, uint32_t seen)
{
	struct shared_session s;

	memset(&s, 0, sizeof(s));
	make_id(s.id, n);
	s.issued = 1700000000123;
	s.generation = 0xabcd;
	s.first = seen;
	s.seen = seen;
	memcpy(s.network, "\4\300\0\2\0\0\0", sizeof(s.network));
	s.agent = 0x7f;
	s.new_network = true;
	return s;
}

static size_t
count(struct shared_state *st, const char *user)
{
	struct shared_session all[SHARED_SESSIONS_MAX];

	return shared_sessions_list(st, user, all);
}

static void
test_kept_and_gone(void **state)
{
	struct shared_session all[SHARED_SESSIONS_MAX], s = session(1, 5000);
	struct shared_state *st = fresh();

	(void)state;
	shared_sessions_put(st, "alice", &s);
	assert_int_equal(shared_sessions_list(st, "alice", all), 1);
	assert_memory_equal(&all[0], &s, sizeof(s));
	assert_int_equal(count(st, "bob"), 0);
	/* The same again is no second one; within a minute nothing changes. */
	s.seen += SHARED_SEEN_EVERY - 1;
	s.agent = 0;
	shared_sessions_seen(st, "alice", &s);
	assert_int_equal(shared_sessions_list(st, "alice", all), 1);
	assert_int_equal(all[0].seen, 5000);
	s.seen++;
	shared_sessions_seen(st, "alice", &s);
	shared_sessions_list(st, "alice", all);
	assert_int_equal(all[0].seen, 5000 + SHARED_SEEN_EVERY);
	assert_int_equal(all[0].agent, 0x7f);
	/* Another network is noted at once, and a clock set back followed. */
	s.network[3] = 3;
	shared_sessions_seen(st, "alice", &s);
	s.seen = 100;
	shared_sessions_seen(st, "alice", &s);
	shared_sessions_list(st, "alice", all);
	assert_int_equal(all[0].network[3], 3);
	assert_int_equal(all[0].seen, 100);
	shared_sessions_drop(st, "bob", s.id);
	shared_sessions_drop(st, "alice", session(2, 0).id);
	assert_int_equal(count(st, "alice"), 1);
	shared_sessions_drop(st, "alice", s.id);
	assert_int_equal(count(st, "alice"), 0);
	shared_state_close(st);
}

/* Who has most loses what was used longest ago; others lose nothing. */
static void
test_full_bucket(void **state)
{
	struct shared_session all[SHARED_SESSIONS_MAX], s;
	struct shared_state *st = fresh();
	char name[32];

	(void)state;
	for (unsigned i = 0; i < 3 * SHARED_SESSIONS_MAX; i++) {
		s = session(i, 1000 + i);
		shared_sessions_put(st, "alice", &s);
	}
	assert_int_equal(shared_sessions_list(st, "alice", all),
	    SHARED_SESSIONS_MAX);
	for (size_t i = 0; i < SHARED_SESSIONS_MAX; i++)
		assert_true(all[i].seen >= 1000 + 2 * SHARED_SESSIONS_MAX);
	/* One that was lost is listed again when it is used. */
	s = session(0, 9000);
	shared_sessions_seen(st, "alice", &s);
	assert_int_equal(count(st, "alice"), SHARED_SESSIONS_MAX);
	/* Alice's go when others need the room, and theirs stay. */
	for (unsigned i = 0; i < 4000; i++) {
		snprintf(name, sizeof(name), "user%u", i);
		s = session(1000 + i, 10);
		shared_sessions_put(st, name, &s);
		assert_int_equal(count(st, name), 1);
	}
	assert_true(count(st, "alice") < SHARED_SESSIONS_MAX);
	assert_true(count(st, "alice") > 0);
	/* All of a user's at once, more than one change may have. */
	shared_sessions_drop(st, "alice", NULL);
	assert_int_equal(count(st, "alice"), 0);
	shared_state_close(st);
}

static struct shared_network news[SHARED_NEWS_MAX];
static size_t n_news;

static bool
from(struct shared_state *st, const char *address, uint64_t wall)
{
	unsigned char network[ADDRESS_PREFIX_LEN];

	assert_true(address_prefix(address, network));
	return shared_networks_login(st, "alice", network, 1, wall, news,
	    &n_news);
}

static const char *
told(size_t i)
{
	static char text[ADDRESS_PREFIX_TEXT_MAX];

	assert_true(i < n_news);
	return address_prefix_text(news[i].network, text);
}

static void
test_networks(void **state)
{
	struct shared_state *st = fresh();

	(void)state;
	/* The first of all is not new, nor is its neighbour. */
	assert_false(from(st, "192.0.2.1", 1000));
	assert_false(from(st, "192.0.2.254", 1001));
	assert_int_equal(n_news, 0);
	/* Somebody elsewhere is not told of themselves, however often. */
	assert_true(from(st, "198.51.100.1", 2000));
	assert_int_equal(n_news, 0);
	assert_false(from(st, "198.51.100.2", 2001));
	assert_int_equal(n_news, 0);
	assert_true(from(st, "2001:db8:1:2::3", 2500));
	/* They hear of each other; at home both are told, newest first. */
	assert_false(from(st, "198.51.100.1", 2600));
	assert_int_equal(n_news, 1);
	assert_false(from(st, "192.0.2.7", 3000));
	assert_int_equal(n_news, 2);
	assert_string_equal(told(0), "2001:db8:1::/48");
	assert_string_equal(told(1), "198.51.100.0/24");
	assert_int_equal(news[1].first, 2000);
	/* Once. */
	assert_false(from(st, "192.0.2.7", 3001));
	assert_int_equal(n_news, 0);
	/* Also who is on the way, in a network that is new as well. */
	assert_true(from(st, "203.0.113.1", 4000));
	assert_true(from(st, "203.0.114.1", 5000));
	assert_int_equal(n_news, 1);
	assert_string_equal(told(0), "203.0.113.0/24");
	/* Never more than there is room for. */
	for (unsigned i = 0; i < 40; i++) {
		char address[32];

		snprintf(address, sizeof(address), "10.0.%u.1", i);
		assert_true(from(st, address, 6000 + i));
	}
	(void)from(st, "192.0.2.7", 7000);
	assert_int_equal(n_news, SHARED_NEWS_MAX);
	assert_string_equal(told(0), "10.0.39.0/24");
	shared_state_close(st);
}

static void
test_prefixes(void **state)
{
	static const char *const none[] = { "", "unix:", "1.2.3", "::g",
		"1.2.3.4 x" };
	unsigned char network[ADDRESS_PREFIX_LEN];
	char text[ADDRESS_PREFIX_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		assert_false(address_prefix(none[i], network));
		assert_string_equal(address_prefix_text(network, text), "");
	}
	assert_false(address_prefix(NULL, network));
	assert_true(address_prefix("::ffff:192.0.2.9", network));
	assert_string_equal(address_prefix_text(network, text), "192.0.2.0/24");
	assert_true(address_prefix("255.255.255.255", network));
	assert_string_equal(address_prefix_text(network, text),
	    "255.255.255.0/24");
	assert_true(
	    address_prefix("2001:db8:ffff:eeee:dddd:cccc:bbbb:aaaa", network));
	assert_string_equal(address_prefix_text(network, text),
	    "2001:db8:ffff::/48");
}

/* Headers in the form that these browsers send. */
static void
test_agents(void **state)
{
	static const char *const rows[][3] = {
		{ "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 "
		  "Firefox/140.0",
		    "Firefox", "Linux" },
		{ "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/"
		  "537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
		    "Chrome", "Windows" },
		{ "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/"
		  "537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 "
		  "Edg/140.0.0.0",
		    "Edge", "Windows" },
		{ "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) "
		  "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 "
		  "Safari/605.1.15",
		    "Safari", "macOS" },
		{ "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) "
		  "AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/140.0 "
		  "Mobile/15E148 Safari/604.1",
		    "Chrome", "iOS" },
		{ "Mozilla/5.0 (Linux; Android 14; SAMSUNG SM-S918B) "
		  "AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/25.0 "
		  "Chrome/121.0.0.0 Mobile Safari/537.36",
		    "Samsung Internet", "Android" },
		{ "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 "
		  "(KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
		    "Chrome", "ChromeOS" },
		{ "curl/8.5.0", "curl", NULL },
		{ "\xff\xfe<script>", NULL, NULL },
		{ "", NULL, NULL },
	};
	char text[4096];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t family = agent_family(rows[i][0]);

		assert_true(family < 0x80);
		for (int j = 1; j <= 2; j++) {
			const char *is = j == 1 ? agent_browser(family)
						: agent_system(family);

			if (rows[i][j] == NULL)
				assert_null(is);
			else
				assert_string_equal(is, rows[i][j]);
		}
	}
	assert_int_equal(agent_family(NULL), 0);
	/* What stands too far behind is not looked at. */
	memset(text, 'x', sizeof(text));
	memcpy(text + sizeof(text) - 9, "Firefox/", 9);
	assert_int_equal(agent_family(text), 0);
	for (unsigned family = 0; family < 256; family++) {
		(void)agent_browser((uint8_t)family);
		(void)agent_system((uint8_t)family);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kept_and_gone),
		cmocka_unit_test(test_full_bucket),
		cmocka_unit_test(test_networks),
		cmocka_unit_test(test_prefixes),
		cmocka_unit_test(test_agents),
	};

	return cmocka_run_group_tests(tests, shared_group_begin,
	    temp_folder_remove);
}
