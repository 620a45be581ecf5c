/* SPDX-License-Identifier: MIT */
/*
 * Single values of the configuration: strict readers and exact writers.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "confab/config/option.h"

#define MILLION 1000000

struct unit {
	const char *name;
	uint64_t factor;
};

/* The first of those with the same factor is the one that is written. */
static const struct unit sizes[] = { { "G", 1 << 30 }, { "M", 1 << 20 },
	{ "k", 1 << 10 }, { "", 1 }, { "K", 1 << 10 }, { "m", 1 << 20 },
	{ "g", 1 << 30 }, { "KiB", 1 << 10 }, { "MiB", 1 << 20 },
	{ "GiB", 1 << 30 } };

static const struct unit times[] = { { "d", 86400000 }, { "h", 3600000 },
	{ "min", 60000 }, { "s", 1000 }, { "ms", 1 }, { "", 1000 } };

/* Digits at the start; false when there are none or too many. */
static bool
digits(const char **s, uint64_t *out)
{
	const char *p = *s;
	uint64_t n = 0;

	if (*p < '0' || *p > '9')
		return false;
	for (; *p >= '0' && *p <= '9'; p++) {
		unsigned d = (unsigned)(*p - '0');

		if (n > (UINT64_MAX - d) / 10)
			return false;
		n = n * 10 + d;
	}
	*s = p;
	*out = n;
	return true;
}

static bool
with_unit(const char *s, const struct unit *units, size_t n, uint64_t *out)
{
	uint64_t v;
	size_t i;

	if (!digits(&s, &v))
		return false;
	for (i = 0; i < n; i++) {
		if (strcmp(s, units[i].name) != 0)
			continue;
		if (v > UINT64_MAX / units[i].factor)
			return false;
		*out = v * units[i].factor;
		return true;
	}
	return false;
}

bool
config_value_number(const char *s, uint64_t *out)
{
	return digits(&s, out) && *s == '\0';
}

bool
config_value_size(const char *s, uint64_t *bytes)
{
	return with_unit(s, sizes, sizeof(sizes) / sizeof(sizes[0]), bytes);
}

bool
config_value_money(const char *s, uint64_t *millionths)
{
	uint64_t whole, part = 0, unit = MILLION;

	if (!digits(&s, &whole) || whole > UINT64_MAX / MILLION - 1)
		return false;
	if (*s == '.') {
		if (s[1] == '\0')
			return false;
		for (s++; *s >= '0' && *s <= '9' && unit > 1; s++) {
			unit /= 10;
			part += (uint64_t)(*s - '0') * unit;
		}
	}
	*millionths = whole * MILLION + part;
	return *s == '\0';
}

bool
config_value_time(const char *s, uint64_t *ms)
{
	return with_unit(s, times, sizeof(times) / sizeof(times[0]), ms);
}

bool
config_value_mode(const char *s, uint64_t *mode)
{
	size_t i, n = strlen(s);
	uint64_t v = 0;

	if (n < 3 || n > 4 || (n == 4 && s[0] != '0'))
		return false;
	for (i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '7')
			return false;
		v = v << 3 | (uint64_t)(s[i] - '0');
	}
	*mode = v;
	return true;
}

bool
config_value_bool(const char *s, bool *out)
{
	static const char *const yes[] = { "yes", "true", "on" };
	static const char *const no[] = { "no", "false", "off" };
	size_t i;

	for (i = 0; i < 3; i++) {
		if (strcmp(s, yes[i]) == 0 || strcmp(s, no[i]) == 0) {
			*out = strcmp(s, yes[i]) == 0;
			return true;
		}
	}
	return false;
}

static void
put_unit(char *out, size_t size, uint64_t v, const struct unit *units)
{
	while (v % units->factor != 0 || (v == 0 && units->factor != 1))
		units++;
	snprintf(out, size, "%" PRIu64 "%s", v / units->factor, units->name);
}

void
config_value_put_size(char *out, size_t size, uint64_t bytes)
{
	put_unit(out, size, bytes, sizes);
}

void
config_value_put_time(char *out, size_t size, uint64_t ms)
{
	put_unit(out, size, ms, times);
}

void
config_value_put_money(char *out, size_t size, uint64_t millionths)
{
	size_t n;

	n = (size_t)snprintf(out, size, "%" PRIu64 ".%06" PRIu64,
	    millionths / MILLION, millionths % MILLION);
	while (n > 0 && n < size && out[n - 1] == '0')
		out[--n] = '\0';
	if (n > 0 && n < size && out[n - 1] == '.')
		out[n - 1] = '\0';
}
