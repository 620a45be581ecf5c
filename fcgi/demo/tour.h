/* SPDX-License-Identifier: MIT */
/*
 * The `tour` model: a document that shows what the page can do, in the parts
 * that the user's last message names by keyword. Pure; the text is fixed, the
 * same message always gets the same answer.
 */
#ifndef CONFAB_DEMO_TOUR_H
#define CONFAB_DEMO_TOUR_H

#include <stdbool.h>
#include <stddef.h>

#include "confab/base/buf.h"

#include "pace.h"

#define TOUR_READ_MAX 4096	/* bytes of a message searched for keywords */
#define TOUR_WORDS_DEFAULT 1000 /* of the answer to "long" */
#define TOUR_WORDS_MAX 20000	/* of the answer to "long 99999" */
#define TOUR_TEXT_MAX (256 * 1024) /* bytes of an answer */

/* How the answer is to end once all of its text is out. */
enum tour_end {
	TOUR_END_STOP,	 /* well: finish reason "stop" */
	TOUR_END_LENGTH, /* cut: finish reason "length" */
	TOUR_END_CALL,	 /* a call of a tool: finish reason "tool_calls" */
	TOUR_END_ERROR	 /* an error event, no finish reason */
};

struct tour_answer {
	struct buf reasoning; /* UTF-8, comes first; may be empty */
	struct buf text;      /* Markdown, UTF-8, never empty */
	enum pace_speed pace; /* of both */
	enum tour_end end;
	bool tools; /* it was asked for tools: tour_use_tools() has a say */
};

/*
 * Fills *out with the answer to text[0..n), which may be any bytes. Keywords
 * are found in any case and combine ("slow table"); without any, the answer is
 * the whole tour. Returns 0, or -1 when memory runs out; in both cases the
 * caller frees *out.
 */
int tour_answer(const char *text, size_t n, struct tour_answer *out);

#define TOUR_FINISH_CALL "\"tool_calls\""

/* The finish reason of an answer that has all been given, as JSON. */
const char *tour_finish(enum tour_end end);

void tour_answer_free(struct tour_answer *a);

#endif
