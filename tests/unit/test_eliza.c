/* SPDX-License-Identifier: MIT */
/*
 * ELIZA: the paper's own dialogue, and each rule of the script language.
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

#include "confab/base/codepoint.h"

#include "demo/eliza.h"
#include "demo/eliza_match.h"
#include "demo/eliza_script.h"
#include "demo/eliza_words.h"
#include "eliza_help.h"

static const struct {
	const char *said;
	const char *answer;
} paper[] = {
	{ "Men are all alike.", "IN WHAT WAY" },
	{ "They're always bugging us about something or other.",
	    "CAN YOU THINK OF A SPECIFIC EXAMPLE" },
	{ "Well, my boyfriend made me come here.",
	    "YOUR BOYFRIEND MADE YOU COME HERE" },
	{ "He says I'm depressed much of the time.",
	    "I AM SORRY TO HEAR YOU ARE DEPRESSED" },
	{ "It's true. I am unhappy.",
	    "DO YOU THINK COMING HERE WILL HELP YOU NOT TO BE UNHAPPY" },
	{ "I need some help, that much seems certain.",
	    "WHAT WOULD IT MEAN TO YOU IF YOU GOT SOME HELP" },
	{ "Perhaps I could learn to get along with my mother.",
	    "TELL ME MORE ABOUT YOUR FAMILY" },
	{ "My mother takes care of me.",
	    "WHO ELSE IN YOUR FAMILY TAKES CARE OF YOU" },
	{ "My father.", "YOUR FATHER" },
	{ "You are like my father in some ways.",
	    "WHAT RESEMBLANCE DO YOU SEE" },
	{ "You are not very aggressive but I think you don't want me to "
	  "notice that.",
	    "WHAT MAKES YOU THINK I AM NOT VERY AGGRESSIVE" },
	{ "You don't argue with me.",
	    "WHY DO YOU THINK I DON'T ARGUE WITH YOU" },
	{ "You are afraid of me.",
	    "DOES IT PLEASE YOU TO BELIEVE I AM AFRAID OF YOU" },
	{ "My father is afraid of everybody.",
	    "WHAT ELSE COMES TO MIND WHEN YOU THINK OF YOUR FATHER" },
	{ "Bullies.",
	    "DOES THAT HAVE ANYTHING TO DO WITH THE FACT THAT YOUR "
	    "BOYFRIEND MADE YOU COME HERE" },
};
#define PAPER (sizeof(paper) / sizeof(paper[0]))

static void
test_paper_dialogue(void **state)
{
	const char *said[PAPER + 1] = { NULL };
	size_t i;

	(void)state;
	for (i = 0; i < PAPER; i++) {
		char *got;

		said[i] = paper[i].said;
		got = answer(ELIZA_TELETYPE, said);
		assert_string_equal(got, paper[i].answer);
		free(got);
	}
}

static void
test_sentence_case(void **state)
{
	(void)state;
	assert_answer("In what way?", "Men are all alike.");
	assert_answer("Your boyfriend made you come here?",
	    "Well, my boyfriend made me come here.");
	/* The first word loses its capital; a name within does not. */
	assert_answer("You say yesterday you saw Peter?",
	    "Yesterday I saw Peter");
}

static void
test_opening_remark(void **state)
{
	(void)state;
	assert_answer("How do you do. Please tell me your problem.", NULL);
}

/* Cuts `text` by `pattern` and writes the parts between bars. */
static const char *
match(const char *pattern, const char *text)
{
	static struct eliza_sentence st;
	static char out[256];
	struct eliza_parts parts;
	size_t p, i, at = 0;

	eliza_read(&st, text, strlen(text));
	if (!eliza_match(&eliza_doctor, pattern, st.words, st.n, &parts))
		return "no";
	out[0] = '\0';
	for (p = 1; p <= parts.n; p++) {
		for (i = parts.begin[p - 1]; i < parts.begin[p]; i++)
			at += (size_t)snprintf(out + at, sizeof(out) - at,
			    "%s%.*s", i > parts.begin[p - 1] ? " " : "",
			    (int)st.words[i].len, st.words[i].s);
		at += (size_t)snprintf(out + at, sizeof(out) - at, "|");
	}
	return out;
}

