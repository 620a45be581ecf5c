/* SPDX-License-Identifier: MIT */
/*
 * For the tests of ELIZA: what it answers to what was said.
 */
#ifndef CONFAB_TEST_ELIZA_HELP_H
#define CONFAB_TEST_ELIZA_HELP_H

#include "demo/eliza.h"

#define TURNS 64 /* messages of a test's dialogue */

/* The answer to the last of a NULL-terminated list of messages; freed by the
 * caller. */
char *answer(enum eliza_style style, const char *const *said);

#define SAID(...)                 \
	(const char *const[])     \
	{                         \
		__VA_ARGS__, NULL \
	}
#define assert_answer(want, ...)                                       \
	do {                                                           \
		char *got = answer(ELIZA_SENTENCE, SAID(__VA_ARGS__)); \
		assert_string_equal(got, want);                        \
		free(got);                                             \
	} while (0)

#endif
