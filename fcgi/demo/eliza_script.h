/* SPDX-License-Identifier: MIT */
/*
 * The form of ELIZA's script, which is data and no part of the program. Only
 * eliza.c reads it.
 *
 * A pattern is a list of elements between spaces: "0" any number of words, "1"
 * and so on exactly that many, "*SAD|UNHAPPY" one of these words, "/FAMILY" a
 * word with one of these tags, anything else that word. Each matches a part of
 * the sentence, counted from 1.
 *
 * A reply is text in which a digit stands for that part, or one of:
 * "=KEY" go on with that keyword, "NEWKEY" with the next one of the sentence,
 * "PRE TEXT =KEY" make the sentence TEXT and go on with that keyword.
 */
#ifndef CONFAB_DEMO_ELIZA_SCRIPT_H
#define CONFAB_DEMO_ELIZA_SCRIPT_H

#include <stddef.h>

#define ELIZA_KEYS_MAX 96    /* keywords of a script */
#define ELIZA_RULES_MAX 16   /* rules of a keyword */
#define ELIZA_ELEMENTS_MAX 9 /* elements of a pattern: one digit counts */
#define ELIZA_MEMORY_RULES 4 /* the paper's HASH yields two bits */

struct eliza_rule {
	const char *pattern;	    /* NULL ends the list */
	const char *const *replies; /* used in turn; NULL ends the list */
};

struct eliza_key {
	const char *word;    /* lower case; ":none" when nothing fits */
	const char *becomes; /* what replaces it in the sentence, or NULL */
	const char *tags;    /* "noun|family", or NULL */
	const char *link;    /* keyword to use when no rule matches, or NULL */
	const struct eliza_rule *rules; /* or NULL */
	unsigned char rank; /* the highest in a sentence is tried first */
};

struct eliza_script {
	const char *opening;
	const struct eliza_key *keys;
	size_t n_keys;
	const char *memory_key; /* the keyword whose sentences are kept */
	struct {
		const char *pattern;
		const char *reply;
	} memory[ELIZA_MEMORY_RULES];
	const char *foreign_key; /* for text in no Latin letters */
	const char *no_match[4]; /* no pattern of a keyword matches */
};

/* DOCTOR, as in the appendix of the 1966 paper. Static. */
extern const struct eliza_script eliza_doctor;

#endif
