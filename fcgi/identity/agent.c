/* SPDX-License-Identifier: MIT */
/* Families of browsers. */
#include "config.h"

#include <stddef.h>
#include <string.h>

#include "agent.h"

#define SYSTEM_SHIFT 4
#define LONGEST 512 /* bytes of the header that are looked at */

/* In the order in which they are looked for: each names those after it, too. A
 * family is told by its place, so a new one goes to the end of its table or
 * is another program's format of the shared state. */
static const struct {
	const char *mark;
	const char *name;
} browsers[] = {
	{ NULL, NULL },
	{ "Edg", "Edge" },
	{ "OPR/", "Opera" },
	{ "SamsungBrowser/", "Samsung Internet" },
	{ "Firefox/", "Firefox" },
	{ "FxiOS/", "Firefox" },
	{ "Chrome/", "Chrome" },
	{ "CriOS/", "Chrome" },
	{ "Chromium/", "Chromium" },
	{ "Safari/", "Safari" },
	{ "curl/", "curl" },
}, systems[] = {
	{ NULL, NULL },
	{ "Android", "Android" },
	{ "iPhone", "iOS" },
	{ "iPad", "iOS" },
	{ "CrOS", "ChromeOS" },
	{ "Windows", "Windows" },
	{ "Mac OS X", "macOS" },
	{ "Linux", "Linux" },
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

_Static_assert(COUNT(browsers) <= 16 && COUNT(systems) <= 8,
    "a family has seven bits");

uint8_t
agent_family(const char *user_agent)
{
	char text[LONGEST + 1];
	size_t b = 1, s = 1;

	if (user_agent == NULL)
		return 0;
	text[0] = '\0';
	strncat(text, user_agent, LONGEST);
	while (b < COUNT(browsers) && strstr(text, browsers[b].mark) == NULL)
		b++;
	while (s < COUNT(systems) && strstr(text, systems[s].mark) == NULL)
		s++;
	return (uint8_t)((s % COUNT(systems)) << SYSTEM_SHIFT |
	    b % COUNT(browsers));
}

const char *
agent_browser(uint8_t family)
{
	size_t b = family & 15;

	return b < COUNT(browsers) ? browsers[b].name : NULL;
}

const char *
agent_system(uint8_t family)
{
	size_t s = (family >> SYSTEM_SHIFT) & 7;

	return s < COUNT(systems) ? systems[s].name : NULL;
}
