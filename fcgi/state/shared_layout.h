/* SPDX-License-Identifier: MIT */
/*
 * Where the tables of the shared state lie among its cells, and which boot of
 * the machine its monotonic times belong to. For shared_file.c and shared_format.c.
 */
#ifndef CONFAB_STATE_SHARED_LAYOUT_H
#define CONFAB_STATE_SHARED_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>

#include "shared_file.h"

#define SHARED_BOOT_LEN 40

struct shared_layout {
	size_t cells;
	size_t ways; /* cells of a bucket */
	bool mono;   /* holds monotonic times: emptied at a boot */
	bool voids;  /* a damaged cell may have been a revocation */
};

extern const struct shared_layout shared_tables[SHARED_TABLES];

/* The index of a table's first cell. */
static inline size_t
shared_table_start(enum shared_table t)
{
	size_t start = 0;

	for (int i = 0; i < (int)t; i++)
		start += shared_tables[i].cells;
	return start;
}

/* The cells of all tables. */
#define SHARED_CELLS_ALL shared_table_start(SHARED_TABLES)

/* The system's name for this boot, padded with zeros; all zero: unknown. */
void shared_boot_id(char out[SHARED_BOOT_LEN]);

#endif
