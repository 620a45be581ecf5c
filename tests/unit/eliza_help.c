/* SPDX-License-Identifier: MIT */
/*
 * For the tests of ELIZA.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "eliza_help.h"

static struct eliza_turn turns[TURNS];

char *
answer(enum eliza_style style, const char *const *said)
{
	struct buf out;
	size_t n, len;
	char *text;

	for (n = 0; said[n] != NULL; n++) {
		assert_true(n < TURNS);
		turns[n].text = said[n];
		turns[n].len = strlen(said[n]);
	}
	buf_init(&out, ELIZA_ANSWER_MAX);
	assert_int_equal(eliza_answer(turns, n, style, &out), 0);
	text = buf_steal(&out, &len);
	assert_non_null(text);
	return text;
}
