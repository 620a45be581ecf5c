/* SPDX-License-Identifier: MIT */
/*
 * A file of fixed size that processes map together, and the lock on it.
 *
 * The lock is flock(2) on the file, which the kernel gives back when its
 * holder dies, with a mutex for the threads of this process. Nothing in the
 * file takes part in locking, so no damage to it can block anybody.
 */
#ifndef CONFAB_STATE_SHARED_MAP_H
#define CONFAB_STATE_SHARED_MAP_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "confab/config/config.h"

struct shared_map {
	pthread_mutex_t lock;
	char *path;
	int fd;	    /* -1: not open */
	void *data; /* `size` bytes, valid while locked */
	size_t size;
};

/* Starts one of this path and size. Returns 0, or -1: out of memory. */
int shared_map_init(struct shared_map *m, const char *path, size_t size);
void shared_map_free(struct shared_map *m);

/*
 * Locks the file that has the name, which is made when there is none; one that
 * was taken away while it was open is let go for the one there is now. *fresh
 * says that it had another size: its content means nothing. Returns 0, or -1
 * with a line in `err` when the file cannot be used: not ours, not a regular
 * file, open to others, no room on the disk. Then nothing is locked.
 */
int shared_map_lock(struct shared_map *m, bool *fresh,
    char err[CONFIG_ERROR_MAX]);
void shared_map_unlock(struct shared_map *m);

/* Gives back the memory of pages that were written once and may rest. */
void shared_map_release(struct shared_map *m);

#endif
