/* SPDX-License-Identifier: MIT */
/*
 * What no single option of the configuration shows. Private to the room.
 */
#ifndef CONFAB_CONFIG_CHECK_H
#define CONFAB_CONFIG_CHECK_H

struct config_reader;

/*
 * Checks options that go together, fills in what depends on others, and reads
 * the key files. Returns 0, or -1 with the reader's error set.
 */
int config_check(struct config_reader *r);

/* The part of it about groups (groups.c): gives each that is named its bit. */
int config_check_groups(struct config_reader *r);

/* The part of it about the empty conversation's words (welcome.c). */
int config_check_welcomes(struct config_reader *r);

#endif
