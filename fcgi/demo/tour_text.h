/* SPDX-License-Identifier: MIT */
/*
 * The words of the tour, as data for tour.c: one part a topic.
 */
#ifndef CONFAB_DEMO_TOUR_TEXT_H
#define CONFAB_DEMO_TOUR_TEXT_H

#include <stddef.h>

/* In the order in which an answer has them. */
enum tour_topic {
	TOUR_WELCOME,
	TOUR_PRIVACY,
	TOUR_WORDS,
	TOUR_LISTS,
	TOUR_TABLE,
	TOUR_CODE,
	TOUR_MATH,
	TOUR_DIAGRAM,
	TOUR_LINKS,
	TOUR_LANGUAGES,
	TOUR_HTML,
	TOUR_HELP,
	TOUR_LONG,  /* made to measure: no text of its own */
	TOUR_TOOLS, /* what is said where no tool is offered */
	TOUR_SLOW,
	TOUR_FAST,
	TOUR_REASONING,
	TOUR_CUT, /* this and the next break off in mid-sentence */
	TOUR_ERROR,
	TOUR_TOPICS
};

/* Markdown without a newline at either end; NULL for TOUR_LONG. */
extern const char *const tour_text[TOUR_TOPICS];

/*
 * The round with a tool: what is said before the call, the program that is to
 * be run, and what is said before and after its result.
 */
extern const char *const tour_call;
extern const char *const tour_program;
extern const char *const tour_back;
extern const char *const tour_after;

/* What the model pretends to think before it answers. */
extern const char *const tour_reasoning;

/* Sentences of which a long answer is made. */
extern const char *const tour_sentences[];
extern const size_t tour_n_sentences;

#endif
