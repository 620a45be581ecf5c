/* SPDX-License-Identifier: MIT */
/* Looking for a cell, and taking one over. */
#include "config.h"

#include <string.h>

#include "confab/base/crypto.h"

#include "shared_cells.h"

#define NAME_MAX_LEN 512 /* bytes of a label and a name */

int
shared_id(const char *label, const void *name, size_t len, uint64_t id[2])
{
	unsigned char text[NAME_MAX_LEN], digest[CRYPTO_SHA256_LEN];
	size_t head = strlen(label) + 1;

	if (len > sizeof(text) - head)
		len = sizeof(text) - head;
	memcpy(text, label, head);
	memcpy(text + head, name, len);
	if (crypto_sha256(digest, text, head + len) != 0)
		return -1;
	memcpy(id, digest, 2 * sizeof(*id));
	return 0;
}

void
shared_cells_find(struct shared_file *f, enum shared_table t,
    const uint64_t key[2],
    uint64_t (*worth)(const struct shared_cell *, uint64_t), uint64_t now,
    struct shared_place *out)
{
	struct shared_cell cells[SHARED_WAYS_MAX];
	size_t first, n = shared_file_bucket(f, t, key, cells, &first);
	uint64_t least = UINT64_MAX;

	memset(out, 0, sizeof(*out));
	out->index = first;
	for (size_t i = 0; i < n; i++) {
		uint64_t w;

		if (cells[i].key[0] == key[0] && cells[i].key[1] == key[1]) {
			out->cell = cells[i];
			out->index = first + i;
			out->found = true;
			return;
		}
		w = cells[i].key[0] == 0 ? 0 : 1 + worth(&cells[i], now);
		if (w < least) {
			least = w;
			out->index = first + i;
			out->cell = cells[i];
		}
	}
}

void
shared_cells_claim(struct shared_place *p, const uint64_t key[2])
{
	memset(&p->cell, 0, sizeof(p->cell));
	p->cell.key[0] = key[0];
	p->cell.key[1] = key[1];
}
