/* SPDX-License-Identifier: MIT */
/* For fuzzers: what stands in the place of the file that processes map. */
#ifndef CONFAB_FUZZ_SMALL_MAP_H
#define CONFAB_FUZZ_SMALL_MAP_H

#include <stddef.h>

/* The content of the one file that there is, and its full size. */
unsigned char *small_map_bytes(size_t *size);

/* Somebody has cut it to this size: what was behind is lost. */
void small_map_cut(size_t size);

#endif
