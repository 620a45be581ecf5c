/* SPDX-License-Identifier: MIT */
/*
 * ELIZA: the program of J. Weizenbaum, "ELIZA - A Computer Program For the
 * Study of Natural Language Communication Between Man And Machine",
 * Communications of the ACM 9(1), January 1966, playing the paper's DOCTOR.
 *
 * Pure: the server keeps no conversation, so each call replays the user's
 * messages from the first one and answers the last; the cycling of replies and
 * the memory then are those of one continuous dialogue. The same messages
 * always get the same answer.
 */
#ifndef CONFAB_DEMO_ELIZA_H
#define CONFAB_DEMO_ELIZA_H

#include <stdbool.h>
#include <stddef.h>

#include "confab/base/buf.h"

#define ELIZA_TURNS_MAX 256    /* newest messages that are replayed */
#define ELIZA_MESSAGE_MAX 2048 /* bytes of a message that are read */
#define ELIZA_WORDS_MAX 256    /* words of a message that are read */
#define ELIZA_WORD_MAX 192     /* bytes of a word; the rest becomes "..." */
#define ELIZA_MEMORIES_MAX 32  /* remembered remarks; the oldest go first */
#define ELIZA_ANSWER_MAX (2 * ELIZA_MESSAGE_MAX) /* bytes of an answer */

/* A message of the user, any bytes; borrowed for the call. */
struct eliza_turn {
	const char *text;
	size_t len;
};

enum eliza_style {
	ELIZA_SENTENCE, /* "In what way?" */
	ELIZA_TELETYPE	/* "IN WHAT WAY", as it was printed in 1966 */
};

/*
 * Appends to `out` the answer to the last of `count` messages of the user,
 * oldest first; with none, the opening remark. The answer is one line of valid
 * UTF-8, at most ELIZA_ANSWER_MAX bytes, without characters that mean
 * something to Markdown or HTML. Returns 0, or -1 when `out` took no more.
 */
int eliza_answer(const struct eliza_turn *turns, size_t count,
    enum eliza_style style, struct buf *out);

#endif
