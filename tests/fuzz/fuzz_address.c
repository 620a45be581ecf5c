/* SPDX-License-Identifier: MIT */
/*
 * Fuzzer: any bytes as a client's address, and as one that a page is fetched
 * from. Aborts when two spellings of an address are not the same everywhere.
 */
#include "config.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "confab/base/address.h"
#include "fuzz.h"

static void
check_same(const char *a, const char *b)
{
	unsigned char one[ADDRESS_NETWORK_MAX], two[ADDRESS_NETWORK_MAX];
	unsigned char near[ADDRESS_PREFIX_LEN], far[ADDRESS_PREFIX_LEN];
	struct address_range r;
	size_t n = address_network(a, one);

	check(
	    n > 0 && n == address_network(b, two) && memcmp(one, two, n) == 0);
	check(address_prefix(a, near) && address_prefix(b, far));
	check(memcmp(near, far, sizeof(near)) == 0);
	check(address_is_public(a) == address_is_public(b));
	check(address_range_read(a, &r) && address_range_has(&r, b));
}

/* A network in its other spelling is the same, and has its first address. */
static void
check_range(const char *text)
{
	char first[ADDRESS_TEXT_MAX], shown[ADDRESS_PREFIX_TEXT_MAX];
	unsigned char prefix[ADDRESS_PREFIX_LEN];
	const char *slash = strchr(text, '/');
	struct address_range r;

	if (!address_range_read(text, &r))
		return;
	check(r.bits <= (r.family == 4 ? 32U : 128U));
	snprintf(first, sizeof(first), "%.*s",
	    (int)(slash != NULL ? (size_t)(slash - text) : strlen(text)), text);
	check(address_range_has(&r, first));
	check(address_prefix(first, prefix));
	check(strchr(address_prefix_text(prefix, shown), '/') != NULL);
	check(address_range_read(shown, &r) && address_range_has(&r, first));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[128], plain[ADDRESS_TEXT_MAX], mapped[ADDRESS_TEXT_MAX + 8];
	size_t len = size < sizeof(text) ? size : sizeof(text) - 1;

	memcpy(text, data, len);
	text[len] = '\0';
	check_range(text);
	address_text(text, plain);
	if (strcmp(plain, "-") == 0) {
		check(!address_is_public(text));
		return 0;
	}
	check_same(text, plain);
	if (strchr(plain, ':') != NULL)
		return 0;
	snprintf(mapped, sizeof(mapped), "::ffff:%s", plain);
	check_same(plain, mapped);
	return 0;
}
