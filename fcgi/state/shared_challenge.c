/* SPDX-License-Identifier: MIT */
/* Challenges that were answered: v = when each is over. */
#include "config.h"

#include "confab/state/shared_state.h"

#include "shared_cells.h"
#include "shared_file.h"

/* What is over is worth nothing, and of the others none is given up. */
static uint64_t
worth(const struct shared_cell *c, uint64_t now)
{
	return c->v[0] <= now ? 0 : c->v[0];
}

bool
shared_state_use_challenge(struct shared_state *st, const void *key, size_t len,
    uint64_t expires, uint64_t wall)
{
	struct shared_file *f = shared_state_file(st);
	struct shared_place p;
	uint64_t k[2];
	bool fresh;

	if (expires <= wall || shared_file_begin(f) != 0)
		return false;
	shared_file_key(f, SHARED_CHALLENGES, key, len, k);
	shared_cells_find(f, SHARED_CHALLENGES, k, worth, wall, &p);
	fresh = !p.found && (p.cell.key[0] == 0 || p.cell.v[0] <= wall);
	if (fresh) {
		shared_cells_claim(&p, k);
		p.cell.v[0] = expires;
		shared_file_stage(f, p.index, &p.cell);
	}
	shared_file_end(f);
	return fresh;
}
