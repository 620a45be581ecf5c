/* SPDX-License-Identifier: MIT */
/*
 * From the text of the configuration to struct config, remembering the line of
 * everything. Private to config*.c.
 */
#ifndef CONFAB_CONFIG_FILE_H
#define CONFAB_CONFIG_FILE_H

#include "confab/config/option.h"

#define CONFIG_FILE_MAX (1024 * 1024) /* bytes of the file */

/* Where an option (name NULL: a section's end) stood. */
struct config_place {
	const void *object; /* the section's struct */
	const char *option;
	unsigned line;
};

struct config_reader {
	const char *path;
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

/* The line of an option that the file has; 0 when it has it not. */
unsigned config_line(const struct config_reader *r, const void *object,
    const char *option);

/* Parses a text (libconfuse) into r->config, defaults included. 0 or -1. */
int config_file_parse(struct config_reader *r, const char *text);

/*
 * Checks what no single option shows, fills in what depends on others, and
 * reads the key files. 0 or -1.
 */
int config_check(struct config_reader *r);

#endif
