/* SPDX-License-Identifier: MIT */
/*
 * The tour: every keyword brings its part, every part has its feature, and
 * no message brings more than its limit.
 */
#include "config.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "confab/base/utf8.h"

#include "demo/tour.h"
#include "demo/tour_text.h"

static struct tour_answer answer;

static void
ask(const char *text)
{
	tour_answer_free(&answer);
	assert_int_equal(tour_answer(text, strlen(text), &answer), 0);
	assert_true(answer.text.len > 0);
	assert_true(utf8_valid(answer.text.data, answer.text.len));
}

static bool
says(const char *part)
{
	return strstr(buf_str(&answer.text), part) != NULL;
}

static void
test_default_is_everything(void **state)
{
	static const char *const vague[] = { "", "hello", "?!", "\xFF\xFE",
		"tabletop encoder", "averyveryverylongwordindeed" };
	size_t i, t;

	(void)state;
	for (i = 0; i < sizeof(vague) / sizeof(vague[0]); i++) {
		ask(vague[i]);
		for (t = 0; t < TOUR_LONG; t++)
			assert_true(says(tour_text[t]));
		assert_false(says(tour_text[TOUR_ERROR]));
		assert_int_equal(answer.reasoning.len, 0);
		assert_int_equal(answer.end, TOUR_END_STOP);
		assert_int_equal(answer.pace, PACE_BRISK);
	}
}

static void
test_each_part_has_its_feature(void **state)
{
	static const struct {
		const char *ask, *shows;
	} parts[] = {
		{ "text", "\n> " },
		{ "text", "[^1]:" },
		{ "text", "**" },
		{ "lists", "\n1. " },
		{ "lists", "- [x] " },
		{ "lists", "- [ ] " },
		{ "table", "|:-----|:------:|----" },
		{ "code", "```c\n" },
		{ "code", "```python\n" },
		{ "code", "```js\n" },
		{ "code", "```sh\n" },
		{ "math", "\\( " },
		{ "math", "\\[\n" },
		{ "math", "$$\n" },
		{ "math", "$10" },
		{ "diagram", "```mermaid\n" },
		{ "links", "](https://" },
		{ "links", "![" },
		{ "languages", "\xD9\x85\xD8\xB1\xD8\xAD" },
		{ "languages", "\xE4\xBD\xA0\xE5\xA5\xBD" },
		{ "html", "<script>" },
		{ "privacy", "memory" },
		{ "help", "`long 2000`" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		ask(parts[i].ask);
		assert_true(says(parts[i].shows));
		assert_false(says(tour_text[TOUR_WELCOME]));
		assert_int_equal(answer.pace, PACE_HUMAN);
	}
}

/* What help names must work; "long 2000" and all. */
static void
test_help_names_keywords(void **state)
{
	const char *p;

	(void)state;
	for (p = strchr(tour_text[TOUR_HELP], '|'); (p = strchr(p, '`'));) {
		char word[32];
		size_t len = strcspn(++p, "`");

		assert_true(len < sizeof(word));
		memcpy(word, p, len);
		word[len] = '\0';
		ask(word);
		assert_false(says(tour_text[TOUR_WELCOME]));
		p += len + 1;
	}
}

static void
test_keywords_in_a_sentence(void **state)
{
	(void)state;
	ask("Could you show me a TABLE, please? And some code!");
	assert_true(says(tour_text[TOUR_TABLE]));
	assert_true(says(tour_text[TOUR_CODE]));
	assert_false(says(tour_text[TOUR_MATH]));
}

static void
test_manners(void **state)
{
	(void)state;
	ask("slow");
	assert_int_equal(answer.pace, PACE_SLOW);
	assert_true(says(tour_text[TOUR_SLOW]));
	ask("slow table");
	assert_int_equal(answer.pace, PACE_SLOW);
	assert_string_equal(buf_str(&answer.text), tour_text[TOUR_TABLE]);
	ask("fast long");
	assert_int_equal(answer.pace, PACE_FAST);
	ask("reasoning");
	assert_string_equal(buf_str(&answer.reasoning), tour_reasoning);
	assert_string_equal(buf_str(&answer.text), tour_text[TOUR_REASONING]);
	ask("reasoning math");
	assert_string_equal(buf_str(&answer.reasoning), tour_reasoning);
	assert_string_equal(buf_str(&answer.text), tour_text[TOUR_MATH]);
}

static void
test_ends(void **state)
{
	(void)state;
	ask("error");
	assert_int_equal(answer.end, TOUR_END_ERROR);
	assert_string_equal(buf_str(&answer.text), tour_text[TOUR_ERROR]);
	ask("code error");
	assert_int_equal(answer.end, TOUR_END_ERROR);
	assert_true(says(tour_text[TOUR_CODE]));
	/* It ends where the announcement does. */
	assert_string_equal(answer.text.data + answer.text.len -
		strlen(tour_text[TOUR_ERROR]),
	    tour_text[TOUR_ERROR]);
	ask("cut");
	assert_int_equal(answer.end, TOUR_END_LENGTH);
}

static size_t
count_words(const char *s)
{
	size_t n = 0;

	for (s += strspn(s, " \n"); *s != '\0'; s += strspn(s, " \n")) {
		s += strcspn(s, " \n");
		n++;
	}
	return n;
}

static void
test_long(void **state)
{
	char text[64];
	size_t n;

	(void)state;
	for (n = 1; n <= 500; n++) {
		(void)snprintf(text, sizeof(text), "long %zu", n);
		ask(text);
		assert_int_equal(count_words(buf_str(&answer.text)), n);
		assert_true(strchr(".?!",
				answer.text.data[answer.text.len - 1]) != NULL);
	}
	ask("long");
	assert_int_equal(count_words(buf_str(&answer.text)),
	    TOUR_WORDS_DEFAULT);
	ask("write me 2000 words, a long text");
	assert_true(count_words(buf_str(&answer.text)) > 2000);
	ask("long 0");
	assert_int_equal(count_words(buf_str(&answer.text)),
	    TOUR_WORDS_DEFAULT);
	ask("long 99999999999999999999999999");
	assert_int_equal(count_words(buf_str(&answer.text)), TOUR_WORDS_MAX);
}

static void
test_all_at_once_fits(void **state)
{
	(void)state;
	ask("privacy text lists table code math diagram links languages html "
	    "help long 20000 reasoning slow cut error");
	assert_true(answer.text.len < TOUR_TEXT_MAX);
}

static void
test_only_the_beginning_is_read(void **state)
{
	char text[TOUR_READ_MAX + 16];

	(void)state;
	memset(text, ' ', sizeof(text));
	memcpy(text + TOUR_READ_MAX, "table", 6);
	ask(text);
	assert_true(says(tour_text[TOUR_WELCOME]));
	memcpy(text + TOUR_READ_MAX - 5, "table", 6);
	ask(text);
	assert_string_equal(buf_str(&answer.text), tour_text[TOUR_TABLE]);
}

static int
teardown(void **state)
{
	(void)state;
	tour_answer_free(&answer);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_default_is_everything),
		cmocka_unit_test(test_each_part_has_its_feature),
		cmocka_unit_test(test_help_names_keywords),
		cmocka_unit_test(test_keywords_in_a_sentence),
		cmocka_unit_test(test_manners),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_all_at_once_fits),
		cmocka_unit_test(test_only_the_beginning_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, teardown);
}
