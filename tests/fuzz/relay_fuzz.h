/* SPDX-License-Identifier: MIT */
/*
 * For the fuzzers of what generations of the worker say to each other: relay_help's
 * loop in the place of relay.c, with a desk for tools.
 */
#ifndef CONFAB_RELAY_FUZZ_H
#define CONFAB_RELAY_FUZZ_H

/* Before each input: an empty loop, that is all of `relay`. */
void relay_fuzz_begin(void);

/* After it: no stream may be left. */
void relay_fuzz_end(void);

#endif
