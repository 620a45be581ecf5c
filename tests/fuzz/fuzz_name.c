/* SPDX-License-Identifier: MIT */
/*
 * Fuzzer: any bytes as the name of somebody, as a web server says it. Aborts
 * when a name that is plain is not so without case, or is another one when its
 * case is taken away twice, or has letters of other scripts then.
 */
#include "config.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "confab/base/utf8.h"
#include "confab/identity/name.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char name[2 * NAME_FOLDED_MAX + 1], once[NAME_FOLDED_MAX + 1];
	char twice[NAME_FOLDED_MAX + 1];
	size_t len = size < sizeof(name) ? size : sizeof(name) - 1;
	bool plain;

	memcpy(name, data, len);
	name[len] = '\0';
	len = strlen(name);
	plain = name_is_plain(name, len);
	if (plain)
		check(utf8_valid(name, len));
	if (name_fold(name, once) != 0) {
		check(once[0] == '\0');
		return 0;
	}
	check(utf8_valid(once, strlen(once)));
	/* Folding may lengthen it, over what a second time takes. */
	if (name_fold(once, twice) == 0)
		check(strcmp(once, twice) == 0);
	if (plain) {
		check(name_is_plain(once, strlen(once)));
		check(name_is_mixed(name, len) ==
		    name_is_mixed(once, strlen(once)));
	}
	return 0;
}
