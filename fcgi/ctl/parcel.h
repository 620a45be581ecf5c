/* SPDX-License-Identifier: MIT */
/*
 * What is in a backup (confabctl backup), which may be anybody's: read and
 * checked whole before restore writes a byte. Pure.
 */
#ifndef CONFAB_CTL_PARCEL_H
#define CONFAB_CTL_PARCEL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "confab/base/buf.h"

#define PARCEL_FILE_MAX (64 * 1024 * 1024) /* bytes of one file */
#define PARCEL_MAX (256 * 1024 * 1024)	   /* and of the backup */
#define PARCEL_FILES 200		   /* in it */
#define PARCEL_FORMAT 1

struct json_object;

/* One file. */
struct parcel_piece {
	const char *path, *owner, *group; /* the parcel's */
	mode_t mode;			  /* nobody else may write */
	struct buf text;
};

/* All of them, the configuration first. */
struct parcel {
	struct json_object *root;
	const char *config; /* its path */
	struct parcel_piece pieces[PARCEL_FILES];
	size_t n;
};

/*
 * Reads a backup's text. False when it is none; *odd is the file, if that is
 * why, that the backup's own configuration does not name. Either way the parcel
 * is freed by the caller.
 */
bool parcel_read(struct parcel *p, const char *text, size_t len,
    const struct parcel_piece **odd);

/* Wipes what is in it. */
void parcel_free(struct parcel *p);

#endif
