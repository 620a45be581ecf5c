/* SPDX-License-Identifier: MIT */
/*
 * Jobs of which every allocation fails once.
 */
#ifndef CONFAB_TEST_SHORT_MEMORY_H
#define CONFAB_TEST_SHORT_MEMORY_H

#include <stdbool.h>

#include "confab/base/buf.h"

/* Makes its result in `out` and returns 0, or -1 for a clean refusal. */
typedef int (*short_memory_job)(struct buf *out);

/*
 * Runs the job with none of its allocations failing, and then with each of them
 * in its turn: it must give the same result, or refuse. Fails the test else.
 * Where the C library lets it, the allocations of libraries fail, too.
 */
void short_memory_try(short_memory_job job);

/* The same with the allocations of our own code alone, for a library that does
 * not live through it. */
void short_memory_try_own(short_memory_job job);

/* For a job: no allocation fails in between, and none is counted. */
void short_memory_pause(bool pause);

#endif