static void
test_patterns(void **state)
{
	(void)state;
	/* The paper's own example, then the corners. */
	assert_string_equal(match("0 you 0 me", "It seems that you hate me"),
	    "It seems that|you|hate|me|");
	assert_string_equal(match("0", ""), "|");
	assert_string_equal(match("0", "a b"), "a b|");
	assert_string_equal(match("1 1 0", "a b c d"), "a|b|c d|");
	assert_string_equal(match("2 0", "a b c d"), "a b|c d|");
	assert_string_equal(match("0 2", "a b c d"), "a b|c d|");
	assert_string_equal(match("3", "a b"), "no");
	assert_string_equal(match("a", "a b"), "no");
	assert_string_equal(match("0 a 0 a", "x a x a x a"), "x|a|x a x|a|");
	assert_string_equal(match("0 a 0 a 0", "x a x a x a"), "x|a|x|a|x a|");
	assert_string_equal(match("0 a 0 a", "x a"), "no");
	assert_string_equal(match("0 a b 0", "a a b b"), "a|a|b|b|");
	assert_string_equal(match("0 *sad|sick 0", "I am Sick"), "I am|Sick||");
	assert_string_equal(match("0 *sad|sick 0", "I am si"), "no");
	assert_string_equal(match("/noun", "mother"), "mother|");
	assert_string_equal(match("/belief|noun", "mother"), "mother|");
	assert_string_equal(match("/noun", "sister"), "no");
}

static void
test_replies_are_cycled(void **state)
{
	(void)state;
	assert_answer("Can you think of a specific example?", "always");
	assert_answer("When?", "always", "always");
	assert_answer("Really, always?", "always", "always", "always",
	    "always");
	assert_answer("Can you think of a specific example?", "always",
	    "always", "always", "always", "always");
}

static void
test_highest_rank_wins(void **state)
{
	(void)state;
	assert_answer("Do computers worry you?",
	    "I always remember my computer");
	assert_answer("Your mistake?", "I am sorry for my mistake");
	/* Of equal rank, the first: WAS and MY. */
	assert_answer("Were you really?", "I was sorry for my mistake");
}

static void
test_clauses(void **state)
{
	(void)state;
	/* The first clause with a keyword counts; BUT is a delimiter too. */
	assert_answer("Your cat?", "The dog barks, my cat, my hamster");
	assert_answer("Your cat?", "the dog barks but my cat but my hamster");
}

static void
test_numbers_hold_delimiters(void **state)
{
	(void)state;
	assert_answer("Why do you want 3.50 at 10:30?", "I want money",
	    "I want 3.50 at 10:30.");
}

static void
test_links_and_newkey(void **state)
{
	(void)state;
	/* ALIKE -> DIT; MAYBE -> PERHAPS; DREAMS -> DREAM. */
	assert_answer("In what way?", "they look the same");
	assert_answer("You don't seem quite certain.", "maybe");
	assert_answer("Do you dream often?", "strange dreams",
	    "strange dreams");
	/* LIKE has nothing to say here and leaves it to the next keyword. */
	assert_answer("You say you like cheese?", "I like cheese");
	/* NEWKEY with no keyword left: the last resort. */
	assert_answer("I am not sure I understand you fully.", "we like it");
	/* A cycle may hold links: the fifth reply of DO I REMEMBER is one. */
	assert_answer("Why do you ask?", "Do you remember me",
	    "Do you remember me", "Do you remember me", "Do you remember me");
}

static void
test_pre_rewrites(void **state)
{
	(void)state;
	assert_answer("I am sorry to hear you are sad.", "I'm sad");
	assert_answer("I am sorry to hear you are sad.", "im sad");
	assert_answer("What makes you think I am clever?", "You're clever");
	assert_answer("I am sorry to hear you are sad.", "I\xE2\x80\x99m sad");
}

static void
test_tags(void **state)
{
	(void)state;
	assert_answer("Tell me more about your family.", "my mom");
	assert_answer("Do you really think so?", "I feel I should go");
	assert_answer("Who else in your family likes dogs?", "my mum",
	    "My dad likes dogs");
}

static void
test_no_rule_matches(void **state)
{
	(void)state;
	/* CAN knows only "can I" and "can you": the built-in remarks. */
	assert_answer("Hmm.", "he can swim");
	assert_answer("Go on, please.", "he can swim", "he can swim");
}

