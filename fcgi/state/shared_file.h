/* SPDX-License-Identifier: MIT */
/*
 * The file behind the shared state: tables of fixed cells that all processes
 * of the host map, changed under one lock, whole or not at all.
 *
 * Between shared_file_begin() and shared_file_end() a caller reads cells and
 * stages new ones; the end writes them to the journal in the header, then to
 * their places, then clears the journal. A process killed anywhere leaves
 * either the old cells or a journal that the next holder of the lock finishes.
 */
#ifndef CONFAB_STATE_SHARED_FILE_H
#define CONFAB_STATE_SHARED_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "confab/config/config.h"

#define SHARED_CELL_VALUES 5
#define SHARED_STAGED_MAX 8 /* cells of one change */
#define SHARED_WAYS_MAX 16  /* cells of a bucket */

enum shared_table {
	SHARED_VOID, /* one cell: a time; what is older is void */
	SHARED_PENALTIES_USER,
	SHARED_PENALTIES_ADDRESS,
	SHARED_KNOWN,
	SHARED_REVOKED,
	SHARED_BEFORE,
	SHARED_REQUESTS,
	SHARED_SUMS,
	SHARED_SLOTS_CGI,
	SHARED_SLOTS_HASH,
	SHARED_PENALTIES_KNOWN,
	SHARED_COMMON_USER, /* a cell for each bucket of the penalties */
	SHARED_COMMON_ADDRESS,
	SHARED_COMMON_KNOWN,
	SHARED_CODES,
	SHARED_SESSIONS, /* a bucket has all of a user's */
	SHARED_NETWORKS, /* the same */
	SHARED_CHANGES,	 /* one cell: how many facts were added */
	SHARED_TOKEN_USES,
	SHARED_CHALLENGES,
	SHARED_USAGE,
	SHARED_NAMES,
	SHARED_TABLES
};

/* Empty: its key and values are all zero. */
struct shared_cell {
	uint64_t key[2];
	uint64_t v[SHARED_CELL_VALUES];
	uint64_t sum; /* shared_file's own: of place and content */
};

struct shared_file;

/*
 * Opens or makes `path`. NULL with a line in `err` when it cannot be used: not
 * ours, not a regular file, open to others, no room on the disk.
 */
struct shared_file *shared_file_open(const char *path,
    char err[CONFIG_ERROR_MAX]);
void shared_file_close(struct shared_file *f);

/*
 * Locks, makes a new file when somebody took it away, rebuilds one that is
 * damaged and finishes what a dead process began. Returns 0, or -1 when the
 * file cannot be used; then there is nothing to end.
 */
int shared_file_begin(struct shared_file *f);

/* Does what was staged, and unlocks. */
void shared_file_end(struct shared_file *f);

/* A keyed hash of a table's key, never all zero. */
void shared_file_key(const struct shared_file *f, enum shared_table t,
    const void *data, size_t len, uint64_t key[2]);

/*
 * The bucket of a key: copies its cells into `cells` and returns their number;
 * *first is the index of the first for shared_file_stage(). A damaged cell
 * comes as an empty one, and has all of the file looked through at the end of
 * the change; where it may have been a revocation, all sessions issued until
 * now become void.
 */
size_t shared_file_bucket(struct shared_file *f, enum shared_table t,
    const uint64_t key[2], struct shared_cell cells[SHARED_WAYS_MAX],
    size_t *first);

/* The number of cells of a table, and one of them, as in a bucket. */
size_t shared_file_cells(enum shared_table t);
void shared_file_cell(struct shared_file *f, enum shared_table t, size_t i,
    struct shared_cell *out, size_t *index);

/* Stages a cell; its sum is filled in. At most SHARED_STAGED_MAX a change. */
void shared_file_stage(struct shared_file *f, size_t index,
    const struct shared_cell *cell);

/*
 * Makes sure that `n` more cells can be staged: where there is no room for them,
 * ends this change and begins another. Returns 0, or -1 when that cannot be; then
 * there is nothing to end.
 */
int shared_file_room(struct shared_file *f, size_t n);

/* The time (ms since 1970) before which all sessions are void. */
uint64_t shared_file_void(struct shared_file *f);

/*
 * v of the one cell of SHARED_VOID: that time; what of it stands for ends that
 * had no place, as the rest is for what may have been lost; the latest time at
 * which a session was issued, which may be ahead of the clock; and when, by the
 * clock, something may have been lost last.
 */
enum {
	SHARED_VOID_TIME,
	SHARED_VOID_ENDS,
	SHARED_VOID_ISSUED,
	SHARED_VOID_MADE
};

/* How far ahead (ms) a session counts for that: later ones are refused anyway,
 * until their time has come. */
#define SHARED_VOID_AHEAD_MAX 60000

/* Stages a later one of these. */
void shared_file_void_raise(struct shared_file *f, int which, uint64_t time);

#endif
