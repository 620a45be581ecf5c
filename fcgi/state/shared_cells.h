/* SPDX-License-Identifier: MIT */
/*
 * The cell of a key in a table of the shared state. For this room.
 */
#ifndef CONFAB_STATE_SHARED_CELLS_H
#define CONFAB_STATE_SHARED_CELLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared_file.h"

/*
 * What stands for a name on all hosts: the half of its SHA-256, so that nobody
 * finds another name for it, under a label for each sort of names. Returns 0
 * or -1.
 */
int shared_id(const char *label, const void *name, size_t len, uint64_t id[2]);

/* A sum that stays at the largest number instead of beginning anew. */
static inline uint64_t
shared_plus(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

/* A cell that was looked for: where it is, or where it would go. */
struct shared_place {
	struct shared_cell cell;
	size_t index;
	bool found;
};

/*
 * Finds the cell of a key. Without one, the place is an empty cell, or the one
 * that `worth` says least for, which a caller may then overwrite. Between
 * shared_file_begin() and shared_file_end().
 */
void shared_cells_find(struct shared_file *f, enum shared_table t,
    const uint64_t key[2],
    uint64_t (*worth)(const struct shared_cell *, uint64_t), uint64_t now,
    struct shared_place *out);

/* Makes the place a cell of this key with nothing in it. */
void shared_cells_claim(struct shared_place *p, const uint64_t key[2]);

#endif