static void
test_memory(void **state)
{
	(void)state;
	/* Wording by SLIP's HASH of the last word: HERE 3, KIDS 1, TIME 0. */
	assert_answer("Earlier you said your wife wants kids.",
	    "My wife wants kids", "x", "x");
	assert_answer("Let's discuss further why your father talks all the "
		      "time.",
	    "My father talks all the time", "x", "x");
	assert_answer("Does that have anything to do with the fact that your "
		      "dog is here?",
	    "My dog is here", "x", "x");
	/* Only at every fourth message, the oldest first, each once. */
	assert_answer("I am not sure I understand you fully.",
	    "My wife wants kids", "x");
	assert_answer("Earlier you said your son wants kids.",
	    "My wife wants kids", "my son wants kids", "x", "x", "x", "x", "x");
	assert_answer("Do you feel strongly about discussing such things?",
	    "My wife wants kids", "x", "x", "x", "x", "x");
}

static void
test_hash(void **state)
{
	static const struct {
		const char *word;
		unsigned bits, hash;
	} known[] = { { "ALWAYS", 7, 14 }, { "always", 7, 14 },
		{ "here", 2, 3 }, { "KIDS", 2, 1 }, { "TIME", 2, 0 } };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		struct eliza_word w = { known[i].word, strlen(known[i].word),
			false };

		assert_int_equal(eliza_hash(&w, known[i].bits), known[i].hash);
	}
}

static void
test_replay_is_the_dialogue(void **state)
{
	char *first, *again;
	const char *said[] = { "My cat", "yes", "yes", "My cat", NULL };

	(void)state;
	first = answer(ELIZA_SENTENCE, said);
	again = answer(ELIZA_SENTENCE, said);
	assert_string_equal(first, again);
	assert_string_equal(first, "Why do you say your cat?");
	free(first);
	free(again);
}

static const struct eliza_key *
key_in_script(const char *word)
{
	size_t i;

	for (i = 0; i < eliza_doctor.n_keys; i++) {
		if (strcmp(eliza_doctor.keys[i].word, word) == 0)
			return &eliza_doctor.keys[i];
	}
	return NULL;
}

static size_t
count_elements(const char *pattern)
{
	size_t n = 1;

	for (; *pattern != '\0'; pattern++)
		n += *pattern == ' ';
	return n;
}

static void
check_reply(const char *reply, size_t elements)
{
	const char *link = strchr(reply, '=');

	if (link != NULL)
		assert_non_null(key_in_script(link + 1));
	for (; *reply != '\0'; reply++) {
		assert_false(*reply == '0');
		if (*reply >= '1' && *reply <= '9')
			assert_true((size_t)(*reply - '0') <= elements);
	}
}

static void
test_script_is_sound(void **state)
{
	const struct eliza_script *s = &eliza_doctor;
	size_t i, r, n;

	(void)state;
	assert_non_null(key_in_script(":none"));
	assert_non_null(key_in_script(s->memory_key));
	assert_non_null(key_in_script(s->foreign_key));
	for (i = 0; i < s->n_keys; i++) {
		const struct eliza_key *k = &s->keys[i];

		assert_ptr_equal(key_in_script(k->word), k); /* no double */
		if (k->link != NULL)
			assert_non_null(key_in_script(k->link));
		for (r = 0; k->rules != NULL && k->rules[r].pattern; r++) {
			size_t e = count_elements(k->rules[r].pattern);

			assert_true(r < ELIZA_RULES_MAX);
			assert_true(e <= ELIZA_ELEMENTS_MAX);
			for (n = 0; k->rules[r].replies[n] != NULL; n++)
				check_reply(k->rules[r].replies[n], e);
			assert_true(n > 0 && n < 255);
		}
	}
	for (i = 0; i < ELIZA_MEMORY_RULES; i++)
		check_reply(s->memory[i].reply,
		    count_elements(s->memory[i].pattern));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paper_dialogue),
		cmocka_unit_test(test_sentence_case),
		cmocka_unit_test(test_opening_remark),
		cmocka_unit_test(test_patterns),
		cmocka_unit_test(test_replies_are_cycled),
		cmocka_unit_test(test_highest_rank_wins),
		cmocka_unit_test(test_clauses),
		cmocka_unit_test(test_numbers_hold_delimiters),
		cmocka_unit_test(test_links_and_newkey),
		cmocka_unit_test(test_pre_rewrites),
		cmocka_unit_test(test_tags),
		cmocka_unit_test(test_no_rule_matches),
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_hash),
		cmocka_unit_test(test_replay_is_the_dialogue),
		cmocka_unit_test(test_script_is_sound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
