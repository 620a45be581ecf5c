/* SPDX-License-Identifier: MIT */
/*
 * Groups in the configuration: which get a bit, what lists become, whose limits
 * hold, what is refused, and that what is written reads back.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "confab/base/buf.h"
#include "config_help.h"

#define OPENAI "base_url = \"https://x.example\"\n"
#define SITE                                                             \
	"provider p { " OPENAI " groups = {a, \"b c\"}\n"                \
	" model m { groups = {c} } model n {} }\n"                       \
	"provider q { " OPENAI " }\n"                                    \
	"tool_server t { url = \"https://x.example/mcp\" groups = a }\n" \
	"transcription = \"q/w\" transcription_groups = {d}\n"           \
	"limits { tokens_per_day = 7 streams_per_user = 9 }\n"           \
	"group_limits a { requests_per_minute = 0 }\n"                   \
	"group_limits e { requests_per_minute = 3 tokens_per_day = 0\n"  \
	" streams_per_user = 2 }\n"

static config_group_set
groups(const struct config *c, const char *list)
{
	return config_groups_of(&c->groups, list, strlen(list), ',');
}

static void
test_who(void **state)
{
	struct config *c = good(SITE);
	const struct config_provider *p = &c->providers[0];

	(void)state;
	assert_int_equal(c->groups.n, 5);
	assert_true(config_is_for(p->group_set, groups(c, "a")));
	assert_true(config_is_for(p->group_set, groups(c, "x, b c ,y")));
	assert_false(config_is_for(p->group_set, groups(c, "b,c,ab,b  c")));
	assert_false(config_is_for(p->group_set, groups(c, "")));
	assert_true(config_is_for(p->models[0].group_set, groups(c, "c")));
	assert_false(config_is_for(p->models[0].group_set, groups(c, "a")));
	assert_true(config_is_for(p->models[1].group_set, 0));
	assert_true(config_is_for(c->providers[1].group_set, 0));
	assert_true(config_may_transcribe(c, groups(c, "d")));
	assert_false(config_may_transcribe(c, groups(c, "a,e")));
	assert_false(config_is_for(c->tool_servers[0].group_set, 0));
	/* Only what the file names has a bit. */
	assert_int_equal(groups(c, "nobody,A,aa"), 0);
	assert_int_equal(config_groups_of(&c->groups, "a;x", 3, ';'),
	    groups(c, "a"));
	config_free(c);
}

static void
test_limits(void **state)
{
	struct config *c = good(SITE);
	struct config_quota q = config_quota_of(c, groups(c, "c"));

	(void)state;
	assert_int_equal(q.streams_per_user, 9);
	assert_int_equal(q.requests_per_minute, 600);
	assert_int_equal(q.tokens_per_day, 7);
	q = config_quota_of(c, groups(c, "e"));
	assert_int_equal(q.streams_per_user, 2);
	assert_int_equal(q.requests_per_minute, 3);
	assert_int_equal(q.tokens_per_day, 0);
	/* Of two, the first of the file; what it leaves open is as for all. */
	q = config_quota_of(c, groups(c, "e,a"));
	assert_int_equal(q.streams_per_user, 9);
	assert_int_equal(q.requests_per_minute, 0);
	assert_int_equal(q.tokens_per_day, 7);
	config_free(c);
}

static void
test_reads_back(void **state)
{
	struct config *c = good(SITE), *again;
	struct buf out;

	(void)state;
	buf_init(&out, 1 << 20);
	assert_int_equal(config_dump(c, &out), 0);
	again = good(buf_str(&out));
	assert_int_equal(again->groups.n, 5);
	assert_true(
	    config_is_for(again->providers[0].group_set, groups(again, "b c")));
	assert_false(config_may_transcribe(again, 0));
	assert_int_equal(config_quota_of(again, groups(again, "e"))
			     .requests_per_minute,
	    3);
	buf_free(&out);
	config_free(again);
	config_free(c);
}

static void
test_refused(void **state)
{
	char many[8192] = DEMO, *at = many + strlen(many);

	(void)state;
	bad(DEMO "group_limits \"\" { }\n", 2, "title of a group_limits");
	bad(DEMO "group_limits \"a,b\" { }\n", 2, "title of a group_limits");
	bad(DEMO "group_limits a { }\ngroup_limits a { }\n", 3,
	    "duplicate title");
	bad(DEMO "group_limits a { body = 1M }\n", 2, "no option \"body\"");
	bad(DEMO "group_limits a { streams_per_user = 0 }\n", 2,
	    "streams_per_user must be");
	bad(DEMO "transcription_groups = {a}\n", 2, "goes with");
	bad("provider p { " OPENAI " groups = {\" a\"} }\n", 2, "groups must");
	bad("provider p { " OPENAI " groups = {\"a|b\"} }\n", 2, "groups must");
	for (int i = 0; i < CONFIG_GROUPS_MAX; i++)
		at += sprintf(at, "group_limits g%d { }\n", i);
	config_free(good(many));
	strcpy(at, "tool_server t { url = \"https://x/\" groups = {more} }\n");
	bad(many, CONFIG_GROUPS_MAX + 1, "more than 64 groups");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_who),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_reads_back),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, config_group_begin,
	    temp_folder_remove);
}
