/* SPDX-License-Identifier: MIT */
/*
 * ELIZA: whatever a person or an attacker may type.
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

static void
test_memories_are_bounded(void **state)
{
	struct eliza_turn *many;
	struct buf out;
	size_t i, n = ELIZA_MEMORIES_MAX + 4; /* turn n + 3 recalls */
	char said[ELIZA_MEMORIES_MAX + 4][32];

	(void)state;
	many = test_calloc(n + 4, sizeof(*many));
	for (i = 0; i < n; i++) {
		(void)snprintf(said[i], sizeof(said[i]), "my %c%c wants kids",
		    (int)('a' + i / 26), (int)('a' + i % 26));
		many[i].text = said[i];
		many[i].len = strlen(said[i]);
	}
	for (; (i + 1) % 4 != 3; i++)
		many[i] = (struct eliza_turn){ "x", 1 };
	many[i] = (struct eliza_turn){ "x", 1 };
	buf_init(&out, ELIZA_ANSWER_MAX);
	assert_int_equal(eliza_answer(many, i + 1, ELIZA_SENTENCE, &out), 0);
	/* The first four are forgotten, so the fifth, "ae", is the oldest. */
	assert_string_equal(buf_str(&out),
	    "Earlier you said your ae wants kids.");
	buf_free(&out);
	test_free(many);
}

static void
test_too_many_keywords(void **state)
{
	char text[512] = "";
	size_t i;

	(void)state;
	/* The best one is tried however many there are before it. */
	for (i = 0; i < 40; i++)
		memcpy(text + 4 * i, "was ", 5);
	memcpy(text + 4 * i, "computer", 9);
	assert_answer("Do computers worry you?", text);
	/* All of them pass: the last resort. */
	text[4 * i] = '\0';
	assert_answer("I am not sure I understand you fully.", text);
}

static void
test_old_turns_are_skipped(void **state)
{
	struct eliza_turn *many;
	struct buf out;
	size_t i, n = ELIZA_TURNS_MAX + 8;

	(void)state;
	many = test_calloc(n, sizeof(*many));
	for (i = 0; i < n; i++)
		many[i] = (struct eliza_turn){ "always", 6 };
	buf_init(&out, ELIZA_ANSWER_MAX);
	assert_int_equal(eliza_answer(many, n, ELIZA_SENTENCE, &out), 0);
	/* ELIZA_TURNS_MAX is a multiple of four replies: the last of them. */
	assert_string_equal(buf_str(&out), "Really, always?");
	buf_free(&out);
	test_free(many);
}

static void
test_other_languages(void **state)
{
	(void)state;
	assert_answer("I am sorry, I speak only English.",
	    "\xE7\xA7\x81\xE3\x81\xAF\xE6\x82\xB2\xE3\x81\x97\xE3\x81\x84"
	    "\xE3\x80\x82");
	assert_answer("I am sorry, I speak only English.", "deutsch");
	/* Its words pass through as they are. */
	assert_answer("Your \xC3\x84rger mit Z\xC3\xBCge?",
	    "my \xC3\x84rger mit Z\xC3\xBCge");
	/* An emoji is no language. */
	assert_answer("I am not sure I understand you fully.",
	    "\xF0\x9F\x98\x80");
}

static void
test_nothing_said(void **state)
{
	static const char *const nothing[] = { "", " \t\n", "...", "?!", "''",
		"- - -", "\xE2\x80\xA6", "\xE2\x80\x8B" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(nothing) / sizeof(nothing[0]); i++)
		assert_answer("I am not sure I understand you fully.",
		    nothing[i]);
}

static void
test_markup_is_not_echoed(void **state)
{
	(void)state;
	assert_answer("Your bold script alert 1 script x y cat?",
	    "my **bold** <script>alert(1)</script> [x](y) `cat`");
	/* Direction controls neither. */
	assert_answer("Your cat?",
	    "my \xE2\x80\xAE"
	    "cat\xE2\x80\xAC");
}

