/* SPDX-License-Identifier: MIT */
/*
 * The words of the empty conversation in the configuration: what is kept, what
 * is refused and where, and that what is written reads back.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "confab/base/buf.h"
#include "confab/config/option.h"
#include "config_help.h"

#define WELCOME                                                           \
	DEMO "model_titles = yes\n"                                       \
	     "welcome \"de\" { text = \"Willkommen im <b>Labor</b>\"\n"   \
	     " suggestions = {\"Brief | Schreib a|b\", \"Nur Text\"} }\n" \
	     "welcome \"zh-Hans\" { suggestions = {\"\xe4\xbd\xa0\"} }\n"

static void
check(const struct config *c)
{
	const struct config_welcome *w = c->welcomes;
	size_t n;

	assert_true(c->model_titles);
	assert_int_equal(c->n_welcomes, 2);
	assert_string_equal(w[0].language, "de");
	assert_string_equal(w[0].text, "Willkommen im <b>Labor</b>");
	assert_int_equal(w[0].suggestions.n, 2);
	assert_string_equal(config_suggestion(w[0].suggestions.words[0], &n),
	    "Schreib a|b");
	assert_int_equal(n, 5);
	assert_string_equal(config_suggestion(w[0].suggestions.words[1], &n),
	    "Nur Text");
	assert_int_equal(n, 0);
	assert_string_equal(w[1].language, "zh-Hans");
	assert_null(w[1].text);
}

static void
test_reads_back(void **state)
{
	struct config *c = good(WELCOME), *again;
	struct buf out;

	(void)state;
	check(c);
	buf_init(&out, 1 << 20);
	assert_int_equal(config_dump(c, &out), 0);
	again = good(buf_str(&out));
	check(again);
	buf_free(&out);
	config_free(again);
	config_free(c);
	c = good(DEMO);
	assert_false(c->model_titles);
	assert_int_equal(c->n_welcomes, 0);
	config_free(c);
}

static void
test_languages(void **state)
{
	static const char *const are[] = { "de", "pt-BR", "zh-Hans", "gsw",
		"sl-rozaj-biske-1994" };
	static const char *const are_not[] = { "", "d", "de-", "-de", "de--AT",
		"de_AT", "d3", "deutschland", "en-abcdefghi",
		"en-aaaaaaaa-bbbbbbbb-cccccccc-dddddddd", "d\xc3\xa9" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(are) / sizeof(are[0]); i++)
		if (!config_is_language(are[i]))
			fail_msg("%s is a language", are[i]);
	for (i = 0; i < sizeof(are_not) / sizeof(are_not[0]); i++)
		if (config_is_language(are_not[i]))
			fail_msg("%s is no language", are_not[i]);
}

/* A file with `count` times `one` between two pieces. */
static const char *
filled(const char *before, const char *one, int count, const char *after)
{
	static char text[8192];
	char *at = text + sprintf(text, "%s", before);

	while (count-- > 0)
		at += sprintf(at, "%s", one);
	strcpy(at, after);
	return text;
}

static void
test_refused(void **state)
{
	char many[4096] = DEMO, *at = many + strlen(many);

	(void)state;
	bad(DEMO "welcome \"e\" { }\n", 2, "title of a welcome|language");
	bad(DEMO "welcome de { }\nwelcome DE { }\n", 3, "twice");
	bad(DEMO "welcome de { text = \"\" }\n", 2, "text must be");
	bad(DEMO "welcome de { text = \"a\\nb\" }\n", 2, "text must be");
	bad(DEMO "welcome de { html = \"x\" }\n", 2, "no option");
	bad(DEMO "welcome de { suggestions = {\"a |  \"} }\n", 2,
	    "suggestions must be");
	bad(DEMO "welcome de { suggestions = {\"| a\"} }\n", 2,
	    "suggestions must be");
	bad(DEMO "model_titles = perhaps\n", 2, "model_titles must be");
	config_free(good(filled(DEMO "welcome de { text = \"", "x",
	    CONFIG_WELCOME_TEXT_MAX, "\" }\n")));
	bad(filled(DEMO "welcome de { text = \"", "x",
		CONFIG_WELCOME_TEXT_MAX + 1, "\" }\n"),
	    2, "text must be");
	config_free(good(filled(DEMO "welcome de { suggestions = {\"", "x",
	    CONFIG_SUGGESTION_MAX, "\"} }\n")));
	bad(filled(DEMO "welcome de { suggestions = {\"", "x",
		CONFIG_SUGGESTION_MAX + 1, "\"} }\n"),
	    2, "suggestions must be");
	config_free(good(filled(DEMO "welcome de { suggestions = {a", ", b",
	    CONFIG_SUGGESTIONS_MAX - 1, "} }\n")));
	bad(filled(DEMO "welcome de { suggestions = {a", ", b",
		CONFIG_SUGGESTIONS_MAX, "} }\n"),
	    2, "more than 6 values");
	for (int i = 0; i < CONFIG_WELCOMES_MAX; i++)
		at += sprintf(at, "welcome \"a%c\" { }\n", 'a' + i);
	config_free(good(many));
	strcpy(at, "welcome de { }\n");
	bad(many, CONFIG_WELCOMES_MAX + 2, "more than 16 sections welcome");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads_back),
		cmocka_unit_test(test_languages),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, config_group_begin,
	    temp_folder_remove);
}
