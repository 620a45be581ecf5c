/* SPDX-License-Identifier: MIT */
/*
 * Room where sentences meet the script's patterns; see confab/eliza_match.h.
 */
#include "config.h"

#include <stdint.h>
#include <string.h>

#include "eliza_match.h"

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool
same(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t i;

	if (a_len != b_len)
		return false;
	for (i = 0; i < a_len; i++) {
		if (lower(a[i]) != lower(b[i]))
			return false;
	}
	return true;
}

/* True when the word is one of `list`, names between bars, up to `end`. */
static bool
in_list(const char *s, size_t len, const char *list, const char *end)
{
	while (list < end) {
		const char *bar = memchr(list, '|', (size_t)(end - list));
		const char *stop = bar != NULL ? bar : end;

		if (same(s, len, list, (size_t)(stop - list)))
			return true;
		list = stop + 1;
	}
	return false;
}

const struct eliza_key *
eliza_find_key(const struct eliza_script *script, const char *word, size_t len)
{
	size_t i;

	if (len == 0)
		return NULL;
	for (i = 0; i < script->n_keys; i++) {
		const struct eliza_key *k = &script->keys[i];

		if (k->word[0] == lower(word[0]) &&
		    same(k->word, strlen(k->word), word, len))
			return k;
	}
	return NULL;
}

/* True when the script gives the word one of the tags in `list`. */
static bool
has_tag(const struct eliza_script *script, const struct eliza_word *w,
    const char *list, const char *end)
{
	const struct eliza_key *k = eliza_find_key(script, w->s, w->len);
	const char *tag, *stop;

	if (k == NULL || k->tags == NULL)
		return false;
	for (tag = k->tags;; tag = stop + 1) {
		stop = tag + strcspn(tag, "|");
		if (in_list(tag, (size_t)(stop - tag), list, end))
			return true;
		if (*stop == '\0')
			return false;
	}
}

/* Words that element s[0..len) takes of the `left` at `w`; -1: no match. */
static int
element_takes(const struct eliza_script *script, const char *s, size_t len,
    const struct eliza_word *w, size_t left)
{
	bool fits;

	if (s[0] >= '1' && s[0] <= '9')
		return (size_t)(s[0] - '0') <= left ? s[0] - '0' : -1;
	if (left == 0)
		return -1;
	if (s[0] == '*')
		fits = in_list(w->s, w->len, s + 1, s + len);
	else if (s[0] == '/')
		fits = has_tag(script, w, s + 1, s + len);
	else
		fits = same(w->s, w->len, s, len);
	return fits ? 1 : -1;
}

bool
eliza_match(const struct eliza_script *script, const char *pattern,
    const struct eliza_word *words, size_t n, struct eliza_parts *parts)
{
	const char *elements[ELIZA_ELEMENTS_MAX];
	size_t lens[ELIZA_ELEMENTS_MAX];
	size_t m = 0, i = 0, at = 0, retry = SIZE_MAX, retry_at = 0;

	while (*pattern != '\0' && m < ELIZA_ELEMENTS_MAX) {
		elements[m] = pattern;
		lens[m] = strcspn(pattern, " ");
		pattern += lens[m++];
		pattern += *pattern == ' ';
	}
	while (i < m || at < n) {
		int takes = -1;

		if (i < m && elements[i][0] == '0') {
			retry = i;
			retry_at = at;
			takes = 0;
		} else if (i < m)
			takes = element_takes(script, elements[i], lens[i],
			    words + at, n - at);
		if (takes >= 0) {
			parts->begin[i++] = at;
			at += (size_t)takes;
			continue;
		}
		/*
		 * The "0" takes one word more: what follows starts later. Only
		 * the latest "0" ever needs to: what lies between two of them
		 * has a fixed length, so no later place can be better.
		 */
		if (retry == SIZE_MAX || retry_at == n)
			return false;
		at = ++retry_at;
		i = retry + 1;
	}
	parts->begin[m] = n;
	parts->n = m;
	return true;
}
