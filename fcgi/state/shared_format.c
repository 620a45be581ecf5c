/* SPDX-License-Identifier: MIT */
/* The shared state's file as it lies in memory: places, sums, the journal. */
#include "config.h"

#include <stdatomic.h>
#include <string.h>

#include "shared_format.h"

#define MAGIC "confab\n\032" /* 8 bytes; a text tool would change it */
#define FORMAT 12	     /* counted up with any change of the layout */

_Static_assert(sizeof(struct shared_header) <= SHARED_HEADER_SIZE,
    "the header fits");
_Static_assert(sizeof(struct shared_cell) == 64, "a cell is a cache line");

struct shared_cell *
shared_format_cell(struct shared_header *h, size_t index)
{
	return (struct shared_cell *)(void *)((char *)h + SHARED_HEADER_SIZE) +
	    index;
}

/* Against damage, not against attackers, who do not get at the file: each word
 * changes the sum one to one, so that a wrong one shows. It is what most of a look
 * at the state costs. */
static uint64_t
checksum(const struct shared_header *h, const void *data, size_t size)
{
	uint64_t sum, word;

	memcpy(&sum, h->fixed.seed, sizeof(sum));
	for (size_t i = 0; i + sizeof(word) <= size; i += sizeof(word)) {
		memcpy(&word, (const char *)data + i, sizeof(word));
		sum = (sum ^ word) * UINT64_C(0x9e3779b97f4a7c15);
		sum ^= sum >> 32;
	}
	return sum;
}

uint64_t
shared_format_sum(const struct shared_header *h, size_t index,
    const struct shared_cell *c)
{
	struct {
		uint64_t index;
		struct shared_cell cell;
	} text = { index, *c };

	text.cell.sum = 0;
	return checksum(h, &text, sizeof(text));
}

static uint64_t
journal_sum(const struct shared_header *h, uint64_t n)
{
	const struct shared_journal *j = &h->journal;
	uint64_t sum[2 * SHARED_STAGED_MAX + 1];

	memset(sum, 0, sizeof(sum));
	for (size_t i = 0; i < n; i++) {
		sum[2 * i] = j->index[i];
		sum[2 * i + 1] = checksum(h, &j->cell[i], sizeof(j->cell[i]));
	}
	sum[2 * SHARED_STAGED_MAX] = n;
	return checksum(h, sum, sizeof(sum));
}

static uint64_t
fixed_sum(const struct shared_header *h)
{
	return siphash(h->fixed.seed, &h->fixed, sizeof(h->fixed));
}

/*
 * Keeps the order of the writes to the map. For a process that dies, the order
 * in which the compiler and this processor make them is the one that counts.
 */
static void
in_order(void)
{
	atomic_thread_fence(memory_order_seq_cst);
}

void
shared_format_clear(struct shared_header *h, size_t first, size_t n)
{
	static const struct shared_cell empty;

	for (size_t i = first; i < first + n; i++) {
		struct shared_cell c = empty;

		c.sum = shared_format_sum(h, i, &c);
		*shared_format_cell(h, i) = c;
	}
}

void
shared_format_blank(struct shared_header *h,
    const unsigned char seed[SIPHASH_KEY_LEN], const char boot[SHARED_BOOT_LEN])
{
	h->sum = 0;
	in_order();
	memset(h, 0, sizeof(*h));
	memcpy(h->fixed.magic, MAGIC, sizeof(h->fixed.magic));
	h->fixed.format = FORMAT;
	h->fixed.size = SHARED_FORMAT_SIZE;
	memcpy(h->fixed.seed, seed, SIPHASH_KEY_LEN);
	memcpy(h->fixed.boot, boot, SHARED_BOOT_LEN);
	shared_format_clear(h, 0, SHARED_CELLS_ALL);
}

void
shared_format_seal(struct shared_header *h)
{
	in_order();
	h->sum = fixed_sum(h);
	in_order();
}

bool
shared_format_good(const struct shared_header *h)
{
	return memcmp(h->fixed.magic, MAGIC, sizeof(h->fixed.magic)) == 0 &&
	    h->fixed.format == FORMAT && h->fixed.size == SHARED_FORMAT_SIZE &&
	    h->sum == fixed_sum(h);
}

/* Puts the journal's cells into their places and clears it. */
static void
apply_journal(struct shared_header *h, uint64_t n)
{
	struct shared_journal *j = &h->journal;

	for (size_t i = 0; i < n; i++)
		*shared_format_cell(h, j->index[i]) = j->cell[i];
	in_order();
	j->n = 0;
	in_order();
}

void
shared_format_change(struct shared_header *h, const uint64_t *index,
    const struct shared_cell *cells, size_t n)
{
	struct shared_journal *j = &h->journal;

	for (size_t i = 0; i < n; i++) {
		j->index[i] = index[i];
		j->cell[i] = cells[i];
	}
	j->sum = journal_sum(h, n);
	in_order();
	j->n = n;
	in_order();
	apply_journal(h, n);
}

bool
shared_format_recover(struct shared_header *h)
{
	const struct shared_journal *j = &h->journal;
	uint64_t n = j->n;

	if (n == 0)
		return true;
	if (n > SHARED_STAGED_MAX || j->sum != journal_sum(h, n))
		return false;
	for (size_t i = 0; i < n; i++)
		if (j->index[i] >= SHARED_CELLS_ALL)
			return false;
	apply_journal(h, n);
	return true;
}
