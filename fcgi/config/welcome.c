/* SPDX-License-Identifier: MIT */
/*
 * What the empty conversation says in the administrator's words: a sentence and
 * ways to begin, for each language. It is text for people, never HTML.
 */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "confab/config/option.h"

#include "check.h"
#include "reader.h"

#define LANGUAGE_MAX 35 /* bytes; RFC 5646, section 4.4.1 */
#define SUBTAG_MAX 8	/* RFC 5646, section 2.1 */

static const char alnum[] = "0123456789"
			    "abcdefghijklmnopqrstuvwxyz"
			    "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/* Of the form of RFC 5646, section 2.1: a language, then further subtags. */
bool
config_is_language(const char *s)
{
	size_t n = strspn(s, alnum + 10);

	if (n < 2 || n > SUBTAG_MAX || strlen(s) > LANGUAGE_MAX)
		return false;
	for (s += n; *s == '-'; s += n + 1) {
		n = strspn(s + 1, alnum);
		if (n == 0 || n > SUBTAG_MAX)
			return false;
	}
	return *s == '\0';
}

static bool
says_something(const char *s)
{
	return s[strspn(s, " ")] != '\0';
}

bool
config_is_welcome(const char *s)
{
	return says_something(s) && strlen(s) <= CONFIG_WELCOME_TEXT_MAX &&
	    config_is_text(s);
}

const char *
config_suggestion(const char *s, size_t *title_len)
{
	const char *bar = strchr(s, '|');
	size_t n = bar != NULL ? (size_t)(bar - s) : 0;

	while (n > 0 && s[n - 1] == ' ')
		n--;
	*title_len = n;
	if (bar != NULL)
		s = bar + 1;
	return s + strspn(s, " ");
}

bool
config_is_suggestion(const char *s)
{
	const char *bar = strchr(s, '|');
	size_t n;

	return strlen(s) <= CONFIG_SUGGESTION_MAX && config_is_text(s) &&
	    says_something(config_suggestion(s, &n)) &&
	    (bar == NULL || (n > 0 && *s != ' '));
}

int
config_check_welcomes(struct config_reader *r)
{
	const struct config *c = r->config;

	for (size_t i = 0; i < c->n_welcomes; i++) {
		const struct config_welcome *w = &c->welcomes[i];

		if (w->suggestions.n > CONFIG_SUGGESTIONS_MAX)
			return config_fail(r, config_line(r, w, "suggestions"),
			    "suggestions has more than %d values",
			    CONFIG_SUGGESTIONS_MAX);
		for (size_t k = 0; k < i; k++)
			if (strcasecmp(c->welcomes[k].language, w->language) ==
			    0)
				return config_fail(r, config_line(r, w, NULL),
				    "welcome \"%s\" is there twice",
				    w->language);
	}
	return 0;
}
