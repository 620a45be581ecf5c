/* SPDX-License-Identifier: MIT */
/* For the fuzzers: what libFuzzer calls, and how one says what must hold. */
#ifndef CONFAB_FUZZ_H
#define CONFAB_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the run, with the input kept, when something does not hold. */
#define check(holds) fuzz_check((holds) ? NULL : #holds, __FILE__, __LINE__)

static inline void
fuzz_check(const char *fails, const char *file, int line)
{
	if (fails == NULL)
		return;
	fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, fails);
	abort();
}

#endif
