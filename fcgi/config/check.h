/* SPDX-License-Identifier: MIT */
/*
 * What no single option of the configuration shows. Private to the room.
 */
#ifndef CONFAB_CONFIG_CHECK_H
#define CONFAB_CONFIG_CHECK_H

struct config_reader;
struct config_state;

/*
 * Checks options that go together, fills in what depends on others, and reads
 * the key files. Returns 0, or -1 with the reader's error set.
 */
int config_check(struct config_reader *r);

/* The part of it about groups (groups.c): gives each that is named its bit. */
int config_check_groups(struct config_reader *r);

/* The part of it about the empty conversation's words (welcome.c). */
int config_check_welcomes(struct config_reader *r);

/* The part of it about what hosts share (check_state.c). */
int config_check_state(struct config_reader *r, struct config_state *s);

/* The line of an option of an object, or of the end of its section. */
unsigned config_check_line(const struct config_reader *r, const void *object,
    const char *option);

/*
 * Reads the key in `file`, which `option` names (NULL: none is named), to the
 * heap. Returns 0, or -1 with the reader's error set.
 */
int config_check_key(struct config_reader *r, const void *section,
    const char *option, const char *file, char **key);

/* The same for a file of authorities, which must be readable. */
int config_check_ca_file(struct config_reader *r, const void *section,
    const char *file);

#endif
