/* SPDX-License-Identifier: MIT */
/* For the fuzzers: what libFuzzer calls, and how one says what must hold. */
#ifndef CONFAB_FUZZ_H
#define CONFAB_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the run, with the input kept, when something does not hold. */
static inline void
check(int holds)
{
	if (!holds)
		abort();
}

#endif
