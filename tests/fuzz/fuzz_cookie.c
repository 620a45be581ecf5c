/* SPDX-License-Identifier: MIT */
/*
 * Fuzzer: any bytes as a Cookie header. Aborts when a value is found outside
 * it, with a byte that a value cannot have, or without its name before it.
 */
#include "config.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "identity/cookie.h"
#include "fuzz.h"

#define NAME "__Host-confab"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *header = (const char *)data, *value;
	const size_t name_len = sizeof(NAME) - 1;
	size_t len;
	int found = cookie_find(header, size, NAME, &value, &len);

	check(found >= -1 && found <= 1);
	if (found != 1)
		return 0;
	check(value >= header + name_len + 1 &&
	    len <= (size_t)(header + size - value));
	check(value[-1] == '=' &&
	    memcmp(value - 1 - name_len, NAME, name_len) == 0);
	for (size_t i = 0; i < len; i++)
		check(value[i] > ' ' && value[i] < 0x7f && value[i] != ';' &&
		    value[i] != ',' && value[i] != '"' && value[i] != '\\');
	return 0;
}
