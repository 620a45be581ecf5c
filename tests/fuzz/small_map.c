/* SPDX-License-Identifier: MIT */
/*
 * In the place of shared_map.c and siphash.c: a piece of memory that nobody else
 * maps and that needs no lock, and a hash that is none to rely on. With the file
 * itself, three quarters of a run were spent in the kernel and in sums.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "confab/base/siphash.h"
#include "fuzz.h"
#include "small_map.h"
#include "state/shared_map.h"

static struct shared_map *only;
static size_t held; /* bytes that the file has */

int
shared_map_init(struct shared_map *m, const char *path, size_t size)
{
	memset(m, 0, sizeof(*m));
	m->fd = -1;
	m->size = size;
	m->path = strdup(path);
	m->data = calloc(1, size);
	check(m->path != NULL && m->data != NULL && only == NULL);
	only = m;
	held = 0;
	return 0;
}

void
shared_map_free(struct shared_map *m)
{
	free(m->path);
	free(m->data);
	only = NULL;
}

int
shared_map_lock(struct shared_map *m, bool *fresh, char err[CONFIG_ERROR_MAX])
{
	err[0] = '\0';
	*fresh = held != m->size;
	held = m->size;
	return 0;
}

void
shared_map_unlock(struct shared_map *m)
{
	(void)m;
}

void
shared_map_release(struct shared_map *m)
{
	(void)m;
}

unsigned char *
small_map_bytes(size_t *size)
{
	*size = only->size;
	return only->data;
}

void
small_map_cut(size_t size)
{
	held = size;
	memset((char *)only->data + size, 0, only->size - size);
}

/* Of all bytes and the key; its branches say nothing about the state. */
__attribute__((no_sanitize("coverage"))) uint64_t
siphash(const unsigned char key[SIPHASH_KEY_LEN], const void *data, size_t len)
{
	const unsigned char *p = data;
	uint64_t h, k, word;

	memcpy(&h, key, sizeof(h));
	memcpy(&k, key + sizeof(h), sizeof(k));
	h += len;
	for (; len > 0; p += sizeof(word)) {
		size_t n = len < sizeof(word) ? len : sizeof(word);

		word = 0;
		memcpy(&word, p, n);
		h = (h ^ word) * UINT64_C(0x9e3779b97f4a7c15);
		h ^= h >> 29;
		len -= n;
	}
	h = (h ^ k) * UINT64_C(0xbf58476d1ce4e5b9);
	return h ^ h >> 32;
}
