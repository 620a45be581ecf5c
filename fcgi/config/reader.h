/* SPDX-License-Identifier: MIT */
/*
 * A reading of the configuration under way: what is being filled, where
 * everything stood, and the first mistake. Private to the room.
 */
#ifndef CONFAB_CONFIG_READER_H
#define CONFAB_CONFIG_READER_H

#include <stdbool.h>
#include <stddef.h>

#include "confab/config/config.h"

/* Where an option (name NULL: a section's end) stood. */
struct config_place {
	const void *object; /* the section's struct */
	const char *option;
	unsigned line;
};

struct config_reader {
	const char *path;
	const struct config_kind *const
	    *kinds;		     /* of providers; ends with NULL */
	char *dir;		     /* of relative names; owned */
	struct config *config;	     /* being filled */
	struct config_place *places; /* owned */
	size_t n_places, places_cap;
	unsigned lines; /* of the file */
	bool no_memory; /* the parser ran short of it */
	char *err;	/* CONFIG_ERROR_MAX bytes; "" = none yet */
};

/* Sets the error unless one is set already. `line` 0: none. Returns -1. */
int config_fail(struct config_reader *r, unsigned line, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Notes where an option stood. Returns 0, or -1 with the error set. */
int config_remember(struct config_reader *r, const void *object,
    const char *option, unsigned line);

/* The line of an option that the file has; 0 when it has it not. */
unsigned config_line(const struct config_reader *r, const void *object,
    const char *option);

#endif
