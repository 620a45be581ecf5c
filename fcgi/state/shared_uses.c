/* SPDX-License-Identifier: MIT */
/* Last uses of access tokens: v = time, network. */
#include "config.h"

#include <string.h>

#include "confab/state/shared_uses.h"

#include "shared_cells.h"
#include "shared_file.h"

static uint64_t
oldest_goes(const struct shared_cell *c, uint64_t now)
{
	(void)now;
	return c->v[0];
}

static void
find(struct shared_file *f, const char *id, uint64_t k[2],
    struct shared_place *p)
{
	shared_file_key(f, SHARED_TOKEN_USES, id, strlen(id), k);
	shared_cells_find(f, SHARED_TOKEN_USES, k, oldest_goes, 0, p);
}

void
shared_uses_note(struct shared_state *st, const char *id,
    const unsigned char network[SHARED_NETWORK_LEN], int64_t now)
{
	struct shared_file *f = shared_state_file(st);
	uint64_t k[2], from = 0;
	struct shared_place p;

	memcpy(&from, network, SHARED_NETWORK_LEN);
	if (shared_file_begin(f) != 0)
		return;
	find(f, id, k, &p);
	/* A clock that was set back is followed, too. */
	if (!p.found || p.cell.v[1] != from ||
	    (uint64_t)now - p.cell.v[0] >= SHARED_SEEN_EVERY) {
		shared_cells_claim(&p, k);
		p.cell.v[0] = (uint64_t)now;
		p.cell.v[1] = from;
		shared_file_stage(f, p.index, &p.cell);
	}
	shared_file_end(f);
}

bool
shared_uses_find(struct shared_state *st, const char *id, int64_t *at,
    unsigned char network[SHARED_NETWORK_LEN])
{
	struct shared_file *f = shared_state_file(st);
	struct shared_place p;
	uint64_t k[2];

	if (shared_file_begin(f) != 0)
		return false;
	find(f, id, k, &p);
	shared_file_end(f);
	*at = (int64_t)p.cell.v[0];
	memcpy(network, &p.cell.v[1], SHARED_NETWORK_LEN);
	return p.found;
}
