/* SPDX-License-Identifier: MIT */
/*
 * ELIZA's matching: keywords, tags, and sentences cut by patterns. Pure. Only
 * eliza.c uses it.
 */
#ifndef CONFAB_DEMO_ELIZA_MATCH_H
#define CONFAB_DEMO_ELIZA_MATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "eliza_script.h"
#include "eliza_words.h"

/* The parts into which a pattern has cut a row of words: part i, counted from
 * 1, is words begin[i - 1] up to, but without, begin[i]. */
struct eliza_parts {
	size_t begin[ELIZA_ELEMENTS_MAX + 1];
	size_t n;
};

/* The script's entry for a word in any case of letters, or NULL. */
const struct eliza_key *eliza_find_key(const struct eliza_script *script,
    const char *word, size_t len);

/*
 * Cuts words[0..n) by `pattern` (see eliza_script.h); every "0" takes as
 * little as it can. Returns false when it does not fit; *parts is then of no
 * use. Takes time of at most the product of both lengths.
 */
bool eliza_match(const struct eliza_script *script, const char *pattern,
    const struct eliza_word *words, size_t n, struct eliza_parts *parts);

#endif