/* Answers one message of any bytes, checks the promises, returns it. */
static void
check_promises(const char *text, size_t len, struct buf *out)
{
	struct eliza_turn turn = { text, len };
	size_t i, step;
	uint32_t cp;

	buf_reset(out);
	assert_int_equal(eliza_answer(&turn, 1, ELIZA_SENTENCE, out), 0);
	assert_true(out->len > 0 && out->len <= ELIZA_ANSWER_MAX);
	for (i = 0; i < out->len; i += step) {
		step = codepoint_next(out->data + i, out->len - i, &cp);
		assert_int_not_equal(cp, CODEPOINT_INVALID);
		assert_false(cp < 0x20 || cp == 0x7F);
		assert_null(
		    cp < 0x80 ? strchr("<>*_`[]#$\\|~", (int)cp) : NULL);
	}
}

static void
test_any_bytes(void **state)
{
	static char text[3 * ELIZA_MESSAGE_MAX];
	struct buf out;
	size_t i;
	int c;

	(void)state;
	buf_init(&out, ELIZA_ANSWER_MAX);
	for (c = 0; c < 256; c++) {
		char one[8] = "my a b";

		one[5] = (char)c;
		check_promises(one, 6, &out);
		/* One endless word, then as many words as fit. */
		memset(text, c, sizeof(text));
		memcpy(text, "my ", 3);
		check_promises(text, sizeof(text), &out);
		for (i = 4; i < sizeof(text); i += 2)
			text[i] = ' ';
		check_promises(text, sizeof(text), &out);
	}
	buf_free(&out);
}

static void
test_long_word_is_cut(void **state)
{
	char text[3 + ELIZA_WORD_MAX + 1];
	struct buf out;

	(void)state;
	memset(text, 'a', sizeof(text));
	memcpy(text, "my ", 3);
	buf_init(&out, ELIZA_ANSWER_MAX);
	check_promises(text, sizeof(text), &out);
	assert_int_equal(out.len, strlen("Your ?") + ELIZA_WORD_MAX);
	assert_string_equal(out.data + out.len - 4, "\xE2\x80\xA6?");
	buf_free(&out);
}

static void
test_long_message_is_cut_between_characters(void **state)
{
	char text[ELIZA_MESSAGE_MAX + 8];
	struct buf out;
	size_t i;

	(void)state;
	buf_init(&out, ELIZA_ANSWER_MAX);
	for (i = ELIZA_MESSAGE_MAX - 4; i <= ELIZA_MESSAGE_MAX; i++) {
		memset(text, ' ', sizeof(text));
		memcpy(text, "my ", 3);
		memcpy(text + i, "\xF0\x9F\x90\x88", 4);
		check_promises(text, sizeof(text), &out);
		assert_string_equal(buf_str(&out),
		    i + 4 <= ELIZA_MESSAGE_MAX ? "Your \xF0\x9F\x90\x88?"
					       : "Your?");
	}
	buf_free(&out);
}

static void
test_full_buffer(void **state)
{
	struct eliza_turn turn = { "my cat", 6 };
	struct buf out;
	size_t max;

	(void)state;
	for (max = 0; max < strlen("Your cat?"); max++) {
		buf_init(&out, max);
		assert_int_equal(eliza_answer(&turn, 1, ELIZA_SENTENCE, &out),
		    -1);
		buf_free(&out);
	}
	buf_init(&out, max);
	assert_int_equal(eliza_answer(&turn, 1, ELIZA_SENTENCE, &out), 0);
	buf_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_memories_are_bounded),
		cmocka_unit_test(test_too_many_keywords),
		cmocka_unit_test(test_old_turns_are_skipped),
		cmocka_unit_test(test_other_languages),
		cmocka_unit_test(test_nothing_said),
		cmocka_unit_test(test_markup_is_not_echoed),
		cmocka_unit_test(test_any_bytes),
		cmocka_unit_test(test_long_word_is_cut),
		cmocka_unit_test(test_long_message_is_cut_between_characters),
		cmocka_unit_test(test_full_buffer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
