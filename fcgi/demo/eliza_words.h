/* SPDX-License-Identifier: MIT */
/*
 * ELIZA's ear: any bytes of a message into bounded words. Pure. Only eliza.c
 * uses it.
 */
#ifndef CONFAB_DEMO_ELIZA_WORDS_H
#define CONFAB_DEMO_ELIZA_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "eliza.h"

struct eliza_word {
	const char *s; /* into the sentence's text, or the script */
	size_t len;    /* 0: a delimiter, "," or "." in the paper */
	bool opens;    /* first word after the start or a full stop */
};

struct eliza_sentence {
	char text[ELIZA_MESSAGE_MAX]; /* the words' bytes, valid UTF-8 */
	size_t used;
	struct eliza_word words[ELIZA_WORDS_MAX];
	size_t n;
	bool shouting; /* two words or more and no small letter */
	bool foreign;  /* more letters outside ASCII than inside */
};

/*
 * Fills `st` with the words and delimiters of msg[0..len), as far as the
 * limits of eliza.h allow; the rest is not read. Words keep their letters'
 * case. Typographic apostrophes become plain ones; quotes, brackets, what is
 * invisible and what Markdown or HTML would read as markup separates words;
 * bytes that are not UTF-8 become U+FFFD. `st` holds pointers into itself: do
 * not copy it.
 */
void eliza_read(struct eliza_sentence *st, const char *msg, size_t len);

/*
 * SLIP's HASH of a word: the middle `bits` (at most 15) of the square of the
 * machine word that holds its last cell of six characters, in the IBM 7094's
 * BCD code. The paper's example: ALWAYS in 7 bits is 14.
 */
unsigned eliza_hash(const struct eliza_word *w, unsigned bits);

#endif
