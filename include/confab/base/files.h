/* SPDX-License-Identifier: MIT */
/*
 * Small files that programs and people both change: reading them whole,
 * noticing a change, and replacing them so that a reader sees the old or the
 * new and two writers never lose each other's.
 */
#ifndef CONFAB_BASE_FILES_H
#define CONFAB_BASE_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>

#include "confab/base/buf.h"

#define FILES_ERROR_MAX 512  /* bytes of a line that says what is wrong */
#define FILES_LOCK_WAIT 5000 /* ms that a writer waits for another */

/* What changes when a file does. All zero: there is no file. */
struct files_stamp {
	dev_t device;
	ino_t inode;
	off_t size;
	struct timespec modified;
	struct timespec changed;
};

/* The file's stamp now. */
struct files_stamp file_stamp(const char *path);
bool file_stamp_same(const struct files_stamp *a, const struct files_stamp *b);

/*
 * Writes "PATH: WHAT: reason" of errno into `err`; where access was refused,
 * also whose the file or folder in the way is, and where a folder is missing,
 * which one is there. Returns -1.
 */
int file_error(char err[FILES_ERROR_MAX], const char *path, const char *what);

/*
 * Is what was opened as `path`, of which `st` is, or a link of that name,
 * neither of root, the process's user, `trusted` nor the owner of its folder?
 */
bool file_is_strangers(const char *path, const struct stat *st, uid_t trusted);

/*
 * Appends the whole file to `out`, whose cap is the largest that is read.
 * Others may not be able to write it, and it must be owned by root, by the
 * process's user or by the owner of its folder; where the name is a symbolic
 * link, so must that. Returns 0, or -1 with a line in `err`.
 */
int file_read(const char *path, struct buf *out, char err[FILES_ERROR_MAX]);

/* The same, of the user `trusted`, too: root reads what is the worker's. */
int file_read_of(const char *path, uid_t trusted, struct buf *out,
    char err[FILES_ERROR_MAX]);

/* A file that is locked to be replaced. */
struct files_edit {
	char *path;	 /* with symbolic links resolved; owned */
	int fd;		 /* holds the lock */
	struct buf text; /* as it is now */
};

/*
 * Locks the file, waiting for at most FILES_LOCK_WAIT, and reads it, at most
 * `max` bytes. With a `mode` it is made when there is none; with 0 it must
 * exist. Returns 0, or -1 with a line in `err`; then there is nothing to end.
 */
int file_edit_begin(struct files_edit *e, const char *path, size_t max,
    mode_t mode, char err[FILES_ERROR_MAX]);

/*
 * Replaces the file in one step, on disk before its name: owner and mode stay
 * as they were. Returns 0, or -1 with a line in `err` and the file as before.
 */
int file_edit_commit(struct files_edit *e, const struct buf *text,
    char err[FILES_ERROR_MAX]);

/* Unlocks, and wipes what was read. */
void file_edit_end(struct files_edit *e);

#endif
