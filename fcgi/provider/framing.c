/* SPDX-License-Identifier: MIT */
/*
 * What a body is, by its bytes: servers and gateways label event streams as
 * anything, and send JSON where a stream was asked for.
 */
#include "config.h"

#include <string.h>

#include "confab/provider/provider.h"

#define LEAD_MAX 4096 /* bytes of blanks before a body is no answer */

static const char bom[] = "\xef\xbb\xbf";

/* Every line of an event stream begins with one of these. */
static enum provider_framing
judge_line(const char *s, size_t len)
{
	static const char *const fields[] = { ":", "data", "event", "id",
		"retry", "error" };
	enum provider_framing result = PROVIDER_FRAMING_OTHER;
	size_t i, n;

	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		n = strlen(fields[i]);
		if (memcmp(s, fields[i], len < n ? len : n) != 0)
			continue;
		if (len <= n && n > 1)
			result = PROVIDER_FRAMING_OPEN;
		else if (n == 1 || s[n] == ':' || s[n] == '\n' || s[n] == '\r')
			return PROVIDER_FRAMING_EVENTS;
	}
	return result;
}

enum provider_framing
provider_framing(const char *s, size_t len)
{
	size_t i = 0, n = sizeof(bom) - 1;

	if (len > 0 && memcmp(s, bom, len < n ? len : n) == 0) {
		if (len < n)
			return PROVIDER_FRAMING_OPEN;
		i = n;
	}
	while (i < len && memchr(" \t\r\n", s[i], 4) != NULL)
		i++;
	if (i == len)
		return len < LEAD_MAX ? PROVIDER_FRAMING_OPEN
				      : PROVIDER_FRAMING_OTHER;
	if (s[i] == '{' || s[i] == '[')
		return PROVIDER_FRAMING_JSON;
	return judge_line(s + i, len - i);
}
