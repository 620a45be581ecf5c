/* SPDX-License-Identifier: MIT */
/*
 * Retry-After (RFC 9110, section 10.2.3): seconds, or a date in one of the
 * three forms of section 5.6.7. Read here by hand, since strptime() goes by the
 * locale.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "kind.h"

#define RETRY_AFTER_MAX 86400 /* seconds */

static bool
read_digits(const char **s, unsigned *out)
{
	unsigned n = 0, count = 0;

	while (**s >= '0' && **s <= '9') {
		if (n <= RETRY_AFTER_MAX)
			n = n * 10 + (unsigned)(**s - '0');
		(*s)++;
		count++;
	}
	*out = n;
	return count > 0;
}

static bool
read_month(const char *s, int *month)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	const char *at;

	if (strlen(s) != 3)
		return false;
	at = strstr(months, s);
	if (at == NULL || (at - months) % 3 != 0)
		return false;
	*month = (int)(at - months) / 3;
	return true;
}

/* A date as seconds since 1970; false when it is none. */
static bool
read_date(const char *s, int64_t *out)
{
	struct tm tm;
	char month[4];
	int n = 0;

	memset(&tm, 0, sizeof(tm));
	if (sscanf(s, "%*3[A-Za-z], %2d %3s %4d %2d:%2d:%2d GMT%n", &tm.tm_mday,
		month, &tm.tm_year, &tm.tm_hour, &tm.tm_min, &tm.tm_sec,
		&n) == 6 &&
	    n > 0)
		tm.tm_year -= 1900;
	else if (sscanf(s, "%*9[A-Za-z], %2d-%3[A-Za-z]-%2d %2d:%2d:%2d GMT%n",
		     &tm.tm_mday, month, &tm.tm_year, &tm.tm_hour, &tm.tm_min,
		     &tm.tm_sec, &n) == 6 &&
	    n > 0)
		tm.tm_year += tm.tm_year < 70 ? 100 : 0;
	else if (sscanf(s, "%*3[A-Za-z] %3s %2d %2d:%2d:%2d %4d%n", month,
		     &tm.tm_mday, &tm.tm_hour, &tm.tm_min, &tm.tm_sec,
		     &tm.tm_year, &n) == 6 &&
	    n > 0)
		tm.tm_year -= 1900;
	else
		return false;
	if (!read_month(month, &tm.tm_mon) || tm.tm_year < 70)
		return false;
	*out = (int64_t)timegm(&tm);
	return true;
}

unsigned
provider_retry_after(const char *value, int64_t now)
{
	unsigned seconds;
	int64_t date;

	if (value == NULL)
		return 0;
	value += strspn(value, " \t");
	if (read_digits(&value, &seconds)) {
		/* Some send a fraction, against the standard: round up. */
		if (*value == '.') {
			value++;
			if (value[strspn(value, "0")] != '\0')
				seconds++;
			value += strspn(value, "0123456789");
		}
		value += strspn(value, " \t");
		if (*value != '\0')
			return 0;
	} else {
		if (!read_date(value, &date) || date <= now)
			return 0;
		seconds = date - now > RETRY_AFTER_MAX ? RETRY_AFTER_MAX
						       : (unsigned)(date - now);
	}
	return seconds < RETRY_AFTER_MAX ? seconds : RETRY_AFTER_MAX;
}
