/* SPDX-License-Identifier: MIT */
/*
 * What lies in the file behind the shared state: a header with a journal, then the
 * cells, each with a sum of its place and content. Over mapped memory, without a
 * lock. For this room.
 */
#ifndef CONFAB_STATE_SHARED_FORMAT_H
#define CONFAB_STATE_SHARED_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "confab/base/siphash.h"

#include "shared_file.h"
#include "shared_layout.h"

#define SHARED_HEADER_SIZE 4096

/* What does not change while the file lives. */
struct shared_fixed {
	char magic[8];
	uint64_t format;
	uint64_t size;
	unsigned char seed[SIPHASH_KEY_LEN];
	char
	    boot[SHARED_BOOT_LEN]; /* the boot that monotonic times belong to */
};

/* `n` is written last, and is 0 again when the cells are in their places. */
struct shared_journal {
	uint64_t index[SHARED_STAGED_MAX];
	struct shared_cell cell[SHARED_STAGED_MAX];
	uint64_t sum;
	uint64_t n;
};

struct shared_header {
	struct shared_fixed fixed;
	uint64_t sum; /* of `fixed` */
	struct shared_journal journal;
};

#define SHARED_FORMAT_SIZE \
	(SHARED_HEADER_SIZE + SHARED_CELLS_ALL * sizeof(struct shared_cell))

struct shared_cell *shared_format_cell(struct shared_header *h, size_t index);

/* The sum that a cell has at its place. An empty one has a sum, too: zeros that
 * came from elsewhere are damage. */
uint64_t shared_format_sum(const struct shared_header *h, size_t index,
    const struct shared_cell *c);

/* Empties cells. */
void shared_format_clear(struct shared_header *h, size_t first, size_t n);

/* Makes all of it empty, and not good before it is sealed. */
void shared_format_blank(struct shared_header *h,
    const unsigned char seed[SIPHASH_KEY_LEN],
    const char boot[SHARED_BOOT_LEN]);

/* Writes the sum of what does not change, after all that was written before. */
void shared_format_seal(struct shared_header *h);

/* Is it a sealed one of this format? */
bool shared_format_good(const struct shared_header *h);

/* Puts `n` cells, their sums filled in, into the journal and then to their places.
 * A process that is killed amid it leaves what shared_format_recover() ends. */
void shared_format_change(struct shared_header *h, const uint64_t *index,
    const struct shared_cell *cells, size_t n);

/* Finishes what a process that died began. False: the journal is damaged. */
bool shared_format_recover(struct shared_header *h);

#endif
